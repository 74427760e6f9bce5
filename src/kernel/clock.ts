/** Tells the time; injected so that tests and the seeds can hold it still. */
export type Clock = () => Date;
export const systemClock: Clock = () => new Date();

const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** Asia/Shanghai has had no daylight saving since 1991: a fixed offset is exact for every date that we handle. */
const SHANGHAI = 8 * HOUR;

/** The calendar date in Asia/Shanghai, as `YYYY-MM-DD`. */
export const localDate = (at: Date): string => new Date(at.getTime() + SHANGHAI).toISOString().slice(0, 10);
/** The instant at which a calendar date begins in Asia/Shanghai, plus minutes into the day. */
export const atLocal = (date: string, minutes = 0): Date =>
  new Date(Date.parse(`${date}T00:00:00Z`) - SHANGHAI + minutes * MINUTE);
export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);

/** Whole months of age on a calendar date; birthdays are counted by the calendar (民法典 art. 204). */
export function ageInMonths(birthDate: string, on: string): number {
  const [by = 0, bm = 0, bd = 0] = birthDate.split('-').map(Number);
  const [y = 0, m = 0, d = 0] = on.split('-').map(Number);
  return (y - by) * 12 + (m - bm) - (d < bd ? 1 : 0);
}
/** Whole years of age on a calendar date. */
export const ageInYears = (birthDate: string, on: string): number => Math.floor(ageInMonths(birthDate, on) / 12);

const WORK_START = 8 * HOUR + 30 * MINUTE;
const WORK_END = 17 * HOUR;
/** Working hours of the service centre: Monday to Friday, 08:30–17:00 Shanghai time; public holidays are not known yet. */
export function workingHoursBetween(from: Date, to: Date): number {
  if (to <= from) return 0;
  let total = 0;
  const start = from.getTime() + SHANGHAI;
  const end = to.getTime() + SHANGHAI;
  const firstDay = Math.floor(start / DAY);
  const lastDay = Math.floor(end / DAY);
  const worked = (day: number): boolean => (day + 3) % 7 < 5; // 1970-01-01 was a Thursday: (0 + 3) % 7 = 3 counts from Monday
  const perDay = WORK_END - WORK_START;
  const inDay = (day: number, lower: number, upper: number): number =>
    worked(day) ? Math.max(0, Math.min(upper, WORK_END) - Math.max(lower, WORK_START)) : 0;
  if (firstDay === lastDay) return inDay(firstDay, start - firstDay * DAY, end - firstDay * DAY) / HOUR;
  total += inDay(firstDay, start - firstDay * DAY, DAY) + inDay(lastDay, 0, end - lastDay * DAY);
  const between = lastDay - firstDay - 1;
  const weeks = Math.floor(between / 7);
  total += weeks * 5 * perDay;
  for (let day = firstDay + 1 + weeks * 7; day < lastDay; day++) if (worked(day)) total += perDay;
  return total / HOUR;
}
