import { describe, expect, it } from 'vitest';
import {
  type Answer,
  answerRecord,
  type ConfirmationState,
  checkRecord,
  type Handling,
  NOT_YET_CONFIRMED,
  type ServiceRecord,
  stageOf,
} from './records.domain.js';
import type { Referral } from './referrals.domain.js';

const at = new Date('2026-12-01T01:00:00Z');
const fields = {
  startedAt: new Date(at.getTime() - 60_000),
  endedAt: at,
  quantity: 3,
  receivedBy: 'BENEFICIARY',
  evidence: [],
  place: '',
} as const;

describe('checkRecord', () => {
  const referral: Pick<Referral, 'quantity'> = { quantity: 3 };
  const check = (wrong: object) => checkRecord({ ...fields, ...wrong }, referral as Referral, at);

  it('accepts what happened', () => expect(check({}).ok).toBe(true));
  it.each([
    [{ endedAt: new Date(at.getTime() + 1) }, ['record', 'endedAt']],
    [{ endedAt: new Date(at.getTime() - 120_000) }, ['record', 'endedAt']],
    [{ quantity: 0 }, ['record', 'quantity']],
    [{ quantity: 4 }, ['record', 'quantity']],
    [{ quantity: 1.5 }, ['record', 'quantity']],
    [{ evidence: [{ kind: 'PHOTO', reference: ' ' }] }, ['record', 'evidence', '0', 'reference']],
    [{ place: 'x'.repeat(101) }, ['record', 'place']],
    [{ place: '张家，电话 138 1234-5678' }, ['record', 'place']],
    [{ evidence: [{ kind: 'PHOTO', reference: '身份证 330105193802141234' }] }, ['record', 'evidence', '0', 'reference']],
  ] as const)('refuses %j', (wrong, path) => {
    expect(check(wrong)).toMatchObject({ failure: { problems: [{ path }] } });
  });

  it('takes no picture of a minor without the consent of a guardian', () => {
    const photo = { kind: 'PHOTO', reference: 'P-7', showsMinors: true };
    const path = ['record', 'evidence', '0', 'guardianConsent'];
    for (const guardianConsent of [undefined, null, ' '])
      expect(check({ evidence: [{ ...photo, guardianConsent }] })).toMatchObject({
        failure: { problems: [{ path, rule: 'REQUIRED' }] },
      });
    expect(check({ evidence: [{ ...photo, guardianConsent: 'C-12' }] }).ok).toBe(true);
  });
});

describe('answerRecord', () => {
  const record = (confirmation: ConfirmationState): ServiceRecord => ({
    ...fields,
    ...NOT_YET_CONFIRMED,
    confirmation,
    id: 'x',
    referralId: 'r',
    recordedBy: 'a',
    recordedAt: at,
  });
  const answer = (to: Answer['to'], reason: Answer['reason'] = null): Answer => ({ to, reason, as: 'FAMILY', by: 'b', at });

  it.each([
    ['AWAITING', 'CONFIRMED', true],
    ['AWAITING', 'DISPUTED', true],
    ['DISPUTED', 'CONFIRMED', true],
    ['DISPUTED', 'DISPUTED', false],
    ['CONFIRMED', 'DISPUTED', false],
    ['CONFIRMED', 'CONFIRMED', false],
  ] as const)('%s to %s: %s', (from, to, works) => {
    expect(answerRecord(record(from), answer(to, 'NOT_RECEIVED'))).toMatchObject(
      works
        ? { value: { confirmation: to, confirmedAs: 'FAMILY', confirmedBy: 'b', confirmedAt: at } }
        : { failure: { code: 'INVALID_STATE', from, to } },
    );
  });

  it('asks a dispute for its reason, and forgets it when that is cleared up', () => {
    expect(answerRecord(record('AWAITING'), answer('DISPUTED'))).toMatchObject({ failure: { code: 'REASON_REQUIRED' } });
    expect(answerRecord({ ...record('DISPUTED'), disputeReason: 'OTHER' }, answer('CONFIRMED'))).toMatchObject({
      value: { disputeReason: null },
    });
  });
});

describe('stageOf', () => {
  const [accepted, begun, held] = (['ACCEPTED', 'IN_PROGRESS', 'ON_HOLD'] as const).map(
    (state): Handling => ({ state, confirmation: null }),
  ) as [Handling, Handling, Handling];
  const done = (confirmation: ConfirmationState): Handling => ({ state: 'COMPLETED', confirmation });

  it.each([
    ['SUBMITTED', [], 'SUBMITTED'],
    ['OPEN', [], 'OPEN'],
    ['OPEN', [accepted], 'CLAIMED'],
    ['OPEN', [accepted, begun], 'IN_SERVICE'],
    ['OPEN', [held], 'IN_SERVICE'],
    ['OPEN', [done('CONFIRMED')], 'OPEN'],
    ['FULFILLED', [], 'FULFILLED'],
    ['FULFILLED', [done('AWAITING')], 'AWAITING_CONFIRMATION'],
    ['FULFILLED', [done('CONFIRMED'), done('DISPUTED')], 'AWAITING_CONFIRMATION'],
    ['FULFILLED', [done('CONFIRMED')], 'FULFILLED'],
    ['WITHDRAWN', [done('AWAITING')], 'WITHDRAWN'],
  ] as const)('%s with %j is %s', (state, handlings, stage) => expect(stageOf(state, handlings)).toBe(stage));
});
