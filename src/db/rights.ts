import { sql } from 'drizzle-orm';
import { newId } from '../kernel/ids.js';
import type { RightsLook } from '../kernel/rights-watch.js';
import type { Database } from './client.js';
import { rightsChanges } from './rights.table.js';

/**
 * Says, in the transaction that makes it so, that accounts, sessions, API clients or organisations may do something else from
 * now on. Writers only add rows, so none waits for another.
 */
export async function announceRights(db: Database, subjectIds: readonly string[]): Promise<void> {
  if (subjectIds.length)
    await db.insert(rightsChanges).values([...new Set(subjectIds)].map(subjectId => ({ id: newId(), subjectId })));
}

/**
 * What was announced since the look that gave this horizon. A transaction that was still open then has a number at or above
 * the horizon, so it is found whenever it commits; what committed just before is found twice.
 */
export async function rightsChangedSince(db: Database, horizon: string | null): Promise<RightsLook> {
  const [row] = await db.execute<{ horizon: string; changes: readonly (readonly [string, string])[] }>(sql`
    select pg_snapshot_xmin(pg_current_snapshot())::text as horizon, coalesce(
      (select jsonb_agg(jsonb_build_array(id, subject_id)) from ${rightsChanges} where transaction >= ${horizon}::text::xid8),
      '[]') as changes`);
  if (!row) throw new Error('a statement without a table gave no row');
  return { horizon: row.horizon, changes: row.changes.map(([id, subjectId]) => ({ id, subjectId })) };
}

/** Nobody remembers rights for so long. */
export const forgetRightsChanges = (db: Database) =>
  db.delete(rightsChanges).where(sql`${rightsChanges.at} < now() - interval '10 minutes'`);
