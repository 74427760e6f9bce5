import { createDisjointSets } from './disjoint.js';
import { gather } from './gather.js';
import { Scratch } from './scratch.js';
import type { Problem } from './types.js';

/**
 * The needs or the sessions of a problem, numbered anew so that those of a component, which hang together by pairs, are
 * neighbors: all that a search touches lies close together then.
 */
export interface Side {
  readonly count: number;
  /** By member: its number in the problem; and the other way round. */
  readonly numberOf: Int32Array;
  readonly memberOf: Int32Array;
  /** By member. */
  readonly componentOf: Int32Array;
  /** Members of component `c`: from `componentStart[c]` up to, not including, `componentStart[c + 1]`. */
  readonly componentStart: Int32Array;
  /** Pairs of member `i`: from `start[i]` up to, not including, `start[i + 1]` in `pair`; in `other` the member at their other end. */
  readonly start: Int32Array;
  readonly pair: Int32Array;
  readonly other: Int32Array;
}

export interface Sides {
  readonly needs: Side;
  readonly sessions: Side;
}

type Numbering = Pick<Side, 'count' | 'numberOf' | 'memberOf' | 'componentOf' | 'componentStart'>;

/** @param componentByNumber of who has which number in the problem. */
const numberingOf = (componentByNumber: Int32Array, components: number): Numbering => {
  const count = componentByNumber.length;
  const { start, members: numberOf } = gather(componentByNumber, components, new Scratch(ArrayBuffer));
  const memberOf = new Int32Array(count);
  const componentOf = new Int32Array(count);
  for (let member = 0; member < count; member++) {
    memberOf[numberOf[member]!] = member;
    componentOf[member] = componentByNumber[numberOf[member]!]!;
  }
  return { count, numberOf, memberOf, componentOf, componentStart: start };
};

/** Components have the number of their first session; needs without pairs make up one more. */
const numberingsOf = ({ needCount, sessionCount, pairStart, pairSession }: Problem) => {
  const sets = createDisjointSets(sessionCount);
  for (let need = 0; need < needCount; need++)
    for (let pair = pairStart[need]! + 1; pair < pairStart[need + 1]!; pair++)
      sets.unite(pairSession[pair - 1]!, pairSession[pair]!);
  const ofSession = new Int32Array(sessionCount);
  for (let session = 0; session < sessionCount; session++) ofSession[session] = sets.find(session);
  const ofNeed = new Int32Array(needCount).fill(sessionCount);
  for (let need = 0; need < needCount; need++)
    if (pairStart[need]! < pairStart[need + 1]!) ofNeed[need] = ofSession[pairSession[pairStart[need]!]!]!;
  return { needs: numberingOf(ofNeed, sessionCount + 1), sessions: numberingOf(ofSession, sessionCount + 1) };
};

export const sidesOf = (problem: Problem): Sides => {
  const { pairStart, pairSession } = problem;
  const { needs, sessions } = numberingsOf(problem);
  const pairCount = pairSession.length;
  const rows = { start: new Int32Array(needs.count + 1), pair: new Int32Array(pairCount), other: new Int32Array(pairCount) };
  const columns = {
    start: new Int32Array(sessions.count + 2),
    pair: new Int32Array(pairCount),
    other: new Int32Array(pairCount),
  };
  let length = 0;
  for (let need = 0; need < needs.count; need++) {
    const end = pairStart[needs.numberOf[need]! + 1]!;
    for (let pair = pairStart[needs.numberOf[need]!]!; pair < end; pair++) {
      const session = sessions.memberOf[pairSession[pair]!]!;
      rows.pair[length] = pair;
      rows.other[length++] = session;
      columns.start[session + 2]!++;
    }
    rows.start[need + 1] = length;
  }
  for (let session = 0; session < sessions.count; session++)
    columns.start[session + 2] = columns.start[session + 2]! + columns.start[session + 1]!;
  for (let need = 0; need < needs.count; need++) {
    for (let i = rows.start[need]!; i < rows.start[need + 1]!; i++) {
      const at = columns.start[rows.other[i]! + 1]!++;
      columns.pair[at] = rows.pair[i]!;
      columns.other[at] = need;
    }
  }
  return { needs: { ...needs, ...rows }, sessions: { ...sessions, ...columns } };
};
