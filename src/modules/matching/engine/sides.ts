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
  /** Pairs of member `i`, from `start[i]` up to, not including, `start[i + 1]`: who is at their other end, and what they cost. */
  readonly start: Int32Array;
  readonly other: Int32Array;
  readonly cost: Int32Array;
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
  const { pairStart, pairSession, pairCost } = problem;
  const { needs, sessions } = numberingsOf(problem);
  const pairsOf = (length: number) => ({
    start: new Int32Array(length),
    other: new Int32Array(pairSession.length),
    cost: new Int32Array(pairSession.length),
  });
  const [rows, columns] = [pairsOf(needs.count + 1), pairsOf(sessions.count + 2)];
  let length = 0;
  for (let need = 0; need < needs.count; need++) {
    const number = needs.numberOf[need]!;
    for (let pair = pairStart[number]!; pair < pairStart[number + 1]!; pair++) {
      const session = sessions.memberOf[pairSession[pair]!]!;
      rows.other[length] = session;
      rows.cost[length++] = pairCost[pair]!;
      columns.start[session + 2]!++;
    }
    rows.start[need + 1] = length;
  }
  for (let session = 0; session < sessions.count; session++)
    columns.start[session + 2] = columns.start[session + 2]! + columns.start[session + 1]!;
  for (let need = 0; need < needs.count; need++) {
    for (let i = rows.start[need]!; i < rows.start[need + 1]!; i++) {
      const at = columns.start[rows.other[i]! + 1]!++;
      columns.other[at] = need;
      columns.cost[at] = rows.cost[i]!;
    }
  }
  return { needs: { ...needs, ...rows }, sessions: { ...sessions, ...columns } };
};
