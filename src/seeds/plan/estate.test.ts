import { describe, expect, it } from 'vitest';
import { failures } from '../../modules/matching/planner/rules.js';
import { readSeedData } from '../data.js';
import { planEstate } from './estate.js';
import { factsOf } from './facts.js';

const data = readSeedData();
const usual = { seed: 1, now: new Date('2026-12-01T01:00:00.000Z'), months: 1, scale: 1 };
const estate = planEstate(data, usual);

describe('the plan', () => {
  it('is the same for the same number and time, and another for another', () => {
    expect(planEstate(data, usual)).toEqual(estate);
    const other = planEstate(data, { ...usual, seed: 2 });
    expect(other.needs).not.toEqual(estate.needs);
    expect(other.residents).not.toEqual(estate.residents);
    expect(other.buildings).toEqual(estate.buildings);
  });

  it('holds at any time of the year: the first and last day of a month, a leap day, the Spring Festival', () => {
    for (const now of [
      '2026-11-30T23:30:00Z',
      '2027-01-01T00:10:00Z',
      '2028-02-29T04:00:00Z',
      '2027-02-06T09:00:00Z',
      '2026-11-24T11:40:00Z',
    ]) {
      const { needs, residents, offers, stories, kinships } = planEstate(data, { ...usual, now: new Date(now) });
      expect(residents).toHaveLength(6040);
      expect(needs.filter(({ state }) => state === 'OPEN').length, now).toBeGreaterThanOrEqual(240);
      expect(new Set(needs.map(({ state }) => state)).size, now).toBe(9);
      expect(offers.every(({ sessions }) => sessions.length > 0)).toBe(true);
      expect(stories.length, now).toBeGreaterThanOrEqual(36);
      expect(kinships).toHaveLength(2);
    }
  });

  it('leaves a plan of matching something to do: most open needs can be served, some for no reason but the rules', () => {
    const facts = factsOf(estate);
    const open = estate.needs.filter(({ state }) => state === 'OPEN');
    const possible = open.filter(need =>
      facts.sessionsFor(need).some(session => failures(facts.needOf(need), session.facts, usual.now.getTime()).next().done),
    );
    for (const branch of ['B1', 'B2', 'B3', 'B4'])
      expect(possible.filter(need => need.branch === branch).length, branch).toBeGreaterThanOrEqual(25);
    expect(possible.length).toBeGreaterThan(open.length * 0.5);
    expect(possible.length).toBeLessThan(open.length * 0.9);
  });

  it('lets nobody serve what the rules forbid, also in the past, and no session more than it holds', () => {
    const facts = factsOf(estate);
    const needOf = new Map(estate.needs.map(need => [need.key, need]));
    const taken = new Map<string, number>();
    for (const { need, session, quantity, acceptedAt, startedAt, endedAt, closedAt } of estate.services) {
      const asked = needOf.get(need)!;
      const served = facts.sessionsFor(asked).find(({ key }) => key === session)!;
      expect([...failures(facts.needOf(asked), served.facts, acceptedAt.getTime())]).toEqual([]);
      expect([acceptedAt, startedAt, endedAt, closedAt]).toEqual(
        [acceptedAt, startedAt, endedAt, closedAt].sort((a, b) => a.getTime() - b.getTime()),
      );
      expect(closedAt.getTime()).toBeLessThanOrEqual(usual.now.getTime());
      taken.set(session, (taken.get(session) ?? 0) + quantity);
    }
    const capacityOf = new Map(estate.offers.flatMap(({ sessions }) => sessions.map(({ key, capacity }) => [key, capacity])));
    for (const [session, quantity] of taken) expect(quantity).toBeLessThanOrEqual(capacityOf.get(session)!);
    expect(estate.services.length).toBeGreaterThan(3);
  });

  it('grows by months and scale; months that are over ended as they do', () => {
    const { residents, offers, needs, services } = planEstate(data, { ...usual, months: 4, scale: 2 });
    expect(residents).toHaveLength(2 * 6040);
    expect(offers).toHaveLength(2 * estate.offers.length);
    const past = needs.filter(({ submittedAt }) => submittedAt.getTime() < usual.now.getTime() - 30 * 86_400_000);
    expect(past.length / (2 * 3 * 319)).toBeCloseTo(1, 0);
    const share = (state: string) => past.filter(need => need.state === state).length / past.length;
    expect(share('FULFILLED')).toBeCloseTo(0.82, 1);
    expect(share('TRANSFERRED')).toBeCloseTo(0.09, 1);
    expect(past.every(({ state }) => state !== 'OPEN' && state !== 'SUBMITTED')).toBe(true);
    expect(services.length / past.filter(({ state }) => state === 'FULFILLED').length).toBeGreaterThan(0.25);
  });
});
