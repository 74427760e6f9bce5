import type { Scratch } from './scratch.js';
import type { Transport } from './types.js';

/**
 * Who is served: the state of stage 1. What a need holds of a session is a holding, numbered from 1; they lie close together in
 * memory, which pairs do not. `holderFirst[session]` starts a list of a session's holdings (`holderNext`, 0 ends it).
 */
export interface Service {
  readonly unserved: Float64Array;
  /** By session: places that nobody holds. */
  readonly free: Float64Array;
  readonly holderFirst: Int32Array;
  readonly holderNext: Int32Array;
  /** By holding. */
  readonly heldPair: Int32Array;
  readonly heldNeed: Int32Array;
  readonly heldQuantity: Float64Array;
  /** By pair: its holding, or 0. */
  readonly holdingOf: Int32Array;
  /** By need: no pair of its row before this one has a free place. */
  readonly cursor: Int32Array;
  /** By session: see `verify`. */
  readonly sessionClaim: Int32Array;
}

/** Bounds on moves end here; from there on any number is as far. */
const FARTHEST = 2 ** 29;
/** Added to the bound of a session while the search at hand has it, and in the place of a closed one's: one look tells all. */
const SEEN = 2 ** 30;
const CLOSED = 2 ** 31 - 1;
/** A row of which a search has opened so many sessions is a long one: where a free place seems nearest matters no more. */
const LONG = 64;

/**
 * Stage 1, the greedy of a polymatroid (Edmonds 1970): needs in rank order each take free places of their cheapest pairs and,
 * when there are none left, search an alternating path (somebody before them moves to another of their sessions, nobody loses).
 *
 * Three facts keep the searches short.
 * - When one fails, all that it saw is closed: full, and held by needs that cannot leave it. No later search could get out of it,
 *   so none enters it.
 * - Places are only ever taken, so in each row a cursor moves past full sessions once and for all. It stands at the cheapest free
 *   place, and whether somebody met by a search could move to a free place is known without reading the row (the lookahead of
 *   Duff's MC21, 1981).
 * - How far free places are hardly ever falls, so what one search learns about it directs the next ones (the real-time search of
 *   Korf 1990). A search goes on wherever a free place seems nearest, however far it has come: any path will do, and measured on
 *   200,000 needs it reads a quarter to a third of what the search for a shortest one reads. The bounds only decide what is tried
 *   first: a search gives up when it has seen everything, so who is served does not depend on them.
 *
 * Each step moves the least of what is still asked, what the path's holders hold and what is free at its end, so every quantity
 * stays between 0 and its need's or session's own: exact up to 2^53 - 1.
 *
 * @param transport rows by rising cost, which only guides which free place is taken first.
 * @param order needs from the highest rank to the lowest.
 */
export const serve = (transport: Transport, order: Int32Array, scratch: Scratch): Service => {
  const { needCount, sessionCount, pairStart, pairSession } = transport;
  const pairCount = pairSession.length;
  const unserved = transport.needQuantity.slice();
  const free = scratch.dirtyFloat64(sessionCount);
  free.set(transport.sessionCapacity);
  const holderFirst = scratch.int32(sessionCount);
  const holderNext = scratch.dirtyInt32(pairCount + 1);
  const holderPrevious = scratch.dirtyInt32(pairCount + 1);
  const heldPair = scratch.dirtyInt32(pairCount + 1);
  const heldNeed = scratch.dirtyInt32(pairCount + 1);
  const heldQuantity = scratch.dirtyFloat64(pairCount + 1);
  const holdingOf = scratch.int32(pairCount);
  const sessionClaim = new Int32Array(sessionCount).fill(-1);
  let holdings = 0;
  // A list of holdings that were given up, by `holderNext`.
  let spare = 0;

  const cursor = scratch.dirtyInt32(needCount);
  cursor.set(pairStart.subarray(0, needCount));
  // Needs with no free place in their rows; this is for good.
  const isExhausted = scratch.int32(needCount);
  const seenNeed = scratch.int32(needCount);
  // By session that a search saw: the pair that led to it and whose that is; by need: its holding of the session that
  // led to it.
  const ledBy = scratch.dirtyInt32(sessionCount);
  const guestOf = scratch.dirtyInt32(sessionCount);
  const heldBy = scratch.dirtyInt32(needCount);
  // Moves of holders that are likely before a free place, seen from a need whose row has none and from a session. `far` stands for
  // any number from there on.
  const far = Math.min(needCount + 1, FARTHEST);
  const movesOf = scratch.int32(needCount, 1);
  const movesFrom = scratch.int32(sessionCount);
  // Needs whose rows are to be read, by the least moves that lie beyond what was read of them; the newest first.
  const bucketFirst = scratch.int32(far + 1, -1);
  const bucketNext = scratch.dirtyInt32(needCount);
  const looked = scratch.dirtyInt32(sessionCount);
  let search = 0;
  let lookedCount = 0;
  let waiting = 0;
  let lowest = 0;
  let highest = 0;

  const raise = (need: number, pair: number, amount: number): void => {
    const known = holdingOf[pair]!;
    if (known > 0) {
      heldQuantity[known] = heldQuantity[known]! + amount;
      return;
    }
    const holding = spare > 0 ? spare : ++holdings;
    if (spare > 0) spare = holderNext[spare]!;
    holdingOf[pair] = holding;
    heldPair[holding] = pair;
    heldNeed[holding] = need;
    heldQuantity[holding] = amount;
    const session = pairSession[pair]!;
    const head = holderFirst[session]!;
    holderNext[holding] = head;
    holderPrevious[holding] = 0;
    if (head > 0) holderPrevious[head] = holding;
    holderFirst[session] = holding;
  };

  const lower = (holding: number, amount: number): void => {
    const after = heldQuantity[holding]! - amount;
    heldQuantity[holding] = after;
    if (after > 0) return;
    const pair = heldPair[holding]!;
    const next = holderNext[holding]!;
    const previous = holderPrevious[holding]!;
    if (previous > 0) holderNext[previous] = next;
    else holderFirst[pairSession[pair]!] = next;
    if (next > 0) holderPrevious[next] = previous;
    holdingOf[pair] = 0;
    holderNext[holding] = spare;
    spare = holding;
  };

  /** The first and cheapest pair of a row with a free place, or -1. */
  const freePair = (need: number): number => {
    const end = pairStart[need + 1]!;
    let pair = cursor[need]!;
    while (pair < end && free[pairSession[pair]!] === 0) pair++;
    cursor[need] = pair;
    if (pair < end) return pair;
    isExhausted[need] = 1;
    return -1;
  };

  const takeFree = (need: number): void => {
    for (let pair = freePair(need); pair >= 0 && unserved[need]! > 0; pair = freePair(need)) {
      const session = pairSession[pair]!;
      const amount = Math.min(unserved[need]!, free[session]!);
      raise(need, pair, amount);
      free[session] = free[session]! - amount;
      unserved[need] = unserved[need]! - amount;
    }
  };

  const push = (need: number, moves: number): void => {
    bucketNext[need] = bucketFirst[moves]!;
    bucketFirst[moves] = need;
    if (moves < lowest) lowest = moves;
    if (moves > highest && moves < far) highest = moves;
    waiting++;
  };

  /** Sees a session and those who hold it. Returns one of them with a free place, or -1. */
  const open = (need: number, pair: number): number => {
    const session = pairSession[pair]!;
    movesFrom[session] = movesFrom[session]! + SEEN;
    ledBy[session] = pair;
    guestOf[session] = need;
    looked[lookedCount++] = session;
    let nearest = far;
    for (let held = holderFirst[session]!; held > 0; held = holderNext[held]!) {
      const holder = heldNeed[held]!;
      const moves = movesOf[holder]!;
      if (moves < nearest) nearest = moves;
      if (seenNeed[holder] === search) continue;
      seenNeed[holder] = search;
      heldBy[holder] = held;
      if (isExhausted[holder] === 0 && freePair(holder) >= 0) return holder;
      push(holder, moves);
    }
    movesFrom[session] = SEEN + nearest;
    return -1;
  };

  /**
   * Reads a row, opens some of the sessions from which a free place seems nearest, and leaves the need waiting for the others. The
   * more of a row is open already the more it opens at a time, and in the end whatever is there, so that a search reads even a row
   * of 200,000 at most some two hundred times. Returns a holder that it meets with a free place, or -1.
   */
  const expand = (need: number, within: number): number => {
    let first = -1;
    let least = far + 1;
    let second = far + 1;
    let seen = SEEN + far;
    let opened = 0;
    const end = pairStart[need + 1]!;
    for (let pair = pairStart[need]!; pair < end; pair++) {
      const onwards = movesFrom[pairSession[pair]!]!;
      if (onwards < second) {
        if (onwards < least) {
          second = least;
          least = onwards;
          first = pair;
        } else second = onwards;
      } else if (onwards >= SEEN && onwards < CLOSED) {
        opened++;
        if (onwards < seen) seen = onwards;
      }
    }
    movesOf[need] = Math.min(far, seen - SEEN + 1, least + 1);
    if (first < 0) return -1;
    if (least > within) {
      push(need, least);
      return -1;
    }
    if (second <= far) push(need, second);
    const [from, most] = opened < LONG ? [first, least] : [pairStart[need]!, far];
    let left = Math.max(1, opened >> 1);
    for (let pair = from; left > 0 && pair < end; pair++) {
      if (movesFrom[pairSession[pair]!]! > most) continue;
      const last = open(need, pair);
      if (last >= 0) return last;
      left--;
    }
    return -1;
  };

  /** Who can move to a free place at the end of an alternating path, or -1; `looked` is what was seen. */
  const findPath = (from: number): number => {
    search++;
    lookedCount = 0;
    waiting = 0;
    lowest = far;
    highest = 0;
    seenNeed[from] = search;
    push(from, movesOf[from]!);
    let last = -1;
    while (last < 0 && waiting > 0) {
      while (bucketFirst[lowest]! < 0) lowest = lowest < highest ? lowest + 1 : far;
      const moves = lowest;
      const need = bucketFirst[moves]!;
      bucketFirst[moves] = bucketNext[need]!;
      waiting--;
      last = expand(need, moves);
    }
    if (last >= 0) {
      bucketFirst.fill(-1, lowest, highest + 1);
      bucketFirst[far] = -1;
    }
    return last;
  };

  /** Moves along the path that ends with a holder's move to its free place. */
  const augment = (need: number, last: number): void => {
    const target = cursor[last]!;
    const end = pairSession[target]!;
    let amount = Math.min(unserved[need]!, free[end]!);
    for (let mover = last; mover !== need; mover = guestOf[pairSession[heldPair[heldBy[mover]!]!]!]!)
      amount = Math.min(amount, heldQuantity[heldBy[mover]!]!);
    free[end] = free[end]! - amount;
    unserved[need] = unserved[need]! - amount;
    let pair = target;
    for (let mover = last; mover !== need; ) {
      const left = heldBy[mover]!;
      const session = pairSession[heldPair[left]!]!;
      lower(left, amount);
      raise(mover, pair, amount);
      pair = ledBy[session]!;
      mover = guestOf[session]!;
    }
    raise(need, pair, amount);
  };

  for (const need of order) {
    if (unserved[need] === 0) continue;
    takeFree(need);
    while (unserved[need]! > 0) {
      const last = findPath(need);
      for (let i = 0; i < lookedCount; i++) movesFrom[looked[i]!] = last < 0 ? CLOSED : movesFrom[looked[i]!]! - SEEN;
      if (last < 0) {
        for (let i = 0; i < lookedCount; i++) sessionClaim[looked[i]!] = need;
        break;
      }
      augment(need, last);
    }
  }
  return { unserved, free, holderFirst, holderNext, heldPair, heldNeed, heldQuantity, holdingOf, cursor, sessionClaim };
};
