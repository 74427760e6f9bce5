import { holdingsOf, type Owners } from './holdings.js';
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
  /** By need: what no session serves, as of now. */
  readonly unserved: Float64Array;
  /** By session: places that nobody holds, as of now. */
  readonly free: Float64Array;
  /** Serves what a need still asks for, and so much more, as far as its rank carries; answers the steps, in order. */
  readonly placeNeed: (need: number, more?: number) => readonly Move[];
  /** Places of a session become free: those who come first among the unserved that can use them get them. */
  readonly addPlaces: (session: number, places: number) => readonly Move[];
}

/**
 * Holds the plan of a problem so that a single change needs one search and not a new plan. Who arrives is a need of the
 * problem that the plan does not serve yet; promises that were accepted are not in the problem, so nothing here moves them.
 *
 * Exact on level 1: when the plan given serves the lexicographically best quantities of its world, so does the plan after
 * `placeNeed` or `addPlaces` of the changed one. The servable quantities form a polymatroid, unit by unit a matroid. For a base
 * that is best in rank order, one more element either fits (a free place is reached by an alternating path), or closes exactly
 * one circuit, here the units that can be reached; the best base then gives up the lowest-ranked unit of the circuit, if it ranks
 * below the newcomer (Edmonds 1971). One more place lets in exactly one unit: the highest-ranked unserved one that reaches it.
 *
 * Among the ways to the same served quantities a step takes one that moves the fewest holders, and of those the one that costs
 * least. Level 2 as a whole is left to the next plan: what is out with people moves for somebody to be served, not for comfort.
 *
 * Fast whatever came before, as nothing is kept that a change could make wrong: a search has a component before it at most, and
 * reads a part of that ({@link Layers}). It ends with the nearest free place, or with the one who comes first of all who wait; where
 * it has to look at all that can be reached, that is good for all further steps of the change, too ({@link createWays}).
 */
export const createLive = (problem: Problem, plan: Pick<Solution, 'pairQuantity'>): Live => {
  const { pairStart, pairSession, pairCost } = problem;
  const { needs, sessions, pairQuantity, pairOf, give, take } = holdingsOf(problem, plan.pairQuantity);
  const rank = needs.numberOf.map(need => problem.needRank[need]!);
  const [places, guests] = [new Layers(needs, sessions), new Layers(sessions, needs)];
  const [waysOut, waysIn] = [createWays(places, pairOf, pairCost), createWays(guests, pairOf, pairCost)];

  const add = ({ spare }: Owners, member: number, quantity: number): void => {
    spare[member] = spare[member]! + quantity;
  };

  /** So much can go a way: no more than it moves of any holding. */
  const narrowest = ({ holdings }: Way, most: number): number =>
    holdings.reduce((least, holding) => Math.min(least, pairQuantity[pairOf[holding]!]!), most);

  /** The pair of a need and a session, by their numbers in the problem; the cheapest where there are several. */
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
    if (holding < 0) add(needs, need, -quantity);
    else take(holding, quantity);
    if (session < 0) add(needs, need, quantity);
    else give(pairOfBoth(number, to), need, session, quantity);
    return { need: number, from, to, quantity };
  };

  /** A way to the nearest free place; null when there is none, and then all that the need can reach is known. */
  const wayToPlace = (need: number): Way | null => {
    places.begin(need);
    for (let seen = 0; places.cross(); places.back()) {
      const ends: number[] = [];
      for (; seen < places.farCount; seen++)
        if (sessions.spare[places.farReached[seen]!]! > 0) ends.push(places.farReached[seen]!);
      if (ends.length > 0) return waysOut.toFar(ends);
    }
    return null;
  };

  /** A way to the lowest-ranked of some holders that is reached still; null when none is. */
  const wayToLoser = (holders: Int32Array): Way | null => {
    for (;;) {
      let loser = -1;
      for (const holder of holders)
        if (places.nearMark[holder]! >= places.floor && (loser < 0 || rank[holder]! < rank[loser]!)) loser = holder;
      if (loser < 0) return null;
      const way = waysOut.toNear(loser);
      if (way) return way;
    }
  };

  /** All in the component of a session who are not served in full. */
  const waitingNear = (session: number): Int32Array => {
    const component = sessions.componentOf[session]!;
    const waiting: number[] = [];
    for (let need = needs.componentStart[component]!; need < needs.componentStart[component + 1]!; need++)
      if (needs.spare[need]! > 0) waiting.push(need);
    return Int32Array.from(waiting);
  };

  /** The highest-ranked of them that is not served in full yet and, once that is known, reached still; -1 when there is none. */
  const guestOf = (waiting: Int32Array, isAllKnown: boolean): number => {
    let guest = -1;
    for (const need of waiting) {
      const isOut = needs.spare[need] === 0 || (isAllKnown && guests.farMark[need]! < guests.floor);
      if (!isOut && (guest < 0 || rank[need]! > rank[guest]!)) guest = need;
    }
    return guest;
  };

  const placeNeed = (number: number, more = 0): readonly Move[] => {
    const need = needs.memberOf[number]!;
    const moves: Move[] = [];
    const go = (way: Way, most: number): number => {
      const { fars, holdings, nears } = way;
      const quantity = narrowest(way, Math.min(needs.spare[need]!, most));
      for (let step = holdings.length - 1; step >= 0; step--)
        moves.push(move(nears[step]!, holdings[step]!, fars[step + 1] ?? -1, quantity));
      moves.push(move(need, -1, fars[0]!, quantity));
      return quantity;
    };
    add(needs, need, more);
    while (needs.spare[need]! > 0) {
      const way = wayToPlace(need);
      if (!way) break;
      const place = way.fars.at(-1)!;
      add(sessions, place, -go(way, sessions.spare[place]!));
    }
    if (needs.spare[need] === 0) return moves;
    const losers = places.nearReached.subarray(0, places.nearCount).filter(holder => rank[holder]! < rank[need]!);
    for (let way = wayToLoser(losers); way; way = needs.spare[need]! > 0 ? wayToLoser(losers) : null)
      go(way, Number.POSITIVE_INFINITY);
    return moves;
  };

  const addPlaces = (number: number, more: number): readonly Move[] => {
    const session = sessions.memberOf[number]!;
    const moves: Move[] = [];
    add(sessions, session, more);
    const waiting = waitingNear(session);
    guests.begin(session);
    let isAllKnown = false;
    while (sessions.spare[session]! > 0) {
      const guest = guestOf(waiting, isAllKnown);
      if (guest < 0) break;
      if (!isAllKnown) isAllKnown = !guests.reach(guest);
      const way = waysIn.toFar([guest]);
      if (!way) continue;
      const { fars, holdings, nears } = way;
      const quantity = narrowest(way, Math.min(needs.spare[guest]!, sessions.spare[session]!));
      if (!isAllKnown && quantity < sessions.spare[session]!) {
        // Later steps build on what was reached before this one.
        guests.reachAll();
        isAllKnown = true;
      }
      for (const [step, need] of fars.entries())
        moves.push(move(need, holdings[step] ?? -1, nears[step - 1] ?? session, quantity));
      add(sessions, session, -quantity);
    }
    return moves;
  };

  return {
    pairQuantity,
    get unserved() {
      return Float64Array.from(needs.memberOf, need => needs.spare[need]!);
    },
    get free() {
      return Float64Array.from(sessions.memberOf, session => sessions.spare[session]!);
    },
    placeNeed,
    addPlaces,
  };
};
