import { addDays, atLocal } from '../../kernel/clock.js';
import type { OfferTemplate, ScheduleData, SeedData } from '../data.js';
import type { Random } from '../random.js';
import { DRAFT_PACT } from './alliance.js';
import { firstOfMonth, monthsFrom, nthWeekday, weekdayOf } from './calendar.js';
import type { OfferPlan, SessionPlan } from './plan.js';
import { BRANCHES, VENUES } from './territory.js';

const LEAD_TIME_HOUR = 60;
/** Yearly gifts for a stated purpose, in fen (domain.md §5.4: 3,000 to 50,000 yuan). */
const GIFTS = [300_000, 500_000, 1_000_000, 2_000_000, 3_000_000, 5_000_000];

const NO_TERMS = { minimumAttendance: 0, branchQuotas: [], resourceKeys: [] } as const;

interface Source {
  readonly organization: string;
  readonly category: string;
  readonly coversChildren: boolean;
  readonly template: OfferTemplate;
}

/** What the organisations pledge, and when: `pastMonths` before this month, this month and the next. */
export function planOffers(
  data: SeedData,
  random: Random,
  { today, pastMonths, scale }: { readonly today: string; readonly pastMonths: number; readonly scale: number },
): readonly OfferPlan[] {
  const branchesOf = new Map(
    [...Map.groupBy(data.alliance.memberships, ({ unit }) => unit)].map(([unit, rows]) => [
      unit,
      rows.map(({ branch }) => branch),
    ]),
  );
  const months = monthsFrom(today, -pastMonths, pastMonths + 2);
  const filed = new Set(data.categories.filter(({ needsFiling }) => needsFiling).map(({ code }) => code));
  let filing = 0;
  return Array.from({ length: scale }, (_, copy) => copy).flatMap(copy =>
    sources(data).map((source, at) => {
      const { organization, category, coversChildren, template } = source;
      const own = random.fork(`${copy}|${organization}|${category}|${at}`);
      const given = data.offers.states.find(state => state.organization === organization && state.category === category);
      const state = organization === DRAFT_PACT ? 'DRAFT' : (given?.state ?? 'PUBLISHED');
      const key = `${organization}/${category}/${at}${copy ? `/${copy}` : ''}`;
      const validUntil =
        state === 'EXPIRED' ? addDays(today, -own.between(2, 12)) : addDays(firstOfMonth(today, 2), own.between(60, 180));
      const validFrom = addDays(firstOfMonth(today, -pastMonths), -own.between(31, 120));
      const needsFiling = filed.has(category) && state !== 'DRAFT';
      return {
        key,
        organization,
        category,
        coversChildren,
        title: template.title,
        description: template.description,
        state: state === 'EXPIRED' ? 'PUBLISHED' : state,
        pauseReason: given?.reason ?? null,
        modes: template.modes,
        leadTimeMinutes: template.leadTimeHours * LEAD_TIME_HOUR,
        costFen: template.costFen,
        needsAssessment: template.needsAssessment ?? false,
        validFrom,
        validUntil,
        filing: needsFiling
          ? {
              number: `拱卫义备(演示)${today.slice(0, 4)}-${String(++filing).padStart(3, '0')}`,
              validUntil: addDays(validUntil, 30),
            }
          : null,
        minAgeMonths: template.minAgeMonths ?? null,
        maxAgeMonths: template.maxAgeMonths ?? null,
        careCategories: template.careCategories ?? [],
        sessions: planSessions(key, source, branchesOf.get(organization) ?? [], months, own, { today, validUntil }),
      };
    }),
  );
}

function sources({ alliance, offers }: SeedData): readonly Source[] {
  const byTag = alliance.units.flatMap(unit =>
    unit.offers.flatMap(category =>
      (offers.templates[category] ?? []).map(template => ({
        organization: unit.code,
        category,
        coversChildren: false,
        template,
      })),
    ),
  );
  const added = offers.additions.map(({ offer, ...rest }) => ({ ...rest, template: offer }));
  return [...byTag, ...added];
}

interface Day {
  readonly date: string;
  readonly branch: string;
}

function planSessions(
  key: string,
  { category, template }: Source,
  branches: readonly string[],
  months: readonly string[],
  random: Random,
  { today, validUntil }: { readonly today: string; readonly validUntil: string },
): readonly SessionPlan[] {
  const { schedule, modes, smallCapacity } = template;
  if (schedule.every === 'REQUEST') {
    const capacities = category === 'FUNDING' ? [random.pick(GIFTS)] : schedule.capacities;
    return capacities.map((capacity, i) => ({
      key: `${key}#${i}`,
      time: null,
      capacity,
      building: null,
      place: '',
      ...NO_TERMS,
    }));
  }
  const atPlace = modes.includes('ON_SITE');
  const [hours = 0, minutes = 0] = schedule.start.split(':').map(Number);
  return daysOf(schedule, branches, months, random, today)
    .filter(({ date }) => date <= validUntil)
    .map(({ date, branch }) => {
      const startsAt = atLocal(date, hours * 60 + minutes);
      const capacity = branches.length === 1 ? (smallCapacity ?? schedule.capacity) : schedule.capacity;
      return {
        key: `${key}#${date}`,
        time: { startsAt, endsAt: new Date(startsAt.getTime() + schedule.minutes * 60_000) },
        capacity,
        building: atPlace ? (VENUES[branch]?.building ?? null) : null,
        place: atPlace ? (VENUES[branch]?.place ?? '') : '',
        ...(date > today ? termsOf(template, branches) : NO_TERMS),
      };
    });
}

const termsOf = (
  { minimumAttendance = 0, keptForEachBranch, resourceKeys = [] }: OfferTemplate,
  branches: readonly string[],
) => ({
  minimumAttendance,
  branchQuotas:
    keptForEachBranch === undefined || branches.length === 1
      ? []
      : branches.map(branch => ({ branch, places: keptForEachBranch })),
  resourceKeys,
});

function daysOf(
  schedule: Exclude<ScheduleData, { every: 'REQUEST' }>,
  branches: readonly string[],
  months: readonly string[],
  random: Random,
  today: string,
): readonly Day[] {
  const order = BRANCHES.map(({ code }) => code);
  if (schedule.every === 'WEEK') {
    const weekday = random.pick(schedule.weekdays);
    const days = months.flatMap(month => [1, 2, 3, 4, 5].flatMap(nth => nthWeekday(month, weekday, nth) ?? []));
    return days.map((date, week) => ({ date, branch: branches[week % branches.length] ?? order[0]! }));
  }
  if (schedule.once) {
    const soon = Array.from({ length: 7 }, (_, i) => addDays(today, i + 8)).find(date => weekdayOf(date) === schedule.weekday);
    return soon ? [{ date: soon, branch: branches[0] ?? order[0]! }] : [];
  }
  return months.flatMap(month =>
    branches.flatMap(branch => {
      const date = nthWeekday(month, schedule.weekday, order.indexOf(branch) + 1);
      return date ? [{ date, branch }] : [];
    }),
  );
}
