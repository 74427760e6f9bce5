import { expect, it } from 'vitest';
import { createRandom } from '../../../../bench/support/instances.js';
import { between, type Random, randomProblem } from '../../../../tests/support/matching.js';
import { createLive, type Move } from './live.js';
import { type Problem, solve } from './solver.js';

/** How few holders must move for a member to be reached, and what that costs at least. */
interface Reached {
  readonly layer: number;
  cost: number;
}

interface Link {
  readonly need: number;
  readonly session: number;
  readonly cost: number;
  quantity: number;
}

const linksOf = (problem: Problem, pairQuantity: Float64Array): Link[] => {
  const links: Link[] = [];
  for (let need = 0; need < problem.needCount; need++)
    for (let pair = problem.pairStart[need]!; pair < problem.pairStart[need + 1]!; pair++)
      links.push({
        need,
        session: problem.pairSession[pair]!,
        cost: problem.pairCost[pair]!,
        quantity: pairQuantity[pair]!,
      });
  return links;
};

/** Everything that can be reached from a need or a session, as plainly as can be. */
const reachedFrom = (links: readonly Link[], side: 'need' | 'session', root: number) => {
  const other = side === 'need' ? 'session' : 'need';
  const near = new Map<number, Reached>([[root, { layer: 0, cost: 0 }]]);
  const far = new Map<number, Reached>();
  const note = (map: Map<number, Reached>, member: number, layer: number, cost: number): void => {
    const known = map.get(member);
    if (!known) map.set(member, { layer, cost });
    else if (known.layer === layer) known.cost = Math.min(known.cost, cost);
  };
  for (let layer = 0, known = 0; known < near.size; layer++) {
    known = near.size;
    for (const link of links) {
      const from = near.get(link[side]);
      if (from?.layer === layer) note(far, link[other], layer, from.cost + link.cost);
    }
    for (const link of links) {
      const from = far.get(link[other]);
      if (link.quantity > 0 && from?.layer === layer) note(near, link[side], layer + 1, from.cost - link.cost);
    }
  }
  return { near, far };
};

/** A plan that steps are played over one by one, each of which must be the best there is. */
const createReferee = (problem: Problem, pairQuantity: Float64Array, unserved: Float64Array, free: Float64Array) => {
  const links = linksOf(problem, pairQuantity);
  const linkOf = (need: number, session: number): Link => links.find(link => link.need === need && link.session === session)!;
  const costOf = (moves: readonly Move[]): number =>
    moves.reduce(
      (sum, { need, from, to }) => sum + (to < 0 ? 0 : linkOf(need, to).cost) - (from < 0 ? 0 : linkOf(need, from).cost),
      0,
    );
  const play = ({ need, from, to, quantity }: Move): void => {
    if (from < 0) unserved[need]! -= quantity;
    else {
      linkOf(need, from).quantity -= quantity;
      free[from]! += quantity;
    }
    if (to < 0) unserved[need]! += quantity;
    else {
      linkOf(need, to).quantity += quantity;
      free[to]! -= quantity;
      // In this order every step finds its place free.
      expect(free[to]).toBeGreaterThanOrEqual(0);
    }
    expect(Math.min(...links.map(link => link.quantity), ...unserved)).toBeGreaterThanOrEqual(0);
  };
  /** Moves end where somebody begins to be served. */
  const stepsOf = (moves: readonly Move[]): Move[][] => {
    const steps: Move[][] = [[]];
    for (const move of moves) {
      steps.at(-1)!.push(move);
      if (move.from < 0) steps.push([]);
    }
    expect(steps.pop()).toEqual([]);
    return steps;
  };
  const nearest = (ends: readonly Reached[]): { readonly moves: number; readonly cost: number } => {
    const moves = Math.min(...ends.map(({ layer }) => layer + 1));
    return { moves, cost: Math.min(...ends.filter(({ layer }) => layer + 1 === moves).map(({ cost }) => cost)) };
  };
  /** Who ranks lowest or, with -1, highest among some needs. */
  const first = (needs: readonly number[], sign: number): number | undefined =>
    needs.toSorted((a, b) => sign * (problem.needRank[a]! - problem.needRank[b]!))[0];

  /** What the next step of a need must be like; null: there is none. */
  const placing = (root: number) => {
    const { near, far } = reachedFrom(links, 'need', root);
    const places = [...far].filter(([session]) => free[session]! > 0).map(([, reached]) => reached);
    if (places.length > 0) return { loser: undefined, ...nearest(places) };
    const loser = first([...near.keys()], 1)!;
    return loser === root ? null : { loser, ...nearest([near.get(loser)!]) };
  };
  const refilling = (root: number) => {
    const { far } = reachedFrom(links, 'session', root);
    const guest = first(
      [...far.keys()].filter(need => unserved[need]! > 0),
      -1,
    );
    return guest === undefined ? null : { guest, ...nearest([far.get(guest)!]) };
  };
  return {
    expectPlaced: (need: number, more: number, moves: readonly Move[]): number => {
      unserved[need]! += more;
      const steps = stepsOf(moves);
      for (const step of steps) {
        expect({ loser: step.find(({ to }) => to < 0)?.need, moves: step.length, cost: costOf(step) }).toEqual(placing(need));
        for (const move of step) play(move);
      }
      if (unserved[need]! > 0) expect(placing(need)).toBeNull();
      return steps.length;
    },
    expectRefilled: (session: number, places: number, moves: readonly Move[]): number => {
      free[session]! += places;
      const steps = stepsOf(moves);
      for (const step of steps) {
        expect({ guest: step.at(-1)!.need, moves: step.length, cost: costOf(step) }).toEqual(refilling(session));
        for (const move of step) play(move);
      }
      if (free[session]! > 0) expect(refilling(session)).toBeNull();
      return steps.length;
    },
  };
};

/** Many sessions that few can use, so that ways are long, and needs of many units in pieces. */
const sparse = (random: Random) => ({
  needs: 30,
  sessions: 18,
  density: 0.06 + random() * 0.1,
  quantity: () => between(random, 1, random() < 0.3 ? 9 : 2),
  capacity: () => between(random, 0, 4),
  cost: () => between(random, 0, 30),
});

it('moves as few as can be and of those the cheapest way, in each step of many changes of many units', () => {
  const random = createRandom(31);
  let [most, longest] = [0, 0];
  for (let round = 0; round < 120; round++) {
    const problem = randomProblem(random, sparse(random));
    const needQuantity = problem.needQuantity.map((quantity, need) => (need < 15 ? quantity : 0));
    const plan = solve({ ...problem, needQuantity });
    const live = createLive({ ...problem, needQuantity }, plan);
    const referee = createReferee(problem, plan.pairQuantity, live.unserved, live.free);
    for (let change = 0; change < 20; change++) {
      if (random() < 0.6) {
        const need = between(random, 0, problem.needCount - 1);
        const more = between(random, 1, 8);
        const moves = live.placeNeed(need, more);
        most = Math.max(most, referee.expectPlaced(need, more, moves));
        longest = Math.max(longest, moves.length);
      } else {
        const session = between(random, 0, problem.sessionCount - 1);
        const places = between(random, 1, 8);
        most = Math.max(most, referee.expectRefilled(session, places, live.addPlaces(session, places)));
      }
    }
  }
  expect(most).toBeGreaterThan(5);
  expect(longest).toBeGreaterThan(15);
});
