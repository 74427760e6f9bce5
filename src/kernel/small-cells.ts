import { DAY } from './clock.js';
import type { Problem } from './failures.js';

/** Of fewer people nothing is told (domain.md §7: k ≥ 5). */
export const MIN_PEOPLE = 5;

/** Part of a count, with the keys of the people in it. */
export interface Cell {
  readonly people: ReadonlySet<string>;
}

const peopleIn = (cells: readonly Cell[]): ReadonlySet<string> => new Set(cells.flatMap(({ people }) => [...people]));
const without = (people: ReadonlySet<string>, others: ReadonlySet<string>): number =>
  [...people].filter(person => !others.has(person)).length;
const isFew = (size: number): boolean => size < MIN_PEOPLE;

/**
 * Which cells of a partition may be told when the total is told, too. Cells of fewer than five people are hidden; and while the
 * total less all that is told would tell of fewer, the next smallest is hidden as well (complementary suppression; Cox 1980,
 * "Suppression methodology and statistical disclosure control", J. Am. Stat. Assoc. 75). Somebody may be in several cells (two
 * needs, two tiers), so both are asked: how many the hidden cells hold, and how many are in hidden cells alone. `isClosed`: hidden in
 * any case.
 */
export function tellable<C extends Cell>(cells: readonly C[], isClosed: (cell: C) => boolean = () => false): ReadonlySet<C> {
  const bySize = cells
    .filter(({ people }) => people.size > 0)
    .sort((a, b) => Number(isClosed(b)) - Number(isClosed(a)) || a.people.size - b.people.size);
  const tellsOfFew = (hidden: number): boolean => {
    const [inHidden, inShown] = [peopleIn(bySize.slice(0, hidden)), peopleIn(bySize.slice(hidden))];
    const alone = without(inHidden, inShown);
    return isFew(inHidden.size) || (alone > 0 && isFew(alone));
  };
  let hidden = bySize.filter(cell => isClosed(cell) || isFew(cell.people.size)).length;
  while (hidden > 0 && hidden < bySize.length && tellsOfFew(hidden)) hidden++;
  return new Set(bySize.slice(hidden));
}

/** The same where one person may be in several cells: a cell may be told if neither it nor everybody outside it are so few. */
export const tellableOverlapping = <C extends Cell>(cells: readonly C[], all: ReadonlySet<string>): ReadonlySet<C> =>
  new Set(
    cells.filter(({ people }) => {
      const others = without(all, people);
      return !isFew(people.size) && (others === 0 || !isFew(others));
    }),
  );

/** Calendar dates in Shanghai, from the first day to before the last. */
export interface Period {
  readonly from: string;
  readonly until: string;
}
const MAX_PERIOD_DAYS = 366;

const nextMonth = (date: string): string => {
  const [year = 0, month = 0] = date.split('-').map(Number);
  return month === 12 ? `${year + 1}-01-01` : `${year}-${String(month + 1).padStart(2, '0')}-01`;
};

/** The calendar month that begins on this day; null where none does, or its end is no date of four digits a year. */
export function monthFrom(date: string): Period | null {
  const until = nextMonth(date);
  return date.endsWith('-01') && until.length === date.length ? { from: date, until } : null;
}

/**
 * What is wrong with a period. Those who read aggregates only may ask for one whole calendar month at a time: two periods that
 * differ by a day would tell of the few people of that day.
 */
export function periodProblem({ from, until }: Period, { wholeMonth }: { readonly wholeMonth: boolean }): Problem | null {
  const days = (Date.parse(until) - Date.parse(from)) / DAY;
  if (days <= 0) return { path: ['period', 'until'], rule: 'ENDS_BEFORE_START' };
  if (days > MAX_PERIOD_DAYS) return { path: ['period', 'until'], rule: 'MAX', limit: MAX_PERIOD_DAYS };
  if (wholeMonth && monthFrom(from)?.until !== until) return { path: ['period'], rule: 'NOT_ALLOWED' };
  return null;
}
