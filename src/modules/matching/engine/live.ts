import type { Problem, Solution } from './types.js';

/** A step of a live change: so much of a need leaves a session for another. */
export interface Move {
  readonly need: number;
  /** The session it leaves; -1: it was not served before. */
  readonly from: number;
  /** The session it goes to; -1: a higher-ranked need took its place and there is no other. */
  readonly to: number;
  readonly quantity: number;
}

/** A plan that is kept right while the world changes one need or one session at a time. */
export interface Live {
  readonly pairQuantity: Float64Array;
  /** By need: what no session serves. */
  readonly unserved: Float64Array;
  /** By session: places that nobody holds. */
  readonly free: Float64Array;
  /** Serves what a need still asks for, as far as its rank carries; answers the steps, in order. */
  readonly placeNeed: (need: number) => readonly Move[];
  /** Places of a session become free: those who come first among the unserved that can use them get them. */
  readonly addPlaces: (session: number, places: number) => readonly Move[];
}

/**
 * Holds the plan of a problem so that single changes need one search each and not a new plan. Who arrives is a need of the
 * problem that the plan does not serve yet; promises that were accepted are not in the problem, so nothing here moves them.
 *
 * Exact on level 1: when the plan given serves the lexicographically best quantities of its world, so does the plan after
 * `placeNeed` or `addPlaces` of the changed one. The servable quantities form a polymatroid, unit by unit a matroid. For a base
 * that is best in rank order, one more element either fits (a free place is reached by an alternating path), or closes exactly
 * one circuit, here the units that can be reached; the best base then gives up the lowest-ranked unit of the circuit, if it ranks
 * below the newcomer (Edmonds 1971). One more place lets in exactly one unit: the highest-ranked unserved one that reaches it.
 *
 * Among the ways to the same served quantities a step takes one that moves the fewest holders and, of those, the one that costs
 * least. Level 2 as a whole is left to the next plan: what is out with people moves for somebody to be served, not for comfort.
 */
export const createLive = (problem: Problem, plan: Pick<Solution, 'pairQuantity'>): Live => {
  const { needCount, sessionCount, pairStart, pairSession, pairCost, needRank } = problem;
  const pairCount = pairSession.length;
  const pairQuantity = Float64Array.from(plan.pairQuantity);
  const unserved = Float64Array.from(problem.needQuantity);
  const free = Float64Array.from(problem.sessionCapacity);
  const pairNeed = new Int32Array(pairCount);
  const holderFirst = new Int32Array(sessionCount).fill(-1);
  const holderNext = new Int32Array(pairCount);
  const holderPrevious = new Int32Array(pairCount);

  const hold = (pair: number): void => {
    const session = pairSession[pair]!;
    const head = holderFirst[session]!;
    holderNext[pair] = head;
    holderPrevious[pair] = -1;
    if (head >= 0) holderPrevious[head] = pair;
    holderFirst[session] = pair;
  };

  const release = (pair: number): void => {
    const next = holderNext[pair]!;
    const previous = holderPrevious[pair]!;
    if (previous >= 0) holderNext[previous] = next;
    else holderFirst[pairSession[pair]!] = next;
    if (next >= 0) holderPrevious[next] = previous;
  };

  const columnStart = new Int32Array(sessionCount + 2);
  for (const session of pairSession) columnStart[session + 2]!++;
  for (let session = 0; session < sessionCount; session++)
    columnStart[session + 2] = columnStart[session + 2]! + columnStart[session + 1]!;
  const columnPair = new Int32Array(pairCount);
  for (let need = 0; need < needCount; need++) {
    const end = pairStart[need + 1]!;
    for (let pair = pairStart[need]!; pair < end; pair++) {
      const session = pairSession[pair]!;
      pairNeed[pair] = need;
      columnPair[columnStart[session + 1]!++] = pair;
      const quantity = pairQuantity[pair]!;
      if (quantity === 0) continue;
      hold(pair);
      unserved[need] = unserved[need]! - quantity;
      free[session] = free[session]! - quantity;
    }
  }

  // One search: `byPair[session]` is how somebody would come to a session, `fromPair` what that one would leave for it (-1: the
  // need that is to be placed, which holds nothing it would give up).
  let search = 0;
  const seenSession = new Int32Array(sessionCount);
  const seenNeed = new Int32Array(needCount);
  const layerOf = new Int32Array(sessionCount);
  const costTo = new Float64Array(sessionCount);
  const byPair = new Int32Array(sessionCount);
  const fromPair = new Int32Array(sessionCount);
  const sessions = new Int32Array(sessionCount);
  const needs = new Int32Array(needCount);
  const leaving = new Int32Array(needCount);
  const costFrom = new Float64Array(needCount);
  let reached = 0;

  const lookAt = (need: number, left: number, cost: number, layer: number): void => {
    const end = pairStart[need + 1]!;
    for (let pair = pairStart[need]!; pair < end; pair++) {
      const session = pairSession[pair]!;
      const total = cost + pairCost[pair]!;
      if (seenSession[session] !== search) {
        seenSession[session] = search;
        layerOf[session] = layer;
        sessions[reached++] = session;
      } else if (layerOf[session] !== layer || costTo[session]! <= total) continue;
      costTo[session] = total;
      byPair[session] = pair;
      fromPair[session] = left;
    }
  };

  /**
   * Looks for the place of a need, one move farther at a time. Answers the session of the nearest, then cheapest free place; or,
   * when there is none at all, the pair by which the lowest-ranked holder below the need is in the way.
   */
  const findPlace = (need: number): { readonly session: number; readonly loser: number } => {
    search++;
    reached = 0;
    seenNeed[need] = search;
    lookAt(need, -1, 0, 0);
    let loser = -1;
    let lowestRank = needRank[need]!;
    for (let start = 0, layer = 0; start < reached; layer++) {
      const end = reached;
      let best = -1;
      for (let at = start; at < end; at++) {
        const session = sessions[at]!;
        if (free[session]! > 0 && (best < 0 || costTo[session]! < costTo[best]!)) best = session;
      }
      if (best >= 0) return { session: best, loser: -1 };
      let met = 0;
      for (let at = start; at < end; at++) {
        const session = sessions[at]!;
        for (let pair = holderFirst[session]!; pair >= 0; pair = holderNext[pair]!) {
          const holder = pairNeed[pair]!;
          const cost = costTo[session]! - pairCost[pair]!;
          if (seenNeed[holder] !== search) {
            seenNeed[holder] = search;
            needs[met++] = holder;
            if (needRank[holder]! < lowestRank) {
              lowestRank = needRank[holder]!;
              loser = pair;
            }
          } else if (holder === need || layerOf[pairSession[leaving[holder]!]!] !== layer || costFrom[holder]! <= cost) continue;
          leaving[holder] = pair;
          costFrom[holder] = cost;
        }
      }
      for (let i = 0; i < met; i++) lookAt(needs[i]!, leaving[needs[i]!]!, costFrom[needs[i]!]!, layer + 1);
      start = end;
    }
    return { session: loser < 0 ? -1 : pairSession[loser]!, loser };
  };

  const shift = (from: number, to: number, quantity: number): void => {
    if (from >= 0) {
      pairQuantity[from] = pairQuantity[from]! - quantity;
      if (pairQuantity[from] === 0) release(from);
    }
    if (to >= 0) {
      if (pairQuantity[to] === 0) hold(to);
      pairQuantity[to] = pairQuantity[to]! + quantity;
    }
  };

  const moveOf = (from: number, to: number, quantity: number): Move => ({
    need: pairNeed[from >= 0 ? from : to]!,
    from: from < 0 ? -1 : pairSession[from]!,
    to: to < 0 ? -1 : pairSession[to]!,
    quantity,
  });

  const placeNeed = (need: number): readonly Move[] => {
    const moves: Move[] = [];
    while (unserved[need]! > 0) {
      const { session, loser } = findPlace(need);
      if (session < 0) break;
      let quantity = Math.min(unserved[need]!, loser < 0 ? free[session]! : pairQuantity[loser]!);
      for (let at = session; fromPair[at]! >= 0; at = pairSession[fromPair[at]!]!)
        quantity = Math.min(quantity, pairQuantity[fromPair[at]!]!);
      if (loser < 0) free[session] = free[session]! - quantity;
      else {
        const ousted = pairNeed[loser]!;
        unserved[ousted] = unserved[ousted]! + quantity;
        shift(loser, -1, quantity);
        moves.push(moveOf(loser, -1, quantity));
      }
      for (let at = session; ; ) {
        const left = fromPair[at]!;
        shift(left, byPair[at]!, quantity);
        moves.push(moveOf(left, byPair[at]!, quantity));
        if (left < 0) break;
        at = pairSession[left]!;
      }
      unserved[need] = unserved[need]! - quantity;
    }
    return moves;
  };

  /** The highest-ranked unserved need that can come to a session, itself (-1: none) by the pair `arrival`. */
  const findGuest = (target: number): number => {
    search++;
    reached = 0;
    seenSession[target] = search;
    sessions[reached++] = target;
    let arrival = -1;
    for (let at = 0; at < reached; at++) {
      const session = sessions[at]!;
      for (let i = columnStart[session]!; i < columnStart[session + 1]!; i++) {
        const pair = columnPair[i]!;
        const need = pairNeed[pair]!;
        if (seenNeed[need] === search) continue;
        seenNeed[need] = search;
        if (unserved[need]! > 0 && (arrival < 0 || needRank[need]! > needRank[pairNeed[arrival]!]!)) arrival = pair;
        const end = pairStart[need + 1]!;
        for (let held = pairStart[need]!; held < end; held++) {
          const other = pairSession[held]!;
          if (pairQuantity[held] === 0 || seenSession[other] === search) continue;
          seenSession[other] = search;
          fromPair[other] = held;
          byPair[other] = pair;
          sessions[reached++] = other;
        }
      }
    }
    return arrival;
  };

  const addPlaces = (session: number, places: number): readonly Move[] => {
    const moves: Move[] = [];
    free[session] = free[session]! + places;
    while (free[session]! > 0) {
      const arrival = findGuest(session);
      if (arrival < 0) break;
      const guest = pairNeed[arrival]!;
      let quantity = Math.min(unserved[guest]!, free[session]!);
      for (let at = pairSession[arrival]!; at !== session; at = pairSession[byPair[at]!]!)
        quantity = Math.min(quantity, pairQuantity[fromPair[at]!]!);
      for (let at = pairSession[arrival]!; at !== session; at = pairSession[byPair[at]!]!) {
        shift(fromPair[at]!, byPair[at]!, quantity);
        moves.push(moveOf(fromPair[at]!, byPair[at]!, quantity));
      }
      shift(-1, arrival, quantity);
      moves.push(moveOf(-1, arrival, quantity));
      free[session] = free[session]! - quantity;
      unserved[guest] = unserved[guest]! - quantity;
    }
    return moves;
  };

  return { pairQuantity, unserved, free, placeNeed, addPlaces };
};
