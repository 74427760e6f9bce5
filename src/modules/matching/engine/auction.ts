import type { Costs } from './costs.js';
import { type Network, priceless } from './network.js';
import type { Scratch } from './scratch.js';
import type { Transport } from './types.js';

/**
 * Room for {@link auction}, used again for all groups. What a need holds of a session is a holding, numbered from 1, so that they lie
 * close together in memory.
 */
export interface AuctionRoom {
  /** By session: places to give, before the auction; places that nobody took, after it. */
  readonly places: Float64Array;
  /** By need: what is to be served, before the auction; 0 after it. */
  readonly asked: Float64Array;
  /** By pair: its holding, or 0; all 0 before an auction. */
  readonly holdingOf: Int32Array;
  /** By holding: how much, the need, the pair, and up to which price the need was ready to go. */
  readonly quantity: Float64Array;
  readonly needOf: Int32Array;
  readonly pairOf: Int32Array;
  readonly level: Costs;
  /** By session: its first holding; by holding: the next one of the session, or of those given up; 0 ends both. */
  readonly first: Int32Array;
  readonly next: Int32Array;
  /** By session: the pair that yielded last (-1 where none did) and its need. */
  readonly outbid: Int32Array;
  readonly outbidNeed: Int32Array;
  /** By session, for those who walk. */
  readonly trail: Int32Array;
  /** Needs that ask for more, the last one first. */
  readonly waiting: Int32Array;
  /** How many holdings there have been; of those given up the first, by `next`. */
  holdings: number;
  spare: number;
}

export const createAuctionRoom = (
  { sessionCount, needCount, pairSession }: Transport,
  costs: Costs,
  scratch: Scratch,
): AuctionRoom => {
  const holdings = pairSession.length + 1;
  return {
    places: scratch.dirtyFloat64(sessionCount),
    asked: scratch.dirtyFloat64(needCount),
    holdingOf: scratch.int32(holdings),
    quantity: scratch.dirtyFloat64(holdings),
    needOf: scratch.dirtyInt32(holdings),
    pairOf: scratch.dirtyInt32(holdings),
    level: costs instanceof Float64Array ? scratch.dirtyFloat64(holdings) : scratch.dirtyInt32(holdings),
    first: scratch.dirtyInt32(sessionCount),
    next: scratch.dirtyInt32(holdings),
    outbid: scratch.dirtyInt32(sessionCount),
    outbidNeed: scratch.dirtyInt32(sessionCount),
    trail: scratch.dirtyInt32(sessionCount),
    waiting: scratch.dirtyInt32(needCount),
    holdings: 0,
    spare: 0,
  };
};

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
const PATIENCE = 100;

/** Puts a holding among those of a session in any order, as they are as long as there are free places. */
const enlist = ({ first, next }: AuctionRoom, session: number, holding: number): void => {
  next[holding] = first[session]!;
  first[session] = holding;
};

/** Puts a holding among those of a full session, which go from the lowest level to the highest. Returns how many it looked at. */
const rank = ({ level, first, next }: AuctionRoom, session: number, holding: number): number => {
  const own = level[holding]!;
  let looked = 1;
  let before = 0;
  let after = first[session]!;
  for (; after > 0 && level[after]! < own; looked++) {
    before = after;
    after = next[after]!;
  }
  next[holding] = after;
  if (before > 0) next[before] = holding;
  else first[session] = holding;
  return looked;
};

/** Brings the holdings of a session that is full now in order, by merging ever longer runs: it may have thousands of places. */
const rankAll = ({ level, first, next }: AuctionRoom, session: number): void => {
  let head = first[session]!;
  for (let run = 1, merges = 2; merges > 1; run *= 2) {
    let one = head;
    let tail = 0;
    merges = 0;
    while (one > 0) {
      merges++;
      let ones = 0;
      let other = one;
      while (ones < run && other > 0) {
        ones++;
        other = next[other]!;
      }
      let others = run;
      while (ones > 0 || (others > 0 && other > 0)) {
        const isOne = ones > 0 && (others === 0 || other === 0 || level[one]! <= level[other]!);
        const holding = isOne ? one : other;
        if (isOne) {
          one = next[one]!;
          ones--;
        } else {
          other = next[other]!;
          others--;
        }
        if (tail > 0) next[tail] = holding;
        else head = holding;
        tail = holding;
      }
      one = other;
    }
    next[tail] = 0;
  }
  first[session] = head;
};

/** Takes a holding from among those of its session. */
const take = ({ first, next }: AuctionRoom, session: number, holding: number): void => {
  let before = first[session]!;
  if (before === holding) first[session] = next[holding]!;
  else {
    while (next[before] !== holding) before = next[before]!;
    next[before] = next[holding]!;
  }
};

/** Gives a holding up that is among no one's. */
const giveUp = (room: AuctionRoom, holding: number): void => {
  const { holdingOf, pairOf, next } = room;
  holdingOf[pairOf[holding]!] = 0;
  next[holding] = room.spare;
  room.spare = holding;
};

/** A new holding of nothing, among no one's. */
export const createHolding = (room: AuctionRoom, need: number, pair: number): number => {
  const { holdingOf, quantity, needOf, pairOf, next } = room;
  const holding = room.spare > 0 ? room.spare : ++room.holdings;
  if (room.spare > 0) room.spare = next[holding]!;
  holdingOf[pair] = holding;
  pairOf[holding] = pair;
  needOf[holding] = need;
  quantity[holding] = 0;
  return holding;
};

/** Nobody holds anything. */
export const clear = ({ group }: Network, room: AuctionRoom): void => {
  const { first, outbid } = room;
  for (const session of group.sessions) {
    first[session] = 0;
    outbid[session] = -1;
  }
  room.holdings = 0;
  room.spare = 0;
};

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
  clear(net, room);
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
