import { z } from 'zod';
import { ageInYears, DAY, HOUR, localDate, workingHoursBetween } from '../../../kernel/clock.js';
import { CARE_CATEGORIES, type CareCategory, MODES, type Mode, type Urgency } from '../../../kernel/vocabulary.js';
import type { NeedFacts, SessionFacts } from './facts.js';
import { serviceStart } from './rules.js';

/** The greatest weight, and the greatest cost that a pair may come to. */
export const MAX_WEIGHT = 9999;
const weight = z.int().min(0).max(MAX_WEIGHT);
/** So many points or so much cost for one unit, and never more than `max`. */
const graded = z.strictObject({ each: weight, max: weight });

/**
 * At most `times` of a category and of all below it for one person, in the category's unit: what they received within the last
 * `days`, what they are promised, and what a plan adds.
 */
const capSchema = z.strictObject({
  category: z.string().min(1).max(40),
  times: z.int().min(1).max(9999),
  days: z.int().min(1).max(366),
});
export type Cap = z.infer<typeof capSchema>;

/** What weights must be. A cost that could exceed the bound is told at `cost`. */
export const weightsSchema = z
  .strictObject({
    rank: z.strictObject({
      /** Working hours that a need waits in a tier before it counts as of the next one; 0: it never does. */
      lift: z.strictObject({ fromP4: weight, fromP3: weight, fromP2: weight }),
      /** For each working hour since the need was submitted; without a cap, or two old needs would be equal for ever. */
      waiting: weight,
      age80: weight,
      careCategories: z.partialRecord(z.enum(CARE_CATEGORIES), weight),
      careMax: weight,
      /** For each day by which the deadline is nearer than `withinDays`. */
      deadline: z.strictObject({ each: weight, withinDays: weight }),
      /** For each published plan in a row that left the need out. */
      leftOut: graded,
      /** Taken off for each time that this beneficiary was served in this category within `repeatDays`. */
      repeat: graded,
      repeatDays: weight,
    }),
    /** Most-wanted categories, of which nobody gets more than so much in a while. */
    caps: z.array(capSchema).max(20).optional(),
    cost: z.strictObject({
      /** For each ten meters on foot. */
      distance: graded,
      /** For each floor of stairs. */
      floors: graded,
      /** For each day until the service. */
      days: graded,
      /** Somebody who has not helped this beneficiary before. */
      newHelper: weight,
      /** For each promise of the organization within `loadDays`. */
      load: graded,
      loadDays: weight,
      /** No common language. */
      language: weight,
    }),
  })
  .refine(({ cost: c }) => c.distance.max + c.floors.max + c.days.max + c.newHelper + c.load.max + c.language <= MAX_WEIGHT, {
    path: ['cost'],
    error: 'costs exceed 9999',
  });

/** The numbers of a `MatchPolicy`. */
export type Weights = z.infer<typeof weightsSchema>;

/**
 * The first policy. Rank: four weeks of waiting (170 working hours) lift a need by one tier, and twenty-eight more from P2 to P1:
 * what is P1 is answered within hours and waits behind no need that is only old, but for those that have waited more than half a
 * year, so that nobody waits for ever. A working hour is worth two points, so one week of waiting (42.5 h) outweighs no
 * vulnerability group, and three weeks outweigh any single one; within a tier nobody who asked 650 working hours later ever
 * comes first (`overtakenWithin`). Cost: a walk of a kilometer weighs as much as 20 days of waiting for the date; stairs, a new
 * helper and a busy organization decide between near equals.
 */
export const DEFAULT_WEIGHTS: Weights = {
  rank: {
    lift: { fromP4: 170, fromP3: 170, fromP2: 1190 },
    waiting: 2,
    age80: 150,
    careCategories: {
      LIVING_ALONE: 100,
      EMPTY_NEST: 40,
      DISABLED: 100,
      LOW_INCOME: 80,
      BEREAVED_FAMILY: 100,
      DEMENTIA: 100,
      BEDRIDDEN: 120,
      CHRONIC_ILLNESS: 40,
      LEFT_BEHIND_CHILD: 80,
      VETERAN: 20,
    },
    careMax: 300,
    deadline: { each: 20, withinDays: 10 },
    leftOut: { each: 100, max: 500 },
    repeat: { each: 50, max: 150 },
    repeatDays: 90,
  },
  cost: {
    distance: { each: 20, max: 3000 },
    floors: { each: 150, max: 1000 },
    days: { each: 100, max: 2500 },
    newHelper: 600,
    load: { each: 40, max: 1200 },
    loadDays: 30,
    language: 400,
  },
};

/** Reads stored weights; a policy that breaks the form is a bug, so it throws. */
export const parseWeights = (stored: unknown): Weights => weightsSchema.parse(stored);

export const RANK_PARTS = ['WAITING', 'AGE_80', 'CARE', 'DEADLINE', 'LEFT_OUT', 'REPEAT'] as const;
export type RankPart = (typeof RANK_PARTS)[number];
export const COST_PARTS = ['DISTANCE', 'FLOORS', 'DAYS', 'NEW_HELPER', 'LOAD', 'LANGUAGE'] as const;
export type CostPart = (typeof COST_PARTS)[number];

/** A named part of a total, with the measured number it comes from (hours, meters, floors, days, times). */
export interface Part<Code extends string> {
  readonly code: Code;
  readonly value: number;
  readonly measured: number;
}

/** Where a need stands: lower tier first, then more points, then earlier submission, then id. */
export interface Rank {
  /** The need's own: by it it is told how people fared, and until when a proposal is to be answered. */
  readonly urgency: Urgency;
  /** What the need counts as in the order, 1 to 4: by its urgency, or lifted above it by waiting. */
  readonly tier: number;
  /** By how many tiers waiting has lifted it. */
  readonly liftedBy: number;
  readonly points: number;
  readonly parts: readonly Part<RankPart>[];
}

const capped = (units: number, { each, max }: { readonly each: number; readonly max: number }): number =>
  Math.min(max, Math.max(0, Math.floor(units)) * each);
const sum = (parts: readonly Part<string>[]): number => parts.reduce((total, { value }) => total + value, 0);

/** A need's urgency as the tier that it counts as before any waiting. */
export const tierOf = (urgency: Urgency): number => Number(urgency.slice(1));

/** The tier that a need counts as after so many working hours. */
export function liftedTier(urgency: Urgency, hours: number, { fromP4, fromP3, fromP2 }: Weights['rank']['lift']): number {
  const steps = [fromP2, fromP3, fromP4];
  let tier = tierOf(urgency);
  for (let left = hours; tier > 1; tier--) {
    const step = steps[tier - 2]!;
    if (step === 0 || left < step) break;
    left -= step;
  }
  return tier;
}

/** The most working hours that count, some 45 years: they keep points within 32 bits. */
const MAX_HOURS = 99_999;

/** The rank of a need at a moment; its parts add up to its points. */
export function rankOf(need: NeedFacts, { rank: w }: Weights, now: number): Rank {
  const { person } = need;
  const hours = Math.min(MAX_HOURS, Math.floor(workingHoursBetween(new Date(need.submittedAt), new Date(now))));
  const years = person ? ageInYears(person.birthDate, localDate(new Date(now))) : 0;
  const groups = (person?.careCategories ?? []).reduce((total, group: CareCategory) => total + (w.careCategories[group] ?? 0), 0);
  const daysLeft = need.deadline === null ? null : Math.max(0, Math.floor((need.deadline - now) / DAY));
  const nearer = daysLeft === null ? 0 : Math.max(0, w.deadline.withinDays - daysLeft);
  const parts: Part<RankPart>[] = [
    { code: 'WAITING', value: hours * w.waiting, measured: hours },
    { code: 'AGE_80', value: years >= 80 ? w.age80 : 0, measured: years },
    { code: 'CARE', value: Math.min(w.careMax, groups), measured: person?.careCategories.length ?? 0 },
    { code: 'DEADLINE', value: nearer * w.deadline.each, measured: daysLeft ?? 0 },
    { code: 'LEFT_OUT', value: capped(need.leftOut, w.leftOut), measured: need.leftOut },
    { code: 'REPEAT', value: -capped(need.servedLately, w.repeat), measured: need.servedLately },
  ];
  const shown = parts.filter(({ value }) => value !== 0).map(part => (part.value === 0 ? { ...part, value: 0 } : part));
  const { urgency } = need;
  const tier = liftedTier(urgency, hours, w.lift);
  return { urgency, tier, liftedBy: tierOf(urgency) - tier, points: sum(shown), parts: shown };
}

interface Ranked {
  readonly need: NeedFacts;
  readonly rank: Rank;
}
/** The strict order in which needs are served. */
export const byRank = (a: Ranked, b: Ranked): number =>
  a.rank.tier - b.rank.tier ||
  b.rank.points - a.rank.points ||
  a.need.submittedAt - b.need.submittedAt ||
  (a.need.id < b.need.id ? -1 : a.need.id > b.need.id ? 1 : 0);

/** How well a pair fits; its parts add up to its total, 0 to 9999, less is better. */
export interface Cost {
  readonly total: number;
  readonly parts: readonly Part<CostPart>[];
  readonly mode: Mode;
  readonly startsAt: number;
  /** Meters on foot; null where one of the two places is not known or nobody walks. */
  readonly distanceM: number | null;
}

/** The cost of a pair that the rules allow. */
export function costOf(need: NeedFacts, session: SessionFacts, { cost: w }: Weights, now: number): Cost {
  const way = easiestWay(need, session, w);
  const startsAt = serviceStart(need, session, now) ?? now;
  const days = Math.max(0, Math.floor((startsAt - now) / DAY));
  const isNew = !need.servedBy.includes(session.organizationId);
  const common = !need.languages.length || !session.languages.length || need.languages.some(l => session.languages.includes(l));
  const parts: Part<CostPart>[] = [
    { code: 'DISTANCE', value: way.distanceCost, measured: way.distanceM ?? 0 },
    { code: 'FLOORS', value: way.floorCost, measured: way.floors },
    { code: 'DAYS', value: capped(days, w.days), measured: days },
    { code: 'NEW_HELPER', value: isNew ? w.newHelper : 0, measured: isNew ? 1 : 0 },
    { code: 'LOAD', value: capped(session.recentLoad, w.load), measured: session.recentLoad },
    { code: 'LANGUAGE', value: common ? 0 : w.language, measured: common ? 0 : 1 },
  ];
  return { total: sum(parts), parts: parts.filter(({ value }) => value > 0), mode: way.mode, startsAt, distanceM: way.distanceM };
}

interface Way {
  readonly mode: Mode;
  readonly distanceM: number | null;
  readonly distanceCost: number;
  readonly floors: number;
  readonly floorCost: number;
}

/** Of the modes that both sides allow, the one with the shortest way; on foot means along the two axes of the estate. */
function easiestWay(need: NeedFacts, session: SessionFacts, w: Weights['cost']): Way {
  const stairs = need.storey === null || (need.place?.hasLift && !need.noLift) ? 0 : Math.max(0, need.storey - 1);
  let best: Way | null = null;
  for (const mode of MODES) {
    if (!need.modes.includes(mode) || !session.modes.includes(mode)) continue;
    const near = mode !== 'ONLINE';
    // Help that comes to the home and names no house sets out from the service center.
    const from = session.place ?? { eastM: 0, northM: 0 };
    const distanceM =
      near && need.place ? Math.abs(need.place.eastM - from.eastM) + Math.abs(need.place.northM - from.northM) : null;
    const floors = near ? stairs : 0;
    const way = {
      mode,
      distanceM,
      distanceCost: capped((distanceM ?? 0) / 10, w.distance),
      floors,
      floorCost: capped(floors, w.floors),
    };
    if (!best || way.distanceCost + way.floorCost < best.distanceCost + best.floorCost) best = way;
  }
  return best ?? { mode: 'ON_SITE', distanceM: null, distanceCost: 0, floors: 0, floorCost: 0 };
}

/** Decides ties between equal costs: nobody gains by being early in a table. FNV-1a over both ids. */
export function tieOf(a: string, b: string): number {
  let hash = 0x811c9dc5;
  for (const text of [a, b]) for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** Working days end as they began: the same time of day so many days from Monday to Friday later. */
export function addWorkingDays(at: Date, days: number): Date {
  let moment = at.getTime();
  for (let left = days; left > 0; ) {
    moment += DAY;
    const weekday = new Date(moment + 8 * HOUR).getUTCDay();
    if (weekday !== 0 && weekday !== 6) left--;
  }
  return new Date(moment);
}

/**
 * Until when an organization should answer a proposal (domain.md §2.4): by the need's own urgency, whatever waiting has made of
 * its tier, and never after the service begins.
 */
export function respondBy(urgency: Urgency, publishedAt: Date, startsAt: number | null): Date {
  const answer =
    urgency === 'P4'
      ? new Date(publishedAt.getTime() + 30 * DAY)
      : urgency === 'P3'
        ? addWorkingDays(publishedAt, 3)
        : urgency === 'P2'
          ? addWorkingDays(publishedAt, 1)
          : new Date(publishedAt.getTime() + 2 * HOUR);
  return startsAt !== null && startsAt < answer.getTime() ? new Date(Math.max(startsAt, publishedAt.getTime())) : answer;
}
