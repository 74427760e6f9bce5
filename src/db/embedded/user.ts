import { EmbeddedPostgresError } from './error.js';
import { run, type UserIds } from './processes.js';

const OWN_NAME = 'red-alliance';

/** Debian, Red Hat and most others; then BusyBox. */
const WAYS_TO_MAKE: readonly (readonly [string, readonly string[]])[] = [
  ['useradd', ['--system', '--user-group', '--no-create-home', '--home-dir', '/nonexistent', '--shell', '/bin/false', OWN_NAME]],
  ['adduser', ['-S', '-D', '-H', '-h', '/nonexistent', '-s', '/bin/false', OWN_NAME]],
];

const idOf = (flag: '-u' | '-g', name: string): number | undefined => {
  const { ok, output } = run('id', [flag, name]);
  // macOS writes the id of nobody, -2, without its sign.
  return ok && /^\d+$/.test(output) ? Number(output) | 0 : undefined;
};

const idsOf = (name: string): UserIds | undefined => {
  const uid = idOf('-u', name);
  const gid = idOf('-g', name);
  return uid && gid !== undefined ? { uid, gid } : undefined;
};

const canBecome = (ids: UserIds): boolean => run('/bin/sh', ['-c', ':'], ids).ok;

const findUser = (names: readonly string[]): UserIds | undefined => {
  for (const name of names) {
    const ids = idsOf(name);
    if (ids && canBecome(ids)) return ids;
  }
  return undefined;
};

const makeUser = (): UserIds | undefined => {
  for (const [command, args] of WAYS_TO_MAKE) {
    if (run(command, args).ok) return findUser([OWN_NAME]);
  }
  return undefined;
};

/**
 * The user that PostgreSQL must run as, since it refuses root: `undefined` (ourselves) for anyone but root; for root the
 * owner of the cluster if there is one, else a user for databases that exists or can be made, else `nobody`. initdb wants
 * a user with an entry in the user database, so a number alone would not do.
 *
 * @throws EmbeddedPostgresError `NO_USER`
 */
export const databaseUser = (owner?: UserIds): UserIds | undefined => {
  if (process.getuid?.() !== 0) return undefined;
  const user = owner
    ? canBecome(owner) && owner
    : (findUser([OWN_NAME, 'postgres', '_postgres']) ?? makeUser() ?? findUser(['nobody']));
  if (user) return user;
  throw new EmbeddedPostgresError(
    'NO_USER',
    `PostgreSQL does not run as root, and ${owner ? `user ${owner.uid}, who owns the data,` : 'another user'} cannot be used here; ` +
      'start as a normal user or set DATABASE_URL.',
  );
};
