import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEMO_PASSWORD } from '../../src/seeds/index.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const STARTED_WITHIN = 120_000;

export interface Server {
  readonly url: string;
  readonly pid: number;
  /** From its start until it served, seeding included, in milliseconds. */
  readonly startedIn: number;
  stop(): Promise<void>;
}

/** The newest time of change below a directory; 0 when it is not there. */
function newest(path: string): number {
  const status = statSync(path, { throwIfNoEntry: false });
  if (!status?.isDirectory()) return status?.mtimeMs ?? 0;
  return Math.max(0, ...readdirSync(path).map(name => newest(join(path, name))));
}

/** What `npm start` built, unless the sources have changed since: then those. */
export function currentMain(): string {
  const built = join(ROOT, 'dist/main.js');
  return newest(built) > newest(join(ROOT, 'src')) ? built : join(ROOT, 'src/main.ts');
}

/** Starts the server as a process of its own, as people do, on its own database with the demo estate in `dataDir`. */
export async function startServer(dataDir: string, main = currentMain(), nodeOptions: readonly string[] = []): Promise<Server> {
  mkdirSync(dataDir, { recursive: true });
  const begun = performance.now();
  const child = spawn(process.execPath, [...nodeOptions, '--import', import.meta.resolve('tsx'), main], {
    // Not where an .env of the developer's lies.
    cwd: dirname(dataDir),
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      // Sources need it when they are run from elsewhere.
      TSX_TSCONFIG_PATH: join(ROOT, 'tsconfig.json'),
      DATA_DIR: dataDir,
      PORT: '0',
      LOG_LEVEL: 'warn',
      // Nobody asks for so much, but a benchmark.
      BUDGET_ACCOUNT: '999999999',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the server did not start in time')), STARTED_WITHIN);
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const found = /serves at (http:\S+)\/graphql/.exec(said)?.[1];
      if (found) {
        clearTimeout(timer);
        resolve(found);
      }
    });
    child.once('exit', code => reject(new Error(`the server ended with ${code} before it served:\n${said}`)));
  }).catch(error => {
    child.kill();
    throw error;
  });
  return {
    url,
    pid: child.pid ?? 0,
    startedIn: performance.now() - begun,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** An answer without errors; anything else is thrown. The shape is the caller's to know. */
export async function ask<Data>(url: string, token: string | null, query: string, variables: object = {}): Promise<Data> {
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await answer.json()) as { readonly data?: Data; readonly errors?: unknown };
  if (!data || errors) throw new Error(`${answer.status} ${JSON.stringify(errors)}`);
  return data;
}

/** An access token of a demo account, good for fifteen minutes. */
export async function signIn(url: string, login: string): Promise<string> {
  const { signIn: session } = await ask<{ readonly signIn: { readonly accessToken: string | null } }>(
    url,
    null,
    'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }',
    { input: { login, password: DEMO_PASSWORD } },
  );
  if (session.accessToken === null) throw new Error(`${login} cannot sign in`);
  return session.accessToken;
}
