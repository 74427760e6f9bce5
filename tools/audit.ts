import { once } from 'node:events';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { type App, createApp } from '../src/app.js';
import { loadConfig } from '../src/config.js';
import { verifyExport } from '../src/modules/audit/export.js';
import { exportChain } from '../src/modules/audit/export.service.js';
import { headsIn } from '../src/modules/audit/journal.js';
import { verifyChain } from '../src/modules/audit/verification.service.js';
import { allCommunityIds, communityIdByCode } from '../src/modules/territory/territory.service.js';
import type { Scope } from '../src/scope/scope.js';

const USAGE = `Verifies the audit chain of every community, or of one, from its first event to its last.

  npm run audit -- verify [--community CODE]
      in the database that the configuration names, against its signed heads and its access log
  npm run audit -- export --community CODE > FILE
      writes a chain for verification elsewhere
  npm run audit -- verify --file FILE --heads FILE --key BASE64
      an exported chain against the signed heads, without any database: the heads are believed that this public key signed

Ends with 1 when a chain is not sound. How the files are to be read is said in docs/security.md.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    community: { type: 'string' },
    file: { type: 'string' },
    heads: { type: 'string' },
    key: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

/** Tells of one chain; true when it is sound. */
function tell(
  name: string,
  {
    broken,
    head,
  }: { readonly broken: { readonly flaw: string; readonly position: number | null } | null; readonly head: object },
): boolean {
  console.log(JSON.stringify({ chain: name, sound: broken === null, ...broken, head }));
  return broken === null;
}

async function verifyFile(file: string, heads: string, key: string): Promise<boolean> {
  // The file of heads is named after its community.
  const communityId = /([0-9a-f-]{36})\.jsonl$/.exec(heads)?.[1] ?? '';
  const kept = headsIn(readFileSync(heads, 'utf8'), communityId, new Set([key]));
  const lines = createInterface({ input: createReadStream(file, 'utf8') });
  return tell(file, await verifyExport(lines, communityId, kept));
}

async function withApp<T>(work: (app: App, communityIds: readonly string[]) => Promise<T>): Promise<T> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const app = await createApp({ ...loadConfig(process.env), port: 0, demoData: false });
  try {
    const { db } = app.house;
    const one = values.community === undefined ? null : await communityIdByCode(db, values.community);
    if (values.community !== undefined && one === null) throw new Error(`There is no community ${values.community}.`);
    return await work(app, one === null ? await allCommunityIds(db) : [one]);
  } finally {
    await app.stop();
  }
}

const scopeOf = ({ house }: App, communityId: string): Scope =>
  house.scopeOf(communityId, { kind: 'SYSTEM', purpose: 'sealing', behalfOf: null });

async function main(): Promise<boolean> {
  const [command] = positionals;
  const { file, heads, key, community } = values;
  if (command === 'verify' && file !== undefined && heads !== undefined && key !== undefined) return verifyFile(file, heads, key);
  if (command === 'verify' && file === undefined)
    return withApp(async (app, communityIds) => {
      let sound = true;
      for (const id of communityIds) sound = tell(id, await verifyChain(scopeOf(app, id), { full: true })) && sound;
      return sound;
    });
  if (command === 'export' && community !== undefined)
    return withApp(async (app, [id = '']) => {
      for await (const line of exportChain(scopeOf(app, id)))
        if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain');
      return true;
    });
  console.error(USAGE);
  return values.help;
}

main()
  .then(sound => process.exit(sound ? 0 : 1))
  .catch(error => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  });
