import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { EmbeddedPostgresError } from './error.js';
import { attempt, eventually, run, type UserIds } from './processes.js';
import { databaseUser } from './user.js';

/** For clusters of root whose data directory the database's user cannot enter. */
const SYSTEM_HOME = '/var/lib/red-alliance';

/**
 * Where one cluster lives. `home` belongs to us and holds what we write; only `cluster` in it belongs to the database's
 * user, so that whoever is that user cannot make root follow a link of his.
 */
export interface Home {
  readonly home: string;
  readonly cluster: string;
  readonly as?: UserIds;
}

const failed = (message: string): EmbeddedPostgresError => new EmbeddedPostgresError('FAILED', message);

const canEnter = (directory: string, as?: UserIds): boolean => run('/bin/sh', ['-c', 'cd -- "$1"', 'sh', directory], as).ok;

const canWrite = (directory: string, as?: UserIds): boolean =>
  run('/bin/sh', ['-c', 'cd -- "$1" && [ -w . ]', 'sh', directory], as).ok;

/** Open to be passed through, by root's clusters only: the database's user must come to its cluster. */
const homeMode = (as?: UserIds): number => (as ? 0o711 : 0o700);

const describe = (home: string, cluster: string, as?: UserIds): Home => ({ home, cluster, ...(as && { as }) });

export const makeDirectory = (dataDir: string): string => {
  const directory = resolve(dataDir);
  try {
    mkdirSync(directory, { recursive: true, mode: homeMode(process.getuid?.() === 0 ? { uid: 0, gid: 0 } : undefined) });
    return realpathSync(directory);
  } catch (error) {
    throw failed(`The data directory ${directory} cannot be made: ${(error as Error).message}.`);
  }
};

const existingHome = (pointer: string): Home => {
  const cluster = attempt(() => realpathSync(pointer));
  if (!cluster) throw failed(`${pointer} points to a database that is not there any more.`);
  const { uid, gid } = statSync(cluster);
  const as = databaseUser(uid === 0 ? undefined : { uid, gid });
  if (canEnter(cluster, as)) return describe(dirname(cluster), cluster, as);
  throw failed(
    `The database in ${cluster} belongs to user ${uid}, but user ${as?.uid ?? process.getuid?.()} has to run it and cannot enter it.`,
  );
};

const makeSystemHome = (dataDir: string): string => {
  try {
    mkdirSync(SYSTEM_HOME, { recursive: true });
    chmodSync(SYSTEM_HOME, 0o711);
    const home = mkdtempSync(join(SYSTEM_HOME, 'database-'));
    chmodSync(home, 0o711);
    return home;
  } catch (error) {
    throw failed(
      `The database's user cannot enter ${dataDir}, and the database cannot live in ${SYSTEM_HOME} either: ${(error as Error).message}.`,
    );
  }
};

/**
 * Finds the home of the cluster that `dataDir` holds or points to, or decides where a new one will be: in `dataDir`, or
 * below /var/lib if its user could not enter that; the caller then lets `dataDir/cluster` point to it.
 */
export const findHome = (dataDir: string): Home & { readonly isNew: boolean } => {
  const pointer = join(dataDir, 'cluster');
  if (attempt(() => lstatSync(pointer))) return { ...existingHome(pointer), isNew: false };
  const as = databaseUser();
  const home = canEnter(dataDir, as) ? dataDir : makeSystemHome(dataDir);
  return { ...describe(home, join(home, 'cluster'), as), isNew: true };
};

/** A home below the first temporary directory that the database's user can use: its watcher removes the home in the end. */
export const makeEphemeralHome = (): Home => {
  const as = databaseUser();
  const parent = [tmpdir(), '/tmp', '/var/tmp'].find(directory => canWrite(directory, as));
  if (!parent) throw failed(`The database's user can use no temporary directory (${tmpdir()}, /tmp, /var/tmp).`);
  const home = mkdtempSync(join(parent, 'red-alliance-'));
  chmodSync(home, homeMode(as));
  return describe(home, join(home, 'cluster'), as);
};

/** Removes a directory as its owner: root would follow links that the database's user puts in its way. */
export const removeDirectory = (directory: string, as?: UserIds): void => {
  const isTheirs = as && attempt(() => statSync(directory).uid) === as.uid;
  run('rm', ['-rf', '--', directory], isTheirs ? as : undefined);
  attempt(() => rmdirSync(directory));
};

/** A cluster is made under another name, so that one that was never finished is not taken for a whole one. */
export const makeDraft = ({ home, as }: Home): string => {
  const draft = join(home, `cluster.draft-${randomBytes(8).toString('hex')}`);
  mkdirSync(draft, { mode: 0o700 });
  if (as) chownSync(draft, as.uid, as.gid);
  return draft;
};

/**
 * Removes what starts left that were killed while they made the cluster. Their initdb, or the server it works through, may
 * still be dying and write where we remove, so try again for as long as that takes; at worst the next start does it.
 */
export const removeDrafts = async ({ home, as }: Home, milliseconds: number): Promise<void> => {
  const drafts = (): readonly string[] => readdirSync(home).filter(name => name.startsWith('cluster.draft-'));
  await eventually(() => {
    for (const name of drafts()) removeDirectory(join(home, name), as);
    return drafts().length === 0;
  }, milliseconds);
};

/** Never through a link that someone laid there: root may be working in another's directory. */
export const replaceFile = (path: string, text: string, mode: number): void => {
  const draft = `${path}.draft-${randomBytes(8).toString('hex')}`;
  writeFileSync(draft, text, { flag: 'wx', mode });
  renameSync(draft, path);
};

/** The password of the cluster's owner, in a file that the cluster's user (initdb reads it) and root can read. */
export const writePassword = ({ home, as }: Home): string => {
  const password = randomBytes(24).toString('base64url');
  replaceFile(passwordFile(home), password, 0o600);
  if (as) chownSync(passwordFile(home), as.uid, as.gid);
  return password;
};

export const passwordFile = (home: string): string => join(home, 'owner.password');
