import { type Costs, costsOf } from './costs.js';
import type { Problem, Solution } from './types.js';
import { inRankOrder } from './validate.js';

/**
 * What is wrong with a plan:
 * - `SHAPE` an array has the wrong length;
 * - `QUANTITY` a pair's or need's quantity is not an integer from 0 to 2^53 - 1;
 * - `NEED` served and unserved do not add up to what is asked;
 * - `CAPACITY` a session holds more than its places;
 * - `FREE_PLACE` an unserved need could reach a free place, `ENVY` or one of a lower-ranked need;
 * - `PRICE` a price is not an integer ≥ 0, `PRICE_OF_FREE` or a session with free places has one;
 * - `NOT_LEAST` a used pair costs more, price included, than another of its row.
 */
export interface Violation {
  readonly rule: 'SHAPE' | 'QUANTITY' | 'NEED' | 'CAPACITY' | 'FREE_PLACE' | 'ENVY' | 'PRICE' | 'PRICE_OF_FREE' | 'NOT_LEAST';
  /** What is concerned, as far as the rule has one. For `ENVY` the need is the lower-ranked holder. */
  readonly need?: number;
  readonly session?: number;
  readonly pair?: number;
}

/** Why a need is not (fully) served: nobody it could push out ranks below it, and there is no free place to move anyone to. */
export interface Certificate {
  /** All sessions that can be reached from the need by alternating paths; in a right plan each is full. */
  readonly sessions: Int32Array;
  /** The other needs that hold them; in a right plan each ranks higher. */
  readonly holders: Int32Array;
  /** Of those, the one with the lowest rank; -1 when there is none (then no reachable session has any place at all). */
  readonly lowestHolder: number;
}

type Add = (violation: Violation) => void;

/** What one look at every pair tells. */
interface Survey {
  /** By session: places that nobody holds; below 0 where it holds too much. */
  readonly free: Float64Array;
  /** Needs with something wrong in their rows. */
  readonly wrongNeeds: readonly number[];
  /** Needs and sessions of the pairs that have a quantity. */
  readonly usedNeed: readonly number[];
  readonly usedSession: readonly number[];
}

/** Who holds each session `s`: `needs[start[s]]` up to, not including, `needs[start[s + 1]]`. */
interface Holdings {
  readonly start: Int32Array;
  readonly needs: Int32Array;
}

const holdingsOf = ({ sessionCount }: Problem, { usedNeed, usedSession }: Survey): Holdings => {
  const start = new Int32Array(sessionCount + 2);
  for (let i = 0; i < usedSession.length; i++) start[usedSession[i]! + 2]!++;
  for (let session = 0; session < sessionCount; session++) start[session + 2] = start[session + 2]! + start[session + 1]!;
  const needs = new Int32Array(usedNeed.length);
  for (let i = 0; i < usedNeed.length; i++) needs[start[usedSession[i]! + 1]!++] = usedNeed[i]!;
  return { start, needs };
};

const isQuantity = (value: number): boolean => value >= 0 && value <= Number.MAX_SAFE_INTEGER && Math.floor(value) === value;

/** Room for searches that share what they have seen: one search or many, each session and row is looked at once. */
interface Search {
  readonly seenSession: Uint8Array;
  readonly seenNeed: Uint8Array;
  readonly queue: Int32Array;
  reached: number;
}

/** Adds to `queue` all sessions that alternating paths reach from a need and that no earlier search has seen. */
const reach = (
  problem: Problem,
  holdings: Holdings,
  search: Search,
  from: number,
  meet: (holder: number) => void = () => {},
): void => {
  const { pairStart, pairSession } = problem;
  const { seenSession, seenNeed, queue } = search;
  const scan = (need: number): void => {
    if (seenNeed[need] === 1) return;
    seenNeed[need] = 1;
    const end = pairStart[need + 1]!;
    for (let pair = pairStart[need]!; pair < end; pair++) {
      const session = pairSession[pair]!;
      if (seenSession[session] === 1) continue;
      seenSession[session] = 1;
      queue[search.reached++] = session;
    }
  };
  let at = search.reached;
  scan(from);
  for (; at < search.reached; at++) {
    const session = queue[at]!;
    for (let i = holdings.start[session]!; i < holdings.start[session + 1]!; i++) {
      const holder = holdings.needs[i]!;
      meet(holder);
      scan(holder);
    }
  }
};

const createSearch = (problem: Problem): Search => ({
  seenSession: new Uint8Array(problem.sessionCount),
  seenNeed: new Uint8Array(problem.needCount),
  queue: new Int32Array(problem.sessionCount),
  reached: 0,
});

const survey = (problem: Problem, costs: Costs, { pairQuantity, unserved, sessionPrice }: Solution): Survey => {
  const { needCount, pairStart, pairSession, needQuantity, sessionCapacity } = problem;
  const free = sessionCapacity.slice();
  const [wrongNeeds, usedNeed, usedSession]: [number[], number[], number[]] = [[], [], []];
  for (let need = 0; need < needCount; need++) {
    const start = pairStart[need]!;
    const end = pairStart[need + 1]!;
    let isRight = isQuantity(unserved[need]!);
    let left = needQuantity[need]!;
    let dearest = 0;
    for (let pair = start; pair < end; pair++) {
      const quantity = pairQuantity[pair]!;
      if (quantity === 0) continue;
      if (!isQuantity(quantity)) isRight = false;
      // Below 0 it stays below 0 even where the difference is no longer exact.
      left -= quantity;
      if (!(quantity > 0)) continue;
      const session = pairSession[pair]!;
      free[session] = free[session]! - quantity;
      usedNeed.push(need);
      usedSession.push(session);
      dearest = Math.max(dearest, costs[pair]! + sessionPrice[session]!);
    }
    let pair = start;
    while (pair < end && !(sessionPrice[pairSession[pair]!]! < dearest - costs[pair]!)) pair++;
    if (!isRight || left !== unserved[need] || pair < end) wrongNeeds.push(need);
  }
  return { free, wrongNeeds, usedNeed, usedSession };
};

const quantityViolations = (problem: Problem, solution: Solution, needs: readonly number[], add: Add): void => {
  const { pairStart, needQuantity } = problem;
  const { pairQuantity, unserved } = solution;
  for (const need of needs) {
    let left = needQuantity[need]!;
    if (!isQuantity(unserved[need]!)) add({ rule: 'QUANTITY', need });
    for (let pair = pairStart[need]!; pair < pairStart[need + 1]!; pair++) {
      if (!isQuantity(pairQuantity[pair]!)) add({ rule: 'QUANTITY', need, pair });
      left -= pairQuantity[pair]!;
    }
    if (left !== unserved[need]) add({ rule: 'NEED', need });
  }
};

/** By session: the rank of the need that claims it, -∞ for none. */
const ranksOf = ({ needRank, needCount }: Problem, sessionClaim: Int32Array): Float64Array => {
  const ranks = new Float64Array(sessionClaim.length).fill(Number.NEGATIVE_INFINITY);
  for (let session = 0; session < ranks.length; session++) {
    const need = sessionClaim[session]!;
    if (need >= 0 && need < needCount) ranks[session] = needRank[need]!;
  }
  return ranks;
};

/** Whether whatever a need that is left out can reach is claimed by a need of its rank or higher: one look at each row. */
const isClosed = (
  { needCount, pairStart, pairSession, needRank }: Problem,
  { unserved }: Solution,
  { usedNeed, usedSession }: Survey,
  claimRank: Float64Array,
): boolean => {
  const least = new Float64Array(needCount);
  for (let need = 0; need < needCount; need++) least[need] = unserved[need]! > 0 ? needRank[need]! : Number.NEGATIVE_INFINITY;
  for (let i = 0; i < usedNeed.length; i++) {
    const rank = claimRank[usedSession[i]!]!;
    if (rank > least[usedNeed[i]!]!) least[usedNeed[i]!] = rank;
  }
  for (let need = 0; need < needCount; need++) {
    const rank = least[need]!;
    if (rank === Number.NEGATIVE_INFINITY) continue;
    const end = pairStart[need + 1]!;
    for (let pair = pairStart[need]!; pair < end; pair++) if (!(claimRank[pairSession[pair]!]! >= rank)) return false;
  }
  return true;
};

/** Finds the claims: one search a need, from the highest rank down, sharing what was seen. */
const claimsOf = (problem: Problem, { unserved }: Solution, surveyed: Survey): Int32Array => {
  const sessionClaim = new Int32Array(problem.sessionCount).fill(-1);
  const holdings = holdingsOf(problem, surveyed);
  const search = createSearch(problem);
  for (const need of inRankOrder(problem.needRank)) {
    if (!(unserved[need]! > 0)) continue;
    const before = search.reached;
    reach(problem, holdings, search, need);
    for (let i = before; i < search.reached; i++) sessionClaim[search.queue[i]!] = need;
  }
  return sessionClaim;
};

/** Claims that come with the plan are only believed where they are closed and leave nothing to object to. */
const rankViolations = (
  problem: Problem,
  solution: Solution,
  surveyed: Survey,
  given: Int32Array | undefined,
  add: Add,
): void => {
  if (solution.unserved.every(left => left === 0)) return;
  const { needRank, sessionCount } = problem;
  const { free, usedNeed, usedSession } = surveyed;
  const violationsOf = (sessionClaim: Int32Array, claimRank: Float64Array): readonly Violation[] => {
    const violations: Violation[] = [];
    for (let session = 0; session < sessionCount; session++)
      if (free[session]! > 0 && claimRank[session]! > Number.NEGATIVE_INFINITY)
        violations.push({ rule: 'FREE_PLACE', need: sessionClaim[session]!, session });
    for (let i = 0; i < usedNeed.length; i++)
      if (needRank[usedNeed[i]!]! < claimRank[usedSession[i]!]!) violations.push({ rule: 'ENVY', need: usedNeed[i]! });
    return violations;
  };
  if (given?.length === sessionCount) {
    const claimRank = ranksOf(problem, given);
    if (isClosed(problem, solution, surveyed, claimRank) && violationsOf(given, claimRank).length === 0) return;
  }
  const found = claimsOf(problem, solution, surveyed);
  for (const violation of violationsOf(found, ranksOf(problem, found))) add(violation);
};

const priceViolations = (
  problem: Problem,
  costs: Costs,
  { pairQuantity, sessionPrice }: Solution,
  { free, wrongNeeds }: Survey,
  add: Add,
): void => {
  const { sessionCount, pairStart, pairSession } = problem;
  for (let session = 0; session < sessionCount; session++) {
    if (!isQuantity(sessionPrice[session]!)) add({ rule: 'PRICE', session });
    else if (sessionPrice[session]! > 0 && free[session]! > 0) add({ rule: 'PRICE_OF_FREE', session });
  }
  for (const need of wrongNeeds) {
    const asked = (pair: number): number => costs[pair]! + sessionPrice[pairSession[pair]!]!;
    let least = Number.POSITIVE_INFINITY;
    for (let pair = pairStart[need]!; pair < pairStart[need + 1]!; pair++) least = Math.min(least, asked(pair));
    for (let pair = pairStart[need]!; pair < pairStart[need + 1]!; pair++)
      if (pairQuantity[pair]! > 0 && asked(pair) > least) add({ rule: 'NOT_LEAST', need, pair });
  }
};

/**
 * Checks in time linear in the pairs that a plan is possible, serves the right needs (level 1) and costs least among the plans
 * that serve the same (level 2, by its prices). Apart from sorting the ranks it shares no code with the stages that make plans.
 *
 * Why this is enough. Level 1: were some other plan better, the highest-ranked need to gain would be the start of an alternating
 * path to a free place or to a lower-ranked need that loses. All that such paths lead to is claimed by that need or a higher one;
 * nothing that is claimed is free or held by a need that ranks below the claim. Level 2: for the served quantities `s` any
 * plan costs at least `Σ sᵢ · leastᵢ - Σ capacityⱼ · priceⱼ`, where `leastᵢ` is the least cost plus price of a row; this plan
 * costs exactly that.
 *
 * @param sessionClaim what proves level 1 as prices prove level 2, by session: the highest-ranked need that is left out and that
 *   alternating paths lead to it, -1 where there is none. It saves a search; where it proves nothing, the search is made.
 * @returns all violations; empty when the plan is proven.
 */
export const verify = (problem: Problem, solution: Solution, sessionClaim?: Int32Array): readonly Violation[] => {
  const violations: Violation[] = [];
  const add: Add = violation => {
    violations.push(violation);
  };
  if (
    solution.pairQuantity.length !== problem.pairSession.length ||
    solution.unserved.length !== problem.needCount ||
    solution.sessionPrice.length !== problem.sessionCount
  )
    return [{ rule: 'SHAPE' }];
  const costs = costsOf(problem);
  const surveyed = survey(problem, costs, solution);
  const { free, wrongNeeds } = surveyed;
  quantityViolations(problem, solution, wrongNeeds, add);
  for (let session = 0; session < problem.sessionCount; session++) if (!(free[session]! >= 0)) add({ rule: 'CAPACITY', session });
  rankViolations(problem, solution, surveyed, sessionClaim, add);
  priceViolations(problem, costs, solution, surveyed, add);
  return violations;
};

/**
 * The true answer to "why not me": all sessions that could serve a need, directly or by moving the people in them to where they
 * could go as well, and the needs that hold them. For a need that is fully served it only says what surrounds it.
 *
 * @throws RangeError when there is no such need.
 */
export const certificate = (problem: Problem, solution: Solution, need: number): Certificate => {
  if (!Number.isInteger(need) || need < 0 || need >= problem.needCount)
    throw new RangeError(`need must be from 0 to ${problem.needCount - 1}, got ${need}`);
  const holdings = holdingsOf(problem, survey(problem, costsOf(problem), solution));
  const search = createSearch(problem);
  const holders = new Set<number>();
  reach(problem, holdings, search, need, holder => {
    if (holder !== need) holders.add(holder);
  });
  let lowestHolder = -1;
  for (const holder of holders)
    if (lowestHolder < 0 || problem.needRank[holder]! < problem.needRank[lowestHolder]!) lowestHolder = holder;
  return {
    sessions: search.queue.slice(0, search.reached).sort(),
    holders: Int32Array.from(holders).sort(),
    lowestHolder,
  };
};
