import { worksFor } from '../../kernel/actor.js';
import type { Scope } from '../../scope/scope.js';
import type { MatchPlan, Scarcity } from './matching.domain.js';
import { latestPlan } from './plans.repo.js';

export interface BranchScarcity {
  readonly plan: MatchPlan;
  readonly supplies: readonly Scarcity[];
}

/**
 * Where one more place would help a branch most, by the latest plan that was computed for it, dry runs included: what its staff
 * see there and here agrees. Null for others, and before the first plan.
 */
export async function scarcityOfBranch(scope: Scope, branchId: string, first: number): Promise<BranchScarcity | null> {
  if (!worksFor(scope.actor, branchId)) return null;
  const plan = await scope.load(latestPlan, branchId);
  return plan ? { plan, supplies: (plan.totals?.scarcity ?? []).slice(0, first) } : null;
}
