import { DAY, HOUR, workingHoursBetween } from '../kernel/clock.js';
import { MATCHED_URGENCIES, type Urgency } from '../kernel/vocabulary.js';
import type { Barrier, NeedRecord } from './ledger.js';
import { AGE_BANDS, type World } from './world.js';
import type { Year } from './year.js';

/** The least group about which anything is said. */
export const LEAST_GROUP = 5;

export interface Share {
  readonly of: number;
  readonly count: number;
}

export interface UrgencyFigures {
  readonly urgency: Urgency;
  readonly served: Share;
  /** Served in the time that domain.md §5.5 asks of the urgency. */
  readonly inTime: Share;
  /** The most working mornings in a row on which one of them was left out although the rules allowed a session. */
  readonly longestStreak: number;
  /** Asked in the first half of the year, and still asking when all is over. */
  readonly neverServed: number;
}

/** Working hours from submission to service, over those who were served. */
export interface WaitingFigures {
  readonly median: number;
  readonly p90: number;
  readonly most: number;
  /** 0: all wait alike; 1: one waits for all. Gini (1912), as in Sen, On Economic Inequality (1973). */
  readonly gini: number;
}

export interface GroupFigures {
  readonly group: string;
  readonly served: Share;
  readonly medianHours: number;
}

/** What one method made of the year. All but `counts` is over needs that at least one organisation would have served. */
export interface Figures {
  readonly year: Year;
  readonly served: Share;
  readonly byUrgency: readonly UrgencyFigures[];
  readonly waiting: WaitingFigures;
  /** Working hours that the longest-waiting need without anything has waited when all is over. */
  readonly longestUnserved: number;
  readonly deadlinesMissed: Share;
  readonly meanDistanceM: number;
  readonly ages: readonly GroupFigures[];
  readonly care: readonly GroupFigures[];
  /** By need: the most working mornings in a row on which it was left out, falling. */
  readonly streaks: readonly number[];
  /** Of those who asked in the first half of the year and still ask when all is over: plans that left them out, by why. */
  readonly barriers: Readonly<Record<Barrier, number>>;
  /** By category, in its unit: what was to be had and what was used, of sessions that took place. */
  readonly supply: ReadonlyMap<string, { readonly places: number; readonly used: number }>;
  /** By working days of waiting from 0: the share of needs that were served by then. */
  readonly servedWithin: readonly number[];
}

export const CURVE_DAYS = 60;
const WORKING_DAY_HOURS = 8.5;

export function measure(world: World, year: Year): Figures {
  const { ledger } = year;
  const needs = ledger.needs.filter(({ asked }) => !asked.isRefusedByAll);
  const served = needs.filter(isServed);
  const waits = served.map(waitOf).sort((a, b) => a - b);
  const dated = needs.filter(({ asked, ending }) => asked.facts.deadline !== null && ending !== 'WITHDRAWN');
  const halfway = (world.start + world.end) / 2;
  const isForgotten = ({ asked, ending }: NeedRecord): boolean => ending === null && asked.openedAt < halfway;
  const plansBy = (barrier: Barrier): number =>
    needs.filter(isForgotten).reduce((total, { barriers }) => total + barriers[barrier], 0);
  const distances = served.flatMap(({ distances }) => distances);
  return {
    year,
    served: shareOf(needs, isServed),
    byUrgency: MATCHED_URGENCIES.map(urgency => {
      const own = needs.filter(({ asked }) => asked.facts.urgency === urgency);
      return {
        urgency,
        served: shareOf(own, isServed),
        inTime: shareOf(own, isInTime),
        longestStreak: Math.max(0, ...own.map(({ longestStreak }) => longestStreak)),
        neverServed: own.filter(isForgotten).length,
      };
    }),
    waiting: { median: quantile(waits, 0.5), p90: quantile(waits, 0.9), most: waits.at(-1) ?? 0, gini: gini(waits) },
    longestUnserved: Math.max(0, ...needs.filter(({ ending }) => ending === null).map(waitOf)),
    deadlinesMissed: shareOf(dated, need => !isServed(need) || need.endedAt > need.asked.facts.deadline!),
    meanDistanceM: distances.length ? distances.reduce((a, b) => a + b, 0) / distances.length : 0,
    ages: AGE_BANDS.flatMap(band =>
      groupOf(
        band,
        needs.filter(({ asked }) => asked.ageBand === band),
      ),
    ),
    care: [...new Set(needs.flatMap(({ asked }) => asked.care))].sort().flatMap(category =>
      groupOf(
        category,
        needs.filter(({ asked }) => asked.care.includes(category)),
      ),
    ),
    streaks: needs.map(({ longestStreak }) => longestStreak).sort((a, b) => b - a),
    barriers: {
      NO_SESSION: plansBy('NO_SESSION'),
      PROMISED: plansBy('PROMISED'),
      P1: plansBy('P1'),
      OTHERS: plansBy('OTHERS'),
    },
    supply: supplyOf(world, year),
    servedWithin: Array.from({ length: CURVE_DAYS + 1 }, (_, days) =>
      needs.length ? waits.filter(hours => hours <= days * WORKING_DAY_HOURS).length / needs.length : 0,
    ),
  };
}

const isServed = ({ ending }: NeedRecord): boolean => ending === 'SERVED';
const waitOf = ({ asked, endedAt }: NeedRecord): number =>
  workingHoursBetween(new Date(asked.facts.submittedAt), new Date(endedAt));

/** P1 within a day, P2 within three working days, P3 within seven days, P4 within thirty. */
function isInTime(need: NeedRecord): boolean {
  const { facts } = need.asked;
  if (!isServed(need)) return false;
  if (facts.urgency === 'P2') return waitOf(need) <= 3 * WORKING_DAY_HOURS;
  const hours = facts.urgency === 'P1' ? 24 : facts.urgency === 'P3' ? (7 * DAY) / HOUR : (30 * DAY) / HOUR;
  return need.endedAt - facts.submittedAt <= hours * HOUR;
}

const shareOf = (needs: readonly NeedRecord[], counts: (need: NeedRecord) => boolean): Share => ({
  of: needs.length,
  count: needs.filter(counts).length,
});

function groupOf(group: string, needs: readonly NeedRecord[]): readonly GroupFigures[] {
  if (needs.length < LEAST_GROUP) return [];
  const waits = needs
    .filter(isServed)
    .map(waitOf)
    .sort((a, b) => a - b);
  return [{ group, served: shareOf(needs, isServed), medianHours: quantile(waits, 0.5) }];
}

function supplyOf({ start, end }: World, { ledger }: Year): Figures['supply'] {
  const supply = new Map<string, { places: number; used: number }>();
  for (const { planned, served, isCancelled } of ledger.sessions) {
    const { categoryCode, time, isPublished, capacity } = planned.facts;
    if (isCancelled || !isPublished || (time && (time.startsAt < start || time.startsAt >= end))) continue;
    const before = supply.get(categoryCode) ?? { places: 0, used: 0 };
    supply.set(categoryCode, { places: before.places + capacity, used: before.used + served });
  }
  return supply;
}

/** The least value that a part `q` of the sorted values does not exceed; 0 of none. */
export const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? 0;

/** Of sorted values ≥ 0: half the mean difference of two of them over their mean. */
export function gini(sorted: readonly number[]): number {
  const count = sorted.length;
  const total = sorted.reduce((a, b) => a + b, 0);
  if (total === 0) return 0;
  const weighted = sorted.reduce((sum, value, at) => sum + (at + 1) * value, 0);
  return (2 * weighted) / (count * total) - (count + 1) / count;
}
