import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createSchema, printSdl } from '../src/app.js';

const path = fileURLToPath(new URL('../schema/schema.graphql', import.meta.url));
const sdl = printSdl(createSchema());

/** Writes the SDL; with `--check` only tells whether the file is what it would write. */
if (process.argv.includes('--check')) {
  if (readFileSync(path, 'utf8') !== sdl) {
    console.error('schema/schema.graphql is not what the code says: npm run schema');
    process.exit(1);
  }
} else {
  writeFileSync(path, sdl);
}
process.exit(0);
