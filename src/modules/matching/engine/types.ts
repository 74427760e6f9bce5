/**
 * One matching problem. Pairs are stored row by row: those of need `i` are `pairStart[i]` up to, not including,
 * `pairStart[i + 1]`. Quantities and capacities are integers from 0 to 2^53 - 1 (persons, places, portions, fen); their sums
 * over needs or sessions may be larger, so nothing here ever adds them up.
 */
export interface Problem {
  readonly needCount: number;
  readonly sessionCount: number;
  readonly pairStart: Int32Array;
  readonly pairSession: Int32Array;
  /** 0 to 9999, lower is better, per unit of quantity. */
  readonly pairCost: Int32Array;
  /**
   * By pair, where a plan has been published before: 1 when using the pair changes a proposal, 0 when it keeps one. A unit that
   * is served elsewhere than proposed counts as changed, whatever it saves; without this array nothing has been promised.
   */
  readonly pairChange?: Uint8Array;
  readonly needQuantity: Float64Array;
  /** All different; the higher is served first. */
  readonly needRank: Int32Array;
  readonly sessionCapacity: Float64Array;
}

/** The answer to a {@link Problem}; together with it, it proves itself (see `verify`). */
export interface Solution {
  /** By pair: how much of the need the session serves. */
  readonly pairQuantity: Float64Array;
  /** By need: what no session serves. */
  readonly unserved: Float64Array;
  /**
   * By session, an integer ≥ 0: what one more place would save in cost at least as far as those who are served are concerned; 0
   * unless the session is full. In each need's row every used pair has the least `pairCost + sessionPrice`. With `pairChange`,
   * cost is change and cost in one number (see `costsOf`), here as there.
   */
  readonly sessionPrice: Float64Array;
}

/** Who could go where, and how much there is: what the stages of a plan look at besides costs and the order of the needs. */
export type Transport = Pick<
  Problem,
  'needCount' | 'sessionCount' | 'pairStart' | 'pairSession' | 'needQuantity' | 'sessionCapacity'
>;

export const MAX_COST = 9999;
