import { addDays } from '../../kernel/clock.js';

/** The first day of the month that lies `months` away from a date's own. */
export function firstOfMonth(date: string, months = 0): string {
  const [year = 0, month = 1] = date.split('-').map(Number);
  return new Date(Date.UTC(year, month - 1 + months, 1)).toISOString().slice(0, 10);
}

/** The first days of `count` months, beginning `from` months away. */
export const monthsFrom = (date: string, from: number, count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => firstOfMonth(date, from + i));

/** 0 is Sunday. */
export const weekdayOf = (date: string): number => new Date(`${date}T00:00:00Z`).getUTCDay();

/** The nth such weekday of a month, counted from 1; null when the month has no fifth. */
export function nthWeekday(month: string, weekday: number, nth: number): string | null {
  const date = addDays(month, ((weekday - weekdayOf(month) + 7) % 7) + (nth - 1) * 7);
  return date.slice(0, 7) === month.slice(0, 7) ? date : null;
}
