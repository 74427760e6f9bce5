import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../bench/support/instances.js';
import { between, problemOf, type Random, randomProblem } from '../../../../tests/support/matching.js';
import { createLive, type Live, type Move } from './live.js';
import { type Problem, solve } from './solver.js';

const mix = (random: Random) => ({
  needs: between(random, 1, 12),
  sessions: between(random, 1, 7),
  density: 0.2 + random() * 0.6,
  quantity: () => (random() < 0.7 ? 1 : between(random, 0, 6)),
  capacity: () => between(random, 0, 4),
  cost: () => between(random, 0, 9999),
});

/** Nothing is over its bounds, and what is counted is what the pairs hold. */
const expectFeasible = (problem: Problem, { pairQuantity, unserved, free }: Live): void => {
  const load = new Float64Array(problem.sessionCount);
  const served = new Float64Array(problem.needCount);
  for (let need = 0; need < problem.needCount; need++) {
    for (let pair = problem.pairStart[need]!; pair < problem.pairStart[need + 1]!; pair++) {
      served[need]! += pairQuantity[pair]!;
      load[problem.pairSession[pair]!]! += pairQuantity[pair]!;
    }
  }
  expect(Math.min(0, ...pairQuantity, ...unserved, ...free)).toBe(0);
  expect(unserved.map((left, need) => left + served[need]!)).toEqual(problem.needQuantity);
  expect(free.map((left, session) => left + load[session]!)).toEqual(problem.sessionCapacity);
};

/** Plays the steps over a plan; they must tell all that changed. */
const replay = (problem: Problem, before: Float64Array, moves: readonly Move[]): Float64Array => {
  const after = Float64Array.from(before);
  for (const { need, from, to, quantity } of moves) {
    for (let pair = problem.pairStart[need]!; pair < problem.pairStart[need + 1]!; pair++) {
      if (problem.pairSession[pair] === from) after[pair]! -= quantity;
      if (problem.pairSession[pair] === to) after[pair]! += quantity;
    }
  }
  return after;
};

describe('a need that arrives', () => {
  it('is served, and takes from whom, exactly as a new plan would say', () => {
    const random = createRandom(21);
    let [served, ousted, reseated] = [0, 0, 0];
    for (let round = 0; round < 2000; round++) {
      const problem = randomProblem(random, mix(random));
      const newcomer = between(random, 0, problem.needCount - 1);
      const before = solve({ ...problem, needQuantity: problem.needQuantity.with(newcomer, 0) });
      const live = createLive(problem, before);
      const moves = live.placeNeed(newcomer);
      expectFeasible(problem, live);
      expect(live.unserved).toEqual(solve(problem).unserved);
      expect(live.pairQuantity).toEqual(replay(problem, before.pairQuantity, moves));
      for (const { need, from, to } of moves) {
        if (from < 0) served++;
        else if (to < 0) ousted++;
        else reseated++;
        if (to < 0) expect(problem.needRank[need]).toBeLessThan(problem.needRank[newcomer]!);
      }
    }
    expect(Math.min(served, ousted, reseated)).toBeGreaterThan(150);
  });

  it('moves as few as can be, and of those the cheapest way', () => {
    // The newcomer (2) wants session 0, whose two holders could go to sessions 1 (dearer) or 2.
    const problem = problemOf(
      [2, 1, 1],
      [
        {
          quantity: 1,
          rank: 3,
          pairs: [
            [0, 10],
            [1, 500],
          ],
        },
        {
          quantity: 1,
          rank: 2,
          pairs: [
            [0, 10],
            [2, 300],
          ],
        },
        { quantity: 1, rank: 1, pairs: [[0, 0]] },
      ],
    );
    const live = createLive(problem, { pairQuantity: Float64Array.of(1, 0, 1, 0, 0) });
    expect(live.placeNeed(2)).toEqual([
      { need: 1, from: 0, to: 2, quantity: 1 },
      { need: 2, from: -1, to: 0, quantity: 1 },
    ]);
  });

  it('keeps quantities of 10^12 fen exact', () => {
    const problem = problemOf(
      [10 ** 12, 10 ** 12 - 1],
      [
        {
          quantity: 10 ** 12,
          rank: 1,
          pairs: [
            [0, 5],
            [1, 6],
          ],
        },
        { quantity: 3, rank: 2, pairs: [[0, 0]] },
      ],
    );
    const live = createLive(problem, { pairQuantity: Float64Array.of(10 ** 12, 0, 0) });
    live.placeNeed(1);
    expect([...live.pairQuantity]).toEqual([10 ** 12 - 3, 3, 3]);
  });
});

describe('places that become free', () => {
  it('go to whom a new plan would give them', () => {
    const random = createRandom(22);
    let [served, reseated] = [0, 0];
    for (let round = 0; round < 2000; round++) {
      const before = randomProblem(random, mix(random));
      const session = between(random, 0, before.sessionCount - 1);
      const places = between(random, 1, 5);
      const capacity = before.sessionCapacity[session]! + places;
      const after = { ...before, sessionCapacity: before.sessionCapacity.with(session, capacity) };
      const plan = solve(before);
      const live = createLive(before, plan);
      const moves = live.addPlaces(session, places);
      expectFeasible(after, live);
      expect(live.unserved).toEqual(solve(after).unserved);
      expect(live.pairQuantity).toEqual(replay(after, plan.pairQuantity, moves));
      for (const { from, to } of moves) {
        expect(to).toBeGreaterThanOrEqual(0);
        if (from < 0) served++;
        else reseated++;
      }
    }
    expect(Math.min(served, reseated)).toBeGreaterThan(200);
  });
});

it('stays right over many changes one after the other', () => {
  const random = createRandom(23);
  for (let round = 0; round < 200; round++) {
    const whole = randomProblem(random, { ...mix(random), needs: 16, sessions: 6 });
    const capacity = Float64Array.from(whole.sessionCapacity);
    const quantity = Float64Array.from(whole.needQuantity).fill(0, 6);
    const before = { ...whole, needQuantity: Float64Array.from(quantity) };
    const live = createLive(before, solve(before));
    for (let need = 6; need < 16; need++) {
      // Runs of one kind and turns between the two.
      if (random() < 0.7) {
        quantity[need] = whole.needQuantity[need]!;
        live.placeNeed(need, quantity[need]);
      }
      if (random() < 0.3) {
        const session = between(random, 0, 5);
        const places = between(random, 1, 3);
        capacity[session]! += places;
        live.addPlaces(session, places);
      }
      const world = { ...whole, needQuantity: quantity, sessionCapacity: capacity };
      expectFeasible(world, live);
      expect(live.unserved).toEqual(solve(world).unserved);
    }
  }
});
