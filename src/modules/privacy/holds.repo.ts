import { and, eq, sql } from 'drizzle-orm';
import { accountOf } from '../../kernel/actor.js';
import { localDate } from '../../kernel/clock.js';
import { defineLoader } from '../../scope/loader.js';
import type { Scope } from '../../scope/scope.js';
import type { LegalHold } from './erasure.domain.js';
import { legalHolds } from './erasure.table.js';
import { inForce, visibleTo } from './holds.policy.js';

const columns = {
  id: legalHolds.id,
  branchId: legalHolds.branchId,
  residentId: legalHolds.residentId,
  reason: legalHolds.reason,
  until: legalHolds.until,
  setBy: legalHolds.setBy,
  setAt: legalHolds.setAt,
  liftedAt: legalHolds.liftedAt,
  version: legalHolds.version,
};

/** Holds that the caller may see; the others are not there. */
export const holdById = defineLoader<LegalHold>('legalHoldById', (scope, ids) =>
  scope.reading(async ({ db, communityId, actor }) => {
    const rows = await db
      .select(columns)
      .from(legalHolds)
      .where(
        and(eq(legalHolds.communityId, communityId), sql`${legalHolds.id} = any(${sql.param(ids)}::uuid[])`, visibleTo(actor)),
      );
    return new Map(rows.map(row => [row.id, row]));
  }),
);

/** Of these residents, the hold in force that lasts longest. */
export const holdOn = defineLoader<LegalHold>('legalHoldOn', (scope, residentIds) =>
  scope.reading(async ({ db, communityId, actor, now }) => {
    const rows = await db
      .select(columns)
      .from(legalHolds)
      .where(
        and(
          eq(legalHolds.communityId, communityId),
          sql`${legalHolds.residentId} = any(${sql.param(residentIds)}::uuid[])`,
          inForce(localDate(now())),
          visibleTo(actor),
        ),
      )
      .orderBy(legalHolds.until);
    return new Map(rows.map(row => [row.residentId, row]));
  }),
);

export async function insertHold({ db, communityId }: Scope, hold: LegalHold): Promise<void> {
  await db.insert(legalHolds).values({ ...hold, communityId });
}

/** Ends a hold, if it was not ended before. */
export async function endHold({ db, communityId, actor }: Scope, id: string, at: Date): Promise<boolean> {
  const rows = await db
    .update(legalHolds)
    .set({ liftedAt: at, liftedBy: accountOf(actor), version: sql`${legalHolds.version} + 1` })
    .where(and(eq(legalHolds.communityId, communityId), eq(legalHolds.id, id), sql`${legalHolds.liftedAt} is null`))
    .returning({ id: legalHolds.id });
  return rows.length > 0;
}
