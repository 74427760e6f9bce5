import { describe, expect, it } from 'vitest';
import {
  type ConfirmedService,
  checkRating,
  completeFrom,
  isRatable,
  mayReplace,
  ratableUntil,
  ratingFigures,
  type ServiceRemark,
} from './ratings.domain.js';

const at = new Date('2026-12-01T01:00:00Z');
const later = (days: number) => new Date(at.getTime() + days * 86_400_000);

describe('what is said', () => {
  const check = (wrong: object) => checkRating({ score: 4, remarks: ['KIND'], note: null, ...wrong });
  it('is taken within its bounds', () => {
    for (const score of [1, 5]) expect(check({ score }).ok).toBe(true);
    expect(check({ remarks: [], note: 'x'.repeat(200) }).ok).toBe(true);
  });
  it.each([
    [{ score: 0 }, 'score', 'MIN'],
    [{ score: 6 }, 'score', 'MAX'],
    [{ score: 4.5 }, 'score', 'BAD_FORMAT'],
    [{ remarks: ['KIND', 'KIND'] }, 'remarks', 'NOT_ALLOWED'],
    [{ note: 'x'.repeat(201) }, 'note', 'TOO_LONG'],
  ])('is refused: %j', (wrong, path, rule) => {
    expect(check(wrong)).toMatchObject({ failure: { problems: [{ path: [path], rule }] } });
  });
});

describe('the time to rate', () => {
  const confirmed = { confirmation: 'CONFIRMED', confirmedAt: at } as const;
  it('begins with the confirmation and ends after fourteen days', () => {
    expect(ratableUntil(confirmed)).toEqual(later(14));
    expect([at, new Date(later(14).getTime() - 1), later(14)].map(now => isRatable(confirmed, now))).toEqual([true, true, false]);
  });
  it('never comes for what is not confirmed', () => {
    for (const record of [null, { ...confirmed, confirmation: 'AWAITING' }, { ...confirmed, confirmation: 'DISPUTED' }] as const)
      expect([ratableUntil(record), isRatable(record, at)]).toEqual([null, false]);
  });
  it('of a month is over fourteen days after its last day in Shanghai', () => {
    expect(completeFrom({ from: '2026-11-01', until: '2026-12-01' })).toEqual(new Date('2026-12-14T16:00:00Z'));
  });
});

it('what the family said is replaced by the family alone', () => {
  const [byBranch, byFamily] = [{ ratedAs: 'BRANCH' }, { ratedAs: 'FAMILY' }] as const;
  expect([null, byBranch, byFamily].map(before => mayReplace(before, 'BRANCH'))).toEqual([true, true, false]);
  expect([null, byBranch, byFamily].map(before => mayReplace(before, 'FAMILY'))).toEqual([true, true, true]);
});

describe('figures of a month', () => {
  const services = (count: number, score: number | null, ...remarks: ServiceRemark[]): ConfirmedService[] =>
    Array.from({ length: count }, (_, i) => ({
      personKey: `${score} ${remarks.join()} ${i}`,
      rating: score === null ? null : { score, remarks },
    }));

  it('are means and shares of what was rated', () => {
    expect(
      ratingFigures([...services(6, 5, 'KIND'), ...services(2, 3), ...services(2, 1, 'LATE'), ...services(3, null)]),
    ).toEqual({
      people: 10,
      services: 13,
      ratings: 10,
      mean: 3.8,
      // Four people did not say so, which is too few; still fewer said that it was bad, or late.
      good: null,
      bad: null,
      remarks: [],
    });
  });

  it('tell what at least five people said, and five did not or all did', () => {
    const [kind, late] = [services(6, 5, 'KIND'), services(5, 2, 'LATE')];
    expect(ratingFigures([...kind, ...late])).toMatchObject({
      good: 6 / 11,
      bad: 5 / 11,
      remarks: [
        { remark: 'KIND', share: 6 / 11 },
        { remark: 'LATE', share: 5 / 11 },
      ],
    });
    expect(ratingFigures(kind)).toMatchObject({ good: 1, bad: 0 });
    expect(ratingFigures(kind)?.remarks).toEqual([{ remark: 'KIND', share: 1 }]);
  });

  it('tell nothing of the one who said it once and not again', () => {
    const kind = services(5, 5, 'KIND');
    const again = { personKey: kind[0]?.personKey ?? '', rating: { score: 2, remarks: [] } };
    // Of six ratings five name it: that the sixth does not would be told of the only person who was served twice.
    expect(ratingFigures([...kind, again])?.remarks).toEqual([]);
  });

  it('are not told of fewer than five people, however often they were served', () => {
    const twice = [...services(4, 5), ...services(4, 5)];
    expect(ratingFigures(twice)).toBeNull();
    expect(ratingFigures([...twice, ...services(9, null)])).toBeNull();
    expect(ratingFigures([...twice, ...services(1, 4)])).toMatchObject({ people: 5, ratings: 9 });
  });
});
