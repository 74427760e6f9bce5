import type { Scratch } from './scratch.js';
import type { Service } from './serve.js';
import type { Transport } from './types.js';

/**
 * Stage 2 falls into parts that can be solved one by one. `groupOfSession` and `groupOfNeed` (-1: not served at all) number them
 * so that a need's row leads only to its own group or to groups with a higher number, and no quantity can ever move across.
 */
export interface Groups {
  readonly count: number;
  readonly groupOfSession: Int32Array;
  readonly groupOfNeed: Int32Array;
  /** Groups from this number on are full, and all of their places are held by needs that have nowhere else to go. */
  readonly firstClosed: number;
}

/**
 * Strongly connected classes of the residual graph "session → a need that holds it → any session of that need's row", with one
 * more node that every session follows and that follows every session with a free place (Tarjan 1972 without recursion;
 * for a full bipartite graph this is the fine decomposition of Dulmage and Mendelsohn 1958). Class 0 is that node's: all from
 * where a free place can be reached. The others are numbered in the order they are completed: a class leads only to lower ones.
 *
 * Whatever is known to reach a free place is in class 0, so nothing more is asked of it: where supply is ample few rows are read.
 * What it would have led to is met from elsewhere, as the node of free places leads to every session.
 */
const residualClasses = (
  { needCount, sessionCount, pairStart, pairSession }: Transport,
  { free, holderFirst, holderNext, heldNeed, cursor: firstFree }: Service,
  scratch: Scratch,
): { readonly classOfSession: Int32Array; readonly count: number } => {
  const nodes = sessionCount + needCount;
  const classOf = scratch.int32(nodes, -1);
  const index = scratch.int32(nodes);
  const low = scratch.dirtyInt32(nodes);
  const cursor = scratch.dirtyInt32(nodes);
  const path = scratch.dirtyInt32(nodes);
  const open = scratch.dirtyInt32(nodes);
  let [visited, pathLength, openLength, count] = [0, 0, 0, 1];

  const hasFree = (need: number): boolean => {
    const end = pairStart[need + 1]!;
    let pair = firstFree[need]!;
    while (pair < end && free[pairSession[pair]!] === 0) pair++;
    return pair < end;
  };

  const enter = (node: number): void => {
    index[node] = ++visited;
    const isSession = node < sessionCount;
    low[node] = (isSession ? free[node]! > 0 : hasFree(node - sessionCount)) ? 0 : visited;
    cursor[node] = isSession ? holderFirst[node]! : pairStart[node - sessionCount]!;
    path[pathLength++] = node;
    open[openLength++] = node;
  };

  for (let start = 0; start < sessionCount; start++) {
    if (index[start]! > 0) continue;
    enter(start);
    while (pathLength > 0) {
      const node = path[pathLength - 1]!;
      let next = -1;
      let least = low[node]!;
      if (node < sessionCount) {
        let holding = cursor[node]!;
        while (holding > 0 && next < 0 && least > 0) {
          const to = sessionCount + heldNeed[holding]!;
          if (index[to] === 0) next = to;
          else if (classOf[to]! < 0 && low[to]! < least) least = low[to]!;
          holding = holderNext[holding]!;
        }
        cursor[node] = holding;
      } else {
        const end = pairStart[node - sessionCount + 1]!;
        let pair = cursor[node]!;
        while (pair < end && next < 0 && least > 0) {
          const to = pairSession[pair++]!;
          if (index[to] === 0) next = to;
          else if (classOf[to]! < 0 && low[to]! < least) least = low[to]!;
        }
        cursor[node] = pair;
      }
      low[node] = least;
      if (next >= 0) {
        enter(next);
        continue;
      }
      pathLength--;
      if (least === index[node]) {
        let member: number;
        do {
          member = open[--openLength]!;
          classOf[member] = count;
        } while (member !== node);
        count++;
      }
      if (pathLength > 0) {
        const before = path[pathLength - 1]!;
        if (least < low[before]!) low[before] = least;
      }
    }
  }
  while (openLength > 0) classOf[open[--openLength]!] = 0;
  return { classOfSession: classOf.subarray(0, sessionCount), count };
};

/** The one that stands for all sessions united with this one; halves the way there for the next time (union-find). */
export const find = (leader: Int32Array, session: number): number => {
  let at = session;
  while (leader[at]! !== at) {
    leader[at] = leader[leader[at]!]!;
    at = leader[at]!;
  }
  return at;
};

/**
 * The parts of stage 2: connected components (union-find) of the open class, then the closed classes from source to sink. A need is
 * in the class of whatever session it holds, to which its row leads back.
 */
export const split = (transport: Transport, service: Service, scratch: Scratch): Groups => {
  const { needCount, sessionCount, pairStart, pairSession } = transport;
  const { holderFirst, holderNext, heldNeed } = service;
  const { classOfSession, count: classes } = residualClasses(transport, service, scratch);
  const groupOfSession = scratch.int32(sessionCount, -1);
  const groupOfNeed = scratch.int32(needCount, -1);
  const leader = scratch.dirtyInt32(sessionCount);
  for (let session = 0; session < sessionCount; session++) leader[session] = session;

  for (let session = 0; session < sessionCount; session++) {
    for (let holding = holderFirst[session]!; holding > 0; holding = holderNext[holding]!)
      groupOfNeed[heldNeed[holding]!] = classOfSession[session]!;
  }
  for (let need = 0; need < needCount; need++) {
    if (groupOfNeed[need] !== 0) continue;
    let first = -1;
    const end = pairStart[need + 1]!;
    for (let pair = pairStart[need]!; pair < end; pair++) {
      const session = pairSession[pair]!;
      if (leader[session] === first || classOfSession[session] !== 0) continue;
      const root = find(leader, session);
      if (first < 0) first = root;
      leader[root] = first;
      leader[session] = first;
    }
  }
  let components = 0;
  for (let session = 0; session < sessionCount; session++) {
    if (classOfSession[session] !== 0) continue;
    const root = find(leader, session);
    if (groupOfSession[root]! < 0) groupOfSession[root] = components++;
    groupOfSession[session] = groupOfSession[root]!;
  }
  const groupOf = (session: number): number =>
    classOfSession[session] === 0 ? groupOfSession[session]! : components + classes - 1 - classOfSession[session]!;
  for (let session = 0; session < sessionCount; session++) {
    groupOfSession[session] = groupOf(session);
    for (let holding = holderFirst[session]!; holding > 0; holding = holderNext[holding]!)
      groupOfNeed[heldNeed[holding]!] = groupOfSession[session]!;
  }
  return { count: components + classes - 1, groupOfSession, groupOfNeed, firstClosed: components };
};
