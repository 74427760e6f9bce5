import { desc, eq } from 'drizzle-orm';
import { accountOf } from '../../kernel/actor.js';
import type { Scope } from '../../scope/scope.js';
import { matchPolicies } from './matching.table.js';
import { DEFAULT_WEIGHTS, parseWeights, type Weights } from './scoring.js';

/** The published weights that rank needs and rate pairs, each version kept for ever. */
export interface MatchPolicy {
  readonly version: number;
  readonly weights: Weights;
}

/** The newest policy. A community that has none yet goes by the default, which is version 1 everywhere. */
export async function currentPolicy({ db, communityId }: Scope): Promise<MatchPolicy> {
  const [row] = await db
    .select()
    .from(matchPolicies)
    .where(eq(matchPolicies.communityId, communityId))
    .orderBy(desc(matchPolicies.version))
    .limit(1);
  return row ? { version: row.version, weights: parseWeights(row.weights) } : { version: 1, weights: DEFAULT_WEIGHTS };
}

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
