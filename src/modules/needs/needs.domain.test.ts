import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  mayEver,
  moveNeed,
  NEED_STATES,
  type Need,
  type NeedSide,
  type NeedState,
  needSteps,
  REASONS_FOR,
} from './needs.domain.js';

const at = new Date('2026-12-01T01:00:00Z');
const need = (state: NeedState, committed = 0): Need => ({
  id: 'n',
  number: 'N-B1-2026-0001',
  branchId: 'b',
  categoryCode: 'HAIRCUT',
  beneficiaryKind: 'RESIDENT',
  beneficiaryOrganizationId: null,
  beneficiaryGroup: null,
  requesterKind: 'FAMILY',
  requesterOrganizationId: null,
  channel: 'WECHAT',
  state,
  urgency: 'P3',
  quantity: 3,
  minimumQuantity: 1,
  committed,
  fulfilled: 0,
  modes: ['HOME'],
  windows: [],
  deadline: null,
  acceptsCostFen: 0,
  floor: null,
  noLift: false,
  wheelchair: false,
  languages: [],
  submittedAt: at,
  openedAt: null,
  closedAt: null,
  closeReason: null,
  mergedIntoId: null,
  togetherWithId: null,
  transferredTo: null,
  version: 1,
});

describe('the state machine', () => {
  // DESIGN.md §2, written a second time.
  it.each<[NeedState, NeedSide, NeedState[]]>([
    ['SUBMITTED', 'STAFF', ['OPEN', 'REJECTED', 'MERGED', 'TRANSFERRED', 'WITHDRAWN']],
    ['SUBMITTED', 'REQUESTER', ['WITHDRAWN']],
    ['SUBMITTED', 'SYSTEM', ['EXPIRED']],
    ['OPEN', 'STAFF', ['FULFILLED', 'MERGED', 'TRANSFERRED', 'WITHDRAWN', 'UNMET']],
    ['OPEN', 'REQUESTER', ['WITHDRAWN']],
    ['OPEN', 'SYSTEM', ['FULFILLED', 'EXPIRED']],
    ['FULFILLED', 'STAFF', []],
    ['FULFILLED', 'SYSTEM', ['OPEN']],
  ])('%s by %s', (state, side, to) => {
    expect(needSteps(need(state), [side])).toEqual(to);
  });

  it('ends for good, but for a delivery that never was', () => {
    for (const state of ['REJECTED', 'MERGED', 'TRANSFERRED', 'WITHDRAWN', 'EXPIRED', 'UNMET'] as const)
      expect(needSteps(need(state), ['STAFF', 'REQUESTER', 'SYSTEM'])).toEqual([]);
  });

  it('moves exactly where its steps say, whatever is tried', () => {
    const sides = fc.subarray<NeedSide>(['STAFF', 'REQUESTER', 'SYSTEM']);
    const state = fc.constantFrom(...NEED_STATES);
    fc.assert(
      fc.property(state, state, sides, fc.integer({ min: 0, max: 3 }), (from, to, by, committed) => {
        const before = need(from, committed);
        const moved = moveNeed(before, to, { sides: by, at });
        expect(moved.ok).toBe(needSteps(before, by).includes(to));
        if (moved.ok) {
          expect(moved.value).toMatchObject({ state: to, version: 2, closedAt: to === 'OPEN' ? null : at });
          expect(mayEver(to, by)).toBe(true);
        }
      }),
    );
  });

  it('keeps promises: what is committed keeps a need from closing', () => {
    expect(needSteps(need('OPEN', 1), ['STAFF', 'REQUESTER'])).toEqual([]);
    expect(moveNeed(need('OPEN', 1), 'WITHDRAWN', { sides: ['STAFF'], at, reason: 'OTHER' })).toMatchObject({
      failure: { code: 'INVALID_INPUT', problems: [{ path: ['needId', 'committed'], rule: 'MAX', limit: 0 }] },
    });
  });

  it('takes for an end only the reasons that go with it', () => {
    for (const [to, reasons] of Object.entries(REASONS_FOR) as [keyof typeof REASONS_FOR, readonly string[]][])
      for (const reason of ['NOT_A_NEED', 'NO_LONGER_WANTED', 'NO_SUPPLY', 'OTHER'] as const)
        expect(moveNeed(need(to === 'REJECTED' ? 'SUBMITTED' : 'OPEN'), to, { sides: ['STAFF'], at, reason }).ok).toBe(
          reasons.includes(reason),
        );
  });
});
