import type { Costs } from './costs.js';
import type { Network } from './network.js';
import type { Scratch } from './scratch.js';

/**
 * Room for {@link auction}, used again for all groups. What a need holds of a session is a holding, numbered from 1, so that they lie
 * close together in memory.
 */
export interface AuctionRoom {
  /** By session: places to give, before the auction; places that nobody took, after it. */
  readonly places: Float64Array;
  /** By need: what is to be served, before the auction; 0 after it. */
  readonly asked: Float64Array;
  /** By place in the rows: its holding, or 0. */
  readonly holdingOf: Int32Array;
  /** By holding: how much, the need, the place in the rows, and up to which price the need was ready to go. */
  readonly quantity: Float64Array;
  readonly needOf: Int32Array;
  readonly pairOf: Int32Array;
  readonly level: Costs;
  /** By holding: the next one of the session, or of those given up; 0 ends both. */
  readonly next: Int32Array;
  /** By session: its first holding, the one that will have to yield first, and up to which price that one went. */
  readonly first: Int32Array;
  readonly weakest: Int32Array;
  readonly price: Costs;
  /** By session: the pair that yielded last (-1 where none did) and its need. */
  readonly outbid: Int32Array;
  readonly outbidNeed: Int32Array;
  readonly queue: Int32Array;
}

export const createAuctionRoom = (
  sessions: number,
  needs: number,
  pairs: number,
  costs: Costs,
  scratch: Scratch,
): AuctionRoom => {
  const wide = costs instanceof Float64Array;
  const prices = (length: number): Costs => (wide ? scratch.dirtyFloat64(length) : scratch.dirtyInt32(length));
  return {
    places: scratch.dirtyFloat64(sessions),
    asked: scratch.dirtyFloat64(needs),
    holdingOf: scratch.dirtyInt32(pairs),
    quantity: scratch.dirtyFloat64(pairs + 1),
    needOf: scratch.dirtyInt32(pairs + 1),
    pairOf: scratch.dirtyInt32(pairs + 1),
    level: prices(pairs + 1),
    next: scratch.dirtyInt32(pairs + 1),
    first: scratch.dirtyInt32(sessions),
    weakest: scratch.dirtyInt32(sessions),
    price: prices(sessions),
    outbid: scratch.dirtyInt32(sessions),
    outbidNeed: scratch.dirtyInt32(sessions),
    queue: scratch.dirtyInt32(needs),
  };
};

/** What a bid adds to a price at least, in the unit of costs. Measured: less makes more bids, more makes worse plans. */
const STEP = 200;
/** After so many bids for each need the step doubles, and again after as many; the last places are found sooner so. */
const BIDS_PER_STEP = 8;
const LARGEST_STEP = 2 ** 24;
/** Pairs to look at, for each pair of the group, before giving up. */
const PATIENCE = 30;

/** A price that no one pays; the sum of two fits 32 bits. */
const priceless = (prices: Costs): number => (prices instanceof Int32Array ? 2 ** 30 - 1 : Number.POSITIVE_INFINITY);

/** Finds the holding that yields next, whose level is the price of the full session. Returns how many there are. */
const weigh = ({ level, next, first, weakest, price }: AuctionRoom, session: number): number => {
  let weak = first[session]!;
  let count = 0;
  for (let holding = weak; holding > 0; holding = next[holding]!) {
    count++;
    if (level[holding]! < level[weak]!) weak = holding;
  }
  weakest[session] = weak;
  price[session] = level[weak]!;
  return count;
};

/** Takes a holding out of a session's list. */
const drop = ({ holdingOf, pairOf, next, first }: AuctionRoom, session: number, holding: number): void => {
  let before = first[session]!;
  if (before === holding) first[session] = next[holding]!;
  else {
    while (next[before] !== holding) before = next[before]!;
    next[before] = next[holding]!;
  }
  holdingOf[pairOf[holding]!] = 0;
};

/**
 * A good way to serve what is asked, found fast: each need takes places where cost and price are least, and goes so high that
 * its second best would be as good, and one step more; who went less high for a full session yields (the auction of Bertsekas
 * 1988, for quantities). Where it ends, every unit is within the last step of what is least for its need, so the plan is at most
 * that much a unit dearer than the best. It is only a start for the simplex: from here it has a quarter to two thirds of the
 * pivots to make that it has from the plan of stage 1, which looks at ranks first.
 *
 * Needs may outbid each other for long where supply hardly suffices; therefore the growing step and the limited patience.
 *
 * @returns whether all that is asked is served; if not, the holdings are of no use.
 */
export const auction = ({ sessions, needs, rowStart, rowSession, rowCost }: Network, room: AuctionRoom): boolean => {
  const { places, asked, holdingOf, quantity, needOf, pairOf, level, next, first, weakest, price, outbid, outbidNeed, queue } =
    room;
  const pairs = rowStart[needs]!;
  holdingOf.fill(0, 0, pairs);
  const never = priceless(price);
  for (let session = 0; session < sessions; session++) price[session] = places[session]! > 0 ? 0 : never;
  first.fill(0, 0, sessions);
  outbid.fill(-1, 0, sessions);
  for (let need = 0; need < needs; need++) queue[need] = need;
  let holdings = 0;
  // Holdings given up.
  let spare = 0;
  let step = STEP;
  let bidsLeft = BIDS_PER_STEP * needs;
  let patience = PATIENCE * pairs;
  let head = 0;
  let waiting = needs;
  while (waiting > 0) {
    const need = queue[head]!;
    head = head + 1 === needs ? 0 : head + 1;
    waiting--;
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
      if (best < 0 || patience < 0) return false;
      const session = rowSession[best]!;
      let amount = Math.min(asked[need]!, places[session]!);
      if (amount > 0) places[session] = places[session]! - amount;
      else {
        const yielding = weakest[session]!;
        const isOwn = pairOf[yielding] === best;
        amount = isOwn ? 0 : Math.min(asked[need]!, quantity[yielding]!);
        if (!isOwn) {
          const loser = needOf[yielding]!;
          outbid[session] = pairOf[yielding]!;
          outbidNeed[session] = loser;
          quantity[yielding] = quantity[yielding]! - amount;
          if (quantity[yielding] === 0) {
            drop(room, session, yielding);
            next[yielding] = spare;
            spare = yielding;
          }
          if (asked[loser] === 0) {
            const tail = head + waiting++;
            queue[tail < needs ? tail : tail - needs] = loser;
          }
          asked[loser] = asked[loser]! + amount;
        }
      }
      let holding = holdingOf[best]!;
      if (holding === 0) {
        holding = spare > 0 ? spare : ++holdings;
        if (spare > 0) spare = next[spare]!;
        holdingOf[best] = holding;
        pairOf[holding] = best;
        needOf[holding] = need;
        quantity[holding] = 0;
        next[holding] = first[session]!;
        first[session] = holding;
      }
      level[holding] = Math.min(never, price[session]! + Math.min(never, second - least + step));
      quantity[holding] = quantity[holding]! + amount;
      asked[need] = asked[need]! - amount;
      if (places[session] === 0) patience -= weigh(room, session);
    }
  }
  return true;
};
