import type { Costs } from './costs.js';
import type { Scratch } from './scratch.js';
import type { Transport } from './types.js';

/** A transport whose rows run by rising cost. */
export interface Sorted {
  readonly transport: Transport;
  readonly costs: Costs;
  /** By pair, its number as it came; undefined where that was in order already. */
  readonly origin: Int32Array | undefined;
}

const isSorted = ({ needCount, pairStart }: Transport, costs: Costs): boolean => {
  for (let need = 0; need < needCount; need++) {
    const end = pairStart[need + 1]!;
    for (let pair = pairStart[need]! + 1; pair < end; pair++) if (costs[pair]! < costs[pair - 1]!) return false;
  }
  return true;
};

/** Rows up to this length are sorted by insertion; a place in one takes so many bits. */
const SHORT = 63;
const PLACE_BITS = 6;
/** Plain costs, up to 9999, have two digits of so many bits. */
const DIGIT_BITS = 7;
const DIGITS = 1 << DIGIT_BITS;

/** Sorts a row of plain costs, keeping equal costs in order: into `origin`, numbers of pairs. */
type RowSort = (costs: Int32Array, start: number, end: number, origin: Int32Array) => void;

/** By insertion of keys that carry the place along. */
const insertRow: RowSort = (costs, start, end, origin) => {
  for (let pair = start; pair < end; pair++) {
    const key = (costs[pair]! << PLACE_BITS) | (pair - start);
    let at = pair;
    for (; at > start && origin[at - 1]! > key; at--) origin[at] = origin[at - 1]!;
    origin[at] = key;
  }
  for (let at = start; at < end; at++) origin[at] = start + (origin[at]! & ((1 << PLACE_BITS) - 1));
};

/** Digit by digit, the lower first. */
const createRadixSort = (scratch: Scratch, longest: number): RowSort => {
  const byLow = scratch.dirtyInt32(longest);
  const lowStart = scratch.dirtyInt32(DIGITS + 1);
  const highStart = scratch.dirtyInt32(DIGITS + 1);
  return (costs, start, end, origin) => {
    lowStart.fill(0);
    highStart.fill(0);
    for (let pair = start; pair < end; pair++) {
      const cost = costs[pair]!;
      lowStart[(cost & (DIGITS - 1)) + 1]!++;
      highStart[(cost >> DIGIT_BITS) + 1]!++;
    }
    highStart[0] = start;
    for (let digit = 1; digit < DIGITS; digit++) {
      lowStart[digit] = lowStart[digit]! + lowStart[digit - 1]!;
      highStart[digit] = highStart[digit]! + highStart[digit - 1]!;
    }
    for (let pair = start; pair < end; pair++) byLow[lowStart[costs[pair]! & (DIGITS - 1)]!++] = pair;
    for (let i = 0; i < end - start; i++) {
      const pair = byLow[i]!;
      origin[highStart[costs[pair]! >> DIGIT_BITS]!++] = pair;
    }
  };
};

const sortPlain = ({ needCount, pairStart }: Transport, costs: Int32Array, longest: number, scratch: Scratch): Int32Array => {
  const origin = scratch.dirtyInt32(costs.length);
  const radixRow = createRadixSort(scratch, longest);
  for (let need = 0; need < needCount; need++) {
    const start = pairStart[need]!;
    const end = pairStart[need + 1]!;
    if (end - start <= SHORT) insertRow(costs, start, end, origin);
    else radixRow(costs, start, end, origin);
  }
  return origin;
};

/** Combined costs are too wide for digits; times the length of a row they are still exact (see the limit of `expectProblem`). */
const sortWide = ({ needCount, pairStart }: Transport, costs: Float64Array, longest: number, scratch: Scratch): Int32Array => {
  const origin = scratch.dirtyInt32(costs.length);
  const room = scratch.dirtyFloat64(longest);
  for (let need = 0; need < needCount; need++) {
    const start = pairStart[need]!;
    const length = pairStart[need + 1]! - start;
    const keys = room.subarray(0, length);
    for (let i = 0; i < length; i++) keys[i] = costs[start + i]! * length + i;
    keys.sort();
    for (let i = 0; i < length; i++) origin[start + i] = start + (keys[i]! % length);
  }
  return origin;
};

/** Sorts all rows by cost, keeping equal costs in order; both stages want the cheapest pairs first. */
export const sortRows = (transport: Transport, costs: Costs, scratch: Scratch): Sorted => {
  if (isSorted(transport, costs)) return { transport, costs, origin: undefined };
  const { needCount, pairStart, pairSession } = transport;
  let longest = 0;
  for (let need = 0; need < needCount; need++) longest = Math.max(longest, pairStart[need + 1]! - pairStart[need]!);
  const isPlain = costs instanceof Int32Array;
  const origin = isPlain ? sortPlain(transport, costs, longest, scratch) : sortWide(transport, costs, longest, scratch);
  const sortedSession = scratch.dirtyInt32(costs.length);
  const sortedCosts = isPlain ? scratch.dirtyInt32(costs.length) : scratch.dirtyFloat64(costs.length);
  for (let at = 0; at < origin.length; at++) {
    sortedSession[at] = pairSession[origin[at]!]!;
    sortedCosts[at] = costs[origin[at]!]!;
  }
  return { transport: { ...transport, pairSession: sortedSession }, costs: sortedCosts, origin };
};
