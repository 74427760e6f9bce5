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

/**
 * Stage 1, the greedy of a polymatroid: needs in rank order each take free places of their cheapest pairs and, when there are
 * none left, search breadth-first for an alternating path (somebody before them moves to another of their sessions, nobody
 * loses). When a search fails, all that it saw is closed: full, and held by needs that cannot leave it. No later search can get
 * out of it either, so none enters it again; this is what makes the stage near-linear when supply is scarce.
 *
 * Each step moves the least of what is still asked, what the path's holders hold and what is free at its end, so every quantity
 * stays between 0 and its need's or session's own: exact up to 2^53 - 1.
 *
 * @param order needs from the highest rank to the lowest.
 */
export const serve = (problem: Problem, order: Int32Array): Service => {
  const { needCount, sessionCount, pairStart, pairSession, pairCost } = problem;
  const pairCount = pairSession.length;
  const pairQuantity = new Float64Array(pairCount);
  const unserved = Float64Array.from(problem.needQuantity);
  const free = Float64Array.from(problem.sessionCapacity);
  const pairNeed = new Int32Array(pairCount);
  for (let need = 0; need < needCount; need++) pairNeed.fill(need, pairStart[need]!, pairStart[need + 1]!);
  const holderFirst = new Int32Array(sessionCount).fill(-1);
  const holderNext = new Int32Array(pairCount);
  const holderPrevious = new Int32Array(pairCount);
  const seenSession = new Int32Array(sessionCount);
  const seenNeed = new Int32Array(needCount);
  const cameBy = new Int32Array(sessionCount);
  const cameFrom = new Int32Array(sessionCount);
  const queue = new Int32Array(sessionCount);
  const CLOSED = 0x7fffffff;
  let search = 0;
  let reached = 0;

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

  const takeFree = (need: number): void => {
    const start = pairStart[need]!;
    const end = pairStart[need + 1]!;
    while (unserved[need]! > 0) {
      let best = -1;
      let bestCost = 0x7fffffff;
      for (let pair = start; pair < end; pair++) {
        if (pairCost[pair]! < bestCost && free[pairSession[pair]!]! > 0) {
          best = pair;
          bestCost = pairCost[pair]!;
        }
      }
      if (best < 0) return;
      const session = pairSession[best]!;
      const amount = Math.min(unserved[need]!, free[session]!);
      raise(best, amount);
      free[session] = free[session]! - amount;
      unserved[need] = unserved[need]! - amount;
    }
  };

  /** The session with a free place at the end of a shortest alternating path, or -1; `queue` then holds all that was seen. */
  const findPath = (need: number): number => {
    search++;
    reached = 0;
    let at = -1;
    let by = need;
    let heldBy = -1;
    for (;;) {
      if (seenNeed[by] !== search) {
        seenNeed[by] = search;
        const end = pairStart[by + 1]!;
        for (let pair = pairStart[by]!; pair < end; pair++) {
          const session = pairSession[pair]!;
          // CLOSED is above every search number.
          if (seenSession[session]! >= search) continue;
          seenSession[session] = search;
          cameBy[session] = pair;
          cameFrom[session] = heldBy;
          if (free[session]! > 0) return session;
          queue[reached++] = session;
        }
      }
      heldBy = heldBy < 0 ? -1 : holderNext[heldBy]!;
      while (heldBy < 0) {
        if (++at >= reached) return -1;
        heldBy = holderFirst[queue[at]!]!;
      }
      by = pairNeed[heldBy]!;
    }
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
    takeFree(need);
    while (unserved[need]! > 0) {
      const target = findPath(need);
      if (target < 0) {
        for (let i = 0; i < reached; i++) seenSession[queue[i]!] = CLOSED;
        break;
      }
      augment(need, target);
    }
  }
  return { pairQuantity, unserved, free, pairNeed, holderFirst, holderNext };
};
