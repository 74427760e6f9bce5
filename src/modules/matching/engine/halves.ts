import { find } from './components.js';
import type { Costs } from './costs.js';
import type { Plan } from './plan.js';
import type { Scratch } from './scratch.js';
import type { Transport } from './types.js';

/** Some connected components of a transport as one of its own, numbered in the same order. */
export interface Half {
  readonly transport: Transport;
  readonly costs: Costs;
  /** Needs from the highest rank to the lowest. */
  readonly order: Int32Array;
  /** By need and by session of the half: their numbers in the whole. */
  readonly needs: Int32Array;
  readonly sessions: Int32Array;
}

/** A half with fewer of the pairs than this share is not worth a second thread. */
const LEAST_SHARE = 0.1;

/** Which half each session and need belongs to: 1 or 2, 0 for those in no pair. */
export interface Division {
  readonly ofSession: Uint8Array;
  readonly ofNeed: Uint8Array;
}

/**
 * By session, 1 or 2: which half it belongs to (0: it is in no pair). Connected components, the largest first, each go to the
 * half that has fewer pairs so far. Undefined where that leaves one half with next to nothing.
 */
const halfOfSession = ({ needCount, sessionCount, pairStart, pairSession }: Transport): Uint8Array | undefined => {
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

/**
 * Divides a transport into two that have nothing to do with each other; undefined where there are not two of some size. As no row
 * leads from one to the other, plans for the halves are a plan for the whole, prices included.
 */
export const divide = (transport: Transport): Division | undefined => {
  const ofSession = halfOfSession(transport);
  if (!ofSession) return undefined;
  const { needCount, pairStart, pairSession } = transport;
  const ofNeed = new Uint8Array(needCount);
  for (let need = 0; need < needCount; need++)
    if (pairStart[need]! < pairStart[need + 1]!) ofNeed[need] = ofSession[pairSession[pairStart[need]!]!]!;
  return { ofSession, ofNeed };
};

/** Copies one half out of the whole. */
export const extract = (
  { ofSession, ofNeed }: Division,
  half: 1 | 2,
  transport: Transport,
  costs: Costs,
  order: Int32Array,
  scratch: Scratch,
): Half => {
  const { pairStart, pairSession, needQuantity, sessionCapacity } = transport;
  const { members: needs, numberOf: needNumber } = numbered(ofNeed, half);
  const { members: sessions, numberOf: sessionNumber } = numbered(ofSession, half);
  const starts = scratch.dirtyInt32(needs.length + 1);
  starts[0] = 0;
  for (let i = 0; i < needs.length; i++) starts[i + 1] = starts[i]! + pairStart[needs[i]! + 1]! - pairStart[needs[i]!]!;
  const pairCount = starts[needs.length]!;
  const part = {
    needCount: needs.length,
    sessionCount: sessions.length,
    pairStart: starts,
    pairSession: scratch.dirtyInt32(pairCount),
    needQuantity: scratch.dirtyFloat64(needs.length),
    sessionCapacity: scratch.dirtyFloat64(sessions.length),
  };
  const partCosts = costs instanceof Int32Array ? scratch.dirtyInt32(pairCount) : scratch.dirtyFloat64(pairCount);
  for (let i = 0; i < needs.length; i++) {
    const need = needs[i]!;
    part.needQuantity[i] = needQuantity[need]!;
    const shift = starts[i]! - pairStart[need]!;
    const end = pairStart[need + 1]!;
    for (let pair = pairStart[need]!; pair < end; pair++) {
      part.pairSession[pair + shift] = sessionNumber[pairSession[pair]!]!;
      partCosts[pair + shift] = costs[pair]!;
    }
  }
  for (let i = 0; i < sessions.length; i++) part.sessionCapacity[i] = sessionCapacity[sessions[i]!]!;
  const partOrder = scratch.dirtyInt32(needs.length);
  let at = 0;
  for (let i = 0; i < order.length; i++) if (ofNeed[order[i]!] === half) partOrder[at++] = needNumber[order[i]!]!;
  return { transport: part, costs: partCosts, order: partOrder, needs, sessions };
};

/** The plan for the whole. */
export const join = (whole: Transport, parts: readonly (readonly [Half, Plan])[]): Plan => {
  const count = parts.reduce((sum, [, { usedPair }]) => sum + usedPair.length, 0);
  const usedNeed = new Int32Array(count);
  const usedPair = new Int32Array(count);
  const usedQuantity = new Float64Array(count);
  const unserved = whole.needQuantity.slice();
  const sessionPrice = new Float64Array(whole.sessionCount);
  let at = 0;
  for (const [{ needs, sessions, transport }, part] of parts) {
    for (let i = 0; i < needs.length; i++) unserved[needs[i]!] = part.unserved[i]!;
    for (let i = 0; i < sessions.length; i++) sessionPrice[sessions[i]!] = part.sessionPrice[i]!;
    for (let i = 0; i < part.usedPair.length; i++, at++) {
      const need = part.usedNeed[i]!;
      usedNeed[at] = needs[need]!;
      usedPair[at] = part.usedPair[i]! - transport.pairStart[need]! + whole.pairStart[needs[need]!]!;
      usedQuantity[at] = part.usedQuantity[i]!;
    }
  }
  return { usedNeed, usedPair, usedQuantity, unserved, sessionPrice };
};
