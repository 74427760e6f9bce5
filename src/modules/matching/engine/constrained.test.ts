import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../bench/support/instances.js';
import { bruteForceWith, obeys, RULES, type Rule, randomRules } from '../../../../tests/support/constrained.js';
import { between, type Mix, type Random, randomProblem, worthOf } from '../../../../tests/support/matching.js';
import { solveConstrained, verifyConstrained } from './constrained.js';

const patient = { budget: Number.POSITIVE_INFINITY, clock: () => 0 };

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
  };
};

const cases: readonly (readonly [name: string, kinds: readonly Rule[]])[] = [
  ...RULES.map(rule => [rule, [rule]] as const),
  ['all rules at once', RULES],
];

describe('the best plan under rules agrees with trying everything', () => {
  it.each(cases)('%s', (name, kinds) => {
    const random = createRandom(name.length + 100);
    let bound = 0;
    for (let round = 0; round < 600; round++) {
      const problem = randomProblem(random, smallMix(random));
      const rules = randomRules(random, problem, kinds);
      const solution = solveConstrained(problem, rules, patient);
      expect(obeys(problem, rules, solution.pairQuantity), `round ${round}`).toBe(true);
      expect(verifyConstrained(problem, rules, solution)).toEqual([]);
      expect(solution.proven).toBe(true);
      expect(worthOf(problem, solution), `round ${round}`).toEqual(bruteForceWith(problem, rules));
      if (solution.islands.length > 0) bound++;
    }
    expect(bound).toBeGreaterThan(30);
  });
});
