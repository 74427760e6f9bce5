import { expect, it } from 'vitest';
import { createRandom } from '../../../../bench/support/instances.js';
import { between } from '../../../../tests/support/matching.js';
import type { Costs } from './costs.js';
import { Scratch } from './scratch.js';
import { sortRows } from './sort.js';
import type { Transport } from './types.js';

const LONGEST = 300;

/** Rows of 0 to 300 pairs. */
const transportOf = (lengths: readonly number[]): Transport => {
  const pairStart = Int32Array.of(
    0,
    ...lengths.map((_, row) => lengths.slice(0, row + 1).reduce((sum, length) => sum + length, 0)),
  );
  return {
    needCount: lengths.length,
    sessionCount: LONGEST,
    pairStart,
    pairSession: Int32Array.from(lengths.flatMap(length => Array.from({ length }, (_, place) => (place * 7) % LONGEST))),
    needQuantity: new Float64Array(lengths.length),
    sessionCapacity: new Float64Array(LONGEST),
  };
};

it.each([
  ['plain costs', 9999, Int32Array],
  ['few plain costs', 3, Int32Array],
  ['combined costs', 10 ** 10, Float64Array],
] as const)('rows go by rising cost, equal costs in the order they came: %s', (_, dearest, Kind) => {
  const random = createRandom(51);
  for (let round = 0; round < 60; round++) {
    const transport = transportOf([0, between(random, 0, 70), 63, between(random, 0, LONGEST), 64, 1]);
    const costs: Costs = new Kind(Array.from(transport.pairSession, () => between(random, 0, dearest)));
    Scratch.lend(ArrayBuffer, scratch => {
      const sorted = sortRows(transport, costs, scratch);
      for (let need = 0; need < transport.needCount; need++) {
        const [start, end] = [transport.pairStart[need]!, transport.pairStart[need + 1]!];
        const expected = Array.from({ length: end - start }, (_, place) => start + place).sort(
          (one, other) => costs[one]! - costs[other]! || one - other,
        );
        expect([...sorted.origin!.slice(start, end)]).toEqual(expected);
        expect([...sorted.costs.slice(start, end)]).toEqual(expected.map(pair => costs[pair]));
        expect([...sorted.transport.pairSession.slice(start, end)]).toEqual(expected.map(pair => transport.pairSession[pair]));
      }
    });
  }
});

it('rows in order already are left as they are', () => {
  const transport = transportOf([3, 0, 2]);
  const costs = Int32Array.of(1, 1, 5, 0, 9999);
  Scratch.lend(ArrayBuffer, scratch =>
    expect(sortRows(transport, costs, scratch)).toEqual({ transport, costs, origin: undefined }),
  );
});
