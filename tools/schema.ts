import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse, print } from 'graphql';
import { createSchema, printSdl } from '../src/app.js';
import type { Manifest } from '../src/graphql/documents.js';
import { labelOf } from '../src/graphql/enums.js';
import { permissions, sights } from '../src/modules/index.js';
import { permissionsPage } from './permissions-page.js';

const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** The known operations without their comments, by the sha256 of exactly the text that runs. */
function manifest(): Manifest {
  const files = readdirSync(at('schema/operations'))
    .filter(name => name.endsWith('.graphql'))
    .sort();
  return Object.fromEntries(
    files.map(file => {
      const text = print(parse(readFileSync(at(`schema/operations/${file}`), 'utf8')));
      return [`sha256:${createHash('sha256').update(text).digest('hex')}`, { file, text }];
    }),
  );
}

const GENERATED: Readonly<Record<string, string>> = {
  'schema/schema.graphql': printSdl(createSchema()),
  'schema/operations/manifest.json': `${JSON.stringify(manifest(), null, 2)}\n`,
  'docs/permissions.md': permissionsPage(permissions, sights, role => labelOf('Role', role, 'zh')),
};

/** Writes what is generated from the code; with `--check` only tells whether the files are what it would write. */
for (const [name, text] of Object.entries(GENERATED)) {
  if (!process.argv.includes('--check')) writeFileSync(at(name), text);
  else if (readFileSync(at(name), 'utf8') !== text) {
    console.error(`${name} is not what the code says: npm run schema`);
    process.exitCode = 1;
  }
}
process.exit();
