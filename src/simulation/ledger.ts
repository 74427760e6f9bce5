import { DAY } from '../kernel/clock.js';
import type { ExclusionFacts, NeedFacts, SessionFacts } from '../modules/matching/planner/facts.js';
import { costOf, type Weights } from '../modules/matching/planner/scoring.js';
import { type World, type WorldNeed, type WorldSession, windowsAt } from './world.js';

/** How a need ended: served in full, no longer wanted, past its own deadline; null: it still asks when the year is over. */
export type Ending = 'SERVED' | 'WITHDRAWN' | 'MISSED' | null;

/**
 * Why a plan leaves a need out: no session is possible; all that are possible are full of promises; the plan gives what they
 * have left to P1 alone, or to others, too.
 */
export const BARRIERS = ['NO_SESSION', 'PROMISED', 'P1', 'OTHERS'] as const;
export type Barrier = (typeof BARRIERS)[number];

/** A need as it stands under one method. Quantities are in its category's unit. */
export interface NeedRecord {
  readonly asked: WorldNeed;
  promised: number;
  fulfilled: number;
  ending: Ending;
  endedAt: number;
  /** Plans that left it out since somebody last promised it something, as the policy counts them. */
  leftOut: number;
  /** Working mornings in a row on which it waited with nothing proposed although the rules allowed a session; now, and the most. */
  streak: number;
  longestStreak: number;
  /** How many plans left it out, by why. */
  readonly barriers: Record<Barrier, number>;
  /** Meters on foot, once for each session that served it. */
  readonly distances: number[];
  /** What organisations said no to, and how often each offer was asked. */
  readonly refused: ExclusionFacts[];
  readonly timesAsked: Map<string, number>;
  readonly proposals: Map<string, Proposal>;
}

export interface Proposal {
  readonly session: SessionRecord;
  readonly quantity: number;
  readonly respondBy: number;
}

export interface SessionRecord {
  readonly planned: WorldSession;
  free: number;
  served: number;
  isCancelled: boolean;
}

export interface Promised {
  readonly need: NeedRecord;
  readonly session: SessionRecord;
  readonly quantity: number;
  readonly distanceM: number | null;
  isOver: boolean;
}

/** What went otherwise than was said. */
export interface Counts {
  /** Proposals shown to organisations, each pair once while it stays. */
  proposed: number;
  declined: number;
  lapsed: number;
  /** Unanswered and no longer in the next plan: its need got another session; its time had passed; the need lost its place. */
  moved: number;
  outOfTime: number;
  dropped: number;
  promised: number;
  brokenByCancellation: number;
  noShows: number;
}

/** The state of the estate under one method, and the only ways to change it. */
export interface Ledger {
  readonly needs: readonly NeedRecord[];
  readonly sessions: readonly SessionRecord[];
  readonly counts: Counts;
  needOf(id: string): NeedRecord;
  sessionOf(id: string): SessionRecord;
  /** What nobody promised or delivered yet. */
  openOf(need: NeedRecord): number;
  needFacts(need: NeedRecord, now: number): NeedFacts;
  sessionFacts(session: SessionRecord, now: number): SessionFacts;
  /** An organisation says that it will. @throws Error when it is more than is free or asked: a method must never oversell. */
  promise(need: NeedRecord, session: SessionRecord, quantity: number, now: number): Promised;
  /** It was done. */
  serve(promised: Promised, now: number): void;
  /** It will not be done; the place is free again only if `isFree`. */
  release(promised: Promised, isFree: boolean): void;
  /** Nothing more is asked; proposals go. */
  end(need: NeedRecord, ending: NonNullable<Ending>, now: number): void;
}

export function createLedger(world: World, weights: Weights): Ledger {
  const needs = world.needs.map(
    (asked): NeedRecord => ({
      asked,
      promised: 0,
      fulfilled: 0,
      ending: null,
      endedAt: world.close,
      leftOut: 0,
      streak: 0,
      longestStreak: 0,
      barriers: { NO_SESSION: 0, PROMISED: 0, P1: 0, OTHERS: 0 },
      distances: [],
      refused: [],
      timesAsked: new Map(),
      proposals: new Map(),
    }),
  );
  const sessions = world.sessions.map(
    (planned): SessionRecord => ({ planned, free: planned.facts.capacity, served: 0, isCancelled: false }),
  );
  const needById = new Map(needs.map(need => [need.asked.facts.id, need]));
  const sessionById = new Map(sessions.map(session => [session.planned.facts.id, session]));
  const promisesOf = new Map<string, number[]>();
  const helpedOf = new Map<string, { readonly organizationId: string; readonly categoryCode: string; readonly at: number }[]>();
  const listOf = <T>(map: Map<string, T[]>, key: string): T[] => {
    const list = map.get(key) ?? [];
    map.set(key, list);
    return list;
  };
  const known = <T>(map: ReadonlyMap<string, T>, id: string): T => {
    const found = map.get(id);
    if (!found) throw new Error(`nothing is called ${id}`);
    return found;
  };
  const openOf = ({ asked, promised, fulfilled }: NeedRecord): number => asked.facts.open - promised - fulfilled;
  const end: Ledger['end'] = (need, ending, now) => {
    need.ending = ending;
    need.endedAt = now;
    need.proposals.clear();
  };
  const counts: Counts = {
    proposed: 0,
    declined: 0,
    lapsed: 0,
    moved: 0,
    outOfTime: 0,
    dropped: 0,
    promised: 0,
    brokenByCancellation: 0,
    noShows: 0,
  };

  return {
    needs,
    sessions,
    counts,
    openOf,
    needOf: id => known(needById, id),
    sessionOf: id => known(sessionById, id),
    needFacts(need, now) {
      const { facts, beneficiary } = need.asked;
      const helped = beneficiary === null ? [] : (helpedOf.get(beneficiary) ?? []);
      return {
        ...facts,
        open: openOf(need),
        windows: windowsAt(facts, now),
        leftOut: need.leftOut,
        exclusions: [...need.refused],
        askedSessionIds: [...need.proposals.keys()],
        servedBy: [...new Set(helped.map(({ organizationId }) => organizationId))],
        servedLately: helped.filter(
          ({ categoryCode, at }) => categoryCode === facts.categoryCode && at > now - weights.rank.repeatDays * DAY,
        ).length,
      };
    },
    sessionFacts({ planned: { facts }, free, isCancelled }, now) {
      const load = promisesOf.get(facts.organizationId) ?? [];
      const from = now - weights.cost.loadDays * DAY;
      return { ...facts, free, isCancelled, recentLoad: load.filter(at => at > from).length };
    },
    promise(need, session, quantity, now) {
      if (session.isCancelled || quantity > session.free || quantity > openOf(need))
        throw new Error(`${quantity} for ${need.asked.facts.id} in ${session.planned.facts.id} is more than there is`);
      const { distanceM } = costOf(need.asked.facts, session.planned.facts, weights, now);
      session.free -= quantity;
      need.promised += quantity;
      need.leftOut = 0;
      counts.promised++;
      listOf(promisesOf, session.planned.facts.organizationId).push(now);
      return { need, session, quantity, distanceM, isOver: false };
    },
    serve(promised, now) {
      const { need, session, quantity, distanceM } = promised;
      const { facts, beneficiary } = need.asked;
      promised.isOver = true;
      need.promised -= quantity;
      need.fulfilled += quantity;
      session.served += quantity;
      if (distanceM !== null) need.distances.push(distanceM);
      if (beneficiary !== null) {
        const { organizationId } = session.planned.facts;
        listOf(helpedOf, beneficiary).push({ organizationId, categoryCode: facts.categoryCode, at: now });
      }
      if (need.fulfilled === facts.open) end(need, 'SERVED', now);
    },
    release(promised, isFree) {
      promised.isOver = true;
      promised.need.promised -= promised.quantity;
      if (isFree) promised.session.free += promised.quantity;
    },
    end,
  };
}
