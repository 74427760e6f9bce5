import type { Costs } from './costs.js';
import type { Network } from './network.js';
import type { Scratch } from './scratch.js';

/** Room for {@link auction}, used again for all groups. */
export interface AuctionRoom {
  /** By session: places to give, before the auction; places that nobody took, after it. */
  readonly places: Float64Array;
  /** By need: what is to be served, before the auction; 0 after it. */
  readonly asked: Float64Array;
  /** By place in the rows: what the need holds of the session, and up to which price it was ready to go for it. */
  readonly held: Float64Array;
  readonly level: Costs;
  /** Of places that were held some time. */
  readonly needOf: Int32Array;
  readonly nextHolder: Int32Array;
  /** By session: a list of the pairs that hold it, the one that will have to yield first, and up to which price that one went. */
  readonly firstHolder: Int32Array;
  readonly weakest: Int32Array;
  readonly price: Costs;
  /** By session: the pair that yielded last, -1 where none did. */
  readonly outbid: Int32Array;
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
    held: scratch.dirtyFloat64(pairs),
    level: prices(pairs),
    needOf: scratch.dirtyInt32(pairs),
    nextHolder: scratch.dirtyInt32(pairs),
    firstHolder: scratch.dirtyInt32(sessions),
    weakest: scratch.dirtyInt32(sessions),
    price: prices(sessions),
    outbid: scratch.dirtyInt32(sessions),
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

/** Drops holders that lost everything and finds the one that yields next; its level is the price of the full session. */
const weighHolders = (auctionRoom: AuctionRoom, session: number): number => {
  const { held, level, nextHolder, firstHolder, weakest, price } = auctionRoom;
  let least = priceless(price);
  let weak = -1;
  let before = -1;
  let count = 0;
  for (let pair = firstHolder[session]!; pair >= 0; pair = nextHolder[pair]!) {
    count++;
    if (held[pair] === 0) {
      if (before < 0) firstHolder[session] = nextHolder[pair]!;
      else nextHolder[before] = nextHolder[pair]!;
      continue;
    }
    if (weak < 0 || level[pair]! < least) {
      least = level[pair]!;
      weak = pair;
    }
    before = pair;
  }
  weakest[session] = weak;
  price[session] = least;
  return count;
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
 * @returns whether all that is asked is served; if not, `held` is of no use.
 */
export const auction = ({ sessions, needs, rowStart, rowSession, rowCost }: Network, auctionRoom: AuctionRoom): boolean => {
  const { places, asked, held, level, needOf, nextHolder, firstHolder, weakest, price, outbid, queue } = auctionRoom;
  const pairs = rowStart[needs]!;
  held.fill(0, 0, pairs);
  const never = priceless(price);
  for (let session = 0; session < sessions; session++) price[session] = places[session]! > 0 ? 0 : never;
  firstHolder.fill(-1, 0, sessions);
  outbid.fill(-1, 0, sessions);
  for (let need = 0; need < needs; need++) queue[need] = need;
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
        amount = yielding === best ? 0 : Math.min(asked[need]!, held[yielding]!);
        if (amount > 0) {
          const loser = needOf[yielding]!;
          held[yielding] = held[yielding]! - amount;
          outbid[session] = yielding;
          if (asked[loser] === 0) {
            const tail = head + waiting++;
            queue[tail < needs ? tail : tail - needs] = loser;
          }
          asked[loser] = asked[loser]! + amount;
        }
      }
      level[best] = Math.min(never, price[session]! + Math.min(never, second - least + step));
      if (held[best] === 0) {
        needOf[best] = need;
        nextHolder[best] = firstHolder[session]!;
        firstHolder[session] = best;
      }
      held[best] = held[best]! + amount;
      asked[need] = asked[need]! - amount;
      if (places[session] === 0) patience -= weighHolders(auctionRoom, session);
    }
  }
  return true;
};
