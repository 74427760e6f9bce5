import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openHouse } from './app.js';
import { loadConfig } from './config.js';
import { keysInUse, rotateKeys } from './modules/privacy/keys.service.js';
import { allCommunityIds } from './modules/territory/territory.service.js';
import { numberOf } from './seeds/numbers.js';

const USAGE = `Changes the keys of personal columns, while the house serves.

  npm run keys -- status
  npm run keys -- rotate [--batch 1-1000]

  status   how many values are under which key; what is not listed may be retired
  rotate   seals and indexes anew whatever is not under the first key of DATA_KEYS and of INDEX_KEYS; may be interrupted and run again
  --batch  rows of one transaction (100)
The database and the keys are those that the configuration names. docs/security.md, "Keys", tells the whole procedure.`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { batch: { type: 'string', default: '100' }, help: { type: 'boolean', short: 'h', default: false } },
  });
  const [command] = positionals;
  if (values.help || positionals.length !== 1 || (command !== 'status' && command !== 'rotate')) return console.log(USAGE);
  if (existsSync('.env')) process.loadEnvFile('.env');
  const closing: (() => Promise<unknown>)[] = [];
  try {
    const house = await openHouse(loadConfig(process.env), { tell: line => console.log(line) }, step => closing.push(step));
    const scopes = (await allCommunityIds(house.db)).map(id =>
      house.scopeOf(id, { kind: 'SYSTEM', purpose: 'key-rotation', behalfOf: null }),
    );
    for (const scope of scopes) {
      if (command === 'status') console.table(await keysInUse(scope));
      else await rotate(scope, numberOf('batch', values.batch, 1, 1000));
    }
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

async function rotate(scope: Parameters<typeof rotateKeys>[0], batch: number): Promise<void> {
  const report = await rotateKeys(scope, { batch, onBatch: (table, rows) => console.log(`${table}: ${rows} rows`) });
  console.table(report);
  if (report.some(({ unreadable }) => unreadable)) process.exitCode = 1;
}

main().catch(error => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
