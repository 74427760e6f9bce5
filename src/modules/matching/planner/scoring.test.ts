import { describe, expect, it } from 'vitest';
import { DAY, need, now, session } from '../../../../tests/support/facts.js';
import type { Urgency } from '../../../kernel/vocabulary.js';
import { explanationSentence } from '../sentences/sentences.js';
import { explainPair, shownTo } from './explaining.js';
import {
  addWorkingDays,
  byRank,
  costOf,
  DEFAULT_WEIGHTS,
  MAX_WEIGHT,
  parseWeights,
  rankOf,
  respondBy,
  tieOf,
} from './scoring.js';

const sum = (parts: readonly { readonly value: number }[]): number => parts.reduce((total, { value }) => total + value, 0);
const frail = need({
  urgency: 'P2',
  storey: 5,
  leftOut: 2,
  servedLately: 1,
  languages: ['SIGN_LANGUAGE'],
  deadline: now + 5 * DAY,
  person: {
    birthDate: '1940-01-01',
    careCategories: ['LIVING_ALONE', 'DISABLED'],
    optedOut: false,
    restricted: false,
    consentsToHealthMatching: false,
  },
});
const busy = session({ recentLoad: 4, languages: ['MANDARIN'] });

describe('rank', () => {
  it('adds up, part by part', () => {
    const rank = rankOf(frail, DEFAULT_WEIGHTS, now);
    expect(rank).toMatchObject({ urgency: 'P2', tier: 2, liftedBy: 0 });
    // Ten days back is a Saturday morning: six working days and half an hour.
    expect(rank.parts).toEqual([
      { code: 'WAITING', value: 102, measured: 51 },
      { code: 'AGE_80', value: 150, measured: 86 },
      { code: 'CARE', value: 200, measured: 2 },
      { code: 'DEADLINE', value: 100, measured: 5 },
      { code: 'LEFT_OUT', value: 200, measured: 2 },
      { code: 'REPEAT', value: -50, measured: 1 },
    ]);
    expect(rank.points).toBe(sum(rank.parts));
  });

  it('puts the tier first, then points, then who came earlier, then the id', () => {
    const of = (id: string, change: object) => {
      const one = need({ id, ...change });
      return { need: one, rank: rankOf(one, DEFAULT_WEIGHTS, now) };
    };
    const ordered = [
      of('urgent', { urgency: 'P1', submittedAt: now }),
      of('lifted', { urgency: 'P4', submittedAt: now - 56 * DAY }),
      of('fresh', { urgency: 'P2', submittedAt: now }),
      of('left-out', { leftOut: 3 }),
      of('earlier', { submittedAt: now - 11 * DAY }),
      of('a', {}),
      of('b', {}),
    ];
    expect([...ordered].reverse().sort(byRank)).toEqual(ordered);
  });
});

describe('waiting', () => {
  const rank = (urgency: Urgency, days: number, lift = DEFAULT_WEIGHTS.rank.lift) =>
    rankOf(
      need({ urgency, submittedAt: now - days * DAY }),
      { ...DEFAULT_WEIGHTS, rank: { ...DEFAULT_WEIGHTS.rank, lift } },
      now,
    );

  // Four weeks of 42.5 working hours, whatever the day and the hour.
  it.each([
    ['P4', 27, 4],
    ['P4', 28, 3],
    ['P4', 56, 2],
    ['P4', 251, 2],
    ['P4', 252, 1],
    ['P3', 28, 2],
    ['P3', 224, 1],
    ['P2', 195, 2],
    ['P2', 196, 1],
    ['P1', 280, 1],
  ] as const)('lifts %s after %i days to tier %i', (urgency, days, tier) => {
    expect(rank(urgency, days)).toMatchObject({ urgency, tier, liftedBy: Number(urgency[1]) - tier });
  });

  it('lifts as the policy says: up to the first tier, only the last one, or nobody', () => {
    const alike = { fromP4: 170, fromP3: 170, fromP2: 170 };
    expect([28, 56, 84, 112].map(days => rank('P4', days, alike).tier)).toEqual([3, 2, 1, 1]);
    const last = { fromP4: 85, fromP3: 0, fromP2: 85 };
    expect((['P2', 'P3', 'P4'] as const).map(urgency => rank(urgency, 280, last).tier)).toEqual([1, 3, 3]);
    expect(rank('P4', 2800, { fromP4: 0, fromP3: 85, fromP2: 85 })).toMatchObject({ tier: 4, liftedBy: 0 });
  });

  it('counts points without a cap that anybody reaches, and within 32 bits', () => {
    expect(rank('P2', 7 * 52 * 3).parts[0]).toEqual({ code: 'WAITING', value: 2 * 42.5 * 52 * 3, measured: 42.5 * 52 * 3 });
    const most = { ...DEFAULT_WEIGHTS.rank, waiting: MAX_WEIGHT, deadline: { each: MAX_WEIGHT, withinDays: MAX_WEIGHT } };
    const forever = need({ submittedAt: 0, deadline: now });
    expect(rankOf(forever, { ...DEFAULT_WEIGHTS, rank: most }, now + 36_500 * DAY).points).toBeLessThan(2 ** 31 - 4 * MAX_WEIGHT);
  });
});

describe('cost', () => {
  it('adds up, part by part', () => {
    const cost = costOf(frail, busy, DEFAULT_WEIGHTS, now);
    expect(cost.parts).toEqual([
      { code: 'DISTANCE', value: 40, measured: 20 },
      { code: 'FLOORS', value: 600, measured: 4 },
      { code: 'DAYS', value: 100, measured: 1 },
      { code: 'NEW_HELPER', value: 600, measured: 1 },
      { code: 'LOAD', value: 160, measured: 4 },
      { code: 'LANGUAGE', value: 400, measured: 1 },
    ]);
    expect(cost.total).toBe(sum(cost.parts));
  });

  it('forgets distance and stairs online, and takes the shorter way of two', () => {
    const both = need({ modes: ['ON_SITE', 'ONLINE'], storey: 3 });
    expect(costOf(both, session({ modes: ['ON_SITE', 'ONLINE'] }), DEFAULT_WEIGHTS, now)).toMatchObject({
      mode: 'ONLINE',
      distanceM: null,
    });
  });

  it('never leaves 0 to 9999, and a policy that could is refused', () => {
    const far = session({
      recentLoad: 1e6,
      place: { buildingId: 'x', eastM: 1e6, northM: 1e6, hasLift: false },
      time: null,
      opensAt: now + 900 * DAY,
      languages: ['ENGLISH'],
    });
    const cost = costOf({ ...frail, storey: 99, deadline: null }, far, DEFAULT_WEIGHTS, now);
    expect(cost.total).toBe(8700);
    expect(() => parseWeights({ ...DEFAULT_WEIGHTS, cost: { ...DEFAULT_WEIGHTS.cost, language: 1700 } })).toThrow(/9999/);
    expect(parseWeights(JSON.parse(JSON.stringify(DEFAULT_WEIGHTS)))).toEqual(DEFAULT_WEIGHTS);
  });
});

describe('explanation', () => {
  const whole = explainPair(frail, busy, { version: 1, weights: DEFAULT_WEIGHTS }, now);
  it('says it in two languages', () => {
    expect(explanationSentence(shownTo(true, whole), 'zh')).toContain('紧急程度 P2,702 分(已等待 51 个工作小时、86 岁');
    expect(explanationSentence(shownTo(true, whole), 'en')).toContain('Urgency P2, 702 points (waiting for 51 working hours');
  });

  it('says when waiting has lifted the need, to partners as well: they know urgency and waiting', () => {
    const old = { ...frail, urgency: 'P4', submittedAt: now - 70 * DAY } as const;
    const lifted = explainPair(old, busy, { version: 1, weights: DEFAULT_WEIGHTS }, now);
    const say = (inFull: boolean, locale: 'zh' | 'en') => explanationSentence(shownTo(inFull, lifted), locale);
    expect(say(true, 'zh')).toMatch(/^紧急程度 P4,等候已久,按 P2 排序,\d+ 分\(已等待/);
    expect(say(true, 'en')).toMatch(/^Urgency P4, waited long: counts as P2, \d+ points \(waiting for/);
    expect(say(false, 'zh')).toMatch(/^紧急程度 P4,等候已久,按 P2 排序\(已等待/);
    expect(shownTo(false, lifted)).toMatchObject({ urgency: 'P4', tier: 2, liftedBy: 2, points: null });
  });

  it('shows a partner neither the person nor a total to work it out from', () => {
    const shown = shownTo(false, whole);
    expect([...shown.rankParts, ...shown.costParts].map(({ code }) => code)).toEqual([
      'WAITING',
      'DEADLINE',
      'LEFT_OUT',
      'DAYS',
      'LOAD',
    ]);
    expect(shown).toMatchObject({ points: null, cost: null, distanceM: null, runnersUp: null, options: null, complete: false });
    expect(explanationSentence(shown, 'en')).not.toMatch(/86|stairs|foot|points|Cost/);
  });
});

describe('time to answer', () => {
  const friday = new Date('2026-12-04T08:00:00.000Z');
  it.each([
    ['P1', '2026-12-04T10:00:00.000Z'],
    ['P2', '2026-12-07T08:00:00.000Z'],
    ['P3', '2026-12-09T08:00:00.000Z'],
    ['P4', '2027-01-03T08:00:00.000Z'],
  ] as const)('%s', (urgency, until) => {
    expect(respondBy(urgency, friday, null).toISOString()).toBe(until);
    expect(respondBy(urgency, friday, friday.getTime() + 60_000).getTime()).toBe(friday.getTime() + 60_000);
  });
  it('counts working days in Shanghai', () => {
    // Saturday 01:00 in Shanghai is still Friday in UTC.
    expect(addWorkingDays(new Date('2026-12-04T17:00:00.000Z'), 1).toISOString()).toBe('2026-12-06T17:00:00.000Z');
  });
});

it('a tie falls the same way whatever came first, and not always the same way', () => {
  expect(tieOf('a', 'b')).toBe(tieOf('a', 'b'));
  expect(new Set(['a', 'b', 'c'].map(id => tieOf(id, 's'))).size).toBe(3);
});
