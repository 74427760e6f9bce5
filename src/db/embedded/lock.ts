import { randomUUID } from 'node:crypto';
import { linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedPostgresError } from './error.js';
import { isAlive, type ProcessIdentity, thisProcess } from './processes.js';

interface Holder extends ProcessIdentity {
  readonly nonce: string;
}

const HEAD = 'lock';
const after = (holder: Holder): string => `${HEAD}.after-${holder.nonce}`;

const parse = (text: string): Holder => {
  try {
    return JSON.parse(text) as Holder;
  } catch {
    return { pid: 0, started: '', nonce: 'unreadable' };
  }
};

const read = (path: string): Holder | undefined => {
  try {
    return parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

/** pid 0 would mean our own process group. */
const lives = (holder: Holder): boolean => holder.pid > 0 && isAlive(holder);

const lastHolder = (directory: string): Holder | undefined => {
  let last = read(join(directory, HEAD));
  for (let next = last; next; next = read(join(directory, after(next)))) last = next;
  return last;
};

const place = (file: string, at: string): boolean => {
  try {
    linkSync(file, at);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
};

const sweep = (directory: string): void => {
  for (const name of readdirSync(directory).filter(name => name.startsWith(`${HEAD}.`))) {
    const left = read(join(directory, name));
    if (left && !lives(left)) rmSync(join(directory, name), { force: true });
  }
};

/**
 * Takes the lock file of a directory, also from a holder that died, and returns the function that gives it back.
 *
 * Holders form a chain: `lock`, then the one file that may follow each dead holder, named after that holder's nonce. A file
 * is linked in whole or not at all, so exactly one of several racing heirs follows a holder, and nobody ever removes a lock
 * that could be another's. An heir whose predecessor was meanwhile swept away finds itself outside the chain and starts again.
 *
 * @throws EmbeddedPostgresError `IN_USE` at once if the holder lives.
 */
export const acquireLock = (directory: string): (() => void) => {
  const mine: Holder = { ...thisProcess(), nonce: randomUUID() };
  const head = join(directory, HEAD);
  const draft = join(directory, `${HEAD}.draft-${mine.nonce}`);
  writeFileSync(draft, JSON.stringify(mine), { flag: 'wx', mode: 0o644 });
  try {
    for (;;) {
      const holder = lastHolder(directory);
      if (holder && lives(holder)) {
        throw new EmbeddedPostgresError('IN_USE', `The data directory ${directory} is in use by process ${holder.pid}.`);
      }
      const seat = holder ? join(directory, after(holder)) : head;
      if (!place(draft, seat)) continue;
      if (lastHolder(directory)?.nonce !== mine.nonce) {
        rmSync(seat, { force: true });
        continue;
      }
      if (seat !== head) renameSync(seat, head);
      break;
    }
  } finally {
    rmSync(draft, { force: true });
  }
  sweep(directory);
  return () => {
    if (read(head)?.nonce === mine.nonce) rmSync(head, { force: true });
  };
};
