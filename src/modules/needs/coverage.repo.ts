import { and, eq, gte, lt, lte, notExists, type SQL, sql } from 'drizzle-orm';
import type { Scope } from '../../scope/scope.js';
import { referrals } from '../referrals/referrals.table.js';
import type { NeedState } from './needs.domain.js';
import { needs } from './needs.table.js';

export interface Covered {
  readonly branchId: string;
  readonly state: NeedState;
}
const covered = { branchId: needs.branchId, state: needs.state };

const isNeed = (communityId: string, id: string): SQL | undefined => and(eq(needs.communityId, communityId), eq(needs.id, id));

/** Promises `n`, if the need is open and still asks for so much. Whoever was promised something is no longer left out. */
export async function takeOpen({ db, communityId }: Scope, id: string, n: number): Promise<Covered | null> {
  const [row] = await db
    .update(needs)
    .set({ committed: sql`${needs.committed} + ${n}`, leftOut: 0 })
    .where(
      and(
        isNeed(communityId, id),
        eq(needs.state, 'OPEN'),
        lte(sql`${needs.committed} + ${needs.fulfilled} + ${n}`, needs.quantity),
      ),
    )
    .returning(covered);
  return row ?? null;
}

/** Takes back a promise of `n`. */
export async function giveBack({ db, communityId }: Scope, id: string, n: number): Promise<Covered | null> {
  const [row] = await db
    .update(needs)
    .set({ committed: sql`${needs.committed} - ${n}` })
    .where(and(isNeed(communityId, id), gte(needs.committed, n)))
    .returning(covered);
  return row ?? null;
}

/** Turns a promise of `n` into a delivery; closes the need when nothing is left to deliver. */
export async function deliver({ db, communityId, now }: Scope, id: string, n: number): Promise<Covered | null> {
  const isLast = sql`${needs.fulfilled} + ${n} >= ${needs.quantity}`;
  const [row] = await db
    .update(needs)
    .set({
      committed: sql`${needs.committed} - ${n}`,
      fulfilled: sql`${needs.fulfilled} + ${n}`,
      state: sql`case when ${isLast} then 'FULFILLED'::need_state else ${needs.state} end`,
      closedAt: sql`case when ${isLast} then ${now().toISOString()}::timestamptz else ${needs.closedAt} end`,
      version: sql`${needs.version} + case when ${isLast} then 1 else 0 end`,
    })
    .where(and(isNeed(communityId, id), eq(needs.state, 'OPEN'), gte(needs.committed, n)))
    .returning(covered);
  return row ?? null;
}

/** Takes back a delivery of `n`; a need that was done is open again. `reopened` tells whether it was. */
export async function undeliver(
  { db, communityId }: Scope,
  id: string,
  n: number,
): Promise<{ readonly branchId: string; readonly reopened: boolean } | null> {
  const undone = { fulfilled: sql`${needs.fulfilled} - ${n}` };
  const enough = gte(needs.fulfilled, n);
  const [reopened] = await db
    .update(needs)
    .set({ ...undone, state: 'OPEN', closedAt: null, version: sql`${needs.version} + 1` })
    .where(and(isNeed(communityId, id), eq(needs.state, 'FULFILLED'), enough))
    .returning(covered);
  if (reopened) return { branchId: reopened.branchId, reopened: true };
  const [row] = await db
    .update(needs)
    .set(undone)
    .where(and(isNeed(communityId, id), enough))
    .returning(covered);
  return row ? { branchId: row.branchId, reopened: false } : null;
}

/** Needs past their deadline that nobody has promised or been asked to serve, locked; those in somebody's hands are left for later. */
export const lockOverdue = ({ db, communityId }: Scope, at: Date, limit: number) =>
  db
    .select({ id: needs.id, branchId: needs.branchId, state: needs.state })
    .from(needs)
    .where(
      and(
        eq(needs.communityId, communityId),
        sql`${needs.state} in ('SUBMITTED', 'OPEN')`,
        lt(needs.deadline, at),
        eq(needs.committed, 0),
        notExists(
          db
            .select({ id: referrals.id })
            .from(referrals)
            .where(
              and(
                eq(referrals.communityId, needs.communityId),
                eq(referrals.needId, needs.id),
                sql`${referrals.state} in ('REQUESTED', 'ACCEPTED', 'IN_PROGRESS', 'ON_HOLD')`,
              ),
            ),
        ),
      ),
    )
    .orderBy(needs.id)
    .limit(limit)
    .for('update', { of: needs, skipLocked: true });

export async function closeOverdue({ db, communityId }: Scope, ids: readonly string[], at: Date): Promise<void> {
  await db
    .update(needs)
    .set({ state: 'EXPIRED', closedAt: at, version: sql`${needs.version} + 1` })
    .where(and(eq(needs.communityId, communityId), sql`${needs.id} = any(${sql.param(ids)}::uuid[])`));
}
