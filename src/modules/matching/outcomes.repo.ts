import { and, eq, gte, inArray, lt, type SQL, sql } from 'drizzle-orm';
import { atLocal } from '../../kernel/clock.js';
import type { Period } from '../../kernel/small-cells.js';
import type { Scope } from '../../scope/scope.js';
import { serviceRatings } from '../referrals/ratings.table.js';
import { referrals } from '../referrals/referrals.table.js';
import { needDetails } from '../residents/residents.table.js';
import { matches, matchPlans } from './matching.table.js';
import type { Ended, Outcome } from './outcomes.domain.js';

export interface EndedInBranch extends Ended {
  readonly branchId: string;
}

const OUTCOME_OF = { COMPLETED: 'COMPLETED', REJECTED: 'REFUSED', CANCELLED: 'CALLED_OFF', FAILED: 'FAILED' } as const;
const ENDED = Object.keys(OUTCOME_OF) as (keyof typeof OUTCOME_OF)[];

const among = (column: SQL | { getSQL(): SQL }, ids: readonly string[]): SQL => sql`${column} = any(${sql.param(ids)}::uuid[])`;
// What was stored is what was decided: jsonb has no type of its own.
const decisionOf = (stored: Readonly<Record<string, unknown>>) => stored as unknown as Ended['decision'];

/** Referrals made in a period that came to their end, with what the engine said when they were decided. For a system purpose. */
export async function endedReferrals(
  { db, communityId }: Scope,
  branchIds: readonly string[],
  period: Period,
): Promise<EndedInBranch[]> {
  const rows = await db
    .select({
      branchId: referrals.branchId,
      needId: referrals.needId,
      beneficiaryId: needDetails.beneficiaryId,
      origin: referrals.origin,
      state: referrals.state,
      decision: referrals.decision,
      score: serviceRatings.score,
    })
    .from(referrals)
    .leftJoin(needDetails, and(eq(needDetails.communityId, referrals.communityId), eq(needDetails.needId, referrals.needId)))
    .leftJoin(
      serviceRatings,
      and(eq(serviceRatings.communityId, referrals.communityId), eq(serviceRatings.referralId, referrals.id)),
    )
    .where(
      and(
        eq(referrals.communityId, communityId),
        among(referrals.branchId, branchIds),
        inArray(referrals.state, ENDED),
        sql`${referrals.decision} ? 'tier'`,
        gte(referrals.createdAt, atLocal(period.from)),
        lt(referrals.createdAt, atLocal(period.until)),
      ),
    );
  return rows.map(({ branchId, needId, beneficiaryId, origin, state, decision, score }) => ({
    branchId,
    personKey: beneficiaryId ?? needId,
    origin,
    outcome: OUTCOME_OF[state as keyof typeof OUTCOME_OF],
    score,
    decision: decisionOf(decision),
  }));
}

/** Proposals of plans published in a period that organizations declined: they never became referrals. For a system purpose. */
export async function declinedProposals(
  { db, communityId }: Scope,
  branchIds: readonly string[],
  period: Period,
): Promise<EndedInBranch[]> {
  const rows = await db
    .select({
      branchId: matches.branchId,
      needId: matches.needId,
      beneficiaryId: needDetails.beneficiaryId,
      explanation: matches.explanation,
    })
    .from(matches)
    .innerJoin(matchPlans, and(eq(matchPlans.communityId, matches.communityId), eq(matchPlans.id, matches.planId)))
    .leftJoin(needDetails, and(eq(needDetails.communityId, matches.communityId), eq(needDetails.needId, matches.needId)))
    .where(
      and(
        eq(matches.communityId, communityId),
        among(matches.branchId, branchIds),
        eq(matches.state, 'DECLINED'),
        sql`${matches.explanation} ? 'tier'`,
        gte(matchPlans.publishedAt, atLocal(period.from)),
        lt(matchPlans.publishedAt, atLocal(period.until)),
      ),
    );
  return rows.map(({ branchId, needId, beneficiaryId, explanation }) => ({
    branchId,
    personKey: beneficiaryId ?? needId,
    origin: 'PROPOSAL' as const,
    outcome: 'REFUSED' satisfies Outcome,
    score: null,
    decision: { ...decisionOf(explanation), suggestionPosition: (explanation.position as number | undefined) ?? null },
  }));
}
