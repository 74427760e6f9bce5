import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse, print } from 'graphql';
import { createSchema, printSdl } from '../src/app.js';
import type { Manifest } from '../src/graphql/documents.js';

const inSchema = (name: string): string => fileURLToPath(new URL(`../schema/${name}`, import.meta.url));

/** The known operations without their comments, by the sha256 of exactly the text that runs. */
function manifest(): Manifest {
  const files = readdirSync(inSchema('operations'))
    .filter(name => name.endsWith('.graphql'))
    .sort();
  return Object.fromEntries(
    files.map(file => {
      const text = print(parse(readFileSync(inSchema(`operations/${file}`), 'utf8')));
      return [`sha256:${createHash('sha256').update(text).digest('hex')}`, { file, text }];
    }),
  );
}

const written: Readonly<Record<string, string>> = {
  'schema.graphql': printSdl(createSchema()),
  'operations/manifest.json': `${JSON.stringify(manifest(), null, 2)}\n`,
};

/** Writes what is generated below `schema`; with `--check` only tells whether the files are what it would write. */
if (process.argv.includes('--check')) {
  const stale = Object.entries(written).filter(([name, text]) => readFileSync(inSchema(name), 'utf8') !== text);
  for (const [name] of stale) console.error(`schema/${name} is not what the code says: npm run schema`);
  process.exitCode = stale.length ? 1 : 0;
} else {
  for (const [name, text] of Object.entries(written)) writeFileSync(inSchema(name), text);
}
process.exit();
