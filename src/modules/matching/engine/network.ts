import type { Costs } from './costs.js';
import type { Scratch } from './scratch.js';
import type { Transport } from './types.js';

/** Those of whom a group consists: numbers of needs and sessions in the whole, and how many pairs their rows have. */
export interface Members {
  readonly sessions: Int32Array;
  readonly needs: Int32Array;
  readonly pairs: number;
}

/**
 * The transportation problem of one group: every need's served quantity is fixed, and where it is served is to be made cheapest.
 * One network is used for all groups of a transport, in turn, and reads its rows where they are. They may lead out of the group:
 * whatever is not in it has a price that no one pays.
 */
export interface Network {
  readonly sessionCount: number;
  /** Rows of the needs; within a row by rising cost. */
  readonly rowStart: Int32Array;
  readonly rowSession: Int32Array;
  readonly rowCost: Costs;
  /** The group at hand. */
  group: Members;
  /**
   * A spanning tree on the sessions, then the needs, then one root. A session hangs from the root by its free places or from a
   * need by a pair; a need hangs from a session by a pair. `flow` is the quantity on the arc to the parent and `pairAbove` that
   * arc's place in the rows (-1: free places).
   */
  readonly root: number;
  readonly parent: Int32Array;
  readonly pairAbove: Int32Array;
  readonly flow: Float64Array;
  /** Children that themselves matter: sessions, and needs that have children. A need without any is in no list. */
  readonly firstChild: Int32Array;
  readonly nextSibling: Int32Array;
  readonly previousSibling: Int32Array;
  /** Of sessions only. */
  readonly depth: Int32Array;
  /** Of sessions only: what makes the reduced cost of every tree arc 0; that which no one pays outside the group. */
  readonly price: Costs;
  /** Needs whose rows are being looked at. */
  readonly rows: Int32Array;
}

/**
 * Prices are alternating sums of costs along a tree path: of plain costs and up to so many sessions they stay below the price that
 * no one pays, and both in 32 bits.
 */
const SESSIONS_FOR_INT32 = 100_000;

/** A price that no one pays; the sum of two fits 32 bits. */
export const priceless = (prices: Costs): number => (prices instanceof Int32Array ? 2 ** 30 - 1 : Number.POSITIVE_INFINITY);

/** @param transport rows by rising cost. */
export const createNetwork = (
  { sessionCount, needCount, pairStart, pairSession }: Transport,
  costs: Costs,
  scratch: Scratch,
): Network => {
  const root = sessionCount + needCount;
  const int32 = (length: number): Int32Array => scratch.dirtyInt32(length);
  const isNarrow = costs instanceof Int32Array && sessionCount < SESSIONS_FOR_INT32;
  const price = isNarrow ? int32(sessionCount) : scratch.dirtyFloat64(sessionCount);
  price.fill(priceless(price));
  return {
    sessionCount,
    rowStart: pairStart,
    rowSession: pairSession,
    rowCost: costs,
    group: { sessions: int32(0), needs: int32(0), pairs: 0 },
    root,
    parent: int32(root + 1),
    pairAbove: int32(root + 1),
    flow: scratch.dirtyFloat64(root + 1),
    firstChild: int32(root + 1),
    nextSibling: int32(root + 1),
    previousSibling: int32(root + 1),
    depth: int32(sessionCount),
    price,
    rows: int32(needCount),
  };
};

/** Hangs every session of the group from the root with its free places; needs hang from nothing yet. */
export const plant = (
  { group, sessionCount, root, parent, pairAbove, flow, firstChild, depth, price }: Network,
  free: Float64Array,
): void => {
  for (const session of group.sessions) {
    parent[session] = root;
    pairAbove[session] = -1;
    flow[session] = free[session]!;
    firstChild[session] = -1;
    depth[session] = 1;
    price[session] = 0;
  }
  for (const need of group.needs) {
    pairAbove[sessionCount + need] = -1;
    firstChild[sessionCount + need] = -1;
  }
};

/** Hangs a need from the session of one used pair. */
export const hangNeed = (
  { sessionCount, rowSession, parent, pairAbove, flow }: Network,
  need: number,
  pair: number,
  quantity: number,
): void => {
  const node = sessionCount + need;
  parent[node] = rowSession[pair]!;
  pairAbove[node] = pair;
  flow[node] = quantity;
};

/** What a need pays per unit now: cost and price of the pair that it hangs by. */
export const dueOf = (net: Network, need: number): number => {
  const node = net.sessionCount + need;
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
  const { sessionCount, root, parent, firstChild } = net;
  const above = parent[node]!;
  if (above === root || (node >= sessionCount && firstChild[node]! < 0)) return;
  unlink(net, node, above);
  if (above >= sessionCount && firstChild[above]! < 0) unlink(net, above, parent[above]!);
};

/** Puts a node among its parent's children, and the parent among its own parent's when it is the first there. */
export const attach = (net: Network, node: number): void => {
  const { sessionCount, root, parent, firstChild } = net;
  const above = parent[node]!;
  if (above === root || (node >= sessionCount && firstChild[node]! < 0)) return;
  if (above >= sessionCount && firstChild[above]! < 0) link(net, above, parent[above]!);
  link(net, node, above);
};
