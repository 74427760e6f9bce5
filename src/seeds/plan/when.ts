import { addDays, atLocal, DAY, HOUR, localDate } from '../../kernel/clock.js';
import type { TimeWindow, Urgency } from '../../kernel/vocabulary.js';
import type { Times } from '../data.js';
import type { Random } from '../random.js';
import { weekdayOf } from './calendar.js';

const isWeekend = (date: string): boolean => weekdayOf(date) % 6 === 0;
const later = (at: Date, hours: number): Date => new Date(at.getTime() + Math.round(hours * HOUR));

/** Working days bring most of it. */
const WEEKEND_WEIGHT = 0.12;
/** domain.md §5.5: minutes of the day from and to, and the share of the day's needs. */
const DAY_SHAPE = [
  { from: 510, to: 660, weight: 55 },
  { from: 810, to: 1020, weight: 35 },
  { from: 660, to: 810, weight: 5 },
  { from: 1020, to: 1230, weight: 5 },
];

/** When needs come in: `count` moments of the `days` days that end with `until`, in order. */
export function momentsOf(count: number, until: Date, days: number, random: Random): readonly Date[] {
  const last = localDate(until);
  const dates = Array.from({ length: days }, (_, i) => addDays(last, -i)).map(date => ({
    date,
    weight: isWeekend(date) ? WEEKEND_WEIGHT : 1,
  }));
  const latest = until.getTime() - HOUR / 2;
  const earliest = until.getTime() - days * DAY;
  const moments = Array.from({ length: count }, () => {
    for (;;) {
      const { from, to } = random.weighted(DAY_SHAPE);
      const at = atLocal(random.weighted(dates).date, random.between(from, to - 1)).getTime() + random.between(0, 59) * 1000;
      if (at <= latest && at > earliest) return at;
    }
  });
  return moments.sort((a, b) => a - b).map(at => new Date(at));
}

/** Minutes of the day, and which days, of what people mean by a time. */
const TIMES: Readonly<Record<Exclude<Times, 'NONE'>, { from: number; to: number; on: (date: string) => boolean; most: number }>> =
  {
    MORNINGS: { from: 510, to: 690, on: date => !isWeekend(date), most: 10 },
    AFTERNOONS: { from: 810, to: 1020, on: date => !isWeekend(date), most: 10 },
    WEEKENDS: { from: 540, to: 1020, on: isWeekend, most: 7 },
    SATURDAY: { from: 480, to: 720, on: date => weekdayOf(date) === 6, most: 4 },
  };
const DAYS_AHEAD = 28;

/** When it would suit: some of the days of the coming four weeks; a quarter of people does not mind. */
export function windowsOf(times: Times, urgency: Urgency, now: Date, random: Random): readonly TimeWindow[] {
  if (times === 'NONE' || urgency === 'P0' || urgency === 'P1' || random.chance(0.25)) return [];
  const { from, to, on, most } = TIMES[times];
  const dates = Array.from({ length: DAYS_AHEAD }, (_, i) => addDays(localDate(now), i + 1)).filter(on);
  return random
    .shuffled(dates)
    .slice(0, random.between(Math.ceil(most / 2), most))
    .sort()
    .map(date => ({ startsAt: atLocal(date, from), endsAt: atLocal(date, to) }));
}

/** Days until which it must be done, where people name a day at all. */
const DEADLINES: Readonly<Record<Urgency, { readonly chance: number; readonly least: number; readonly most: number }>> = {
  P0: { chance: 0, least: 0, most: 0 },
  P1: { chance: 0.3, least: 3, most: 8 },
  P2: { chance: 0.35, least: 6, most: 20 },
  P3: { chance: 0.25, least: 12, most: 35 },
  P4: { chance: 0.15, least: 25, most: 60 },
};

/** After now and after every window. */
export function deadlineOf(urgency: Urgency, windows: readonly TimeWindow[], now: Date, random: Random): Date | null {
  const { chance, least, most } = DEADLINES[urgency];
  if (!random.chance(chance)) return null;
  const day = atLocal(addDays(localDate(now), random.between(least, most)), 1080);
  return windows.reduce((latest, { endsAt }) => (endsAt > latest ? later(endsAt, 24) : latest), day);
}

/** How long things take by urgency, in hours, least and most. */
const HANDLING: Readonly<Record<Urgency, readonly [number, number]>> = {
  P0: [0.2, 2],
  P1: [2, 24],
  P2: [8, 72],
  P3: [24, 168],
  P4: [72, 480],
};

const within = (least: number, most: number, random: Random): number => least + ((most - least) * random.between(0, 1000)) / 1000;
const notAfter = (at: Date, latest: Date, after: Date): Date =>
  at < latest ? at : new Date(after.getTime() + (latest.getTime() - after.getTime()) * 0.9);

/** When an officer verified it: soon, and before now. */
export const verifiedAt = (submittedAt: Date, now: Date, random: Random): Date =>
  notAfter(later(submittedAt, within(0.2, 4, random)), now, submittedAt);

/** When it was over. */
export const settledAt = (urgency: Urgency, from: Date, now: Date, random: Random): Date =>
  notAfter(later(from, within(...HANDLING[urgency], random)), now, from);
