import { describe, expect, it } from 'vitest';
import type { Result } from '../../kernel/result.js';
import {
  endPact,
  MEMBERSHIP_STATES,
  type Membership,
  membershipSteps,
  moveMembership,
  type Pact,
  pactState,
  pactSteps,
  signPact,
} from './alliance.domain.js';

const membership: Membership = {
  id: 'm',
  branchId: 'b',
  organizationId: 'o',
  state: 'INVITED',
  since: null,
  until: null,
  version: 1,
  createdAt: new Date(0),
};
const pact: Pact = {
  id: 'p',
  membershipId: 'm',
  number: 'P-1',
  startsOn: '2026-03-01',
  endsOn: '2027-02-28',
  items: ['义诊'],
  state: 'DRAFT',
  branchSignedAt: null,
  branchSignedBy: null,
  organizationSignedAt: null,
  organizationSignedBy: null,
  terminatedOn: null,
  version: 1,
  createdAt: new Date(0),
};

const valueIn = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(result.failure.code);
  return result.value;
};

describe('membership', () => {
  it('becomes active only by an act of the organisation that was invited, or of the branch that was asked', () => {
    expect(membershipSteps('INVITED', ['BRANCH'])).toEqual(['ENDED']);
    expect(membershipSteps('INVITED', ['ORGANIZATION'])).toEqual(['ACTIVE', 'ENDED']);
    expect(membershipSteps('APPLIED', ['ORGANIZATION'])).toEqual(['ENDED']);
    expect(membershipSteps('APPLIED', ['BRANCH'])).toEqual(['ACTIVE', 'ENDED']);
  });
  it('ends for good', () => {
    for (const to of MEMBERSHIP_STATES)
      expect(moveMembership({ ...membership, state: 'ENDED' }, to, ['BRANCH', 'ORGANIZATION'], '2026-12-01').ok).toBe(false);
  });
  it('keeps its first day through a suspension', () => {
    const active = valueIn(moveMembership(membership, 'ACTIVE', ['ORGANIZATION'], '2026-01-05'));
    const suspended = valueIn(moveMembership(active, 'SUSPENDED', ['BRANCH'], '2026-02-01'));
    const back = valueIn(moveMembership(suspended, 'ACTIVE', ['BRANCH'], '2026-03-01'));
    expect(back).toMatchObject({ state: 'ACTIVE', since: '2026-01-05', until: null, version: 4 });
  });
});

describe('pact', () => {
  it.each([
    ['2026-02-28', 'SIGNED'],
    ['2026-03-01', 'IN_FORCE'],
    ['2026-12-29', 'IN_FORCE'],
    ['2026-12-30', 'EXPIRING'],
    ['2027-02-28', 'EXPIRING'],
    ['2027-03-01', 'EXPIRED'],
  ])('on %s is %s', (today, state) => expect(pactState({ ...pact, state: 'SIGNED' }, today)).toBe(state));

  it('needs both signatures; a repeated one keeps its first moment', () => {
    const first = valueIn(signPact(pact, 'BRANCH', 'a', new Date(1)));
    const again = valueIn(signPact(first, 'BRANCH', 'b', new Date(2)));
    expect(again).toMatchObject({ state: 'DRAFT', branchSignedAt: new Date(1), branchSignedBy: 'a' });
    const both = valueIn(signPact(again, 'ORGANIZATION', 'c', new Date(3)));
    expect(both).toMatchObject({ state: 'SIGNED', organizationSignedBy: 'c' });
    expect(signPact(both, 'BRANCH', 'd', new Date(4))).toMatchObject({ ok: false, failure: { code: 'INVALID_STATE' } });
  });

  it('asks each side for one signature, and may be ended by either until it is over', () => {
    const halfSigned = valueIn(signPact(pact, 'BRANCH', 'a', new Date(1)));
    const inForce = { ...pact, state: 'SIGNED' } as const;
    expect(pactSteps(pact, [], '2026-03-01')).toEqual([]);
    expect(pactSteps(halfSigned, ['BRANCH'], '2026-03-01')).toEqual(['TERMINATED']);
    expect(pactSteps(halfSigned, ['BRANCH', 'ORGANIZATION'], '2026-03-01')).toEqual(['SIGNED', 'TERMINATED']);
    expect(pactSteps(inForce, ['ORGANIZATION'], '2027-02-28')).toEqual(['TERMINATED']);
    expect(valueIn(endPact(inForce, '2027-02-28'))).toMatchObject({ state: 'TERMINATED', terminatedOn: '2027-02-28' });
    expect(pactSteps(inForce, ['ORGANIZATION'], '2027-03-01')).toEqual([]);
    expect(endPact(inForce, '2027-03-01')).toMatchObject({ ok: false, failure: { from: 'EXPIRED', to: 'TERMINATED' } });
  });
});
