import { find } from './components.js';
import type { Costs } from './costs.js';
import type { Problem, Solution } from './types.js';

/** Some connected components of a problem as a problem of its own, numbered in the same order. */
export interface Half {
  readonly problem: Problem;
  readonly costs: Costs;
  /** Needs from the highest rank to the lowest. */
  readonly order: Int32Array;
  /** By need and by session of the half: their numbers in the whole problem. */
  readonly needs: Int32Array;
  readonly sessions: Int32Array;
}

/** Where a half is kept: `SharedArrayBuffer` makes it visible to another thread. */
type Memory = typeof ArrayBuffer | typeof SharedArrayBuffer;

/** A half with fewer of the pairs than this share is not worth a second thread. */
const LEAST_SHARE = 0.1;

/**
 * By session, 1 or 2: which half it belongs to (0: it is in no pair). Connected components, the largest first, each go to the
 * half that has fewer pairs so far. Undefined where that leaves one half with next to nothing.
 */
const halfOfSession = ({ needCount, sessionCount, pairStart, pairSession }: Problem): Uint8Array | undefined => {
  const leader = new Int32Array(sessionCount);
  for (let session = 0; session < sessionCount; session++) leader[session] = session;
  for (let need = 0; need < needCount; need++) {
    const start = pairStart[need]!;
    const end = pairStart[need + 1]!;
    if (start === end) continue;
    const first = find(leader, pairSession[start]!);
    for (let pair = start + 1; pair < end; pair++) {
      const session = pairSession[pair]!;
      if (leader[session] !== first) leader[find(leader, session)] = first;
    }
  }
  const pairs = new Int32Array(sessionCount);
  for (let need = 0; need < needCount; need++) {
    const start = pairStart[need]!;
    if (start < pairStart[need + 1]!) pairs[find(leader, pairSession[start]!)]! += pairStart[need + 1]! - start;
  }
  const roots = leader.filter((root, session) => root === session && pairs[session]! > 0);
  roots.sort((one, another) => pairs[another]! - pairs[one]! || one - another);
  const half = new Uint8Array(sessionCount);
  const sizes = [0, 0];
  for (const root of roots) {
    const lighter = sizes[0]! <= sizes[1]! ? 0 : 1;
    half[root] = lighter + 1;
    sizes[lighter]! += pairs[root]!;
  }
  if (Math.min(...sizes) <= LEAST_SHARE * pairSession.length) return undefined;
  for (let session = 0; session < sessionCount; session++) half[session] = half[find(leader, session)]!;
  return half;
};

/** The numbers of the members of one half, and by member of the whole its number in the half. */
const numbered = (halfOf: Uint8Array, half: number): { readonly members: Int32Array; readonly numberOf: Int32Array } => {
  const numberOf = new Int32Array(halfOf.length);
  let count = 0;
  for (let i = 0; i < halfOf.length; i++) if (halfOf[i] === half) numberOf[i] = count++;
  const members = new Int32Array(count);
  for (let i = 0; i < halfOf.length; i++) if (halfOf[i] === half) members[numberOf[i]!] = i;
  return { members, numberOf };
};

/** Copies one half out of a problem. */
const extract = (
  problem: Problem,
  costs: Costs,
  order: Int32Array,
  halfOfNeed: Uint8Array,
  halfOf: Uint8Array,
  half: number,
  memory: Memory,
): Half => {
  const { pairStart, pairSession, needQuantity, needRank, sessionCapacity } = problem;
  const int32 = (length: number): Int32Array => new Int32Array(new memory(4 * length));
  const float64 = (length: number): Float64Array => new Float64Array(new memory(8 * length));
  const { members: needs, numberOf: needNumber } = numbered(halfOfNeed, half);
  const { members: sessions, numberOf: sessionNumber } = numbered(halfOf, half);
  const starts = int32(needs.length + 1);
  for (const [i, need] of needs.entries()) starts[i + 1] = starts[i]! + pairStart[need + 1]! - pairStart[need]!;
  const pairCount = starts[needs.length]!;
  const part = {
    needCount: needs.length,
    sessionCount: sessions.length,
    pairStart: starts,
    pairSession: int32(pairCount),
    pairCost: int32(0),
    needQuantity: float64(needs.length),
    needRank: int32(needs.length),
    sessionCapacity: float64(sessions.length),
  };
  const partCosts = costs instanceof Int32Array ? int32(pairCount) : float64(pairCount);
  for (let i = 0; i < needs.length; i++) {
    const need = needs[i]!;
    part.needQuantity[i] = needQuantity[need]!;
    part.needRank[i] = needRank[need]!;
    const shift = starts[i]! - pairStart[need]!;
    const end = pairStart[need + 1]!;
    for (let pair = pairStart[need]!; pair < end; pair++) {
      part.pairSession[pair + shift] = sessionNumber[pairSession[pair]!]!;
      partCosts[pair + shift] = costs[pair]!;
    }
  }
  for (let i = 0; i < sessions.length; i++) part.sessionCapacity[i] = sessionCapacity[sessions[i]!]!;
  const partOrder = int32(needs.length);
  let at = 0;
  for (const need of order) if (halfOfNeed[need] === half) partOrder[at++] = needNumber[need]!;
  return { problem: part, costs: partCosts, order: partOrder, needs, sessions };
};

/**
 * Two halves of a problem that have nothing to do with each other, the second in shared memory; undefined where it does not fall
 * into two of some size. As no row leads from one to the other, plans for the halves are a plan for the whole, prices included.
 */
export const halve = (problem: Problem, costs: Costs, order: Int32Array): readonly [Half, Half] | undefined => {
  const halfOf = halfOfSession(problem);
  if (!halfOf) return undefined;
  const { needCount, pairStart, pairSession } = problem;
  const halfOfNeed = new Uint8Array(needCount);
  for (let need = 0; need < needCount; need++)
    if (pairStart[need]! < pairStart[need + 1]!) halfOfNeed[need] = halfOf[pairSession[pairStart[need]!]!]!;
  return [
    extract(problem, costs, order, halfOfNeed, halfOf, 1, ArrayBuffer),
    extract(problem, costs, order, halfOfNeed, halfOf, 2, SharedArrayBuffer),
  ];
};

/** The plan for the whole problem. */
export const join = (problem: Problem, parts: readonly (readonly [Half, Solution])[]): Solution => {
  const { pairStart, pairSession, sessionCount } = problem;
  const pairQuantity = new Float64Array(pairSession.length);
  const unserved = problem.needQuantity.slice();
  const sessionPrice = new Float64Array(sessionCount);
  for (const [{ needs, sessions, problem: part }, solution] of parts) {
    for (let i = 0; i < needs.length; i++) {
      const need = needs[i]!;
      unserved[need] = solution.unserved[i]!;
      const shift = part.pairStart[i]! - pairStart[need]!;
      const end = pairStart[need + 1]!;
      for (let pair = pairStart[need]!; pair < end; pair++) pairQuantity[pair] = solution.pairQuantity[pair + shift]!;
    }
    for (let i = 0; i < sessions.length; i++) sessionPrice[sessions[i]!] = solution.sessionPrice[i]!;
  }
  return { pairQuantity, unserved, sessionPrice };
};
