import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../bench/support/instances.js';
import { DAY, HOUR, need, now, planInput, randomFacts, session } from '../../../../tests/support/facts.js';
import { scarcitySentence } from '../sentences/scarcity-sentences.js';
import type { NeedFacts, SessionFacts } from './facts.js';
import { computePlan, type PlanInput } from './planning.js';
import { DEFAULT_WEIGHTS, type Weights } from './scoring.js';
import { changedSessions, type SimulatedChange, simulate } from './simulation.js';

const run = (
  needs: readonly NeedFacts[],
  sessions: readonly SessionFacts[],
  changes: readonly SimulatedChange[],
  weights: Weights = DEFAULT_WEIGHTS,
) => simulate({ plan: planInput(needs, sessions), mornings: null, changes, weights });

describe('what if', () => {
  const one = session({ id: 'one', free: 1, capacity: 2 });
  const three = ['P1', 'P2', 'P3'].map((urgency, i) => need({ id: `n${i}`, urgency: urgency as 'P1' }));

  it('nothing changed: both plans are the same', () => {
    const { needs, sessions } = randomFacts(createRandom(61), 60, 30);
    const { total, byUrgency, branches, supply, gaining, losing } = run(needs, sessions, []);
    expect(total.before).toEqual(total.after);
    expect([gaining, losing]).toEqual([[], []]);
    for (const part of [...byUrgency, ...branches, ...supply]) expect(part.before).toEqual(part.after);
    for (const parts of [byUrgency, branches])
      expect(parts.reduce((sum, { before }) => sum + before.served, 0)).toBe(total.before.served);
  });

  it('there were more sessions like one: at another time, with other places', () => {
    const startsAt = now + 3 * DAY;
    const added = changedSessions([one], [{ kind: 'ADD_SESSIONS', like: 'one', count: 2, startsAt, capacity: 1 }]);
    expect(added).toHaveLength(3);
    expect(new Set(added.map(({ id }) => id)).size).toBe(3);
    expect(added[2]).toMatchObject({ free: 1, capacity: 1, time: { startsAt, endsAt: startsAt + 2 * HOUR } });
    const { total, byUrgency, supply, gaining } = run(
      three,
      [one],
      [{ kind: 'ADD_SESSIONS', like: 'one', count: 2, startsAt, capacity: 1 }],
    );
    expect([total.before.served, total.after.served]).toEqual([1, 3]);
    expect(gaining).toEqual(['n1', 'n2']);
    expect(byUrgency.map(({ urgency, before, after }) => [urgency, before.served, after.served])).toEqual([
      ['P1', 1, 1],
      ['P2', 0, 1],
      ['P3', 0, 1],
      ['P4', 0, 0],
    ]);
    expect(supply).toEqual([{ categoryCode: 'HAIRCUT', before: { free: 1, used: 1 }, after: { free: 3, used: 3 } }]);
    expect(total.after.waitingHours).toBeGreaterThan(total.before.waitingHours ?? 0);
  });

  it('a session had other places: what is promised stays promised', () => {
    expect(changedSessions([one], [{ kind: 'SET_CAPACITY', sessionId: 'one', capacity: 4 }])[0]).toMatchObject({ free: 3 });
    expect(changedSessions([one], [{ kind: 'SET_CAPACITY', sessionId: 'one', capacity: 0 }])[0]).toMatchObject({ free: 0 });
  });

  it.each<SimulatedChange>([
    { kind: 'CANCEL_SESSION', sessionId: 'one' },
    { kind: 'CANCEL_OFFER', offerId: one.offerId },
  ])('it did not take place: $kind', change => {
    const { total, losing } = run(three, [one], [change]);
    expect([total.before.served, total.after.served]).toEqual([1, 0]);
    expect(losing).toEqual(['n0']);
  });

  it('weights were others: who comes first changes', () => {
    const [waits, old] = [
      need({ id: 'waits', submittedAt: now - 60 * DAY, person: null, forResident: false }),
      need({ id: 'old', submittedAt: now - DAY }),
    ];
    const weights = {
      ...DEFAULT_WEIGHTS,
      rank: { ...DEFAULT_WEIGHTS.rank, lift: { fromP4: 0, fromP3: 0, fromP2: 0 }, waiting: 0 },
    };
    expect(run([waits, old], [one], [], weights)).toMatchObject({ gaining: ['old'], losing: ['waits'] });
  });

  it('waiting lifted further: who has waited comes before who is more urgent, and the figures stay those of urgencies', () => {
    const [old, fresh] = [
      need({ id: 'old', urgency: 'P2', submittedAt: now - 60 * DAY }),
      need({ id: 'fresh', urgency: 'P1', submittedAt: now - DAY }),
    ];
    const weights = { ...DEFAULT_WEIGHTS, rank: { ...DEFAULT_WEIGHTS.rank, lift: { fromP4: 170, fromP3: 170, fromP2: 170 } } };
    const { byUrgency, gaining, losing } = run([old, fresh], [one], [], weights);
    expect([gaining, losing]).toEqual([['old'], ['fresh']]);
    expect(byUrgency.slice(0, 2).map(({ urgency, before, after }) => [urgency, before.served, after.served])).toEqual([
      ['P1', 1, 0],
      ['P2', 0, 1],
    ]);
  });

  it('tells what would become of the proposals that are out', () => {
    const proposals = [{ matchId: 'm', needId: 'n0', sessionId: 'one', branchId: 'b1', quantity: 1, respondBy: null }];
    const plan = { ...planInput(three.slice(0, 1), [one, session({ id: 'two' })]), proposals };
    const changes = [{ kind: 'CANCEL_SESSION', sessionId: 'one' }] as const;
    expect(simulate({ plan, mornings: null, changes, weights: DEFAULT_WEIGHTS }).proposals).toMatchObject({
      before: { KEPT: 1, MOVED: 0 },
      after: { KEPT: 0, MOVED: 1, DROPPED: 0 },
    });
  });
});

describe('scarcity', () => {
  const scarcity = (needs: readonly NeedFacts[], sessions: readonly SessionFacts[], change: Partial<PlanInput> = {}) =>
    computePlan({ ...planInput(needs, sessions), ...change }).totals.scarcity;

  it('counts, for each category and day, the needs that one more place would serve: adding it serves one', () => {
    let compared = 0;
    for (let seed = 71; seed < 101; seed++) {
      const { needs, sessions } = randomFacts(createRandom(seed), 30, 12);
      const plan = computePlan(planInput(needs, sessions));
      const missing = plan.unmatched.reduce((total, { quantity }) => total + quantity, 0);
      for (const { id, categoryCode, time } of sessions) {
        const changed = sessions.map(one => (one.id === id ? { ...one, free: one.free + 1 } : one));
        const now = computePlan(planInput(needs, changed)).unmatched.reduce((total, { quantity }) => total + quantity, 0);
        const day = time && new Date(time.startsAt + 8 * HOUR).toISOString().slice(0, 10);
        const cell = plan.totals.scarcity.find(one => one.categoryCode === categoryCode && one.day === day);
        if (now < missing) {
          expect(now).toBe(missing - 1);
          expect(cell?.unservedNeeds).toBeGreaterThan(0);
          compared++;
        } else if (cell?.sessions === 1) expect(cell.unservedNeeds).toBe(0);
      }
    }
    expect(compared).toBeGreaterThan(50);
  });

  it('puts a price where all are served, in cost, and in changes of proposals where there are some', () => {
    const far = session({ id: 'far', place: { buildingId: 'y', eastM: 300, northM: 100, hasLift: false } });
    const near = session({ id: 'near', free: 1, capacity: 1 });
    const needs = [need({ id: 'a' }), need({ id: 'b' })];
    const found = { categoryCode: 'HAIRCUT', sessions: 2, unservedNeeds: 0 };
    expect(scarcity(needs, [near, far])).toMatchObject([{ ...found, changesSaved: 0, costSaved: 560 }]);
    const proposals = ['a', 'b'].map(needId => ({
      matchId: needId,
      needId,
      sessionId: 'near',
      branchId: 'b1',
      quantity: 1,
      respondBy: null,
    }));
    expect(scarcity(needs, [near, far], { proposals })).toMatchObject([{ ...found, changesSaved: 1, costSaved: 560 }]);
    expect(scarcity(needs, [far])).toEqual([]);
  });

  it('is said in both languages', () => {
    const [supply] = scarcity([need({ id: 'a' }), need({ id: 'b' })], [session({ free: 1 })]);
    expect(supply).toMatchObject({ unservedNeeds: 1 });
    expect(scarcitySentence({ ...supply!, costSaved: 0 }, 'zh')).toBe('多一个名额,可从 1 项未满足的需求中多安排一项。');
    expect(scarcitySentence({ ...supply!, costSaved: 0 }, 'en')).toBe('One more place would serve one of 1 unserved need.');
  });
});
