import { describe, expect, it } from 'vitest';
import { capacityStatus, checkSession, freePlaces, NO_TERMS, outsideValidity } from './sessions.domain.js';

const now = new Date('2026-12-01T01:00:00Z');
const offer = { validFrom: '2026-12-01', validUntil: '2026-12-31' };

describe('a session', () => {
  const at = (text: string) => new Date(`${text}Z`);
  const places = { ...NO_TERMS, capacity: 1, buildingId: null, place: '' };

  it.each([
    ['2026-11-30T16:00', '2026-12-01T02:00', []],
    ['2026-11-30T15:59', '2026-12-01T02:00', ['startsAt']],
    ['2026-12-31T15:00', '2026-12-31T16:00', []],
    ['2026-12-31T15:00', '2026-12-31T16:00:00.001', ['endsAt']],
    ['2026-11-30T15:00', '2026-12-31T17:00', ['startsAt', 'endsAt']],
  ])('from %s to %s lies outside December in Shanghai by %j', (start, end, outside) => {
    expect(outsideValidity(offer, { startsAt: at(start), endsAt: at(end) }).map(({ path }) => path[0])).toEqual(outside);
  });

  it('on request lies in any validity', () => {
    expect(outsideValidity(offer, { startsAt: null, endsAt: null })).toEqual([]);
    expect(checkSession({ ...places, startsAt: null, endsAt: null }, now).ok).toBe(true);
  });

  it('may have begun but not ended', () => {
    const from = (start: string, end: string) => checkSession({ ...places, startsAt: at(start), endsAt: at(end) }, now).ok;
    expect(from('2026-12-01T00:00', '2026-12-01T01:00:00.001')).toBe(true);
    expect(from('2026-12-01T00:00', '2026-12-01T01:00')).toBe(false);
  });

  it('gives places only while its offer is shown and it is not over', () => {
    const shown = { state: 'PUBLISHED', validUntil: '2026-12-31' } as const;
    const session = { state: 'SCHEDULED', endsAt: at('2026-12-01T02:00'), capacity: 5, reserved: 2 } as const;
    expect(freePlaces(shown, session, now)).toBe(3);
    expect(freePlaces(shown, { ...session, endsAt: null }, at('2026-12-31T15:59'))).toBe(3);
    expect(freePlaces(shown, { ...session, endsAt: null }, at('2026-12-31T16:00'))).toBe(0);
    expect(freePlaces(shown, session, at('2026-12-01T02:00'))).toBe(0);
    expect(freePlaces({ ...shown, state: 'PAUSED' }, session, now)).toBe(0);
    expect(freePlaces(shown, { ...session, state: 'CANCELLED' }, now)).toBe(0);
  });

  it('tells its capacity as FHIR does', () => {
    expect([true, false].flatMap(free => [true, false].map(assess => capacityStatus(free, assess)))).toEqual([
      'ADDITIONAL_ASSESSMENT_REQUIRED',
      'CAPACITY',
      'NO_CAPACITY',
      'NO_CAPACITY',
    ]);
  });
});
