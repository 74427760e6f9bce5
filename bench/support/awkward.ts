import type { Constraints } from '../../src/modules/matching/engine/constraints.js';
import type { Problem } from '../../src/modules/matching/engine/solver.js';
import { createRandom } from './instances.js';

export interface AwkwardOptions {
  /** Share of the sessions that are held from a minimum attendance of 0.3 to 0.7 of their places. */
  readonly minimums: number;
  /** How many half days the sessions are spread over: the fewer, the more overlap for people, helpers and rooms. */
  readonly slots: number;
  readonly seed: number;
}

const GROUPS = 3;

/**
 * Rules as a branch has them: people with one to three needs who cannot be in two sessions of the same half day, helpers with
 * four sessions each who cannot either, minimum attendances, needs for more than one place of which a third want all or nothing,
 * couples who go together, people who get at most one of two like services, and shared sessions with places for three groups.
 */
export const awkward = (problem: Problem, { minimums, slots, seed }: AwkwardOptions): Constraints => {
  const random = createRandom(seed);
  const { needCount, sessionCount, pairStart, pairSession, needQuantity, sessionCapacity } = problem;
  const slot = Int32Array.from({ length: sessionCount }, () => Math.floor(random() * slots));
  const exclusivePairs: number[] = [];
  const togetherNeeds: number[] = [];
  const caps: Constraints['caps'][number][] = [];
  const sharesSession = (one: number, other: number): boolean => {
    const ofOne = new Set(pairSession.subarray(pairStart[one]!, pairStart[one + 1]!));
    return pairSession.subarray(pairStart[other]!, pairStart[other + 1]!).some(session => ofOne.has(session));
  };
  const isMoney = (need: number): boolean => needQuantity[need]! >= 1000;
  for (let need = 0; need < needCount; ) {
    const many = Math.min(needCount - need, random() < 0.6 ? 1 : random() < 0.7 ? 2 : 3);
    for (let one = need; one < need + many; one++) {
      for (let other = one + 1; other < need + many; other++) {
        for (let p = pairStart[one]!; p < pairStart[one + 1]!; p++)
          for (let q = pairStart[other]!; q < pairStart[other + 1]!; q++)
            if (!isMoney(one) && !isMoney(other) && slot[pairSession[p]!] === slot[pairSession[q]!]) exclusivePairs.push(p, q);
        if (!isMoney(one) && sharesSession(one, other) && random() < 0.5)
          caps.push({ needs: Int32Array.of(one, other), limit: 1 });
      }
    }
    need += many;
  }
  for (let couple = 0; couple < needCount / 30; couple++) {
    const one = Math.floor(random() * needCount);
    for (let other = one + 4; other < needCount; other++) {
      if (!sharesSession(one, other) || needQuantity[one]! > 2 || needQuantity[other]! > 2) continue;
      togetherNeeds.push(one, other);
      break;
    }
  }
  const exclusiveSessions: number[] = [];
  for (let one = 0; one < sessionCount; one++)
    for (let other = one + 1; other < Math.min(sessionCount, one - (one % 4) + 4); other++)
      if (slot[one] === slot[other]) exclusiveSessions.push(one, other);
  return {
    sessionMinimum: sessionCapacity.map(capacity => (random() < minimums ? Math.ceil(capacity * (0.3 + 0.4 * random())) : 0)),
    needMinimum: needQuantity.map(quantity => (quantity > 1 && random() < 0.33 ? quantity : 0)),
    exclusivePairs: Int32Array.from(exclusivePairs),
    exclusiveSessions: Int32Array.from(exclusiveSessions),
    togetherNeeds: Int32Array.from(togetherNeeds),
    caps,
    needGroup: Int32Array.from({ length: needCount }, () => Math.floor(random() * GROUPS)),
    quotas: Array.from({ length: sessionCount }, (_, session) => session)
      .filter(() => random() < 0.1)
      .map(session => ({ session, group: Math.floor(random() * GROUPS), places: Math.floor(sessionCapacity[session]! / 3) })),
  };
};
