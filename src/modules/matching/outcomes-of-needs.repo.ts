import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Scope } from '../../scope/scope.js';
import { type Match, SHOWN_MATCH_STATES, type UnmatchedNeed } from './matching.domain.js';
import { matches, matchPlans, unmatchedNeeds } from './matching.table.js';

/** What published plans said of these needs: proposals that went out, and what was left open. */
export async function publishedOutcomes(
  { db, communityId }: Scope,
  needIds: readonly string[],
): Promise<{
  readonly proposed: readonly { readonly match: Match; readonly decidedAt: Date }[];
  readonly unserved: readonly (UnmatchedNeed & { readonly decidedAt: Date })[];
}> {
  const among = (column: typeof matches.needId | typeof unmatchedNeeds.needId) =>
    sql`${column} = any(${sql.param(needIds)}::uuid[])`;
  const decidedAt = sql<Date>`coalesce(${matchPlans.publishedAt}, ${matchPlans.createdAt})`.mapWith(matchPlans.createdAt);
  const [proposed, unserved] = await Promise.all([
    db
      .select({ match: matches, decidedAt })
      .from(matches)
      .innerJoin(matchPlans, and(eq(matchPlans.communityId, matches.communityId), eq(matchPlans.id, matches.planId)))
      .where(and(eq(matches.communityId, communityId), among(matches.needId), inArray(matches.state, [...SHOWN_MATCH_STATES]))),
    db
      .select({ unmatched: unmatchedNeeds, decidedAt })
      .from(unmatchedNeeds)
      .innerJoin(
        matchPlans,
        and(eq(matchPlans.communityId, unmatchedNeeds.communityId), eq(matchPlans.id, unmatchedNeeds.planId)),
      )
      .where(and(eq(unmatchedNeeds.communityId, communityId), among(unmatchedNeeds.needId), eq(matchPlans.state, 'PUBLISHED'))),
  ]);
  return {
    proposed,
    unserved: unserved.map(({ unmatched, decidedAt }) => ({ ...(unmatched as unknown as UnmatchedNeed), decidedAt })),
  };
}
