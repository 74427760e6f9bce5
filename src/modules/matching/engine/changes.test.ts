import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../bench/support/instances.js';
import {
  between,
  bruteForce,
  problemOf,
  type Random,
  randomProblem,
  referenceSolve,
  worthOf,
} from '../../../../tests/support/matching.js';
import { changeWeight, type Problem, type Solution, solve, verify } from './solver.js';

const solved = (problem: Problem) => {
  const solution = solve(problem);
  expect(verify(problem, solution)).toEqual([]);
  return worthOf(problem, solution);
};

const small = (random: Random): Problem =>
  randomProblem(random, {
    needs: between(random, 1, 6),
    sessions: between(random, 1, 5),
    density: random(),
    quantity: () => between(random, 0, 2),
    capacity: () => between(random, 0, 3),
    cost: () => between(random, 0, 3) * 3333,
    change: random(),
  });

const medium = (random: Random, largest: number): Problem =>
  randomProblem(random, {
    needs: between(random, 5, 40),
    sessions: between(random, 2, 20),
    density: 0.05 + 0.6 * random(),
    quantity: () => between(random, 0, largest),
    capacity: () => between(random, 0, 3 * largest),
    cost: () => between(random, 0, 9999),
    change: random(),
  });

/** The same problem once a plan for it has been published: to use a pair that the plan does not use is a change. */
const keeping = (problem: Problem, plan: Solution): Problem => ({
  ...problem,
  pairChange: Uint8Array.from(plan.pairQuantity, quantity => (quantity > 0 ? 0 : 1)),
});

describe('changes', () => {
  it('come before costs and after ranks, as trying everything says', () => {
    const random = createRandom(21);
    for (let round = 0; round < 2000; round++) {
      const problem = small(random);
      expect(solved(problem), `round ${round}`).toEqual(bruteForce(problem));
    }
  });

  it('agree with a slow independent solver', () => {
    const random = createRandom(22);
    for (let round = 0; round < 150; round++) {
      const problem = medium(random, [1, 5, 10 ** 12][round % 3]!);
      expect(solved(problem), `round ${round}`).toEqual(referenceSolve(problem));
    }
  });

  it('are not traded for the costs of the longest cycle there is', () => {
    // Need i keeps session i for the dearest cost there is; moving everybody on by one would be free, but for one change.
    const length = 50;
    const problem = problemOf(
      new Array(length).fill(1),
      Array.from({ length }, (_, need) => ({
        quantity: 1,
        rank: need,
        pairs: [
          [need, 9999, 0],
          [(need + 1) % length, 0, need === 0 ? 1 : 0],
        ],
      })),
    );
    expect(solved(problem)).toMatchObject({ changes: 0n, cost: BigInt(length * 9999) });
    expect(solved({ ...problem, pairChange: new Uint8Array(2 * length) })).toMatchObject({ changes: 0n, cost: 0n });
  });

  it('of nothing change nothing: a plan planned again stays as it is', () => {
    const random = createRandom(23);
    for (let round = 0; round < 200; round++) {
      const { pairChange: _, ...problem } = medium(random, 1);
      const plan = solve(problem);
      expect(solve(keeping(problem, plan)).pairQuantity).toEqual(plan.pairQuantity);
    }
  });

  it('that mean nothing give the value without them', () => {
    const random = createRandom(24);
    for (let round = 0; round < 100; round++) {
      const { pairChange: _, ...problem } = medium(random, 4);
      const { served, cost } = solved(problem);
      expect(solved({ ...problem, pairChange: new Uint8Array(problem.pairSession.length) })).toEqual({
        served,
        changes: 0n,
        cost,
      });
    }
  });
});

describe('the proof with changes', () => {
  it('rejects what would do without them, a price that is off by one, and changes that were altered afterwards', () => {
    const random = createRandom(25);
    let [moved, priced, altered] = [0, 0, 0];
    for (let round = 0; round < 300; round++) {
      const problem = medium(random, 3);
      const right = solve(problem);
      const { pairChange: _, ...plain } = problem;
      const careless = solve(plain);
      if (worthOf(problem, careless).changes > worthOf(problem, right).changes) {
        expect(verify(problem, careless).map(({ rule }) => rule)).toContain('NOT_LEAST');
        moved++;
      }
      for (const [pair, quantity] of right.pairQuantity.entries()) {
        const session = problem.pairSession[pair]!;
        if (quantity === 0 || right.sessionPrice[session] === 0) continue;
        const price = right.sessionPrice[session]!;
        const dear = verify(problem, {
          ...right,
          sessionPrice: right.sessionPrice.with(session, price + changeWeight(problem) ** 2),
        });
        const need = problem.pairStart.findLastIndex(start => start <= pair);
        if (problem.pairStart[need + 1]! - problem.pairStart[need]! > 1) {
          expect(dear.map(({ rule }) => rule)).toContain('NOT_LEAST');
          priced++;
        }
        break;
      }
      const used = right.pairQuantity.findIndex((quantity, pair) => quantity > 0 && problem.pairChange![pair] === 0);
      const need = problem.pairStart.findLastIndex(start => start <= used);
      const others = [];
      for (let pair = problem.pairStart[need] ?? 0; pair < (problem.pairStart[need + 1] ?? 0); pair++)
        if (problem.pairChange![pair] === 0 && right.sessionPrice[problem.pairSession[pair]!] === 0) others.push(pair);
      if (used >= 0 && others.some(pair => pair !== used)) {
        const later = { ...problem, pairChange: problem.pairChange!.with(used, 1) };
        expect(verify(later, right).map(({ rule }) => rule)).toContain('NOT_LEAST');
        altered++;
      }
    }
    expect(Math.min(moved, priced, altered)).toBeGreaterThan(50);
  });
});
