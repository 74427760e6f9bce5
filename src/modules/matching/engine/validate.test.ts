import { describe, expect, it } from 'vitest';
import { problemOf } from '../../../../tests/support/matching.js';
import { type Problem, solve } from './solver.js';
import { inRankOrder } from './validate.js';

/** Two needs, three sessions; need 0 may use sessions 0 and 1, need 1 sessions 1 and 2. */
const valid = (): Problem =>
  problemOf(
    [1, 2, 3],
    [
      {
        quantity: 1,
        rank: 5,
        pairs: [
          [0, 10],
          [1, 20],
        ],
      },
      {
        quantity: 2,
        rank: -5,
        pairs: [
          [1, 30],
          [2, 9999],
        ],
      },
    ],
  );

const bad: readonly (readonly [string, Partial<Record<keyof Problem, unknown>>, typeof RangeError | typeof TypeError, RegExp])[] =
  [
    ['a quantity that is NaN', { needQuantity: Float64Array.of(1, Number.NaN) }, RangeError, /needQuantity\[1\].*NaN/],
    ['a negative quantity', { needQuantity: Float64Array.of(-1, 1) }, RangeError, /needQuantity\[0\].*-1/],
    ['a fraction', { needQuantity: Float64Array.of(1, 0.5) }, RangeError, /needQuantity\[1\].*0\.5/],
    ['2^53', { needQuantity: Float64Array.of(2 ** 53, 1) }, RangeError, /needQuantity\[0\]/],
    [
      'an infinite capacity',
      { sessionCapacity: Float64Array.of(1, 2, Number.POSITIVE_INFINITY) },
      RangeError,
      /sessionCapacity\[2\]/,
    ],
    ['a negative capacity', { sessionCapacity: Float64Array.of(1, -2, 3) }, RangeError, /sessionCapacity\[1\]/],
    ['a negative cost', { pairCost: Int32Array.of(0, 0, -1, 0) }, RangeError, /pairCost\[2\].*-1/],
    ['a cost of 10000', { pairCost: Int32Array.of(0, 0, 0, 10_000) }, RangeError, /pairCost\[3\].*10000/],
    ['equal ranks', { needRank: Int32Array.of(4, 4) }, RangeError, /needRank\[1\] equals needRank\[0\]: 4/],
    ['rows that do not start at 0', { pairStart: Int32Array.of(1, 2, 4) }, RangeError, /pairStart\[0\]/],
    ['rows out of order', { pairStart: Int32Array.of(0, 5, 4) }, RangeError, /pairStart\[2\].*4 < 5/],
    ['rows that end early', { pairStart: Int32Array.of(0, 2, 3) }, RangeError, /pairStart\[2\].*4, got 3/],
    ['a session beyond the last', { pairSession: Int32Array.of(0, 1, 1, 3) }, RangeError, /pairSession\[3\].*got 3/],
    ['a session below 0', { pairSession: Int32Array.of(-1, 1, 1, 2) }, RangeError, /pairSession\[0\].*-1/],
    [
      'a session twice in a row',
      { pairSession: Int32Array.of(0, 1, 2, 2) },
      RangeError,
      /pairSession\[3\] repeats session 2.*need 1/,
    ],
    ['rows for another number of needs', { pairStart: Int32Array.of(0, 4) }, RangeError, /pairStart must have length 3/],
    ['costs for another number of pairs', { pairCost: Int32Array.of(0) }, RangeError, /pairCost must have length 4/],
    ['too few quantities', { needQuantity: Float64Array.of(1) }, RangeError, /needQuantity must have length 2/],
    ['too many ranks', { needRank: Int32Array.of(1, 2, 3) }, RangeError, /needRank must have length 2/],
    ['too few capacities', { sessionCapacity: Float64Array.of(1) }, RangeError, /sessionCapacity must have length 3/],
    ['a plain array', { pairSession: [0, 1, 1, 2] }, TypeError, /pairSession must be a Int32Array, got Array/],
    ['the other kind of array', { needQuantity: Int32Array.of(1, 2) }, TypeError, /needQuantity.*Float64Array, got Int32Array/],
    ['nothing', { sessionCapacity: undefined }, TypeError, /sessionCapacity.*undefined/],
    ['changes for another number of pairs', { pairChange: Uint8Array.of(0) }, RangeError, /pairChange must have length 4/],
    [
      'half a change',
      { pairChange: Float64Array.of(0, 0.5, 0, 0) },
      TypeError,
      /pairChange must be a Uint8Array, got Float64Array/,
    ],
    ['a change of 2', { pairChange: Uint8Array.of(0, 1, 2, 0) }, RangeError, /pairChange\[2\] must be 0 or 1, got 2/],
    ['a count that is a fraction', { needCount: 1.5 }, RangeError, /needCount.*1\.5/],
    ['a negative count', { sessionCount: -1 }, RangeError, /sessionCount.*-1/],
    ['a count that is text', { needCount: '2' }, TypeError, /needCount.*string/],
  ];

describe('bad input', () => {
  it('is told from good', () => {
    expect(() => solve(valid())).not.toThrow();
  });

  it.each(bad)('%s is refused with its place', (_, change, kind, message) => {
    const problem: Problem = Object.assign(valid(), change);
    expect(() => solve(problem)).toThrow(kind);
    expect(() => solve(problem)).toThrow(message);
  });

  it('of changes so wide that prices could leave the safe integers is refused before any work', () => {
    const count = 700_000;
    const problem: Problem = {
      needCount: count,
      sessionCount: count,
      pairStart: new Int32Array(count + 1),
      pairSession: new Int32Array(0),
      pairCost: new Int32Array(0),
      pairChange: new Uint8Array(0),
      needQuantity: new Float64Array(count),
      needRank: Int32Array.from({ length: count }, (_, need) => need),
      sessionCapacity: new Float64Array(count),
    };
    expect(() => solve(problem)).toThrow(/pairChange with 700000 needs and 700000 sessions/);
  });

  it('that is no problem at all is refused', () => {
    const nothing: Problem = JSON.parse('null');
    expect(() => solve(nothing)).toThrow(TypeError);
  });
});

describe('rank order', () => {
  it('runs from the highest to the lowest over all 32 bits', () => {
    const ranks = Int32Array.of(0, 2 ** 31 - 1, -1, 1, -(2 ** 31), 2048, 2047, -2048, 1 << 22, 77);
    const order = [...inRankOrder(ranks)];
    expect(order.map(need => ranks[need])).toEqual([...ranks].sort((a, b) => b - a));
  });
});
