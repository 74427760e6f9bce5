import { ageInMonths, localDate } from '../../../kernel/clock.js';
import type { NeedFacts, SessionFacts } from './facts.js';
import { depersonalized, failures, type MatchReason, type Reason } from './rules.js';

/** The bands in which an age is shown before a promise (`ageBand` of residents), in months; the upper end is not included. */
const BANDS = [0, 3, 18, 60, 80, 90].map(years => years * 12);

/** The band of a person's age on the day of `now`. */
export function ageBandRange(birthDate: string, now: number): { readonly from: number; readonly below: number } {
  const months = Math.max(0, ageInMonths(birthDate, localDate(new Date(now))));
  const at = BANDS.findLastIndex(from => from <= months);
  return { from: BANDS[at] ?? 0, below: BANDS[at + 1] ?? Number.POSITIVE_INFINITY };
}

const NOT_TOLD: ReadonlySet<MatchReason> = new Set<MatchReason>([
  'CARE_CATEGORY',
  'NAMED_BUILDINGS',
  'BENEFICIARY_UNKNOWN',
  'PERSON_BUSY',
]);

/**
 * The rules that a pair breaks as far as a partner may know before it promises anything: an offer narrowed to one building or
 * one group must not become a question about who lives there, nor sessions at every hour one about when somebody is out. Of an age only the published band counts. Who asked not to be
 * matched, or has not consented, is simply not eligible.
 */
export function failuresInPartialSight(need: NeedFacts, session: SessionFacts, now: number): readonly Reason[] {
  const told: Reason[] = [];
  for (const reason of failures(need, session, now)) {
    if (NOT_TOLD.has(reason.code)) continue;
    const byAge = reason.code === 'TOO_YOUNG' || reason.code === 'TOO_OLD';
    if (!byAge || !bandCouldFit(need, session, now)) told.push(reason);
  }
  return depersonalized(told);
}

function bandCouldFit({ person }: NeedFacts, { minAgeMonths, maxAgeMonths }: SessionFacts, now: number): boolean {
  if (!person) return true;
  const { from, below } = ageBandRange(person.birthDate, now);
  return (minAgeMonths ?? 0) < below && (maxAgeMonths ?? Number.POSITIVE_INFINITY) > from;
}

/** The offer asks something of the person that only the branch can tell. */
export const asksOfPerson = ({ minAgeMonths, maxAgeMonths, careCategories, eligibleBuildingIds }: SessionFacts): boolean =>
  minAgeMonths !== null || maxAgeMonths !== null || careCategories.length > 0 || eligibleBuildingIds.length > 0;
