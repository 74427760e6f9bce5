import { describe, expect, it } from 'vitest';
import { type Ended, type Outcome, outcomeReport } from './outcomes.domain.js';

const period = { from: '2026-11-01', until: '2026-12-01' };
let count = 0;
const ended = (outcome: Outcome, decision: Partial<Ended['decision']> = {}, fields: Partial<Ended> = {}): Ended => ({
  personKey: `p${count++}`,
  origin: 'PROPOSAL',
  outcome,
  score: null,
  decision: { tier: 3, points: 150, rankParts: [], costParts: [], suggestionPosition: 1, override: null, ...decision },
  ...fields,
});
const many = (howMany: number, ...given: Parameters<typeof ended>): Ended[] =>
  Array.from({ length: howMany }, () => ended(...given));
const report = (all: readonly Ended[]) => outcomeReport(period, all);

describe('outcomes', () => {
  it('are shares of the pairs that came to their end', () => {
    const { overall } = report([
      ...many(5, 'COMPLETED'),
      ...many(2, 'REFUSED'),
      ...many(2, 'CALLED_OFF'),
      ended('FAILED', {}, { personKey: 'p0' }),
    ]);
    expect(overall).toEqual({ people: 9, ended: 10, completed: 0.5, refused: 0.2, calledOff: 0.2, failed: 0.1, rating: null });
  });

  it('are told by tier, points, place and override, each a partition of all', () => {
    const { byTier, byPoints, byPosition, byOverride, byOrigin } = report([
      ...many(6, 'COMPLETED', { tier: 1, points: 99 }),
      ...many(6, 'REFUSED', { tier: 2, points: 100, suggestionPosition: 3 }),
      ...many(6, 'FAILED', { tier: 2, points: 5000, suggestionPosition: 4 }, { origin: 'CLAIM' }),
      ...many(6, 'COMPLETED', {
        points: 200,
        suggestionPosition: null,
        override: { kind: 'NOT_FIRST_SUGGESTION', reason: 'ONE_VISIT', noteId: null },
      }),
    ]);
    const told = (groups: readonly { readonly key: unknown; readonly shares: { readonly completed: number } | null }[]) =>
      groups.map(({ key, shares }) => [key, shares?.completed ?? null]);
    expect(told(byTier)).toEqual([
      [1, 1],
      [2, 0],
      [3, 1],
    ]);
    expect(told(byPoints)).toEqual([
      [0, 1],
      [100, 0],
      [200, 1],
      [800, 0],
    ]);
    expect(told(byPosition)).toEqual([
      ['FIRST', 1],
      ['SECOND_OR_THIRD', 0],
      ['LATER', 0],
      ['NOT_SUGGESTED', 1],
    ]);
    expect(told(byOverride)).toEqual([
      [false, 6 / 18],
      [true, 1],
    ]);
    expect(told(byOrigin)).toEqual([
      ['PROPOSAL', 12 / 18],
      ['CLAIM', 0],
    ]);
  });

  it('are split at the median of each part, where pairs differ in it', () => {
    const days = (value: number) => ({ costParts: [{ code: 'DAYS' as const, value, measured: value / 100 }] });
    const { byCostPart, byRankPart } = report([
      ...many(6, 'COMPLETED', days(100)),
      ...many(4, 'COMPLETED', days(300)),
      ...many(5, 'REFUSED', days(900)),
    ]);
    expect(byRankPart).toEqual([]);
    expect(byCostPart).toEqual([
      {
        code: 'DAYS',
        median: 300,
        upTo: { people: 10, ended: 10, completed: 1, refused: 0, calledOff: 0, failed: 0, rating: null },
        above: { people: 5, ended: 5, completed: 0, refused: 1, calledOff: 0, failed: 0, rating: null },
      },
    ]);
  });

  it('of a part that mostly counts nothing are split into where it counted and where not', () => {
    const leftOut = { rankParts: [{ code: 'LEFT_OUT' as const, value: 100, measured: 1 }] };
    const { byRankPart } = report([...many(8, 'COMPLETED'), ...many(5, 'REFUSED', leftOut)]);
    expect(byRankPart).toMatchObject([{ code: 'LEFT_OUT', median: 0, upTo: { people: 8 }, above: { people: 5, refused: 1 } }]);
  });

  it('carry the mean of what was rated, by rank and by part', () => {
    const days = (value: number) => ({ costParts: [{ code: 'DAYS' as const, value, measured: value / 100 }] });
    const { overall, byTier, byCostPart } = report([
      ...many(5, 'COMPLETED', { tier: 1, ...days(100) }, { score: 5 }),
      ...many(5, 'COMPLETED', { tier: 2, ...days(900) }, { score: 2 }),
      ...many(5, 'COMPLETED', { tier: 1, ...days(100) }),
      ...many(5, 'REFUSED', { tier: 2, ...days(900) }),
    ]);
    expect(overall?.rating).toEqual({ people: 10, ratings: 10, mean: 3.5 });
    expect(byTier.map(({ key, shares }) => [key, shares?.ended, shares?.rating])).toEqual([
      [1, 10, { people: 5, ratings: 5, mean: 5 }],
      [2, 10, { people: 5, ratings: 5, mean: 2 }],
    ]);
    expect(byCostPart).toMatchObject([{ upTo: { rating: { mean: 5 } }, above: { rating: { mean: 2 } } }]);
  });

  it('tell of ratings only where five people rated, and leave no four by subtraction', () => {
    const { overall, byTier } = report([
      ...many(6, 'COMPLETED', { tier: 1 }, { score: 5 }),
      ...many(4, 'COMPLETED', { tier: 2 }, { score: 1 }),
      ...many(8, 'COMPLETED', { tier: 2 }),
    ]);
    expect(overall?.rating).toMatchObject({ people: 10 });
    expect(byTier).toMatchObject([{ shares: { people: 6, rating: null } }, { shares: { people: 12, rating: null } }]);
    expect(report([...many(4, 'COMPLETED', {}, { score: 5 }), ...many(9, 'COMPLETED')]).overall?.rating).toBeNull();
  });

  it('tell no ratings of a group that is hidden itself', () => {
    // Tier 2 has ratings of five, and is hidden beside the one person of tier 3.
    const { byTier } = report([
      ...many(9, 'COMPLETED', { tier: 1 }, { score: 4 }),
      ...many(5, 'COMPLETED', { tier: 2 }, { score: 1 }),
      ...many(1, 'COMPLETED', { tier: 3 }),
    ]);
    expect(byTier).toMatchObject([{ shares: { rating: { people: 9 } } }, { shares: null }, { shares: null }]);
  });

  it('of few people are not told, nor of many where the rest are few', () => {
    expect(report(many(4, 'COMPLETED'))).toMatchObject({ overall: null, byTier: [], byRankPart: [] });
    const { byTier, overall } = report([...many(20, 'COMPLETED'), ...many(4, 'REFUSED', { tier: 1 })]);
    expect(overall?.people).toBe(24);
    expect(byTier).toEqual([
      { key: 1, shares: null },
      { key: 3, shares: null },
    ]);
  });
});
