import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createSchema, printSdl } from '../src/app.js';
import { labelOf } from '../src/graphql/enums.js';
import { permissions, sights } from '../src/modules/index.js';
import { permissionsPage } from './permissions-page.js';

const GENERATED = {
  'schema/schema.graphql': printSdl(createSchema()),
  'docs/permissions.md': permissionsPage(permissions, sights, role => labelOf('Role', role, 'zh')),
};

/** Writes what is generated from the code; with `--check` only tells whether the files are what it would write. */
for (const [name, text] of Object.entries(GENERATED)) {
  const path = fileURLToPath(new URL(`../${name}`, import.meta.url));
  if (!process.argv.includes('--check')) writeFileSync(path, text);
  else if (readFileSync(path, 'utf8') !== text) {
    console.error(`${name} is not what the code says: npm run schema`);
    process.exitCode = 1;
  }
}
process.exit();
