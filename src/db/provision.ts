import { sql } from 'drizzle-orm';
import { connect, type Database } from './client.js';
import type { EmbeddedPostgres } from './embedded.js';

const DATABASE = 'red_alliance';
const OWNER = 'red_alliance_owner';
const SERVING = 'red_alliance_app';

/** Where the two roles find the database. */
export interface DatabaseUrls {
  readonly servingUrl: string;
  readonly ownerUrl: string;
}

/** The database in a cluster of our own, and its two roles: one that owns and migrates, one that serves. Made when missing. */
export async function provision(cluster: EmbeddedPostgres, passwordOf: (role: string) => string): Promise<DatabaseUrls> {
  const { client, close } = connect(cluster.ownerUrl, { max: 1, statementTimeoutMs: 0 });
  try {
    for (const role of [OWNER, SERVING]) {
      const [known] = await client`select 1 from pg_roles where rolname = ${role}`;
      if (!known) await client.unsafe(`create role ${role} login`);
      // Names are constants and passwords are base64url: neither can end its quotes.
      await client.unsafe(`alter role ${role} login nosuperuser nobypassrls password '${passwordOf(role)}'`);
    }
    const [known] = await client`select 1 from pg_database where datname = ${DATABASE}`;
    if (!known) await client.unsafe(`create database ${DATABASE} owner ${OWNER}`);
  } finally {
    await close();
  }
  return {
    servingUrl: cluster.url(DATABASE, SERVING, passwordOf(SERVING)),
    ownerUrl: cluster.url(DATABASE, OWNER, passwordOf(OWNER)),
  };
}

/** Why this connection's role should not serve: it passes the walls that the tables stand behind. */
export async function servingProblems(db: Database): Promise<readonly string[]> {
  const [role] = await db.execute<{ name: string; superuser: boolean; bypasses: boolean; owns: boolean }>(sql`
    select rolname as name, rolsuper as superuser, rolbypassrls as bypasses,
      exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relowner = r.oid and c.relkind in ('r', 'p') and n.nspname in ('public', 'personal', 'identity')) as owns
    from pg_roles r where rolname = current_user`);
  if (!role) return [];
  return [
    role.superuser ? [`the database role ${role.name} is a superuser`] : [],
    role.bypasses ? [`the database role ${role.name} bypasses row-level security`] : [],
    role.owns ? [`the database role ${role.name} owns the tables it serves`] : [],
  ].flat();
}
