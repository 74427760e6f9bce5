import type { Constraints } from '../engine/constraints.js';
import type { Problem } from '../engine/solver.js';
import type { Certificate, Explanation, PlannedChange, PlanProof, PlanTotals, UnmatchedReason } from '../matching.domain.js';
import { blockedBy } from './blocked.js';
import { candidatesOf, categoryIndex, inTieOrder, pairKey, type RankedNeed, rankedNeeds } from './candidates.js';
import { planChanges } from './changes.js';
import { closedParts } from './closed-sets.js';
import { constraintsOf, isStranded } from './constraints-of.js';
import { compare, MAX_RUNNERS_UP, scored } from './explaining.js';
import type { NeedFacts, PairIds, Proposal, SessionFacts } from './facts.js';
import { summarize } from './holders.js';
import { type Pins, placePins } from './pins.js';
import { scarcityOf } from './scarcity.js';
import { costOf, type Weights } from './scoring.js';
import { type Decision, type SearchOptions, solvePlan } from './solving.js';
import { totalsOf } from './totals.js';
import { certificateOf, obstaclesOf } from './unmatched.js';

/** Everything a run needs; plain data. */
export interface PlanInput {
  readonly now: number;
  readonly policyVersion: number;
  readonly weights: Weights;
  readonly needs: readonly NeedFacts[];
  readonly sessions: readonly SessionFacts[];
  readonly pinned: readonly PairIds[];
  readonly forbidden: readonly PairIds[];
  /** What is out with organizations: it stays wherever the ranks allow. */
  readonly proposals: readonly Proposal[];
  /** Needs and sessions of proposals that the plan cannot use any more, so that it can say why they go. */
  readonly bygone: { readonly needs: readonly NeedFacts[]; readonly sessions: readonly SessionFacts[] };
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
  readonly changes: readonly PlannedChange[];
  readonly totals: PlanTotals;
  readonly proof: PlanProof;
}

/** What a search is done with: a clock and, where the search may get long, a referee. */
export type Tools = Omit<SearchOptions, 'budget'>;

/** A problem with all that is to be known of it; needs and sessions in the order of the problem. */
export interface Question {
  readonly problem: Problem;
  /** By pair: what is proposed and waits for an answer. */
  readonly proposed: Float64Array;
  /** Null: no rule looks at more than one pair. */
  readonly constraints: Constraints | null;
  readonly ranked: readonly RankedNeed[];
  readonly sessions: readonly SessionFacts[];
  readonly options: SearchOptions;
}

const HERE: Tools = { clock: () => performance.now() };

/**
 * Computes a plan: possible pairs by the hard rules, who is served in strict rank order, then as few changes of proposals as
 * that allows, then least total cost. The outcome depends on the facts alone, not on their order. Pinned pairs that are possible are
 * placed first and hold what they need; they are a person's decision and may outrank others.
 */
export function computePlan(
  input: PlanInput,
  onProgress: (percent: number) => void = () => undefined,
  tools: Tools = HERE,
  decide: (question: Question) => Decision = solvePlan,
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
  const proposed = proposedOf(input.proposals, ranked, sessions, problem, pins);
  const options = { ...tools, budget: input.budget };
  const solution = decide({ problem, proposed, constraints, ranked, sessions, options });
  onProgress(90);
  const matches = toMatches(input, ranked, sessions, rows, problem, solution, pins);
  const partsOf = closedParts(problem, solution);
  const pinsAt = Map.groupBy(pins.list, ({ position }) => position);
  const summaryOf = summarize(ranked, sessions, position => pinsAt.get(position)?.length ?? 0, now);
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
        certificate: certificateOf(
          ranked[i]!,
          obstacles,
          rows[i]!.map(({ position }) => position),
          closed,
          position => sessions[position]!.id,
          entangled?.blocked,
        ),
      },
    ];
  });
  const left = ranked.flatMap((_, i) => (solution.unserved[i]! > 0 ? [i] : []));
  const scarcity = solution.prices ? scarcityOf(sessions, left, partsOf, solution.prices) : [];
  const totals = { ...totalsOf(input, ranked, sessions, rows, solution, matches), scarcity };
  onProgress(95);
  return { matches, unmatched, changes: planChanges(input, matches), totals, proof: solution.proof };
}

export type Rows = readonly (readonly { readonly position: number; readonly cost: number }[])[];

/** By pair: what is proposed beyond what pins hold anyway. */
function proposedOf(
  proposals: readonly Proposal[],
  ranked: readonly RankedNeed[],
  sessions: readonly SessionFacts[],
  { pairStart, pairSession }: Problem,
  pins: Pins,
): Float64Array {
  const proposed = new Float64Array(pairSession.length);
  if (!proposals.length) return proposed;
  const needAt = new Map(ranked.map(({ need }, i) => [need.id, i]));
  const sessionAt = new Map(sessions.map(({ id }, i) => [id, i]));
  const pinned = new Map(pins.list.map(({ need, position, quantity }) => [`${need} ${position}`, quantity]));
  for (const { needId, sessionId, quantity } of proposals) {
    const [need, position] = [needAt.get(needId), sessionAt.get(sessionId)];
    if (need === undefined || position === undefined) continue;
    const pair = pairSession.subarray(pairStart[need], pairStart[need + 1]).indexOf(position);
    if (pair < 0) continue;
    const at = pairStart[need]! + pair;
    proposed[at] = Math.max(0, proposed[at]! + quantity - (pinned.get(`${need} ${position}`) ?? 0));
  }
  return proposed;
}

export function toProblem(ranked: readonly RankedNeed[], sessions: readonly SessionFacts[], rows: Rows, pins: Pins): Problem {
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
  solution: Pick<Decision, 'pairQuantity'>,
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
  const taken = new Map<number, number>();
  for (const { need, position, quantity } of placed.values()) {
    used.set(need, (used.get(need) ?? new Set()).add(position));
    taken.set(position, (taken.get(position) ?? 0) + quantity);
  }
  return [...placed.values()]
    .sort((a, b) => a.need - b.need || a.position - b.position)
    .map(({ need: i, position, quantity, pinned }) => {
      const { need, rank } = ranked[i]!;
      const session = sessions[position]!;
      const cost = costOf(need, session, weights, now);
      const others = rows[i]!.filter(candidate => !used.get(i)?.has(candidate.position)).slice(0, MAX_RUNNERS_UP);
      return {
        needId: need.id,
        sessionId: session.id,
        organizationId: session.organizationId,
        branchId: need.branchId,
        quantity,
        rankPosition: i + 1,
        explanation: {
          ...scored(policyVersion, rank, cost),
          pinned,
          options: rows[i]!.length,
          position: rows[i]!.findIndex(candidate => candidate.position === position) + 1,
          runnersUp: others.map(({ position: at }) => {
            const other = sessions[at]!;
            const isFull = other.free <= (taken.get(at) ?? 0);
            return compare(cost, costOf(need, other, weights, now), { sessionId: other.id, isFull });
          }),
        },
      };
    });
}
