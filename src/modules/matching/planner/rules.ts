import { ageInMonths, localDate } from '../../../kernel/clock.js';
import { clash } from './clash.js';
import type { NeedFacts, SessionFacts } from './facts.js';

/** Why a pair is not possible, one code a cause. The number is the hard rule it belongs to; 0: no rule but a quantity or a person's word. */
export const MATCH_REASONS = {
  P0_TO_OFFICER: 8,
  NEED_NOT_OPEN: 0,
  NEED_COVERED: 0,
  NOT_MATCHABLE: 1,
  WRONG_CATEGORY: 1,
  WRONG_UNIT: 1,
  OFFER_NOT_PUBLISHED: 5,
  SESSION_CANCELLED: 5,
  NOT_A_MEMBER: 5,
  NO_PACT: 5,
  NO_FILING: 5,
  OUT_OF_AREA: 3,
  OPTED_OUT: 7,
  RESTRICTED: 7,
  NO_CONSENT: 7,
  TOO_YOUNG: 2,
  TOO_OLD: 2,
  CARE_CATEGORY: 2,
  NAMED_BUILDINGS: 2,
  BENEFICIARY_UNKNOWN: 2,
  NOT_ELIGIBLE: 2,
  WRONG_MODE: 3,
  COSTS_TOO_MUCH: 6,
  OFFER_NOT_VALID: 4,
  LEAD_TIME: 4,
  NO_WINDOW: 4,
  AFTER_DEADLINE: 4,
  DECLINED_BEFORE: 7,
  EXCLUDED: 7,
  PERSON_BUSY: 4,
  HELPER_BUSY: 4,
  TOGETHER: 7,
  MINIMUM_NOT_REACHED: 0,
  PORTION_TOO_SMALL: 0,
  RESERVED_FOR_OTHERS: 0,
  CAP_REACHED: 0,
  FORBIDDEN: 0,
  SESSION_FULL: 0,
} as const;
export type MatchReason = keyof typeof MATCH_REASONS;

/** A failed rule with the numbers that show it; units are in the names. */
export interface Reason {
  readonly code: MatchReason;
  readonly numbers: Readonly<Record<string, number>>;
}
const because = (code: MatchReason, numbers: Readonly<Record<string, number>> = {}): Reason => ({ code, numbers });

const MINUTE = 60_000;
const overlaps = (a: number, b: number, c: number, d: number): boolean => a < d && c < b;

/**
 * When the service would begin: a dated session's own start; on request, the first moment at which offer, lead time (unless
 * only that stands against what is asked already) and a window of the need allow it. Null when there is none.
 */
export function serviceStart(need: NeedFacts, session: SessionFacts, now: number): number | null {
  if (session.time) return session.time.startsAt;
  const start = startFrom(need, session, earliest(session, now));
  return start === null && isAsked(need, session) ? startFrom(need, session, whenValid(session, now)) : start;
}

function startFrom(need: NeedFacts, session: SessionFacts, from: number): number | null {
  const until = Math.min(session.closesAt ?? Number.POSITIVE_INFINITY, need.deadline ?? Number.POSITIVE_INFINITY);
  if (from >= until) return null;
  if (!need.windows.length) return from;
  let first: number | null = null;
  for (const { startsAt, endsAt } of need.windows) {
    if (!overlaps(from, until, startsAt, endsAt)) continue;
    const start = Math.max(from, startsAt);
    if (first === null || start < first) first = start;
  }
  return first;
}

/**
 * The organization was asked in time and may still answer. It keeps its time to do so: that notice grows short meanwhile ends
 * nothing; that the session begins, or that no window or deadline of the need can be met at all any more, does.
 */
const isAsked = (need: NeedFacts, session: SessionFacts): boolean => need.askedSessionIds.includes(session.id);

/** A moment, or when the offer begins to hold if that is later. */
const whenValid = ({ opensAt }: SessionFacts, moment: number): number => Math.max(moment, opensAt ?? 0);

/** The first moment at which an open-ended session can serve who asks now. */
const earliest = (session: SessionFacts, now: number): number => whenValid(session, now + session.leadTimeMinutes * MINUTE);

const DAY_MS = 24 * 60 * MINUTE;
const days = new Map<number, string>();
/** The calendar date of a moment; asked for every pair, of which there are millions, and answered from some hundred days. */
function dayOf(moment: number): string {
  const number = Math.floor((moment + 8 * 60 * MINUTE) / DAY_MS);
  let day = days.get(number);
  if (day === undefined) {
    if (days.size > 10_000) days.clear();
    day = localDate(new Date(moment));
    days.set(number, day);
  }
  return day;
}

function* timeFailures(need: NeedFacts, session: SessionFacts, now: number): Generator<Reason> {
  const { time, opensAt, closesAt } = session;
  const deadline = need.deadline ?? Number.POSITIVE_INFINITY;
  if (time) {
    if ((opensAt !== null && time.startsAt < opensAt) || (closesAt !== null && time.endsAt > closesAt))
      yield because('OFFER_NOT_VALID');
    if (time.startsAt < now + session.leadTimeMinutes * MINUTE && !(time.startsAt >= now && isAsked(need, session)))
      yield because('LEAD_TIME', {
        leadTimeMinutes: session.leadTimeMinutes,
        minutesLeft: Math.floor((time.startsAt - now) / MINUTE),
      });
    if (need.windows.length && !need.windows.some(w => overlaps(time.startsAt, time.endsAt, w.startsAt, w.endsAt)))
      yield because('NO_WINDOW', { windows: need.windows.length });
    if (time.endsAt > deadline) yield because('AFTER_DEADLINE', { minutesLate: Math.ceil((time.endsAt - deadline) / MINUTE) });
    return;
  }
  const from = isAsked(need, session) ? whenValid(session, now) : earliest(session, now);
  const closes = closesAt ?? Number.POSITIVE_INFINITY;
  if (from >= closes) yield because('OFFER_NOT_VALID');
  if (from >= deadline) yield because('AFTER_DEADLINE', { minutesLate: Math.ceil((from - deadline) / MINUTE) });
  const until = Math.min(closes, deadline);
  if (from < until && need.windows.length && serviceStart(need, session, now) === null)
    yield because('NO_WINDOW', { windows: need.windows.length });
}

function* standingFailures(need: NeedFacts, session: SessionFacts, day: string): Generator<Reason> {
  if (!session.isPublished) yield because('OFFER_NOT_PUBLISHED');
  if (session.isCancelled) yield because('SESSION_CANCELLED');
  const standing = session.standing.find(({ branchId }) => branchId === need.branchId);
  if (!standing) yield because('NOT_A_MEMBER');
  else if (!standing.pacts.some(({ startsOn, endsOn }) => startsOn <= day && day <= endsOn)) yield because('NO_PACT');
  const filed = session.hasFiling && (session.filingValidUntil === null || session.filingValidUntil >= day);
  if ((session.needsFiling || need.needsFiling) && !filed) yield because('NO_FILING');
}

function* eligibilityFailures(need: NeedFacts, session: SessionFacts, day: string): Generator<Reason> {
  const { minAgeMonths, maxAgeMonths, careCategories, eligibleBuildingIds } = session;
  const { person, place } = need;
  if ((minAgeMonths !== null || maxAgeMonths !== null || careCategories.length) && !person) {
    yield because('BENEFICIARY_UNKNOWN');
  } else if (person) {
    if (minAgeMonths !== null || maxAgeMonths !== null) {
      const ageMonths = ageInMonths(person.birthDate, day);
      if (minAgeMonths !== null && ageMonths < minAgeMonths) yield because('TOO_YOUNG', { ageMonths, minAgeMonths });
      if (maxAgeMonths !== null && ageMonths >= maxAgeMonths) yield because('TOO_OLD', { ageMonths, maxAgeMonths });
    }
    if (careCategories.length && !careCategories.some(category => person.careCategories.includes(category)))
      yield because('CARE_CATEGORY');
  }
  if (eligibleBuildingIds.length && !(place && eligibleBuildingIds.includes(place.buildingId)))
    yield because('NAMED_BUILDINGS', { buildings: eligibleBuildingIds.length });
}

function* peopleFailures(need: NeedFacts, session: SessionFacts): Generator<Reason> {
  if (need.person?.restricted) yield because('RESTRICTED');
  if (need.person?.optedOut) yield because('OPTED_OUT');
  if (need.needsConsent && need.forResident && !need.person?.consentsToHealthMatching) yield because('NO_CONSENT');
  const exclusion = need.exclusions.find(
    ({ offerId, sessionId }) => offerId === session.offerId && (sessionId === null || sessionId === session.id),
  );
  if (exclusion) yield because(exclusion.declined ? 'DECLINED_BEFORE' : 'EXCLUDED');
}

/** What is promised already: to this person at that time, of that session's helpers and rooms, to whom the need goes with. */
function* commitmentFailures(need: NeedFacts, session: SessionFacts): Generator<Reason> {
  const { time, place } = session;
  if (time) {
    const here = { time, place: place ?? need.place };
    const isBusy = need.promises.some(
      promise => promise.sessionId !== session.id && clash({ time: promise.time, place: promise.place ?? need.place }, here),
    );
    if (isBusy) yield because('PERSON_BUSY');
  }
  if (session.takenUp) yield because('HELPER_BUSY');
  const whither = need.companion?.sessionIds ?? [];
  if (whither.length && !whither.includes(session.id)) yield because('TOGETHER');
}

/** An offer serves its own category and, where it says so, everything below it. */
export const coversCategory = (need: NeedFacts, session: SessionFacts): boolean =>
  session.categoryCode === need.categoryCode ||
  (session.coversChildren && `/${need.categoryPath}`.includes(`/${session.categoryCode}/`));

/** Every broken rule, one after the other; who needs the first alone stops there. Quantities are no rule: see `fullness`. */
export function* failures(need: NeedFacts, session: SessionFacts, now: number): Generator<Reason> {
  if (!coversCategory(need, session)) yield because('WRONG_CATEGORY');
  if (need.unit !== session.unit) yield because('WRONG_UNIT');
  if (need.urgency === 'P0') yield because('P0_TO_OFFICER');
  if (!need.isOpen) yield because('NEED_NOT_OPEN');
  if (!need.matchable) yield because('NOT_MATCHABLE');
  const start = serviceStart(need, session, now) ?? earliest(session, now);
  const day = dayOf(start);
  yield* standingFailures(need, session, day);
  if (session.branchIds.length && !session.branchIds.includes(need.branchId)) yield because('OUT_OF_AREA');
  yield* peopleFailures(need, session);
  yield* eligibilityFailures(need, session, day);
  if (!session.modes.some(mode => need.modes.includes(mode))) yield because('WRONG_MODE');
  if (session.costFen > need.acceptsCostFen)
    yield because('COSTS_TOO_MUCH', { costFen: session.costFen, acceptsCostFen: need.acceptsCostFen });
  yield* timeFailures(need, session, now);
  yield* commitmentFailures(need, session);
}

/** All hard rules that the pair breaks at this moment (reference/matching.md §1); empty: the pair is possible. */
export const failedRules = (need: NeedFacts, session: SessionFacts, now: number): readonly Reason[] => [
  ...failures(need, session, now),
];

/** The same rules, stopping at the first that fails. */
export const isPossible = (need: NeedFacts, session: SessionFacts, now: number): boolean =>
  failures(need, session, now).next().done === true;

/** What a need may take of a session's free places: not those kept for other branches' residents. */
export const freeFor = ({ branchId }: NeedFacts, { free, quotas }: SessionFacts): number =>
  quotas.reduce((left, quota) => (quota.branchId === branchId ? left : left - quota.places), free);

/** Whether what is free there helps the need at all. */
export const hasRoomFor = (need: NeedFacts, session: SessionFacts): boolean =>
  freeFor(need, session) >= Math.max(1, need.minimum);

/** No rule forbids the pair, yet nothing is left to give or to ask for, or less than helps. */
export function fullness(need: NeedFacts, session: SessionFacts): readonly Reason[] {
  const found: Reason[] = [];
  const free = freeFor(need, session);
  if (need.open <= 0) found.push(because('NEED_COVERED'));
  if (session.free <= 0) found.push(because('SESSION_FULL', { capacity: session.capacity }));
  else if (free <= 0) found.push(because('RESERVED_FOR_OTHERS'));
  else if (free < need.minimum) found.push(because('PORTION_TOO_SMALL'));
  return found;
}

/** Reasons that tell something of the person which a partner may not know before it has promised anything. */
const PERSONAL: ReadonlySet<MatchReason> = new Set<MatchReason>([
  'OPTED_OUT',
  'RESTRICTED',
  'NO_CONSENT',
  'TOO_YOUNG',
  'TOO_OLD',
  'CARE_CATEGORY',
  'NAMED_BUILDINGS',
  'BENEFICIARY_UNKNOWN',
  'PERSON_BUSY',
  'CAP_REACHED',
]);

/** What somebody outside the branch's staff may read of it: whatever concerns the person becomes one code without numbers. */
export function depersonalized(reasons: readonly Reason[]): readonly Reason[] {
  const plain = reasons.filter(({ code }) => !PERSONAL.has(code));
  return plain.length === reasons.length ? plain : [...plain, because('NOT_ELIGIBLE')];
}
