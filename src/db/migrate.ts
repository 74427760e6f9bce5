import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { migrate as runMigrations } from 'drizzle-orm/postgres-js/migrator';
import { connect, type Database } from './client.js';

/** The committed migrations, beside `src` and `dist` alike. */
export const migrationsFolder = fileURLToPath(new URL('../../drizzle', import.meta.url));
const LOCK = 7_230_001;

/** How many migrations the folder holds. */
export const migrationCount = (): number =>
  readdirSync(migrationsFolder, { withFileTypes: true }).filter(entry => entry.isDirectory()).length;

/** True when every migration of the folder is applied; false also when the database knows of none. */
export async function isMigrated(db: Database): Promise<boolean> {
  const [table] = await db.execute<{ there: boolean }>(
    sql`select to_regclass('drizzle.__drizzle_migrations') is not null as there`,
  );
  if (!table?.there) return false;
  const [row] = await db.execute<{ applied: number }>(sql`select count(*)::int as applied from drizzle.__drizzle_migrations`);
  return row?.applied === migrationCount();
}

/**
 * Brings the database to the newest schema and lets `servingRole` read and write it. Safe when several processes start at
 * once: an advisory lock makes them queue. Throws when fewer migrations are applied than the folder holds.
 */
export async function migrate(ownerUrl: string, servingRole: string): Promise<void> {
  const { db, client, close } = connect(ownerUrl, { max: 1, statementTimeoutMs: 0 });
  try {
    // Who comes second waits for as long as the first may take; so does a statement behind transactions of a version that still runs.
    await client`set lock_timeout = '60s'`;
    await client`select pg_advisory_lock(${LOCK})`;
    if (!(await isMigrated(db))) await runMigrations(db, { migrationsFolder });
    if (!(await isMigrated(db)))
      throw new Error(`the database does not hold exactly the ${migrationCount()} migrations of this version`);
    await grant(db, servingRole);
  } finally {
    await close();
  }
}

/** What the serving role may do: read and write rows, but neither own nor alter; evidence it may only add to. */
async function grant(db: Database, servingRole: string): Promise<void> {
  const role = sql.identifier(servingRole);
  const [owner] = await db.execute<{ same: boolean }>(sql`select current_user = ${servingRole} as same`);
  if (owner?.same) return;
  await db.execute(sql`grant usage on schema public, personal, identity, drizzle to ${role}`);
  await db.execute(sql`grant select on drizzle.__drizzle_migrations to ${role}`);
  await db.execute(sql`grant select, insert, update, delete on all tables in schema public, personal, identity to ${role}`);
  await db.execute(sql`revoke update, delete on public.event, public.event_seal from ${role}`);
  // The sealer takes what it sealed out of its queue; what is taken out unsealed, a verification finds.
  await db.execute(sql`revoke update on public.event_unsealed from ${role}`);
  await db.execute(sql`revoke update on personal.access_log from ${role}`);
  await db.execute(sql`revoke update, delete on personal.erasure from ${role}`);
  await db.execute(sql`revoke delete on personal.info_request, personal.legal_hold from ${role}`);
  // Notes and texts are never corrected: a new key seals them anew, and they are taken away when a person is erased or their time is over.
  await db.execute(sql`revoke update, delete on personal.override_note from ${role}`);
  await db.execute(sql`grant update (note_sealed) on personal.override_note to ${role}`);
  // A rating is corrected by whoever said it; of whom and for whom it is stays.
  await db.execute(sql`revoke update, delete on personal.service_rating from ${role}`);
  await db.execute(
    sql`grant update (score, remarks, note_sealed, rated_as, rated_by, rated_at, version) on personal.service_rating to ${role}`,
  );
  // A consent is given and taken back, never rewritten; it follows the person to another branch, and goes three years after its end.
  await db.execute(sql`revoke update on personal.consent from ${role}`);
  await db.execute(
    sql`grant update (branch_id, withdrawal_relation, withdrawal_method, withdrawn_by, withdrawn_at) on personal.consent to ${role}`,
  );
  // Of what a need says about people only the words are ever corrected; whose it is and where stays as it was taken down.
  await db.execute(sql`revoke update, delete on personal.need_detail from ${role}`);
  await db.execute(
    sql`grant update (description_sealed, description_index, access_notes_sealed) on personal.need_detail to ${role}`,
  );
}
