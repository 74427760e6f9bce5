import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../bench/support/instances.js';
import { noRules, obeys, patient, RULES, randomRules } from '../../../../tests/support/constrained.js';
import { between, problemOf, randomProblem } from '../../../../tests/support/matching.js';
import { ruleBreaches } from './breaches.js';
import { type ConstrainedSolution, type Constraints, solveConstrained, verifyConstrained } from './constrained.js';
import { isAllowed } from './verify-constrained.js';

/** Needs 0 (2 units) and 1 (1 unit) could both go to sessions 0 (3 places) and 1 (3 places); pairs 0 to 3 in that order. */
const problem = problemOf(
  [3, 3],
  [
    {
      quantity: 2,
      rank: 2,
      pairs: [
        [0, 1],
        [1, 2],
      ],
    },
    {
      quantity: 1,
      rank: 1,
      pairs: [
        [0, 1],
        [1, 2],
      ],
    },
  ],
);

describe('verifyConstrained names the rule that a plan breaks', () => {
  const rule = (part: Partial<Constraints>): Constraints => ({ ...noRules, ...part });
  it.each<readonly [string, Constraints, readonly number[], object]>([
    [
      'a session below its minimum',
      rule({ sessionMinimum: Float64Array.of(3, 0) }),
      [2, 0, 0, 1],
      { rule: 'SESSION_MINIMUM', sessions: [0] },
    ],
    [
      'half of a need that wants all',
      rule({ needMinimum: Float64Array.of(2, 0) }),
      [1, 0, 1, 0],
      { rule: 'NEED_MINIMUM', needs: [0] },
    ],
    [
      'one person in two sessions',
      rule({ exclusivePairs: Int32Array.of(0, 3) }),
      [2, 0, 0, 1],
      { rule: 'EXCLUSIVE_PAIRS', needs: [0, 1], sessions: [0, 1] },
    ],
    [
      'one need in two sessions',
      rule({ exclusivePairs: Int32Array.of(1, 0) }),
      [1, 1, 1, 0],
      { rule: 'EXCLUSIVE_PAIRS', needs: [0, 0], sessions: [1, 0] },
    ],
    [
      'one helper in two sessions',
      rule({ exclusiveSessions: Int32Array.of(0, 1) }),
      [2, 0, 0, 1],
      { rule: 'EXCLUSIVE_SESSIONS', sessions: [0, 1] },
    ],
    ['a couple apart', rule({ togetherNeeds: Int32Array.of(0, 1) }), [2, 0, 0, 1], { rule: 'TOGETHER', needs: [0, 1] }],
    ['one of a couple alone', rule({ togetherNeeds: Int32Array.of(0, 1) }), [2, 0, 0, 0], { rule: 'TOGETHER', needs: [0, 1] }],
    ['a couple not whole', rule({ togetherNeeds: Int32Array.of(0, 1) }), [1, 0, 1, 0], { rule: 'TOGETHER', needs: [0, 1] }],
    ['more than a cap', rule({ caps: [{ needs: Int32Array.of(0, 1), limit: 2 }] }), [2, 0, 1, 0], { rule: 'CAP', needs: [0, 1] }],
    [
      'a place that is for others',
      rule({ needGroup: Int32Array.of(0, 1), quotas: [{ session: 0, group: 1, places: 2 }] }),
      [2, 0, 1, 0],
      { rule: 'QUOTA', sessions: [0] },
    ],
    [
      'a place that is for nobody here',
      rule({ quotas: [{ session: 0, group: 0, places: 1 }] }),
      [2, 0, 1, 0],
      { rule: 'QUOTA', sessions: [0] },
    ],
  ])('%s', (_, rules, quantities, breach) => {
    const pairQuantity = Float64Array.from(quantities);
    const broken = ruleBreaches(problem, rules, pairQuantity);
    expect(broken).toHaveLength(1);
    expect(broken[0]).toMatchObject(breach);
    expect(isAllowed(problem, rules, pairQuantity)).toBe(false);
    const solution = solveConstrained(problem, rules, patient);
    expect(
      verifyConstrained(problem, rules, {
        ...solution,
        pairQuantity,
        unserved: Float64Array.of(2 - quantities[0]! - quantities[1]!, 1 - quantities[2]! - quantities[3]!),
      }),
    ).toContainEqual(broken[0]);
  });

  it('and nothing where all are obeyed', () => {
    const random = createRandom(31);
    let [obeyed, broken] = [0, 0];
    for (let round = 0; round < 1500; round++) {
      const some = randomProblem(random, {
        needs: 3,
        sessions: 3,
        density: 0.7,
        quantity: () => between(random, 0, 2),
        capacity: () => 6,
        cost: () => 0,
      });
      const rules = randomRules(random, some, [RULES[round % RULES.length]!]);
      const pairQuantity = Float64Array.from(some.pairSession, () => (random() < 0.6 ? 0 : 1));
      const isRight = obeys(some, rules, pairQuantity);
      expect(ruleBreaches(some, rules, pairQuantity).length === 0, `round ${round}`).toBe(isRight);
      if (isRight) obeyed++;
      else broken++;
    }
    expect(Math.min(obeyed, broken)).toBeGreaterThan(300);
  });
});

describe('verifyConstrained', () => {
  // Need 2 and session 2 are a part of their own that breaks no rule.
  const apart = problemOf(
    [3, 3, 1],
    [
      { quantity: 2, rank: 2, pairs: [[0, 1]] },
      { quantity: 1, rank: 1, pairs: [[1, 2]] },
      { quantity: 1, rank: 4, pairs: [[2, 7]] },
      { quantity: 1, rank: 3, pairs: [[2, 5]] },
    ],
  );
  const rules: Constraints = { ...noRules, exclusiveSessions: Int32Array.of(0, 1) };
  const right = solveConstrained(apart, rules, patient);

  it('accepts the best plan', () => {
    expect([...right.pairQuantity]).toEqual([2, 0, 1, 0]);
    expect(verifyConstrained(apart, rules, right)).toEqual([]);
  });

  const not = (part: Partial<ConstrainedSolution>): ConstrainedSolution => ({ ...right, ...part });
  it.each<readonly [string, ConstrainedSolution, string]>([
    ['a short array', not({ pairQuantity: Float64Array.of(2, 0, 1) }), 'SHAPE'],
    ['a fraction', not({ pairQuantity: Float64Array.of(1.5, 0, 1, 0), unserved: Float64Array.of(0.5, 1, 0, 1) }), 'QUANTITY'],
    ['a rest that is not so', not({ unserved: Float64Array.of(0, 0, 0, 1) }), 'NEED'],
    [
      'an oversold session',
      not({ pairQuantity: Float64Array.of(2, 0, 1, 1), unserved: Float64Array.of(0, 1, 0, 0) }),
      'CAPACITY',
    ],
    [
      'a free place off the islands',
      not({ pairQuantity: Float64Array.of(2, 0, 0, 0), unserved: Float64Array.of(0, 1, 1, 1) }),
      'FREE_PLACE',
    ],
    [
      'the lower rank off the islands',
      not({ pairQuantity: Float64Array.of(2, 0, 0, 1), unserved: Float64Array.of(0, 1, 1, 0) }),
      'ENVY',
    ],
    ['a negative price off the islands', not({ sessionPrice: Float64Array.of(0, 0, -1) }), 'PRICE'],
    ['islands forgotten', not({ islands: [] }), 'FREE_PLACE'],
    ['not proven without a gap', not({ proven: false }), 'GAP'],
    ['proven with a gap', not({ gap: { kind: 'SERVED', need: 1, served: 0, bound: 1 } }), 'GAP'],
    ['a gap of another plan', not({ proven: false, gap: { kind: 'SERVED', need: 1, served: 1, bound: 1 } }), 'GAP'],
    ['a gap beyond what is asked', not({ proven: false, gap: { kind: 'SERVED', need: 1, served: 0, bound: 2 } }), 'GAP'],
    [
      'a gap of another cost',
      not({ proven: false, gap: { kind: 'SPENT', change: 0n, cost: 8n, bound: { change: 0n, cost: 1n } } }),
      'GAP',
    ],
    [
      'a gap that is none',
      not({ proven: false, gap: { kind: 'SPENT', change: 0n, cost: 9n, bound: { change: 0n, cost: 9n } } }),
      'GAP',
    ],
  ])('rejects %s', (_, solution, rule) => {
    expect(verifyConstrained(apart, rules, solution).map(violation => violation.rule)).toContain(rule);
  });

  it.each([
    { kind: 'SERVED', need: 1, served: 0, bound: 1 } as const,
    { kind: 'SPENT', change: 0n, cost: 9n, bound: { change: 0n, cost: 8n } } as const,
  ])('accepts a true gap of what is $kind', gap => {
    expect(verifyConstrained(apart, rules, not({ proven: false, gap }))).toEqual([]);
  });
});
