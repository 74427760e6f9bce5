import { asc, desc, sql } from 'drizzle-orm';
import { accountOf } from '../../kernel/actor.js';
import { defineLoader } from '../../scope/loader.js';
import type { Scope } from '../../scope/scope.js';
import { matchPolicies } from './matching.table.js';
import { DEFAULT_WEIGHTS, parseWeights, type Weights } from './scoring.js';

/** The published weights that rank needs and rate pairs, each version kept for ever. */
export interface MatchPolicy {
  readonly version: number;
  readonly weights: Weights;
}

const policyOf = defineLoader<MatchPolicy>('matchPolicy', async ({ db }, communityIds) => {
  const rows = await db
    .selectDistinctOn([matchPolicies.communityId])
    .from(matchPolicies)
    .where(sql`${matchPolicies.communityId} = any(${sql.param(communityIds)}::uuid[])`)
    .orderBy(asc(matchPolicies.communityId), desc(matchPolicies.version));
  return new Map(rows.map(({ communityId, version, weights }) => [communityId, { version, weights: parseWeights(weights) }]));
});

/** The newest policy, read once a request. A community that has none yet goes by the default, which is version 1 everywhere. */
export const currentPolicy = async (scope: Scope): Promise<MatchPolicy> =>
  (await scope.load(policyOf, scope.communityId)) ?? { version: 1, weights: DEFAULT_WEIGHTS };

/** The same, written down if it was not yet, so that plans can point at it. */
export async function ensurePolicy(tx: Scope): Promise<MatchPolicy> {
  await tx.db
    .insert(matchPolicies)
    .values({
      communityId: tx.communityId,
      version: 1,
      weights: DEFAULT_WEIGHTS,
      reason: 'DEFAULT',
      validFrom: tx.now(),
      createdBy: accountOf(tx.actor),
    })
    .onConflictDoNothing();
  return currentPolicy(tx);
}
