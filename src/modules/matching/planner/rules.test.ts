import { describe, expect, it } from 'vitest';
import { DAY, HOUR, need, now, person, session } from '../../../../tests/support/facts.js';
import { reasonSentence } from '../sentences/sentences.js';
import type { NeedFacts, SessionFacts } from './facts.js';
import { failuresInPartialSight } from './partial-sight.js';
import { depersonalized, failedRules, fullness, isPossible, type MatchReason, serviceStart } from './rules.js';

type Case = readonly [MatchReason, Partial<NeedFacts>, Partial<SessionFacts>];

const BROKEN: readonly Case[] = [
  ['WRONG_CATEGORY', { categoryCode: 'MEAL', categoryPath: 'MEAL/' }, {}],
  ['WRONG_CATEGORY', { categoryCode: 'FREE_CLINIC', categoryPath: 'MEDICAL/FREE_CLINIC/' }, { categoryCode: 'MEDICAL' }],
  ['WRONG_UNIT', { unit: 'FEN' }, {}],
  ['P0_TO_OFFICER', { urgency: 'P0' }, {}],
  ['NEED_NOT_OPEN', { isOpen: false }, {}],
  ['NOT_MATCHABLE', { matchable: false }, {}],
  ['OFFER_NOT_PUBLISHED', {}, { isPublished: false }],
  ['SESSION_CANCELLED', {}, { isCancelled: true }],
  ['NOT_A_MEMBER', { branchId: 'b2' }, {}],
  ['NO_PACT', {}, { standing: [{ branchId: 'b1', pacts: [{ startsOn: '2026-01-01', endsOn: '2026-12-01' }] }] }],
  ['NO_FILING', {}, { needsFiling: true }],
  ['NO_FILING', { needsFiling: true }, { hasFiling: true, filingValidUntil: '2026-12-01' }],
  ['OUT_OF_AREA', {}, { branchIds: ['b2'] }],
  ['OPTED_OUT', { person: { ...person, optedOut: true } }, {}],
  ['NO_CONSENT', { needsConsent: true }, {}],
  ['NO_CONSENT', { needsConsent: true, person: null }, {}],
  ['TOO_YOUNG', {}, { minAgeMonths: 90 * 12 }],
  ['TOO_OLD', {}, { maxAgeMonths: 60 * 12 }],
  ['CARE_CATEGORY', {}, { careCategories: ['DISABLED'] }],
  ['NAMED_BUILDINGS', {}, { eligibleBuildingIds: ['x9'] }],
  ['NAMED_BUILDINGS', { place: null }, { eligibleBuildingIds: ['x1'] }],
  ['BENEFICIARY_UNKNOWN', { person: null, forResident: false }, { minAgeMonths: 1 }],
  ['WRONG_MODE', { modes: ['HOME'] }, {}],
  ['COSTS_TOO_MUCH', { acceptsCostFen: 499 }, { costFen: 500 }],
  ['OFFER_NOT_VALID', {}, { closesAt: now + DAY + HOUR }],
  ['OFFER_NOT_VALID', {}, { time: null, closesAt: now }],
  ['LEAD_TIME', {}, { leadTimeMinutes: 24 * 60 + 1 }],
  ['NO_WINDOW', { windows: [{ startsAt: now, endsAt: now + DAY }] }, {}],
  ['NO_WINDOW', { windows: [{ startsAt: now, endsAt: now + HOUR }] }, { time: null, leadTimeMinutes: 60 }],
  ['AFTER_DEADLINE', { deadline: now + DAY + HOUR }, {}],
  ['AFTER_DEADLINE', { deadline: now + HOUR }, { time: null, leadTimeMinutes: 60 }],
  ['DECLINED_BEFORE', { exclusions: [{ offerId: 'o', sessionId: null, declined: true }] }, {}],
  ['EXCLUDED', { exclusions: [{ offerId: 'o', sessionId: null, declined: false }] }, {}],
];

describe('hard rules', () => {
  it('allow what breaks none', () => {
    expect(failedRules(need(), session(), now)).toEqual([]);
    expect(failedRules(need(), session({ time: null }), now)).toEqual([]);
    const child = need({ categoryCode: 'FREE_CLINIC', categoryPath: 'MEDICAL/FREE_CLINIC/' });
    expect(isPossible(child, session({ categoryCode: 'MEDICAL', coversChildren: true }), now)).toBe(true);
    const atTheEdge = { minAgeMonths: 82 * 12 + 7, maxAgeMonths: 82 * 12 + 8, leadTimeMinutes: 24 * 60 };
    expect(isPossible(need({ deadline: now + DAY + 2 * HOUR }), session(atTheEdge), now)).toBe(true);
    expect(isPossible(need({ exclusions: [{ offerId: 'other', sessionId: null, declined: true }] }), session(), now)).toBe(true);
  });

  it.each(BROKEN)('%s stands alone when it alone is broken', (code, needChange, sessionChange) => {
    const [one, other] = [need(needChange), session(sessionChange)];
    const failed = failedRules(one, other, now);
    expect(failed.map(reason => reason.code)).toEqual([code]);
    expect(isPossible(one, other, now)).toBe(false);
    for (const locale of ['zh', 'en'] as const) expect(reasonSentence(failed[0]!, locale)).toMatch(/[。.]$/);
  });

  it('are all told at once', () => {
    const one = need({ urgency: 'P0', modes: ['HOME'], deadline: now });
    expect(failedRules(one, session({ minAgeMonths: 1200 }), now).map(({ code }) => code)).toEqual([
      'P0_TO_OFFICER',
      'TOO_YOUNG',
      'WRONG_MODE',
      'AFTER_DEADLINE',
    ]);
  });

  it('take the age on the day of the service', () => {
    const baby = need({ person: { ...person, birthDate: '2024-12-02' } });
    expect(isPossible(baby, session({ minAgeMonths: 24 }), now)).toBe(true);
    expect(isPossible(baby, session({ minAgeMonths: 24, time: { startsAt: now + HOUR, endsAt: now + 2 * HOUR } }), now)).toBe(
      false,
    );
  });

  it('close one session where the no was about that day', () => {
    const one = need({ exclusions: [{ offerId: 'o', sessionId: 's', declined: true }] });
    expect(failedRules(one, session(), now).map(({ code }) => code)).toEqual(['DECLINED_BEFORE']);
    expect(isPossible(one, session({ id: 'another' }), now)).toBe(true);
  });

  it('leave who was asked in time the time to answer, until the session begins', () => {
    const asked = need({ askedSessionIds: ['s'] });
    const soon = { leadTimeMinutes: 48 * 60 };
    expect(isPossible(asked, session(soon), now)).toBe(true);
    expect(isPossible(asked, session({ ...soon, id: 'another' }), now)).toBe(false);
    expect(failedRules(asked, session(soon), now + DAY + 1).map(({ code }) => code)).toEqual(['LEAD_TIME']);
    const late = need({ askedSessionIds: ['s'], deadline: now + DAY });
    expect(failedRules(late, session(soon), now).map(({ code }) => code)).toEqual(['AFTER_DEADLINE']);
  });

  it('do so on request, too, until the deadline, the last window or the end of the offer', () => {
    const onRequest = { time: null, leadTimeMinutes: 120 };
    const at =
      (moment: number) =>
      (change: Partial<NeedFacts>, sessionChange: Partial<SessionFacts> = {}) =>
        failedRules(need({ askedSessionIds: ['s'], ...change }), session({ ...onRequest, ...sessionChange }), moment).map(
          ({ code }) => code,
        );
    const windows = [{ startsAt: now, endsAt: now + HOUR }];
    expect([at(now)({ deadline: now + HOUR }), at(now)({ windows }), at(now)({}, { closesAt: now + HOUR })]).toEqual([
      [],
      [],
      [],
    ]);
    expect(at(now)({ deadline: now + HOUR, askedSessionIds: [] })).toEqual(['AFTER_DEADLINE']);
    expect(at(now + HOUR)({ deadline: now + HOUR })).toEqual(['AFTER_DEADLINE']);
    expect(at(now + HOUR)({ windows })).toEqual(['NO_WINDOW']);
    expect(at(now + HOUR)({}, { closesAt: now + HOUR })).toEqual(['OFFER_NOT_VALID']);
  });

  it('take the notice into account as long as anything is possible with it', () => {
    const onRequest = session({ time: null, leadTimeMinutes: 120 });
    const asked = need({ askedSessionIds: ['s'] });
    expect(serviceStart(asked, onRequest, now)).toBe(now + 2 * HOUR);
    expect(serviceStart({ ...asked, deadline: now + HOUR }, onRequest, now)).toBe(now);
  });

  it('say numbers in words', () => {
    const [reason] = failedRules(need(), session({ minAgeMonths: 90 * 12 }), now);
    expect(reasonSentence(reason!, 'zh')).toBe('服务当日 82 岁,未满 90 岁。');
    expect(reasonSentence(reason!, 'en')).toBe('82 years old on the day of the service; the offer asks for 90 years.');
  });

  it('know what is full', () => {
    expect(fullness(need({ open: 0 }), session({ free: 0 })).map(({ code }) => code)).toEqual(['NEED_COVERED', 'SESSION_FULL']);
  });
});

describe('what a partner is told', () => {
  it('never names what concerns the person', () => {
    const reasons = failedRules(
      need({ person: { ...person, optedOut: true }, modes: ['HOME'] }),
      session({ minAgeMonths: 1200 }),
      now,
    );
    expect(depersonalized(reasons)).toEqual([
      { code: 'WRONG_MODE', numbers: {} },
      { code: 'NOT_ELIGIBLE', numbers: {} },
    ]);
  });

  it.each([
    ['a building', { eligibleBuildingIds: ['x1'] }, { eligibleBuildingIds: ['x9'] }],
    ['a group', { careCategories: ['DISABLED'] }, { careCategories: ['VETERAN'] }],
    ['an age within its band', { minAgeMonths: 82 * 12 }, { minAgeMonths: 83 * 12 }],
  ] as const)('cannot be used to ask for %s', (_what, fits, fitsNot) => {
    const one = need({ person: { ...person, careCategories: ['DISABLED'] } });
    expect(isPossible(one, session(fits), now)).toBe(true);
    expect(isPossible(one, session(fitsNot), now)).toBe(false);
    expect(failuresInPartialSight(one, session(fits), now)).toEqual(failuresInPartialSight(one, session(fitsNot), now));
  });

  it('goes by the band of the age and by consent', () => {
    expect(failuresInPartialSight(need(), session({ minAgeMonths: 90 * 12 }), now).map(({ code }) => code)).toEqual([
      'NOT_ELIGIBLE',
    ]);
    const silent = need({ person: { ...person, optedOut: true } });
    expect(failuresInPartialSight(silent, session(), now).map(({ code }) => code)).toEqual(['NOT_ELIGIBLE']);
  });
});
