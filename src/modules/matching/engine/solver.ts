import { type Costs, costsOf } from './costs.js';
import { divide, extract, join } from './halves.js';
import { offer } from './helper.js';
import { type Plan, plan, solutionOf } from './plan.js';
import { Scratch } from './scratch.js';
import type { Problem, Solution } from './types.js';
import { expectProblem, inRankOrder } from './validate.js';
import { verify } from './verify.js';

export { changeWeight } from './costs.js';
export type { Problem, Solution } from './types.js';
export { type Certificate, certificate, type Violation, verify } from './verify.js';

/** A plan did not prove itself: a bug of the engine, which delivers no such plan. */
export class ProofFailed extends Error {}
/** From so many pairs on a second thread saves more than it costs to find the halves and to copy them. */
const PAIRS_FOR_TWO = 40_000;

/** Half of the plan by the helper thread, half by this one; undefined where the problem does not fall into halves. */
const planInTwo = (problem: Problem, costs: Costs, order: Int32Array, scratch: Scratch): Plan | undefined => {
  const division = divide(problem);
  if (!division) return undefined;
  return Scratch.lend(SharedArrayBuffer, shared => {
    const lent = extract(division, 2, problem, costs, order, shared);
    const collect = offer(lent, shared);
    const own = extract(division, 1, problem, costs, order, scratch);
    const ownPlan = plan(own.transport, own.costs, own.order, scratch);
    return join(problem, [
      [own, ownPlan],
      [lent, collect() ?? plan(lent.transport, lent.costs, lent.order, scratch)],
    ]);
  });
};

/**
 * The plan that is best on each level in turn, exactly: first the served quantities are lexicographically best in rank order,
 * then, among all such plans, Σ change · quantity is least where there is a `pairChange`, then Σ cost · quantity. The same input always gives the same plan, and every plan has passed {@link verify}.
 *
 * Quantities are never summed over needs or sessions, only moved along paths by the least amount on them, so every number stays
 * an integer between 0 and the quantity or capacity that bounds it and is exact up to 2^53 - 1. Nothing recurses. A large problem
 * is planned in two threads where it falls into halves, with the same result.
 *
 * @throws TypeError when a part of the problem is of the wrong kind.
 * @throws RangeError that names the first wrong index: a quantity that is NaN, negative or a fraction, a cost outside 0…9999,
 *   a change that is not 0 or 1, equal ranks, rows out of order, a session that is not there or is twice in a row, wrong lengths.
 * @throws ProofFailed when the finished plan fails its proof; a bug of this engine, never of the input.
 */
export const solve = (problem: Problem): Solution => {
  expectProblem(problem);
  const costs = costsOf(problem);
  const order = inRankOrder(problem.needRank);
  const pairs = problem.pairSession.length;
  const made = Scratch.lend(ArrayBuffer, scratch => {
    const inTwo = pairs > PAIRS_FOR_TWO ? planInTwo(problem, costs, order, scratch) : undefined;
    return inTwo ?? plan(problem, costs, order, scratch);
  });
  const solution = solutionOf(made, pairs);
  const violations = verify(problem, solution, made.sessionClaim);
  if (violations.length > 0)
    throw new ProofFailed(`the plan fails its proof in ${violations.length} places, first: ${JSON.stringify(violations[0])}`);
  return solution;
};
