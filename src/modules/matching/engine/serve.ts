import type { Costs } from './costs.js';
import type { Problem } from './types.js';

/**
 * Who is served: the state of stage 1. `holderFirst[session]` starts a doubly linked list of the pairs with a quantity there
 * (`holderNext`, `holderPrevious`, -1 ends it).
 */
export interface Service {
  readonly pairQuantity: Float64Array;
  readonly unserved: Float64Array;
  /** By session: places that nobody holds. */
  readonly free: Float64Array;
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
 * - Places are only ever taken, so in each row a cursor moves past full sessions once and for all, and whether somebody met by a
 *   search could move to a free place is known without reading the row (the lookahead of Duff's MC21, 1981).
 * - How far free places are hardly ever falls, so what one search learns about it directs the next ones (A* with bounds that are
 *   learnt, Koenig and Likhachev 2005). A row is read for what lies within the moves looked at now and read again for the rest
 *   only if it comes to that (partial expansion, Yoshizumi, Miura and Ishida 2000). The bounds only decide what is tried first:
 *   a search gives up when it has seen everything, so who is served does not depend on them.
 *
 * Each step moves the least of what is still asked, what the path's holders hold and what is free at its end, so every quantity
 * stays between 0 and its need's or session's own: exact up to 2^53 - 1.
 *
 * @param costs by pair, see {@link costsOf}; they only guide which free place is taken first.
 * @param order needs from the highest rank to the lowest.
 */
export const serve = (problem: Problem, costs: Costs, order: Int32Array): Service => {
  const { needCount, sessionCount, pairStart, pairSession } = problem;
  const pairCount = pairSession.length;
  const pairQuantity = new Float64Array(pairCount);
  const unserved = problem.needQuantity.slice();
  const free = problem.sessionCapacity.slice();
  const pairNeed = new Int32Array(pairCount);
  for (let need = 0; need < needCount; need++) {
    const end = pairStart[need + 1]!;
    for (let pair = pairStart[need]!; pair < end; pair++) pairNeed[pair] = need;
  }
  const holderFirst = new Int32Array(sessionCount).fill(-1);
  const holderNext = new Int32Array(pairCount);
  const holderPrevious = new Int32Array(pairCount);

  // By need: no pair of its row before this one has a free place.
  const cursor = pairStart.slice(0, needCount);
  const seenSession = new Int32Array(sessionCount);
  const seenNeed = new Int32Array(needCount);
  // By session that a search saw: the pair that led to it; by need: the pair by which it holds the session that led to it.
  const ledBy = new Int32Array(sessionCount);
  const heldBy = new Int32Array(needCount);
  // Moves of holders: how many led to a need in this search, and how many more are likely before a free place, seen from a need
  // whose row has none and from a session. `far` stands for any number from there on.
  const far = needCount + 1;
  const movesTo = new Int32Array(needCount);
  const movesOf = new Int32Array(needCount).fill(1);
  const movesFrom = new Int32Array(sessionCount);
  // Needs whose rows are to be read, by the moves that a path through them is likely to have; the newest first.
  const bucketFirst = new Int32Array(far + 1).fill(-1);
  const bucketNext = new Int32Array(needCount);
  const looked = new Int32Array(sessionCount);
  let search = 0;
  let lookedCount = 0;
  let waiting = 0;
  let highest = 0;

  const raise = (pair: number, amount: number): void => {
    const before = pairQuantity[pair]!;
    pairQuantity[pair] = before + amount;
    if (before > 0) return;
    const session = pairSession[pair]!;
    const head = holderFirst[session]!;
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

  const take = (need: number, pair: number): void => {
    const session = pairSession[pair]!;
    const amount = Math.min(unserved[need]!, free[session]!);
    raise(pair, amount);
    free[session] = free[session]! - amount;
    unserved[need] = unserved[need]! - amount;
  };

  /** Free places, cheapest first. */
  const takeFree = (need: number): void => {
    const start = pairStart[need]!;
    const end = pairStart[need + 1]!;
    let best = -1;
    let bestCost = Number.POSITIVE_INFINITY;
    let choices = 0;
    for (let pair = start; pair < end; pair++) {
      if (free[pairSession[pair]!] === 0) continue;
      choices++;
      if (costs[pair]! < bestCost) {
        best = pair;
        bestCost = costs[pair]!;
      }
    }
    if (best < 0) return;
    take(need, best);
    if (unserved[need] === 0 || choices === 1) return;
    // One sort and not one scan for each place, or a need for many places would cost the square of its row.
    const length = end - start;
    const keys = new Float64Array(choices);
    choices = 0;
    for (let pair = start; pair < end; pair++)
      if (pair === best || free[pairSession[pair]!]! > 0) keys[choices++] = costs[pair]! * length + (pair - start);
    keys.sort();
    for (let i = 0; i < choices && unserved[need]! > 0; i++) {
      const pair = start + (keys[i]! % length);
      if (pair !== best) take(need, pair);
    }
  };

  /** The first pair of a row with a free place, or -1. */
  const freePair = (need: number): number => {
    const end = pairStart[need + 1]!;
    let pair = cursor[need]!;
    while (pair < end && free[pairSession[pair]!] === 0) pair++;
    cursor[need] = pair;
    return pair < end ? pair : -1;
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
   * Returns the free pair of a holder that it meets, or -1.
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
      looked[lookedCount++] = session;
      let nearest = far;
      for (let held = holderFirst[session]!; held >= 0; held = holderNext[held]!) {
        const holder = pairNeed[held]!;
        if (movesOf[holder]! < nearest) nearest = movesOf[holder]!;
        if (seenNeed[holder] === search) continue;
        seenNeed[holder] = search;
        heldBy[holder] = held;
        const target = freePair(holder);
        if (target >= 0) return target;
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

  /** The pair with a free place at the end of an alternating path, or -1; `looked` is what was seen. */
  const findPath = (from: number): number => {
    search++;
    lookedCount = 0;
    waiting = 0;
    highest = 0;
    seenNeed[from] = search;
    movesTo[from] = 0;
    push(from, movesOf[from]!);
    let bucket = 0;
    let target = -1;
    while (target < 0 && waiting > 0) {
      while (bucketFirst[bucket]! < 0) bucket = bucket < highest ? bucket + 1 : far;
      const need = bucketFirst[bucket]!;
      bucketFirst[bucket] = bucketNext[need]!;
      waiting--;
      target = expand(need, bucket);
    }
    if (target >= 0) {
      bucketFirst.fill(-1, bucket, highest + 1);
      bucketFirst[far] = -1;
    }
    return target;
  };

  const augment = (need: number, target: number): void => {
    let amount = Math.min(unserved[need]!, free[pairSession[target]!]!);
    for (let mover = pairNeed[target]!; mover !== need; mover = pairNeed[ledBy[pairSession[heldBy[mover]!]!]!]!)
      amount = Math.min(amount, pairQuantity[heldBy[mover]!]!);
    free[pairSession[target]!] = free[pairSession[target]!]! - amount;
    unserved[need] = unserved[need]! - amount;
    for (let pair = target; ; ) {
      raise(pair, amount);
      const mover = pairNeed[pair]!;
      if (mover === need) return;
      lower(heldBy[mover]!, amount);
      pair = ledBy[pairSession[heldBy[mover]!]!]!;
    }
  };

  for (const need of order) {
    if (unserved[need] === 0) continue;
    takeFree(need);
    while (unserved[need]! > 0) {
      const target = findPath(need);
      if (target < 0) {
        for (let i = 0; i < lookedCount; i++) seenSession[looked[i]!] = CLOSED;
        break;
      }
      augment(need, target);
    }
  }
  return { pairQuantity, unserved, free, pairNeed, holderFirst, holderNext };
};
