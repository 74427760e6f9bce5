import type { Problem } from '../../src/modules/matching/engine/solver.js';

/** A seeded generator (mulberry32): the same seed gives the same instance on every machine. */
export const createRandom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
};

export interface EstateOptions {
  readonly needs: number;
  readonly sessions: number;
  readonly pairsPerNeed: number;
  /** Supply of each category over its demand: 0.75 scarce, 1 balanced, 1.4 ample. */
  readonly supply: number;
  readonly seed: number;
}

const NEEDS_PER_BRANCH = 300;
const BRANCH_METERS = 400;
const CATEGORIES = 24;
const FUNDING = CATEGORIES - 1;
const DAYS = 28;
const GROUPS = 6;

interface Place {
  readonly x: number;
  readonly y: number;
}

/**
 * An estate as the field has it: branches of 300 needs on a 400 m grid, 24 categories with Zipf-like weights of which the last
 * is money in fen, six beneficiary groups (half of the sessions are open to one group only), 28 days, sessions serving those
 * who are near. Costs are distance, waiting, and a preference.
 */
export const estate = ({ needs, sessions, pairsPerNeed, supply, seed }: EstateOptions): Problem => {
  const random = createRandom(seed);
  const branches = Math.max(1, Math.round(needs / NEEDS_PER_BRANCH));
  const side = Math.ceil(Math.sqrt(branches));
  const weights = Array.from({ length: CATEGORIES }, (_, rank) => 1 / (rank + 2));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const category = (): number => {
    let left = random() * total;
    for (let i = 0; i < CATEGORIES; i++) {
      left -= weights[i]!;
      if (left < 0) return i;
    }
    return CATEGORIES - 1;
  };
  const somewhere = (): Place => {
    const branch = Math.floor(random() * branches);
    return {
      x: ((branch % side) + random()) * BRANCH_METERS,
      y: (Math.floor(branch / side) + random()) * BRANCH_METERS,
    };
  };

  const sessionPlace = Array.from({ length: sessions }, somewhere);
  const sessionDay = Int32Array.from({ length: sessions }, () => Math.floor(random() * DAYS));
  const sessionGroup = Int32Array.from({ length: sessions }, () => (random() < 0.5 ? -1 : Math.floor(random() * GROUPS)));
  const sessionShare = Float64Array.from({ length: sessions }, () => 0.3 + random() * 1.4);
  const sessionCategory = Int32Array.from({ length: sessions }, (_, i) => (i < CATEGORIES ? i : category()));
  const cells = new Map<number, number[]>();
  const cellOf = (kind: number, x: number, y: number): number =>
    (kind * 4096 + Math.floor(x / BRANCH_METERS)) * 4096 + Math.floor(y / BRANCH_METERS);
  for (let session = 0; session < sessions; session++) {
    const { x, y } = sessionPlace[session]!;
    const cell = cellOf(sessionCategory[session]!, x, y);
    const members = cells.get(cell);
    if (members) members.push(session);
    else cells.set(cell, [session]);
  }

  const needQuantity = new Float64Array(needs);
  const demand = new Float64Array(CATEGORIES);
  const pairStart = new Int32Array(needs + 1);
  const pairSession = new Int32Array(needs * pairsPerNeed);
  const pairCost = new Int32Array(needs * pairsPerNeed);
  const rank = Int32Array.from({ length: needs }, (_, i) => i);
  let length = 0;
  for (let need = 0; need < needs; need++) {
    const kind = category();
    const { x, y } = somewhere();
    const group = Math.floor(random() * GROUPS);
    const few = random();
    needQuantity[need] =
      kind === FUNDING ? 1000 * Math.ceil(random() * 500) : few < 0.85 ? 1 : few < 0.95 ? 2 : 3 + Math.floor(random() * 4);
    demand[kind] = demand[kind]! + needQuantity[need]!;
    const other = Math.floor(random() * needs);
    [rank[need], rank[other]] = [rank[other]!, rank[need]!];
    const found: { readonly session: number; readonly cost: number }[] = [];
    for (let ring = 0; ring < side && found.length < pairsPerNeed; ring++) {
      for (let dx = -ring; dx <= ring; dx++) {
        for (let dy = -ring; dy <= ring; dy++) {
          if (Math.max(Math.abs(dx), Math.abs(dy)) !== ring) continue;
          const [cx, cy] = [x + dx * BRANCH_METERS, y + dy * BRANCH_METERS];
          if (cx < 0 || cy < 0) continue;
          for (const session of cells.get(cellOf(kind, cx, cy)) ?? []) {
            if (sessionGroup[session]! >= 0 && sessionGroup[session] !== group) continue;
            const at = sessionPlace[session]!;
            const distance = Math.abs(at.x - x) + Math.abs(at.y - y);
            const cost = Math.floor(distance) + 60 * sessionDay[session]! + Math.floor(random() * 300);
            found.push({ session, cost: Math.min(9999, cost) });
          }
        }
      }
    }
    found.sort((one, another) => one.cost - another.cost || one.session - another.session);
    for (const { session, cost } of found.slice(0, pairsPerNeed)) {
      pairSession[length] = session;
      pairCost[length++] = cost;
    }
    pairStart[need + 1] = length;
  }

  const shares = new Float64Array(CATEGORIES);
  for (let session = 0; session < sessions; session++) shares[sessionCategory[session]!]! += sessionShare[session]!;
  const sessionCapacity = Float64Array.from({ length: sessions }, (_, session) => {
    const kind = sessionCategory[session]!;
    return Math.floor((supply * demand[kind]! * sessionShare[session]!) / shares[kind]! + random());
  });
  return {
    needCount: needs,
    sessionCount: sessions,
    pairStart,
    pairSession: pairSession.slice(0, length),
    pairCost: pairCost.slice(0, length),
    needQuantity,
    needRank: rank,
    sessionCapacity,
  };
};

/**
 * A chain in which stage 1 fills every session with the wrong need: need `i` takes session `i` for 0, could have session `i + 1`
 * for `step`; the last and lowest-ranked can have session 0 only. Prices rise by `step` from session to session.
 */
export const chain = (length: number, step = 1): Problem => {
  const pairStart = Int32Array.from({ length: length + 1 }, (_, need) => Math.min(2 * need, 2 * length - 1));
  const pairs = 2 * length - 1;
  return {
    needCount: length,
    sessionCount: length,
    pairStart,
    pairSession: Int32Array.from({ length: pairs }, (_, pair) => (pair === pairs - 1 ? 0 : (pair >> 1) + (pair & 1))),
    pairCost: Int32Array.from({ length: pairs }, (_, pair) => (pair === pairs - 1 ? step : step * (pair & 1))),
    needQuantity: new Float64Array(length).fill(1),
    needRank: Int32Array.from({ length }, (_, need) => -need),
    sessionCapacity: new Float64Array(length).fill(1),
  };
};

/** One session that every need wants and nothing else. */
export const oneForAll = (needs: number, capacity: number): Problem => ({
  needCount: needs,
  sessionCount: 1,
  pairStart: Int32Array.from({ length: needs + 1 }, (_, need) => need),
  pairSession: new Int32Array(needs),
  pairCost: Int32Array.from({ length: needs }, (_, need) => (need * 7919) % 10_000),
  needQuantity: new Float64Array(needs).fill(1),
  needRank: Int32Array.from({ length: needs }, (_, need) => (need * 7919) % needs),
  sessionCapacity: Float64Array.of(capacity),
});

export interface TangleOptions {
  readonly needs: number;
  readonly sessions: number;
  readonly pairsPerNeed: number;
  readonly supply: number;
  /** Costs are uniform from 0 to this. */
  readonly costs: number;
  readonly seed: number;
}

/** One giant component: each need's sessions are drawn from all, with nothing local about them. */
export const tangle = ({ needs, sessions, pairsPerNeed, supply, costs, seed }: TangleOptions): Problem => {
  const random = createRandom(seed);
  const pairSession = new Int32Array(needs * pairsPerNeed);
  for (let need = 0; need < needs; need++) {
    const row = new Set<number>();
    while (row.size < pairsPerNeed) row.add(Math.floor(random() * sessions));
    pairSession.set([...row], need * pairsPerNeed);
  }
  return {
    needCount: needs,
    sessionCount: sessions,
    pairStart: Int32Array.from({ length: needs + 1 }, (_, need) => need * pairsPerNeed),
    pairSession,
    pairCost: Int32Array.from(pairSession, () => Math.floor(random() * (costs + 1))),
    needQuantity: new Float64Array(needs).fill(1),
    needRank: Int32Array.from({ length: needs }, (_, need) => need),
    sessionCapacity: Float64Array.from({ length: sessions }, () =>
      Math.floor(((needs * supply) / sessions) * 2 * random() + 0.5),
    ),
  };
};

export interface FundsOptions {
  readonly needs: number;
  readonly funds: number;
  /** The largest need, in fen. */
  readonly largest: number;
  readonly supply: number;
  readonly seed: number;
}

/** Needs of money, every one of which any fund could pay. */
export const funds = ({ needs, funds, largest, supply, seed }: FundsOptions): Problem => {
  const random = createRandom(seed);
  return {
    needCount: needs,
    sessionCount: funds,
    pairStart: Int32Array.from({ length: needs + 1 }, (_, need) => need * funds),
    pairSession: Int32Array.from({ length: needs * funds }, (_, pair) => pair % funds),
    pairCost: Int32Array.from({ length: needs * funds }, () => Math.floor(random() * 10_000)),
    needQuantity: Float64Array.from({ length: needs }, () => Math.ceil(random() * largest)),
    needRank: Int32Array.from({ length: needs }, (_, need) => need),
    sessionCapacity: Float64Array.from({ length: funds }, () => Math.floor(((largest * needs * supply) / funds) * random())),
  };
};

/** One need for a place in each of many sessions. */
export const allForOne = (sessions: number): Problem => ({
  needCount: 1,
  sessionCount: sessions,
  pairStart: Int32Array.of(0, sessions),
  pairSession: Int32Array.from({ length: sessions }, (_, session) => session),
  pairCost: Int32Array.from({ length: sessions }, (_, session) => (session * 7919) % 10_000),
  needQuantity: Float64Array.of(sessions),
  needRank: Int32Array.of(0),
  sessionCapacity: new Float64Array(sessions).fill(1),
});
