import { beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/kernel/ids.js';
import { fail, ok } from '../../src/kernel/result.js';
import { changeCapacity, releaseCapacity, reserveCapacity } from '../../src/modules/offers/offers.service.js';
import { ACTORS, scopeOf } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { NOW, seedWorld, WORLD } from '../support/world.js';

const ROUNDS = 25;
const PLACES = 10;
const CALLERS = 200;
const database = await createTestDatabase({ max: 12, quiet: ['session'] });
const scope = () => scopeOf(database, ACTORS.clinic);
const offerId = newId();
const c = WORLD.community;

beforeAll(async () => {
  await seedWorld(database);
  await database.owner`insert into offer (community_id, id, organization_id, category_code, title, state, modes, valid_from, valid_until, created_at)
    values (${c}, ${offerId}, ${WORLD.clinic}, 'HAIRCUT', '理发', 'PUBLISHED', '{ON_SITE}', '2026-11-01', '2027-03-31', ${NOW})`;
});

async function session(capacity: number, reserved = 0): Promise<string> {
  const id = newId();
  await database.owner`insert into session (community_id, id, offer_id, capacity, reserved, created_at) values (${c}, ${id}, ${offerId}, ${capacity}, ${reserved}, ${NOW})`;
  return id;
}
const stored = async (id: string) => {
  const [row] = await database.owner`select capacity::int, reserved::int from session where community_id = ${c} and id = ${id}`;
  return row;
};
const take = (id: string, quantity = 1) =>
  scope().transaction(tx => reserveCapacity(tx, { sessionId: id, branchId: WORLD.branch1, quantity }));
const give = (id: string, quantity = 1) =>
  scope().transaction(async tx => {
    await releaseCapacity(tx, id, quantity);
    return ok(null);
  });
const times = <T>(count: number, work: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => work(i)));

describe('places of a session', () => {
  it(`are taken exactly ${PLACES} times by ${CALLERS} callers at once, ${ROUNDS} rounds`, { timeout: 180_000 }, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const id = await session(PLACES);
      const results = await times(CALLERS, () => take(id));
      expect(results.filter(result => result.ok)).toHaveLength(PLACES);
      for (const result of results) if (!result.ok) expect(result.failure).toEqual({ code: 'CAPACITY_EXCEEDED', remaining: 0 });
      expect(await stored(id)).toEqual({ capacity: PLACES, reserved: PLACES });
    }
  });

  it('are never oversold by callers who take several at once', { timeout: 60_000 }, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const id = await session(PLACES);
      const wanted = (i: number) => (i % 4) + 1;
      const results = await times(40, i => take(id, wanted(i)));
      const taken = results.reduce((sum, result, i) => sum + (result.ok ? wanted(i) : 0), 0);
      expect(await stored(id)).toEqual({ capacity: PLACES, reserved: taken });
      expect(taken).toBe(PLACES);
    }
  });

  it('keep the sum while some take and some give back', { timeout: 60_000 }, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const id = await session(PLACES, 5);
      const taken = await times(80, async (i): Promise<number> => {
        if (i % 4 !== 0 || i >= 20) return (await take(id)).ok ? 1 : 0;
        await give(id);
        return -1;
      });
      const after = await stored(id);
      expect(after?.reserved).toBe(5 + taken.reduce((sum, n) => sum + n, 0));
      expect(after?.reserved).toBeLessThanOrEqual(PLACES);
    }
  });

  it('given back are never more than were taken', async () => {
    const id = await session(PLACES, 2);
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => give(id)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    expect(await stored(id)).toEqual({ capacity: PLACES, reserved: 0 });
    await expect(give(id, 1)).rejects.toThrow();
    await expect(give(id, 0)).resolves.toEqual(ok(null));
  });

  it('may be cut while others take them, never below what is promised', { timeout: 60_000 }, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const id = await session(20);
      const [cuts, takes] = await Promise.all([
        times(8, i => changeCapacity(scope(), { sessionId: id, expectedVersion: 1, capacity: i + 1, reason: 'STAFF_SHORTAGE' })),
        times(30, () => take(id)),
      ]);
      const after = await stored(id);
      expect(after?.reserved).toBe(takes.filter(result => result.ok).length);
      expect(after?.reserved).toBeLessThanOrEqual(after?.capacity ?? 0);
      const done = cuts.filter(result => result.ok);
      expect(done.length).toBeLessThanOrEqual(1);
      expect(after?.capacity).toBe(done[0]?.ok ? done[0].value.capacity : 20);
      for (const cut of cuts) if (!cut.ok) expect(['CAPACITY_EXCEEDED', 'STALE_VERSION']).toContain(cut.failure.code);
    }
  });

  it('come back when the transaction that took them fails', async () => {
    const id = await session(3);
    const result = await scope().transaction(async tx => {
      const taken = await reserveCapacity(tx, { sessionId: id, branchId: WORLD.branch1, quantity: 3 });
      return taken.ok ? fail({ code: 'FORBIDDEN' }) : taken;
    });
    expect(result).toEqual(fail({ code: 'FORBIDDEN' }));
    expect(await stored(id)).toEqual({ capacity: 3, reserved: 0 });
  });

  it.each([
    ['the offer is paused', "update offer set state = 'PAUSED'"],
    ['the offer is withdrawn', "update offer set state = 'WITHDRAWN'"],
    ['the offer has expired', "update offer set valid_until = '2026-11-30'"],
    ['the session is called off', "update session set state = 'CANCELLED'"],
  ])('are not given once %s, yet may be given back', async (_when, change) => {
    const id = await session(PLACES, 3);
    await database.owner.unsafe(change);
    expect(await take(id)).toEqual(fail({ code: 'CAPACITY_EXCEEDED', remaining: 0 }));
    expect((await give(id, 3)).ok).toBe(true);
    expect(await stored(id)).toEqual({ capacity: PLACES, reserved: 0 });
    await database.owner.unsafe("update offer set state = 'PUBLISHED', valid_until = '2027-03-31'");
    await database.owner.unsafe("update session set state = 'SCHEDULED'");
    expect((await take(id)).ok).toBe(true);
  });

  it('of another community cannot be touched', async () => {
    const id = await session(PLACES, 1);
    const elsewhere = () => scopeOf(database, ACTORS.clinic, { communityId: WORLD.otherCommunity });
    expect(
      await elsewhere().transaction(tx => reserveCapacity(tx, { sessionId: id, branchId: WORLD.branch1, quantity: 1 })),
    ).toEqual(fail({ code: 'CAPACITY_EXCEEDED', remaining: 0 }));
    await elsewhere()
      .transaction(async tx => ok(await releaseCapacity(tx, id, 1)))
      .catch(() => undefined);
    expect(await stored(id)).toEqual({ capacity: PLACES, reserved: 1 });
  });
});
