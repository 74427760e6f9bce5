import { type AuctionRoom, auction, createAuctionRoom } from './auction.js';
import type { Groups } from './components.js';
import type { Costs } from './costs.js';
import { hangBelowOutbid } from './crash.js';
import { type Gathered, gather } from './gather.js';
import { createNetwork, hangNeed, type Network, plantSessions } from './network.js';
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
  /** By place in the rows of the network: the pair. */
  readonly origin: Int32Array;
  /** By session: its number in its group. */
  readonly place: Int32Array;
}

/** Rows of a group: of its needs, the pairs that do not leave it. */
const load = ({ transport, costs, groups, needsOf, sessionsOf, net, origin, place }: Placing, group: number): void => {
  const { pairStart, pairSession } = transport;
  const { groupOfSession } = groups;
  const { rowStart, rowSession, rowCost } = net;
  const firstSession = sessionsOf.start[group]!;
  const firstNeed = needsOf.start[group]!;
  net.sessions = sessionsOf.start[group + 1]! - firstSession;
  net.needs = needsOf.start[group + 1]! - firstNeed;
  for (let i = 0; i < net.sessions; i++) place[sessionsOf.members[firstSession + i]!] = i;
  let length = 0;
  for (let i = 0; i < net.needs; i++) {
    const need = needsOf.members[firstNeed + i]!;
    const end = pairStart[need + 1]!;
    rowStart[i] = length;
    for (let pair = pairStart[need]!; pair < end; pair++) {
      const session = pairSession[pair]!;
      if (groupOfSession[session] !== group) continue;
      rowSession[length] = place[session]!;
      rowCost[length] = costs[pair]!;
      origin[length++] = pair;
    }
  }
  rowStart[net.needs] = length;
};

/** Who holds what to begin with, and which places are free then: by an auction, or as stage 1 left it where that does not end. */
const start = ({ transport, service, needsOf, sessionsOf, net, room, origin }: Placing, group: number): void => {
  const { needQuantity, sessionCapacity } = transport;
  const { places, asked, holdingOf, quantity, outbid } = room;
  const firstSession = sessionsOf.start[group]!;
  const firstNeed = needsOf.start[group]!;
  for (let i = 0; i < net.sessions; i++) places[i] = sessionCapacity[sessionsOf.members[firstSession + i]!]!;
  for (let i = 0; i < net.needs; i++) {
    const need = needsOf.members[firstNeed + i]!;
    asked[i] = needQuantity[need]! - service.unserved[need]!;
  }
  if (auction(net, room)) return;
  for (let i = 0; i < net.sessions; i++) places[i] = service.free[sessionsOf.members[firstSession + i]!]!;
  const pairs = net.rowStart[net.needs]!;
  let holdings = 0;
  for (let at = 0; at < pairs; at++) {
    const holding = service.holdingOf[origin[at]!]!;
    holdingOf[at] = holding > 0 ? ++holdings : 0;
    if (holding > 0) quantity[holdings] = service.heldQuantity[holding]!;
  }
  outbid.fill(-1, 0, net.sessions);
};

/**
 * The first tree: needs hang by their dearest used pair (what hangs then asks for little moving when the cheaper ones are added);
 * then the other used pairs come in, which only a whole tree can take.
 */
const hang = ({ transport, service, needsOf, net, room }: Placing, group: number): void => {
  const { needQuantity } = transport;
  const { rowStart } = net;
  const { holdingOf, quantity, asked } = room;
  plantSessions(net, room.places);
  let isShared = false;
  for (let i = 0; i < net.needs; i++) {
    const need = needsOf.members[needsOf.start[group]! + i]!;
    let at = rowStart[i + 1]! - 1;
    while (holdingOf[at] === 0) at--;
    const amount = quantity[holdingOf[at]!]!;
    hangNeed(net, i, at, amount);
    holdingOf[at] = 0;
    asked[i] = needQuantity[need]! - service.unserved[need]! - amount;
    if (asked[i]! > 0) isShared = true;
  }
  hangBelowOutbid(net, room);
  for (let i = 0; isShared && i < net.needs; i++) {
    for (let at = rowStart[i + 1]! - 1; asked[i]! > 0; at--) {
      if (holdingOf[at] === 0) continue;
      const amount = quantity[holdingOf[at]!]!;
      asked[i] = asked[i]! - amount;
      addUsedPair(net, i, at, amount);
    }
  }
};

const store = ({ needsOf, sessionsOf, used, sessionPrice, net, origin }: Placing, group: number): void => {
  const { sessions, needs, parent, pairAbove, flow, price } = net;
  const firstNeed = needsOf.start[group]!;
  for (let i = 0; i < needs; i++) {
    const node = sessions + i;
    if (flow[node]! > 0) add(used, needsOf.members[firstNeed + i]!, origin[pairAbove[node]!]!, flow[node]!);
  }
  for (let i = 0; i < sessions; i++) {
    sessionPrice[sessionsOf.members[sessionsOf.start[group]! + i]!] = price[i]!;
    if (pairAbove[i]! >= 0 && flow[i]! > 0)
      add(used, needsOf.members[firstNeed + parent[i]! - sessions]!, origin[pairAbove[i]!]!, flow[i]!);
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
  const { needCount, sessionCount, pairStart } = transport;
  const needsOf = gather(groups.groupOfNeed, groups.count, scratch);
  const sessionsOf = gather(groups.groupOfSession, groups.count, scratch);
  let [mostSessions, mostNeeds, mostPairs] = [0, 0, 0];
  for (let group = 0; group < groups.count; group++) {
    mostSessions = Math.max(mostSessions, sessionsOf.start[group + 1]! - sessionsOf.start[group]!);
    mostNeeds = Math.max(mostNeeds, needsOf.start[group + 1]! - needsOf.start[group]!);
    let pairs = 0;
    for (let i = needsOf.start[group]!; i < needsOf.start[group + 1]!; i++)
      pairs += pairStart[needsOf.members[i]! + 1]! - pairStart[needsOf.members[i]!]!;
    mostPairs = Math.max(mostPairs, pairs);
  }
  const used: Used = {
    count: 0,
    need: scratch.dirtyInt32(needCount + sessionCount),
    pair: scratch.dirtyInt32(needCount + sessionCount),
    quantity: scratch.dirtyFloat64(needCount + sessionCount),
    ofNeed: scratch.dirtyInt32(needCount),
  };
  const placing: Placing = {
    transport,
    costs,
    service,
    groups,
    needsOf,
    sessionsOf,
    used,
    sessionPrice: new Float64Array(sessionCount),
    net: createNetwork(mostSessions, mostNeeds, mostPairs, costs, scratch),
    room: createAuctionRoom(mostSessions, mostNeeds, mostPairs, costs, scratch),
    origin: scratch.dirtyInt32(mostPairs),
    place: scratch.dirtyInt32(sessionCount),
  };
  for (let group = 0; group < groups.count; group++) {
    if (sessionsOf.start[group + 1]! - sessionsOf.start[group]! === 1) {
      keep(placing, group);
      continue;
    }
    load(placing, group);
    start(placing, group);
    hang(placing, group);
    optimize(placing.net);
    store(placing, group);
  }
  if (groups.count > groups.firstClosed) liftClosedGroups(placing);
  return { used, sessionPrice: placing.sessionPrice };
};
