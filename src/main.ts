import { existsSync } from 'node:fs';
import { type App, createApp } from './app.js';
import { ConfigError, loadConfig } from './config.js';
import { isForgotten } from './db/driver.js';
import { EmbeddedPostgresError } from './db/embedded.js';
import { DatabaseRefused } from './db/open.js';
import { KeysRefused } from './keys.js';
import { hasDemoAccounts } from './modules/identity/identity.service.js';
import { DEMO_PASSWORD, seedDemo } from './seeds/index.js';

const FIRST_QUERY =
  '{ community { name branches { code name } } offers(first: 3) { edges { node { title organization { name } } } } }';

const say = (line: string) => console.log(line);

/** The oldest Node that has all we use; `npm ci` brings a newer one, unless install scripts are off. */
const OLDEST_NODE = 22;

async function main(): Promise<void> {
  if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
    throw new TooOld(
      `This is Node ${process.versions.node}; it takes ${OLDEST_NODE} or newer to run. Let npm run the install script of the package "node".`,
    );
  }
  if (existsSync('.env')) process.loadEnvFile('.env');
  const starting = createApp(loadConfig(process.env), { seed: seedDemo, tell: say });
  stopOnSignals(starting);
  await welcome(await starting);
}

class TooOld extends Error {}

/** The first signal lets everything end in order, also while it is still starting; the second ends it now. */
function stopOnSignals(starting: Promise<App>): void {
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(130);
      stopping = true;
      say(signal === 'SIGINT' ? 'Stopping; once more to stop at once.' : 'Stopping.');
      starting
        .then(app => app.stop())
        .then(() => process.exit(0))
        .catch(fail);
    });
  }
}

async function welcome({ url, house }: App): Promise<void> {
  say(`Red Alliance serves at ${url}/graphql. Open ${url} in a browser to try it.`);
  if (!(await hasDemoAccounts(house.db))) return;
  say('Demo accounts: admin, secretary.b1 to .b4, officer.east, officer.west, generalist.b1, liaison.u001 and on, family.1,');
  say('volunteer.1, mediator, subdistrict, auditor');
  say(`Their password: ${DEMO_PASSWORD}`);
  say(`A query to paste: ${FIRST_QUERY}`);
}

/** A sentence for whoever started us, where we have one. */
function plain(error: unknown): string {
  if (error instanceof ConfigError)
    return ['The configuration has problems:', ...error.problems.map(line => `  ${line}`)].join('\n');
  if (
    error instanceof EmbeddedPostgresError ||
    error instanceof DatabaseRefused ||
    error instanceof KeysRefused ||
    error instanceof TooOld
  )
    return error.message;
  const { code, port } = error as { readonly code?: string; readonly port?: number };
  if (code === 'EADDRINUSE') return `Port ${port} is in use: set PORT to another one.`;
  if (code === 'EACCES' && port !== undefined) return `Port ${port} is not ours to open: set PORT to another one.`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function fail(error: unknown): never {
  console.error(plain(error));
  process.exit(1);
}

process.on('unhandledRejection', error => isForgotten(error) || fail(error));
main().catch(fail);
