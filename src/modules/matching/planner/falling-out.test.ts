import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../bench/support/instances.js';
import { brokenBy, randomAwkward } from '../../../../tests/support/awkward.js';
import { DAY, HOUR, need, now, planInput, session } from '../../../../tests/support/facts.js';
import type { NeedFacts, SessionFacts } from './facts.js';
import { fallOut, type Proposable } from './falling-out.js';
import { computePlan } from './planning.js';
import { DEFAULT_WEIGHTS } from './scoring.js';

const later = (hours: number) => ({ startsAt: now + DAY + hours * HOUR, endsAt: now + DAY + (hours + 2) * HOUR });
const match = (id: string, one: Partial<NeedFacts>, other: Partial<SessionFacts>, quantity = 1): Proposable => ({
  id,
  need: need({ id: `need of ${id}`, ...one }),
  session: session({ id: 's', ...other }),
  quantity,
});
const reasons = (matches: readonly Proposable[], caps: Parameters<typeof fallOut>[1] = []) =>
  Object.fromEntries(fallOut(matches, caps));

describe('when a plan is published', () => {
  it('lets nothing fall out that a plan has just put together, on random estates', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const { needs, sessions, caps } = randomAwkward(createRandom(seed), 8, 5);
      const { matches } = computePlan(planInput(needs, sessions, { weights: { ...DEFAULT_WEIGHTS, caps } }));
      const proposed = matches.map(({ needId, sessionId, quantity }, i) => ({
        id: String(i),
        need: needs.find(({ id }) => id === needId)!,
        session: sessions.find(({ id }) => id === sessionId)!,
        quantity,
      }));
      expect(reasons(proposed, caps), `seed ${seed}`).toEqual({});
    }
  });

  it('keeps every rule with what is left, whatever was proposed', () => {
    const random = createRandom(9);
    const seen = new Set<string>();
    for (let round = 0; round < 300; round++) {
      const estate = randomAwkward(random, 8, 4);
      const free = new Map(estate.sessions.map(({ id, free: places }) => [id, places]));
      const proposed = estate.needs.flatMap((one): Proposable[] => {
        const other = estate.sessions[Math.floor(random() * estate.sessions.length)]!;
        if (free.get(other.id)! < one.open) return [];
        free.set(other.id, free.get(other.id)! - one.open);
        return [{ id: one.id, need: one, session: other, quantity: one.open }];
      });
      const out = fallOut(proposed, estate.caps);
      for (const reason of out.values()) seen.add(reason);
      const left = proposed
        .filter(({ id }) => !out.has(id))
        .map(({ need: { id: needId }, session: { id: sessionId }, quantity }) => ({ needId, sessionId, quantity }));
      expect(brokenBy(left, estate), `round ${round}`).toEqual([]);
    }
    expect([...seen].sort()).toEqual([
      'CAP_REACHED',
      'HELPER_BUSY',
      'MINIMUM_NOT_REACHED',
      'PERSON_BUSY',
      'RESERVED_FOR_OTHERS',
      'TOGETHER',
    ]);
  });

  it('goes on until the rest holds: one who is busy takes the minimum, the minimum takes the companion', () => {
    const held = match('first', { personKey: 1 }, { id: 'clinic', time: later(0) });
    const lecture = { id: 'lecture', time: later(1), minimum: 2, capacity: 9, free: 9 };
    expect(
      reasons([
        held,
        match('busy', { personKey: 1 }, lecture),
        match('she', { companion: { needId: 'need of he', sessionIds: [] } }, lecture),
        match('he', { companion: { needId: 'need of she', sessionIds: [] } }, { ...lecture, id: 'other', minimum: 3 }),
      ]),
    ).toEqual({ busy: 'PERSON_BUSY', she: 'MINIMUM_NOT_REACHED', he: 'MINIMUM_NOT_REACHED' });
  });

  it('counts what is promised towards a minimum, and asks for the whole portion', () => {
    expect(reasons([match('a', {}, { minimum: 2, capacity: 5, free: 4 })])).toEqual({});
    expect(reasons([match('a', { open: 4, minimum: 4 }, {}, 3)])).toEqual({ a: 'PORTION_TOO_SMALL' });
    const together = { companion: { needId: 'x', sessionIds: ['s'] } };
    expect(reasons([match('a', together, {})])).toEqual({});
    expect(reasons([match('a', together, { id: 'elsewhere' })])).toEqual({ a: 'TOGETHER' });
  });
});
