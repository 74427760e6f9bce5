import { describe, expect, it } from 'vitest';
import { checkFields, corrected, staffOnly, withDefaults } from './fields.domain.js';

const now = new Date('2026-12-01T01:00:00Z');
const at = (minutes: number): Date => new Date(now.getTime() + minutes * 60_000);
const rules = (fields: Parameters<typeof checkFields>[0], bounds = {}) => {
  const checked = checkFields(fields, { now, ...bounds });
  return checked.ok ? [] : checked.failure.problems.map(({ path, rule }) => `${path.join('.')} ${rule}`);
};

describe('what a need asks for', () => {
  it('may say nothing at all', () => {
    expect(rules({})).toEqual([]);
    expect(withDefaults({}, { floor: 5, noLift: true })).toEqual({
      quantity: 1,
      minimumQuantity: 1,
      windows: [],
      deadline: null,
      modes: ['ON_SITE', 'HOME', 'ONLINE'],
      acceptsCostFen: 0,
      floor: 5,
      noLift: true,
      wheelchair: false,
      languages: [],
    });
  });

  it('asks for windows that end after they start, one of them ahead', () => {
    expect(rules({ windows: [{ startsAt: at(-60), endsAt: at(1) }] })).toEqual([]);
    expect(rules({ windows: [{ startsAt: at(-60), endsAt: at(0) }] })).toEqual(['windows IN_THE_PAST']);
    expect(rules({ windows: [{ startsAt: at(5), endsAt: at(5) }] })).toEqual(['windows.0.endsAt ENDS_BEFORE_START']);
  });

  it('is never corrected to less than is promised, nor by emptying it', () => {
    expect(rules({ quantity: 1 }, { least: 2 })).toEqual(['quantity MIN']);
    expect(rules({ quantity: null }, { least: 2 })).toEqual(['quantity MIN']);
    expect(rules({ quantity: null }, { least: 1 })).toEqual([]);
    expect(rules({}, { least: 2 })).toEqual([]);
  });

  it('asks at once for no more than there is, before and after a correction', () => {
    expect(rules({ quantity: 3, minimumQuantity: 3 })).toEqual([]);
    expect(rules({ quantity: 3, minimumQuantity: 4 })).toEqual(['minimumQuantity MAX']);
    expect(rules({ minimumQuantity: 0 })).toEqual(['minimumQuantity MIN']);
    const before = { quantity: 5, minimumQuantity: 4 };
    expect(rules({ quantity: 4 }, { before })).toEqual([]);
    expect(rules({ quantity: 3 }, { before })).toEqual(['minimumQuantity MAX']);
    expect(rules({ quantity: 3, minimumQuantity: null }, { before })).toEqual([]);
    expect(rules({ minimumQuantity: 5 }, { before })).toEqual([]);
  });

  it('counts characters, not code units', () => {
    expect(rules({ description: '👵'.repeat(2000) })).toEqual([]);
    expect(rules({ description: '👵'.repeat(2001) })).toEqual(['description TOO_LONG']);
  });

  it('keeps within what is promised and how high the house is', () => {
    expect(rules({ quantity: 2, floor: 7 }, { least: 3, storeys: 6 })).toEqual(['quantity MIN', 'floor MAX']);
    expect(rules({ quantity: 3, floor: 6 }, { least: 3, storeys: 6 })).toEqual([]);
  });

  it('stores windows in their order and each mode once', () => {
    const kept = withDefaults(
      {
        windows: [
          { startsAt: at(9), endsAt: at(10) },
          { startsAt: at(1), endsAt: at(3) },
          { startsAt: at(1), endsAt: at(2) },
        ],
        modes: ['HOME', 'HOME'],
      },
      { floor: null, noLift: false },
    );
    expect(kept.modes).toEqual(['HOME']);
    expect(kept.windows.map(({ endsAt }) => endsAt)).toEqual([at(2), at(3), at(10)].map(time => time.toISOString()));
  });

  it('corrects what is given, puts the default back for null, leaves the rest', () => {
    const before = withDefaults({ quantity: 4, wheelchair: true, deadline: at(5) }, { floor: 5, noLift: true });
    expect(corrected(before, { deadline: null, floor: 2 })).toEqual({ ...before, deadline: null, floor: 2 });
    expect(corrected(before, { quantity: null, wheelchair: null })).toEqual({ ...before, quantity: 1, wheelchair: false });
  });

  it('tells what only staff may change', () => {
    expect(staffOnly({ windows: [], description: null, quantity: undefined })).toEqual([]);
    expect(staffOnly({ quantity: 1, categoryCode: null, windows: [] })).toEqual(['quantity', 'categoryCode']);
  });
});
