import { and, eq, sql } from 'drizzle-orm';
import type { Scope } from '../../scope/scope.js';
import { legalHolds } from './erasure.table.js';
import type { RequestRow } from './requests.repo.js';
import { infoRequests } from './requests.table.js';

// For a system purpose, but for the question whether somebody has asked.

export const allRequests = ({ db, communityId }: Scope, residentId: string, limit: number): Promise<RequestRow[]> =>
  db
    .select()
    .from(infoRequests)
    .where(and(eq(infoRequests.communityId, communityId), eq(infoRequests.residentId, residentId)))
    .orderBy(infoRequests.id)
    .limit(limit);

export const allHolds = ({ db, communityId }: Scope, residentId: string, limit: number) =>
  db
    .select({ reason: legalHolds.reason, until: legalHolds.until, setAt: legalHolds.setAt, liftedAt: legalHolds.liftedAt })
    .from(legalHolds)
    .where(and(eq(legalHolds.communityId, communityId), eq(legalHolds.residentId, residentId)))
    .orderBy(legalHolds.id)
    .limit(limit);

/** Somebody asked to see or have what is on file, or to have it explained, and waits for it. */
export async function isAskedFor({ db, communityId }: Scope, residentId: string): Promise<boolean> {
  const rows = await db
    .select({ id: infoRequests.id })
    .from(infoRequests)
    .where(
      and(
        eq(infoRequests.communityId, communityId),
        eq(infoRequests.residentId, residentId),
        sql`${infoRequests.state} in ('RECEIVED', 'IN_PROGRESS')`,
        sql`${infoRequests.kind} in ('ACCESS', 'COPY', 'EXPLAIN', 'DECEASED_NEXT_OF_KIN')`,
      ),
    )
    .limit(1);
  return rows.length > 0;
}
