import { changeWeight } from './costs.js';
import { solve } from './solver.js';
import type { Problem, Solution } from './types.js';
import { inRankOrder } from './validate.js';

/** A solution whose prices may count changes of proposals, too. */
export interface SteadySolution extends Solution {
  /** What one change weighs in `sessionPrice`; 0: nothing was proposed, so prices are costs. */
  readonly changeWeight: number;
}

/**
 * The best plan that keeps what was proposed: first the served quantities, lexicographically best in rank order; then as little
 * as possible taken from the proposals, Σ max(0, proposed - pairQuantity); then least cost.
 *
 * A proposal for a part of a need is kept up to its quantity and no further, which a cost per pair cannot say. So a need becomes
 * one row for each of its proposals and one for the rest, neighbors in rank, with the same pairs: rows with the same pairs are
 * served one after the other up to the same total, and in each row every pair but the proposed one is a change. With the world as
 * it was, the one plan without a change is the one that is out. Only a need that is proposed several sessions and now gets less
 * than all of them together may keep less than it could: its first rows are the ones that are served.
 *
 * The plan is proven as that of the problem with these rows.
 *
 * @param proposed by pair: what is proposed and waits for an answer.
 */
export const solveSteady = (problem: Problem, proposed: Float64Array): SteadySolution => {
  if (proposed.every(quantity => quantity === 0)) return { ...solve(problem), changeWeight: 0 };
  const { needCount, sessionCount, pairStart, pairSession, pairCost, needQuantity, needRank, sessionCapacity } = problem;
  const rowNeed: number[] = [];
  const rowQuantity: number[] = [];
  const rowKeeps: number[] = [];
  for (const need of inRankOrder(needRank)) {
    let left = needQuantity[need]!;
    for (let pair = pairStart[need]!; pair < pairStart[need + 1]! && left > 0; pair++) {
      if (proposed[pair] === 0) continue;
      const quantity = Math.min(left, proposed[pair]!);
      left -= quantity;
      rowNeed.push(need);
      rowQuantity.push(quantity);
      rowKeeps.push(pair);
    }
    if (left === 0) continue;
    rowNeed.push(need);
    rowQuantity.push(left);
    rowKeeps.push(-1);
  }

  const rows = rowNeed.length;
  const start = new Int32Array(rows + 1);
  for (const [row, need] of rowNeed.entries()) start[row + 1] = start[row]! + pairStart[need + 1]! - pairStart[need]!;
  const origin = new Int32Array(start[rows]!);
  const change = new Uint8Array(start[rows]!);
  for (const [row, need] of rowNeed.entries()) {
    for (let at = start[row]!, pair = pairStart[need]!; at < start[row + 1]!; at++, pair++) {
      origin[at] = pair;
      change[at] = rowKeeps[row]! < 0 || rowKeeps[row] === pair ? 0 : 1;
    }
  }
  const split: Problem = {
    needCount: rows,
    sessionCount,
    pairStart: start,
    pairSession: Int32Array.from(origin, pair => pairSession[pair]!),
    pairCost: Int32Array.from(origin, pair => pairCost[pair]!),
    pairChange: change,
    needQuantity: Float64Array.from(rowQuantity),
    needRank: Int32Array.from(rowNeed, (_, row) => rows - row),
    sessionCapacity,
  };
  const { pairQuantity: ofRows, unserved: left, sessionPrice } = solve(split);
  const pairQuantity = new Float64Array(pairSession.length);
  const unserved = new Float64Array(needCount);
  for (const [at, pair] of origin.entries()) pairQuantity[pair] = pairQuantity[pair]! + ofRows[at]!;
  for (const [row, need] of rowNeed.entries()) unserved[need] = unserved[need]! + left[row]!;
  return { pairQuantity, unserved, sessionPrice, changeWeight: changeWeight(split) };
};
