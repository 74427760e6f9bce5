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
  /** The cheapest of the shortest ways to some of the far side, of one layer. */
  readonly toFar: (ends: readonly number[]) => Way;
  /** The cheapest of the shortest ways to a member of the near side. */
  readonly toNear: (end: number) => Way;
}

/** Finds ways backwards, from ends to root, among those only who are on any shortest one. A pair costs, and a holding saves. */
export const createWays = (layers: Layers, pairOf: Int32Array, pairCost: Int32Array): Ways => {
  const { near, far, nearMark, farMark } = layers;
  // By member: the least cost from there to an end (∞: not known yet), and how to go on: -1 at an end.
  const nearCost = new Float64Array(near.count).fill(Number.POSITIVE_INFINITY);
  const farCost = new Float64Array(far.count).fill(Number.POSITIVE_INFINITY);
  const nearTo = new Int32Array(near.count);
  const farOver = new Int32Array(far.count);

  /** Who of the near side is the one before on shortest ways. */
  const beforeFar = (members: readonly number[]): number[] => {
    const { start, other, cost: costs } = far;
    const found: number[] = [];
    for (const member of members) {
      const mark = farMark[member]!;
      for (let at = start[member]!; at < start[member + 1]!; at++) {
        const before = other[at]!;
        if (nearMark[before] !== mark) continue;
        const cost = farCost[member]! + costs[at]!;
        if (nearCost[before]! <= cost) continue;
        if (nearCost[before] === Number.POSITIVE_INFINITY) found.push(before);
        nearCost[before] = cost;
        nearTo[before] = member;
      }
    }
    return found;
  };

  /** Who of the far side is. */
  const beforeNear = (members: readonly number[]): number[] => {
    const { first, next } = near;
    const found: number[] = [];
    for (const member of members) {
      const mark = nearMark[member]! - 1;
      for (let holding = first[member]!; holding >= 0; holding = next[holding]!) {
        const before = far.ownerOf[holding]!;
        if (farMark[before] !== mark) continue;
        const cost = nearCost[member]! - pairCost[pairOf[holding]!]!;
        if (farCost[before]! <= cost) continue;
        if (farCost[before] === Number.POSITIVE_INFINITY) found.push(before);
        farCost[before] = cost;
        farOver[before] = holding;
      }
    }
    return found;
  };

  const follow = (root: number): Way => {
    const fars: number[] = [];
    const holdings: number[] = [];
    const nears: number[] = [];
    for (let at = root; nearTo[at]! >= 0; at = nears.at(-1)!) {
      fars.push(nearTo[at]!);
      const holding = farOver[nearTo[at]!]!;
      if (holding < 0) break;
      holdings.push(holding);
      nears.push(near.ownerOf[holding]!);
    }
    return { fars, holdings, nears };
  };

  const wayTo = (ends: readonly number[]): Way => {
    const root = layers.nearReached[0]!;
    const fars = [...ends];
    const nears: number[] = [];
    for (let last = beforeFar(ends); ; ) {
      nears.push(...last);
      if (last[0] === root) break;
      const before = beforeNear(last);
      fars.push(...before);
      last = beforeFar(before);
    }
    const way = follow(root);
    for (const member of fars) farCost[member] = Number.POSITIVE_INFINITY;
    for (const member of nears) nearCost[member] = Number.POSITIVE_INFINITY;
    return way;
  };

  return {
    toFar: ends => {
      for (const end of ends) {
        farCost[end] = 0;
        farOver[end] = -1;
      }
      return wayTo(ends);
    },
    toNear: end => {
      nearCost[end] = 0;
      nearTo[end] = -1;
      const way = wayTo(beforeNear([end]));
      nearCost[end] = Number.POSITIVE_INFINITY;
      return way;
    },
  };
};
