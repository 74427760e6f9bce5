import { auction } from './auction.js';
import { type AuctionRoom, clear, createAuctionRoom, createHolding, enlist } from './auction-room.js';
import type { Groups } from './components.js';
import type { Costs } from './costs.js';
import { hangBelowOutbid } from './crash.js';
import { type Gathered, gather } from './gather.js';
import { createNetwork, hangNeed, type Members, type Network, plant, priceless } from './network.js';
import type { Scratch } from './scratch.js';
import type { Service } from './serve.js';
import { addUsedPair, optimize } from './simplex.js';
import type { Transport } from './types.js';

/**
 * The pairs that a plan uses. Those of a group are arcs of a tree on its needs and sessions, so there are fewer than needs and
 * sessions together.
 */
export interface Used {
  count: number;
  readonly need: Int32Array;
  readonly pair: Int32Array;
  readonly quantity: Float64Array;
  /** By need that is served: one of its pairs. */
  readonly ofNeed: Int32Array;
}

const add = (used: Used, need: number, pair: number, quantity: number): void => {
  used.need[used.count] = need;
  used.pair[used.count] = pair;
  used.quantity[used.count++] = quantity;
  used.ofNeed[need] = pair;
};

/** All that is known of groups, and room to place one after the other. */
interface Placing {
  readonly transport: Transport;
  readonly costs: Costs;
  readonly service: Service;
  readonly groups: Groups;
  readonly needsOf: Gathered;
  readonly sessionsOf: Gathered;
  readonly used: Used;
  readonly sessionPrice: Float64Array;
  readonly net: Network;
  readonly room: AuctionRoom;
}

const membersOf = ({ transport: { pairStart }, needsOf, sessionsOf }: Placing, group: number): Members => {
  const needs = needsOf.members.subarray(needsOf.start[group]!, needsOf.start[group + 1]!);
  let pairs = 0;
  for (let i = 0; i < needs.length; i++) pairs += pairStart[needs[i]! + 1]! - pairStart[needs[i]!]!;
  return { sessions: sessionsOf.members.subarray(sessionsOf.start[group]!, sessionsOf.start[group + 1]!), needs, pairs };
};

/** Who holds what to begin with, and which places are free then: by an auction, or as stage 1 left it where that does not end. */
const start = ({ transport, service, net, room }: Placing): void => {
  const { needQuantity, sessionCapacity } = transport;
  const { sessions, needs } = net.group;
  const { places, asked, holdingOf, pairOf, quantity, first, next } = room;
  for (const session of sessions) places[session] = sessionCapacity[session]!;
  for (const need of needs) asked[need] = needQuantity[need]! - service.unserved[need]!;
  if (auction(net, room)) return;
  for (const session of sessions)
    for (let holding = first[session]!; holding > 0; holding = next[holding]!) holdingOf[pairOf[holding]!] = 0;
  clear(net.group, room);
  for (const session of sessions) {
    places[session] = service.free[session]!;
    for (let held = service.holderFirst[session]!; held > 0; held = service.holderNext[held]!) {
      const holding = createHolding(room, service.heldNeed[held]!, service.heldPair[held]!);
      quantity[holding] = service.heldQuantity[held]!;
      enlist(room, session, holding);
    }
  }
};

/**
 * The first tree: needs hang by their dearest used pair (what hangs then asks for little moving when the cheaper ones are added);
 * then the other used pairs come in, which only a whole tree can take.
 */
const hang = ({ net, room }: Placing): void => {
  const { group, sessionCount, pairAbove } = net;
  const { places, holdingOf, needOf, pairOf, quantity, first, next } = room;
  plant(net, places);
  let held = 0;
  for (const session of group.sessions) {
    for (let holding = first[session]!; holding > 0; holding = next[holding]!) {
      const pair = pairOf[holding]!;
      held++;
      if (pair > pairAbove[sessionCount + needOf[holding]!]!) hangNeed(net, needOf[holding]!, pair, quantity[holding]!);
    }
  }
  for (const need of group.needs) holdingOf[pairAbove[sessionCount + need]!] = 0;
  hangBelowOutbid(net, room);
  if (held === group.needs.length) return;
  for (const session of group.sessions) {
    for (let holding = first[session]!; holding > 0; holding = next[holding]!) {
      const pair = pairOf[holding]!;
      if (holdingOf[pair] === 0) continue;
      holdingOf[pair] = 0;
      addUsedPair(net, needOf[holding]!, pair, quantity[holding]!);
    }
  }
};

const store = ({ used, sessionPrice, net }: Placing): void => {
  const { group, sessionCount, parent, pairAbove, flow, price } = net;
  const never = priceless(price);
  for (const need of group.needs) {
    const node = sessionCount + need;
    if (flow[node]! > 0) add(used, need, pairAbove[node]!, flow[node]!);
  }
  for (const session of group.sessions) {
    if (pairAbove[session]! >= 0 && flow[session]! > 0)
      add(used, parent[session]! - sessionCount, pairAbove[session]!, flow[session]!);
    sessionPrice[session] = price[session]!;
    price[session] = never;
  }
};

/** A group of one session leaves no choice. */
const keep = ({ service, sessionsOf, used }: Placing, group: number): void => {
  const { heldPair, heldNeed, heldQuantity, holderFirst, holderNext } = service;
  const session = sessionsOf.members[sessionsOf.start[group]!]!;
  for (let holding = holderFirst[session]!; holding > 0; holding = holderNext[holding]!)
    add(used, heldNeed[holding]!, heldPair[holding]!, heldQuantity[holding]!);
};

/**
 * Raises the prices of whole closed groups until nobody outside would rather be inside. A closed group stays right in itself
 * when all of its prices rise alike: it is full, and the rows of its needs lead only to itself and to later groups.
 */
const liftClosedGroups = ({ transport, costs, groups, needsOf, sessionsOf, used, sessionPrice }: Placing): void => {
  const { pairStart, pairSession } = transport;
  const { count, groupOfSession, firstClosed } = groups;
  const lift = new Float64Array(count);
  for (let group = 0; group < count; group++) {
    const raised = lift[group]!;
    for (let i = sessionsOf.start[group]!; raised > 0 && i < sessionsOf.start[group + 1]!; i++) {
      const session = sessionsOf.members[i]!;
      sessionPrice[session] = sessionPrice[session]! + raised;
    }
    for (let i = needsOf.start[group]!; i < needsOf.start[group + 1]!; i++) {
      const need = needsOf.members[i]!;
      const due = costs[used.ofNeed[need]!]! + sessionPrice[pairSession[used.ofNeed[need]!]!]!;
      const end = pairStart[need + 1]!;
      for (let pair = pairStart[need]!; pair < end && costs[pair]! < due; pair++) {
        const session = pairSession[pair]!;
        const other = groupOfSession[session]!;
        if (other < firstClosed || other === group) continue;
        const gap = due - costs[pair]! - sessionPrice[session]!;
        if (gap > lift[other]!) lift[other] = gap;
      }
    }
  }
};

/**
 * Stage 2: what is served of each need goes to where it costs least, without changing who is served: group by group, then the
 * prices between groups.
 *
 * @param transport rows by rising cost.
 * @returns the pairs in use, in scratch memory, and the price of each session.
 */
export const place = (
  transport: Transport,
  costs: Costs,
  service: Service,
  groups: Groups,
  scratch: Scratch,
): { readonly used: Used; readonly sessionPrice: Float64Array } => {
  const { needCount, sessionCount } = transport;
  const needsOf = gather(groups.groupOfNeed, groups.count, scratch);
  const sessionsOf = gather(groups.groupOfSession, groups.count, scratch);
  const used: Used = {
    count: 0,
    need: scratch.dirtyInt32(needCount + sessionCount),
    pair: scratch.dirtyInt32(needCount + sessionCount),
    quantity: scratch.dirtyFloat64(needCount + sessionCount),
    ofNeed: scratch.dirtyInt32(needCount),
  };
  const net = createNetwork(transport, costs, scratch);
  const room = createAuctionRoom(net, scratch);
  const sessionPrice = new Float64Array(sessionCount);
  const placing: Placing = { transport, costs, service, groups, needsOf, sessionsOf, used, sessionPrice, net, room };
  for (let group = 0; group < groups.count; group++) {
    if (sessionsOf.start[group + 1]! - sessionsOf.start[group]! === 1) {
      keep(placing, group);
      continue;
    }
    net.group = membersOf(placing, group);
    start(placing);
    hang(placing);
    optimize(net);
    store(placing);
  }
  if (groups.count > groups.firstClosed) liftClosedGroups(placing);
  return { used, sessionPrice };
};
