import { describe, expect, it } from 'vitest';
import { mergeWeights, type WeightsChange } from './policies.domain.js';
import { DEFAULT_WEIGHTS } from './scoring.js';

const merged = (change: WeightsChange) => mergeWeights(DEFAULT_WEIGHTS, change);

describe('changing weights', () => {
  it('leaves what is not named as it is', () => {
    expect(merged({})).toEqual({ ok: true, value: DEFAULT_WEIGHTS });
    expect(merged({ rank: null, cost: { days: null } })).toEqual({ ok: true, value: DEFAULT_WEIGHTS });
    expect(merged({ rank: { waiting: { each: 4 }, careCategories: [{ category: 'VETERAN', points: 0 }] } })).toEqual({
      ok: true,
      value: {
        ...DEFAULT_WEIGHTS,
        rank: {
          ...DEFAULT_WEIGHTS.rank,
          waiting: { each: 4, max: 2000 },
          careCategories: { ...DEFAULT_WEIGHTS.rank.careCategories, VETERAN: 0 },
        },
      },
    });
  });

  it('tells all that is wrong at its path', () => {
    const refused = merged({
      rank: {
        waiting: { each: -1 },
        careMax: 1.5,
        careCategories: [
          { category: 'VETERAN', points: 10_000 },
          { category: 'VETERAN', points: -1 },
        ],
      },
      cost: { floors: { max: 10_000 } },
    });
    expect(refused).toEqual({
      ok: false,
      failure: {
        code: 'INVALID_INPUT',
        problems: [
          { path: ['weights', 'rank', 'careCategories', '0', 'points'], rule: 'MAX', limit: 9999 },
          { path: ['weights', 'rank', 'careCategories', '1', 'category'], rule: 'NOT_ALLOWED' },
          { path: ['weights', 'rank', 'careCategories', '1', 'points'], rule: 'MIN', limit: 0 },
          { path: ['weights', 'rank', 'waiting', 'each'], rule: 'MIN', limit: 0 },
          { path: ['weights', 'rank', 'careMax'], rule: 'BAD_FORMAT' },
          { path: ['weights', 'cost', 'floors', 'max'], rule: 'MAX', limit: 9999 },
        ],
      },
    });
  });

  it('refuses costs that could exceed the scale of the engine', () => {
    expect(merged({ cost: { newHelper: 1900 } })).toEqual({
      ok: false,
      failure: { code: 'INVALID_INPUT', problems: [{ path: ['weights', 'cost'], rule: 'MAX', limit: 9999 }] },
    });
  });
});
