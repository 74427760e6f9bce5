import { beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../../../bench/support/instances.js';
import { obeys, patient, RULES, type Rule, randomRules } from '../../../../tests/support/constrained.js';
import { between, type Random, randomProblem, worthOf } from '../../../../tests/support/matching.js';
import { type Constraints, type Referee, solveConstrained, verifyConstrained } from '../engine/constrained.js';
import type { Problem } from '../engine/solver.js';
import { unservedBy } from '../engine/verify-constrained.js';
import { loadReferee } from './referee.js';

let referee: Referee;
beforeAll(async () => {
  referee = await loadReferee();
});

const planWorth = (problem: Problem, pairQuantity: Float64Array) =>
  worthOf(problem, {
    pairQuantity,
    unserved: unservedBy(problem, pairQuantity),
    sessionPrice: new Float64Array(problem.sessionCount),
  });

const somewhatLarger = (random: Random, kinds: readonly Rule[]): readonly [Problem, Constraints] => {
  const most = between(random, 1, 4);
  const [needs, sessions] = [between(random, 4, 16), between(random, 2, 9)];
  const problem = randomProblem(random, {
    needs,
    sessions,
    density: 0.2 + 0.5 * random(),
    quantity: () => between(random, 1, most),
    capacity: () => between(random, 0, Math.ceil((1.5 * most * needs) / sessions)),
    cost: () => between(random, 0, 50),
    ...(random() < 0.3 && { change: 0.5 }),
  });
  return [problem, randomRules(random, problem, kinds)];
};

describe('HiGHS and the search', () => {
  it('find plans of the same worth', () => {
    const random = createRandom(41);
    for (let round = 0; round < 200; round++) {
      const kinds = round % 2 === 0 ? RULES : [RULES[between(random, 0, 6)]!, RULES[between(random, 0, 6)]!];
      const [problem, rules] = somewhatLarger(random, kinds);
      const judged = referee(problem, rules, Number.POSITIVE_INFINITY)!;
      expect(obeys(problem, rules, judged), `round ${round}`).toBe(true);
      const solution = solveConstrained(problem, rules, patient);
      expect(verifyConstrained(problem, rules, solution)).toEqual([]);
      expect(planWorth(problem, solution.pairQuantity), `round ${round}`).toEqual(planWorth(problem, judged));
    }
  });

  it('take over from each other: asked at once, HiGHS settles every island', () => {
    const random = createRandom(42);
    let judged = 0;
    for (let round = 0; round < 40; round++) {
      const [problem, rules] = somewhatLarger(random, RULES);
      const solution = solveConstrained(problem, rules, { ...patient, referee, refereeAfter: 0 });
      expect(verifyConstrained(problem, rules, solution)).toEqual([]);
      expect(solution.proven).toBe(true);
      const alone = solveConstrained(problem, rules, patient);
      expect(planWorth(problem, solution.pairQuantity)).toEqual(planWorth(problem, alone.pairQuantity));
      judged += solution.islands.filter(island => island.judged).length;
    }
    expect(judged).toBeGreaterThan(20);
  });
});

describe('a referee', () => {
  it.each<readonly [string, (problem: Problem) => Float64Array | null]>([
    ['that cannot tell', () => null],
    ['with a plan that serves nobody', ({ pairSession }) => new Float64Array(pairSession.length)],
    ['with a plan that oversells', ({ pairSession }) => new Float64Array(pairSession.length).fill(5)],
    ['with a plan of another size', () => Float64Array.of(1)],
    ['with halves', ({ pairSession }) => new Float64Array(pairSession.length).fill(0.5)],
  ])('%s is not believed', (_, answer) => {
    const random = createRandom(43);
    let asked = 0;
    for (let round = 0; round < 8; round++) {
      const [problem, rules] = somewhatLarger(random, RULES);
      const liar: Referee = part => {
        asked++;
        return answer(part);
      };
      const solution = solveConstrained(problem, rules, { ...patient, referee: liar, refereeAfter: 0 });
      const { pairQuantity, proven } = solveConstrained(problem, rules, patient);
      expect(solution.proven).toBe(proven);
      expect(planWorth(problem, solution.pairQuantity)).toEqual(planWorth(problem, pairQuantity));
    }
    expect(asked).toBeGreaterThan(3);
  });

  it('does not judge money in fen, nor without time', () => {
    const random = createRandom(44);
    const [problem, rules] = somewhatLarger(random, ['needMinimum']);
    expect(referee(problem, rules, 0)).toBeNull();
    const money = { ...problem, needQuantity: problem.needQuantity.map(quantity => quantity * 10 ** 9) };
    expect(referee(money, rules, 10_000)).toBeNull();
  });
});
