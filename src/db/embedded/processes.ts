import { spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process, told apart from a later one that got the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly started: string;
}

/** Another user to run a program as. */
export interface UserIds {
  readonly uid: number;
  readonly gid: number;
}

const UNKNOWN = 'unknown';

export const attempt = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch {
    return undefined;
  }
};

/** Alive as far as signals tell: also true for a process of another user, and for one that waits to be reaped. */
export const answersSignals = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

const linuxStart = (pid: number): string | undefined => {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  // A program's name may hold spaces and brackets, so count from the last bracket: state is first, start time the 20th.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (!fields) return answersSignals(pid) ? UNKNOWN : undefined;
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
  const boot = attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
  return `${boot} ${fields[19]}`;
};

const psStart = (pid: number): string | undefined => {
  const [state = '', ...start] = ps(pid, 'state=,lstart=').split(/\s+/);
  if (state === '') return answersSignals(pid) ? UNKNOWN : undefined;
  return state.startsWith('Z') ? undefined : start.join(' ');
};

const ps = (pid: number, columns: string): string =>
  spawnSync('ps', ['-o', columns, '-p', String(pid)], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  }).stdout?.trim() ?? '';

const startOf = (pid: number): string | undefined => (process.platform === 'linux' ? linuxStart(pid) : psStart(pid));

export const thisProcess = (): ProcessIdentity => ({ pid: process.pid, started: startOf(process.pid) ?? UNKNOWN });

/** In doubt (the start time cannot be read) a process that answers counts as the one meant. */
export const isAlive = ({ pid, started }: ProcessIdentity): boolean => {
  const now = startOf(pid);
  return now !== undefined && (now === started || now === UNKNOWN || started === UNKNOWN);
};

/** Is `pid` a PostgreSQL server on this cluster? `undefined` when it cannot be told. */
export const isServerOf = (pid: number, cluster: string): boolean | undefined => {
  if (process.platform !== 'linux') {
    const command = ps(pid, 'args=');
    if (!command.includes('postgres')) return false;
    return command.includes(cluster) ? true : undefined;
  }
  const program = attempt(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0]);
  if (program === undefined) return undefined;
  if (basename(program) !== 'postgres') return false;
  // A server works in its cluster, and the link follows a directory that was renamed meanwhile.
  const workingDirectory = attempt(() => readlinkSync(`/proc/${pid}/cwd`));
  return workingDirectory === undefined ? undefined : workingDirectory === cluster;
};

/** Waits until `condition` holds, at most `milliseconds`; answers whether it came to hold. */
export const eventually = async (condition: () => boolean, milliseconds: number): Promise<boolean> => {
  const end = performance.now() + milliseconds;
  while (!condition()) {
    if (performance.now() > end) return false;
    await sleep(20);
  }
  return true;
};

/** Nothing of our own environment: it may hold secrets, and PG* variables would change what the programs do. */
export const cleanEnvironment = (): NodeJS.ProcessEnv => ({ PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' });

/** Runs a short program to its end, as another user if told. `output` is everything it wrote, or why it could not run. */
export const run = (command: string, args: readonly string[], as?: UserIds) => {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    ...as,
    cwd: '/',
    env: cleanEnvironment(),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return {
    ok: status === 0,
    output: error ? error.message : `${stdout}${stderr}`.trim(),
    code: error && (error as NodeJS.ErrnoException).code,
  };
};
