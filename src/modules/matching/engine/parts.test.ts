import { describe, expect, it } from 'vitest';
import { createRandom, estate, tangle } from '../../../../bench/support/instances.js';
import { between, randomProblem } from '../../../../tests/support/matching.js';
import { costsOf } from './costs.js';
import { copyPart, createPartsRoom, divide, join, type Parts, type PartsRoom, planPart } from './parts.js';
import { type Plan, plan } from './plan.js';
import { Scratch } from './scratch.js';
import type { Problem } from './types.js';
import { inRankOrder } from './validate.js';

const alone = (problem: Problem): Plan =>
  Scratch.lend(ArrayBuffer, scratch => plan(problem, costsOf(problem), inRankOrder(problem.needRank), scratch));

/** In memory that no plan uses again. */
const divided = (problem: Problem): readonly [Parts, PartsRoom] | undefined => {
  const scratch = new Scratch(ArrayBuffer);
  const parts = divide(problem, inRankOrder(problem.needRank), scratch);
  if (!parts) return undefined;
  const costs = costsOf(problem);
  const room = createPartsRoom(parts, costs, scratch);
  for (let part = 0; part < parts.count; part++) copyPart(parts, part, problem, costs, room);
  return [parts, room];
};

/** Used pairs in no order: that is told by the parts. */
const sorted = ({ usedNeed, usedPair, usedQuantity, ...rest }: Plan) => ({
  ...rest,
  used: Array.from(usedPair, (pair, i) => [pair, usedNeed[i]!, usedQuantity[i]!]).sort(([one], [another]) => one! - another!),
});

describe('parts', () => {
  it('give the same plan as the whole, number by number, in whatever order they are planned', () => {
    const random = createRandom(41);
    let rounds = 0;
    for (let round = 0; round < 600; round++) {
      const problem = randomProblem(random, {
        needs: between(random, 2, 30),
        sessions: between(random, 2, 40),
        density: 0.02 + 0.06 * random(),
        quantity: () => between(random, 0, [1, 5, 10 ** 12][round % 3]!),
        capacity: () => between(random, 0, [2, 9, 10 ** 12][round % 3]!),
        cost: () => between(random, 0, 9999),
        ...(round % 2 === 0 ? { change: random() } : {}),
      });
      const [parts, room] = divided(problem) ?? [];
      if (!parts || !room) continue;
      rounds++;
      const order = Array.from({ length: parts.count }, (_, part) => part);
      if (round % 2 > 0) order.reverse();
      Scratch.lend(ArrayBuffer, scratch => {
        for (const part of order) planPart(room, part, scratch);
      });
      expect(sorted(join(problem, parts, room)), `round ${round}`).toEqual(sorted(alone(problem)));
    }
    expect(rounds).toBeGreaterThan(300);
  });

  it('have no row that leads from one to another, and leave out only who is in no pair', () => {
    const random = createRandom(42);
    for (let round = 0; round < 100; round++) {
      const problem = randomProblem(random, {
        needs: 40,
        sessions: 40,
        density: 0.03,
        quantity: () => 1,
        capacity: () => 1,
        cost: () => 0,
      });
      const [parts] = divided(problem) ?? [];
      if (!parts) continue;
      const partOf = new Map<number, number>();
      for (let part = 0; part < parts.count; part++)
        for (let at = parts.sessionStart[part]!; at < parts.sessionStart[part + 1]!; at++) partOf.set(parts.sessions[at]!, part);
      const seen = new Set<number>();
      for (let part = 0; part < parts.count; part++) {
        for (let at = parts.needStart[part]!; at < parts.needStart[part + 1]!; at++) {
          const need = parts.needs[at]!;
          seen.add(need);
          for (let pair = problem.pairStart[need]!; pair < problem.pairStart[need + 1]!; pair++)
            expect(partOf.get(problem.pairSession[pair]!)).toBe(part);
        }
      }
      for (let need = 0; need < problem.needCount; need++)
        expect(seen.has(need)).toBe(problem.pairStart[need]! < problem.pairStart[need + 1]!);
    }
  });

  it('are neither many nor one-sided where components are small', () => {
    const problem = estate({ needs: 3000, sessions: 1000, pairsPerNeed: 30, supply: 1, seed: 43 });
    const [parts] = divided(problem)!;
    expect(parts.count).toBeGreaterThan(6);
    expect(parts.count).toBeLessThanOrEqual(24);
  });

  it('are not made of one component', () => {
    expect(divided(tangle({ needs: 40, sessions: 10, pairsPerNeed: 5, supply: 1, costs: 9999, seed: 1 }))).toBeUndefined();
  });
});
