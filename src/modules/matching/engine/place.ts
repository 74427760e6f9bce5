import { auction, createAuctionRoom } from './auction.js';
import type { Groups } from './components.js';
import type { Costs } from './costs.js';
import type { Service } from './serve.js';
import { addUsedPair, createNetwork, hangNeed, type Network, optimize, plantSessions } from './simplex.js';
import { sortRow } from './sort.js';
import type { Problem } from './types.js';

/** Members group by group: those of group `g` are `members[start[g]]` up to, not including, `members[start[g + 1]]`. */
interface Gathered {
  readonly start: Int32Array;
  readonly members: Int32Array;
}

const gather = (groupOf: Int32Array, count: number): Gathered => {
  const start = new Int32Array(count + 2);
  for (const group of groupOf) if (group >= 0) start[group + 2]!++;
  for (let group = 0; group < count; group++) start[group + 2] = start[group + 2]! + start[group + 1]!;
  const members = new Int32Array(start[count + 1]!);
  for (let member = 0; member < groupOf.length; member++) {
    const group = groupOf[member]!;
    if (group >= 0) members[start[group + 1]!++] = member;
  }
  return { start, members };
};

const pairsPerGroup = (problem: Problem, groups: Groups): Int32Array => {
  const { pairStart, pairSession } = problem;
  const { groupOfNeed, groupOfSession } = groups;
  const pairs = new Int32Array(groups.count);
  for (let need = 0; need < problem.needCount; need++) {
    const group = groupOfNeed[need]!;
    if (group < 0) continue;
    const end = pairStart[need + 1]!;
    for (let pair = pairStart[need]!; pair < end; pair++) if (groupOfSession[pairSession[pair]!] === group) pairs[group]!++;
  }
  return pairs;
};

/**
 * Stage 2: moves the served quantities of each group to where they cost least, in place.
 *
 * @returns prices that are right within each group.
 */
const placeGroups = (
  problem: Problem,
  costs: Costs,
  service: Service,
  groups: Groups,
  needsOf: Gathered,
  sessionsOf: Gathered,
): Float64Array => {
  const { pairStart, pairSession, sessionCount, needQuantity } = problem;
  const { pairQuantity, unserved, free } = service;
  const { groupOfSession } = groups;
  const sessionPrice = new Float64Array(sessionCount);
  const pairsOf = pairsPerGroup(problem, groups);
  let [mostSessions, mostNeeds, mostPairs] = [0, 0, 0];
  for (let group = 0; group < groups.count; group++) {
    mostSessions = Math.max(mostSessions, sessionsOf.start[group + 1]! - sessionsOf.start[group]!);
    mostNeeds = Math.max(mostNeeds, needsOf.start[group + 1]! - needsOf.start[group]!);
    mostPairs = Math.max(mostPairs, pairsOf[group]!);
  }
  const net: Network = createNetwork(mostSessions, mostNeeds, mostPairs, costs);
  const origin = new Int32Array(mostPairs);
  const auctionRoom = createAuctionRoom(mostSessions, mostNeeds, mostPairs);
  const place = new Int32Array(sessionCount);
  // Needs that are served by several sessions, and how many there are.
  const shared = new Int32Array(mostNeeds);
  let sharedCount = 0;

  /** Hangs a need by its dearest used pair: what hangs then asks for little moving when the cheaper ones are added. */
  const hang = (need: number, whole: number): void => {
    let at = net.rowStart[need + 1]! - 1;
    while (pairQuantity[origin[at]!] === 0) at--;
    const quantity = pairQuantity[origin[at]!]!;
    hangNeed(net, need, at, quantity);
    pairQuantity[origin[at]!] = 0;
    if (quantity < whole) shared[sharedCount++] = need;
  };

  const load = (group: number): void => {
    const firstSession = sessionsOf.start[group]!;
    const firstNeed = needsOf.start[group]!;
    const sessions = sessionsOf.start[group + 1]! - firstSession;
    const needs = needsOf.start[group + 1]! - firstNeed;
    plantSessions(net, sessions, needs);
    for (let i = 0; i < sessions; i++) {
      const session = sessionsOf.members[firstSession + i]!;
      place[session] = i;
      net.flow[i] = free[session]!;
    }
    let length = 0;
    for (let i = 0; i < needs; i++) {
      const need = needsOf.members[firstNeed + i]!;
      const end = pairStart[need + 1]!;
      net.rowStart[i] = length;
      for (let pair = pairStart[need]!; pair < end; pair++) {
        const session = pairSession[pair]!;
        if (groupOfSession[session] !== group) continue;
        net.rowSession[length] = place[session]!;
        net.rowCost[length] = costs[pair]!;
        origin[length++] = pair;
      }
      net.rowStart[i + 1] = length;
      sortRow(net.rowCost, net.rowSession, origin, net.rowStart[i]!, length);
    }
  };

  /** Puts the plan of an auction in the place of stage 1's, where it comes to an end. */
  const start = (group: number): void => {
    const { places, asked, held } = auctionRoom;
    const { sessions, needs, rowStart, rowSession, flow } = net;
    for (let i = 0; i < sessions; i++) places[i] = flow[i]!;
    for (let i = 0; i < needs; i++) {
      const need = needsOf.members[needsOf.start[group]! + i]!;
      asked[i] = needQuantity[need]! - unserved[need]!;
      const end = rowStart[i + 1]!;
      for (let at = rowStart[i]!; at < end; at++) places[rowSession[at]!] = places[rowSession[at]!]! + pairQuantity[origin[at]!]!;
    }
    if (!auction(net, auctionRoom)) return;
    const pairs = rowStart[needs]!;
    for (let at = 0; at < pairs; at++) pairQuantity[origin[at]!] = held[at]!;
    for (let i = 0; i < sessions; i++) flow[i] = places[i]!;
  };

  const hangAll = (group: number): void => {
    sharedCount = 0;
    for (let i = 0; i < net.needs; i++) {
      const need = needsOf.members[needsOf.start[group]! + i]!;
      hang(i, needQuantity[need]! - unserved[need]!);
    }
  };

  /** Brings in the other used pairs, which only a whole tree can take. */
  const share = (): void => {
    for (let i = 0; i < sharedCount; i++) {
      const need = shared[i]!;
      for (let at = net.rowStart[need + 1]! - 1; at >= net.rowStart[need]!; at--) {
        const quantity = pairQuantity[origin[at]!]!;
        if (quantity === 0) continue;
        pairQuantity[origin[at]!] = 0;
        addUsedPair(net, need, at, quantity);
      }
    }
  };

  const store = (group: number): void => {
    const firstSession = sessionsOf.start[group]!;
    const nodes = net.sessions + net.needs;
    for (let node = 0; node < nodes; node++)
      if (net.pairAbove[node]! >= 0) pairQuantity[origin[net.pairAbove[node]!]!] = net.flow[node]!;
    for (let i = 0; i < net.sessions; i++) sessionPrice[sessionsOf.members[firstSession + i]!] = net.price[i]!;
  };

  for (let group = 0; group < groups.count; group++) {
    if (sessionsOf.start[group + 1]! - sessionsOf.start[group]! === 1) continue;
    load(group);
    start(group);
    hangAll(group);
    share();
    optimize(net);
    store(group);
  }
  return sessionPrice;
};

/**
 * Raises the prices of whole closed groups until nobody outside would rather be inside. A closed group stays right in itself
 * when all of its prices rise alike: it is full, and the rows of its needs lead only to itself and to later groups.
 */
const liftClosedGroups = (
  problem: Problem,
  costs: Costs,
  service: Service,
  groups: Groups,
  needsOf: Gathered,
  sessionsOf: Gathered,
  sessionPrice: Float64Array,
): void => {
  const { pairStart, pairSession } = problem;
  const { count, groupOfSession, firstClosed } = groups;
  const lift = new Float64Array(count);
  for (let group = 0; group < count; group++) {
    const raised = lift[group]!;
    if (raised > 0) {
      for (let i = sessionsOf.start[group]!; i < sessionsOf.start[group + 1]!; i++) {
        const session = sessionsOf.members[i]!;
        sessionPrice[session] = sessionPrice[session]! + raised;
      }
    }
    for (let i = needsOf.start[group]!; i < needsOf.start[group + 1]!; i++) {
      const need = needsOf.members[i]!;
      const end = pairStart[need + 1]!;
      let due = -1;
      for (let pair = pairStart[need]!; due < 0 && pair < end; pair++)
        if (service.pairQuantity[pair]! > 0) due = costs[pair]! + sessionPrice[pairSession[pair]!]!;
      for (let pair = pairStart[need]!; pair < end; pair++) {
        const session = pairSession[pair]!;
        const other = groupOfSession[session]!;
        if (other < firstClosed || other === group) continue;
        lift[other] = Math.max(lift[other]!, due - costs[pair]! - sessionPrice[session]!);
      }
    }
  }
};

/**
 * Makes the served quantities cheapest without changing who is served: group by group, then the prices between groups.
 *
 * @returns the price of each session; `service.pairQuantity` is changed in place.
 */
export const place = (problem: Problem, costs: Costs, service: Service, groups: Groups): Float64Array => {
  const needsOf = gather(groups.groupOfNeed, groups.count);
  const sessionsOf = gather(groups.groupOfSession, groups.count);
  const sessionPrice = placeGroups(problem, costs, service, groups, needsOf, sessionsOf);
  if (groups.count > groups.firstClosed) liftClosedGroups(problem, costs, service, groups, needsOf, sessionsOf, sessionPrice);
  return sessionPrice;
};
