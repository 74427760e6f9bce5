import type { Costs } from './costs.js';

/**
 * The transportation problem of one group: every need's served quantity is fixed, and where it is served is to be made cheapest.
 * Sessions are numbered 0…sessions-1 and needs 0…needs-1 within the group. One network is used again for all groups, so the
 * arrays are as long as the largest one asks for.
 */
export interface Network {
  sessions: number;
  needs: number;
  /** Rows of the needs; within a row by rising cost. */
  readonly rowStart: Int32Array;
  readonly rowSession: Int32Array;
  readonly rowCost: Costs;
  /**
   * A spanning tree on the sessions, then the needs, then one root. A session hangs from the root by its free places or from a
   * need by a pair; a need hangs from a session by a pair. `flow` is the quantity on the arc to the parent and `pairAbove` that
   * arc's place in the rows (-1: free places).
   */
  readonly parent: Int32Array;
  readonly pairAbove: Int32Array;
  readonly flow: Float64Array;
  /** Children that themselves matter: sessions, and needs that have children. A need without any is in no list. */
  readonly firstChild: Int32Array;
  readonly nextSibling: Int32Array;
  readonly previousSibling: Int32Array;
  /** Of sessions only. */
  readonly depth: Int32Array;
  /** Of sessions only: what makes the reduced cost of every tree arc 0. */
  readonly price: Costs;
}

/** Prices are alternating sums of costs along a tree path, of plain costs below this many sessions they fit 32 bits. */
const SESSIONS_FOR_INT32 = 200_000;

export const createNetwork = (sessions: number, needs: number, pairs: number, costs: Costs): Network => {
  const nodes = sessions + needs + 1;
  const wide = costs instanceof Float64Array;
  return {
    sessions,
    needs,
    rowStart: new Int32Array(needs + 1),
    rowSession: new Int32Array(pairs),
    rowCost: wide ? new Float64Array(pairs) : new Int32Array(pairs),
    parent: new Int32Array(nodes),
    pairAbove: new Int32Array(nodes),
    flow: new Float64Array(nodes),
    firstChild: new Int32Array(nodes),
    nextSibling: new Int32Array(nodes),
    previousSibling: new Int32Array(nodes),
    depth: new Int32Array(sessions),
    price: !wide && sessions < SESSIONS_FOR_INT32 ? new Int32Array(sessions) : new Float64Array(sessions),
  };
};

/** Hangs every session from the root with its free places; needs are to be hung by {@link hangNeed}. */
export const plantSessions = (net: Network, sessions: number, needs: number): void => {
  net.sessions = sessions;
  net.needs = needs;
  const root = sessions + needs;
  net.firstChild.fill(-1, 0, root + 1);
  net.parent.fill(root, 0, sessions);
  net.pairAbove.fill(-1, 0, sessions);
  net.depth.fill(1, 0, sessions);
  net.price.fill(0, 0, sessions);
};

const link = (net: Network, child: number, above: number): void => {
  const { firstChild, nextSibling, previousSibling } = net;
  const head = firstChild[above]!;
  nextSibling[child] = head;
  previousSibling[child] = -1;
  if (head >= 0) previousSibling[head] = child;
  firstChild[above] = child;
};

const unlink = (net: Network, child: number, above: number): void => {
  const { firstChild, nextSibling, previousSibling } = net;
  const next = nextSibling[child]!;
  const previous = previousSibling[child]!;
  if (previous >= 0) nextSibling[previous] = next;
  else firstChild[above] = next;
  if (next >= 0) previousSibling[next] = previous;
};

/** Takes a node out of its parent's children, and the parent out of its own parent's when nothing is left below it. */
const detach = (net: Network, node: number): void => {
  const { sessions, parent, firstChild } = net;
  const root = sessions + net.needs;
  const above = parent[node]!;
  if (above === root || (node >= sessions && firstChild[node]! < 0)) return;
  unlink(net, node, above);
  if (above >= sessions && firstChild[above]! < 0) unlink(net, above, parent[above]!);
};

const attach = (net: Network, node: number): void => {
  const { sessions, parent, firstChild } = net;
  const root = sessions + net.needs;
  const above = parent[node]!;
  if (above === root || (node >= sessions && firstChild[node]! < 0)) return;
  if (above >= sessions && firstChild[above]! < 0) link(net, above, parent[above]!);
  link(net, node, above);
};

/** Adds a change of price to all sessions below a node that has just got a new parent, and sets their depths. */
const repriceBelow = (net: Network, top: number, change: number): void => {
  const { sessions, parent, firstChild, nextSibling, depth, price } = net;
  const root = sessions + net.needs;
  if (top >= sessions && firstChild[top]! < 0) return;
  let node = top;
  for (;;) {
    if (node < sessions) {
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
  const { sessions, parent, pairAbove, flow, depth } = net;
  const root = sessions + net.needs;
  let a = down;
  let b = up;
  let depthA = a < sessions ? depth[a]! : a === root ? 0 : depth[parent[a]!]! + 1;
  let depthB = b < sessions ? depth[b]! : depth[parent[b]!]! + 1;
  let leastA = Number.POSITIVE_INFINITY;
  let leastB = Number.POSITIVE_INFINITY;
  let leavesA = -1;
  let leavesB = -1;
  while (a !== b && leastB > 0) {
    if (depthA > depthB) {
      if (a >= sessions && flow[a]! <= leastA) {
        leastA = flow[a]!;
        leavesA = a;
      }
      a = parent[a]!;
      depthA--;
    } else {
      if (b < sessions && flow[b]! < leastB) {
        leastB = flow[b]!;
        leavesB = b;
      }
      b = parent[b]!;
      depthB--;
    }
  }
  const amount = Math.min(leastA, leastB, limit);
  if (amount > 0) {
    for (let node = down; node !== a; node = parent[node]!) flow[node] = flow[node]! + (node < sessions ? amount : -amount);
    for (let node = up; node !== b; node = parent[node]!) flow[node] = flow[node]! + (node < sessions ? -amount : amount);
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
  repriceBelow(net, top, top >= sessions ? reduced : -reduced);
  return true;
};

/** What a need pays per unit now: cost and price of the pair that it hangs by. */
const dueOf = (net: Network, need: number): number => {
  const node = net.sessions + need;
  return net.rowCost[net.pairAbove[node]!]! + net.price[net.parent[node]!]!;
};

/** Hangs a need from the session of one used pair. */
export const hangNeed = (net: Network, need: number, pair: number, quantity: number): void => {
  const node = net.sessions + need;
  net.parent[node] = net.rowSession[pair]!;
  net.pairAbove[node] = pair;
  net.flow[node] = quantity;
};

/**
 * Brings in a further used pair of a need that already hangs. Where it closes a cycle, the quantity goes round it in the cheaper
 * direction until one arc of it is empty; the pair may have to be moved both ways (out and back) but always ends in the tree or
 * at 0.
 */
export const addUsedPair = (net: Network, need: number, pair: number, quantity: number): void => {
  const node = net.sessions + need;
  const session = net.rowSession[pair]!;
  const reduced = net.rowCost[pair]! + net.price[session]! - dueOf(net, need);
  if (reduced <= 0) pivot(net, node, session, pair, quantity, 1, Number.POSITIVE_INFINITY, reduced);
  else pivot(net, session, node, pair, quantity, -1, quantity, reduced);
};

/**
 * Primal network simplex to optimality: block search over the rows for the pair with the most negative reduced cost; a row is
 * left as soon as its costs alone, at prices ≥ 0, cannot beat the best found. That is only a guess while some price is negative;
 * so after each round of the rows all sessions with a negative price return to the root, and the search ends only when a whole
 * round has found no pair and no negative price.
 *
 * @returns the number of pivots.
 */
export const optimize = (net: Network): number => {
  const { sessions, needs, rowStart, rowSession, rowCost, parent, pairAbove, price } = net;
  const root = sessions + needs;
  const block = Math.max(20, Math.ceil(Math.sqrt(rowStart[needs]!) / 8));
  let pivots = 0;
  let need = 0;
  let left = needs;
  for (;;) {
    let best = 0;
    let bestPair = -1;
    let bestNeed = -1;
    for (let scanned = 0; left > 0 && (best === 0 || scanned < block); left--) {
      const end = rowStart[need + 1]!;
      const node = sessions + need;
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
      if (++need === needs) need = 0;
    }
    if (best < 0) {
      pivot(net, bestNeed, rowSession[bestPair]!, bestPair, 0, 1, Number.POSITIVE_INFINITY, best);
      pivots++;
      left = needs;
      continue;
    }
    for (let session = 0; session < sessions; session++) {
      const below = price[session]!;
      if (below >= 0) continue;
      pivot(net, root, session, -1, 0, 1, Number.POSITIVE_INFINITY, below);
      pivots++;
      left = needs;
    }
    if (left === 0) return pivots;
  }
};
