import { describe, expect, it } from 'vitest';
import { type Kinship, moveKinship, nextOf } from './kinships.domain.js';
import { fromE164, maskPhone, toE164 } from './phone.js';
import { ageBand, bornBy, checkResident, KINSHIP_STATES, maskName } from './residents.domain.js';

describe('telephone numbers', () => {
  it.each([
    ['13812341234', '+8613812341234'],
    ['+86 138 1234 1234', '+8613812341234'],
    ['0086-13812341234', '+8613812341234'],
    ['８６１３８１２３４１２３４', '+8613812341234'],
    ['19900001234', '+8619900001234'],
    ['0571-88001234', '+8657188001234'],
    ['057188001234', '+8657188001234'],
    ['+8657188001234', '+8657188001234'],
  ])('reads %s', (typed, e164) => {
    expect(toE164(typed)).toBe(e164);
  });

  it.each([
    '',
    '12812341234',
    '1381234123',
    '138123412345',
    '021-88001234',
    '0571-8800123',
    '57188001234',
    '13812341234#1',
    '+1 2025550123',
  ])('refuses %s', typed => {
    expect(toE164(typed)).toBeNull();
  });

  it('masks the middle', () => {
    expect(maskPhone('+8613812341234')).toBe('138****1234');
    expect(maskPhone('+8657188001234')).toBe('0571-****1234');
    expect(fromE164('+8657188001234')).toBe('0571-88001234');
  });
});

describe('names', () => {
  it.each([
    ['张三', '张*'],
    ['欧阳小明', '欧*'],
    ['𠮷田', '𠮷*'],
  ])('%s is shown as %s', (name, masked) => {
    expect(maskName(name)).toBe(masked);
  });
});

describe('ages', () => {
  it.each([
    ['2023-12-02', 'UNDER_3'],
    ['2023-12-01', 'UNDER_18'],
    ['2008-12-02', 'UNDER_18'],
    ['2008-12-01', 'ADULT'],
    ['1966-12-02', 'ADULT'],
    ['1966-12-01', 'SIXTY_PLUS'],
    ['1946-12-02', 'SIXTY_PLUS'],
    ['1946-12-01', 'EIGHTY_PLUS'],
    ['1936-12-01', 'NINETY_PLUS'],
  ])('born %s is %s', (birthDate, band) => {
    expect(ageBand(birthDate, '2026-12-01')).toBe(band);
  });

  it('knows who is old enough, also on a leap day', () => {
    expect(bornBy(80, '2026-12-01')).toBe('1946-12-01');
    expect(bornBy(1, '2028-02-29')).toBe('2027-02-28');
    expect(bornBy(4, '2028-02-29')).toBe('2024-02-29');
  });
});

describe('what is written down', () => {
  const at = { storeys: 6, today: '2026-12-01' };
  const paths = (fields: Parameters<typeof checkResident>[0]) => {
    const result = checkResident(fields, at);
    return result.ok ? [] : result.failure.problems.map(({ path, rule }) => `${path.join('.')} ${rule}`);
  };

  it('tells all that is wrong at once', () => {
    expect(paths({ name: ' ', phone: '123', room: 'x'.repeat(21), storey: 7, birthDate: '2026-12-02' })).toEqual([
      'name REQUIRED',
      'phone BAD_FORMAT',
      'room TOO_LONG',
      'storey MAX',
      'birthDate NOT_ALLOWED',
    ]);
  });
  it.each(['1895-12-01', '2026-02-30', '0000-00-00', 'yesterday'])('refuses the birth date %s', birthDate => {
    expect(paths({ birthDate })).toHaveLength(1);
  });
  it('takes a newborn and the oldest', () => {
    expect(paths({ birthDate: '2026-12-01' })).toEqual([]);
    expect(paths({ birthDate: '1895-12-02' })).toEqual([]);
  });
  it('refuses what cannot be stored', () => {
    expect(paths({ name: '张\u0000三' })).toEqual(['name BAD_FORMAT']);
    expect(paths({ name: '张\ud800' })).toEqual(['name BAD_FORMAT']);
  });
});

describe('a link', () => {
  const claimed: Kinship = {
    id: 'k',
    branchId: 'b',
    residentId: 'r',
    accountId: 'a',
    relation: 'DAUGHTER',
    state: 'CLAIMED',
    verifiedBy: null,
    verifiedAt: null,
    version: 1,
    createdAt: new Date(0),
  };
  const by = { by: 'officer', now: new Date(1) };

  it('moves along its arrows and no others', () => {
    for (const from of KINSHIP_STATES)
      for (const to of KINSHIP_STATES)
        expect(moveKinship({ ...claimed, state: from }, to, by).ok, `${from} to ${to}`).toBe(nextOf(from).includes(to));
  });
  it('remembers who verified it, and only that', () => {
    expect(moveKinship(claimed, 'VERIFIED', by)).toMatchObject({
      value: { verifiedBy: 'officer', verifiedAt: by.now, version: 2 },
    });
    expect(moveKinship(claimed, 'REJECTED', by)).toMatchObject({ value: { verifiedBy: null, verifiedAt: null } });
  });
});
