import { describe, expect, it } from 'vitest';
import { allForOne, chain, createRandom, estate, funds, oneForAll, tangle } from '../../../../bench/support/instances.js';
import { worthOf } from '../../../../tests/support/matching.js';
import { type Problem, solve, verify } from './solver.js';

const solved = (problem: Problem) => {
  const solution = solve(problem);
  expect(verify(problem, solution)).toEqual([]);
  return { ...worthOf(problem, solution), solution };
};

describe('awkward shapes', () => {
  it('an alternating chain of 20,000: the last need moves everybody by one', () => {
    const { served, cost } = solved(chain(20_000));
    expect(served.every(quantity => quantity === 1)).toBe(true);
    // The last need takes the first session, everyone else pays for the next one.
    expect(cost).toBe(20_000n);
  });

  it('a chain so long and steep that prices leave 32 bits', () => {
    const { cost, solution } = solved(chain(220_000, 9999));
    expect(cost).toBe(220_000n * 9999n);
    expect(solution.sessionPrice.reduce((most, price) => Math.max(most, price))).toBeGreaterThan(2 ** 31);
  });

  it('one need that wants a place of each of 200,000 sessions', () => {
    expect(solved(allForOne(200_000)).served).toEqual([200_000]);
  });

  it('one session that all want goes to the highest ranks', () => {
    const problem = oneForAll(20_000, 500);
    const { served } = solved(problem);
    for (const [need, quantity] of served.entries()) expect(quantity).toBe(problem.needRank[need]! >= 19_500 ? 1 : 0);
  });

  it.each([0.75, 1, 1.4])('one giant component, supply %d', supply => {
    expect(() => solved(tangle({ needs: 6000, sessions: 2000, pairsPerNeed: 12, supply, costs: 9999, seed: 3 }))).not.toThrow();
  });

  it('all costs equal: any way of serving costs the same, and no price is above 0', () => {
    const problem = tangle({ needs: 6000, sessions: 2000, pairsPerNeed: 12, supply: 1, costs: 0, seed: 4 });
    const { cost, solution } = solved(problem);
    expect(cost).toBe(0n);
    expect(solution.sessionPrice.every(price => price === 0)).toBe(true);
  });

  it.each([0.75, 1, 1.4])('400 needs of up to 10^12 fen over 1,000 funds, supply %d', supply => {
    const problem = funds({ needs: 400, funds: 1000, largest: 10 ** 12, supply, seed: 5 });
    const { served } = solved(problem);
    expect(served.some(quantity => quantity > 10 ** 11)).toBe(true);
  });
});

describe('sizes', () => {
  it.each([0.75, 1, 1.4])('a community, supply %d', supply => {
    const { served } = solved(estate({ needs: 3000, sessions: 1000, pairsPerNeed: 30, supply, seed: 6 }));
    expect(served.filter(quantity => quantity > 0).length).toBeGreaterThan(1500);
  });

  it('a subdistrict', () => {
    const { served } = solved(estate({ needs: 30_000, sessions: 10_000, pairsPerNeed: 30, supply: 1, seed: 7 }));
    expect(served.filter(quantity => quantity > 0).length).toBeGreaterThan(20_000);
  });
});

it('the generator gives the same instance for the same seed', () => {
  const random = createRandom(8);
  const again = createRandom(8);
  expect([random(), random()]).toEqual([again(), again()]);
  const options = { needs: 300, sessions: 100, pairsPerNeed: 10, supply: 1, seed: 9 };
  expect(estate(options)).toEqual(estate(options));
  expect(estate({ ...options, seed: 10 })).not.toEqual(estate(options));
});
