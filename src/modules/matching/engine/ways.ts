import type { Layers } from './layers.js';

/** A shortest alternating path from the root of a search to where it ends. */
export interface Way {
  /** Of the far side: whom its pairs lead to. */
  readonly fars: readonly number[];
  /** The holdings that it goes back over; when there are as many, it ends with the last of them. */
  readonly holdings: readonly number[];
  /** Of the near side: whom those lead to. */
  readonly nears: readonly number[];
}

export interface Ways {
  /** The cheapest of the shortest ways to some of the far side, of one layer; null when none of them is reached any more. */
  readonly toFar: (ends: readonly number[]) => Way | null;
  /** The cheapest of the shortest ways to a member of the near side. */
  readonly toNear: (end: number) => Way | null;
}

/**
 * Finds ways backwards, from ends to root, layer by layer; a pair costs, and a holding saves.
 *
 * That is right after a search, and stays so while the plan is changed along ways that were found after all was known that can be
 * reached: nobody comes nearer by that, for what such a way turns around leads back to an earlier layer. So layers only become
 * too low, and then no way leads from the root to the end, nor to anybody who was met between; all of them are raised by one
 * layer, and so on (distance labels, Ahuja and Orlin 1991).
 */
export const createWays = (layers: Layers, pairOf: Int32Array, pairCost: Int32Array): Ways => {
  const { near, far, nearMark, farMark } = layers;
  // By member: the least cost from there to an end (∞: not met), and how to go on (-1: it is an end).
  const nearCost = new Float64Array(near.count).fill(Number.POSITIVE_INFINITY);
  const farCost = new Float64Array(far.count).fill(Number.POSITIVE_INFINITY);
  const nearTo = new Int32Array(near.count);
  const farOver = new Int32Array(far.count);
  // Who was met, layer by layer.
  const nears: number[] = [];
  const fars: number[] = [];

  /** Meets those whom a pair leads from to one of the far side. */
  const leaveFar = (member: number): void => {
    const { start, other, cost: costs } = far;
    const mark = farMark[member]!;
    const end = start[member + 1]!;
    for (let at = start[member]!; at < end; at++) {
      const before = other[at]!;
      if (nearMark[before] !== mark) continue;
      const cost = farCost[member]! + costs[at]!;
      if (nearCost[before]! <= cost) continue;
      if (nearCost[before] === Number.POSITIVE_INFINITY) nears.push(before);
      nearCost[before] = cost;
      nearTo[before] = member;
    }
  };

  /** Meets those whom a holding leads from to one of the near side. */
  const leaveNear = (member: number): void => {
    const { first, next } = near;
    const mark = nearMark[member]! - 1;
    for (let holding = first[member]!; holding >= 0; holding = next[holding]!) {
      const before = far.ownerOf[holding]!;
      if (farMark[before] !== mark) continue;
      const cost = nearCost[member]! - pairCost[pairOf[holding]!]!;
      if (farCost[before]! <= cost) continue;
      if (farCost[before] === Number.POSITIVE_INFINITY) fars.push(before);
      farCost[before] = cost;
      farOver[before] = holding;
    }
  };

  const wayFrom = (root: number): Way => {
    const way = { fars: [] as number[], holdings: [] as number[], nears: [] as number[] };
    for (let at = root; nearTo[at]! >= 0; at = way.nears.at(-1)!) {
      way.fars.push(nearTo[at]!);
      const holding = farOver[nearTo[at]!]!;
      if (holding < 0) break;
      way.holdings.push(holding);
      way.nears.push(near.ownerOf[holding]!);
    }
    return way;
  };

  /** The way from the root to the ends, which are met already; null when their layer is too low. */
  const complete = (): Way | null => {
    const root = layers.nearReached[0]!;
    let [nearsDone, farsDone] = [0, 0];
    do {
      for (; nearsDone < nears.length; nearsDone++) leaveNear(nears[nearsDone]!);
      for (; farsDone < fars.length; farsDone++) leaveFar(fars[farsDone]!);
    } while (nearsDone < nears.length && nears[nearsDone] !== root);
    const way = nearsDone < nears.length ? wayFrom(root) : null;
    for (const member of nears) nearCost[member] = Number.POSITIVE_INFINITY;
    for (const member of fars) farCost[member] = Number.POSITIVE_INFINITY;
    if (!way) layers.raise(nears, fars);
    nears.length = 0;
    fars.length = 0;
    return way;
  };

  return {
    toFar: ends => {
      while (farMark[ends[0]!]! >= layers.floor) {
        for (const end of ends) {
          farCost[end] = 0;
          farOver[end] = -1;
          fars.push(end);
        }
        const way = complete();
        if (way) return way;
      }
      return null;
    },
    toNear: end => {
      while (nearMark[end]! >= layers.floor) {
        nearCost[end] = 0;
        nearTo[end] = -1;
        nears.push(end);
        const way = complete();
        if (way) return way;
      }
      return null;
    },
  };
};
