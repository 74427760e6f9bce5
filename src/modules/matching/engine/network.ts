import type { Costs } from './costs.js';
import type { Scratch } from './scratch.js';

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
  /** Needs whose rows are being looked at. */
  readonly rows: Int32Array;
}

/** Prices are alternating sums of costs along a tree path, of plain costs below this many sessions they fit 32 bits. */
const SESSIONS_FOR_INT32 = 200_000;

export const createNetwork = (sessions: number, needs: number, pairs: number, costs: Costs, scratch: Scratch): Network => {
  const nodes = sessions + needs + 1;
  const wide = costs instanceof Float64Array;
  const int32 = (length: number): Int32Array => scratch.dirtyInt32(length);
  const float64 = (length: number): Float64Array => scratch.dirtyFloat64(length);
  return {
    sessions,
    needs,
    rowStart: int32(needs + 1),
    rowSession: int32(pairs),
    rowCost: wide ? float64(pairs) : int32(pairs),
    parent: int32(nodes),
    pairAbove: int32(nodes),
    flow: float64(nodes),
    firstChild: int32(nodes),
    nextSibling: int32(nodes),
    previousSibling: int32(nodes),
    depth: int32(sessions),
    price: !wide && sessions < SESSIONS_FOR_INT32 ? int32(sessions) : float64(sessions),
    rows: int32(needs),
  };
};

/** Hangs every session from the root with its free places; needs are to be hung by {@link hangNeed}. */
export const plantSessions = (net: Network, free: Float64Array): void => {
  const { sessions, needs, parent, pairAbove, flow, firstChild, depth, price } = net;
  const root = sessions + needs;
  firstChild.fill(-1, 0, root + 1);
  parent.fill(root, 0, sessions);
  pairAbove.fill(-1, 0, sessions);
  depth.fill(1, 0, sessions);
  price.fill(0, 0, sessions);
  for (let session = 0; session < sessions; session++) flow[session] = free[session]!;
};

/** Hangs a need from the session of one used pair. */
export const hangNeed = (net: Network, need: number, pair: number, quantity: number): void => {
  const node = net.sessions + need;
  net.parent[node] = net.rowSession[pair]!;
  net.pairAbove[node] = pair;
  net.flow[node] = quantity;
};

/** What a need pays per unit now: cost and price of the pair that it hangs by. */
export const dueOf = (net: Network, need: number): number => {
  const node = net.sessions + need;
  return net.rowCost[net.pairAbove[node]!]! + net.price[net.parent[node]!]!;
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
export const detach = (net: Network, node: number): void => {
  const { sessions, parent, firstChild } = net;
  const root = sessions + net.needs;
  const above = parent[node]!;
  if (above === root || (node >= sessions && firstChild[node]! < 0)) return;
  unlink(net, node, above);
  if (above >= sessions && firstChild[above]! < 0) unlink(net, above, parent[above]!);
};

/** Puts a node among its parent's children, and the parent among its own parent's when it is the first there. */
export const attach = (net: Network, node: number): void => {
  const { sessions, parent, firstChild } = net;
  const root = sessions + net.needs;
  const above = parent[node]!;
  if (above === root || (node >= sessions && firstChild[node]! < 0)) return;
  if (above >= sessions && firstChild[above]! < 0) link(net, above, parent[above]!);
  link(net, node, above);
};
