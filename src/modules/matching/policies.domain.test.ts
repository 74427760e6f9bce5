import { describe, expect, it } from 'vitest';
import { DEFAULT_WEIGHTS } from './planner/scoring.js';
import { mergeWeights, type WeightsChange } from './policies.domain.js';

const merged = (change: WeightsChange) => mergeWeights(DEFAULT_WEIGHTS, change);

describe('changing weights', () => {
  it('leaves what is not named as it is', () => {
    expect(merged({})).toEqual({ ok: true, value: DEFAULT_WEIGHTS });
    expect(merged({ rank: null, cost: { days: null } })).toEqual({ ok: true, value: DEFAULT_WEIGHTS });
    expect(merged({ rank: { lift: { fromP3: 85 }, waiting: 4, careCategories: [{ category: 'VETERAN', points: 0 }] } })).toEqual({
      ok: true,
      value: {
        ...DEFAULT_WEIGHTS,
        rank: {
          ...DEFAULT_WEIGHTS.rank,
          lift: { fromP4: 170, fromP3: 85, fromP2: 1190 },
          waiting: 4,
          careCategories: { ...DEFAULT_WEIGHTS.rank.careCategories, VETERAN: 0 },
        },
      },
    });
  });

  it('tells all that is wrong at its path', () => {
    const refused = merged({
      rank: {
        lift: { fromP4: 10_000, fromP2: -1 },
        waiting: -1,
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
          { path: ['weights', 'rank', 'lift', 'fromP4'], rule: 'MAX', limit: 9999 },
          { path: ['weights', 'rank', 'lift', 'fromP2'], rule: 'MIN', limit: 0 },
          { path: ['weights', 'rank', 'waiting'], rule: 'MIN', limit: 0 },
          { path: ['weights', 'rank', 'careMax'], rule: 'BAD_FORMAT' },
          { path: ['weights', 'cost', 'floors', 'max'], rule: 'MAX', limit: 9999 },
        ],
      },
    });
  });

  it('takes caps as a whole list: left out they stay, empty they go', () => {
    const cap = { category: 'HAIRCUT', times: 1, days: 28 };
    const made = merged({ caps: [cap] });
    if (!made.ok) throw new Error('a cap was refused');
    expect(made.value.caps).toEqual([cap]);
    expect(mergeWeights(made.value, { cost: { newHelper: 1 } })).toMatchObject({ value: { caps: [cap] } });
    expect(mergeWeights(made.value, { caps: [] })).toMatchObject({ value: { caps: [] } });
    expect(merged({ caps: [cap, { ...cap, times: 0, days: 367 }] })).toMatchObject({
      failure: {
        problems: [
          { path: ['weights', 'caps', '1', 'category'], rule: 'NOT_ALLOWED' },
          { path: ['weights', 'caps', '1', 'times'], rule: 'MIN', limit: 1 },
          { path: ['weights', 'caps', '1', 'days'], rule: 'MAX', limit: 366 },
        ],
      },
    });
    expect(merged({ caps: Array.from({ length: 21 }, (_, i) => ({ ...cap, category: `C${i}` })) })).toMatchObject({
      failure: { problems: [{ path: ['weights', 'caps'], rule: 'MAX', limit: 20 }] },
    });
  });

  it('refuses costs that could exceed the scale of the engine', () => {
    expect(merged({ cost: { newHelper: 1900 } })).toEqual({
      ok: false,
      failure: { code: 'INVALID_INPUT', problems: [{ path: ['weights', 'cost'], rule: 'MAX', limit: 9999 }] },
    });
  });
});
