import type { Gap } from '../engine/constrained.js';
import { type SteadySolution, solveSteady, solveSteadyConstrained } from '../engine/steady.js';
import type { PlanProof } from '../matching.domain.js';
import type { Question } from './planning.js';

export type { SearchOptions } from '../engine/steady.js';

/** Who gets what, and what is known of it. */
export interface Decision extends Pick<SteadySolution, 'pairQuantity' | 'unserved'> {
  readonly proof: PlanProof;
  /** Needs that rules about more than one pair had a say in; what holds of a flow need not hold of them. */
  readonly entangled: ReadonlySet<number>;
  /** Null where nobody asked what one more place would save. */
  readonly prices: Pick<SteadySolution, 'sessionPrice' | 'changeWeight'> | null;
}

const PROVEN: PlanProof = { proven: true, gap: null };

/**
 * Decides a plan: as a flow where no rule looks at more than one pair, by search where one does.
 *
 * @throws ProofFailed when the answer does not prove itself.
 */
export function solvePlan({ problem, proposed, constraints, options }: Question): Decision {
  if (!constraints) {
    const solution = solveSteady(problem, proposed);
    return { ...solution, proof: PROVEN, entangled: new Set(), prices: solution };
  }
  const { proven, gap, entangled, ...solution } = solveSteadyConstrained(problem, proposed, constraints, options);
  return { ...solution, proof: { proven, gap: gap && shownGap(gap) }, entangled, prices: solution };
}

/** Needs are in rank order, so the first is at rank position 1. Costs beyond 2^53 lose their last digits: they are to look at. */
const shownGap = (gap: Gap): PlanProof['gap'] =>
  gap.kind === 'SERVED'
    ? { kind: 'SERVED', rankPosition: gap.need + 1, served: gap.served, bound: gap.bound }
    : gap.change > gap.bound.change
      ? { kind: 'CHANGES', changes: Number(gap.change), bound: Number(gap.bound.change) }
      : { kind: 'COST', cost: Number(gap.cost), bound: Number(gap.bound.cost) };
