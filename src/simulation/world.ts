import { addDays, ageInYears, atLocal, DAY, HOUR, localDate } from '../kernel/clock.js';
import type { CareCategory } from '../kernel/vocabulary.js';
import { categoryIndex } from '../modules/matching/planner/candidates.js';
import type { NeedFacts, SessionFacts } from '../modules/matching/planner/facts.js';
import { isPossible } from '../modules/matching/planner/rules.js';
import { obstaclesOf } from '../modules/matching/planner/unmatched.js';
import type { SeedData } from '../seeds/data.js';
import { planCategories, planMemberships } from '../seeds/plan/alliance.js';
import { firstOfMonth, monthsFrom } from '../seeds/plan/calendar.js';
import { factsOf } from '../seeds/plan/facts.js';
import { dealCards, MONTH_DAYS, planNeed } from '../seeds/plan/needs.js';
import { planOffers } from '../seeds/plan/offers.js';
import { planResidents } from '../seeds/plan/people.js';
import type { MembershipPlan, NeedPlan } from '../seeds/plan/plan.js';
import { planBuildings } from '../seeds/plan/territory.js';
import { gather } from '../seeds/plan/whom.js';
import { createRandom } from '../seeds/random.js';
import { createFates, type Fates, WITHDRAWS_WITHIN_DAYS } from './fates.js';

/** Rules about more than one pair are left out of the year: a noticeboard has no way to keep them. */
const WITHOUT_TERMS = { minimum: 0, quotas: [], resourceKeys: [] };

export const AGE_BANDS = ['0–17', '18–59', '60–79', '80+', 'group or place'] as const;
export type AgeBand = (typeof AGE_BANDS)[number];

/** A need that reaches the alliance, and what becomes of it whatever anybody does. */
export interface WorldNeed {
  /** As it comes in; `windows` are those of the first four weeks and come again every four weeks. */
  readonly facts: NeedFacts;
  readonly beneficiary: string | null;
  readonly ageBand: AgeBand;
  readonly care: readonly CareCategory[];
  /** When an officer has verified it. */
  readonly openedAt: number;
  /** When it is no longer wanted, unless served before; null: it is asked until it is served. */
  readonly withdrawnAt: number | null;
  /** Every organisation that could help would say no, or not then: no method can serve it. */
  readonly isRefusedByAll: boolean;
}

export interface WorldSession {
  readonly facts: SessionFacts;
  /** When it is called off; null: it takes place. */
  readonly cancelledAt: number | null;
}

/** Everything that happens in a year and no method can change. */
export interface World {
  readonly fates: Fates;
  readonly start: number;
  /** The last need has come in. */
  readonly end: number;
  /** Whoever asked late has had four weeks: nothing is looked at after it. */
  readonly close: number;
  /** Those that at least one session of the year can serve, by every rule; in the order in which they are verified. */
  readonly needs: readonly WorldNeed[];
  /** In the order of their beginning. */
  readonly sessions: readonly WorldSession[];
  readonly organizations: readonly string[];
  readonly intake: Intake;
}

/** Where everything that was asked went. */
export interface Intake {
  readonly submitted: number;
  readonly rejected: number;
  /** P0, and categories that are not matched: to emergency services, the grid, the back office. */
  readonly transferred: number;
  readonly byOthers: number;
  /** No session of the whole year is possible, by the last rule that rules all of them out. */
  readonly impossible: ReadonlyMap<string, number>;
}

/** A year to be told in numbers only has to be some year; this one begins on a Thursday. */
export const FIRST_DAY = '2026-01-01';
/** How far ahead a plan, and a liaison at the noticeboard, looks (`DEFAULT_HORIZON_DAYS`). */
export const HORIZON = 28 * DAY;

export interface WorldOptions {
  readonly seed: number;
  /** Stretches of thirty days. */
  readonly months: number;
  /** Residents, offers and needs, as multiples of the estate's own. */
  readonly scale: number;
  /** Percent of the pledged places that are left for needs on file; the others go to those who come without asking. */
  readonly placesPct: number;
}

export function planWorld(data: SeedData, { seed, months, scale, placesPct }: WorldOptions): World {
  const random = createRandom(`estate ${seed}`);
  const fates = createFates(seed);
  const start = atLocal(FIRST_DAY).getTime();
  const end = start + months * MONTH_DAYS * DAY;
  const close = end + HORIZON;
  const today = localDate(new Date(end));
  const buildings = planBuildings();
  const residents = planResidents(data, buildings, random.fork('residents'), { today: FIRST_DAY, scale });
  const facts = factsOf({
    buildings,
    residents,
    categories: planCategories(data),
    memberships: planMemberships(data, random.fork('memberships'), today).map(renewed),
    offers: planOffers(data, random.fork('offers'), { today, pastMonths: months + 1, scale }),
  });
  const sessions = facts.sessions
    .flatMap(session => byMonths(session.facts, localDate(new Date(close))))
    .filter(({ time, opensAt, closesAt }) =>
      time ? time.startsAt >= start : (closesAt ?? close) > start && (opensAt ?? 0) < close,
    )
    .map(session => ({ ...session, ...WITHOUT_TERMS, capacity: placesLeft(session, placesPct / 100, fates) }))
    .map((session): WorldSession => ({ facts: session, cancelledAt: cancellationOf(session, fates) }))
    .sort((a, b) => startOf(a.facts) - startOf(b.facts) || (a.facts.id < b.facts.id ? -1 : 1));
  const crowd = gather(residents, buildings, FIRST_DAY);
  const asked = Array.from({ length: months }, (_, month) => {
    const own = random.fork(`month ${month}`);
    const cards = dealCards({ data, scale }, new Date(start + (month + 1) * MONTH_DAYS * DAY), own.fork('cards'), 0);
    return cards.map((card, at) => ({
      ...planNeed({ data, crowd, now: card.submittedAt }, card, 'OPEN', own.fork(`need ${at}`)),
      key: `N${month + 1}-${at + 1}`,
    }));
  }).flat();
  const { needs, intake } = sift(asked, need => ({ ...facts.needOf(need), minimum: 0 }), sessions, fates);
  return {
    fates,
    start,
    end,
    close,
    needs,
    sessions,
    organizations: [...new Set(sessions.map(session => session.facts.organizationId))].sort(),
    intake,
  };
}

/** Pacts are planned around one day; in the year before it each was in force, too. */
const renewed = (membership: MembershipPlan): MembershipPlan => ({
  ...membership,
  pact: { ...membership.pact, startsOn: addDays(membership.pact.startsOn, -365) },
});

const startOf = ({ time, opensAt }: SessionFacts): number => time?.startsAt ?? opensAt ?? 0;

/** What is offered on request is offered anew each month (domain.md §5.4 counts by month), but for gifts of money: a year's. */
function byMonths(session: SessionFacts, until: string): readonly SessionFacts[] {
  if (session.time || session.categoryCode === 'FUNDING') return [session];
  const months = monthsFrom(FIRST_DAY, 0, 24).filter(month => month <= until);
  return months.map(month => ({
    ...session,
    id: `${session.id}@${month.slice(0, 7)}`,
    opensAt: Math.max(session.opensAt ?? 0, atLocal(month).getTime()),
    closesAt: Math.min(session.closesAt ?? Number.POSITIVE_INFINITY, atLocal(firstOfMonth(month, 1)).getTime()),
  }));
}

const DRAWN_ONE_BY_ONE = 50;
/** Each place by a draw of its own, so that also the one place of a small session is sometimes there; of many, their share. */
const placesLeft = ({ id, capacity }: SessionFacts, share: number, fates: Fates): number =>
  capacity > DRAWN_ONE_BY_ONE
    ? Math.round(capacity * share)
    : Array.from({ length: capacity }, (_, place) => fates.draw('left', id, place)).filter(draw => draw < share).length;

/** One to six days before it would have begun. */
const cancellationOf = ({ id, time }: SessionFacts, fates: Fates): number | null =>
  time && fates.happens('cancelled', id) ? time.startsAt - (1 + 5 * fates.draw('called off', id)) * DAY : null;

/** Keeps what the alliance can do something about and counts the rest. */
function sift(
  asked: readonly NeedPlan[],
  factsOfNeed: (need: NeedPlan) => NeedFacts,
  sessions: readonly WorldSession[],
  fates: Fates,
): { readonly needs: readonly WorldNeed[]; readonly intake: Intake } {
  const all = sessions.map(({ facts }) => facts);
  const sessionsFor = categoryIndex(all);
  const impossible = new Map<string, number>();
  let [rejected, transferred, byOthers] = [0, 0, 0];
  const needs = asked.flatMap((plan): WorldNeed[] => {
    const facts = factsOfNeed(plan);
    if (fates.happens('rejected', plan.key)) rejected++;
    else if (facts.urgency === 'P0' || !facts.matchable) transferred++;
    else if (fates.happens('byOthers', plan.key)) byOthers++;
    else {
      const openedAt = facts.submittedAt + (0.2 + 3.8 * fates.draw('verified', plan.key)) * HOUR;
      const own = sessionsFor(facts).map(position => all[position]!);
      if (isEverPossible(facts, own, openedAt)) {
        const willing = own.filter(session => fates.refuses(facts.id, session) === null);
        return [toNeed(plan, facts, openedAt, !isEverPossible(facts, willing, openedAt), fates)];
      }
      const inAlliance = own.filter(({ standing }) => standing.some(({ branchId }) => branchId === facts.branchId));
      const { reason } = obstaclesOf(facts, inAlliance, new Set(), openedAt);
      if (reason) impossible.set(reason, (impossible.get(reason) ?? 0) + 1);
    }
    return [];
  });
  return {
    needs: needs.sort((a, b) => a.openedAt - b.openedAt || (a.facts.id < b.facts.id ? -1 : 1)),
    intake: { submitted: asked.length, rejected, transferred, byOthers, impossible },
  };
}

/** By every rule, in the twelve weeks that follow. */
const isEverPossible = (need: NeedFacts, sessions: readonly SessionFacts[], openedAt: number): boolean =>
  [0, 1, 2].some(period => {
    const now = openedAt + period * HORIZON;
    const asked = { ...need, windows: windowsAt(need, now) };
    return sessions.some(session => isPossible(asked, session, now));
  });

function toNeed({ beneficiary }: NeedPlan, facts: NeedFacts, openedAt: number, isRefusedByAll: boolean, fates: Fates): WorldNeed {
  const leaves = fates.happens('withdraws', facts.id);
  return {
    facts,
    beneficiary: beneficiary.kind === 'RESIDENT' ? beneficiary.resident : null,
    ageBand: bandOf(facts, openedAt),
    care: facts.person?.careCategories ?? [],
    openedAt,
    withdrawnAt: leaves ? openedAt + fates.draw('withdrawn', facts.id) * WITHDRAWS_WITHIN_DAYS * DAY : null,
    isRefusedByAll,
  };
}

function bandOf({ person }: NeedFacts, at: number): AgeBand {
  if (!person) return 'group or place';
  const years = ageInYears(person.birthDate, localDate(new Date(at)));
  return years < 18 ? '0–17' : years < 60 ? '18–59' : years < 80 ? '60–79' : '80+';
}

/** A need's windows as seen at a moment: what suits in the first four weeks suits in the next ones, too. */
export function windowsAt({ windows, submittedAt }: NeedFacts, now: number): NeedFacts['windows'] {
  const since = Math.floor((now - submittedAt) / HORIZON) * HORIZON;
  return [since, since + HORIZON].flatMap(by => windows.map(w => ({ startsAt: w.startsAt + by, endsAt: w.endsAt + by })));
}
