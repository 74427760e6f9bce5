import { describe, expect, it } from 'vitest';
import {
  isLive,
  moveReferral,
  REFERRAL_STATES,
  type Referral,
  type ReferralSide,
  type ReferralState,
  referralSteps,
} from './referrals.domain.js';

const at = new Date('2026-12-01T01:00:00Z');
const referral = (state: ReferralState): Referral => ({
  id: 'r',
  number: 'R-B1-2026-0001',
  needId: 'n',
  sessionId: 's',
  organizationId: 'o',
  branchId: 'b',
  matchId: null,
  origin: 'REQUEST',
  state,
  quantity: 3,
  reason: null,
  requestedBy: 'a',
  requestedAt: null,
  respondBy: null,
  acceptedAt: null,
  closedAt: null,
  decision: {},
  createdAt: at,
  version: 1,
});

/** The arrows of the specification, written out once more by hand. */
const SPECIFIED = [
  'DRAFT>REQUESTED',
  'REQUESTED>ACCEPTED',
  'REQUESTED>REJECTED',
  'REQUESTED>CANCELLED',
  'ACCEPTED>IN_PROGRESS',
  'ACCEPTED>ON_HOLD',
  'ACCEPTED>COMPLETED',
  'ACCEPTED>FAILED',
  'ACCEPTED>CANCELLED',
  'IN_PROGRESS>ON_HOLD',
  'ON_HOLD>IN_PROGRESS',
  'IN_PROGRESS>COMPLETED',
  'IN_PROGRESS>FAILED',
  'IN_PROGRESS>CANCELLED',
  'ON_HOLD>COMPLETED',
  'ON_HOLD>FAILED',
  'ON_HOLD>CANCELLED',
  ...REFERRAL_STATES.filter(state => state !== 'ENTERED_IN_ERROR').map(state => `${state}>ENTERED_IN_ERROR`),
];
const BY: Readonly<Record<string, readonly ReferralSide[]>> = {
  REQUESTED: ['REQUESTER'],
  ENTERED_IN_ERROR: ['REQUESTER'],
  ACCEPTED: ['PERFORMER'],
  REJECTED: ['PERFORMER'],
  IN_PROGRESS: ['PERFORMER'],
  ON_HOLD: ['PERFORMER'],
  COMPLETED: ['PERFORMER'],
  FAILED: ['PERFORMER'],
  CANCELLED: ['REQUESTER', 'PERFORMER'],
};

describe('a referral', () => {
  it('has exactly the arrows of the specification, each for the side that may take it', () => {
    for (const from of REFERRAL_STATES) {
      for (const to of REFERRAL_STATES) {
        for (const side of ['REQUESTER', 'PERFORMER'] as const) {
          const may = SPECIFIED.includes(`${from}>${to}`) && (BY[to] ?? []).includes(side);
          expect([from, to, side, referralSteps(from, [side]).includes(to)]).toEqual([from, to, side, may]);
          expect(moveReferral(referral(from), to, { sides: [side], reason: 'OTHER', at }).ok).toBe(may);
        }
        expect(referralSteps(from, [])).toEqual([]);
      }
    }
  });

  it('lets the family call off what has not begun, and nothing else', () => {
    for (const from of REFERRAL_STATES) {
      expect(referralSteps(from, ['FAMILY'])).toEqual(['REQUESTED', 'ACCEPTED', 'ON_HOLD'].includes(from) ? ['CANCELLED'] : []);
    }
  });

  it.each(['REJECTED', 'CANCELLED', 'ON_HOLD', 'FAILED'] as const)('asks a reason for %s', to => {
    const from = to === 'REJECTED' ? 'REQUESTED' : 'IN_PROGRESS';
    expect(moveReferral(referral(from), to, { sides: ['PERFORMER'], reason: null, at })).toMatchObject({
      failure: { code: 'REASON_REQUIRED' },
    });
    expect(moveReferral(referral(from), to, { sides: ['PERFORMER'], reason: 'WEATHER', at })).toMatchObject({
      value: { state: to, reason: 'WEATHER', version: 2 },
    });
  });

  it('forgets the reason of a pause when it goes on, and is closed only at its end', () => {
    const resumed = moveReferral({ ...referral('ON_HOLD'), reason: 'WEATHER' }, 'IN_PROGRESS', {
      sides: ['PERFORMER'],
      reason: null,
      at,
    });
    expect(resumed).toMatchObject({ value: { reason: null, closedAt: null } });
    expect(moveReferral(referral('ACCEPTED'), 'COMPLETED', { sides: ['PERFORMER'], reason: null, at })).toMatchObject({
      value: { closedAt: at },
    });
  });

  it('holds places exactly while it is live', () => {
    expect(REFERRAL_STATES.filter(isLive)).toEqual(['ACCEPTED', 'IN_PROGRESS', 'ON_HOLD']);
  });
});
