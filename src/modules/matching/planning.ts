import { workingHoursBetween } from '../../kernel/clock.js';
import { blockedBy } from './blocked.js';
import { candidatesOf, categoryIndex, inTieOrder, pairKey, type RankedNeed, rankedNeeds } from './candidates.js';
import { type ClosedPart, closedParts } from './closed-sets.js';
import { constraintsOf, isStranded } from './constraints-of.js';
import type { ConstrainedOptions } from './engine/constrained.js';
import type { Problem, Solution } from './engine/solver.js';
import type { NeedFacts, PairIds, SessionFacts } from './facts.js';
import type {
  Certificate,
  Explanation,
  PlanProof,
  PlanTotals,
  SupplyTotal,
  TierTotal,
  UnmatchedReason,
} from './matching.domain.js';
import { type Pins, placePins } from './pins.js';
import { costOf, type Weights } from './scoring.js';
import { solvePlan } from './solving.js';
import { type ClosedSet, certificateOf, obstaclesOf } from './unmatched.js';

/** Everything a run needs; plain data. */
export interface PlanInput {
  readonly now: number;
  readonly policyVersion: number;
  readonly weights: Weights;
  readonly needs: readonly NeedFacts[];
  readonly sessions: readonly SessionFacts[];
  readonly pinned: readonly PairIds[];
  readonly forbidden: readonly PairIds[];
  /** How long the rules that look at more than one pair may be searched, in milliseconds. */
  readonly budget: number;
}

export interface PlannedMatch {
  readonly needId: string;
  readonly sessionId: string;
  readonly organizationId: string;
  readonly branchId: string;
  readonly quantity: number;
  readonly rankPosition: number;
  readonly explanation: Explanation;
}
export interface PlannedGap {
  readonly needId: string;
  readonly rankPosition: number;
  readonly quantity: number;
  readonly reason: UnmatchedReason;
  readonly certificate: Certificate;
}
export interface PlanOutcome {
  readonly matches: readonly PlannedMatch[];
  readonly unmatched: readonly PlannedGap[];
  readonly totals: PlanTotals;
  readonly proof: PlanProof;
}

export { ProofFailed } from './solving.js';

/**
 * Computes a plan: possible pairs by the hard rules, who is served in strict rank order, then least total cost
 * (reference/matching.md §1). The outcome depends on the facts alone, not on their order. Pinned pairs that are possible are
 * placed first and hold what they need; they are a person's decision and may outrank others.
 */
export function computePlan(
  input: PlanInput,
  onProgress: (percent: number) => void = () => undefined,
  tools: Omit<ConstrainedOptions, 'budget'> = { clock: () => performance.now() },
): PlanOutcome {
  const { now, weights } = input;
  const pins = placePins(input.pinned, rankedNeeds(input.needs, weights, now), inTieOrder(input.sessions), now);
  const { ranked, sessions } = pins;
  const sessionsFor = categoryIndex(sessions);
  const forbidden = new Set(input.forbidden.map(pairKey));
  const planned = new Set(ranked.map(({ need }) => need.id));
  const rows = ranked.map(({ need }, i) => {
    if (i % 256 === 0) onProgress(10 + Math.floor((i / ranked.length) * 40));
    return isStranded(need, planned) ? [] : candidatesOf(need, sessions, sessionsFor(need), weights, now, forbidden);
  });
  const problem = toProblem(ranked, sessions, rows, pins);
  onProgress(50);
  const constraints = constraintsOf({ problem, ranked, sessions, pinned: pins.list, caps: weights.caps ?? [] });
  const solution = solvePlan(problem, constraints, { ...tools, budget: input.budget });
  onProgress(90);
  const matches = toMatches(input, ranked, sessions, rows, problem, solution, pins);
  const partsOf = closedParts(problem, solution);
  const summaryOf = summarize(ranked, sessions, pins);
  const blocked = constraints && blockedBy(problem, constraints, solution.pairQuantity);
  const unmatched = ranked.flatMap(({ need }, i): PlannedGap[] => {
    const quantity = solution.unserved[i]!;
    if (quantity === 0) return [];
    const ofBranch = sessionsFor(need)
      .map(position => sessions[position]!)
      .filter(({ standing }) => standing.some(({ branchId }) => branchId === need.branchId));
    const obstacles = obstaclesOf(need, ofBranch, forbidden, now);
    const entangled = blocked && solution.entangled.has(i) ? blocked(i) : null;
    const closed = summaryOf(entangled ? [entangled.full] : partsOf(i), i);
    const full = quantity < need.open ? 'PARTLY_SERVED' : 'ALL_FULL';
    const stranded = isStranded(need, planned) ? 'TOGETHER' : null;
    const why = stranded ?? (entangled && entangled.reason !== 'ALL_FULL' ? entangled.reason : full);
    return [
      {
        needId: need.id,
        rankPosition: i + 1,
        quantity,
        reason: obstacles.reason ?? why,
        certificate: certificateOf(ranked[i]!, obstacles, rows[i]!.length, closed, entangled?.blocked),
      },
    ];
  });
  const totals = totalsOf(input, ranked, sessions, rows, solution, matches);
  onProgress(95);
  return { matches, unmatched, totals, proof: solution.proof };
}

type Rows = readonly (readonly { readonly position: number; readonly cost: number }[])[];

function toProblem(ranked: readonly RankedNeed[], sessions: readonly SessionFacts[], rows: Rows, pins: Pins): Problem {
  const pairCount = rows.reduce((total, row) => total + row.length, 0);
  const pairStart = new Int32Array(ranked.length + 1);
  const pairSession = new Int32Array(pairCount);
  const pairCost = new Int32Array(pairCount);
  let at = 0;
  rows.forEach((row, i) => {
    for (const { position, cost } of row) {
      pairSession[at] = position;
      pairCost[at++] = cost;
    }
    pairStart[i + 1] = at;
  });
  return {
    needCount: ranked.length,
    sessionCount: sessions.length,
    pairStart,
    pairSession,
    pairCost,
    needQuantity: Float64Array.from(ranked, ({ need }, i) => need.open - (pins.ofNeed.get(i) ?? 0)),
    needRank: Int32Array.from(ranked, (_, i) => ranked.length - i),
    sessionCapacity: Float64Array.from(sessions, ({ free }, i) => Math.max(0, free) - (pins.ofSession.get(i) ?? 0)),
  };
}

function toMatches(
  { now, weights, policyVersion }: PlanInput,
  ranked: readonly RankedNeed[],
  sessions: readonly SessionFacts[],
  rows: Rows,
  problem: Problem,
  solution: Solution,
  pins: Pins,
): PlannedMatch[] {
  const placed = new Map<string, { need: number; position: number; quantity: number; pinned: boolean }>();
  for (const pin of pins.list) placed.set(`${pin.need} ${pin.position}`, { ...pin, pinned: true });
  for (let need = 0; need < ranked.length; need++) {
    for (let pair = problem.pairStart[need]!; pair < problem.pairStart[need + 1]!; pair++) {
      const quantity = solution.pairQuantity[pair]!;
      if (quantity === 0) continue;
      const position = problem.pairSession[pair]!;
      const before = placed.get(`${need} ${position}`);
      placed.set(`${need} ${position}`, {
        need,
        position,
        quantity: quantity + (before?.quantity ?? 0),
        pinned: before !== undefined,
      });
    }
  }
  const used = new Map<number, Set<number>>();
  for (const { need, position } of placed.values()) used.set(need, (used.get(need) ?? new Set()).add(position));
  return [...placed.values()]
    .sort((a, b) => a.need - b.need || a.position - b.position)
    .map(({ need: i, position, quantity, pinned }) => {
      const { need, rank } = ranked[i]!;
      const session = sessions[position]!;
      const cost = costOf(need, session, weights, now);
      const other = rows[i]!.find(candidate => !used.get(i)?.has(candidate.position));
      return {
        needId: need.id,
        sessionId: session.id,
        organizationId: session.organizationId,
        branchId: need.branchId,
        quantity,
        rankPosition: i + 1,
        explanation: {
          policyVersion,
          tier: rank.tier,
          points: rank.points,
          rankParts: rank.parts,
          cost: cost.total,
          costParts: cost.parts,
          mode: cost.mode,
          startsAt: new Date(cost.startsAt).toISOString(),
          distanceM: cost.distanceM,
          pinned,
          options: rows[i]!.length,
          runnerUp: other ? { sessionId: sessions[other.position]!.id, cost: other.cost } : null,
        },
      };
    });
}

/** Counts over the parts of a closed set, each part counted once however many needs ask for it. */
function summarize(
  ranked: readonly RankedNeed[],
  sessions: readonly SessionFacts[],
  pins: Pins,
): (parts: readonly ClosedPart[], need: number) => ClosedSet {
  const known = new Map<ClosedPart, Omit<ClosedSet, 'lowest'> & { readonly last: number }>();
  const pinsAt = new Map<number, number>();
  for (const { position } of pins.list) pinsAt.set(position, (pinsAt.get(position) ?? 0) + 1);
  const count = (part: ClosedPart) => {
    const tiers = [0, 0, 0, 0, 0];
    for (const holder of part.holders) tiers[ranked[holder]!.rank.tier]!++;
    return {
      sessions: part.sessions.length,
      promised: part.sessions.filter(position => sessions[position]!.free <= 0).length,
      pinned: part.sessions.reduce((total, position) => total + (pinsAt.get(position) ?? 0), 0),
      tiers,
      last: part.holders.reduce((last, holder) => Math.max(last, holder), -1),
    };
  };
  return (parts, need) => {
    const total = { sessions: 0, promised: 0, pinned: 0, tiers: [0, 0, 0, 0, 0], last: -1 };
    for (const part of parts) {
      let counted = known.get(part);
      if (!counted) {
        counted = count(part);
        known.set(part, counted);
      }
      total.sessions += counted.sessions;
      total.promised += counted.promised;
      total.pinned += counted.pinned;
      total.tiers = total.tiers.map((sum, tier) => sum + counted.tiers[tier]!);
      // A need that is served in part holds places itself; it does not stand before itself.
      if (part.holders.includes(need)) total.tiers[ranked[need]!.rank.tier]!--;
      const last = counted.last === need ? part.holders.reduce((a, b) => (b === need ? a : Math.max(a, b)), -1) : counted.last;
      total.last = Math.max(total.last, last);
    }
    return { ...total, lowest: total.last < 0 ? null : ranked[total.last]! };
  };
}

const mean = (values: readonly number[]): number | null =>
  values.length ? Math.round(values.reduce((total, value) => total + value, 0) / values.length) : null;

function totalsOf(
  { now, sessions: all }: PlanInput,
  ranked: readonly RankedNeed[],
  sessions: readonly SessionFacts[],
  rows: Rows,
  { unserved }: Solution,
  matches: readonly PlannedMatch[],
): PlanTotals {
  const tiers = [1, 2, 3, 4].map((tier): TierTotal => {
    const ofTier = ranked.flatMap(({ need, rank }, i) => (rank.tier === tier ? [{ open: need.open, left: unserved[i]! }] : []));
    return {
      tier,
      needs: ofTier.length,
      served: ofTier.filter(({ left }) => left === 0).length,
      partly: ofTier.filter(({ left, open }) => left > 0 && left < open).length,
    };
  });
  const supply = new Map<string, SupplyTotal>();
  const categoryOf = new Map(sessions.map(({ id, categoryCode }) => [id, categoryCode]));
  const add = (categoryCode: string, free: number, used: number): void => {
    const before = supply.get(categoryCode) ?? { categoryCode, free: 0, used: 0 };
    supply.set(categoryCode, { categoryCode, free: before.free + free, used: before.used + used });
  };
  for (const { categoryCode, free } of all) add(categoryCode, Math.max(0, free), 0);
  for (const { sessionId, quantity } of matches) add(categoryOf.get(sessionId)!, 0, quantity);
  const served = [...new Set(matches.map(({ rankPosition }) => rankPosition))].map(position => ranked[position - 1]!);
  const walked = matches.flatMap(({ explanation: { distanceM } }) => (distanceM === null ? [] : [distanceM]));
  return {
    tiers,
    supply: [...supply.values()].sort((a, b) => (a.categoryCode < b.categoryCode ? -1 : 1)),
    meanWaitingHours: mean(served.map(({ need }) => workingHoursBetween(new Date(need.submittedAt), new Date(now)))),
    meanDaysAhead: mean(
      matches.map(({ explanation: { costParts } }) => costParts.find(({ code }) => code === 'DAYS')?.measured ?? 0),
    ),
    meanDistanceM: mean(walked),
    needs: ranked.length,
    sessions: sessions.length,
    pairs: rows.reduce((total, row) => total + row.length, 0),
  };
}
