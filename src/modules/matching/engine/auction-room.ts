import type { Costs } from './costs.js';
import type { Members, Network } from './network.js';
import type { Scratch } from './scratch.js';

/**
 * Room for `auction`, used again for all groups. What a need holds of a session is a holding, numbered from 1, so that they lie
 * close together in memory.
 */
export interface AuctionRoom {
  /** By session: places to give, before the auction; places that nobody took, after it. */
  readonly places: Float64Array;
  /** By need: what is to be served, before the auction; 0 after it. */
  readonly asked: Float64Array;
  /** By pair: its holding, or 0; all 0 before an auction. */
  readonly holdingOf: Int32Array;
  /** By holding: how much, the need, the pair, and up to which price the need was ready to go (as wide as the prices are). */
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

export const createAuctionRoom = ({ sessionCount, rowStart, rowSession, price }: Network, scratch: Scratch): AuctionRoom => {
  const needCount = rowStart.length - 1;
  const holdings = rowSession.length + 1;
  return {
    places: scratch.dirtyFloat64(sessionCount),
    asked: scratch.dirtyFloat64(needCount),
    holdingOf: scratch.int32(holdings),
    quantity: scratch.dirtyFloat64(holdings),
    needOf: scratch.dirtyInt32(holdings),
    pairOf: scratch.dirtyInt32(holdings),
    level: price instanceof Int32Array ? scratch.dirtyInt32(holdings) : scratch.dirtyFloat64(holdings),
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

/** Puts a holding among those of a session in any order, as they are as long as there are free places. */
export const enlist = ({ first, next }: AuctionRoom, session: number, holding: number): void => {
  next[holding] = first[session]!;
  first[session] = holding;
};

/** Puts a holding among those of a full session, which go from the lowest level to the highest. Returns how many it looked at. */
export const rank = ({ level, first, next }: AuctionRoom, session: number, holding: number): number => {
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
export const rankAll = ({ level, first, next }: AuctionRoom, session: number): void => {
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
export const take = ({ first, next }: AuctionRoom, session: number, holding: number): void => {
  let before = first[session]!;
  if (before === holding) first[session] = next[holding]!;
  else {
    while (next[before] !== holding) before = next[before]!;
    next[before] = next[holding]!;
  }
};

/** Gives a holding up that is among no one's. */
export const giveUp = (room: AuctionRoom, holding: number): void => {
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
export const clear = ({ sessions }: Members, room: AuctionRoom): void => {
  const { first, outbid } = room;
  for (const session of sessions) {
    first[session] = 0;
    outbid[session] = -1;
  }
  room.holdings = 0;
  room.spare = 0;
};
