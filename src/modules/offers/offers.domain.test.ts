import { describe, expect, it } from 'vitest';
import {
  EMPTY_OFFER,
  edit,
  hide,
  missingToPublish,
  OFFER_STATES,
  type Offer,
  offerState,
  offerSteps,
  publish,
} from './offers.domain.js';

const now = new Date('2026-12-01T01:00:00Z');
const today = '2026-12-01';
const offer: Offer = {
  ...EMPTY_OFFER,
  id: 'o',
  organizationId: 'u',
  categoryCode: 'FREE_CLINIC',
  title: '义诊',
  modes: ['ON_SITE'],
  validFrom: '2026-12-01',
  validUntil: '2026-12-31',
  filingNumber: 'F',
  filingValidUntil: '2026-12-31',
  state: 'DRAFT',
  lastAssuredOn: null,
  pauseReason: null,
  version: 1,
  createdAt: now,
  publishedAt: null,
};
const facts = { today, needsFiling: true, hasStanding: true, reachesBuildings: true, sessionCount: 1 };

describe('an offer', () => {
  it('expires the day after its last, from where it could still be promised', () => {
    const on = (state: Offer['state'], day: string) => offerState({ state, validUntil: '2026-12-31' }, day);
    expect(OFFER_STATES.map(state => on(state, '2026-12-31'))).toEqual(OFFER_STATES);
    expect(OFFER_STATES.map(state => on(state, '2027-01-01'))).toEqual(['DRAFT', 'EXPIRED', 'EXPIRED', 'WITHDRAWN', 'EXPIRED']);
    expect(offerState({ state: 'PUBLISHED', validUntil: null }, '2099-01-01')).toBe('PUBLISHED');
  });

  it('moves along its arrows and no others', () => {
    for (const state of OFFER_STATES) {
      for (const to of ['PAUSED', 'WITHDRAWN'] as const)
        expect(hide({ ...offer, state }, to, 'OTHER', today).ok).toBe(offerSteps(state).includes(to));
      expect(publish({ ...offer, state }, facts, now).ok).toBe(offerSteps(state).includes('PUBLISHED'));
    }
  });

  it('keeps its first day of publishing and forgets why it paused', () => {
    const before = new Date('2026-11-01T00:00:00Z');
    const again = publish({ ...offer, state: 'PAUSED', pauseReason: 'HOLIDAY', publishedAt: before }, facts, now);
    expect(again).toMatchObject({ value: { state: 'PUBLISHED', pauseReason: null, publishedAt: before, version: 2 } });
  });

  it.each([
    [{ title: ' ' }, {}, 'title'],
    [{ categoryCode: null }, {}, 'categoryCode'],
    [{ modes: [] }, {}, 'modes'],
    [{ validFrom: null }, {}, 'validFrom'],
    [{ validUntil: '2026-11-30', validFrom: '2026-11-01' }, {}, 'validUntil'],
    [{ filingNumber: '  ' }, {}, 'filingNumber'],
    [{ filingValidUntil: '2026-12-30' }, {}, 'filingValidUntil'],
    [{}, { hasStanding: false }, 'membershipWithPactInForce'],
    [{}, { reachesBuildings: false }, 'eligibleBuildingIds'],
    [{}, { sessionCount: 0 }, 'sessions'],
  ])('with %o and %o lacks just %s', (fields, change, missing) => {
    expect(missingToPublish({ ...offer, ...fields }, { ...facts, ...change })).toEqual([missing]);
  });

  it('without a duty to file needs none', () => {
    expect(missingToPublish({ ...offer, filingNumber: null, filingValidUntil: null }, { ...facts, needsFiling: false })).toEqual(
      [],
    );
  });

  it('may be corrected freely as a draft, later only where nobody was matched by it', () => {
    expect(edit(offer, { categoryCode: 'HAIRCUT', title: '' }, today).ok).toBe(true);
    const shown: Offer = { ...offer, state: 'PUBLISHED', version: 7 };
    expect(edit(shown, { categoryCode: 'HAIRCUT' }, today)).toMatchObject({
      failure: { problems: [{ path: ['categoryCode'] }] },
    });
    expect(edit(shown, { categoryCode: 'FREE_CLINIC', description: '新' }, today)).toMatchObject({ value: { version: 8 } });
    expect(edit(shown, { filingNumber: null }, today)).toMatchObject({
      failure: { problems: [{ path: ['filingNumber'], rule: 'REQUIRED' }] },
    });
    expect(edit(shown, { description: '新' }, '2027-01-01')).toMatchObject({
      failure: { code: 'INVALID_STATE', from: 'EXPIRED' },
    });
  });
});
