import { expect, it } from 'vitest';
import { createRandom } from '../../../../bench/support/instances.js';
import { between, randomProblem } from '../../../../tests/support/matching.js';
import { certificate, solve } from '../engine/solver.js';
import { closedParts } from './closed-sets.js';

it('says of every unserved need what the certificate of the engine says', () => {
  const random = createRandom(4);
  let asked = 0;
  for (let round = 0; round < 400; round++) {
    const problem = randomProblem(random, {
      needs: between(random, 1, 14),
      sessions: between(random, 1, 8),
      density: 0.1 + random() * 0.5,
      quantity: () => between(random, 0, 3),
      capacity: () => between(random, 0, 3),
      cost: () => between(random, 0, 9),
    });
    const solution = solve(problem);
    const partsOf = closedParts(problem, solution);
    for (let need = 0; need < problem.needCount; need++) {
      if (solution.unserved[need] === 0) continue;
      const expected = certificate(problem, solution, need);
      const parts = partsOf(need);
      const sorted = (list: readonly number[]): number[] => [...list].sort((a, b) => a - b);
      expect(sorted(parts.flatMap(({ sessions }) => sessions))).toEqual([...expected.sessions]);
      expect(sorted(parts.flatMap(({ holders }) => holders).filter(holder => holder !== need))).toEqual([...expected.holders]);
      asked++;
    }
  }
  expect(asked).toBeGreaterThan(500);
});
