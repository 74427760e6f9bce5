import { find } from './components.js';
import type { Costs } from './costs.js';
import { gather } from './gather.js';
import { type Plan, plan } from './plan.js';
import type { Scratch } from './scratch.js';
import type { Transport } from './types.js';

/**
 * A transport in parts that have nothing to do with each other: its connected components, the largest first, small ones bundled. As
 * no row leads from one to another, plans for the parts are a plan for the whole, prices included. Needs and sessions are listed
 * component by component, within each in the same order as in the whole: what is needed together lies together.
 */
export interface Parts {
  readonly count: number;
  /** Numbers in the whole, part by part: those of part `p` are from `needStart[p]` up to, not including, `needStart[p + 1]`. */
  readonly needs: Int32Array;
  readonly sessions: Int32Array;
  readonly needStart: Int32Array;
  readonly sessionStart: Int32Array;
  readonly pairStart: Int32Array;
  /** Places in `needs`, component by component, of the needs from the highest rank to the lowest. */
  readonly order: Int32Array;
  /** By session of the whole: its number in its part. */
  readonly sessionNumber: Int32Array;
}

/**
 * The parts copied out, and room for their plans: all of it arrays, so that threads can share them. In each part pairs, needs and
 * sessions are numbered from 0.
 */
export interface PartsRoom {
  readonly count: number;
  readonly needStart: Int32Array;
  readonly sessionStart: Int32Array;
  readonly pairStart: Int32Array;
  /** The rows of part `p` from `needStart[p] + p` on, each part with an end of its own. */
  readonly rowStart: Int32Array;
  readonly pairSession: Int32Array;
  readonly costs: Costs;
  readonly needQuantity: Float64Array;
  readonly sessionCapacity: Float64Array;
  readonly order: Int32Array;
  /** The plans, part by part. The used pairs of part `p`, `usedCount[p]` of them, are from `needStart[p] + sessionStart[p]` on. */
  readonly answer: Plan;
  readonly usedCount: Int32Array;
}

/** Where the largest component has more of the pairs than this share, parts are not worth copying. */
const LARGEST_SHARE = 0.9;
/** Components are bundled up to this share of the pairs: few enough parts to cost nothing, enough for threads to share. */
const LEAST_SHARE = 1 / 24;

/** By session, the one that stands for its connected component. */
const leadersOf = ({ needCount, sessionCount, pairStart, pairSession }: Transport, scratch: Scratch): Int32Array => {
  const leader = scratch.dirtyInt32(sessionCount);
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
 * Divides a transport into {@link Parts}; undefined where it hardly falls into any.
 *
 * @param order needs from the highest rank to the lowest.
 */
export const divide = (transport: Transport, order: Int32Array, scratch: Scratch): Parts | undefined => {
  const { needCount, sessionCount, pairStart, pairSession } = transport;
  const leader = leadersOf(transport, scratch);
  const pairs = scratch.int32(sessionCount);
  for (let need = 0; need < needCount; need++) {
    const start = pairStart[need]!;
    if (start < pairStart[need + 1]!) pairs[leader[pairSession[start]!]!]! += pairStart[need + 1]! - start;
  }
  const roots = leader.filter((root, session) => root === session && pairs[session]! > 0);
  roots.sort((one, another) => pairs[another]! - pairs[one]! || one - another);
  if (roots.length < 2 || pairs[roots[0]!]! > LARGEST_SHARE * pairSession.length) return undefined;

  const ofSession = scratch.int32(sessionCount, -1);
  for (let component = 0; component < roots.length; component++) ofSession[roots[component]!] = component;
  for (let session = 0; session < sessionCount; session++) ofSession[session] = ofSession[leader[session]!]!;
  const ofNeed = scratch.dirtyInt32(needCount);
  for (let need = 0; need < needCount; need++)
    ofNeed[need] = pairStart[need]! < pairStart[need + 1]! ? ofSession[pairSession[pairStart[need]!]!]! : -1;
  const ofRank = scratch.dirtyInt32(needCount);
  for (let rank = 0; rank < needCount; rank++) ofRank[rank] = ofNeed[order[rank]!]!;
  const needs = gather(ofNeed, roots.length, scratch);
  const sessions = gather(ofSession, roots.length, scratch);
  const ranks = gather(ofRank, roots.length, scratch);

  const needStart = scratch.int32(roots.length + 1);
  const sessionStart = scratch.int32(roots.length + 1);
  const partPairStart = scratch.int32(roots.length + 1);
  let [count, bundled, total] = [0, 0, 0];
  for (let component = 0; component < roots.length; component++) {
    bundled += pairs[roots[component]!]!;
    if (bundled < LEAST_SHARE * pairSession.length && component + 1 < roots.length) continue;
    total += bundled;
    bundled = 0;
    count++;
    needStart[count] = needs.start[component + 1]!;
    sessionStart[count] = sessions.start[component + 1]!;
    partPairStart[count] = total;
  }

  const sessionNumber = scratch.dirtyInt32(sessionCount);
  for (let part = 0; part < count; part++)
    for (let at = sessionStart[part]!; at < sessionStart[part + 1]!; at++)
      sessionNumber[sessions.members[at]!] = at - sessionStart[part]!;
  const placeOfNeed = scratch.dirtyInt32(needCount);
  for (let at = 0; at < needs.members.length; at++) placeOfNeed[needs.members[at]!] = at;
  for (let at = 0; at < ranks.members.length; at++) ranks.members[at] = placeOfNeed[order[ranks.members[at]!]!]!;
  return {
    count,
    needs: needs.members,
    sessions: sessions.members,
    needStart: needStart.subarray(0, count + 1),
    sessionStart: sessionStart.subarray(0, count + 1),
    pairStart: partPairStart.subarray(0, count + 1),
    order: ranks.members,
    sessionNumber,
  };
};

/** Room for the parts; what is in it is to be written part by part. */
export const createPartsRoom = (parts: Parts, costs: Costs, scratch: Scratch): PartsRoom => {
  const { count } = parts;
  const needs = parts.needStart[count]!;
  const sessions = parts.sessionStart[count]!;
  const pairs = parts.pairStart[count]!;
  const copied = (values: Int32Array): Int32Array => {
    const copy = scratch.dirtyInt32(values.length);
    copy.set(values);
    return copy;
  };
  return {
    count,
    needStart: copied(parts.needStart),
    sessionStart: copied(parts.sessionStart),
    pairStart: copied(parts.pairStart),
    rowStart: scratch.dirtyInt32(needs + count),
    pairSession: scratch.dirtyInt32(pairs),
    costs: costs instanceof Int32Array ? scratch.dirtyInt32(pairs) : scratch.dirtyFloat64(pairs),
    needQuantity: scratch.dirtyFloat64(needs),
    sessionCapacity: scratch.dirtyFloat64(sessions),
    order: scratch.dirtyInt32(needs),
    answer: {
      usedNeed: scratch.dirtyInt32(needs + sessions),
      usedPair: scratch.dirtyInt32(needs + sessions),
      usedQuantity: scratch.dirtyFloat64(needs + sessions),
      unserved: scratch.dirtyFloat64(needs),
      sessionPrice: scratch.dirtyFloat64(sessions),
      sessionClaim: scratch.dirtyInt32(sessions),
    },
    usedCount: scratch.dirtyInt32(count),
  };
};

/** Copies one part out of the whole. */
export const copyPart = (parts: Parts, part: number, transport: Transport, costs: Costs, room: PartsRoom): void => {
  const { needs, sessions, needStart, sessionStart, sessionNumber } = parts;
  const { pairStart, pairSession, needQuantity, sessionCapacity } = transport;
  const { rowStart, pairSession: partSession, costs: partCosts } = room;
  const first = parts.pairStart[part]!;
  const firstNeed = needStart[part]!;
  let length = first;
  for (let at = firstNeed; at < needStart[part + 1]!; at++) {
    const need = needs[at]!;
    room.needQuantity[at] = needQuantity[need]!;
    room.order[at] = parts.order[at]! - firstNeed;
    rowStart[at + part] = length - first;
    const end = pairStart[need + 1]!;
    for (let pair = pairStart[need]!; pair < end; pair++, length++) {
      partSession[length] = sessionNumber[pairSession[pair]!]!;
      partCosts[length] = costs[pair]!;
    }
  }
  rowStart[needStart[part + 1]! + part] = length - first;
  for (let at = sessionStart[part]!; at < sessionStart[part + 1]!; at++)
    room.sessionCapacity[at] = sessionCapacity[sessions[at]!]!;
};

/** Plans one part and writes down its plan. */
export const planPart = (room: PartsRoom, part: number, scratch: Scratch): void => {
  const { answer, usedCount } = room;
  const [firstNeed, endNeed] = [room.needStart[part]!, room.needStart[part + 1]!];
  const [firstSession, endSession] = [room.sessionStart[part]!, room.sessionStart[part + 1]!];
  const [firstPair, endPair] = [room.pairStart[part]!, room.pairStart[part + 1]!];
  const transport = {
    needCount: endNeed - firstNeed,
    sessionCount: endSession - firstSession,
    pairStart: room.rowStart.subarray(firstNeed + part, endNeed + part + 1),
    pairSession: room.pairSession.subarray(firstPair, endPair),
    needQuantity: room.needQuantity.subarray(firstNeed, endNeed),
    sessionCapacity: room.sessionCapacity.subarray(firstSession, endSession),
  };
  const costs = room.costs.subarray(firstPair, endPair);
  scratch.lendOn(() => {
    const own = plan(transport, costs, room.order.subarray(firstNeed, endNeed), scratch);
    const firstUsed = firstNeed + firstSession;
    usedCount[part] = own.usedPair.length;
    answer.usedNeed.set(own.usedNeed, firstUsed);
    answer.usedPair.set(own.usedPair, firstUsed);
    answer.usedQuantity.set(own.usedQuantity, firstUsed);
    answer.unserved.set(own.unserved, firstNeed);
    answer.sessionPrice.set(own.sessionPrice, firstSession);
    answer.sessionClaim.set(own.sessionClaim, firstSession);
  });
};

/** The plan for the whole, from those of all its parts. */
export const join = (whole: Transport, parts: Parts, { answer, usedCount, rowStart }: PartsRoom): Plan => {
  const { needs, sessions, needStart, sessionStart } = parts;
  const count = usedCount.subarray(0, parts.count).reduce((sum, used) => sum + used, 0);
  const usedNeed = new Int32Array(count);
  const usedPair = new Int32Array(count);
  const usedQuantity = new Float64Array(count);
  const unserved = whole.needQuantity.slice();
  const sessionPrice = new Float64Array(whole.sessionCount);
  const sessionClaim = new Int32Array(whole.sessionCount).fill(-1);
  let length = 0;
  for (let part = 0; part < parts.count; part++) {
    const firstNeed = needStart[part]!;
    const firstUsed = firstNeed + sessionStart[part]!;
    for (let at = firstNeed; at < needStart[part + 1]!; at++) unserved[needs[at]!] = answer.unserved[at]!;
    for (let at = sessionStart[part]!; at < sessionStart[part + 1]!; at++) {
      sessionPrice[sessions[at]!] = answer.sessionPrice[at]!;
      if (answer.sessionClaim[at]! >= 0) sessionClaim[sessions[at]!] = needs[firstNeed + answer.sessionClaim[at]!]!;
    }
    for (let at = firstUsed; at < firstUsed + usedCount[part]!; at++, length++) {
      const place = firstNeed + answer.usedNeed[at]!;
      const need = needs[place]!;
      usedNeed[length] = need;
      usedPair[length] = answer.usedPair[at]! - rowStart[place + part]! + whole.pairStart[need]!;
      usedQuantity[length] = answer.usedQuantity[at]!;
    }
  }
  return { usedNeed, usedPair, usedQuantity, unserved, sessionPrice, sessionClaim };
};
