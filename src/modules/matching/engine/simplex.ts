import { attach, detach, dueOf, type Network } from './network.js';

/** Adds a change of price to all sessions below a node that has just got a new parent, and sets their depths. */
const repriceBelow = (net: Network, top: number, change: number): void => {
  const { sessionCount, root, parent, firstChild, nextSibling, depth, price } = net;
  if (top >= sessionCount && firstChild[top]! < 0) return;
  let node = top;
  for (;;) {
    if (node < sessionCount) {
      price[node] = price[node]! + change;
      const above = parent[node]!;
      depth[node] = above === root ? 1 : depth[parent[above]!]! + 2;
    }
    let next = firstChild[node]!;
    if (next < 0) {
      while (node !== top && nextSibling[node]! < 0) node = parent[node]!;
      if (node === top) return;
      next = nextSibling[node]!;
    }
    node = next;
  }
};

/**
 * One pivot: quantity goes round the cycle that an arc outside the tree closes, from the join of its two ends down to `down`,
 * over the arc, and from `up` back to the join, until an arc of the tree is emptied or the arc itself has changed by `limit`.
 *
 * The tree is kept strongly feasible (Cunningham 1976, seen from the root): an arc with quantity 0 always leads away from the
 * root, that is, it belongs to a session. To keep it so, the leaving arc is the first emptied one that the cycle meets from the
 * join on; then no sequence of pivots without change can repeat. Nine pivots of ten move nothing: they are decided by the first
 * empty session above `up`, and the walk ends there without looking for the join.
 *
 * @param now quantity on the arc; `sign` is 1 when it grows and -1 when it shrinks.
 * @param reduced the arc's reduced cost.
 * @returns whether the arc entered the tree (else its quantity has changed by `limit`).
 */
const pivot = (
  net: Network,
  down: number,
  up: number,
  pair: number,
  now: number,
  sign: 1 | -1,
  limit: number,
  reduced: number,
): boolean => {
  const { sessionCount, root, parent, pairAbove, flow, depth } = net;
  let a = down;
  let b = up;
  let depthA = a < sessionCount ? depth[a]! : a === root ? 0 : depth[parent[a]!]! + 1;
  let depthB = b < sessionCount ? depth[b]! : depth[parent[b]!]! + 1;
  let leastA = Number.POSITIVE_INFINITY;
  let leastB = Number.POSITIVE_INFINITY;
  let leavesA = -1;
  let leavesB = -1;
  while (a !== b && leastB > 0) {
    if (depthA > depthB) {
      if (a >= sessionCount && flow[a]! <= leastA) {
        leastA = flow[a]!;
        leavesA = a;
      }
      a = parent[a]!;
      depthA--;
    } else {
      if (b < sessionCount && flow[b]! < leastB) {
        leastB = flow[b]!;
        leavesB = b;
      }
      b = parent[b]!;
      depthB--;
    }
  }
  const amount = Math.min(leastA, leastB, limit);
  if (amount > 0) {
    for (let node = down; node !== a; node = parent[node]!) flow[node] = flow[node]! + (node < sessionCount ? amount : -amount);
    for (let node = up; node !== b; node = parent[node]!) flow[node] = flow[node]! + (node < sessionCount ? -amount : amount);
  }
  if (leastA > amount && limit <= amount) return false;

  const fromA = leastA <= amount;
  const leaving = fromA ? leavesA : leavesB;
  const top = fromA ? down : up;
  let node = top;
  let above = fromA ? up : down;
  let arc = pair;
  let quantity = now + sign * amount;
  for (;;) {
    const oldAbove = parent[node]!;
    const oldArc = pairAbove[node]!;
    const oldQuantity = flow[node]!;
    detach(net, node);
    parent[node] = above;
    pairAbove[node] = arc;
    flow[node] = quantity;
    attach(net, node);
    if (node === leaving) break;
    above = node;
    node = oldAbove;
    arc = oldArc;
    quantity = oldQuantity;
  }
  // The moved part follows the arc: needs' side by the reduced cost, sessions' side against it.
  repriceBelow(net, top, top >= sessionCount ? reduced : -reduced);
  return true;
};

/**
 * Brings in a further used pair of a need that already hangs. Where it closes a cycle, the quantity goes round it in the cheaper
 * direction until one arc of it is empty; the pair may have to be moved both ways (out and back) but always ends in the tree or
 * at 0.
 */
export const addUsedPair = (net: Network, need: number, pair: number, quantity: number): void => {
  const node = net.sessionCount + need;
  const session = net.rowSession[pair]!;
  const reduced = net.rowCost[pair]! + net.price[session]! - dueOf(net, need);
  if (reduced <= 0) pivot(net, node, session, pair, quantity, 1, Number.POSITIVE_INFINITY, reduced);
  else pivot(net, session, node, pair, quantity, -1, quantity, reduced);
};

/**
 * Primal network simplex to optimality: block search over the rows for the pair with the most negative reduced cost; a row is
 * left as soon as its costs alone, at prices ≥ 0, cannot beat the best found. That is only a guess while some price is negative.
 * Rows in which there was something to gain are looked at once more, then all sessions with a negative price return to the root, and
 * all rows are looked at again. The search ends when that finds no pair and no negative price.
 *
 * @returns the number of pivots.
 */
export const optimize = (net: Network): number => {
  const { group, sessionCount, root, rowStart, rowSession, rowCost, parent, pairAbove, price, rows } = net;
  const block = Math.max(20, Math.ceil(Math.sqrt(group.pairs) / 8));
  let pivots = 0;
  for (let before = -1; before < pivots; ) {
    before = pivots;
    rows.set(group.needs);
    for (let count = group.needs.length, look = 0; look < 2; look++) {
      let kept = 0;
      for (let at = 0; at < count; ) {
        let best = 0;
        let bestPair = -1;
        let bestNeed = -1;
        for (let scanned = 0; at < count && (best === 0 || scanned < block); at++) {
          const need = rows[at]!;
          const end = rowStart[need + 1]!;
          const node = sessionCount + need;
          const due = rowCost[pairAbove[node]!]! + price[parent[node]!]!;
          let bound = due + best;
          let pair = rowStart[need]!;
          for (; pair < end; pair++) {
            const cost = rowCost[pair]!;
            if (cost >= bound) break;
            const asked = cost + price[rowSession[pair]!]!;
            if (asked < bound) {
              bound = asked;
              bestPair = pair;
              bestNeed = node;
            }
          }
          best = bound - due;
          scanned += 2 + pair - rowStart[need]!;
          if (best < 0) rows[kept++] = need;
        }
        if (best === 0) break;
        pivot(net, bestNeed, rowSession[bestPair]!, bestPair, 0, 1, Number.POSITIVE_INFINITY, best);
        pivots++;
      }
      count = kept;
    }
    for (const session of group.sessions) {
      const below = price[session]!;
      if (below >= 0) continue;
      pivot(net, root, session, -1, 0, 1, Number.POSITIVE_INFINITY, below);
      pivots++;
    }
  }
  return pivots;
};
