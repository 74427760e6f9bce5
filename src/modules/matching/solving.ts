import { type ConstrainedOptions, type Gap, solveConstrained } from './engine/constrained.js';
import type { Constraints } from './engine/constraints.js';
import { type Problem, type Solution, solve, verify } from './engine/solver.js';
import { verifyConstrained } from './engine/verify-constrained.js';
import type { PlanProof } from './matching.domain.js';

/** The solver's answer did not prove itself: a bug, never shown as a plan. */
export class ProofFailed extends Error {}

export interface Solved extends Solution {
  readonly proof: PlanProof;
  /** Needs that rules about more than one pair had a say in; what holds of a flow need not hold of them. */
  readonly entangled: ReadonlySet<number>;
}

/**
 * Solves a plan, as a flow where no rule looks at more than one pair, and lets it prove itself.
 *
 * @throws ProofFailed when it does not.
 */
export function solvePlan(problem: Problem, constraints: Constraints | null, options: ConstrainedOptions): Solved {
  if (!constraints) {
    const solution = solve(problem);
    expectNone(verify(problem, solution));
    return { ...solution, proof: { proven: true, gap: null }, entangled: new Set() };
  }
  const solution = solveConstrained(problem, constraints, options);
  expectNone(verifyConstrained(problem, constraints, solution));
  const { pairQuantity, unserved, sessionPrice, proven, gap, islands } = solution;
  return {
    pairQuantity,
    unserved,
    sessionPrice,
    proof: { proven, gap: gap && shownGap(gap) },
    entangled: new Set(islands.flatMap(({ needs }) => [...needs])),
  };
}

function expectNone(violations: readonly unknown[]): void {
  if (violations.length) throw new ProofFailed(JSON.stringify(violations.slice(0, 20)));
}

/** Needs are in rank order, so the first is at rank position 1. Costs beyond 2^53 lose their last digits: they are to look at. */
const shownGap = (gap: Gap): PlanProof['gap'] =>
  gap.kind === 'SERVED'
    ? { kind: 'SERVED', rankPosition: gap.need + 1, served: gap.served, bound: gap.bound }
    : gap.change > gap.bound.change
      ? { kind: 'CHANGES', changes: Number(gap.change), bound: Number(gap.bound.change) }
      : { kind: 'COST', cost: Number(gap.cost), bound: Number(gap.bound.cost) };
