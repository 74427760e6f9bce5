import { chmodSync, readFileSync, renameSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { usablePrograms } from './embedded/binaries.js';
import { EmbeddedPostgresError } from './embedded/error.js';
import {
  findHome,
  type Home,
  makeDirectory,
  makeDraft,
  makeEphemeralHome,
  passwordFile,
  removeDirectory,
  removeDrafts,
  replaceFile,
  writePassword,
} from './embedded/home.js';
import { acquireLock } from './embedded/lock.js';
import { attempt, run } from './embedded/processes.js';
import { runGuarded, runServer, type Server, stopOrphan } from './embedded/server.js';

export { EmbeddedPostgresError, type EmbeddedPostgresErrorCode } from './embedded/error.js';

const OWNER = 'postgres';

/** As long as a dying initdb gets from its watcher, and a little more. */
const DRAFTS_MS = 15_000;

/** For two cores that serve requests: no just-in-time compiler, no parallel plans, no row contents in the log. */
const SERVING: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '256MB',
  effective_cache_size: '1GB',
  random_page_cost: '1.1',
  jit: 'off',
  max_parallel_workers_per_gather: '0',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_error_verbosity: 'terse',
};

/** One file for each day of the week, in `cluster/log`. */
const LOG_FILES: Readonly<Record<string, string>> = {
  logging_collector: 'on',
  log_directory: 'log',
  log_filename: 'postgresql-%a.log',
  log_rotation_age: '1d',
  log_rotation_size: '0',
  log_truncate_on_rotation: 'on',
};

const FORGETFUL: Readonly<Record<string, string>> = { fsync: 'off', full_page_writes: 'off', logging_collector: 'off' };

/** A PostgreSQL server of our own, reachable from this machine only. */
export interface EmbeddedPostgres {
  /** URL of the superuser on the maintenance database. */
  readonly ownerUrl: string;
  /** URL of a database for a user, the superuser by default. */
  url(database: string, user?: string, password?: string): string;
  /** Ends all sessions and the server; done when no process is left. May be called again. */
  stop(): Promise<void>;
}

interface CommonOptions {
  /** Server settings that win over ours, such as `{ fsync: 'off' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** What a person may want to know while it starts; with `ephemeral` also the server's own log. */
  readonly log?: (line: string) => void;
}

export type EmbeddedOptions = CommonOptions &
  (
    | {
        /** Made if missing. Holds the cluster, the owner's password and the lock. */
        readonly dataDir: string;
        readonly ephemeral?: false;
      }
    | {
        /** A cluster for tests in a temporary directory, quick rather than durable, gone after `stop` or our death. */
        readonly ephemeral: true;
        readonly dataDir?: string;
      }
  );

const failed = (message: string): EmbeddedPostgresError => new EmbeddedPostgresError('FAILED', message);

const asArguments = (settings: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);

/** The port if it is free, or any free one for 0. */
const freePort = (port: number): Promise<number | undefined> =>
  new Promise(done => {
    const probe = createServer().once('error', () => done(undefined));
    probe.listen(port, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => done(typeof address === 'object' ? address?.port : undefined));
    });
  });

/**
 * Rows sort by code point on every machine (`builtin`), but pg_trgm asks the C library what a letter is: its `C` locale
 * knows no Chinese ones, and macOS has no `C.UTF-8`.
 */
const createCluster = async (place: Home, directory: string, bin: string, options: EmbeddedOptions): Promise<void> => {
  const problem = await runGuarded({
    path: join(bin, 'initdb'),
    args: [
      `--pgdata=${directory}`,
      `--username=${OWNER}`,
      `--pwfile=${passwordFile(place.home)}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      `--lc-ctype=${process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8'}`,
      ...(options.ephemeral ? ['--no-sync'] : []),
    ],
    remove: options.ephemeral ? place.home : directory,
    ...(place.as && { as: place.as }),
  });
  if (problem !== undefined) throw failed(`The database could not be made in ${directory}: ${problem}`);
};

/** PostgreSQL binds the port itself, so another may take it first; and after a crash old sessions may need a moment to go. */
const startServer = async (place: Home, bin: string, options: EmbeddedOptions): Promise<{ server: Server; port: number }> => {
  const portFile = join(place.home, 'port');
  const settings = { ...SERVING, ...(options.ephemeral ? FORGETFUL : LOG_FILES), ...options.settings };
  const lastPort = options.ephemeral ? undefined : attempt(() => readFileSync(portFile, 'utf8'));
  let port = lastPort && /^\d{4,5}$/.test(lastPort) ? await freePort(Math.min(Number(lastPort), 65_535)) : undefined;
  for (let tries = 1; ; tries++) {
    port ??= await freePort(0);
    if (port === undefined) throw failed('No port is free on 127.0.0.1.');
    const server = await runServer(place.cluster, {
      path: join(bin, 'postgres'),
      args: ['-D', place.cluster, '-p', String(port), ...asArguments(settings)],
      ...(place.as && { as: place.as }),
      ...(options.ephemeral && { remove: place.home }),
      ...(options.log && { log: options.log }),
    });
    if (typeof server !== 'string') {
      if (!options.ephemeral && String(port) !== lastPort) replaceFile(portFile, String(port), 0o644);
      return { server, port };
    }
    const isTaken = (await freePort(port)) === undefined;
    if (tries === 20 || !(isTaken || /shared memory block/.test(server))) throw failed(`PostgreSQL did not start: ${server}`);
    if (isTaken) port = undefined;
    else await sleep(500);
  }
};

const connectable = (server: Server, port: number, ownPassword: string, release: () => void): EmbeddedPostgres => {
  const url = (database: string, user = OWNER, password = user === OWNER ? ownPassword : undefined): string => {
    const login = [user, ...(password === undefined ? [] : [password])].map(encodeURIComponent).join(':');
    return `postgres://${login}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
  };
  let stopped: Promise<void> | undefined;
  return {
    ownerUrl: url('postgres'),
    url,
    stop: () => {
      stopped ??= server.stop().finally(release);
      return stopped;
    },
  };
};

const startEphemeral = async (options: EmbeddedOptions): Promise<EmbeddedPostgres> => {
  const place = makeEphemeralHome();
  const { home, cluster, as } = place;
  try {
    const bin = usablePrograms(home, as);
    const password = writePassword(place);
    if (as) {
      // The watcher removes all this as the database's user; nobody else could enter until now.
      run('chown', ['-R', `${as.uid}:${as.gid}`, home]);
      chmodSync(home, 0o700);
    }
    await createCluster(place, cluster, bin, options);
    const { server, port } = await startServer(place, bin, options);
    return connectable(server, port, password, () => undefined);
  } catch (error) {
    removeDirectory(home, as);
    throw error;
  }
};

const startPersistent = async (dataDir: string, options: EmbeddedOptions): Promise<EmbeddedPostgres> => {
  const directory = makeDirectory(dataDir);
  const release = acquireLock(directory);
  try {
    const place = findHome(directory);
    const { home, cluster, as, isNew } = place;
    await removeDrafts(place, DRAFTS_MS);
    const bin = usablePrograms(home, as);
    if (isNew) {
      options.log?.(`Making a database in ${cluster}`);
      writePassword(place);
      const draft = makeDraft(place);
      await createCluster(place, draft, bin, options);
      renameSync(draft, cluster);
      if (home !== directory) symlinkSync(cluster, join(directory, 'cluster'));
    } else {
      await stopOrphan(cluster);
    }
    const password = attempt(() => readFileSync(passwordFile(home), 'utf8'));
    if (!password) throw failed(`The password of the database's owner is missing: ${passwordFile(home)}.`);
    const { server, port } = await startServer(place, bin, options);
    return connectable(server, port, password, release);
  } catch (error) {
    release();
    throw error;
  }
};

/**
 * Starts the PostgreSQL that came with npm, and makes its cluster at the first start. As root it runs as another user, in
 * another place if that user cannot enter `dataDir`. However this process ends, the server ends with it; what was
 * committed is there at the next start.
 *
 * @throws EmbeddedPostgresError with a sentence for whoever started us
 */
export const startEmbedded = async (options: EmbeddedOptions): Promise<EmbeddedPostgres> => {
  try {
    return await (options.ephemeral ? startEphemeral(options) : startPersistent(options.dataDir, options));
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) throw failed(`PostgreSQL could not be started: ${error.message}.`);
    throw error;
  }
};
