import { type RuleBreach, ruleBreaches } from './breaches.js';
import type { ConstrainedSolution } from './constrained.js';
import type { Constraints } from './constraints.js';
import type { Gap } from './gap.js';
import { spentOn } from './objective.js';
import type { Problem } from './types.js';
import { type Violation, verify } from './verify.js';

/** What is wrong with a plan under rules; `GAP` it says something of itself that is not so. */
export type ConstrainedViolation = Violation | RuleBreach | { readonly rule: 'GAP' };

/** What any plan must be; the other violations are about being the best, which rules may well forbid. */
const FEASIBILITY: ReadonlySet<string> = new Set(['SHAPE', 'QUANTITY', 'NEED', 'CAPACITY']);

const isTrue = (problem: Problem, solution: ConstrainedSolution, gap: Gap): boolean => {
  if (gap.kind === 'SERVED') {
    const quantity = problem.needQuantity[gap.need]!;
    return gap.served === quantity - solution.unserved[gap.need]! && gap.bound > gap.served && gap.bound <= quantity;
  }
  const { change, cost } = spentOn(problem, Array.from(solution.pairQuantity.keys()), solution.pairQuantity);
  const isLess = gap.bound.change < change || (gap.bound.change === change && gap.bound.cost < cost);
  return gap.change === change && gap.cost === cost && isLess;
};

/** What quantities by pair leave of each need. */
export const unservedBy = ({ needCount, pairStart, needQuantity }: Problem, pairQuantity: Float64Array): Float64Array => {
  const unserved = Float64Array.from(needQuantity);
  for (let need = 0; need < needCount; need++)
    for (let pair = pairStart[need]!; pair < pairStart[need + 1]!; pair++) unserved[need] = unserved[need]! - pairQuantity[pair]!;
  return unserved;
};

/** Whether quantities by pair are a plan at all and obey every rule. */
export const isAllowed = (problem: Problem, constraints: Constraints, pairQuantity: Float64Array): boolean => {
  const sessionPrice = new Float64Array(problem.sessionCount);
  const violations = verify(problem, { pairQuantity, unserved: unservedBy(problem, pairQuantity), sessionPrice });
  return !violations.some(({ rule }) => FEASIBILITY.has(rule)) && ruleBreaches(problem, constraints, pairQuantity).length === 0;
};

/**
 * Checks that a plan is possible and obeys every rule, in time linear in the pairs and rules, and proves that it is best
 * wherever a flow proves itself: everywhere but on islands, of which only the search that planned them knows that nothing
 * better is there.
 *
 * @returns all violations; empty when nothing is wrong.
 */
export const verifyConstrained = (
  problem: Problem,
  constraints: Constraints,
  solution: ConstrainedSolution,
): readonly ConstrainedViolation[] => {
  const violations = verify(problem, solution);
  // Rules are read from quantities, so these must be sound first.
  const impossible = violations.filter(({ rule }) => FEASIBILITY.has(rule));
  if (impossible.length > 0) return impossible;
  const needs = new Set(solution.islands.flatMap(island => [...island.needs]));
  const sessions = new Set(solution.islands.flatMap(island => [...island.sessions]));
  const onIsland = ({ need, session }: Violation): boolean => (need === undefined ? sessions.has(session!) : needs.has(need));
  const { gap, proven } = solution;
  return [
    ...violations.filter(violation => !onIsland(violation)),
    ...ruleBreaches(problem, constraints, solution.pairQuantity),
    ...(proven === (gap === null) && (gap === null || isTrue(problem, solution, gap)) ? [] : [{ rule: 'GAP' } as const]),
  ];
};
