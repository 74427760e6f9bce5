import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** A clone of its own, in a path with a space, so that several runs of the tests do not meet. */
const home = mkdtempSync(join(tmpdir(), 'red alliance '));
chmodSync(home, 0o711);
for (const name of ['node_modules', 'drizzle', 'schema', 'seeds']) symlinkSync(join(root, name), join(home, name));
copyFileSync(join(root, 'package.json'), join(home, 'package.json'));

interface Running {
  readonly child: ChildProcess;
  readonly lines: readonly string[];
  readonly url: string;
}
const children = new Set<ChildProcess>();

function launch(env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, ['dist/main.js'], {
    cwd: home,
    env: { PATH: process.env.PATH, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  const lines: string[] = [];
  const errors: string[] = [];
  const listening = new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).on('line', line => {
      lines.push(line);
      const url = /serves at (http:\S+)\/graphql/.exec(line)?.[1];
      if (url) resolve(url);
    });
    createInterface(child.stderr).on('line', line => errors.push(line));
    child.once('exit', code => reject(new Error(`exit ${code}: ${errors.join('\n')}`)));
  });
  return { child, lines, errors, listening };
}

async function start(env: Readonly<Record<string, string>> = {}): Promise<Running> {
  const { child, lines, listening } = launch(env);
  return { child, lines, url: await listening };
}

async function end({ child }: Pick<Running, 'child'>, signal: NodeJS.Signals): Promise<readonly [number | null, string | null]> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill(signal);
    await once(child, 'exit');
  }
  children.delete(child);
  return [child.exitCode, child.signalCode];
}

const ask = async ({ url }: Running, query: string) => {
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return (await answer.json()) as { readonly data: Readonly<Record<string, unknown>> };
};

afterAll(async () => {
  for (const child of children) await end({ child }, 'SIGTERM');
  rmSync(home, { recursive: true, force: true });
});

describe('what `npm run build` makes', () => {
  it('is complete', () => {
    const build = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.build.json', '--outDir', join(home, 'dist')], {
      cwd: root,
      encoding: 'utf8',
    });
    expect([build.status, build.stdout]).toEqual([0, '']);
    for (const file of ['main.js', 'modules/matching/engine/solver.js', 'modules/matching/planning.worker.js'])
      expect([file, existsSync(join(home, 'dist', file))]).toEqual([file, true]);
  });

  it('runs under plain Node, refuses a second process, stops on a signal, survives a kill, and keeps its data', async () => {
    const first = await start();
    await expect.poll(() => first.lines.join('\n')).toMatch(/password: \S+\n.*to paste: /);
    const pasted = await ask(first, String(/to paste: (.*)/.exec(first.lines.join('\n'))?.[1]));
    expect(pasted).toEqual({ data: expect.anything(), extensions: expect.anything() });
    const community = await ask(first, '{ community { id name } branches { code } }');
    expect(community.data).toMatchObject({ community: { id: expect.any(String) } });
    expect((await fetch(`${first.url}/readyz`)).status).toBe(200);
    expect(await (await fetch(first.url)).text()).toContain('ruru-root');

    const second = launch();
    await expect(second.listening).rejects.toThrow(/^exit 1: [^\n]*in use[^\n]*$/i);
    children.delete(second.child);

    expect(await end(first, 'SIGKILL')).toEqual([null, 'SIGKILL']);
    const third = await start();
    expect(await ask(third, '{ community { id name } branches { code } }')).toEqual(community);

    const taken = launch({ PORT: String(new URL(third.url).port), DATA_DIR: 'elsewhere', DEMO_DATA: 'false' });
    await expect(taken.listening).rejects.toThrow(/^exit 1: Port \d+ is in use/);
    children.delete(taken.child);

    expect(await end(third, 'SIGTERM')).toEqual([0, null]);
    await expect(fetch(`${third.url}/healthz`)).rejects.toThrow();
    const left = spawnSync('pgrep', ['-f', home], { encoding: 'utf8' });
    expect(left.stdout.trim()).toBe('');
  }, 180_000);

  it('lists every problem of the configuration and exits', async () => {
    const { listening, child } = launch({ PORT: 'x', NODE_ENV: 'production', DEMO_DATA: 'maybe' });
    await expect(listening).rejects.toThrow(/exit 1: The configuration has problems:\n {2}PORT .*\n {2}DEMO_DATA /);
    children.delete(child);
    const production = launch({ NODE_ENV: 'production', CORS_ORIGINS: '*' });
    await expect(production.listening).rejects.toThrow(
      /JWT_SECRET is missing.*\n.*DATA_KEYS is missing.*\n.*AUDIT_KEYS is missing.*\n.*CORS_ORIGINS/,
    );
    children.delete(production.child);
  });
});
