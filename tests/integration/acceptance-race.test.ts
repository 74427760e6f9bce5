import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { acceptProposal, changeReferral } from '../../src/modules/referrals/referrals.service.js';
import { ACTORS, scopeOf } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { insertProposals } from '../support/proposals.js';
import { seedWorld, WORLD } from '../support/world.js';

const PLACES = 10;
const CALLERS = 200;
/** A count that is read and then written gives 23 of 10 places away in the first of them. */
const ROUNDS = 15;
const database = await createTestDatabase({ max: 6 });
beforeAll(() => seedWorld(database));

const accept = (matchId: string, idempotencyKey: string = randomUUID()) =>
  acceptProposal(scopeOf(database, ACTORS.clinic), { matchId, idempotencyKey });
const stateOf = async (sessionId: string) => {
  const [row] =
    await database.owner`select s.reserved::int, (select count(*)::int from referral r where r.session_id = s.id and r.state in ('ACCEPTED', 'IN_PROGRESS', 'ON_HOLD')) as live,
    (select coalesce(sum(n.committed), 0)::int from need n join match m on m.need_id = n.id and m.community_id = n.community_id where m.session_id = s.id) as committed,
    (select count(*)::int from match m where m.session_id = s.id and m.state = 'ACCEPTED') as matched
    from session s where s.community_id = ${WORLD.community} and s.id = ${sessionId}`;
  return row;
};

describe('acceptances at once', () => {
  it(`of ${PLACES} places by ${CALLERS} callers, ${ROUNDS} rounds: never one more, never one fewer`, {
    timeout: 300_000,
  }, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const { sessionId, matchIds } = await insertProposals(database, { capacity: PLACES, count: CALLERS });
      const results = await Promise.all(matchIds.map(id => accept(id)));
      expect(results.filter(({ ok }) => ok)).toHaveLength(PLACES);
      expect(new Set(results.map(result => (result.ok ? 'OK' : result.failure.code)))).toEqual(
        new Set(['OK', 'CAPACITY_EXCEEDED']),
      );
      expect(await stateOf(sessionId)).toEqual({ reserved: PLACES, live: PLACES, committed: PLACES, matched: PLACES });
    }
  });

  it('mixed with cancellations keep places, needs and referrals equal', { timeout: 120_000 }, async () => {
    const { sessionId, matchIds } = await insertProposals(database, { capacity: PLACES, count: 60 });
    await Promise.all(
      matchIds.map(async (id, i) => {
        const result = await accept(id);
        if (result.ok && i % 2) {
          const cancelled = await changeReferral(scopeOf(database, ACTORS.clinic), 'CANCELLED', {
            referralId: result.value.id,
            expectedVersion: 1,
            reason: 'STAFF_SHORTAGE',
          });
          expect(cancelled.ok).toBe(true);
        }
      }),
    );
    const after = await stateOf(sessionId);
    expect(after?.reserved).toBe(after?.live);
    expect(after?.committed).toBe(after?.live);
    expect(after?.reserved).toBeLessThanOrEqual(PLACES);
  });

  it('of one proposal by many callers make one referral, with one key or with many', async () => {
    const { matchIds } = await insertProposals(database, { capacity: 5, count: 2 });
    const [first = '', second = ''] = matchIds;
    const key = randomUUID();
    const same = await Promise.all(Array.from({ length: 20 }, () => accept(first, key)));
    expect(new Set(same.map(result => (result.ok ? result.value.id : result.failure.code))).size).toBe(1);
    expect(same[0]?.ok).toBe(true);
    const many = await Promise.all(Array.from({ length: 20 }, () => accept(second)));
    expect(many.filter(({ ok }) => ok)).toHaveLength(1);
    expect(many.filter(({ ok }) => !ok)).toMatchObject(
      Array.from({ length: 19 }, () => ({ failure: { code: 'INVALID_STATE' } })),
    );
  });
});
