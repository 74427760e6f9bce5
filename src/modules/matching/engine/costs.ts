import { MAX_COST, type Problem } from './types.js';

/** Whole numbers below 2^53; 32 bits where they suffice. */
export type Costs = Int32Array | Float64Array;

/**
 * What one change of a published proposal weighs against costs, so that a single number per pair, `change · weight + cost`, puts
 * changes strictly before costs.
 *
 * Why it is enough: the difference of two plans that serve the same quantities is a sum of simple cycles (out of a session, into
 * another, …; the free places are one more node). A simple cycle meets each need and each session at most once, so it has at most
 * 2 · min(needs, sessions) pairs, and going round it changes the costs of a unit by less than the weight. A cycle that saves a
 * change therefore lowers the combined cost, whatever it does to the costs, and one that costs a change raises it; a plan that no
 * cycle improves in combined cost has least changes and, among those, least costs.
 */
export const changeWeight = ({ needCount, sessionCount }: Pick<Problem, 'needCount' | 'sessionCount'>): number =>
  MAX_COST * (2 * Math.min(needCount, sessionCount) + 1);

/** What the second level adds up, by pair: the costs as they are, or with the changes combined into them. */
export const costsOf = (problem: Problem): Costs => {
  const { pairCost, pairChange } = problem;
  if (!pairChange) return pairCost;
  const weight = changeWeight(problem);
  const costs = new Float64Array(pairCost.length);
  for (let pair = 0; pair < costs.length; pair++) costs[pair] = pairChange[pair]! * weight + pairCost[pair]!;
  return costs;
};
