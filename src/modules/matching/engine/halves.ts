import { find } from './components.js';
import type { Costs } from './costs.js';
import type { Plan } from './plan.js';
import type { Scratch } from './scratch.js';
import type { Transport } from './types.js';

/**
 * Some connected components of a transport as one of its own. Needs and sessions are numbered component by component, within each in
 * the same order as in the whole: what is needed together lies together.
 */
export interface Half {
  readonly transport: Transport;
  readonly costs: Costs;
  /** Component by component, needs from the highest rank to the lowest; ranks do not matter from one to the other. */
  readonly order: Int32Array;
  /** By need and by session of the half: their numbers in the whole. */
  readonly needs: Int32Array;
  readonly sessions: Int32Array;
}

/** A half with fewer of the pairs than this share is not worth a second thread. */
const LEAST_SHARE = 0.1;

/** The connected components, the largest first; each is in half 1 or 2. */
export interface Division {
  readonly halfOf: Uint8Array;
  /** Component by session and by need, -1 for those in no pair. */
  readonly ofSession: Int32Array;
  readonly ofNeed: Int32Array;
}

/** By session, the one that stands for its connected component. */
const leadersOf = ({ needCount, sessionCount, pairStart, pairSession }: Transport): Int32Array => {
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
  for (let session = 0; session < sessionCount; session++) leader[session] = find(leader, session);
  return leader;
};

/**
 * Divides a transport into two that have nothing to do with each other: components, the largest first, each go to the half that has
 * fewer pairs so far. Undefined where that leaves one half with next to nothing. As no row leads from one to the other, plans for
 * the halves are a plan for the whole, prices included.
 */
export const divide = (transport: Transport): Division | undefined => {
  const { needCount, sessionCount, pairStart, pairSession } = transport;
  const leader = leadersOf(transport);
  const pairs = new Int32Array(sessionCount);
  for (let need = 0; need < needCount; need++) {
    const start = pairStart[need]!;
    if (start < pairStart[need + 1]!) pairs[leader[pairSession[start]!]!]! += pairStart[need + 1]! - start;
  }
  const roots = leader.filter((root, session) => root === session && pairs[session]! > 0);
  roots.sort((one, another) => pairs[another]! - pairs[one]! || one - another);
  const halfOf = new Uint8Array(roots.length);
  const ofSession = new Int32Array(sessionCount).fill(-1);
  const sizes: [number, number] = [0, 0];
  for (let component = 0; component < roots.length; component++) {
    const root = roots[component]!;
    const lighter = sizes[0] <= sizes[1] ? 0 : 1;
    sizes[lighter] += pairs[root]!;
    halfOf[component] = lighter + 1;
    ofSession[root] = component;
  }
  if (Math.min(...sizes) <= LEAST_SHARE * pairSession.length) return undefined;
  for (let session = 0; session < sessionCount; session++) ofSession[session] = ofSession[leader[session]!]!;
  const ofNeed = new Int32Array(needCount).fill(-1);
  for (let need = 0; need < needCount; need++)
    if (pairStart[need]! < pairStart[need + 1]!) ofNeed[need] = ofSession[pairSession[pairStart[need]!]!]!;
  return { halfOf, ofSession, ofNeed };
};

/** Those of one half, component by component, and otherwise in the order they are given. */
const membersOf = (all: Int32Array, componentOf: Int32Array, halfOf: Uint8Array, half: number): Int32Array => {
  const start = new Int32Array(halfOf.length + 1);
  for (let i = 0; i < all.length; i++) {
    const component = componentOf[all[i]!]!;
    if (component >= 0 && halfOf[component] === half) start[component + 1]!++;
  }
  for (let component = 0; component < halfOf.length; component++)
    start[component + 1] = start[component + 1]! + start[component]!;
  const members = new Int32Array(start[halfOf.length]!);
  for (let i = 0; i < all.length; i++) {
    const component = componentOf[all[i]!]!;
    if (component >= 0 && halfOf[component] === half) members[start[component]!++] = all[i]!;
  }
  return members;
};

const numbersUpTo = (count: number): Int32Array => {
  const numbers = new Int32Array(count);
  for (let i = 0; i < count; i++) numbers[i] = i;
  return numbers;
};

/** At each member its place among them. */
const placesOf = (members: Int32Array, count: number): Int32Array => {
  const place = new Int32Array(count);
  for (let i = 0; i < members.length; i++) place[members[i]!] = i;
  return place;
};

/** Copies one half out of the whole. */
export const extract = (
  { halfOf, ofSession, ofNeed }: Division,
  half: 1 | 2,
  transport: Transport,
  costs: Costs,
  order: Int32Array,
  scratch: Scratch,
): Half => {
  const { needCount, sessionCount, pairStart, pairSession, needQuantity, sessionCapacity } = transport;
  const needs = membersOf(numbersUpTo(needCount), ofNeed, halfOf, half);
  const sessions = membersOf(numbersUpTo(sessionCount), ofSession, halfOf, half);
  const needNumber = placesOf(needs, needCount);
  const sessionNumber = placesOf(sessions, sessionCount);
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
  const ranked = membersOf(order, ofNeed, halfOf, half);
  for (let i = 0; i < ranked.length; i++) partOrder[i] = needNumber[ranked[i]!]!;
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
  const sessionClaim = new Int32Array(whole.sessionCount).fill(-1);
  let at = 0;
  for (const [{ needs, sessions, transport }, part] of parts) {
    for (let i = 0; i < needs.length; i++) unserved[needs[i]!] = part.unserved[i]!;
    for (let i = 0; i < sessions.length; i++) {
      sessionPrice[sessions[i]!] = part.sessionPrice[i]!;
      if (part.sessionClaim[i]! >= 0) sessionClaim[sessions[i]!] = needs[part.sessionClaim[i]!]!;
    }
    for (let i = 0; i < part.usedPair.length; i++, at++) {
      const need = part.usedNeed[i]!;
      usedNeed[at] = needs[need]!;
      usedPair[at] = part.usedPair[i]! - transport.pairStart[need]! + whole.pairStart[needs[need]!]!;
      usedQuantity[at] = part.usedQuantity[i]!;
    }
  }
  return { usedNeed, usedPair, usedQuantity, unserved, sessionPrice, sessionClaim };
};
