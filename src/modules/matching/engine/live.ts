import { holdingsOf } from './holdings.js';
import { Layers } from './layers.js';
import type { Problem, Solution } from './types.js';
import { createWays, type Way } from './ways.js';

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
  const { pairStart, pairSession, pairCost } = problem;
  const { needs, sessions, pairQuantity, pairOf, give, take } = holdingsOf(problem, plan.pairQuantity);
  const rank = needs.numberOf.map(need => problem.needRank[need]!);
  const [places, guests] = [new Layers(needs, sessions), new Layers(sessions, needs)];
  const [waysToPlaces, waysToGuests] = [createWays(places, pairOf, pairCost), createWays(guests, pairOf, pairCost)];

  const add = (spare: Float64Array, member: number, quantity: number): void => {
    spare[member] = spare[member]! + quantity;
  };

  /** So much can go a way: no more than it moves of any holding. */
  const narrowest = (way: Way, most: number): number =>
    way.holdings.reduce((least, holding) => Math.min(least, pairQuantity[pairOf[holding]!]!), most);

  /** The pair of a need and a session, the cheapest where there are several. */
  const pairOfBoth = (need: number, session: number): number => {
    let found = -1;
    for (let pair = pairStart[need]!; pair < pairStart[need + 1]!; pair++)
      if (pairSession[pair] === session && (found < 0 || pairCost[pair]! < pairCost[found]!)) found = pair;
    return found;
  };

  /** Moves so much of a need from a holding (-1: it was unserved) to a session (-1: it is from now on). */
  const move = (need: number, holding: number, session: number, quantity: number): Move => {
    const number = needs.numberOf[need]!;
    const from = holding < 0 ? -1 : sessions.numberOf[sessions.ownerOf[holding]!]!;
    const to = session < 0 ? -1 : sessions.numberOf[session]!;
    if (holding < 0) add(needs.spare, need, -quantity);
    else take(holding, quantity);
    if (session < 0) add(needs.spare, need, quantity);
    else give(pairOfBoth(number, to), need, session, quantity);
    return { need: number, from, to, quantity };
  };

  /** The cheapest of the shortest ways to a free place; null when there is none, and then all that can be reached is known. */
  const wayToPlace = (need: number): Way | null => {
    places.begin(need);
    for (let seen = 0; places.cross(); places.back()) {
      const ends: number[] = [];
      for (; seen < places.farCount; seen++)
        if (sessions.spare[places.farReached[seen]!]! > 0) ends.push(places.farReached[seen]!);
      if (ends.length > 0) return waysToPlaces.toFar(ends);
    }
    return null;
  };

  const placeNeed = (number: number, more = 0): readonly Move[] => {
    const need = needs.memberOf[number]!;
    const moves: Move[] = [];
    const send = (way: Way, most: number): number => {
      const { fars, holdings, nears } = way;
      const quantity = narrowest(way, Math.min(needs.spare[need]!, most));
      for (let step = holdings.length - 1; step >= 0; step--)
        moves.push(move(nears[step]!, holdings[step]!, fars[step + 1] ?? -1, quantity));
      moves.push(move(need, -1, fars[0]!, quantity));
      return quantity;
    };
    add(needs.spare, need, more);
    while (needs.spare[need]! > 0) {
      const way = wayToPlace(need);
      if (!way) break;
      const end = way.fars.at(-1)!;
      add(sessions.spare, end, -send(way, sessions.spare[end]!));
    }
    if (needs.spare[need] === 0) return moves;
    const losers: number[] = [];
    for (let i = 0; i < places.nearCount; i++)
      if (rank[places.nearReached[i]!]! < rank[need]!) losers.push(places.nearReached[i]!);
    for (;;) {
      let loser = -1;
      for (const holder of losers)
        if (places.nearMark[holder]! >= places.floor && (loser < 0 || rank[holder]! < rank[loser]!)) loser = holder;
      if (loser < 0) return moves;
      const way = waysToPlaces.toNear(loser);
      if (!way) continue;
      send(way, Number.POSITIVE_INFINITY);
      if (needs.spare[need] === 0) return moves;
    }
  };

  const addPlaces = (number: number, more: number): readonly Move[] => {
    const session = sessions.memberOf[number]!;
    const moves: Move[] = [];
    add(sessions.spare, session, more);
    if (sessions.spare[session] === 0) return moves;
    guests.begin(session);
    while (guests.cross()) guests.back();
    const waiting: number[] = [];
    for (let i = 0; i < guests.farCount; i++) if (needs.spare[guests.farReached[i]!]! > 0) waiting.push(guests.farReached[i]!);
    for (;;) {
      let guest = -1;
      for (const need of waiting)
        if (needs.spare[need]! > 0 && guests.farMark[need]! >= guests.floor && (guest < 0 || rank[need]! > rank[guest]!))
          guest = need;
      if (guest < 0) return moves;
      const way = waysToGuests.toFar([guest]);
      if (!way) continue;
      const { fars, holdings, nears } = way;
      const quantity = narrowest(way, Math.min(needs.spare[guest]!, sessions.spare[session]!));
      for (const [step, mover] of fars.entries())
        moves.push(move(mover, holdings[step] ?? -1, step === 0 ? session : nears[step - 1]!, quantity));
      add(sessions.spare, session, -quantity);
      if (sessions.spare[session] === 0) return moves;
    }
  };

  return {
    pairQuantity,
    get unserved() {
      return Float64Array.from(needs.memberOf, member => needs.spare[member]!);
    },
    get free() {
      return Float64Array.from(sessions.memberOf, member => sessions.spare[member]!);
    },
    placeNeed,
    addPlaces,
  };
};
