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
 * Stage 1, the greedy of a polymatroid: needs in rank order each take free places of their cheapest pairs and, when there are
 * none left, search an alternating path (somebody before them moves to another of their sessions, nobody loses).
 *
 * Two facts make it near-linear. When a search fails, all that it saw is closed: full, and held by needs that cannot leave it;
 * no later search could get out of it, so none enters it. And what a search learns about how far free places are stays true as a
 * lower bound, because places are only ever taken: `distance` only rises, and directs the next searches (A* with what Koenig and
 * Likhachev 2005 call adaptive bounds). With the bounds at hand the newest of the most promising sessions is followed first, so
 * that most searches walk almost straight to a free place.
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
  const unserved = Float64Array.from(problem.needQuantity);
  const free = Float64Array.from(problem.sessionCapacity);
  const pairNeed = new Int32Array(pairCount);
  for (let need = 0; need < needCount; need++) pairNeed.fill(need, pairStart[need]!, pairStart[need + 1]!);
  const holderFirst = new Int32Array(sessionCount).fill(-1);
  const holderNext = new Int32Array(pairCount);
  const holderPrevious = new Int32Array(pairCount);

  // Moves from a session to the nearest free place: never more than that. For any holder of it and any session of the holder's
  // row, distance ≤ the other's distance + 1.
  const distance = new Int32Array(sessionCount);
  const seenSession = new Int32Array(sessionCount);
  const seenNeed = new Int32Array(needCount);
  const movesToSession = new Int32Array(sessionCount);
  const movesToNeed = new Int32Array(needCount);
  const cameBy = new Int32Array(sessionCount);
  const cameFrom = new Int32Array(sessionCount);
  const bucketFirst = new Int32Array(2 * sessionCount + 1).fill(-1);
  const bucketNext = new Int32Array(sessionCount);
  const bucketPrevious = new Int32Array(sessionCount);
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

  const push = (session: number, bucket: number): void => {
    const head = bucketFirst[bucket]!;
    bucketNext[session] = head;
    bucketPrevious[session] = -1;
    if (head >= 0) bucketPrevious[head] = session;
    bucketFirst[bucket] = session;
    if (bucket > highest) highest = bucket;
    waiting++;
  };

  const pull = (session: number, bucket: number): void => {
    const next = bucketNext[session]!;
    const previous = bucketPrevious[session]!;
    if (previous >= 0) bucketNext[previous] = next;
    else bucketFirst[bucket] = next;
    if (next >= 0) bucketPrevious[next] = previous;
    waiting--;
  };

  /** Notes the sessions of a row as reached in so many moves; returns one with a free place if that is as near as can be. */
  const lookAt = (need: number, moves: number, heldBy: number, bucket: number): number => {
    const end = pairStart[need + 1]!;
    for (let pair = pairStart[need]!; pair < end; pair++) {
      const session = pairSession[pair]!;
      if (seenSession[session]! >= search) {
        if (seenSession[session] === CLOSED || movesToSession[session]! <= moves) continue;
        pull(session, movesToSession[session]! + distance[session]!);
      }
      seenSession[session] = search;
      movesToSession[session] = moves;
      cameBy[session] = pair;
      cameFrom[session] = heldBy;
      if (moves === bucket && free[session]! > 0) return session;
      push(session, moves + distance[session]!);
    }
    return -1;
  };

  /** The session with a free place at the end of a shortest alternating path, or -1; `looked` then holds all there is to see. */
  const findPath = (need: number): number => {
    search++;
    lookedCount = 0;
    waiting = 0;
    highest = 0;
    let bucket = 0;
    let target = lookAt(need, 0, -1, -1);
    while (target < 0 && waiting > 0) {
      while (bucketFirst[bucket]! < 0) bucket++;
      const session = bucketFirst[bucket]!;
      pull(session, bucket);
      if (free[session]! > 0) {
        target = session;
        break;
      }
      looked[lookedCount++] = session;
      const moves = movesToSession[session]!;
      for (let pair = holderFirst[session]!; pair >= 0 && target < 0; pair = holderNext[pair]!) {
        const holder = pairNeed[pair]!;
        if (seenNeed[holder] === search && movesToNeed[holder]! <= moves) continue;
        seenNeed[holder] = search;
        movesToNeed[holder] = moves;
        target = lookAt(holder, moves + 1, pair, bucket);
      }
    }
    if (target >= 0) {
      bucketFirst.fill(-1, bucket, highest + 1);
      const length = movesToSession[target]!;
      for (let i = 0; i < lookedCount; i++) {
        const session = looked[i]!;
        distance[session] = Math.max(distance[session]!, length - movesToSession[session]!);
      }
    }
    return target;
  };

  const augment = (need: number, target: number): void => {
    let amount = Math.min(unserved[need]!, free[target]!);
    for (let session = target; cameFrom[session]! >= 0; session = pairSession[cameFrom[session]!]!)
      amount = Math.min(amount, pairQuantity[cameFrom[session]!]!);
    for (let session = target; ; ) {
      const left = cameFrom[session]!;
      raise(cameBy[session]!, amount);
      if (left < 0) break;
      lower(left, amount);
      session = pairSession[left]!;
    }
    free[target] = free[target]! - amount;
    unserved[need] = unserved[need]! - amount;
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
