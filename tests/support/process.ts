import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = join(import.meta.dirname, '../..');
const READY = /serves at (http:\S+)\/graphql/;
const START_MS = 100_000;
/** What tests ask for in a minute no person does. */
const AMPLE = { BUDGET_ACCOUNT: '999999999', BUDGET_ANONYMOUS: '999999999', BUDGET_SECRETS: '999999999' };

/** The server as people run it: a process of its own. */
export interface ServerProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

/** Starts `src/main.ts` on a data directory and any free port; done when it serves. */
export async function startProcess(dataDir: string): Promise<ServerProcess> {
  const tsx = join(ROOT, 'node_modules/tsx/dist/loader.mjs');
  const child = spawn(process.execPath, ['--import', tsx, join(ROOT, 'src/main.ts')], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'warn', ...AMPLE },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  const ended = new Promise<number | NodeJS.Signals | null>(done => child.once('exit', (code, signal) => done(code ?? signal)));
  createInterface({ input: child.stderr }).on('line', line => said.push(line));
  const serving = new Promise<string>(done => {
    createInterface({ input: child.stdout }).on('line', line => {
      said.push(line);
      const [, url] = READY.exec(line) ?? [];
      if (url !== undefined) done(url);
    });
  });
  const { promise: late, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(() => resolve(null), START_MS);
  const url = await Promise.race([serving, ended.then(() => null), late]);
  clearTimeout(timer);
  if (url === null) {
    child.kill('SIGKILL');
    throw new Error(`the server did not start:\n${said.join('\n')}`);
  }
  return { url, child, ended };
}

/** Every process whose command line names a directory. */
export const processesIn = (directory: string): readonly string[] =>
  execFileSync('ps', ['-Ao', 'pid=,args=', '-ww'], { encoding: 'utf8', maxBuffer: 2 ** 24 })
    .split('\n')
    .filter(line => line.includes(directory));
