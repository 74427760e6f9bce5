import { and, asc, desc, eq, isNull, lt, or, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../db/client.js';
import { keyset, type ListOrder, toPage } from '../../db/keyset.js';
import { newId } from '../../kernel/ids.js';
import { anInteger, aUuid, type Page, type PageWindow } from '../../kernel/page.js';
import { defineLoader } from '../../scope/loader.js';
import type { Scope } from '../../scope/scope.js';
import { communities } from '../territory/territory.table.js';
import { insertChanges } from './changes.repo.js';
import {
  GIVEN_UP_MS,
  type MatchPlan,
  type PlanFailure,
  type PlanTotals,
  type UnmatchedNeed,
  type UnmatchedReason,
} from './matching.domain.js';
import { plansVisibleTo } from './matching.policy.js';
import { matches, matchPlans, unmatchedNeeds } from './matching.table.js';
import type { PlanOutcome } from './planner/planning.js';

const CHUNK = 1000;

type PlanRow = typeof matchPlans.$inferSelect;
// What is written here is what we read: jsonb has no type of its own.
const toPlan = ({ totals, failure, ...row }: PlanRow): MatchPlan => ({
  ...row,
  failure: failure as PlanFailure | null,
  totals: totals as unknown as PlanTotals | null,
});

/** Raw: no policy. */
export const planById = defineLoader<MatchPlan>('planById', async ({ db, communityId }, ids) => {
  const rows = await db
    .select()
    .from(matchPlans)
    .where(and(eq(matchPlans.communityId, communityId), sql`${matchPlans.id} = any(${sql.param(ids)}::uuid[])`));
  return new Map(rows.map(row => [row.id, toPlan(row)]));
});

/** By branch: the newest plan of its own that was computed. Raw: no policy. */
export const latestPlan = defineLoader<MatchPlan>('latestPlan', async ({ db, communityId }, branchIds) => {
  const rows = await db
    .selectDistinctOn([matchPlans.branchId])
    .from(matchPlans)
    .where(
      and(
        eq(matchPlans.communityId, communityId),
        sql`${matchPlans.branchId} = any(${sql.param(branchIds)}::uuid[])`,
        sql`${matchPlans.state} in ('READY', 'PUBLISHED')`,
      ),
    )
    .orderBy(asc(matchPlans.branchId), desc(matchPlans.id));
  return new Map(rows.map(row => [row.branchId ?? '', toPlan(row)]));
});

const isRunning = sql`${matchPlans.state} in ('QUEUED', 'RUNNING')`;

/** Whoever starts a run in this community waits here for those who are about to. Foreign keys to the community do not wait. */
export const lockRuns = ({ db, communityId }: Scope) =>
  db.select({ id: communities.id }).from(communities).where(eq(communities.id, communityId)).for('no key update');

/** Writes a plan that waits for its run. */
export const insertPlan = ({ db, communityId }: Scope, { totals: _none, ...plan }: MatchPlan) =>
  db.insert(matchPlans).values({ ...plan, communityId });

/** Runs under way for a branch or the whole community; of the whole community all are in the way. */
export async function runsInTheWay({ db, communityId }: Scope, branchId: string | null): Promise<readonly MatchPlan[]> {
  const rows = await db
    .select()
    .from(matchPlans)
    .where(
      and(
        eq(matchPlans.communityId, communityId),
        branchId === null ? undefined : or(eq(matchPlans.branchId, branchId), isNull(matchPlans.branchId)),
        isRunning,
      ),
    )
    .orderBy(asc(matchPlans.id));
  return rows.map(toPlan);
}

/** Shows how far a run is; starts it when it waited; false when it is none any more. */
export async function setProgress({ db, communityId }: Scope, id: string, progress: number): Promise<boolean> {
  const running = await db
    .update(matchPlans)
    .set({ state: 'RUNNING', progress })
    .where(and(eq(matchPlans.communityId, communityId), eq(matchPlans.id, id), isRunning))
    .returning({ id: matchPlans.id });
  return running.length === 1;
}

/** Ends a run by somebody's word; false when it had ended already. */
export async function cancelRun({ db, communityId, now }: Scope, id: string): Promise<boolean> {
  const ended = await db
    .update(matchPlans)
    .set({ state: 'CANCELLED', finishedAt: now(), version: sql`${matchPlans.version} + 1` })
    .where(and(eq(matchPlans.communityId, communityId), eq(matchPlans.id, id), isRunning))
    .returning({ id: matchPlans.id });
  return ended.length === 1;
}

/** Ends a run without a plan; false when it had ended already. */
export async function failPlan({ db, communityId, now }: Scope, id: string, failure: PlanFailure): Promise<boolean> {
  const ended = await db
    .update(matchPlans)
    .set({ state: 'FAILED', failure, finishedAt: now(), version: sql`${matchPlans.version} + 1` })
    .where(and(eq(matchPlans.communityId, communityId), eq(matchPlans.id, id), isRunning))
    .returning({ id: matchPlans.id });
  return ended.length === 1;
}

/**
 * Ends the runs that a dead process left behind. Who is alone on the database ends them all; beside other processes only what
 * none of them can still be working at. Answers how many.
 */
export async function failInterruptedPlans(db: Database, at: Date, { alone }: { readonly alone: boolean }): Promise<number> {
  const ended = await db
    .update(matchPlans)
    .set({
      state: 'FAILED',
      failure: 'INTERRUPTED' satisfies PlanFailure,
      finishedAt: at,
      version: sql`${matchPlans.version} + 1`,
    })
    .where(and(isRunning, alone ? undefined : lt(matchPlans.createdAt, new Date(at.getTime() - GIVEN_UP_MS))))
    .returning({ id: matchPlans.id });
  return ended.length;
}

/** Stores what a run found and makes the plan ready; false when the run had been given up meanwhile. */
export async function saveOutcome(
  tx: Scope,
  id: string,
  { matches: found, unmatched, changes, totals, proof }: PlanOutcome,
): Promise<boolean> {
  const { db, communityId } = tx;
  const ready = await db
    .update(matchPlans)
    .set({
      state: 'READY',
      progress: 100,
      totals: { ...totals },
      proof,
      finishedAt: tx.now(),
      version: sql`${matchPlans.version} + 1`,
    })
    .where(and(eq(matchPlans.communityId, communityId), eq(matchPlans.id, id), isRunning))
    .returning({ id: matchPlans.id });
  if (!ready.length) return false;
  for (let start = 0; start < found.length; start += CHUNK) {
    await db.insert(matches).values(
      found.slice(start, start + CHUNK).map(({ explanation, ...match }) => ({
        ...match,
        communityId,
        id: newId(),
        planId: id,
        state: 'PLANNED' as const,
        tier: explanation.tier,
        points: explanation.points,
        cost: explanation.cost,
        explanation: { ...explanation },
      })),
    );
  }
  for (let start = 0; start < unmatched.length; start += CHUNK) {
    await db.insert(unmatchedNeeds).values(
      unmatched.slice(start, start + CHUNK).map(({ certificate, ...gap }) => ({
        ...gap,
        communityId,
        planId: id,
        certificate: { ...certificate },
      })),
    );
  }
  await insertChanges(tx, id, null, changes, 1);
  return true;
}

export const NEWEST_PLANS: ListOrder<Pick<MatchPlan, 'id'>> = {
  name: 'matchPlans.NEWEST',
  columns: [matchPlans.id],
  cursor: [aUuid],
  descending: true,
  values: ({ id }) => [id],
};

export interface PlanFilter {
  readonly branchId?: string | null;
  readonly state?: MatchPlan['state'] | null;
}
const plansWhere = ({ communityId, actor }: Scope, { branchId, state }: PlanFilter): SQL | undefined =>
  and(
    eq(matchPlans.communityId, communityId),
    plansVisibleTo(actor),
    branchId == null ? undefined : eq(matchPlans.branchId, branchId),
    state == null ? undefined : eq(matchPlans.state, state),
  );

/** Plans that the caller may see, newest first. */
export async function pageOfPlans(scope: Scope, filter: PlanFilter, window: PageWindow): Promise<Page<MatchPlan>> {
  const part = keyset(NEWEST_PLANS, window, plansWhere(scope, filter));
  const rows = await scope.db
    .select()
    .from(matchPlans)
    .where(part.where)
    .orderBy(...part.orderBy)
    .limit(part.limit);
  return toPage(NEWEST_PLANS, window, rows.map(toPlan), row => row);
}

export async function countPlans(scope: Scope, filter: PlanFilter): Promise<number> {
  const [row] = await scope.db.select({ count: sql<number>`count(*)::int` }).from(matchPlans).where(plansWhere(scope, filter));
  return row?.count ?? 0;
}

type UnmatchedRow = typeof unmatchedNeeds.$inferSelect;
const toUnmatched = ({ reason, certificate, ...row }: UnmatchedRow): UnmatchedNeed => ({
  ...row,
  reason: reason as UnmatchedReason,
  certificate: certificate as unknown as UnmatchedNeed['certificate'],
});

export const UNMATCHED_IN_RANK: ListOrder<Pick<UnmatchedNeed, 'rankPosition' | 'needId'>> = {
  name: 'unmatched.RANK',
  columns: [unmatchedNeeds.rankPosition, unmatchedNeeds.needId],
  cursor: [anInteger, aUuid],
  descending: false,
  values: ({ rankPosition, needId }) => [rankPosition, needId],
};

const unmatchedWhere = (communityId: string, planId: string, reason: UnmatchedReason | null): SQL | undefined =>
  and(
    eq(unmatchedNeeds.communityId, communityId),
    eq(unmatchedNeeds.planId, planId),
    reason === null ? undefined : eq(unmatchedNeeds.reason, reason),
  );

/** What a plan left unserved, in rank order. For a plan that the caller was found to see. */
export async function pageOfUnmatched(
  { db, communityId }: Scope,
  planId: string,
  reason: UnmatchedReason | null,
  window: PageWindow,
): Promise<Page<UnmatchedNeed>> {
  const part = keyset(UNMATCHED_IN_RANK, window, unmatchedWhere(communityId, planId, reason));
  const rows = await db
    .select()
    .from(unmatchedNeeds)
    .where(part.where)
    .orderBy(...part.orderBy)
    .limit(part.limit);
  return toPage(UNMATCHED_IN_RANK, window, rows.map(toUnmatched), row => row);
}

export async function countUnmatched(
  { db, communityId }: Scope,
  planId: string,
  reason: UnmatchedReason | null,
): Promise<number> {
  const [row] = await db
    .select({ count: sql<number>`count(*)::int` })
    .from(unmatchedNeeds)
    .where(unmatchedWhere(communityId, planId, reason));
  return row?.count ?? 0;
}
