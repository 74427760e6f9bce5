import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../bench/support/instances.js';
import {
  bruteForceWith,
  noRules,
  obeys,
  patient,
  permuted,
  RULES,
  type Rule,
  randomRules,
  scaledRules,
} from '../../../../tests/support/constrained.js';
import { between, type Mix, problemOf, type Random, randomProblem, worthOf } from '../../../../tests/support/matching.js';
import { type Constraints, solveConstrained, verifyConstrained } from './constrained.js';
import { type Problem, solve } from './solver.js';

const smallMix = (random: Random): Mix => {
  const most = between(random, 1, 3);
  const costs = [0, 1, 3, 30, 9999][between(random, 0, 4)]!;
  return {
    needs: between(random, 1, 5),
    sessions: between(random, 1, 4),
    density: 0.4 + 0.6 * random(),
    quantity: () => between(random, 0, most),
    capacity: () => between(random, 0, 4),
    cost: () => between(random, 0, costs),
    ...(random() < 0.3 && { change: 0.5 }),
  };
};

/** The plan, checked, as its value on both levels. */
const planned = (problem: Problem, rules: Constraints) => {
  const solution = solveConstrained(problem, rules, patient);
  expect(verifyConstrained(problem, rules, solution)).toEqual([]);
  expect(solution).toMatchObject({ proven: true, gap: null });
  return { value: worthOf(problem, solution), solution };
};

const cases: readonly (readonly [name: string, kinds: readonly Rule[], rounds: number])[] = [
  ...RULES.map(rule => [rule, [rule], 500] as const),
  ['minimums of sessions and quotas', ['sessionMinimum', 'quotas'], 500],
  ['minimums of sessions and caps', ['sessionMinimum', 'caps'], 500],
  ['all rules at once', RULES, 2000],
];

describe('the best plan under rules agrees with trying everything', () => {
  it.each(cases)('%s', (name, kinds, rounds) => {
    const random = createRandom(name.length + 100);
    let searched = 0;
    for (let round = 0; round < rounds; round++) {
      const problem = randomProblem(random, smallMix(random));
      const rules = randomRules(random, problem, kinds);
      const { value, solution } = planned(problem, rules);
      expect(obeys(problem, rules, solution.pairQuantity), `round ${round}`).toBe(true);
      expect(value, `round ${round}`).toEqual(bruteForceWith(problem, rules));
      if (solution.islands.length > 0) searched++;
    }
    expect(searched).toBeGreaterThan(25);
  });

  // Caps that cross each other cannot be scaled: half of a unit more may then be the best.
  it.each([10 ** 12, Math.floor(Number.MAX_SAFE_INTEGER / 5)])('also in units of %d', factor => {
    const random = createRandom(7);
    let searched = 0;
    for (let round = 0; round < 400; round++) {
      const small = randomProblem(random, smallMix(random));
      const kinds = RULES.filter(rule => rule !== 'caps');
      const rules = randomRules(random, small, round % 4 === 0 ? ['caps'] : kinds);
      const problem = {
        ...small,
        needQuantity: small.needQuantity.map(quantity => quantity * factor),
        sessionCapacity: small.sessionCapacity.map(capacity => capacity * factor),
      };
      const { value, solution } = planned(problem, scaledRules(rules, factor));
      const { served, changes, cost } = bruteForceWith(small, rules);
      expect(value, `round ${round}`).toEqual({
        served: served.map(quantity => quantity * factor),
        changes: changes * BigInt(factor),
        cost: cost * BigInt(factor),
      });
      if (solution.islands.length > 0) searched++;
    }
    expect(searched).toBeGreaterThan(150);
  });
});

describe('a plan under rules', () => {
  const medium = (random: Random): readonly [Problem, Constraints] => {
    const problem = randomProblem(random, {
      needs: 12,
      sessions: 6,
      density: 0.35,
      quantity: () => between(random, 1, 3),
      capacity: () => between(random, 1, 5),
      cost: () => between(random, 0, 100),
      change: 0.5,
    });
    return [problem, randomRules(random, problem, RULES)];
  };

  it('is the same for the same input, and worth the same in any order of needs and sessions', () => {
    const random = createRandom(21);
    for (let round = 0; round < 60; round++) {
      const [problem, rules] = medium(random);
      const { value, solution } = planned(problem, rules);
      expect(solveConstrained(problem, rules, patient)).toEqual(solution);
      const other = permuted(random, problem, rules);
      const { served, ...spent } = planned(other.problem, other.rules).value;
      expect({ served: other.needs.map(need => served[need]), ...spent }).toEqual(value);
    }
  });

  it('is that of the flow, prices included, where the flow breaks no rule', () => {
    const random = createRandom(22);
    let [settled, islands] = [0, 0];
    for (let round = 0; round < 100; round++) {
      const [problem] = medium(random);
      const rules = randomRules(random, problem, ['sessionMinimum']);
      const { solution } = planned(problem, rules);
      const plain = solve(problem);
      const onIsland = new Set(solution.islands.flatMap(island => [...island.sessions]));
      islands += onIsland.size;
      for (let session = 0; session < problem.sessionCount; session++) {
        if (onIsland.has(session)) expect(solution.sessionPrice[session]).toBe(0);
        else expect(solution.sessionPrice[session]).toBe(plain.sessionPrice[session]);
      }
      if (onIsland.size > 0) continue;
      settled++;
      expect(solution).toMatchObject({ ...plain, nodes: 0 });
    }
    expect(Math.min(settled, islands)).toBeGreaterThan(5);
  });

  it('of two parts that no broken rule connects is searched part by part', () => {
    // Sessions 0 and 1 do not reach their minimum; a rule between their needs is obeyed either way.
    const problem = problemOf(
      [2, 2],
      [
        { quantity: 1, rank: 2, pairs: [[0, 5]] },
        { quantity: 1, rank: 1, pairs: [[1, 5]] },
      ],
    );
    const rules = { ...noRules, sessionMinimum: Float64Array.of(2, 2), exclusivePairs: Int32Array.of(0, 1) };
    const { solution } = planned(problem, rules);
    expect(solution.islands).toHaveLength(1);
    const { solution: apart } = planned(problem, { ...rules, exclusivePairs: new Int32Array() });
    expect(apart.islands.map(({ needs }) => [...needs])).toEqual([[0], [1]]);
    expect([...apart.unserved]).toEqual([1, 1]);
  });
});

describe('a budget', () => {
  /** A clock that ticks with every look at it. */
  const ticking = () => {
    let now = 0;
    return () => now++;
  };

  const isWithin = ([change, cost]: readonly [bigint, bigint], [most, mostCost]: readonly [bigint, bigint]): boolean =>
    change < most || (change === most && cost <= mostCost);

  it('that ends leaves a plan that obeys, and a gap that is true', () => {
    const random = createRandom(23);
    const seen = { proven: 0, SERVED: 0, SPENT: 0 };
    for (let round = 0; round < 80; round++) {
      const problem = randomProblem(random, {
        needs: 10,
        sessions: 5,
        density: 0.5,
        quantity: () => between(random, 1, 2),
        capacity: () => between(random, 2, round % 2 === 0 ? 3 : 9),
        cost: () => between(random, 0, 100),
      });
      const rules = randomRules(
        random,
        problem,
        round % 2 === 0 ? RULES : ['sessionMinimum', 'exclusivePairs', 'exclusiveSessions'],
      );
      const best = planned(problem, rules).value;
      const order = [...problem.needRank.keys()].sort((a, b) => problem.needRank[b]! - problem.needRank[a]!);
      for (const budget of [0, 2, 5, 20]) {
        const solution = solveConstrained(problem, rules, { budget, clock: ticking() });
        expect(verifyConstrained(problem, rules, solution)).toEqual([]);
        const worth = worthOf(problem, solution);
        const { served } = worth;
        const { gap } = solution;
        expect(solution.proven).toBe(gap === null);
        if (gap === null) {
          seen.proven++;
          expect(worth).toEqual(best);
          continue;
        }
        seen[gap.kind]++;
        if (gap.kind === 'SERVED') {
          for (const need of order.slice(0, order.indexOf(gap.need))) expect(served[need]).toBe(best.served[need]);
          expect(best.served[gap.need]).toBeGreaterThanOrEqual(gap.served);
          expect(best.served[gap.need]).toBeLessThanOrEqual(gap.bound);
        } else {
          expect(served).toEqual(best.served);
          expect(isWithin([gap.bound.change, gap.bound.cost], [best.changes, best.cost])).toBe(true);
          expect(isWithin([best.changes, best.cost], [gap.change, gap.cost])).toBe(true);
        }
      }
    }
    expect(Math.min(seen.proven, seen.SERVED, seen.SPENT)).toBeGreaterThan(10);
  });
});
