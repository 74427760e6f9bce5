import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../bench/support/instances.js';
import { bruteForceWith, noRules, obeys, patient, RULES, type Rule, randomRules } from '../../../../tests/support/constrained.js';
import { between, type Random, randomProblem, worthOf } from '../../../../tests/support/matching.js';
import { type Constraints, solveConstrained } from './constrained.js';
import type { Problem } from './solver.js';
import { solveSteady, solveSteadyConstrained } from './steady.js';

const mix = (random: Random) => ({
  needs: between(random, 1, 4),
  sessions: between(random, 1, 4),
  density: 0.8,
  quantity: () => between(random, 0, 3),
  capacity: () => between(random, 0, 4),
  cost: () => between(random, 0, 20),
});

/** Some sessions lose or gain places (never those that quotas keep), some needs ask for more. */
const perturbed = (random: Random, problem: Problem, { quotas }: Constraints): Problem => ({
  ...problem,
  sessionCapacity: problem.sessionCapacity.map((places, session) => {
    const kept = quotas.reduce((sum, quota) => sum + (quota.session === session ? quota.places : 0), 0);
    return random() < 0.4 ? Math.max(kept, between(random, 0, 4)) : places;
  }),
  needQuantity: problem.needQuantity.map(quantity => quantity + (random() < 0.2 ? 1 : 0)),
});

const isWhole = ({ needMinimum, togetherNeeds }: Constraints, need: number): boolean =>
  (needMinimum[need] ?? 0) > 0 || togetherNeeds.includes(need);

const rowOf = ({ pairStart }: Problem, values: Float64Array, need: number): readonly number[] => [
  ...values.subarray(pairStart[need], pairStart[need + 1]),
];
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** What a plan changes, as the docstrings of `steady.ts` say it. */
const changesOf =
  (problem: Problem, rules: Constraints, proposed: Float64Array) =>
  (pairQuantity: Float64Array): number =>
    sum(
      Array.from(problem.needQuantity, (asked, need) => {
        const [out, given] = [rowOf(problem, proposed, need), rowOf(problem, pairQuantity, need)];
        if (sum(out) === 0) return 0;
        if (isWhole(rules, need)) return sum(given.filter((_, i) => out[i] === 0));
        let [left, served] = [asked, sum(given)];
        return sum(
          out.map((quantity, i) => {
            const row = Math.min(left, quantity);
            left -= row;
            const got = Math.min(row, served);
            served -= got;
            return Math.max(0, got - given[i]!);
          }),
        );
      }),
    );

/** Where a need that is proposed in several sessions gets less than it asks, its first rows decide: no measure of the whole plan. */
const isPlain = (problem: Problem, rules: Constraints, proposed: Float64Array, unserved: Float64Array): boolean =>
  unserved.every((left, need) => {
    const proposals = rowOf(problem, proposed, need).filter(quantity => quantity > 0).length;
    return isWhole(rules, need) || proposals < 2 || left === 0;
  });

describe('a plan beside proposals and under rules', () => {
  it.each<readonly [string, readonly Rule[], number]>([
    ...RULES.map(rule => [rule, [rule], 250] as const),
    ['all rules at once', RULES, 600],
  ])('serves the best, then changes the least, then costs the least: %s', (name, kinds, rounds) => {
    const random = createRandom(name.length + 500);
    let [compared, changed, searched] = [0, 0, 0];
    for (let round = 0; round < rounds; round++) {
      const before = randomProblem(random, mix(random));
      const rules = randomRules(random, before, kinds);
      const proposed = solveConstrained(before, rules, patient).pairQuantity;
      const problem = perturbed(random, before, rules);
      const steady = solveSteadyConstrained(problem, proposed, rules, patient);
      expect(steady.proven, `round ${round}`).toBe(true);
      expect(obeys(problem, rules, steady.pairQuantity), `round ${round}`).toBe(true);
      if (steady.entangled.size > 0) searched++;
      const changes = changesOf(problem, rules, proposed);
      const { served, cost } = worthOf(problem, steady);
      const best = bruteForceWith(problem, rules, changes);
      expect(served, `round ${round}`).toEqual(best.served);
      if (!isPlain(problem, rules, proposed, steady.unserved)) continue;
      compared++;
      if (best.changes > 0n) changed++;
      expect([BigInt(changes(steady.pairQuantity)), cost], `round ${round}`).toEqual([best.changes, best.cost]);
    }
    expect(compared).toBeGreaterThan(rounds / 2);
    expect(Math.min(changed, searched)).toBeGreaterThan(5);
  });

  it('is the plan that is out when nothing changed', () => {
    const random = createRandom(77);
    for (let round = 0; round < 300; round++) {
      const problem = randomProblem(random, { ...mix(random), needs: 8, quantity: () => 1, cost: () => between(random, 0, 1) });
      const rules = randomRules(random, problem, RULES);
      const { pairQuantity, unserved } = solveConstrained(problem, rules, patient);
      expect(solveSteadyConstrained(problem, pairQuantity, rules, patient), `round ${round}`).toMatchObject({
        pairQuantity,
        unserved,
      });
    }
  });

  it('without rules is the plan without them', () => {
    const random = createRandom(78);
    for (let round = 0; round < 300; round++) {
      const problem = randomProblem(random, mix(random));
      const proposed = problem.pairCost.length
        ? Float64Array.from(problem.pairSession, () => (random() < 0.3 ? 1 : 0))
        : new Float64Array();
      const { pairQuantity, unserved, changeWeight } = solveSteady(problem, proposed);
      expect(solveSteadyConstrained(problem, proposed, noRules, patient)).toMatchObject({
        pairQuantity,
        unserved,
        changeWeight,
        proven: true,
        gap: null,
      });
    }
  });

  it('says of needs, not of their rows, what it did not prove', () => {
    const random = createRandom(79);
    let gaps = 0;
    for (let round = 0; round < 150; round++) {
      const before = randomProblem(random, { ...mix(random), needs: 4, sessions: 4 });
      const rules = randomRules(random, before, RULES);
      const proposed = solveConstrained(before, rules, patient).pairQuantity;
      const problem = perturbed(random, before, rules);
      const hasty = solveSteadyConstrained(problem, proposed, rules, { budget: 0, clock: () => 0 });
      expect(obeys(problem, rules, hasty.pairQuantity), `round ${round}`).toBe(true);
      if (hasty.gap?.kind !== 'SERVED') continue;
      gaps++;
      const { need, served, bound } = hasty.gap;
      const { served: most } = bruteForceWith(problem, rules);
      expect(served, `round ${round}`).toBe(problem.needQuantity[need]! - hasty.unserved[need]!);
      expect(bound).toBeGreaterThan(served);
      expect(bound).toBeLessThanOrEqual(problem.needQuantity[need]!);
      const higher = [...problem.needRank.keys()].filter(other => problem.needRank[other]! > problem.needRank[need]!);
      expect(higher.map(other => problem.needQuantity[other]! - hasty.unserved[other]!)).toEqual(
        higher.map(other => most[other]!),
      );
      expect(most[need]!).toBeLessThanOrEqual(bound);
    }
    expect(gaps).toBeGreaterThan(5);
  });
});
