import { describe, expect, it } from 'vitest';
import { createRandom } from '../../bench/support/instances.js';
import { between } from '../../tests/support/matching.js';
import { MIN_PEOPLE, periodProblem, tellable, tellableOverlapping } from './small-cells.js';

let person = 0;
const cell = (size: number) => ({ people: new Set(Array.from({ length: size }, () => `p${person++}`)) });
const sizes = (cells: Iterable<{ readonly people: ReadonlySet<string> }>): number[] =>
  [...cells].map(({ people }) => people.size).sort((a, b) => a - b);

describe('cells of a partition', () => {
  it.each([
    ['all are large', [5, 9, 20], [5, 9, 20]],
    ['one is small: the next smallest goes, too', [4, 9, 20], [20]],
    ['two are small and together large enough', [2, 3, 9, 20], [9, 20]],
    ['two are small and together still too few', [2, 2, 9, 20], [20]],
    ['one is small and there is but one other', [1, 30], []],
    ['all are small', [1, 2, 3], []],
    ['nobody is in some', [0, 0, 7], [7]],
    ['there are none', [], []],
  ])('%s', (_what, given, told) => {
    expect(sizes(tellable(given.map(cell)))).toEqual(told);
  });

  it('counts a person who is in two hidden cells once', () => {
    const [a, b, c] = [{ people: new Set(['1', '2', '3']) }, { people: new Set(['1', '2', '3', '4']) }, cell(9)];
    expect([...tellable([a, b, c])]).toEqual([]);
  });

  it('tells nothing of who is in hidden cells alone', () => {
    const shared = Array.from({ length: 6 }, (_, i) => `s${i}`);
    const [large, next] = [{ people: new Set([...shared, 'a', 'b', 'c']) }, cell(8)];
    // Five people in the small cells, but only two of them in no other: 9 + 8 told of 19 would say so.
    const few = [{ people: new Set([...shared.slice(0, 3), 'x']) }, { people: new Set([...shared.slice(0, 3), 'y']) }];
    expect([...tellable([large, next, ...few])]).toEqual([large]);
  });

  it('never lets the total less the told cells tell of one to four people', () => {
    const random = createRandom(7);
    for (let round = 0; round < 2000; round++) {
      const cells = Array.from({ length: between(random, 1, 6) }, () => cell(between(random, 0, 12)));
      const shown = tellable(cells);
      const rest = sizes(cells.filter(one => !shown.has(one))).reduce((total, size) => total + size, 0);
      for (const { people } of shown) expect(people.size).toBeGreaterThanOrEqual(MIN_PEOPLE);
      if (shown.size) expect(rest === 0 || rest >= MIN_PEOPLE).toBe(true);
    }
  });
});

it('cells that overlap are told if neither they nor all others are few', () => {
  const all = new Set(Array.from({ length: 12 }, (_, i) => `x${i}`));
  const some = (count: number) => ({ people: new Set([...all].slice(0, count)) });
  expect(sizes(tellableOverlapping([some(4), some(5), some(7), some(8), some(12)], all))).toEqual([5, 7, 12]);
});

describe('a period', () => {
  it.each([
    ['2026-11-01', '2026-12-01', false, null],
    ['2026-11-01', '2026-12-01', true, null],
    ['2026-12-01', '2027-01-01', true, null],
    ['2026-11-03', '2026-11-09', false, null],
    ['2026-11-03', '2026-12-03', true, 'NOT_ALLOWED'],
    ['2026-11-01', '2026-11-30', true, 'NOT_ALLOWED'],
    ['2026-10-01', '2026-12-01', true, 'NOT_ALLOWED'],
    ['2026-11-01', '2026-11-01', false, 'ENDS_BEFORE_START'],
    ['2025-01-01', '2026-01-03', false, 'MAX'],
  ])('from %s until %s (aggregates only: %s): %s', (from, until, wholeMonth, rule) => {
    expect(periodProblem({ from, until }, { wholeMonth })?.rule ?? null).toBe(rule);
  });
});
