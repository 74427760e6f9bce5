import { describe, expect, it } from 'vitest';
import { noRules, patient } from '../../../../tests/support/constrained.js';
import { problemOf } from '../../../../tests/support/matching.js';
import { type Constraints, solveConstrained } from './constrained.js';

const problem = problemOf(
  [3, 3],
  [
    { quantity: 2, rank: 2, pairs: [[0, 1]] },
    { quantity: 1, rank: 1, pairs: [[1, 2]] },
  ],
);

describe('rules that are not well formed are refused by the name of what is wrong', () => {
  it.each<readonly [string, Partial<Constraints>]>([
    ['sessionMinimum must be empty or have length 2', { sessionMinimum: Float64Array.of(1) }],
    ['sessionMinimum[1] must be an integer', { sessionMinimum: Float64Array.of(1, 0.5) }],
    ['sessionMinimum[0] must be an integer', { sessionMinimum: Float64Array.of(Number.NaN, 0) }],
    ['needMinimum must be empty or have length 2', { needMinimum: Float64Array.of(1, 1, 1) }],
    ['needMinimum[0] must be an integer', { needMinimum: Float64Array.of(-1, 0) }],
    ['needMinimum[1] must be an integer', { needMinimum: Float64Array.of(0, 2 ** 53) }],
    ['exclusivePairs[1] must be an integer from 0 to 1', { exclusivePairs: Int32Array.of(0, 2) }],
    ['exclusivePairs must have an even length', { exclusivePairs: Int32Array.of(0) }],
    ['exclusiveSessions[1] repeats exclusiveSessions[0]', { exclusiveSessions: Int32Array.of(1, 1) }],
    ['exclusiveSessions[0] must be an integer from 0 to 1', { exclusiveSessions: Int32Array.of(-1, 1) }],
    ['togetherNeeds[0] must be an integer from 0 to 1', { togetherNeeds: Int32Array.of(7, 1) }],
    [
      'caps[1].needs[0] must be an integer',
      {
        caps: [
          { needs: Int32Array.of(0), limit: 1 },
          { needs: Int32Array.of(2), limit: 1 },
        ],
      },
    ],
    ['caps[0].needs has a need twice', { caps: [{ needs: Int32Array.of(1, 1), limit: 1 }] }],
    ['caps[0].limit must be an integer', { caps: [{ needs: Int32Array.of(1), limit: -1 }] }],
    ['needGroup must be empty or have length 2', { needGroup: Int32Array.of(1) }],
    ['quotas[0].session must be an integer from 0 to 1', { quotas: [{ session: 2, group: 0, places: 1 }] }],
    ['quotas[0].group must be an integer', { quotas: [{ session: 0, group: -1, places: 1 }] }],
    ['quotas[0].places must be an integer', { quotas: [{ session: 0, group: 0, places: 0.5 }] }],
    [
      'quotas[1] reserves more than the capacity of session 0',
      { quotas: [0, 1].map(group => ({ session: 0, group, places: 2 })) },
    ],
  ])('%s', (message, wrong) => {
    const solve = () => solveConstrained(problem, { ...noRules, ...wrong }, patient);
    expect(solve).toThrow(RangeError);
    expect(solve).toThrow(message);
  });

  it.each(['sessionMinimum', 'needMinimum', 'exclusivePairs', 'exclusiveSessions', 'togetherNeeds', 'needGroup'])(
    '%s of another kind',
    name => {
      const rules = { ...noRules, [name]: [] } as Constraints;
      expect(() => solveConstrained(problem, rules, patient)).toThrow(TypeError);
    },
  );

  it('and a problem that is not, before them', () => {
    expect(() => solveConstrained({ ...problem, needRank: Int32Array.of(1, 1) }, noRules, patient)).toThrow('needRank');
  });
});
