import type { Scratch } from './scratch.js';
import type { Transport } from './types.js';

/**
 * Who is served: the state of stage 1. `holderFirst[session]` starts a doubly linked list of the pairs with a quantity there
 * (`holderNext`, `holderPrevious`, -1 ends it).
 */
export interface Service {
  readonly pairQuantity: Float64Array;
  readonly unserved: Float64Array;
  /** By session: places that nobody holds. */
  readonly free: Float64Array;
  /** Of pairs with a quantity only. */
  readonly pairNeed: Int32Array;
  readonly holderFirst: Int32Array;
  readonly holderNext: Int32Array;
}

/** Above every search number, so that "seen by this search or closed" is one comparison. */
const CLOSED = 0x7fffffff;

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
 * - How far free places are hardly ever falls, so what one search learns about it directs the next ones (A* with bounds that are
 *   learnt, Koenig and Likhachev 2005). A row is read for what lies within the moves looked at now and read again for the rest
 *   only if it comes to that (partial expansion, Yoshizumi, Miura and Ishida 2000). The bounds only decide what is tried first:
 *   a search gives up when it has seen everything, so who is served does not depend on them.
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
  const pairQuantity = scratch.float64(pairCount);
  const unserved = transport.needQuantity.slice();
  const free = scratch.dirtyFloat64(sessionCount);
  free.set(transport.sessionCapacity);
  const pairNeed = scratch.dirtyInt32(pairCount);
  const holderFirst = scratch.int32(sessionCount, -1);
  const holderNext = scratch.dirtyInt32(pairCount);
  const holderPrevious = scratch.dirtyInt32(pairCount);

  // By need: no pair of its row before this one has a free place.
  const cursor = scratch.dirtyInt32(needCount);
  cursor.set(pairStart.subarray(0, needCount));
  const seenSession = scratch.int32(sessionCount);
  const seenNeed = scratch.int32(needCount);
  // By session that a search saw: the pair that led to it and whose that is; by need: the pair by which it holds the session that
  // led to it.
  const ledBy = scratch.dirtyInt32(sessionCount);
  const guestOf = scratch.dirtyInt32(sessionCount);
  const heldBy = scratch.dirtyInt32(needCount);
  // Moves of holders: how many led to a need in this search, and how many more are likely before a free place, seen from a need
  // whose row has none and from a session. `far` stands for any number from there on.
  const far = needCount + 1;
  const movesTo = scratch.dirtyInt32(needCount);
  const movesOf = scratch.int32(needCount, 1);
  const movesFrom = scratch.int32(sessionCount);
  // Needs whose rows are to be read, by the moves that a path through them is likely to have; the newest first.
  const bucketFirst = scratch.int32(far + 1, -1);
  const bucketNext = scratch.dirtyInt32(needCount);
  const looked = scratch.dirtyInt32(sessionCount);
  let search = 0;
  let lookedCount = 0;
  let waiting = 0;
  let highest = 0;

  const raise = (need: number, pair: number, amount: number): void => {
    const before = pairQuantity[pair]!;
    pairQuantity[pair] = before + amount;
    if (before > 0) return;
    const session = pairSession[pair]!;
    const head = holderFirst[session]!;
    pairNeed[pair] = need;
    holderNext[pair] = head;
    holderPrevious[pair] = -1;
    if (head >= 0) holderPrevious[head] = pair;
    holderFirst[session] = pair;
  };

  const lower = (pair: number, amount: number): void => {
    const after = pairQuantity[pair]! - amount;
    pairQuantity[pair] = after;
    if (after > 0) return;
    const next = holderNext[pair]!;
    const previous = holderPrevious[pair]!;
    if (previous >= 0) holderNext[previous] = next;
    else holderFirst[pairSession[pair]!] = next;
    if (next >= 0) holderPrevious[next] = previous;
  };

  /** The first and cheapest pair of a row with a free place, or -1. */
  const freePair = (need: number): number => {
    const end = pairStart[need + 1]!;
    let pair = cursor[need]!;
    while (pair < end && free[pairSession[pair]!] === 0) pair++;
    cursor[need] = pair;
    return pair < end ? pair : -1;
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

  const push = (need: number, bucket: number): void => {
    const at = Math.min(bucket, far);
    bucketNext[need] = bucketFirst[at]!;
    bucketFirst[at] = need;
    if (at > highest && at < far) highest = at;
    waiting++;
  };

  /**
   * Reads a row: opens the sessions from which a path of `bucket` moves is likely, and leaves the need waiting for the others.
   * Returns a holder that it meets with a free place, or -1.
   */
  const expand = (need: number, bucket: number): number => {
    const moves = movesTo[need]! + 1;
    let least = far;
    let later = far + 1;
    const end = pairStart[need + 1]!;
    for (let pair = pairStart[need]!; pair < end; pair++) {
      const session = pairSession[pair]!;
      const seen = seenSession[session]!;
      if (seen === CLOSED) continue;
      const onwards = movesFrom[session]!;
      if (seen === search) {
        if (onwards < least) least = onwards;
        continue;
      }
      if (bucket < far && moves + onwards > bucket) {
        if (onwards < later) later = onwards;
        continue;
      }
      seenSession[session] = search;
      ledBy[session] = pair;
      guestOf[session] = need;
      looked[lookedCount++] = session;
      let nearest = far;
      for (let held = holderFirst[session]!; held >= 0; held = holderNext[held]!) {
        const holder = pairNeed[held]!;
        if (movesOf[holder]! < nearest) nearest = movesOf[holder]!;
        if (seenNeed[holder] === search) continue;
        seenNeed[holder] = search;
        heldBy[holder] = held;
        if (freePair(holder) >= 0) return holder;
        movesTo[holder] = moves;
        push(holder, Math.max(bucket, moves + movesOf[holder]!));
      }
      movesFrom[session] = nearest;
      if (nearest < least) least = nearest;
    }
    movesOf[need] = Math.min(far, least + 1, later + 1);
    if (later <= far) push(need, moves + later);
    return -1;
  };

  /** Who can move to a free place at the end of an alternating path, or -1; `looked` is what was seen. */
  const findPath = (from: number): number => {
    search++;
    lookedCount = 0;
    waiting = 0;
    highest = 0;
    seenNeed[from] = search;
    movesTo[from] = 0;
    push(from, movesOf[from]!);
    let bucket = 0;
    let last = -1;
    while (last < 0 && waiting > 0) {
      while (bucketFirst[bucket]! < 0) bucket = bucket < highest ? bucket + 1 : far;
      const need = bucketFirst[bucket]!;
      bucketFirst[bucket] = bucketNext[need]!;
      waiting--;
      last = expand(need, bucket);
    }
    if (last >= 0) {
      bucketFirst.fill(-1, bucket, highest + 1);
      bucketFirst[far] = -1;
    }
    return last;
  };

  /** Moves along the path that ends with a holder's move to its free place. */
  const augment = (need: number, last: number): void => {
    const target = cursor[last]!;
    const end = pairSession[target]!;
    let amount = Math.min(unserved[need]!, free[end]!);
    for (let mover = last; mover !== need; mover = guestOf[pairSession[heldBy[mover]!]!]!)
      amount = Math.min(amount, pairQuantity[heldBy[mover]!]!);
    free[end] = free[end]! - amount;
    unserved[need] = unserved[need]! - amount;
    let pair = target;
    for (let mover = last; mover !== need; ) {
      raise(mover, pair, amount);
      const left = heldBy[mover]!;
      lower(left, amount);
      pair = ledBy[pairSession[left]!]!;
      mover = guestOf[pairSession[left]!]!;
    }
    raise(need, pair, amount);
  };

  for (const need of order) {
    if (unserved[need] === 0) continue;
    takeFree(need);
    while (unserved[need]! > 0) {
      const last = findPath(need);
      if (last < 0) {
        for (let i = 0; i < lookedCount; i++) seenSession[looked[i]!] = CLOSED;
        break;
      }
      augment(need, last);
    }
  }
  return { pairQuantity, unserved, free, pairNeed, holderFirst, holderNext };
};
