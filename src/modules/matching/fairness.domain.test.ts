import { describe, expect, it } from 'vitest';
import { type AskedNeed, fairnessReport, gini, quantile } from './fairness.domain.js';

const NOW = new Date('2026-12-01T01:00:00Z');
const period = { from: '2026-11-01', until: '2026-12-01' };
let count = 0;
const asked = (fields: Partial<AskedNeed> = {}): AskedNeed => {
  const id = `n${count++}`;
  return {
    needId: id,
    branchId: 'b1',
    urgency: 'P3',
    submittedAt: new Date(NOW.getTime() - 24 * 3_600_000),
    closedAt: null,
    isServed: false,
    isOpen: true,
    leftOut: 0,
    personKey: `person of ${id}`,
    ageBand: 'SIXTY_PLUS',
    careCategories: [],
    buildingId: 'x',
    ...fields,
  };
};
const many = (howMany: number, fields: Partial<AskedNeed> = {}): AskedNeed[] =>
  Array.from({ length: howMany }, () => asked(fields));
const report = (needs: readonly AskedNeed[]) => fairnessReport(period, needs, [], NOW);

describe('the Gini coefficient', () => {
  it.each([
    [[1, 1, 1, 1], 0],
    [[0, 0, 0, 1], 0.75],
    [[1, 2, 3, 4, 5], 4 / 15],
    [[10, 20, 30, 40], 0.25],
    [[7], 0],
  ])('of %j is %d', (values, known) => {
    expect(gini(values)).toBeCloseTo(known, 12);
  });

  it('is half the relative mean difference', () => {
    const values = [3, 4, 4, 11, 25, 60];
    const differences = values.flatMap(a => values.map(b => Math.abs(a - b))).reduce((sum, value) => sum + value, 0);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(gini(values)).toBeCloseTo(differences / (2 * values.length ** 2 * mean), 12);
  });

  it('says nothing where there is nothing to share', () => {
    expect([gini([]), gini([0, 0])]).toEqual([null, null]);
  });
});

it('a quantile is the smallest value that the share reaches', () => {
  const sorted = [15, 20, 35, 40, 50];
  expect([0, 0.05, 0.3, 0.4, 0.5, 0.9, 1].map(p => quantile(sorted, p))).toEqual([15, 15, 20, 20, 35, 50, 50]);
  expect(quantile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.9)).toBe(9);
});

describe('a report', () => {
  it('measures who was served and how long needs waited, those that still wait included', () => {
    const hours = (n: number): Date => new Date(NOW.getTime() - n * 3_600_000);
    const done = { isServed: true, isOpen: false };
    const { overall, longestWaiting } = report([
      asked({ ...done, submittedAt: hours(100), closedAt: hours(90) }),
      asked({ ...done, submittedAt: hours(50), closedAt: hours(30) }),
      asked({ ...done, submittedAt: hours(40), closedAt: hours(10) }),
      asked({ submittedAt: hours(40) }),
      asked({ submittedAt: hours(70), closedAt: hours(20), isOpen: false }),
      asked({ submittedAt: hours(60), needId: 'longest' }),
    ]);
    expect(overall).toEqual({
      people: 6,
      needs: 6,
      servedShare: 0.5,
      medianWaitingHours: 30,
      p90WaitingHours: 60,
      waitingGini: gini([10, 20, 30, 40, 50, 60]),
    });
    expect(longestWaiting).toEqual({ needId: 'longest', waitingHours: 60 });
  });

  it('tells nothing of fewer than five people, however many needs they have', () => {
    const few = many(4).flatMap(need => [need, asked({ personKey: need.personKey, urgency: 'P1' })]);
    expect(report(few)).toMatchObject({
      overall: null,
      byUrgency: [
        { key: 'P1', measures: null },
        { key: 'P3', measures: null },
      ],
      leftOut: [{ times: 0, needs: null }],
    });
  });

  it('hides what the told groups would tell of a small one', () => {
    const { byUrgency, byAgeBand } = report([
      ...many(3, { urgency: 'P1' }),
      ...many(6, { urgency: 'P2' }),
      ...many(9, { ageBand: null }),
    ]);
    expect(byUrgency.map(({ key, measures }) => [key, measures?.people ?? null])).toEqual([
      ['P1', null],
      ['P2', null],
      ['P3', 9],
    ]);
    expect(byAgeBand.map(({ key, measures }) => [key, measures?.people ?? null])).toEqual([
      ['SIXTY_PLUS', 9],
      [null, 9],
    ]);
  });

  it('tells the buildings of a branch only so far as its total does not give a small one away', () => {
    const { byBranch, byBuilding } = report([
      ...many(8, { branchId: 'b1', buildingId: 'a' }),
      ...many(6, { branchId: 'b1', buildingId: 'b' }),
      ...many(2, { branchId: 'b1', buildingId: null }),
      ...many(3, { branchId: 'b2', buildingId: 'c' }),
      ...many(7, { branchId: 'b3', buildingId: 'd' }),
      ...many(9, { branchId: 'b4', buildingId: 'e' }),
    ]);
    const people = (groups: readonly { key: string; measures: { people: number } | null }[]) =>
      Object.fromEntries(groups.map(({ key, measures }) => [key, measures?.people ?? null]));
    expect(people(byBranch)).toEqual({ b1: 16, b2: null, b3: null, b4: 9 });
    // b is next to the two whose building is not known; d is all of a branch that is hidden.
    expect(people(byBuilding)).toEqual({ a: 8, b: null, c: null, d: null, e: 9 });
  });

  it('counts a person in each of several groups, and hides a group whose complement is small', () => {
    const { byCareCategory } = report([
      ...many(6, { careCategories: ['DISABLED', 'LOW_INCOME'] }),
      ...many(3, { careCategories: ['LOW_INCOME'] }),
      ...many(2),
    ]);
    expect(byCareCategory.map(({ key, measures }) => [key, measures?.people ?? null])).toEqual([
      ['DISABLED', 6],
      ['LOW_INCOME', null],
    ]);
  });

  it('tells how often in a row open needs were left out', () => {
    const { leftOut } = report([
      ...many(7),
      ...many(5, { leftOut: 2 }),
      ...many(3, { leftOut: 5 }),
      ...many(4, { leftOut: 12 }),
      ...many(9, { isOpen: false, leftOut: 1 }),
    ]);
    expect(leftOut).toEqual([
      { times: 0, needs: 7 },
      { times: 2, needs: 5 },
      { times: 5, needs: 7 },
    ]);
  });

  it('shares of load: the busiest first, and how unequal', () => {
    const load = (organizationId: string, promised: number) => ({ organizationId, promised, delivered: 0 });
    const { loads, loadGini } = fairnessReport(period, [], [load('a', 0), load('b', 4), load('c', 0), load('d', 0)], NOW);
    expect(loads.map(({ organizationId }) => organizationId)).toEqual(['b', 'a', 'c', 'd']);
    expect(loadGini).toBeCloseTo(0.75, 12);
  });
});
