import type { Network } from './simplex.js';

/** Room for {@link auction}, used again for all groups. */
export interface AuctionRoom {
  /** By session: places to give, before the auction; places that nobody took, after it. */
  readonly places: Float64Array;
  /** By need: what is to be served, before the auction; 0 after it. */
  readonly asked: Float64Array;
  /** By place in the rows: what the need holds of the session, and up to which price it was ready to go for it. */
  readonly held: Float64Array;
  readonly level: Float64Array;
  readonly needOf: Int32Array;
  readonly nextHolder: Int32Array;
  /** By session: a list of the pairs that hold it, the one that will have to yield first, and up to which price that one went. */
  readonly firstHolder: Int32Array;
  readonly weakest: Int32Array;
  readonly price: Float64Array;
  readonly queue: Int32Array;
}

export const createAuctionRoom = (sessions: number, needs: number, pairs: number): AuctionRoom => ({
  places: new Float64Array(sessions),
  asked: new Float64Array(needs),
  held: new Float64Array(pairs),
  level: new Float64Array(pairs),
  needOf: new Int32Array(pairs),
  nextHolder: new Int32Array(pairs),
  firstHolder: new Int32Array(sessions),
  weakest: new Int32Array(sessions),
  price: new Float64Array(sessions),
  queue: new Int32Array(needs),
});

/** What a bid adds to a price at least, in the unit of costs. Measured: less makes more bids, more makes worse plans. */
const STEP = 200;
/** After so many bids for each need the step doubles, and again after as many; the last places are found sooner so. */
const BIDS_PER_STEP = 8;
/** Pairs to look at, for each pair of the group, before giving up. */
const PATIENCE = 30;

/** Drops holders that lost everything and finds the one that yields next; its level is the price of the full session. */
const weighHolders = (auctionRoom: AuctionRoom, session: number): number => {
  const { held, level, nextHolder, firstHolder, weakest, price } = auctionRoom;
  let least = Number.POSITIVE_INFINITY;
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
    if (level[pair]! < least) {
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
  const { places, asked, held, level, needOf, nextHolder, firstHolder, weakest, price, queue } = auctionRoom;
  const pairs = rowStart[needs]!;
  held.fill(0, 0, pairs);
  for (let session = 0; session < sessions; session++) price[session] = places[session]! > 0 ? 0 : Number.POSITIVE_INFINITY;
  firstHolder.fill(-1, 0, sessions);
  for (let need = 0; need < needs; need++) {
    needOf.fill(need, rowStart[need]!, rowStart[need + 1]!);
    queue[need] = need;
  }
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
        step *= 2;
        bidsLeft = BIDS_PER_STEP * needs;
      }
      let best = -1;
      let least = Number.POSITIVE_INFINITY;
      let second = Number.POSITIVE_INFINITY;
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
          if (asked[loser] === 0) {
            const tail = head + waiting++;
            queue[tail < needs ? tail : tail - needs] = loser;
          }
          asked[loser] = asked[loser]! + amount;
        }
      }
      level[best] = price[session]! + (second - least) + step;
      if (held[best] === 0) {
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
