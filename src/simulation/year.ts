import { DAY, HOUR, localDate } from '../kernel/clock.js';
import type { Urgency } from '../kernel/vocabulary.js';
import { categoryIndex } from '../modules/matching/planner/candidates.js';
import type { SessionFacts } from '../modules/matching/planner/facts.js';
import { morningsBetween } from '../modules/matching/planner/replay.js';
import { coversCategory, isPossible, serviceStart } from '../modules/matching/planner/rules.js';
import { costOf, respondBy } from '../modules/matching/planner/scoring.js';
import { weekdayOf } from '../seeds/plan/calendar.js';
import { createAgenda } from './agenda.js';
import { createLeads, type Leads } from './leads.js';
import { type Barrier, createLedger, type Ledger, type NeedRecord, type Promised, type SessionRecord } from './ledger.js';
import type { Method, Placement } from './methods.js';
import { HORIZON, type World } from './world.js';

/** A year as one method lived it. */
export interface Year {
  readonly method: Method;
  readonly ledger: Ledger;
  /** On each working morning, how many needs wait with nothing promised although somebody would help. */
  readonly waiting: readonly { readonly at: number; readonly needs: number }[];
  /** Over the plans of all mornings. */
  readonly leads: Leads;
}

/** Nobody interferes, and no rule looks at more than one pair. */
const PLAIN = { pinned: [], forbidden: [], bygone: { needs: [], sessions: [] }, budget: 0 };

/** From the morning on, in which liaisons look at the board. */
const WORKDAY = 8 * HOUR;
const MONDAY = 1;
/** Latest answer, whatever a tier allows. */
const ANSWERS_WITHIN = 3 * DAY;
/** What is done on request takes up to so long from the first possible moment. */
const ON_REQUEST_WITHIN = 26 * HOUR;

/** Lives a year day by day: the same needs, answers, cancellations and absences for every method. */
export function liveYear(world: World, method: Method, onDay: (done: number, days: number) => void = () => undefined): Year {
  const { fates, start, close } = world;
  const { weights } = method;
  const agenda = createAgenda();
  const ledger = createLedger(world, weights);
  const { counts } = ledger;
  const waiting: Year['waiting'][number][] = [];
  const leads = createLeads();
  const board = new Set<NeedRecord>();
  const promisesOf = new Map<SessionRecord, Promised[]>();
  const promisesFor = new Map<NeedRecord, Promised[]>();
  const sessionsOf = Map.groupBy(ledger.sessions, ({ planned }) => planned.facts.organizationId);

  const isAhead = ({ planned: { facts }, isCancelled }: SessionRecord, now: number): boolean =>
    !isCancelled &&
    (facts.time
      ? facts.time.startsAt > now && facts.time.startsAt < now + HORIZON
      : (facts.opensAt ?? 0) < now + HORIZON && (facts.closesAt ?? close) > now);

  const open = (need: NeedRecord): void => {
    const { facts, withdrawnAt } = need.asked;
    board.add(need);
    if (withdrawnAt !== null) agenda.add(withdrawnAt, now => leave(need, 'WITHDRAWN', now));
    if (facts.deadline !== null) agenda.add(facts.deadline, now => leave(need, 'MISSED', now));
  };

  /** What is promised for a deadline that has come is still done: it began in time. */
  const leave = (need: NeedRecord, why: 'WITHDRAWN' | 'MISSED', now: number): void => {
    if (need.ending !== null || (why === 'MISSED' && need.promised > 0)) return;
    board.delete(need);
    for (const promised of promisesFor.get(need) ?? []) if (!promised.isOver) ledger.release(promised, true);
    ledger.end(need, why, now);
  };

  const promise = (need: NeedRecord, session: SessionRecord, quantity: number, now: number): void => {
    const { facts } = session.planned;
    const promised = ledger.promise(need, session, quantity, now);
    promisesOf.set(session, [...(promisesOf.get(session) ?? []), promised]);
    promisesFor.set(need, [...(promisesFor.get(need) ?? []), promised]);
    agenda.add(facts.time?.endsAt ?? doneOnRequest(need, session, now), at => happen(promised, at));
  };

  const doneOnRequest = (need: NeedRecord, session: SessionRecord, now: number): number => {
    const { facts } = session.planned;
    const from = serviceStart(ledger.needFacts(need, now), facts, now) ?? now;
    const done = from + fates.draw('on request', need.asked.facts.id) * ON_REQUEST_WITHIN;
    return Math.max(from, Math.min(done, need.asked.facts.deadline ?? done));
  };

  const happen = (promised: Promised, now: number): void => {
    if (promised.isOver) return;
    const { need, session } = promised;
    if (fates.happens('noShow', need.asked.facts.id, session.planned.facts.id)) {
      counts.noShows++;
      ledger.release(promised, false);
    } else ledger.serve(promised, now);
    if (need.ending !== null) board.delete(need);
    else if ((need.asked.facts.deadline ?? now + 1) <= now) leave(need, 'MISSED', now);
  };

  /** Well before it would have begun, so that no deadline has passed. */
  const cancel = (session: SessionRecord): void => {
    session.isCancelled = true;
    for (const promised of promisesOf.get(session) ?? []) {
      if (promised.isOver) continue;
      counts.brokenByCancellation++;
      ledger.release(promised, false);
    }
  };

  /** Sessions ahead that the rules allow, full or not. */
  const optionsOf = (need: NeedRecord, ahead: ReturnType<typeof aheadOf>, now: number): readonly SessionFacts[] => {
    const facts = ledger.needFacts(need, now);
    return ahead
      .positionsFor(facts)
      .map(position => ahead.facts[position]!)
      .filter(session => isPossible(facts, session, now));
  };

  const aheadOf = (now: number) => {
    const facts = ledger.sessions.filter(session => isAhead(session, now)).map(session => ledger.sessionFacts(session, now));
    return { facts, positionsFor: categoryIndex(facts) };
  };

  const morning = (now: number): void => {
    const ahead = aheadOf(now);
    const isPlanned = method.plans === 'WORKING_DAYS' || weekdayOf(localDate(new Date(now))) === MONDAY;
    if (method.plan && isPlanned) {
      const needs = [...board].filter(need => ledger.openOf(need) > 0).map(need => ledger.needFacts(need, now));
      const proposals = [...board].flatMap(({ asked, proposals }) =>
        [...proposals].map(([sessionId, { quantity, respondBy }]) => {
          const { id: needId, branchId } = asked.facts;
          return { matchId: `${needId} ${sessionId}`, needId, sessionId, branchId, quantity, respondBy };
        }),
      );
      const planned = { now, policyVersion: 1, weights, needs, sessions: ahead.facts, proposals };
      publish(method.plan({ ...planned, ...PLAIN }), now);
    }
    const proposed = [...board].flatMap(need => [...need.proposals.keys()].map(sessionId => ({ sessionId, need })));
    const holdersOf = Map.groupBy(proposed, ({ sessionId }) => sessionId);
    for (const need of board) {
      const isLeft = ledger.openOf(need) > 0 && need.proposals.size === 0;
      need.leftOut += Number(isLeft && isPlanned);
      const options = isLeft ? optionsOf(need, ahead, now) : [];
      if (!isLeft) need.streak = 0;
      else if (options.length) need.longestStreak = Math.max(need.longestStreak, ++need.streak);
      if (!isLeft || !isPlanned) continue;
      const holders = options.flatMap(({ id }) => holdersOf.get(id) ?? []).map(holder => holder.need.asked.facts);
      for (const holder of holders) leads.note(need.asked.facts, holder);
      need.barriers[barrierOf(options, holders)]++;
    }
    const waits = [...board].filter(need => !need.asked.isRefusedByAll && ledger.openOf(need) === need.asked.facts.open);
    waiting.push({ at: now, needs: waits.length });
  };

  /** A new plan replaces all proposals that are not answered; those it proposes again stay as they were. */
  const publish = (placements: readonly Placement[], now: number): void => {
    const planned = Map.groupBy(placements, ({ needId }) => needId);
    for (const need of board) {
      const next = new Map((planned.get(need.asked.facts.id) ?? []).map(placement => [placement.sessionId, placement]));
      const gone = [...need.proposals].filter(([id, { quantity }]) => next.get(id)?.quantity !== quantity);
      const asked = ledger.needFacts(need, now);
      for (const [id, { session }] of gone) {
        need.proposals.delete(id);
        if (session.isCancelled) continue;
        if (!isPossible(asked, ledger.sessionFacts(session, now), now)) counts.outOfTime++;
        else if (next.size) counts.moved++;
        else counts.dropped++;
      }
      for (const { sessionId, quantity } of next.values())
        if (!need.proposals.has(sessionId)) propose(need, ledger.sessionOf(sessionId), quantity, now);
    }
  };

  const propose = (need: NeedRecord, session: SessionRecord, quantity: number, now: number): void => {
    const { facts } = need.asked;
    const { id: sessionId, offerId, time } = session.planned.facts;
    const nth = (need.timesAsked.get(offerId) ?? 0) + 1;
    need.timesAsked.set(offerId, nth);
    const until = respondBy(facts.urgency, new Date(now), time?.startsAt ?? null).getTime();
    const proposal = { session, quantity, respondBy: until };
    need.proposals.set(sessionId, proposal);
    counts.proposed++;
    const answer = (happen: () => void) => (): void => {
      if (need.proposals.get(sessionId) !== proposal || session.isCancelled) return;
      need.proposals.delete(sessionId);
      happen();
    };
    if (fates.happens('silent', facts.id, offerId, nth)) {
      agenda.add(
        until,
        answer(() => counts.lapsed++),
      );
      return;
    }
    const answeredAt = now + (0.05 + 0.9 * fates.draw('answered', facts.id, offerId)) * Math.min(until - now, ANSWERS_WITHIN);
    agenda.add(
      answeredAt,
      answer(() => {
        const refused = fates.refuses(facts.id, session.planned.facts);
        if (refused === null) return promise(need, session, quantity, answeredAt);
        need.refused.push({ offerId, sessionId: refused === 'OFFER' ? null : sessionId, declined: true });
        counts.declined++;
      }),
    );
  };

  /**
   * A liaison at the noticeboard fills the organisation's sessions, the next one first. What is marked P1 is read first; then
   * some take what hangs there longest and the others what is nearest. Whom they would have refused they do not take.
   */
  const look = (organization: string, now: number): void => {
    const takesNearest = fates.draw('takes the nearest', organization) < 0.5;
    for (const session of sessionsOf.get(organization) ?? []) {
      if (session.free <= 0 || !isAhead(session, now)) continue;
      const facts = ledger.sessionFacts(session, now);
      const wanted = [...board]
        .filter(need => ledger.openOf(need) > 0 && coversCategory(need.asked.facts, facts))
        .map(need => ({ need, asks: ledger.needFacts(need, now) }))
        .filter(({ asks }) => isPossible(asks, facts, now) && fates.refuses(asks.id, facts) === null)
        .map(({ need, asks }) => ({
          need,
          isUrgent: asks.urgency === 'P1',
          order: takesNearest ? (costOf(asks, facts, weights, now).distanceM ?? 0) : asks.submittedAt,
        }))
        .sort((a, b) => Number(b.isUrgent) - Number(a.isUrgent) || a.order - b.order);
      for (const { need } of wanted) {
        const quantity = Math.min(ledger.openOf(need), session.free);
        if (quantity > 0) promise(need, session, quantity, now);
      }
    }
  };

  for (const need of ledger.needs) agenda.add(need.asked.openedAt, () => open(need));
  for (const session of ledger.sessions)
    if (session.planned.cancelledAt !== null) agenda.add(session.planned.cancelledAt, () => cancel(session));
  const mornings = morningsBetween(start, close);
  mornings.forEach((time, at) => {
    agenda.add(time, now => {
      morning(now);
      onDay(at + 1, mornings.length);
    });
    if (method.plan) return;
    const day = localDate(new Date(time));
    for (const organization of world.organizations)
      if (fates.happens('looks', organization, day))
        agenda.add(time + WORKDAY * fates.draw('looks at', organization, day), now => look(organization, now));
  });
  agenda.run();
  return { method, ledger, waiting, leads };
}

function barrierOf(options: readonly unknown[], holders: readonly { readonly urgency: Urgency }[]): Barrier {
  if (!options.length) return 'NO_SESSION';
  if (!holders.length) return 'PROMISED';
  return holders.every(({ urgency }) => urgency === 'P1') ? 'P1' : 'OTHERS';
}
