import { and, desc, eq, isNull, or, type SQL, sql } from 'drizzle-orm';
import { newId } from '../../kernel/ids.js';
import type { Scope } from '../../scope/scope.js';
import type { MatchPlan, UnmatchedNeed, UnmatchedReason } from './matching.domain.js';
import { matches, matchPlans, unmatchedNeeds } from './matching.table.js';
import type { PlannedGap, PlannedMatch } from './planner/planning.js';

const among = (column: SQL | { getSQL(): SQL }, ids: readonly string[]): SQL => sql`${column} = any(${sql.param(ids)}::uuid[])`;

/** The plan that a branch goes by: the latest published one of its own or of the whole community. */
export async function publishedPlan(
  { db, communityId }: Scope,
  branchId: string,
): Promise<Pick<MatchPlan, 'id' | 'version' | 'policyVersion' | 'horizonEnd' | 'pinned' | 'forbidden'> | null> {
  const [row] = await db
    .select({
      id: matchPlans.id,
      version: matchPlans.version,
      policyVersion: matchPlans.policyVersion,
      horizonEnd: matchPlans.horizonEnd,
      pinned: matchPlans.pinned,
      forbidden: matchPlans.forbidden,
    })
    .from(matchPlans)
    .where(
      and(
        eq(matchPlans.communityId, communityId),
        or(eq(matchPlans.branchId, branchId), isNull(matchPlans.branchId)),
        eq(matchPlans.state, 'PUBLISHED'),
      ),
    )
    .orderBy(desc(matchPlans.publishedAt), desc(matchPlans.id))
    .limit(1);
  return row ?? null;
}

/** A published plan was changed by a placement: whoever computed on it before computes again. */
export const touchPlan = ({ db, communityId }: Scope, id: string) =>
  db
    .update(matchPlans)
    .set({ version: sql`${matchPlans.version} + 1` })
    .where(and(eq(matchPlans.communityId, communityId), eq(matchPlans.id, id)));

/** Withdraws proposals that still wait for an answer; answers how many. */
export async function withdrawProposals({ db, communityId }: Scope, ids: readonly string[]): Promise<number> {
  const lapsed = await db
    .update(matches)
    .set({ state: 'LAPSED', version: sql`${matches.version} + 1` })
    .where(and(eq(matches.communityId, communityId), among(matches.id, ids), eq(matches.state, 'PROPOSED')))
    .returning({ id: matches.id });
  return lapsed.length;
}

export interface NewProposal extends PlannedMatch {
  readonly respondBy: Date;
}

/** Proposes pairs within a plan. One that the plan had before and that lapsed, also by its time, or fell out is proposed again. */
export async function insertProposed(
  { db, communityId, now }: Scope,
  planId: string,
  proposals: readonly NewProposal[],
): Promise<readonly { readonly id: string; readonly branchId: string }[]> {
  if (!proposals.length) return [];
  return db
    .insert(matches)
    .values(
      proposals.map(({ explanation, ...match }) => ({
        ...match,
        communityId,
        id: newId(),
        planId,
        state: 'PROPOSED' as const,
        tier: explanation.tier,
        points: explanation.points,
        cost: explanation.cost,
        explanation: { ...explanation },
      })),
    )
    .onConflictDoUpdate({
      target: [matches.communityId, matches.planId, matches.needId, matches.sessionId],
      set: {
        quantity: sql`excluded.quantity`,
        state: 'PROPOSED',
        rankPosition: sql`excluded.rank_position`,
        tier: sql`excluded.tier`,
        points: sql`excluded.points`,
        cost: sql`excluded.cost`,
        explanation: sql`excluded.explanation`,
        respondBy: sql`excluded.respond_by`,
        version: sql`${matches.version} + 1`,
      },
      setWhere: sql`${matches.state} in ('LAPSED', 'FELL_OUT')
        or (${matches.state} = 'PROPOSED' and ${matches.respondBy} <= ${now().toISOString()}::timestamptz)`,
    })
    .returning({ id: matches.id, branchId: matches.branchId });
}

/** Replaces what a plan says of needs that it left open. */
export async function replaceGaps(
  { db, communityId }: Scope,
  planId: string,
  needIds: readonly string[],
  gaps: readonly PlannedGap[],
): Promise<void> {
  await db
    .delete(unmatchedNeeds)
    .where(
      and(eq(unmatchedNeeds.communityId, communityId), eq(unmatchedNeeds.planId, planId), among(unmatchedNeeds.needId, needIds)),
    );
  if (gaps.length)
    await db
      .insert(unmatchedNeeds)
      .values(gaps.map(({ certificate, ...gap }) => ({ ...gap, communityId, planId, certificate: { ...certificate } })));
}

/** What a plan says of a need that it left open. */
export async function gapOf({ db, communityId }: Scope, planId: string, needId: string): Promise<UnmatchedNeed | null> {
  const [row] = await db
    .select()
    .from(unmatchedNeeds)
    .where(
      and(eq(unmatchedNeeds.communityId, communityId), eq(unmatchedNeeds.planId, planId), eq(unmatchedNeeds.needId, needId)),
    );
  // What is written here is what we read: jsonb and text have no closed type of their own.
  return row
    ? { ...row, reason: row.reason as UnmatchedReason, certificate: row.certificate as unknown as UnmatchedNeed['certificate'] }
    : null;
}
