import type { Problem, Solution } from '../../src/modules/matching/engine/solver.js';

export type Random = () => number;

/** A whole number from `least` to `most`, both included. */
export const between = (random: Random, least: number, most: number): number => least + Math.floor(random() * (most - least + 1));

export const shuffled = (random: Random, length: number): number[] => {
  const order = Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i--) {
    const other = between(random, 0, i);
    [order[i], order[other]] = [order[other]!, order[i]!];
  }
  return order;
};

export interface Row {
  readonly quantity: number;
  readonly rank: number;
  /** Session and cost of each pair, and whether using it changes a published proposal (1) or not. */
  readonly pairs: readonly (readonly [session: number, cost: number, change?: 0 | 1])[];
}

export const problemOf = (capacities: readonly number[], rows: readonly Row[]): Problem => {
  const pairStart = new Int32Array(rows.length + 1);
  for (const [i, row] of rows.entries()) pairStart[i + 1] = pairStart[i]! + row.pairs.length;
  const pairs = rows.flatMap(row => row.pairs);
  return {
    needCount: rows.length,
    sessionCount: capacities.length,
    pairStart,
    pairSession: Int32Array.from(pairs, ([session]) => session),
    pairCost: Int32Array.from(pairs, ([, cost]) => cost),
    needQuantity: Float64Array.from(rows, row => row.quantity),
    needRank: Int32Array.from(rows, row => row.rank),
    sessionCapacity: Float64Array.from(capacities),
    ...(pairs.some(([, , change]) => change !== undefined) && {
      pairChange: Uint8Array.from(pairs, ([, , change]) => change ?? 0),
    }),
  };
};

export const rowsOf = (problem: Problem): Row[] =>
  Array.from({ length: problem.needCount }, (_, need) => ({
    quantity: problem.needQuantity[need]!,
    rank: problem.needRank[need]!,
    pairs: Array.from({ length: problem.pairStart[need + 1]! - problem.pairStart[need]! }, (_, at) => {
      const pair = problem.pairStart[need]! + at;
      const [session, cost] = [problem.pairSession[pair]!, problem.pairCost[pair]!];
      return problem.pairChange ? ([session, cost, problem.pairChange[pair] === 1 ? 1 : 0] as const) : ([session, cost] as const);
    }),
  }));

export interface Mix {
  readonly needs: number;
  readonly sessions: number;
  /** How likely a need and a session make a pair. */
  readonly density: number;
  readonly quantity: () => number;
  readonly capacity: () => number;
  readonly cost: () => number;
  /** How likely using a pair changes a published proposal; without it nothing was published. */
  readonly change?: number;
}

export const randomProblem = (random: Random, mix: Mix): Problem => {
  const ranks = shuffled(random, mix.needs);
  const rows = ranks.map(rank => ({
    quantity: mix.quantity(),
    rank: rank * 7 - 11,
    pairs: shuffled(random, mix.sessions)
      .filter(() => random() < mix.density)
      .map(session =>
        mix.change === undefined
          ? ([session, mix.cost()] as const)
          : ([session, mix.cost(), random() < mix.change ? 1 : 0] as const),
      ),
  }));
  return problemOf(Array.from({ length: mix.sessions }, mix.capacity), rows);
};

/** The objective of a plan, level by level: what each need is served, by need, then two sums that may exceed 2^53. */
export interface Value {
  readonly served: readonly number[];
  /** Σ change · quantity. */
  readonly changes: bigint;
  /** Σ cost · quantity. */
  readonly cost: bigint;
}

export const worthOf = (problem: Problem, solution: Solution): Value => {
  let changes = 0n;
  let cost = 0n;
  for (const [pair, quantity] of solution.pairQuantity.entries()) {
    changes += BigInt(problem.pairChange?.[pair] ?? 0) * BigInt(quantity);
    cost += BigInt(problem.pairCost[pair]!) * BigInt(quantity);
  }
  return { served: Array.from(problem.needQuantity, (quantity, need) => quantity - solution.unserved[need]!), changes, cost };
};

const byRank = (problem: Problem): number[] =>
  Array.from({ length: problem.needCount }, (_, need) => need).sort((a, b) => problem.needRank[b]! - problem.needRank[a]!);

interface Tail {
  readonly served: readonly number[];
  readonly changes: number;
  readonly cost: number;
}

const isBetter = (one: Tail, other: Tail): boolean => {
  const differs = one.served.findIndex((quantity, i) => quantity !== other.served[i]);
  if (differs >= 0) return one.served[differs]! > other.served[differs]!;
  return one.changes < other.changes || (one.changes === other.changes && one.cost < other.cost);
};

/** Tries every way to serve every need, knowing nothing of flows; for a handful of needs and small quantities only. */
export const bruteForce = (problem: Problem): Value => {
  const order = byRank(problem);
  const rows = rowsOf(problem);
  const known = new Map<string, Tail>();
  const best = (at: number, free: readonly number[]): Tail => {
    if (at === order.length) return { served: [], changes: 0, cost: 0 };
    const key = `${at}:${free}`;
    const remembered = known.get(key);
    if (remembered) return remembered;
    const { quantity, pairs } = rows[order[at]!]!;
    let found: Tail | undefined;
    const fill = (pair: number, left: number, now: readonly number[], changes: number, cost: number): void => {
      if (pair === pairs.length) {
        const rest = best(at + 1, now);
        const whole = { served: [quantity - left, ...rest.served], changes: changes + rest.changes, cost: cost + rest.cost };
        if (!found || isBetter(whole, found)) found = whole;
        return;
      }
      const [session, each, change = 0] = pairs[pair]!;
      for (let amount = 0; amount <= Math.min(left, now[session]!); amount++)
        fill(pair + 1, left - amount, now.with(session, now[session]! - amount), changes + amount * change, cost + amount * each);
    };
    fill(0, quantity, free, 0, 0);
    known.set(key, found!);
    return found!;
  };
  const { served, changes, cost } = best(0, Array.from(problem.sessionCapacity));
  const byNeed = new Array<number>(problem.needCount).fill(0);
  for (const [i, need] of order.entries()) byNeed[need] = served[i]!;
  return { served: byNeed, changes: BigInt(changes), cost: BigInt(cost) };
};

/** One change outweighs the costs of any path that {@link referenceSolve} meets. */
const REFERENCE_CHANGE = 10 ** 9;

/**
 * Successive cheapest paths in rank order (Bellman and Ford on a dense matrix of big integers): a cheapest augmentation keeps a
 * flow cheapest for the quantities it serves, and a need that no path serves stays unserved. Slow, and shares nothing with the
 * engine.
 */
export const referenceSolve = (problem: Problem): Value => {
  const { needCount, sessionCount } = problem;
  const rows = rowsOf(problem);
  const flow = rows.map(() => new Array<bigint>(sessionCount).fill(0n));
  const free = Array.from(problem.sessionCapacity, BigInt);
  const served = new Array<number>(needCount).fill(0);
  for (const need of byRank(problem)) {
    let left = BigInt(problem.needQuantity[need]!);
    while (left > 0n) {
      const distance = new Array<number>(needCount).fill(Number.POSITIVE_INFINITY);
      const toSession = new Array<number>(sessionCount).fill(Number.POSITIVE_INFINITY);
      const viaNeed = new Array<number>(sessionCount).fill(-1);
      const viaSession = new Array<number>(needCount).fill(-1);
      distance[need] = 0;
      for (let changed = true; changed; ) {
        changed = false;
        for (const [i, row] of rows.entries()) {
          for (const [session, plain, change = 0] of row.pairs) {
            const cost = plain + change * REFERENCE_CHANGE;
            if (distance[i]! + cost < toSession[session]!) {
              toSession[session] = distance[i]! + cost;
              viaNeed[session] = i;
              changed = true;
            }
            if (flow[i]![session]! > 0n && toSession[session]! - cost < distance[i]!) {
              distance[i] = toSession[session]! - cost;
              viaSession[i] = session;
              changed = true;
            }
          }
        }
      }
      let end = -1;
      for (let session = 0; session < sessionCount; session++)
        if (free[session]! > 0n && toSession[session]! < (end < 0 ? Number.POSITIVE_INFINITY : toSession[end]!)) end = session;
      if (end < 0) break;
      const steps: (readonly [need: number, session: number, sign: bigint])[] = [];
      let amount = left < free[end]! ? left : free[end]!;
      for (let session = end; ; ) {
        const i = viaNeed[session]!;
        steps.push([i, session, 1n]);
        if (i === need) break;
        session = viaSession[i]!;
        steps.push([i, session, -1n]);
        if (flow[i]![session]! < amount) amount = flow[i]![session]!;
      }
      for (const [i, session, sign] of steps) flow[i]![session] = flow[i]![session]! + sign * amount;
      free[end] = free[end]! - amount;
      left -= amount;
    }
    served[need] = problem.needQuantity[need]! - Number(left);
  }
  let changes = 0n;
  let cost = 0n;
  for (const [i, row] of rows.entries()) {
    for (const [session, each, change = 0] of row.pairs) {
      changes += flow[i]![session]! * BigInt(change);
      cost += flow[i]![session]! * BigInt(each);
    }
  }
  return { served, changes, cost };
};
