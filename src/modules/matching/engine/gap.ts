import type { Instance } from './instance.js';
import { firstDifference, spentOn } from './objective.js';
import type { Found } from './search.js';
import type { Problem } from './types.js';

/** What is not proven, and how much could be missed at most. */
export type Gap =
  /** The first need in rank order that might get more: it gets `served`, and no plan gives it more than `bound`; all before it are proven. */
  | { readonly kind: 'SERVED'; readonly need: number; readonly served: number; readonly bound: number }
  /** All quantities served are proven; what is spent may come down to `bound`: first changes, then cost. */
  | {
      readonly kind: 'SPENT';
      readonly change: bigint;
      readonly cost: bigint;
      readonly bound: { readonly change: bigint; readonly cost: bigint };
    };

/** What a search has not proven. */
export const gapOf = (instance: Instance, { worth, bound }: Found): Gap | null => {
  if (bound === null) return null;
  const at = firstDifference(worth, bound);
  if (at >= 0) return { kind: 'SERVED', need: instance.needs[at]!, served: worth.served[at]!, bound: bound.served[at]! };
  return { kind: 'SPENT', change: worth.change, cost: worth.cost, bound: { change: bound.change, cost: bound.cost } };
};

/** The gap of all islands together: that of the highest-ranked need, or what the whole plan spends and may come down to. */
export const wholeGap = (problem: Problem, pairQuantity: Float64Array, gaps: readonly Gap[]): Gap | null => {
  const [served] = gaps
    .filter(gap => gap.kind === 'SERVED')
    .sort((one, other) => problem.needRank[other.need]! - problem.needRank[one.need]!);
  if (served) return served;
  if (gaps.length === 0) return null;
  const spent = spentOn(problem, Array.from(pairQuantity.keys()), pairQuantity);
  const bound = { ...spent };
  for (const gap of gaps) {
    if (gap.kind !== 'SPENT') continue;
    bound.change += gap.bound.change - gap.change;
    bound.cost += gap.bound.cost - gap.cost;
  }
  return { kind: 'SPENT', ...spent, bound };
};
