import type { Service } from './serve.js';
import type { Problem } from './types.js';

/**
 * Stage 2 falls into parts that can be solved one by one. `groupOfSession` and `groupOfNeed` (-1: not served at all) number them
 * so that a need's row leads only to its own group or to groups with a higher number, and no quantity can ever move across.
 */
export interface Groups {
  readonly count: number;
  readonly groupOfSession: Int32Array;
  readonly groupOfNeed: Int32Array;
  /** Groups from this number on are closed: full, and held by needs whose rows lead to themselves and later groups only. */
  readonly firstClosed: number;
}

const find = (leader: Int32Array, session: number): number => {
  let at = session;
  while (leader[at]! !== at) {
    leader[at] = leader[leader[at]!]!;
    at = leader[at]!;
  }
  return at;
};

/**
 * The parts of stage 2: connected components (union-find) of what is open, then what failed searches closed, the latest first. A
 * search sees all that can be reached and is not closed yet, so whoever holds a session of its set has no pair outside the set
 * but to sets that were closed before.
 */
export const split = (problem: Problem, service: Service): Groups => {
  const { needCount, sessionCount, pairStart, pairSession } = problem;
  const { closing, closings, holderFirst, holderNext, pairNeed } = service;
  const leader = new Int32Array(sessionCount);
  for (let session = 0; session < sessionCount; session++) leader[session] = session;
  for (let need = 0; need < needCount; need++) {
    let first = -1;
    const end = pairStart[need + 1]!;
    for (let pair = pairStart[need]!; pair < end; pair++) {
      const session = pairSession[pair]!;
      if (closing[session]! > 0 || leader[session] === first) continue;
      const root = find(leader, session);
      if (first < 0) first = root;
      else leader[root] = first;
    }
  }
  const groupOfSession = new Int32Array(sessionCount).fill(-1);
  let components = 0;
  for (let session = 0; session < sessionCount; session++) {
    if (closing[session]! > 0) continue;
    const root = find(leader, session);
    if (groupOfSession[root]! < 0) groupOfSession[root] = components++;
    groupOfSession[session] = groupOfSession[root]!;
  }
  const count = components + closings;
  const groupOfNeed = new Int32Array(needCount).fill(-1);
  for (let session = 0; session < sessionCount; session++) {
    if (closing[session]! > 0) groupOfSession[session] = count - closing[session]!;
    for (let pair = holderFirst[session]!; pair >= 0; pair = holderNext[pair]!)
      groupOfNeed[pairNeed[pair]!] = groupOfSession[session]!;
  }
  return { count, groupOfSession, groupOfNeed, firstClosed: components };
};
