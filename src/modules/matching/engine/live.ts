import { holdingsOf } from './holdings.js';
import { type Bounds, exitsOf, guestsOf, unknown } from './reach.js';
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
  /** Serves what a need still asks for, and so much more, as far as its rank carries; answers the steps, in order. */
  readonly placeNeed: (need: number, more?: number) => readonly Move[];
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
 * Among the ways to the same served quantities a step takes one that moves the fewest holders, and a need that is placed the one
 * of those that costs least. Level 2 as a whole is left to the next plan: what is out with people moves for somebody to be
 * served, not for comfort.
 *
 * Fast, because what is known beforehand ({@link exitsOf}, {@link guestsOf}) leads a search along the shortest paths only, and
 * tells without any search when there is none. Both stay true bounds while steps of their own kind are made: a step takes a
 * shortest path to the best end, and what it turns around leads nowhere that the path itself did not. A bound that has become too
 * hopeful is corrected by the search that finds it out, which then looks at all there is, as every search does after a step of the
 * other kind: some milliseconds where a plan of thousands hangs together. Who has the time makes the structure again instead.
 */
export const createLive = (problem: Problem, plan: Pick<Solution, 'pairQuantity'>): Live => {
  const { needCount, sessionCount, pairStart, pairSession, pairCost, needRank } = problem;
  const holdings = holdingsOf(problem, plan.pairQuantity);
  const { pairQuantity, unserved, free, pairNeed, holderFirst, holderNext, columnStart, columnPair, shift } = holdings;
  let exits = exitsOf(problem, holdings);
  let guests = guestsOf(problem, holdings);

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
  // The best rank that was met or is promised beyond what is looked for.
  let aside = 0;

  /** Notes the sessions of a row as reached; those from where no end as good as `rank` is near enough are left aside. */
  const lookAt = (need: number, left: number, cost: number, layer: number, rank: number, limit: number, bounds: Bounds): void => {
    const end = pairStart[need + 1]!;
    for (let pair = pairStart[need]!; pair < end; pair++) {
      const session = pairSession[pair]!;
      const total = cost + pairCost[pair]!;
      if (seenSession[session] !== search) {
        const bound = bounds.rank[session]!;
        if (bound > rank) {
          aside = Math.min(aside, bound);
          continue;
        }
        if (bound === rank && layer + bounds.moves[session]! > limit) continue;
        seenSession[session] = search;
        layerOf[session] = layer;
        sessions[reached++] = session;
      } else if (layerOf[session] !== layer || costTo[session]! <= total) continue;
      costTo[session] = total;
      byPair[session] = pair;
      fromPair[session] = left;
    }
  };

  /** What a search in vain has found out: first that the nearest ends are gone, then which rank is the best that is left. */
  const correct = (bounds: Bounds): void => {
    if (bounds.areMovesKnown) bounds.areMovesKnown = false;
    else for (let at = 0; at < reached; at++) bounds.rank[sessions[at]!] = aside;
  };

  interface End {
    readonly session: number;
    /** The pair whose holder gives way there; -1: a place is free. */
    readonly loser: number;
  }

  /** An end of the given rank over at most `limit` moves, the nearest and of those the cheapest; null when there is none. */
  const searchPlace = (need: number, rank: number, limit: number, bounds: Bounds): End | null => {
    search++;
    reached = 0;
    aside = Number.POSITIVE_INFINITY;
    seenNeed[need] = search;
    lookAt(need, -1, 0, 0, rank, limit, bounds);
    for (let start = 0, layer = 0; start < reached; layer++) {
      const end = reached;
      let [best, loser, met] = [-1, -1, 0];
      for (let at = start; at < end; at++) {
        const session = sessions[at]!;
        const isCheaper = best < 0 || costTo[session]! < costTo[best]!;
        if (free[session]! > 0) {
          if (loser >= 0 || isCheaper) [best, loser] = [session, -1];
          continue;
        }
        for (let pair = holderFirst[session]!; pair >= 0; pair = holderNext[pair]!) {
          const holder = pairNeed[pair]!;
          aside = Math.min(aside, needRank[holder]!);
          if (holder === need) continue;
          if (needRank[holder]! <= rank && isCheaper) [best, loser] = [session, pair];
          const cost = costTo[session]! - pairCost[pair]!;
          if (seenNeed[holder] !== search) {
            seenNeed[holder] = search;
            needs[met++] = holder;
          } else if (layerOf[pairSession[leaving[holder]!]!] !== layer || costFrom[holder]! <= cost) continue;
          leaving[holder] = pair;
          costFrom[holder] = cost;
        }
      }
      if (best >= 0) return { session: best, loser };
      for (let i = 0; i < met; i++) lookAt(needs[i]!, leaving[needs[i]!]!, costFrom[needs[i]!]!, layer + 1, rank, limit, bounds);
      start = end;
    }
    return null;
  };

  /** The free place, or else the lowest-ranked holder below the need, that is best to end at; null when there is neither. */
  const findPlace = (need: number, bounds: Bounds): End | null => {
    for (;;) {
      let rank = Number.POSITIVE_INFINITY;
      let limit = 0;
      for (let pair = pairStart[need]!; pair < pairStart[need + 1]!; pair++) {
        const session = pairSession[pair]!;
        const bound = bounds.rank[session]!;
        const moves = bounds.areMovesKnown ? bounds.moves[session]! : Number.POSITIVE_INFINITY;
        if (bound < rank || (bound === rank && moves < limit)) [rank, limit] = [bound, moves];
      }
      if (rank >= needRank[need]!) return null;
      const found = searchPlace(need, rank, limit, bounds);
      if (found) return found;
      correct(bounds);
    }
  };

  const moveOf = (from: number, to: number, quantity: number): Move => ({
    need: pairNeed[from >= 0 ? from : to]!,
    from: from < 0 ? -1 : pairSession[from]!,
    to: to < 0 ? -1 : pairSession[to]!,
    quantity,
  });

  const placeNeed = (need: number, more = 0): readonly Move[] => {
    const moves: Move[] = [];
    unserved[need] = unserved[need]! + more;
    while (unserved[need]! > 0) {
      const found = findPlace(need, exits);
      if (!found) break;
      const { session, loser } = found;
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
    if (unserved[need]! > 0 || moves.some(({ to }) => to < 0)) guests = unknown(problem, Number.POSITIVE_INFINITY);
    return moves;
  };

  /** The pair by which an unserved need of the given rank would begin to come to a session; -1 when none is near enough. */
  const searchGuest = (target: number, rank: number, limit: number, bounds: Bounds): number => {
    search++;
    reached = 0;
    aside = Number.NEGATIVE_INFINITY;
    seenSession[target] = search;
    layerOf[target] = 0;
    sessions[reached++] = target;
    // With moves known every step is on a shortest path, so the newest is followed; without, the nearest.
    for (let next = 0; bounds.areMovesKnown ? reached > 0 : next < reached; ) {
      const session = sessions[bounds.areMovesKnown ? --reached : next++]!;
      const layer = layerOf[session]! + 1;
      for (let i = columnStart[session]!; i < columnStart[session + 1]!; i++) {
        const pair = columnPair[i]!;
        const need = pairNeed[pair]!;
        if (seenNeed[need] === search) continue;
        seenNeed[need] = search;
        if (unserved[need]! > 0) {
          if (needRank[need]! >= rank) return pair;
          aside = Math.max(aside, needRank[need]!);
        }
        const end = pairStart[need + 1]!;
        for (let held = pairStart[need]!; held < end; held++) {
          const other = pairSession[held]!;
          if (pairQuantity[held] === 0 || seenSession[other] === search) continue;
          const bound = bounds.rank[other]!;
          if (bound < rank) aside = Math.max(aside, bound);
          if (bound < rank || (bound === rank && layer + bounds.moves[other]! > limit)) continue;
          seenSession[other] = search;
          layerOf[other] = layer;
          fromPair[other] = held;
          byPair[other] = pair;
          sessions[reached++] = other;
        }
      }
    }
    return -1;
  };

  /** The same for the highest-ranked unserved need that can come at all. */
  const findGuest = (target: number, bounds: Bounds): number => {
    for (;;) {
      const rank = bounds.rank[target]!;
      const limit = bounds.areMovesKnown ? bounds.moves[target]! : Number.POSITIVE_INFINITY;
      if (rank === Number.NEGATIVE_INFINITY) return -1;
      const arrival = searchGuest(target, rank, limit, bounds);
      if (arrival >= 0) return arrival;
      correct(bounds);
    }
  };

  const addPlaces = (session: number, places: number): readonly Move[] => {
    const moves: Move[] = [];
    exits = unknown(problem, Number.NEGATIVE_INFINITY);
    free[session] = free[session]! + places;
    while (free[session]! > 0) {
      const arrival = findGuest(session, guests);
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
