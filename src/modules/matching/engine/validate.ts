import { changeWeight } from './costs.js';
import { MAX_COST, type Problem } from './types.js';

const kindOf = (value: unknown): string =>
  typeof value === 'object' && value !== null ? (value.constructor?.name ?? 'object') : typeof value;

type ArrayKind = typeof Int32Array | typeof Float64Array | typeof Uint8Array;

const expectArray = (name: string, value: unknown, kind: ArrayKind): void => {
  if (!(value instanceof kind)) throw new TypeError(`${name} must be a ${kind.name}, got ${kindOf(value)}`);
};

const expectCount = (name: string, value: unknown): void => {
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number, got ${kindOf(value)}`);
  if (!Number.isInteger(value) || value < 0 || value > 0x3fffffff)
    throw new RangeError(`${name} must be an integer from 0 to ${0x3fffffff}, got ${value}`);
};

const expectLength = (name: string, actual: number, expected: number, why: string): void => {
  if (actual !== expected) throw new RangeError(`${name} must have length ${expected} (${why}), got ${actual}`);
};

/** Whether a value is an integer from 0 to 2^53 - 1. */
const isQuantity = (value: number): boolean => value >= 0 && value <= Number.MAX_SAFE_INTEGER && Math.floor(value) === value;

// Loops stop at the first wrong index and the error is made behind them: V8 compiles a loop that throws to slower code, several
// times slower over the pairs.

const expectQuantities = (name: string, values: Float64Array): void => {
  let at = 0;
  while (at < values.length && isQuantity(values[at]!)) at++;
  if (at < values.length) throw new RangeError(`${name}[${at}] must be an integer from 0 to 2^53 - 1, got ${values[at]}`);
};

const expectStarts = ({ needCount, pairStart, pairSession }: Problem): void => {
  if (pairStart[0] !== 0) throw new RangeError(`pairStart[0] must be 0, got ${pairStart[0]}`);
  let need = 0;
  while (need < needCount && pairStart[need + 1]! >= pairStart[need]!) need++;
  if (need < needCount)
    throw new RangeError(
      `pairStart[${need + 1}] must not be below pairStart[${need}]: ${pairStart[need + 1]} < ${pairStart[need]}`,
    );
  if (pairStart[needCount] !== pairSession.length)
    throw new RangeError(
      `pairStart[${needCount}] must be the number of pairs, ${pairSession.length}, got ${pairStart[needCount]}`,
    );
};

/** The first pair with a session that is not there or that its row has had already, or with a wrong cost; -1: all are right. */
const firstWrongPair = ({ needCount, sessionCount, pairStart, pairSession, pairCost }: Problem): number => {
  const seenBy = new Int32Array(sessionCount).fill(-1);
  for (let need = 0; need < needCount; need++) {
    const end = pairStart[need + 1]!;
    for (let pair = pairStart[need]!; pair < end; pair++) {
      const session = pairSession[pair]!;
      const cost = pairCost[pair]!;
      if (session < 0 || session >= sessionCount || seenBy[session] === need || cost < 0 || cost > MAX_COST) return pair;
      seenBy[session] = need;
    }
  }
  return -1;
};

const expectPairs = (problem: Problem): void => {
  const { sessionCount, pairStart, pairSession, pairCost } = problem;
  const pair = firstWrongPair(problem);
  if (pair < 0) return;
  const session = pairSession[pair]!;
  if (session < 0 || session >= sessionCount)
    throw new RangeError(`pairSession[${pair}] must be from 0 to ${sessionCount - 1}, got ${session}`);
  const cost = pairCost[pair]!;
  if (cost < 0 || cost > MAX_COST) throw new RangeError(`pairCost[${pair}] must be from 0 to ${MAX_COST}, got ${cost}`);
  const need = pairStart.findLastIndex(start => start <= pair);
  throw new RangeError(`pairSession[${pair}] repeats session ${session} in the row of need ${need}`);
};

const expectChanges = (pairChange: Uint8Array, problem: Problem): void => {
  const pair = pairChange.findIndex(change => change > 1);
  if (pair >= 0) throw new RangeError(`pairChange[${pair}] must be 0 or 1, got ${pairChange[pair]}`);
  // A price is an alternating sum along a path on which every need and every session is met once.
  if ((changeWeight(problem) + MAX_COST) * (problem.sessionCount + 1) > Number.MAX_SAFE_INTEGER)
    throw new RangeError(
      `pairChange with ${problem.needCount} needs and ${problem.sessionCount} sessions could lead to prices above 2^53 - 1`,
    );
};

const DIGIT = 11;
const BUCKETS = 1 << DIGIT;

/**
 * The needs from the highest rank to the lowest, by a radix sort (ranks are usually dense and there may be hundreds of
 * thousands).
 *
 * @throws RangeError when two needs have the same rank.
 */
export const inRankOrder = (needRank: Int32Array): Int32Array => {
  const count = needRank.length;
  let from = new Int32Array(count);
  let to = new Int32Array(count);
  for (let i = 0; i < count; i++) from[i] = i;
  const starts = new Int32Array(BUCKETS);
  for (let shift = 0; shift < 32; shift += DIGIT) {
    starts.fill(0);
    // Complemented and made unsigned, the highest rank sorts first and negative ranks last.
    for (let i = 0; i < count; i++) starts[((~needRank[i]! ^ 0x80000000) >>> shift) & (BUCKETS - 1)]!++;
    let sum = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const size = starts[bucket]!;
      starts[bucket] = sum;
      sum += size;
    }
    for (let i = 0; i < count; i++) {
      const need = from[i]!;
      const bucket = ((~needRank[need]! ^ 0x80000000) >>> shift) & (BUCKETS - 1);
      to[starts[bucket]!++] = need;
    }
    const swap = from;
    from = to;
    to = swap;
  }
  let at = 1;
  while (at < count && needRank[from[at]!] !== needRank[from[at - 1]!]) at++;
  if (at >= count) return from;
  const [before, need] = [from[at - 1]!, from[at]!];
  throw new RangeError(`needRank[${need}] equals needRank[${before}]: ${needRank[need]}; ranks must all differ`);
};

/**
 * Checks that a problem is well formed; ranks are checked where they are sorted ({@link inRankOrder}).
 *
 * @throws TypeError when an array or number is of the wrong kind.
 * @throws RangeError that names the first wrong index.
 */
export const expectProblem = (problem: Problem): void => {
  if (typeof problem !== 'object' || problem === null) throw new TypeError(`problem must be an object, got ${kindOf(problem)}`);
  expectCount('needCount', problem.needCount);
  expectCount('sessionCount', problem.sessionCount);
  expectArray('pairStart', problem.pairStart, Int32Array);
  expectArray('pairSession', problem.pairSession, Int32Array);
  expectArray('pairCost', problem.pairCost, Int32Array);
  expectArray('needQuantity', problem.needQuantity, Float64Array);
  expectArray('needRank', problem.needRank, Int32Array);
  expectArray('sessionCapacity', problem.sessionCapacity, Float64Array);
  if (problem.pairChange !== undefined) expectArray('pairChange', problem.pairChange, Uint8Array);
  expectLength('pairStart', problem.pairStart.length, problem.needCount + 1, 'needCount + 1');
  expectLength('pairCost', problem.pairCost.length, problem.pairSession.length, 'one per pair');
  if (problem.pairChange) expectLength('pairChange', problem.pairChange.length, problem.pairSession.length, 'one per pair');
  expectLength('needQuantity', problem.needQuantity.length, problem.needCount, 'needCount');
  expectLength('needRank', problem.needRank.length, problem.needCount, 'needCount');
  expectLength('sessionCapacity', problem.sessionCapacity.length, problem.sessionCount, 'sessionCount');
  expectQuantities('needQuantity', problem.needQuantity);
  expectQuantities('sessionCapacity', problem.sessionCapacity);
  expectStarts(problem);
  expectPairs(problem);
  if (problem.pairChange) expectChanges(problem.pairChange, problem);
};
