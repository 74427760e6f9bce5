import type { AuctionRoom } from './auction-room.js';
import { attach, dueOf, type Network } from './network.js';

/** Marks of a session in a walk: not met yet, and settled; on the way it is the number of the one before, -1 for none. */
const NEW = -3;
const SETTLED = -2;

/**
 * Hangs full sessions below needs that the auction saw yield there. Such a need is about as well off where it went, so what its
 * place and the pair between them make of the session's price is about the price that the auction found; from prices so near the
 * best ones the simplex has a third fewer pivots to make. Sessions with free places stay with the root, and one of each circle.
 *
 * Needs still hang by a quantity, so the tree is strongly feasible; which prices it begins with decides nothing but the time.
 */
export const hangBelowOutbid = (net: Network, { places, holdingOf, outbid, outbidNeed, trail }: AuctionRoom): void => {
  const { group, sessionCount, parent, pairAbove, rowCost, flow, depth, price } = net;
  for (const session of group.sessions) trail[session] = NEW;
  for (const start of group.sessions) {
    let session = start;
    let last = -1;
    while (trail[session] === NEW) {
      trail[session] = last;
      last = session;
      const pair = outbid[session]!;
      if (pair >= 0 && places[session] === 0 && holdingOf[pair] === 0) session = parent[sessionCount + outbidNeed[session]!]!;
    }
    // The last one stays with the root if nothing is above it, or what is above it is on the trail.
    let isRooted = trail[session] !== SETTLED;
    while (last >= 0) {
      if (!isRooted) {
        const pair = outbid[last]!;
        const need = outbidNeed[last]!;
        const above = sessionCount + need;
        parent[last] = above;
        pairAbove[last] = pair;
        flow[last] = 0;
        price[last] = dueOf(net, need) - rowCost[pair]!;
        depth[last] = depth[parent[above]!]! + 2;
        attach(net, last);
      }
      isRooted = false;
      const before = trail[last]!;
      trail[last] = SETTLED;
      last = before;
    }
  }
};
