import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { createSchema } from '../../src/app.js';
import type { Actor } from '../../src/kernel/actor.js';
import { newId } from '../../src/kernel/ids.js';
import { reserveCapacity } from '../../src/modules/offers/offers.service.js';
import { ACTORS, createAsk, gid, scopeOf } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { insertOffer, insertSession } from '../support/offers.js';
import { NOW, seedWorld, WORLD } from '../support/world.js';

const database = await createTestDatabase({ max: 8, quiet: ['session'] });
const ask = createAsk(createSchema(), database);
beforeAll(() => seedWorld(database));

const TERMS = 'id version minimumAttendance branchQuotas { places branch { code } } resourceKeys quantity { capacity }';
const ERRORS = 'userErrors { code path ... on InvalidInputError { rule limit } ... on RemainingError { remaining } }';
async function run(actor: Actor, name: string, input: object, what = `session { ${TERMS} }`) {
  const source = `mutation($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { ${what} ${ERRORS} } }`;
  const { data, errors } = await ask(actor, source, { input });
  expect(errors).toBeUndefined();
  return data?.[name];
}
const dated = { startsAt: new Date('2026-12-08T01:00Z'), endsAt: new Date('2026-12-08T03:00Z') };
const add = (actor: Actor, offerId: string, session: object) =>
  run(
    actor,
    'sessionsCreate',
    { offerId: gid('Offer', offerId), sessions: [session], idempotencyKey: randomUUID() },
    `sessions { ${TERMS} }`,
  );
const quota = (branchId: string, places: number) => ({ branchId: gid('Branch', branchId), places });

describe('the terms of a session', () => {
  it('are said by its organization and changed later, but for the resources that promises go by', async () => {
    const { id: offerId } = await insertOffer(database, { organizationId: WORLD.clinic });
    const terms = { minimumAttendance: 3, branchQuotas: [quota(WORLD.branch2, 2)], resourceKeys: ['room-2', 'room-2', 'dr1'] };
    for (const actor of [ACTORS.barber, ACTORS.secretary1, ACTORS.daughter])
      expect((await add(actor, offerId, { ...dated, capacity: 5, ...terms })).userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
    const made = await add(ACTORS.clinic, offerId, { ...dated, capacity: 5, ...terms });
    expect(made).toMatchObject({
      userErrors: [],
      sessions: [
        { minimumAttendance: 3, branchQuotas: [{ places: 2, branch: { code: 'B2' } }], resourceKeys: ['room-2', 'dr1'] },
      ],
    });
    const [{ id: sessionId }] = made.sessions;
    const change = { sessionId, expectedVersion: 1, minimumAttendance: null, resourceKeys: ['room-3'] };
    for (const actor of [ACTORS.barber, ACTORS.secretary1])
      expect((await run(actor, 'sessionUpdate', change)).userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
    expect((await run(ACTORS.clinic, 'sessionUpdate', change)).session).toMatchObject({
      version: 2,
      minimumAttendance: 0,
      branchQuotas: [{ places: 2 }],
      resourceKeys: ['room-3'],
    });
    await database.owner`update session set reserved = 1 where offer_id = ${offerId}`;
    const promised = { sessionId, expectedVersion: 2 };
    expect((await run(ACTORS.clinic, 'sessionUpdate', { ...promised, resourceKeys: [] })).userErrors).toMatchObject([
      { path: ['resourceKeys'], rule: 'NOT_ALLOWED' },
    ]);
    expect(
      (await run(ACTORS.clinic, 'sessionUpdate', { ...promised, minimumAttendance: 2, branchQuotas: [] })).session,
    ).toMatchObject({ minimumAttendance: 2, branchQuotas: [], resourceKeys: ['room-3'] });
  });

  it.each([
    ['a minimum above the capacity', { minimumAttendance: 6 }, ['minimumAttendance'], 'MAX'],
    ['a minimum below nobody', { minimumAttendance: -1 }, ['minimumAttendance'], 'MIN'],
    [
      'a minimum on request',
      { ...dated, startsAt: null, endsAt: null, minimumAttendance: 1 },
      ['minimumAttendance'],
      'NOT_ALLOWED',
    ],
    ['a room on request', { startsAt: null, endsAt: null, resourceKeys: ['room'] }, ['resourceKeys'], 'NOT_ALLOWED'],
    ['quotas above the capacity', { branchQuotas: [quota(WORLD.branch1, 3), quota(WORLD.branch2, 3)] }, ['branchQuotas'], 'MAX'],
    ['a quota of nothing', { branchQuotas: [quota(WORLD.branch1, 0)] }, ['branchQuotas', '0', 'places'], 'MIN'],
    [
      'one branch twice',
      { branchQuotas: [quota(WORLD.branch1, 1), quota(WORLD.branch1, 1)] },
      ['branchQuotas', '1', 'branchId'],
      'NOT_ALLOWED',
    ],
    ['a name of a person', { resourceKeys: ['ok', '王师傅'] }, ['resourceKeys', '1'], 'BAD_FORMAT'],
    ['a word of 25 letters', { resourceKeys: ['a'.repeat(25)] }, ['resourceKeys', '0'], 'BAD_FORMAT'],
    ['eleven words', { resourceKeys: Array.from({ length: 11 }, (_, i) => `room-${i}`) }, ['resourceKeys'], 'TOO_MANY'],
  ])('refuse %s', async (_what, terms, path, rule) => {
    const { id } = await insertOffer(database, { organizationId: WORLD.clinic });
    const { sessions, userErrors } = await add(ACTORS.clinic, id, { ...dated, capacity: 5, ...terms });
    expect(sessions).toEqual([]);
    expect(userErrors).toContainEqual(expect.objectContaining({ path: ['sessions', '0', ...path], rule }));
  });

  it('keep places only for branches of the service area', async () => {
    const barbers = await insertOffer(database);
    const narrow = await insertOffer(database, { organizationId: WORLD.clinic, branchIds: [WORLD.branch1] });
    const path = ['sessions', '0', 'branchQuotas', '0', 'branchId'];
    for (const [actor, { id }] of [
      [ACTORS.barber, barbers],
      [ACTORS.clinic, narrow],
    ] as const) {
      const of = (branchId: string) => ({ ...dated, capacity: 5, branchQuotas: [quota(branchId, 1)] });
      expect((await add(actor, id, of(WORLD.branch2))).userErrors).toMatchObject([{ path, rule: 'NOT_ALLOWED' }]);
      expect((await add(actor, id, of(newId()))).userErrors).toMatchObject([{ path, rule: 'NOT_ALLOWED' }]);
      expect((await add(actor, id, of(WORLD.branch1))).userErrors).toEqual([]);
    }
    const room = { ...dated, capacity: 5, branchQuotas: [{ branchId: gid('Building', WORLD.building1), places: 1 }] };
    expect((await add(ACTORS.barber, barbers.id, room)).userErrors).toMatchObject([{ code: 'INVALID_ID', path }]);
  });

  it('hold the capacity up', async () => {
    const { id: offerId } = await insertOffer(database, { organizationId: WORLD.clinic });
    const { id } = await insertSession(database, {
      offerId,
      ...dated,
      minimumAttendance: 4,
      branchQuotas: [{ branchId: WORLD.branch2, places: 6 }],
    });
    const input = { sessionId: gid('Session', id), expectedVersion: 1, reason: 'STAFF_SHORTAGE' };
    expect((await run(ACTORS.clinic, 'sessionCapacityChange', { ...input, capacity: 5 })).userErrors).toMatchObject([
      { path: ['capacity'], rule: 'MIN', limit: 6 },
    ]);
    expect((await run(ACTORS.clinic, 'sessionCapacityChange', { ...input, capacity: 6 })).userErrors).toEqual([]);
  });

  it('tell what they take up to the organization and to staff of its branches only', async () => {
    const { id: offerId } = await insertOffer(database);
    const { id } = await insertSession(database, { offerId, ...dated, resourceKeys: ['chair-1'], minimumAttendance: 2 });
    const source = 'query($id: ID!) { session(id: $id) { minimumAttendance resourceKeys } }';
    for (const [name, actor] of Object.entries(ACTORS)) {
      const { data, errors } = await ask(actor, source, { id: gid('Session', id) });
      expect(errors).toBeUndefined();
      const sees = ['admin', 'secretary1', 'officer', 'barber'].includes(name);
      expect([name, data?.session]).toEqual([name, { minimumAttendance: 2, resourceKeys: sees ? ['chair-1'] : null }]);
    }
    const list =
      'query($id: ID!) { sessions(filter: { offerId: $id }) { edges { node { resourceKeys branchQuotas { branch { code } } } } } }';
    const counts: number[] = [];
    for (const more of [0, 20]) {
      for (let i = 0; i < more; i++)
        await insertSession(database, { offerId, ...dated, branchQuotas: [{ branchId: WORLD.branch1, places: 1 }] });
      database.statements();
      await ask(ACTORS.secretary1, list, { id: gid('Offer', offerId) });
      counts.push(database.statements().length);
    }
    // The branches that quotas name are one statement more, however many there are.
    expect(counts[1]).toBeLessThanOrEqual(counts[0]! + 1);
  });
});

describe('places kept for a branch', () => {
  const take = (sessionId: string, branchId: string, quantity = 1) =>
    scopeOf(database, ACTORS.admin).transaction(tx => reserveCapacity(tx, { sessionId, branchId, quantity }));
  async function shared(capacity: number, places: number) {
    const { id: offerId } = await insertOffer(database, { organizationId: WORLD.clinic });
    const branchQuotas = [{ branchId: WORLD.branch2, places }];
    return (await insertSession(database, { offerId, ...dated, capacity, branchQuotas })).id;
  }
  /** A promise to a resident of a branch, as acceptances write it beside the places that they take. */
  async function promise(sessionId: string, branchId: string, state = 'ACCEPTED') {
    const [need, id] = [newId(), newId()];
    await database.owner`insert into need (community_id, id, number, branch_id, category_code, beneficiary_kind, requester_kind, channel, state, urgency, quantity, modes, submitted_at)
      values (${WORLD.community}, ${need}, ${need}, ${branchId}, 'HAIRCUT', 'GROUP', 'OFFICER', 'COUNTER', 'OPEN', 'P3', 1, '{ON_SITE}', ${NOW})`;
    await database.owner`insert into referral (community_id, id, number, need_id, session_id, organization_id, branch_id, origin, state, quantity, reason, created_at)
      values (${WORLD.community}, ${id}, ${id}, ${need}, ${sessionId}, ${WORLD.clinic}, ${branchId}, 'CLAIM', ${state}, 1, 'OTHER', ${NOW})`;
    await database.owner`update session set reserved = reserved + 1 where id = ${sessionId}`;
  }
  const refused = (remaining: number) => ({ ok: false, failure: { code: 'CAPACITY_EXCEEDED', remaining } });

  it('are promised to nobody else, however many places are free', async () => {
    const id = await shared(5, 3);
    expect(await take(id, WORLD.branch1, 3)).toEqual(refused(2));
    expect(await take(id, WORLD.branch1, 9)).toEqual(refused(2));
    expect(await take(id, WORLD.branch1, 2)).toMatchObject({ ok: true });
    expect(await take(id, WORLD.branch1)).toEqual(refused(0));
    expect(await take(id, WORLD.branch2, 3)).toMatchObject({ ok: true });
  });

  it('count what the branch was promised already, not what fell through', async () => {
    const id = await shared(5, 3);
    await promise(id, WORLD.branch2);
    expect(await take(id, WORLD.branch1, 3)).toEqual(refused(2));
    await promise(id, WORLD.branch2, 'FAILED');
    await database.owner`update session set reserved = 1 where id = ${id}`;
    expect(await take(id, WORLD.branch1, 2)).toMatchObject({ ok: true });
    expect(await take(id, WORLD.branch2, 2)).toMatchObject({ ok: true });
  });

  it('are never taken by forty who come at once', async () => {
    const id = await shared(10, 4);
    const taken = await Promise.all(Array.from({ length: 40 }, () => take(id, WORLD.branch1)));
    expect(taken.filter(({ ok }) => ok)).toHaveLength(6);
    const [row] = await database.owner`select reserved::int from session where id = ${id}`;
    expect(row).toEqual({ reserved: 6 });
  });
});
