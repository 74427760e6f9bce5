import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, constants, openSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { EmbeddedPostgresError } from './error.js';
import { answersSignals, attempt, cleanEnvironment, eventually, isServerOf, type UserIds } from './processes.js';

const START_MS = 120_000;
const PATIENCE_MS = 10_000;

/**
 * Becomes the program, after leaving behind a watcher that holds the other end of our file descriptor 3 and stops the
 * program when we die, whatever killed us. `$$` is the program's number: it takes the shell's place. The watcher is a
 * grandchild, because PostgreSQL treats unknown children that end as a crash. SIGINT is a fast shutdown, SIGQUIT one that
 * recovers at the next start. A dead program may stay listed as Z when nobody asks for its exit code. `$1` is what to remove
 * when stopped, if anything.
 */
const GUARD = `
remove=$1; shift
alive() { kill -0 $$ && { [ ! -r /proc/$$/stat ] || ! grep -q ') [ZX] ' /proc/$$/stat; }; }
( (
  trap '' HUP INT QUIT TERM
  exec </dev/null >/dev/null 2>&1
  word=; read -r word <&3
  if [ "$word" = leave ]; then exit; fi
  tries=0
  while [ $tries -lt 600 ] && alive; do
    case $tries in 0) kill -INT $$;; 100) kill -QUIT $$;; 300) kill -KILL $$;; esac
    tries=$((tries + 1)); sleep 0.1
  done
  if [ -n "$remove" ]; then rm -rf -- "$remove"; fi
) & )
exec "$@" 3<&-
`;

interface Guarded {
  readonly child: ChildProcess;
  readonly lifeline: Socket;
  readonly tail: readonly string[];
}

export interface Program {
  readonly path: string;
  readonly args: readonly string[];
  readonly as?: UserIds;
  /** A directory that goes when the program is stopped by our death, or by `end(…, 'remove')`. */
  readonly remove?: string;
  readonly log?: (line: string) => void;
}

/** Own session: Ctrl-C in a terminal reaches everything in the foreground, and the database must outlive the draining. */
const spawnGuarded = ({ path, args, as, remove = '', log }: Program): Guarded => {
  const child = spawn('/bin/sh', ['-c', GUARD, 'postgres-guard', remove, path, ...args], {
    ...as,
    cwd: '/',
    detached: true,
    env: cleanEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const tail: string[] = [];
  child.on('error', error => tail.push(error.message));
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', line => {
      tail.push(line);
      if (tail.length > 40) tail.shift();
      log?.(line);
    });
  }
  const lifeline = child.stdio[3];
  if (!(lifeline instanceof Socket)) throw new Error('no pipe to the guard');
  lifeline.on('error', () => undefined).resume();
  return { child, lifeline, tail };
};

const hasEnded = (child: ChildProcess): boolean =>
  child.exitCode !== null || child.signalCode !== null || child.pid === undefined;

/** Tells the watcher that its work is over, and waits for it. */
const dismiss = async ({ lifeline }: Guarded, word: 'leave' | 'remove'): Promise<void> => {
  lifeline.ref();
  const closed = lifeline.destroyed ? undefined : new Promise(done => lifeline.once('close', done));
  lifeline.end(`${word}\n`);
  await closed;
};

/** Waits for the last lines of a program that ended; a child of its own that is left may hold the pipe open longer. */
const drained = ({ child }: Guarded): Promise<boolean> =>
  eventually(() => [child.stdout, child.stderr].every(stream => !stream || stream.closed), 1000);

/** Runs a program to its end; `undefined` when it went well, else the end of what it wrote. */
export const runGuarded = async (program: Program): Promise<string | undefined> => {
  const guarded = spawnGuarded(program);
  await new Promise(done => guarded.child.once('exit', done).once('error', done));
  await dismiss(guarded, 'leave');
  await drained(guarded);
  return guarded.child.exitCode === 0 ? undefined : guarded.tail.slice(-5).join(' ');
};

const postmasterLines = (cluster: string): readonly string[] =>
  attempt(() => readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n')) ?? [];

const isReady = (cluster: string, pid: number | undefined): boolean => {
  const lines = postmasterLines(cluster);
  return Number(lines[0]) === pid && lines[7]?.trim() === 'ready';
};

/** The reasons that a server gave before it ended: on its error output, or in its newest log file once it writes one. */
const reasons = (cluster: string, tail: readonly string[]): string => {
  const directory = join(cluster, 'log');
  const files = (attempt(() => readdirSync(directory)) ?? []).map(name => join(directory, name));
  const newest = files.sort((a, b) => statSync(a).mtimeMs - statSync(b).mtimeMs).at(-1);
  const written = newest ? readFileSync(newest, 'utf8').split('\n') : [];
  const lastStart = written.findLastIndex(line => line.includes('starting PostgreSQL'));
  const lines = [...tail, ...written.slice(Math.max(lastStart, 0))].filter(line => /FATAL|PANIC|ERROR|error/.test(line));
  return [...new Set(lines.map(line => line.replace(/^.*?(FATAL|PANIC|ERROR):\s*/, '')))].slice(-3).join('; ');
};

/** A server that answers. `stop` shuts it down at once but cleanly, and is done when nothing of it is left. */
export interface Server {
  stop(): Promise<void>;
}

/** @returns the running server, or the reasons why it ended */
export const runServer = async (cluster: string, program: Program): Promise<Server | string> => {
  const guarded = spawnGuarded(program);
  const { child, lifeline, tail } = guarded;
  let wanted = true;

  const end = async (): Promise<void> => {
    wanted = false;
    for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
      if (hasEnded(child)) break;
      child.kill(signal);
      await eventually(() => hasEnded(child), PATIENCE_MS);
    }
    await dismiss(guarded, program.remove ? 'remove' : 'leave');
  };

  await eventually(() => hasEnded(child) || isReady(cluster, child.pid), START_MS);
  if (hasEnded(child)) {
    wanted = false;
    await dismiss(guarded, 'leave');
    await drained(guarded);
    return reasons(cluster, tail) || tail.join(' ') || `it ended with code ${child.exitCode ?? child.signalCode}`;
  }
  if (!isReady(cluster, child.pid)) {
    await end();
    return `it was not ready after ${START_MS / 1000} s`;
  }

  child.once('exit', (code, signal) => wanted && program.log?.(`PostgreSQL ended by itself (${code ?? signal}).`));
  child.unref();
  for (const stream of [child.stdout, child.stderr, lifeline]) if (stream instanceof Socket) stream.unref();

  let stopped: Promise<void> | undefined;
  return {
    stop: () => {
      stopped ??= end();
      return stopped;
    },
  };
};

/**
 * PostgreSQL does not start while the number in postmaster.pid belongs to any process of its user, such as another program
 * that got it since. It does not mind its parent's, and goes on to look for sessions that outlived their server: so the
 * file may be changed, not removed.
 */
const disownPid = (cluster: string): void => {
  const lines = [process.pid, ...postmasterLines(cluster).slice(1)];
  const file = openSync(join(cluster, 'postmaster.pid'), constants.O_WRONLY | constants.O_TRUNC | constants.O_NOFOLLOW);
  try {
    writeFileSync(file, lines.join('\n'));
  } finally {
    closeSync(file);
  }
};

/**
 * Stops the server of a process that died: its watcher may still be at it, or was killed too. Must be called by the holder
 * of the lock.
 */
export const stopOrphan = async (cluster: string): Promise<void> => {
  const pid = Number(postmasterLines(cluster)[0]);
  if (!(pid > 1) || !answersSignals(pid)) return;
  const isOurs = isServerOf(pid, cluster);
  if (isOurs === false) disownPid(cluster);
  if (!isOurs) return;
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    attempt(() => process.kill(pid, signal));
    if (await eventually(() => !isServerOf(pid, cluster), PATIENCE_MS)) return;
  }
  throw new EmbeddedPostgresError('IN_USE', `The database in ${cluster} is still run by process ${pid}, which does not stop.`);
};
