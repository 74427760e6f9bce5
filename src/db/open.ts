import { connect } from './client.js';
import { startEmbedded } from './embedded.js';
import { isMigrated, migrate } from './migrate.js';
import { type DatabaseUrls, provision, servingProblems } from './provision.js';

/** The database cannot be used as it was asked for; the message is for whoever started the process. */
export class DatabaseRefused extends Error {
  override readonly name = 'DatabaseRefused';
}

export interface OpenOptions {
  /** Of the serving role; null: a cluster of our own in `dataDir`. */
  readonly databaseUrl: string | null;
  /** Of the role that owns the tables; null: the serving role migrates, if it may. */
  readonly ownerUrl: string | null;
  readonly dataDir: string;
  /** Passwords of the roles in a cluster of our own. */
  readonly passwordOf: (role: string) => string;
  /** Refuse a serving role that passes the walls, instead of saying so. */
  readonly strict: boolean;
  readonly tell: (line: string) => void;
}

export interface OpenDatabase extends DatabaseUrls {
  /** Stops the server if it is ours. */
  stop(): Promise<void>;
}

/**
 * Finds or starts the database and brings it to the newest schema.
 *
 * @throws EmbeddedPostgresError when ours cannot start
 * @throws DatabaseRefused when it cannot be migrated, or is served by a role that it should not be
 */
export async function openDatabase(options: OpenOptions): Promise<OpenDatabase> {
  const cluster =
    options.databaseUrl === null
      ? await startEmbedded({ dataDir: options.dataDir, log: line => SERVER_LOG.test(line) || options.tell(line) })
      : null;
  try {
    const urls = cluster ? await provision(cluster, options.passwordOf) : given(options);
    await bringUp(urls, options);
    return { ...urls, stop: async () => cluster?.stop() };
  } catch (error) {
    await cluster?.stop();
    throw error;
  }
}

/** The server's own chatter on its way to its log files. */
const SERVER_LOG = /\] (LOG|HINT|DETAIL): /;

const given = ({ databaseUrl, ownerUrl }: OpenOptions): DatabaseUrls => ({
  servingUrl: databaseUrl ?? '',
  ownerUrl: ownerUrl ?? databaseUrl ?? '',
});

async function bringUp({ servingUrl, ownerUrl }: DatabaseUrls, { strict, tell }: OpenOptions): Promise<void> {
  const role = decodeURIComponent(new URL(servingUrl).username);
  const serving = connect(servingUrl, { max: 1 });
  try {
    // With an owner of its own we always go through it: it also grants what a new version needs.
    if (ownerUrl !== servingUrl || !(await isMigrated(serving.db))) {
      await migrate(ownerUrl, role).catch(error => {
        throw new DatabaseRefused(`The database cannot be migrated: ${reason(error)}.`, { cause: error });
      });
    }
    const problems = await servingProblems(serving.db);
    if (problems.length && strict) throw new DatabaseRefused(`Not in production: ${problems.join('; ')}.`);
    for (const problem of problems) tell(`Warning: ${problem}; give it a role of its own before real people use it.`);
  } catch (error) {
    if (error instanceof DatabaseRefused) throw error;
    throw new DatabaseRefused(`The database does not answer as it should: ${reason(error)}.`, { cause: error });
  } finally {
    await serving.close();
  }
}

/** What the server or the system said, without the statement that it was said of. */
function reason(error: unknown): string {
  let at = error;
  while (at instanceof Error && at.cause instanceof Error) at = at.cause;
  const { message, code } = at as NodeJS.ErrnoException;
  return (message || code || String(at)).replace(/\.$/, '');
}
