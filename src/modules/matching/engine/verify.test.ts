import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../bench/support/instances.js';
import { between, type Mix, problemOf, type Random, randomProblem } from '../../../../tests/support/matching.js';
import { plan as planned } from './plan.js';
import { Scratch } from './scratch.js';
import { certificate, type Problem, type Solution, solve, verify } from './solver.js';
import { inRankOrder } from './validate.js';

const mix = (random: Random): Mix => ({
  needs: 30,
  sessions: 12,
  density: 0.3,
  quantity: () => between(random, 1, 4),
  capacity: () => between(random, 0, 9),
  cost: () => between(random, 0, 50),
});

const copyOf = ({ pairQuantity, unserved, sessionPrice }: Solution): Solution => ({
  pairQuantity: pairQuantity.slice(),
  unserved: unserved.slice(),
  sessionPrice: sessionPrice.slice(),
});

const rulesOf = (problem: Problem, solution: Solution): Set<string> =>
  new Set(verify(problem, solution).map(violation => violation.rule));

/** Need 0 outranks need 1; both want session 0, and only need 1 could go to session 1 as well. */
const twoForOne = (): Problem =>
  problemOf(
    [1, 1],
    [
      { quantity: 1, rank: 2, pairs: [[0, 10]] },
      {
        quantity: 1,
        rank: 1,
        pairs: [
          [0, 10],
          [1, 40],
        ],
      },
    ],
  );

describe('verify names what is wrong', () => {
  const problem = twoForOne();
  const right = solve(problem);
  const plan = (pairQuantity: readonly number[], unserved: readonly number[], sessionPrice: readonly number[]): Solution => ({
    pairQuantity: Float64Array.from(pairQuantity),
    unserved: Float64Array.from(unserved),
    sessionPrice: Float64Array.from(sessionPrice),
  });

  it('and nothing in the right plan', () => {
    expect(right).toEqual(plan([1, 0, 1], [0, 0], [30, 0]));
    expect(verify(problem, right)).toEqual([]);
  });

  it.each([
    ['a short array', plan([1, 0], [0, 0], [30, 0]), 'SHAPE'],
    ['no pairs at all', plan([], [0, 0], [30, 0]), 'SHAPE'],
    ['a need that is not spoken of', plan([1, 0, 1], [0], [30, 0]), 'SHAPE'],
    ['one price too many', plan([1, 0, 1], [0, 0], [30, 0, 0]), 'SHAPE'],
    ['a negative quantity', plan([2, -1, 1], [0, 0], [30, 0]), 'QUANTITY'],
    ['a fraction', plan([0.5, 0.5, 0.5], [0.5, 0], [30, 0]), 'QUANTITY'],
    ['a NaN quantity', plan([Number.NaN, 0, 1], [0, 0], [30, 0]), 'QUANTITY'],
    ['an endless quantity', plan([Number.POSITIVE_INFINITY, 0, 1], [0, 0], [30, 0]), 'QUANTITY'],
    ['a quantity beyond the exact integers', plan([2 ** 53, 0, 1], [0, 0], [30, 0]), 'QUANTITY'],
    ['a negative rest', plan([2, 0, 1], [-1, 0], [30, 0]), 'QUANTITY'],
    ['a NaN rest', plan([1, 0, 1], [Number.NaN, 0], [30, 0]), 'QUANTITY'],
    ['two needs that change places', plan([0, 1, 1], [1, 0], [30, 0]), 'NEED'],
    ['a served need said to be left out', plan([1, 0, 1], [1, 0], [30, 0]), 'NEED'],
    ['a need left out said to be served', plan([0, 0, 1], [0, 0], [0, 0]), 'NEED'],
    ['more than was asked', plan([1, 0, 2], [0, 0], [30, 0]), 'NEED'],
    ['an oversold session', plan([1, 1, 0], [0, 0], [0, 0]), 'CAPACITY'],
    ['a place left free', plan([1, 0, 0], [0, 1], [0, 0]), 'FREE_PLACE'],
    ['a free place two moves away', plan([0, 1, 0], [1, 0], [0, 0]), 'FREE_PLACE'],
    ['a negative price', plan([1, 0, 1], [0, 0], [30, -1]), 'PRICE'],
    ['an endless price', plan([1, 0, 1], [0, 0], [Number.POSITIVE_INFINITY, 0]), 'PRICE'],
    ['half a price', plan([1, 0, 1], [0, 0], [30.5, 0]), 'PRICE'],
    ['a NaN price', plan([1, 0, 1], [0, 0], [Number.NaN, 0]), 'PRICE'],
    ['a price too low to keep others away', plan([1, 0, 1], [0, 0], [29, 0]), 'NOT_LEAST'],
    ['a price too high for its user', plan([1, 0, 1], [0, 0], [30, 31]), 'NOT_LEAST'],
  ])('%s', (_, solution, rule) => {
    expect(rulesOf(problem, solution)).toContain(rule);
  });

  it('envy: the place of a lower-ranked need', () => {
    const narrow = { ...problem, sessionCapacity: Float64Array.of(1, 0) };
    expect(verify(narrow, plan([0, 1, 0], [1, 0], [0, 0]))).toContainEqual({ rule: 'ENVY', need: 1 });
    expect(verify(narrow, plan([1, 0, 0], [0, 1], [0, 0]))).toEqual([]);
  });

  it('a price where places are free', () => {
    const wide = { ...problem, sessionCapacity: Float64Array.of(2, 1) };
    expect(rulesOf(wide, plan([1, 1, 0], [0, 0], [0, 0]))).toEqual(new Set());
    expect(rulesOf(wide, plan([1, 1, 0], [0, 0], [0, 5]))).toEqual(new Set(['PRICE_OF_FREE']));
  });
});

describe('verify on tampered plans', () => {
  it('rejects a plan from which anything was taken, moved to a dearer pair, or given at the wrong price', () => {
    const random = createRandom(11);
    let [taken, moved, priced] = [0, 0, 0];
    for (let round = 0; round < 300; round++) {
      const problem = randomProblem(random, mix(random));
      const right = solve(problem);
      const used = right.pairQuantity.findIndex(quantity => quantity > 0);
      if (used < 0) continue;
      const need = problem.pairStart.findLastIndex(start => start <= used);

      const short = copyOf(right);
      short.pairQuantity[used]!--;
      short.unserved[need]!++;
      expect(rulesOf(problem, short).size).toBeGreaterThan(0);
      taken++;

      const end = problem.pairStart[need + 1]!;
      for (let pair = problem.pairStart[need]!; pair < end; pair++) {
        const [from, to] = [problem.pairSession[used]!, problem.pairSession[pair]!];
        const dearer = problem.pairCost[pair]! + right.sessionPrice[to]! > problem.pairCost[used]! + right.sessionPrice[from]!;
        if (!dearer) continue;
        const other = copyOf(right);
        other.pairQuantity[used]!--;
        other.pairQuantity[pair]!++;
        expect(rulesOf(problem, other)).toContain('NOT_LEAST');
        moved++;
      }

      for (let session = 0; session < problem.sessionCount; session++) {
        if (right.sessionPrice[session] === 0) continue;
        const free = copyOf(right);
        free.sessionPrice[session] = -1;
        expect(rulesOf(problem, free)).toContain('PRICE');
        priced++;
      }
    }
    expect(Math.min(taken, moved, priced)).toBeGreaterThan(100);
  });
});

describe('claims', () => {
  const claimsOf = (problem: Problem): Int32Array =>
    Scratch.lend(ArrayBuffer, scratch => planned(problem, problem.pairCost, inRankOrder(problem.needRank), scratch).sessionClaim);

  it('are those of the highest-ranked need left out that could reach a session', () => {
    const random = createRandom(13);
    let claimed = 0;
    for (let round = 0; round < 200; round++) {
      const problem = randomProblem(random, mix(random));
      const solution = solve(problem);
      const expected = new Int32Array(problem.sessionCount).fill(-1);
      for (const need of inRankOrder(problem.needRank).toReversed())
        if (solution.unserved[need]! > 0)
          for (const session of certificate(problem, solution, need).sessions) expected[session] = need;
      expect(claimsOf(problem)).toEqual(expected);
      claimed += expected.filter(need => need >= 0).length;
    }
    expect(claimed).toBeGreaterThan(500);
  });

  it('prove nothing that is not so, and take nothing from what is', () => {
    const random = createRandom(14);
    let [wronged, accepted] = [0, 0];
    for (let round = 0; round < 300; round++) {
      const problem = randomProblem(random, mix(random));
      const right = solve(problem);
      const claims = claimsOf(problem);
      const anyone = claims.map(() => between(random, -2, problem.needCount));
      const sets = [
        claims,
        claims.map(() => -1),
        claims.slice(1),
        anyone,
        claims.map((need, i) => (i % 3 > 0 ? need : anyone[i]!)),
      ];
      for (const set of sets) expect(verify(problem, right, set)).toEqual([]);
      accepted++;
      // Somebody gives up a place to one who is left out, or to nobody.
      const held = right.pairQuantity.findIndex((quantity, pair) => quantity > 0 && claims[problem.pairSession[pair]!]! >= 0);
      if (held < 0) continue;
      const session = problem.pairSession[held]!;
      const loser = problem.pairStart.findLastIndex(start => start <= held);
      const wrong = copyOf(right);
      wrong.pairQuantity[held]!--;
      wrong.unserved[loser]!++;
      const gain = problem.pairSession.findIndex((at, pair) => {
        const need = problem.pairStart.findLastIndex(start => start <= pair);
        return at === session && need !== loser && right.unserved[need]! > 0;
      });
      if (gain >= 0 && round % 2 > 0) {
        wrong.pairQuantity[gain]!++;
        wrong.unserved[problem.pairStart.findLastIndex(start => start <= gain)]!--;
      }
      const expected = verify(problem, wrong);
      expect(expected.some(({ rule }) => rule === 'FREE_PLACE' || rule === 'ENVY')).toBe(true);
      for (const set of sets) expect(verify(problem, wrong, set)).toEqual(expected);
      wronged++;
    }
    expect(Math.min(wronged, accepted)).toBeGreaterThan(100);
  });
});

describe('the certificate', () => {
  /** Grows the set the slow way, one pass over all pairs after the other. */
  const closure = (problem: Problem, solution: Solution, need: number): readonly [Set<number>, Set<number>] => {
    const needs = new Set([need]);
    const sessions = new Set<number>();
    for (let size = -1; size !== needs.size + sessions.size; ) {
      size = needs.size + sessions.size;
      for (let i = 0; i < problem.needCount; i++) {
        for (let pair = problem.pairStart[i]!; pair < problem.pairStart[i + 1]!; pair++) {
          const session = problem.pairSession[pair]!;
          if (needs.has(i)) sessions.add(session);
          if (sessions.has(session) && solution.pairQuantity[pair]! > 0) needs.add(i);
        }
      }
    }
    needs.delete(need);
    return [sessions, needs];
  };

  it('of every unserved need is a closed set: full, and held by higher ranks only', () => {
    const random = createRandom(12);
    let explained = 0;
    for (let round = 0; round < 200; round++) {
      const problem = randomProblem(random, mix(random));
      const solution = solve(problem);
      const load = new Float64Array(problem.sessionCount);
      for (const [pair, session] of problem.pairSession.entries()) load[session]! += solution.pairQuantity[pair]!;
      for (let need = 0; need < problem.needCount; need++) {
        if (solution.unserved[need] === 0) continue;
        const { sessions, holders, lowestHolder } = certificate(problem, solution, need);
        const [expectedSessions, expectedHolders] = closure(problem, solution, need);
        expect(new Set(sessions)).toEqual(expectedSessions);
        expect(new Set(holders)).toEqual(expectedHolders);
        for (const session of sessions) expect(load[session]).toBe(problem.sessionCapacity[session]);
        const ranks = [...holders].map(holder => problem.needRank[holder]!);
        if (ranks.length === 0) expect(lowestHolder).toBe(-1);
        else expect(problem.needRank[lowestHolder]).toBe(Math.min(...ranks));
        for (const rank of ranks) expect(rank).toBeGreaterThan(problem.needRank[need]!);
        explained++;
      }
    }
    expect(explained).toBeGreaterThan(500);
  });

  it('is refused for a need that is not there', () => {
    const problem = twoForOne();
    expect(() => certificate(problem, solve(problem), 2)).toThrow(RangeError);
    expect(() => certificate(problem, solve(problem), -1)).toThrow(RangeError);
    expect(() => certificate(problem, solve(problem), 0.5)).toThrow(RangeError);
  });
});
