import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../bench/support/instances.js';
import { DAY, HOUR, need, now, person, planInput, randomFacts, session } from '../../../../tests/support/facts.js';
import type { NeedFacts, SessionFacts } from './facts.js';
import { computePlan } from './planning.js';
import { morningsBetween, replay } from './replay.js';
import { DEFAULT_WEIGHTS, type Weights } from './scoring.js';
import { simulate } from './simulation.js';

/** Nine on a Tuesday in Shanghai: itself a morning. */
const MORNINGS = morningsBetween(now, now + 12 * DAY);
const lived = (needs: readonly NeedFacts[], sessions: readonly SessionFacts[], weights: Weights = DEFAULT_WEIGHTS) =>
  replay({ ...planInput(needs, sessions), weights }, MORNINGS).map(({ needId, sessionId }) => [needId, sessionId]);
const onDay = (day: number, change: Partial<SessionFacts> = {}): SessionFacts =>
  session({
    id: `day ${day}`,
    time: { startsAt: now + day * DAY + HOUR, endsAt: now + day * DAY + 2 * HOUR },
    capacity: 1,
    free: 1,
    ...change,
  });
/** A policy of waiting, age and having been left out alone. */
const policy = (rank: Partial<Weights['rank']>): Weights => ({
  ...DEFAULT_WEIGHTS,
  rank: { ...DEFAULT_WEIGHTS.rank, lift: { fromP4: 0, fromP3: 0, fromP2: 0 }, ...rank },
});

describe('mornings', () => {
  it('are nine o’clock of each working day of the span, both ends included', () => {
    expect(MORNINGS.map(morning => (morning - now) / DAY)).toEqual([0, 1, 2, 3, 6, 7, 8, 9, 10]);
    expect(morningsBetween(now + 1, now + DAY - 1)).toEqual([]);
  });
});

describe('a month that is lived again', () => {
  it('knows of a need only once it was submitted', () => {
    const later = need({ id: 'later', urgency: 'P1', submittedAt: now + 2 * HOUR });
    expect(lived([later, need({ id: 'first', urgency: 'P4' })], [onDay(1), onDay(2)])).toEqual([
      ['first', 'day 1'],
      ['later', 'day 2'],
    ]);
    expect(computePlan(planInput([later, need({ id: 'first', urgency: 'P4' })], [onDay(1)])).matches[0]?.needId).toBe('later');
  });

  it('serves nobody who has given up, and the rest of a need in smaller portions', () => {
    const gone = need({ id: 'gone', submittedAt: now - HOUR, closedAt: now + DAY });
    expect(lived([gone], [onDay(5, { knownFrom: now + 2 * DAY })])).toEqual([]);
    expect(lived([gone], [onDay(5)])).toHaveLength(1);
    const three = need({ id: 'three', asked: 3, open: 3, minimum: 2 });
    const sessions = [onDay(1, { capacity: 2, free: 2 }), onDay(5, { knownFrom: now + 2 * DAY })];
    expect(lived([three], sessions)).toEqual([
      ['three', 'day 1'],
      ['three', 'day 5'],
    ]);
  });

  it('takes no session that has begun, gives nothing twice, and lets nobody be in two places', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = createRandom(seed);
      const facts = randomFacts(random, 25, 12);
      const needs = facts.needs.map((one, i) => ({ ...one, submittedAt: now + (i - 12) * 9 * HOUR, personKey: i % 5 }));
      const used = new Map<string, number>();
      const attended = new Map<number, SessionFacts[]>();
      for (const { needId, sessionId, quantity } of replay(planInput(needs, facts.sessions), MORNINGS)) {
        for (const id of [needId, sessionId]) used.set(id, (used.get(id) ?? 0) + quantity);
        const [who, where] = [needs.find(({ id }) => id === needId)!, facts.sessions.find(({ id }) => id === sessionId)!];
        if (!where.time) continue;
        expect(where.time.startsAt).toBeGreaterThan(who.submittedAt);
        const others = (attended.get(who.personKey) ?? []).filter(({ id }) => id !== sessionId);
        for (const { time } of others)
          expect(where.time.endsAt <= time!.startsAt || where.time.startsAt >= time!.endsAt, `seed ${seed}`).toBe(true);
        attended.set(who.personKey, [...others, where]);
      }
      for (const { id, open } of needs) expect(used.get(id) ?? 0).toBeLessThanOrEqual(open);
      for (const { id, free } of facts.sessions) expect(used.get(id) ?? 0).toBeLessThanOrEqual(Math.max(0, free));
    }
  });

  it('gives points for being left out on the morning after', () => {
    const [old, young] = [
      need({ id: 'old' }),
      need({ id: 'young', submittedAt: now + HOUR, person: { ...person, birthDate: '1990-01-01' } }),
    ];
    // Scheduled on the third day, when both have been left out and who asked first once more.
    const sessions = [onDay(3, { knownFrom: now + 2 * DAY })];
    const points = policy({ waiting: 0, age80: 150, leftOut: { each: 200, max: 2000 } });
    expect(
      lived(
        [
          { ...old, person: young.person },
          { ...young, person },
        ],
        sessions,
        points,
      ),
    ).toEqual([['old', 'day 3']]);
    expect(
      lived(
        [
          { ...old, person: young.person },
          { ...young, person },
        ],
        sessions,
        policy({ waiting: 0 }),
      ),
    ).toEqual([['young', 'day 3']]);
  });

  it('keeps places for a branch, helpers for one session at a time, and caps for a person, over mornings', () => {
    const first = need({ id: 'first', personKey: 1 });
    const later = need({ id: 'later', personKey: 1, submittedAt: now + HOUR });
    const capped = { ...DEFAULT_WEIGHTS, caps: [{ category: 'HAIRCUT', times: 1, days: 30 }] };
    expect(lived([first, later], [onDay(1), onDay(4)], capped)).toEqual([['first', 'day 1']]);
    const sameHour = { time: onDay(4).time, resourceKeys: ['barber'] };
    const shared = [onDay(4, { ...sameHour, id: 'a' }), onDay(4, { ...sameHour, id: 'b' })];
    expect(lived([first, { ...later, personKey: 2 }], shared)).toHaveLength(1);
    const kept = onDay(4, { capacity: 3, free: 3, quotas: [{ branchId: 'b2', places: 1 }] });
    const many = ['x', 'y', 'z'].map((id, i) => need({ id, submittedAt: now + i * DAY - HOUR }));
    expect(lived(many, [kept])).toHaveLength(2);
  });

  it('lets waiting count for as long as it had been, so that weights of it can be compared', () => {
    const waits = need({ id: 'waits', submittedAt: now - 5 * DAY, person: { ...person, birthDate: '1990-01-01' } });
    const fresh = need({ id: 'fresh', submittedAt: now + 2 * DAY });
    const sessions = [onDay(8, { knownFrom: now + 3 * DAY })];
    const plan = { ...planInput([waits, fresh], sessions), weights: policy({ waiting: 1, leftOut: { each: 0, max: 0 } }) };
    const doubled = policy({ waiting: 4, leftOut: { each: 0, max: 0 } });
    const { total, gaining, losing, supply } = simulate({ plan, mornings: MORNINGS, changes: [], weights: doubled });
    expect([gaining, losing]).toEqual([['waits'], ['fresh']]);
    expect([total.before.served, total.after.served]).toEqual([1, 1]);
    expect(supply).toEqual([{ categoryCode: 'HAIRCUT', before: { free: 1, used: 1 }, after: { free: 1, used: 1 } }]);
  });
});
