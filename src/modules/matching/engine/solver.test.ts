import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../bench/support/instances.js';
import {
  between,
  bruteForce,
  type Mix,
  problemOf,
  type Random,
  randomProblem,
  referenceSolve,
  rowsOf,
  shuffled,
  worthOf,
} from '../../../../tests/support/matching.js';
import { type Problem, solve, verify } from './solver.js';

/** The engine's plan, proven once more, as its value on both levels. */
const solved = (problem: Problem) => {
  const solution = solve(problem);
  expect(verify(problem, solution)).toEqual([]);
  return worthOf(problem, solution);
};

const smallMix = (random: Random): Mix => {
  const most = between(random, 1, 3);
  const costs = [0, 1, 3, 30, 9999][between(random, 0, 4)]!;
  return {
    needs: between(random, 0, 6),
    sessions: between(random, 0, 5),
    density: random(),
    quantity: () => between(random, 0, most),
    capacity: () => (random() < 0.15 ? 0 : between(random, 0, 3)),
    cost: () => between(random, 0, costs),
  };
};

const mediumMix = (random: Random, largest: number): Mix => {
  const costs = [0, 5, 9999][between(random, 0, 2)]!;
  const needs = between(random, 5, 40);
  const sessions = between(random, 2, 20);
  const supply = 0.5 + random();
  return {
    needs,
    sessions,
    density: 0.05 + 0.6 * random(),
    quantity: () => between(random, 0, largest),
    capacity: () => Math.floor((largest * supply * random() * needs) / sessions),
    cost: () => between(random, 0, costs),
  };
};

const scaled = (problem: Problem, factor: number): Problem => ({
  ...problem,
  needQuantity: problem.needQuantity.map(quantity => quantity * factor),
  sessionCapacity: problem.sessionCapacity.map(capacity => capacity * factor),
});

describe('both levels', () => {
  it('agree with trying everything on thousands of small instances', () => {
    const random = createRandom(1);
    for (let round = 0; round < 4000; round++) {
      const problem = randomProblem(random, smallMix(random));
      expect(solved(problem), `round ${round}`).toEqual(bruteForce(problem));
    }
  });

  it('scale with the quantities, up to 2^53 - 1', () => {
    const random = createRandom(2);
    for (let round = 0; round < 1000; round++) {
      const problem = randomProblem(random, smallMix(random));
      const factor = round % 2 === 0 ? 10 ** 12 : Math.floor(Number.MAX_SAFE_INTEGER / 3);
      const { served, changes, cost } = bruteForce(problem);
      expect(solved(scaled(problem, factor)), `round ${round}`).toEqual({
        served: served.map(quantity => quantity * factor),
        changes: changes * BigInt(factor),
        cost: cost * BigInt(factor),
      });
    }
  });

  it('agree with a slow independent solver on medium instances', () => {
    const random = createRandom(3);
    for (let round = 0; round < 300; round++) {
      const problem = randomProblem(random, mediumMix(random, [1, 5, 500_000, 10 ** 12][round % 4]!));
      expect(solved(problem), `round ${round}`).toEqual(referenceSolve(problem));
    }
  });

  it('stay exact where sums of quantities leave the safe integers', () => {
    const most = Number.MAX_SAFE_INTEGER;
    const problem = problemOf(
      [most, most, 1],
      [
        {
          quantity: most,
          rank: 1,
          pairs: [
            [0, 5],
            [1, 1],
          ],
        },
        {
          quantity: most,
          rank: 2,
          pairs: [
            [1, 0],
            [2, 9999],
          ],
        },
        {
          quantity: most,
          rank: 3,
          pairs: [
            [0, 2],
            [1, 3],
            [2, 4],
          ],
        },
      ],
    );
    expect(solved(problem)).toEqual(referenceSolve(problem));
    expect(solve(problem).unserved).toEqual(Float64Array.of(most - 1, 0, 0));
  });
});

describe('edges', () => {
  it('of emptiness give empty plans', () => {
    expect(solve(problemOf([], []))).toEqual({
      pairQuantity: new Float64Array(0),
      unserved: new Float64Array(0),
      sessionPrice: new Float64Array(0),
    });
    expect(solve(problemOf([3], [])).sessionPrice).toEqual(Float64Array.of(0));
    expect(solve(problemOf([], [{ quantity: 2, rank: 0, pairs: [] }])).unserved).toEqual(Float64Array.of(2));
  });

  it('of capacity: a session without places gets a price that nobody would rather pay', () => {
    const problem = problemOf(
      [0, 4],
      [
        {
          quantity: 1,
          rank: 0,
          pairs: [
            [0, 10],
            [1, 500],
          ],
        },
      ],
    );
    expect(solve(problem)).toEqual({
      pairQuantity: Float64Array.of(0, 1),
      unserved: Float64Array.of(0),
      sessionPrice: Float64Array.of(490, 0),
    });
  });

  it('of rank: one urgent need is never traded for two others', () => {
    const problem = problemOf(
      [1, 1],
      [
        {
          quantity: 2,
          rank: 9,
          pairs: [
            [0, 9999],
            [1, 9999],
          ],
        },
        { quantity: 1, rank: 8, pairs: [[0, 0]] },
        { quantity: 1, rank: 7, pairs: [[1, 0]] },
      ],
    );
    expect(solved(problem).served).toEqual([2, 0, 0]);
  });

  it('leave the input as it was, and give the same plan again', () => {
    const random = createRandom(4);
    for (let round = 0; round < 50; round++) {
      const problem = randomProblem(random, mediumMix(random, 6));
      const before = structuredClone(problem);
      const solution = solve(problem);
      expect(problem).toEqual(before);
      expect(solve(before)).toEqual(solution);
    }
  });
});

describe('what a plan owes to nobody', () => {
  it('is where anyone stands in a table: shuffled needs, sessions and pairs give the same value', () => {
    const random = createRandom(5);
    for (let round = 0; round < 400; round++) {
      const problem = randomProblem(random, mediumMix(random, [1, 4, 10 ** 9][round % 3]!));
      const needs = shuffled(random, problem.needCount);
      const sessions = shuffled(random, problem.sessionCount);
      const rows = rowsOf(problem);
      const moved = problemOf(
        sessions.map(session => problem.sessionCapacity[session]!),
        needs.map(need => {
          const row = rows[need]!;
          return {
            ...row,
            pairs: shuffled(random, row.pairs.length).map(pair => {
              const [session, ...rest] = row.pairs[pair]!;
              return [sessions.indexOf(session), ...rest] as const;
            }),
          };
        }),
      );
      const { served, ...sums } = solved(problem);
      expect(solved(moved)).toEqual({ served: needs.map(need => served[need]!), ...sums });
    }
  });

  it('is a higher rank to the one who has it: it never lowers what he is served', () => {
    const random = createRandom(6);
    for (let round = 0; round < 500; round++) {
      const problem = randomProblem(random, mediumMix(random, [1, 4, 10 ** 12][round % 3]!));
      const need = between(random, 0, problem.needCount - 1);
      const raised = {
        ...problem,
        needRank: problem.needRank.with(need, problem.needRank[need]! + 7 * between(random, 1, 10) + 1),
      };
      expect(solved(raised).served[need]).toBeGreaterThanOrEqual(solved(problem).served[need]!);
    }
  });

  it('is more supply to anyone: no single need loses by it', () => {
    const random = createRandom(7);
    for (let round = 0; round < 500; round++) {
      const problem = randomProblem(random, mediumMix(random, [1, 4, 10 ** 12][round % 3]!));
      const session = between(random, 0, problem.sessionCount - 1);
      const more = problem.sessionCapacity.with(session, problem.sessionCapacity[session]! + between(random, 1, 5));
      const before = solved(problem).served;
      for (const [need, quantity] of solved({ ...problem, sessionCapacity: more }).served.entries())
        expect(quantity).toBeGreaterThanOrEqual(before[need]!);
    }
  });
});
