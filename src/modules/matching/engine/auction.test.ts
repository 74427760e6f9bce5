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
    const room = createAuctionRoom(transport, costs, scratch);
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

it('gives up where more is asked than there are places', () => {
  const problem = tangle({ needs: 40, sessions: 15, pairsPerNeed: 6, supply: 0.5, costs: 9999, seed: 1 });
  expect(held(problem, problem.needQuantity).ended).toBe(false);
});
