import { type Costs, costsOf } from './costs.js';
import { hasHelpers, planParts } from './helper.js';
import { copyPart, createPartsRoom, divide, join } from './parts.js';
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
/** From so many pairs on parts and further threads save more than they cost. */
const PAIRS_FOR_PARTS = 40_000;

/** The plan by parts, in as many threads as there are cores; undefined where the problem does not fall into parts. */
const planByParts = (problem: Problem, costs: Costs, order: Int32Array, scratch: Scratch): Plan | undefined => {
  const parts = divide(problem, order, scratch);
  if (!parts) return undefined;
  const within = (memory: Scratch): Plan | undefined => {
    const room = createPartsRoom(parts, costs, memory);
    return planParts(room, part => copyPart(parts, part, problem, costs, room), scratch) ? join(problem, parts, room) : undefined;
  };
  return hasHelpers() ? Scratch.lend(SharedArrayBuffer, within) : within(scratch);
};

/**
 * The plan that is best on each level in turn, exactly: first the served quantities are lexicographically best in rank order,
 * then, among all such plans, Σ change · quantity is least where there is a `pairChange`, then Σ cost · quantity. The same input always gives the same plan, and every plan has passed {@link verify}.
 *
 * Quantities are never summed over needs or sessions, only moved along paths by the least amount on them, so every number stays
 * an integer between 0 and the quantity or capacity that bounds it and is exact up to 2^53 - 1. Nothing recurses. A large problem
 * is planned part by part in several threads where it falls into parts, with the same result.
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
    const byParts = pairs > PAIRS_FOR_PARTS ? planByParts(problem, costs, order, scratch) : undefined;
    return byParts ?? plan(problem, costs, order, scratch);
  });
  const solution = solutionOf(made, pairs);
  const violations = verify(problem, solution, made.sessionClaim);
  if (violations.length > 0)
    throw new ProofFailed(`the plan fails its proof in ${violations.length} places, first: ${JSON.stringify(violations[0])}`);
  return solution;
};
