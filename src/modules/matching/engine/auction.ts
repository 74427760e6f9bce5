import { type AuctionRoom, clear, createHolding, enlist, giveUp, rank, rankAll, take } from './auction-room.js';
import { type Network, priceless } from './network.js';

/**
 * What a bid adds to a price at least, in the unit of costs, in the rounds of an auction. Measured: in a small group a second round
 * costs more than the pivots that it saves, in the largest ones it saves two of three.
 */
const STEPS = { few: [200], many: [400, 50] };
/** From so many needs on a group has many. */
const MANY = 1000;
/** After so many bids for each need the step doubles, and again after as many; the last places are found sooner so. */
const BIDS_PER_STEP = 50;
const LARGEST_STEP = 2 ** 24;
/** Pairs to look at in a round, for each pair of the group, before giving up. */
const PATIENCE = 30;

/**
 * Between two rounds all prices fall by `by`, more than what bids have gone too high, and those of sessions with free places to 0.
 * Needs that would go elsewhere now give back what they hold; the others keep it as if they had just bid for it.
 */
const ease = (net: Network, room: AuctionRoom, by: number, step: number): void => {
  const { group, rowStart, rowSession, rowCost, price } = net;
  const { places, asked, quantity, needOf, pairOf, level, first, next, outbid } = room;
  const never = priceless(price);
  for (const session of group.sessions) {
    outbid[session] = -1;
    if (first[session]! > 0) price[session] = places[session]! > 0 ? 0 : Math.max(0, price[session]! - by);
  }
  for (const session of group.sessions) {
    let holding = first[session]!;
    first[session] = 0;
    for (let after: number; holding > 0; holding = after) {
      after = next[holding]!;
      const need = needOf[holding]!;
      const own = pairOf[holding]!;
      const due = rowCost[own]! + price[session]!;
      const end = rowStart[need + 1]!;
      let other = never;
      for (let pair = rowStart[need]!; pair < end && rowCost[pair]! < other; pair++) {
        const dueThere = rowCost[pair]! + price[rowSession[pair]!]!;
        if (dueThere < other && pair !== own) other = dueThere;
      }
      if (other >= due) {
        level[holding] = Math.min(never, price[session]! + Math.min(never, other - due + step));
        enlist(room, session, holding);
      } else {
        places[session] = places[session]! + quantity[holding]!;
        asked[need] = asked[need]! + quantity[holding]!;
        giveUp(room, holding);
      }
    }
    if (places[session]! > 0 || first[session] === 0) continue;
    rankAll(room, session);
    price[session] = level[first[session]!]!;
  }
};

/**
 * Each need takes places where cost and price are least, and goes so high that its second best would be as good, and one step
 * more; who went less high for a full session yields.
 *
 * @returns the last step, or 0 where not all that is asked can be served, or not soon.
 */
const bid = (net: Network, room: AuctionRoom, firstStep: number): number => {
  const { group, rowStart, rowSession, rowCost, price } = net;
  const { places, asked, holdingOf, quantity, needOf, pairOf, level, first, next, outbid, outbidNeed, waiting } = room;
  const never = priceless(price);
  const needs = group.needs.length;
  let step = firstStep;
  let bidsLeft = BIDS_PER_STEP * needs;
  let patience = PATIENCE * group.pairs;
  let length = 0;
  for (let i = needs - 1; i >= 0; i--) if (asked[group.needs[i]!]! > 0) waiting[length++] = group.needs[i]!;
  while (length > 0) {
    const need = waiting[--length]!;
    const start = rowStart[need]!;
    const end = rowStart[need + 1]!;
    while (asked[need]! > 0) {
      if (bidsLeft-- === 0) {
        if (step < LARGEST_STEP) step *= 2;
        bidsLeft = BIDS_PER_STEP * needs;
      }
      let best = -1;
      let least = never;
      let second = never;
      let pair = start;
      for (; pair < end && rowCost[pair]! < second; pair++) {
        const due = rowCost[pair]! + price[rowSession[pair]!]!;
        if (due < least) {
          second = least;
          least = due;
          best = pair;
        } else if (due < second) second = due;
      }
      patience -= pair - start + 2;
      if (best < 0 || patience < 0) return 0;
      const session = rowSession[best]!;
      const isFull = places[session] === 0;
      let amount = Math.min(asked[need]!, places[session]!);
      if (isFull) {
        const yielding = first[session]!;
        if (pairOf[yielding] !== best) {
          const loser = needOf[yielding]!;
          amount = Math.min(asked[need]!, quantity[yielding]!);
          outbid[session] = pairOf[yielding]!;
          outbidNeed[session] = loser;
          quantity[yielding] = quantity[yielding]! - amount;
          if (quantity[yielding] === 0) {
            first[session] = next[yielding]!;
            giveUp(room, yielding);
          }
          if (asked[loser] === 0) waiting[length++] = loser;
          asked[loser] = asked[loser]! + amount;
        }
      } else places[session] = places[session]! - amount;
      let holding = holdingOf[best]!;
      if (holding > 0) take(room, session, holding);
      else holding = createHolding(room, need, best);
      level[holding] = Math.min(never, price[session]! + Math.min(never, second - least + step));
      quantity[holding] = quantity[holding]! + amount;
      asked[need] = asked[need]! - amount;
      if (isFull) patience -= rank(room, session, holding);
      else enlist(room, session, holding);
      if (places[session]! > 0) continue;
      if (!isFull) rankAll(room, session);
      price[session] = level[first[session]!]!;
    }
  }
  return step;
};

/**
 * A good way to serve what is asked, found fast: an auction (Bertsekas 1988) for quantities, in a large group of two rounds, of which
 * the second one starts from prices that the first one found with larger steps. Where it ends, every unit is within the last step
 * of what is least for its need, so the plan is at most that much a unit dearer than the best. It is only a start for the simplex:
 * from here it has a seventh to a third of the pivots to make that it has from the plan of stage 1, which looks at ranks first.
 *
 * Needs may outbid each other for long where supply hardly suffices; therefore the growing step and the limited patience.
 *
 * @returns whether all that is asked is served; if not, the holdings are of no use.
 */
export const auction = (net: Network, room: AuctionRoom): boolean => {
  const { group, price } = net;
  clear(group, room);
  for (const session of group.sessions) price[session] = room.places[session]! > 0 ? 0 : priceless(price);
  const steps = group.needs.length < MANY ? STEPS.few : STEPS.many;
  for (let round = 0; round < steps.length; round++) {
    const step = steps[round]!;
    if (round > 0) ease(net, room, 2 * steps[round - 1]!, step);
    const last = bid(net, room, step);
    if (last === 0) return false;
    // Where the step had to grow, a finer one would only take longer.
    if (last > step) return true;
  }
  return true;
};
