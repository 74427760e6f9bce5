import { ageInMonths, localDate } from '../../kernel/clock.js';

/** The bands in which an age is shown before a promise (`ageBand` of residents), in months; `below` is not included. */
const BANDS = [0, 3, 18, 60, 80, 90].map(years => years * 12);

/** The band of a person's age on the day of `now`. */
export function ageBandRange(birthDate: string, now: number): { readonly from: number; readonly below: number } {
  const months = Math.max(0, ageInMonths(birthDate, localDate(new Date(now))));
  const at = BANDS.findLastIndex(from => from <= months);
  return { from: BANDS[at] ?? 0, below: BANDS[at + 1] ?? Number.POSITIVE_INFINITY };
}
