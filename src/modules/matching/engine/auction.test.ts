import { expect, it } from 'vitest';
import { createRandom, tangle } from '../../../../bench/support/instances.js';
import { between, type Random } from '../../../../tests/support/matching.js';
import { auction } from './auction.js';
import { createAuctionRoom } from './auction-room.js';
import { createNetwork } from './network.js';
import { Scratch } from './scratch.js';
import { solve } from './solver.js';
import { sortRows } from './sort.js';
import type { Problem } from './types.js';

/** Holds an auction over a whole problem, with what is to be served by need. */
const held = (problem: Problem, served: Float64Array) =>
  Scratch.lend(ArrayBuffer, scratch => {
    const { needCount, sessionCount, pairCost, sessionCapacity } = problem;
    const { transport, costs } = sortRows(problem, pairCost, scratch);
    const net = createNetwork(transport, costs, scratch);
    const all = (count: number): Int32Array => Int32Array.from({ length: count }, (_, i) => i);
    net.group = { sessions: all(sessionCount), needs: all(needCount), pairs: pairCost.length };
    const room = createAuctionRoom(net, scratch);
    room.places.set(sessionCapacity);
    room.asked.set(served);
    const ended = auction(net, room);
    return structuredClone({ net, room, ended });
  });

const tangled = (random: Random): Problem => {
  const problem = tangle({
    needs: 40,
    sessions: 15,
    pairsPerNeed: 6,
    supply: [0.8, 1, 1.4][between(random, 0, 2)]!,
    costs: 9999,
    seed: between(random, 0, 2 ** 30),
  });
  const most = [1, 4, 10 ** 12][between(random, 0, 2)]!;
  return { ...problem, needQuantity: problem.needQuantity.map(() => between(random, 1, most)) };
};

it('serves all that is asked within the places there are, and not much dearer than the best', () => {
  const random = createRandom(31);
  let [ended, dearer, best] = [0, 0, 0];
  for (let round = 0; round < 300; round++) {
    const problem = tangled(random);
    const { pairQuantity, unserved } = solve(problem);
    const served = problem.needQuantity.map((quantity, need) => quantity - unserved[need]!);
    const { net, room, ended: whole } = held(problem, served);
    if (!whole) continue;
    ended++;
    const taken = new Float64Array(problem.sessionCount);
    for (let need = 0; need < problem.needCount; need++) {
      let sum = 0;
      for (let pair = net.rowStart[need]!; pair < net.rowStart[need + 1]!; pair++) {
        if (room.holdingOf[pair] === 0) continue;
        const quantity = room.quantity[room.holdingOf[pair]!]!;
        sum += quantity;
        taken[net.rowSession[pair]!]! += quantity;
        dearer += net.rowCost[pair]! * quantity;
      }
      expect(sum, `round ${round}`).toBe(served[need]);
    }
    for (const [session, places] of room.places.entries()) {
      expect(places).toBeGreaterThanOrEqual(0);
      expect(taken[session]).toBe(problem.sessionCapacity[session]! - places);
    }
    for (const [pair, quantity] of pairQuantity.entries()) best += quantity * problem.pairCost[pair]!;
  }
  expect(ended).toBeGreaterThan(200);
  expect(dearer).toBeGreaterThanOrEqual(best);
  expect(dearer).toBeLessThan(1.1 * best);
});

it('lets a need with nowhere else to go stay, also where prices are too many for 32 bits', () => {
  // Each session has two places and is all that one need can have; another need can also go to the next session.
  const sessionCount = 120_000;
  const rows = Array.from({ length: 2 * sessionCount }, (_, need) => {
    const session = need % sessionCount;
    return need < sessionCount ? [session] : [session, (session + 1) % sessionCount];
  });
  const ends = rows.map(() => 0);
  let pairs = 0;
  for (const [need, row] of rows.entries()) {
    pairs += row.length;
    ends[need] = pairs;
  }
  const { room, ended } = held(
    {
      needCount: rows.length,
      sessionCount,
      pairStart: Int32Array.from([0, ...ends]),
      pairSession: Int32Array.from(rows.flat()),
      pairCost: Int32Array.from(rows.flatMap(row => (row.length === 1 ? [5000] : [0, 10]))),
      needQuantity: new Float64Array(rows.length).fill(1),
      needRank: Int32Array.from(rows.keys()),
      sessionCapacity: new Float64Array(sessionCount).fill(2),
    },
    new Float64Array(rows.length).fill(1),
  );
  expect(ended).toBe(true);
  const levels = Array.from({ length: sessionCount }, (_, pair) => room.level[room.holdingOf[pair]!]!);
  expect(levels.every(level => level === Number.POSITIVE_INFINITY)).toBe(true);
});

it('gives up where more is asked than there are places', () => {
  const problem = tangle({ needs: 40, sessions: 15, pairsPerNeed: 6, supply: 0.5, costs: 9999, seed: 1 });
  expect(held(problem, problem.needQuantity).ended).toBe(false);
});
