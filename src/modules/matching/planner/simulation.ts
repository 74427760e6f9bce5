import { workingHoursBetween } from '../../../kernel/clock.js';
import { MATCHED_URGENCIES, type Urgency } from '../../../kernel/vocabulary.js';
import type { ChangeKind, SupplyTotal } from '../matching.domain.js';
import { rankedNeeds } from './candidates.js';
import type { NeedFacts, SessionFacts } from './facts.js';
import { computePlan, type PlanInput, type PlannedMatch, type Tools } from './planning.js';
import { replay } from './replay.js';
import type { Weights } from './scoring.js';
import { mean, supplyOf } from './totals.js';

/** Something that might be otherwise. Ids are those of the facts. */
export type SimulatedChange =
  | {
      readonly kind: 'ADD_SESSIONS';
      readonly like: string;
      readonly count: number;
      /** Null: as the session they are like. */
      readonly startsAt: number | null;
      readonly capacity: number | null;
    }
  | { readonly kind: 'SET_CAPACITY'; readonly sessionId: string; readonly capacity: number }
  | { readonly kind: 'CANCEL_SESSION'; readonly sessionId: string }
  | { readonly kind: 'CANCEL_OFFER'; readonly offerId: string };

/** A plan as it would be made, and what would be otherwise. */
export interface SimulationInput {
  readonly plan: PlanInput;
  /** Null: one plan is made. Otherwise one on each of these mornings, with what the mornings before have left ({@link replay}). */
  readonly mornings: readonly number[] | null;
  readonly changes: readonly SimulatedChange[];
  /** The policy's weights in the changed world. */
  readonly weights: Weights;
}

/** How a group of needs comes out. Means are over needs that are served at all, rounded; null where there are none. */
export interface Figures {
  readonly needs: number;
  /** In full; in part. */
  readonly served: number;
  readonly partly: number;
  /** Working hours from the submission until the service begins. */
  readonly waitingHours: number | null;
  /** Meters on foot, where somebody walks. */
  readonly distanceM: number | null;
}
export interface Compared<T> {
  readonly before: T;
  readonly after: T;
}
export interface SimulationOutcome {
  readonly total: Compared<Figures>;
  readonly byUrgency: readonly (Compared<Figures> & { readonly urgency: Urgency })[];
  readonly branches: readonly (Compared<Figures> & { readonly branchId: string })[];
  readonly supply: readonly (Compared<{ readonly free: number; readonly used: number }> & { readonly categoryCode: string })[];
  readonly proposals: Compared<Readonly<Record<ChangeKind, number>>>;
  /** Needs that get more, or less, than they would without the changes, in rank order. */
  readonly gaining: readonly string[];
  readonly losing: readonly string[];
}

/** Sessions such as an existing one, at another time or with other places if need be; ids of their own tell them apart. */
function copiesOf(
  like: SessionFacts,
  { count, startsAt, capacity }: Extract<SimulatedChange, { kind: 'ADD_SESSIONS' }>,
  key: string,
): readonly SessionFacts[] {
  const places = capacity ?? like.capacity;
  const later = startsAt === null || !like.time ? 0 : startsAt - like.time.startsAt;
  const time = like.time && { startsAt: like.time.startsAt + later, endsAt: like.time.endsAt + later };
  return Array.from({ length: count }, (_, n) => ({
    ...like,
    id: `${like.id} ${key}.${n}`,
    isCancelled: false,
    time,
    capacity: places,
    free: places,
  }));
}

/** The same sessions with changes made, in order. */
export function changedSessions(sessions: readonly SessionFacts[], changes: readonly SimulatedChange[]): readonly SessionFacts[] {
  let now = [...sessions];
  for (const [i, change] of changes.entries()) {
    if (change.kind === 'ADD_SESSIONS') {
      const like = now.find(({ id }) => id === change.like);
      if (like) now.push(...copiesOf(like, change, String(i)));
    } else if (change.kind === 'SET_CAPACITY') {
      const { sessionId, capacity } = change;
      now = now.map(session => {
        // What is promised stays promised.
        const free = Math.max(0, capacity - (session.capacity - session.free));
        return session.id === sessionId ? { ...session, capacity, free } : session;
      });
    } else {
      const isMeant = ({ id, offerId }: SessionFacts): boolean =>
        change.kind === 'CANCEL_SESSION' ? id === change.sessionId : offerId === change.offerId;
      now = now.map(session => (isMeant(session) ? { ...session, isCancelled: true, free: 0 } : session));
    }
  }
  return now;
}

interface NeedOutcome {
  readonly id: string;
  readonly branchId: string;
  readonly urgency: Urgency;
  readonly asked: number;
  readonly got: number;
  readonly waitingHours: number | null;
  readonly matches: readonly PlannedMatch[];
}

/** What was asked, in the order in which it is told, and what came of it. */
interface Run {
  readonly asked: readonly NeedFacts[];
  readonly matches: readonly PlannedMatch[];
  readonly supply: readonly SupplyTotal[];
  readonly proposals: Readonly<Record<ChangeKind, number>>;
}

function runOf(plan: PlanInput, mornings: readonly number[] | null, tools: Tools | undefined): Run {
  const asked = rankedNeeds(plan.needs, plan.weights, plan.now).map(({ need }) => need);
  if (mornings) {
    const matches = replay(plan, mornings, tools);
    const proposals = { KEPT: 0, MOVED: 0, DROPPED: 0, NEW: matches.length };
    return { asked, matches, supply: supplyOf(plan.sessions, matches), proposals };
  }
  const { matches, totals, changes } = computePlan(plan, undefined, tools);
  const count = (kind: ChangeKind): number => changes.filter(change => change.kind === kind).length;
  const proposals = { KEPT: count('KEPT'), MOVED: count('MOVED'), DROPPED: count('DROPPED'), NEW: count('NEW') };
  return { asked, matches, supply: totals.supply, proposals };
}

function needOutcomes({ asked, matches }: Run): readonly NeedOutcome[] {
  const byNeed = Map.groupBy(matches, ({ needId }) => needId);
  return asked.map(need => {
    const own = byNeed.get(need.id) ?? [];
    const first = own.reduce((earliest, { explanation }) => Math.min(earliest, Date.parse(explanation.startsAt)), Infinity);
    return {
      id: need.id,
      branchId: need.branchId,
      urgency: need.urgency,
      asked: need.open,
      got: own.reduce((total, { quantity }) => total + quantity, 0),
      waitingHours: own.length ? workingHoursBetween(new Date(need.submittedAt), new Date(first)) : null,
      matches: own,
    };
  });
}

function figuresOf(outcomes: readonly NeedOutcome[]): Figures {
  const walked = outcomes.flatMap(({ matches }) => matches.flatMap(({ explanation }) => explanation.distanceM ?? []));
  return {
    needs: outcomes.length,
    served: outcomes.filter(({ asked, got }) => got === asked).length,
    partly: outcomes.filter(({ asked, got }) => got > 0 && got < asked).length,
    waitingHours: mean(outcomes.flatMap(({ waitingHours }) => waitingHours ?? [])),
    distanceM: mean(walked),
  };
}

/** Plans twice, without and with the changes, and compares whom the two plans serve, how long after, and from how far. */
export function simulate({ plan, mornings, changes, weights }: SimulationInput, tools?: Tools): SimulationOutcome {
  const changed = { ...plan, weights, sessions: changedSessions(plan.sessions, changes) };
  const [before, after] = [runOf(plan, mornings, tools), runOf(changed, mornings, tools)];
  const [was, is] = [needOutcomes(before), needOutcomes(after)];
  const compared = (belongs: (outcome: NeedOutcome) => boolean): Compared<Figures> => ({
    before: figuresOf(was.filter(belongs)),
    after: figuresOf(is.filter(belongs)),
  });
  const gotBefore = new Map(was.map(({ id, got }) => [id, got]));
  const difference = ({ id, got }: NeedOutcome): number => got - (gotBefore.get(id) ?? 0);
  const [supplyBefore, supplyAfter] = [before, after].map(
    ({ supply }) => new Map(supply.map(({ categoryCode, free, used }) => [categoryCode, { free, used }])),
  );
  const categories = [...new Set([...(supplyBefore?.keys() ?? []), ...(supplyAfter?.keys() ?? [])])].sort();
  const none = { free: 0, used: 0 };
  return {
    total: compared(() => true),
    byUrgency: MATCHED_URGENCIES.map(urgency => ({ urgency, ...compared(outcome => outcome.urgency === urgency) })),
    branches: [...new Set(was.map(({ branchId }) => branchId))]
      .sort()
      .map(branchId => ({ branchId, ...compared(outcome => outcome.branchId === branchId) })),
    supply: categories.map(categoryCode => ({
      categoryCode,
      before: supplyBefore?.get(categoryCode) ?? none,
      after: supplyAfter?.get(categoryCode) ?? none,
    })),
    proposals: { before: before.proposals, after: after.proposals },
    gaining: is.filter(outcome => difference(outcome) > 0).map(({ id }) => id),
    losing: is.filter(outcome => difference(outcome) < 0).map(({ id }) => id),
  };
}
