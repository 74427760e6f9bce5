import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../bench/support/instances.js';
import { DAY, need, now, person, planInput, randomFacts, session } from '../../../../tests/support/facts.js';
import { problemOf, referenceSolve, shuffled } from '../../../../tests/support/matching.js';
import type { NeedFacts, SessionFacts } from './facts.js';
import { computePlan } from './planning.js';
import { isPossible } from './rules.js';
import { byRank, costOf, DEFAULT_WEIGHTS, rankOf } from './scoring.js';

const pairsOf = ({ matches }: ReturnType<typeof computePlan>) =>
  matches.map(({ needId, sessionId, quantity }) => `${needId} ${sessionId} ${quantity}`);

describe('a plan', () => {
  it('serves whom and costs what an independent solver says, on random estates', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const { needs, sessions } = randomFacts(createRandom(seed), 25, 12);
      const plan = computePlan(planInput(needs, sessions));
      const ranked = needs.map(one => ({ need: one, rank: rankOf(one, DEFAULT_WEIGHTS, now) })).sort(byRank);
      const problem = problemOf(
        sessions.map(({ free }) => free),
        ranked.map(({ need: one }, i) => ({
          quantity: one.open,
          rank: ranked.length - i,
          pairs: sessions.flatMap((other, j) =>
            isPossible(one, other, now) ? [[j, costOf(one, other, DEFAULT_WEIGHTS, now).total] as const] : [],
          ),
        })),
      );
      const best = referenceSolve(problem);
      const served = ranked.map(({ need: one }) =>
        plan.matches.filter(({ needId }) => needId === one.id).reduce((total, { quantity }) => total + quantity, 0),
      );
      expect(served).toEqual(best.served);
      expect(plan.matches.reduce((total, { quantity, explanation }) => total + BigInt(quantity * explanation.cost), 0n)).toBe(
        best.cost,
      );
      const gaps = new Map(plan.unmatched.map(({ needId, quantity }) => [needId, quantity]));
      for (const [i, { need: one }] of ranked.entries()) expect((gaps.get(one.id) ?? 0) + served[i]!).toBe(one.open);
    }
  });

  it('does not depend on the order of what it is given', () => {
    const random = createRandom(7);
    for (let round = 0; round < 20; round++) {
      const { needs, sessions } = randomFacts(random, 30, 15);
      const first = computePlan(planInput(needs, sessions));
      const again = computePlan(
        planInput(
          shuffled(random, 30).map(i => needs[i]!),
          shuffled(random, 15).map(i => sessions[i]!),
        ),
      );
      expect(again).toEqual(first);
    }
  });

  it('never matches P0, closed needs, or what is covered', () => {
    const needs = [need({ id: 'a', urgency: 'P0' }), need({ id: 'b', isOpen: false }), need({ id: 'c', open: 0 })];
    expect(computePlan(planInput(needs, [session()]))).toMatchObject({ matches: [], unmatched: [] });
  });

  it('explains a match with parts that add up and with the next best', () => {
    const near = session({ id: 'near' });
    const far = session({ id: 'far', place: { buildingId: 'y', eastM: 300, northM: 100, hasLift: false } });
    const { matches } = computePlan(planInput([need({ id: 'a' })], [far, near]));
    expect(matches).toHaveLength(1);
    const { explanation, sessionId } = matches[0]!;
    expect(sessionId).toBe('near');
    expect(explanation.runnersUp).toEqual([
      {
        sessionId: 'far',
        cost: explanation.cost + 560,
        isFull: false,
        differences: [{ code: 'DISTANCE', value: 560, measured: 300 }],
      },
    ]);
    expect(explanation.options).toBe(2);
    expect(explanation.costParts.reduce((total, { value }) => total + value, 0)).toBe(explanation.cost);
    expect(explanation.rankParts.reduce((total, { value }) => total + value, 0)).toBe(explanation.points);
  });

  it('compares a match with the sessions that its need did not get, in numbers that add up', () => {
    let [full, compared] = [0, 0];
    for (let seed = 1; seed <= 20; seed++) {
      const { needs, sessions } = randomFacts(createRandom(seed), 25, 12);
      const { matches } = computePlan(planInput(needs, sessions));
      for (const { needId, explanation } of matches) {
        const own = matches.filter(match => match.needId === needId).map(({ sessionId }) => sessionId);
        expect(explanation.runnersUp.length).toBe(Math.min(3, explanation.options! - own.length));
        for (const { sessionId, cost, isFull, differences } of explanation.runnersUp) {
          expect(own).not.toContain(sessionId);
          expect(differences.reduce((total, { value }) => total + value, explanation.cost)).toBe(cost);
          const free = sessions.find(({ id }) => id === sessionId)!.free;
          const used = matches
            .filter(match => match.sessionId === sessionId)
            .reduce((total, { quantity }) => total + quantity, 0);
          expect(isFull).toBe(used === free);
          // What is free and cheaper would have been taken: a plan is the cheapest of those that serve the same needs.
          if (!isFull) expect(cost).toBeGreaterThanOrEqual(explanation.cost);
          full += Number(isFull);
          compared++;
        }
      }
    }
    expect([full > 10, compared > 100]).toEqual([true, true]);
  });

  it('places pins first and leaves out what is forbidden', () => {
    const needs = [need({ id: 'first', urgency: 'P1' }), need({ id: 'last', urgency: 'P4' })];
    const only = session({ free: 1, capacity: 1 });
    const pinned = computePlan(planInput(needs, [only], { pinned: [{ needId: 'last', sessionId: 's' }] }));
    expect(pairsOf(pinned)).toEqual(['last s 1']);
    expect(pinned.matches[0]?.explanation.pinned).toBe(true);
    expect(pinned.unmatched).toMatchObject([{ needId: 'first', reason: 'ALL_FULL', certificate: { pinned: 1, holders: [] } }]);
    const without = computePlan(planInput(needs, [only], { forbidden: [{ needId: 'first', sessionId: 's' }] }));
    expect(pairsOf(without)).toEqual(['last s 1']);
    expect(without.unmatched).toMatchObject([{ needId: 'first', reason: 'EXCLUDED' }]);
    const broken = computePlan(
      planInput([need({ id: 'a', modes: ['HOME'] })], [only], { pinned: [{ needId: 'a', sessionId: 's' }] }),
    );
    expect(broken.matches).toEqual([]);
  });
});

describe('the reason of a need that stays open', () => {
  const reasonOf = (one: NeedFacts, sessions: readonly SessionFacts[], others: readonly NeedFacts[] = []) =>
    computePlan(planInput([one, ...others], sessions)).unmatched.find(({ needId }) => needId === one.id);

  it.each([
    ['NO_OFFER_OF_CATEGORY', {}, { categoryCode: 'MEAL' }],
    ['NO_OFFER_OF_CATEGORY', { branchId: 'b2' }, {}],
    ['NO_STANDING', {}, { standing: [{ branchId: 'b1', pacts: [] }] }],
    ['OUT_OF_AREA', {}, { branchIds: ['b2'] }],
    ['CONSENT', { person: { ...person, optedOut: true } }, {}],
    ['NOT_ELIGIBLE', {}, { minAgeMonths: 1200 }],
    ['WRONG_MODE', { modes: ['HOME'] }, {}],
    ['COST', {}, { costFen: 1 }],
    ['EXCLUDED', { exclusions: [{ offerId: 'o', sessionId: null, declined: true }] }, {}],
    ['WRONG_TIME', { deadline: now }, {}],
    ['ALL_FULL', {}, { free: 0 }],
    ['PARTLY_SERVED', { open: 11 }, {}],
  ] as const)('%s', (reason, needChange, sessionChange) => {
    expect(reasonOf(need(needChange as Partial<NeedFacts>), [session(sessionChange as Partial<SessionFacts>)])?.reason).toBe(
      reason,
    );
  });

  it('is the step at which the last session drops out', () => {
    const sessions = [session({ id: 's1', minAgeMonths: 1200 }), session({ id: 's2', costFen: 1 })];
    const gap = reasonOf(need(), sessions);
    expect(gap).toMatchObject({
      reason: 'COST',
      certificate: {
        ofCategory: 2,
        possible: 0,
        failed: [
          { code: 'COSTS_TOO_MUCH', sessions: 1 },
          { code: 'TOO_YOUNG', sessions: 1 },
        ],
      },
    });
  });

  it('proves that all is full by those who come first', () => {
    const holders = [need({ id: 'h1', urgency: 'P1' }), need({ id: 'h2', leftOut: 1 })];
    const sessions = [session({ id: 's1', free: 1 }), session({ id: 's2', free: 1 }), session({ id: 's3', free: 0 })];
    expect(reasonOf(need(), sessions, holders)).toMatchObject({
      reason: 'ALL_FULL',
      quantity: 1,
      certificate: {
        possible: 3,
        closedSet: 3,
        promised: 1,
        sessionIds: expect.toSatisfy((ids: readonly string[]) => [...ids].sort().join() === 's1,s2,s3'),
        holders: [
          { tier: 1, needs: 1, waiting: [{ band: 'UNDER_14_DAYS', needs: 1 }] },
          { tier: 3, needs: 1, waiting: [{ band: 'UNDER_14_DAYS', needs: 1 }] },
        ],
        lowest: { tier: 3, tiersAhead: 0, pointsAhead: 100 },
      },
    });
  });

  it('tells those who waited long by the tier that they count as, and how people fared by their urgency', () => {
    const old = need({ id: 'old', urgency: 'P4', submittedAt: now - 70 * DAY });
    const needs = [old, need({ id: 'urgent', urgency: 'P1' }), need({ id: 'older', urgency: 'P3', submittedAt: now - 90 * DAY })];
    const { unmatched, matches, totals } = computePlan(planInput(needs, [session({ free: 2 })]));
    expect(
      matches.map(({ needId, explanation }) => [needId, explanation.urgency, explanation.tier, explanation.liftedBy]),
    ).toEqual([
      ['urgent', 'P1', 1, 0],
      ['older', 'P3', 2, 1],
    ]);
    expect(unmatched).toMatchObject([
      {
        needId: 'old',
        certificate: {
          tier: 2,
          liftedBy: 2,
          holders: [
            { tier: 1, needs: 1 },
            { tier: 2, needs: 1, waiting: [{ band: 'LONGER', needs: 1 }] },
          ],
          lowest: { tier: 2, tiersAhead: 0 },
        },
      },
    ]);
    expect(totals.byUrgency.map(({ urgency, needs: count, served }) => [urgency, count, served])).toEqual([
      ['P1', 1, 1],
      ['P2', 0, 0],
      ['P3', 1, 1],
      ['P4', 1, 0],
    ]);
  });
});
