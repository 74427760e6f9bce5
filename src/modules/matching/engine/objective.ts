import type { Problem } from './types.js';

/** What a plan is worth, level by level; totals are big integers because they leave the safe ones. */
export interface Worth {
  /** By need in rank order: the quantity served. */
  readonly served: Float64Array;
  readonly change: bigint;
  readonly cost: bigint;
}

/** Σ change · quantity and Σ cost · quantity of some pairs, exactly. */
export const spentOn = (
  problem: Problem,
  pairs: ArrayLike<number>,
  amounts: ArrayLike<number>,
): { readonly change: bigint; readonly cost: bigint } => {
  let [change, cost] = [0n, 0n];
  for (let i = 0; i < pairs.length; i++) {
    const amount = BigInt(amounts[i]!);
    cost += BigInt(problem.pairCost[pairs[i]!]!) * amount;
    if (problem.pairChange?.[pairs[i]!] === 1) change += amount;
  }
  return { change, cost };
};

/**
 * The one place that says which of two plans is better: more for the highest-ranked need in which they differ; where they serve
 * the same, fewer changes; then less cost.
 *
 * @returns above 0 when the first is better, below 0 when the second is, 0 when they are worth the same.
 */
export const compare = (one: Worth, other: Worth): number => {
  const at = firstDifference(one, other);
  if (at >= 0) return one.served[at]! - other.served[at]!;
  if (one.change !== other.change) return one.change < other.change ? 1 : -1;
  if (one.cost !== other.cost) return one.cost < other.cost ? 1 : -1;
  return 0;
};

/** The position in rank order of the first need that two plans serve differently; -1 when there is none. */
export const firstDifference = (one: Worth, other: Worth): number => {
  for (let i = 0; i < one.served.length; i++) if (one.served[i] !== other.served[i]) return i;
  return -1;
};
