import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildSchema } from '../../src/graphql/schema.js';
import type { Actor } from '../../src/kernel/actor.js';
import { newId } from '../../src/kernel/ids.js';
import { allianceResolvers } from '../../src/modules/alliance/alliance.mutations.graphql.js';
import { offersResolvers } from '../../src/modules/offers/offers.mutations.graphql.js';
import { taxonomyResolvers } from '../../src/modules/taxonomy/taxonomy.graphql.js';
import { territoryResolvers } from '../../src/modules/territory/territory.graphql.js';
import { ACTORS, createAsk, gid } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { insertOffer, insertSession } from '../support/offers.js';
import { seedWorld, WORLD } from '../support/world.js';

const database = await createTestDatabase();
const ask = createAsk(
  buildSchema([...territoryResolvers, ...allianceResolvers, ...taxonomyResolvers, ...offersResolvers]),
  database,
);
beforeAll(() => seedWorld(database));

const ERRORS =
  'userErrors { code path ... on InvalidInputError { rule limit } ... on StaleVersionError { currentVersion } ... on RemainingError { remaining } ... on IncompleteError { missing } ... on InvalidStateError { from to } }';
const SESSION =
  'id state place version cancelReason time { startsAt endsAt } quantity { capacity reserved remaining unit } capacityStatus';
async function run(actor: Actor, name: string, input: object) {
  const what = name === 'sessionsCreate' ? 'sessions' : 'session';
  const source = `mutation($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { ${what} { ${SESSION} } ${ERRORS} } }`;
  const answer = await ask(actor, source, { input });
  expect(answer.errors).toBeUndefined();
  return answer.data?.[name];
}
const at = (day: string, hour = '01:00') => new Date(`2026-${day}T${hour}:00Z`);
const span = (day: string) => ({ startsAt: at(day), endsAt: at(day, '03:00') });
const add = (actor: Actor, offerId: string, sessions: object[], idempotencyKey: string = randomUUID()) =>
  run(actor, 'sessionsCreate', { offerId: gid('Offer', offerId), sessions, idempotencyKey });

describe('adding sessions', () => {
  it('answers a repeated call with what the first one made, also when more were added meanwhile', async () => {
    const { id } = await insertOffer(database);
    const key = randomUUID();
    const sessions = [{ ...span('12-08'), capacity: 5 }, { capacity: 2 }, { ...span('12-01'), capacity: 1 }];
    const first = await add(ACTORS.barber, id, sessions, key);
    expect(first.sessions).toMatchObject([{ quantity: { capacity: 5 } }, { time: null }, { quantity: { capacity: 1 } }]);
    await add(ACTORS.barber, id, [{ capacity: 9 }]);
    expect(await add(ACTORS.barber, id, sessions, key)).toEqual(first);
    expect((await add(ACTORS.barber, id, [{ capacity: 5 }], key)).userErrors).toMatchObject([{ code: 'IDEMPOTENCY_KEY_REUSED' }]);
    const [count] = await database.owner`select count(*)::int from session where offer_id = ${id}`;
    expect(count).toEqual({ count: 4 });
  });

  it('is for its own organization and offers that are not over', async () => {
    const { id } = await insertOffer(database);
    for (const actor of [ACTORS.clinic, ACTORS.secretary1, ACTORS.officer, ACTORS.daughter])
      expect((await add(actor, id, [{ capacity: 1 }])).userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
    const draft = await insertOffer(database, { state: 'DRAFT', validFrom: null, validUntil: null });
    expect((await add(ACTORS.secretary1, draft.id, [{ capacity: 1 }])).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect((await add(ACTORS.barber, draft.id, [{ capacity: 1 }])).userErrors).toEqual([]);
    for (const over of [{ state: 'WITHDRAWN' as const }, { validUntil: '2026-11-30' }]) {
      const ended = await insertOffer(database, over);
      expect((await add(ACTORS.barber, ended.id, [{ capacity: 1 }])).userErrors).toMatchObject([{ code: 'INVALID_STATE' }]);
    }
  });

  const year = (day: string, until: string) => ({ startsAt: new Date(`${day}Z`), endsAt: new Date(`${until}Z`), capacity: 1 });
  it.each([
    ['before the offer holds', { ...span('12-07'), capacity: 1 }, 'startsAt', 'NOT_ALLOWED'],
    ['after its last day', year('2026-12-31T15:00', '2026-12-31T16:01'), 'endsAt', 'NOT_ALLOWED'],
    ['longer than a month', year('2026-12-08T00:00', '2027-01-09T00:00'), 'endsAt', 'MAX'],
    ['without an end', { startsAt: at('12-09'), capacity: 1 }, 'endsAt', 'REQUIRED'],
    ['without length', { startsAt: at('12-09'), endsAt: at('12-09'), capacity: 1 }, 'endsAt', 'ENDS_BEFORE_START'],
    ['for nobody', { capacity: 0 }, 'capacity', 'MIN'],
    ['for less than nobody', { capacity: -1 }, 'capacity', 'MIN'],
    ['at a place of NUL', { capacity: 1, place: 'a\u0000' }, 'place', 'BAD_FORMAT'],
    ['at a place of 101 characters', { capacity: 1, place: '处'.repeat(101) }, 'place', 'TOO_LONG'],
  ])('refuses one %s', async (_what, session, field, rule) => {
    const { id } = await insertOffer(database, { validFrom: '2026-12-08', validUntil: '2026-12-31' });
    const answer = await add(ACTORS.barber, id, [{ capacity: 1 }, session]);
    expect(answer.sessions).toEqual([]);
    expect(answer.userErrors).toContainEqual(expect.objectContaining({ path: ['sessions', '1', field], rule }));
    expect(await database.owner`select 1 from session where offer_id = ${id}`).toHaveLength(0);
  });

  it('takes 100 at once and no more, up to the very end of the last day, and the largest capacity there is', async () => {
    const { id } = await insertOffer(database, { validFrom: '2026-12-08', validUntil: '2026-12-31' });
    const many = Array.from({ length: 101 }, () => ({ capacity: 1 }));
    expect((await add(ACTORS.barber, id, many)).userErrors).toMatchObject([{ path: ['sessions'], rule: 'TOO_MANY', limit: 100 }]);
    expect((await add(ACTORS.barber, id, many.slice(1))).sessions).toHaveLength(100);
    const last = { ...year('2026-12-31T15:00', '2026-12-31T16:00'), capacity: Number.MAX_SAFE_INTEGER };
    expect((await add(ACTORS.barber, id, [last])).sessions).toMatchObject([{ quantity: { remaining: Number.MAX_SAFE_INTEGER } }]);
    expect((await add(ACTORS.barber, id, [{ capacity: 1, buildingId: gid('Building', newId()) }])).userErrors).toMatchObject([
      { code: 'NOT_FOUND', path: ['sessions', '0', 'buildingId'] },
    ]);
    expect((await add(ACTORS.barber, id, [{ capacity: 1, buildingId: gid('Branch', WORLD.branch1) }])).userErrors).toMatchObject([
      { code: 'INVALID_ID', path: ['sessions', '0', 'buildingId'] },
    ]);
  });
});

describe('changing a session', () => {
  it('moves it while nothing is promised, once per version', async () => {
    const { id: offerId } = await insertOffer(database);
    const { id } = await insertSession(database, { offerId, ...span('12-10') });
    const input = { sessionId: gid('Session', id), expectedVersion: 1, ...span('12-11') };
    for (const actor of [ACTORS.clinic, ACTORS.secretary1, ACTORS.daughter])
      expect((await run(actor, 'sessionUpdate', input)).userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
    const both = await Promise.all([1, 2].map(() => run(ACTORS.barber, 'sessionUpdate', input)));
    expect(both.filter(({ session }) => session)).toMatchObject([
      { session: { time: { startsAt: '2026-12-11T01:00:00.000Z' }, version: 2 } },
    ]);
    expect(both.flatMap(({ userErrors }) => userErrors)).toMatchObject([{ code: 'STALE_VERSION', currentVersion: 2 }]);
    const outside = {
      sessionId: input.sessionId,
      expectedVersion: 2,
      startsAt: new Date('2027-04-01T01:00Z'),
      endsAt: new Date('2027-04-01T02:00Z'),
    };
    expect((await run(ACTORS.barber, 'sessionUpdate', outside)).userErrors).toMatchObject([
      { path: ['endsAt'], rule: 'NOT_ALLOWED' },
    ]);
    const request = { sessionId: input.sessionId, expectedVersion: 2, startsAt: null, endsAt: null };
    expect((await run(ACTORS.barber, 'sessionUpdate', request)).session).toMatchObject({ time: null, version: 3 });
  });

  it('writes why to the log, as a code', async () => {
    const { id: offerId } = await insertOffer(database);
    const { id } = await insertSession(database, { offerId });
    const sessionId = gid('Session', id);
    await run(ACTORS.barber, 'sessionCapacityChange', { sessionId, expectedVersion: 1, capacity: 8, reason: 'STAFF_SHORTAGE' });
    await run(ACTORS.barber, 'sessionCancel', { sessionId, expectedVersion: 2, reason: 'WEATHER' });
    expect(await database.owner`select kind, reason from event where subject_id = ${id} order by id`).toEqual([
      { kind: 'SESSION_RESIZED', reason: 'STAFF_SHORTAGE' },
      { kind: 'SESSION_CANCELLED', reason: 'WEATHER' },
    ]);
    const again = { sessionId, expectedVersion: 3, capacity: 9, reason: 'OTHER' };
    expect((await run(ACTORS.barber, 'sessionCapacityChange', again)).userErrors).toMatchObject([
      { code: 'INVALID_STATE', from: 'CANCELLED' },
    ]);
  });

  it('says what its organization may do with it now, and others nothing', async () => {
    const { id: offerId } = await insertOffer(database);
    const { id } = await insertSession(database, { offerId });
    const taken = await insertSession(database, { offerId, reserved: 1 });
    const may = async (actor: Actor, sessionId: string) =>
      (await ask(actor, 'query($id: ID!) { session(id: $id) { availableTransitions } }', { id: gid('Session', sessionId) })).data
        ?.session.availableTransitions;
    for (const actor of [ACTORS.barber, ACTORS.admin]) expect(await may(actor, id)).toEqual(['CANCELLED']);
    for (const actor of [ACTORS.anonymous, ACTORS.clinic, ACTORS.secretary1]) expect(await may(actor, id)).toEqual([]);
    expect(await may(ACTORS.barber, taken.id)).toEqual([]);
  });

  it('called off is seen by its organization and staff only, by any route', async () => {
    const { id: offerId } = await insertOffer(database);
    const { id } = await insertSession(database, { offerId, state: 'CANCELLED', cancelReason: 'WEATHER' });
    const source = `query($id: ID!, $offer: ID!) { node(id: $id) { id } session(id: $id) { cancelReason }
      sessions(filter: { offerId: $offer, withCancelled: true }) { totalCount } offer(id: $offer) { sessions { edges { node { id } } } } }`;
    for (const [name, actor] of Object.entries(ACTORS)) {
      const { data } = await ask(actor, source, { id: gid('Session', id), offer: gid('Offer', offerId) });
      const sees = ['admin', 'secretary1', 'officer', 'barber'].includes(name);
      expect([name, data?.node !== null, data?.session?.cancelReason ?? null, data?.sessions.totalCount]).toEqual([
        name,
        sees,
        sees ? 'WEATHER' : null,
        sees ? 1 : 0,
      ]);
      expect(data?.offer.sessions.edges).toEqual([]);
    }
  });
});

describe('lists of sessions', () => {
  const LIST = `query($filter: SessionFilterInput, $first: Int, $after: String, $last: Int, $before: String) {
    sessions(filter: $filter, first: $first, after: $after, last: $last, before: $before) { totalCount edges { cursor node { place } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
  const page = async (variables: object) => {
    const { data, errors } = await ask(ACTORS.anonymous, LIST, variables as Record<string, unknown>);
    expect(errors).toBeUndefined();
    return data?.sessions;
  };
  const places = async (filter: object) => {
    const list = await page({ filter, first: 100 });
    const found = list.edges.map(({ node }: { node: { place: string } }) => node.place);
    expect(list.totalCount).toBe(found.length);
    return found.join('');
  };

  beforeAll(async () => {
    await database.owner`delete from session`;
    await database.owner`delete from offer`;
    const hair = await insertOffer(database);
    const clinic = await insertOffer(database, {
      organizationId: WORLD.clinic,
      categoryCode: 'FREE_CLINIC',
      branchIds: [WORLD.branch2],
    });
    const later = await insertOffer(database, { validFrom: '2027-02-01' });
    const hidden = await insertOffer(database, { state: 'PAUSED' });
    await insertSession(database, { offerId: clinic.id, place: '辛' });
    await insertSession(database, { offerId: later.id, place: '壬' });
    await insertSession(database, { offerId: hair.id, place: '丁', ...span('12-20') });
    await insertSession(database, { offerId: hair.id, place: '甲', startsAt: at('11-20'), endsAt: at('12-02') });
    await insertSession(database, { offerId: clinic.id, place: '丙', ...span('12-10'), capacity: 3, reserved: 3 });
    await insertSession(database, { offerId: hair.id, place: '乙', ...span('12-10'), reserved: 9 });
    await insertSession(database, { offerId: hair.id, place: '停', ...span('12-12'), state: 'CANCELLED' });
    await insertSession(database, { offerId: hidden.id, place: '隐', ...span('12-12') });
  });

  it('are ordered by start with those on request last, and filtered', async () => {
    expect(await places({})).toBe('甲丙乙丁辛壬');
    expect(await places({ withCancelled: true })).toBe('甲丙乙丁辛壬');
    expect(await places({ withFreePlaces: true })).toBe('甲乙丁辛壬');
    expect(await places({ categories: ['MEDICAL_ACCESS'] })).toBe('丙辛');
    expect(await places({ branchId: gid('Branch', WORLD.branch1) })).toBe('甲乙丁壬');
    expect(await places({ branchId: gid('Branch', WORLD.branch2) })).toBe('丙辛');
    expect(await places({ organizationId: gid('Organization', WORLD.barber) })).toBe('甲乙丁壬');
    expect(await places({ organizationId: gid('Organization', WORLD.stranger) })).toBe('');
  });

  it('of a span are those that overlap it, the end not included', async () => {
    expect(await places({ from: at('12-01'), until: at('12-20') })).toBe('甲丙乙辛');
    expect(await places({ from: at('12-02') })).toBe('丙乙丁辛壬');
    expect(await places({ until: at('12-10') })).toBe('甲辛');
    expect(await places({ from: new Date('2027-02-01T00:00Z'), until: new Date('2027-03-01T00:00Z') })).toBe('辛壬');
    expect(await places({ from: new Date('2027-04-01T00:00Z') })).toBe('');
    expect(await places({ from: new Date('1000-01-02T00:00Z'), until: new Date('9999-12-30T00:00Z') })).toBe('甲丙乙丁辛壬');
  });

  it('page through equal starts and open ends in both directions', async () => {
    const forward: string[] = [];
    for (let after: string | undefined, more = true; more; ) {
      const { edges, pageInfo } = await page({ first: 2, ...(after !== undefined && { after }) });
      forward.push(...edges.map(({ node }: { node: { place: string } }) => node.place));
      ({ endCursor: after, hasNextPage: more } = pageInfo);
    }
    expect(forward.join('')).toBe('甲丙乙丁辛壬');
    const backward: string[] = [];
    for (let before: string | undefined, more = true; more; ) {
      const { edges, pageInfo } = await page({ last: 4, ...(before !== undefined && { before }) });
      backward.unshift(...edges.map(({ node }: { node: { place: string } }) => node.place));
      ({ startCursor: before, hasPreviousPage: more } = pageInfo);
    }
    expect(backward.join('')).toBe('甲丙乙丁辛壬');
    const offers = (await ask(ACTORS.anonymous, '{ offers(first: 1) { pageInfo { endCursor } } }')).data?.offers;
    for (const args of [{ first: 101 }, { first: -1 }, { after: offers.pageInfo.endCursor }])
      expect((await ask(ACTORS.anonymous, LIST, args)).errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
  });

  it('with offer, category, organization and places are read in one statement of any length', async () => {
    const source =
      'query($n: Int) { sessions(first: $n) { edges { node { time { startsAt } quantity { capacity reserved remaining unit } capacityStatus canReserve offer { title category { labelZh } organization { name } } } } } }';
    for (const n of [1, 6]) {
      database.statements();
      expect((await ask(ACTORS.anonymous, source, { n })).data?.sessions.edges).toHaveLength(n);
      expect(database.statements()).toHaveLength(1);
    }
  });

  it('read the index of their order instead of sorting', async () => {
    await database.owner`insert into session (community_id, id, offer_id, starts_at, ends_at, capacity, created_at)
      select ${WORLD.community}, gen_random_uuid(), o.id, t, t + interval '1 hour', 1, now() from offer o, generate_series(timestamptz '2026-12-01', '2027-03-01', interval '20 minutes') t where o.state = 'PUBLISHED'`;
    await database.owner`analyze session`;
    database.statements();
    await page({ first: 20, filter: { from: at('12-20') } });
    const [text] = database.statements().filter(sent => sent.includes('limit'));
    const plan = await database.owner.begin(async tx => {
      await tx`set local plan_cache_mode = force_generic_plan`;
      await tx.unsafe(`prepare listed as ${text}`);
      const parameters = [...(text?.matchAll(/\$(\d+)/g) ?? [])].map(([, n]) => Number(n));
      return tx.unsafe(`explain execute listed(${Array.from({ length: Math.max(...parameters) }, () => 'null').join()})`);
    });
    expect(plan.map(row => row['QUERY PLAN']).join('\n')).toMatch(/Index Scan using session_by_start/);
  });
});

describe('what a session says of its places', () => {
  it.each([
    [{}, {}, 'CAPACITY', true],
    [{}, { reserved: 8 }, 'CAPACITY', false],
    [{}, { reserved: 10 }, 'NO_CAPACITY', false],
    [{ needsAssessment: true }, {}, 'ADDITIONAL_ASSESSMENT_REQUIRED', true],
    [{ needsAssessment: true }, { reserved: 10 }, 'NO_CAPACITY', false],
    [{ state: 'PAUSED' as const }, {}, 'NO_CAPACITY', false],
    [{ validUntil: '2026-11-30' }, {}, 'NO_CAPACITY', false],
    [{}, { state: 'CANCELLED' as const }, 'NO_CAPACITY', false],
    [{}, { startsAt: at('11-29'), endsAt: at('11-30') }, 'NO_CAPACITY', false],
  ])('%o with %o is %s', async (offerFields, fields, capacityStatus, canReserve) => {
    const offer = await insertOffer(database, offerFields);
    const { id } = await insertSession(database, { offerId: offer.id, ...fields });
    const { data } = await ask(
      ACTORS.barber,
      'query($id: ID!) { session(id: $id) { capacityStatus canReserve(quantity: 3) offer { capacityStatus } } }',
      { id: gid('Session', id) },
    );
    expect(data?.session).toEqual({ capacityStatus, canReserve, offer: { capacityStatus } });
  });

  it.each([0, -1, 11])('cannot give %i of ten', async quantity => {
    const offer = await insertOffer(database);
    const { id } = await insertSession(database, { offerId: offer.id });
    const { data } = await ask(
      ACTORS.anonymous,
      'query($id: ID!, $quantity: Quantity!) { session(id: $id) { canReserve(quantity: $quantity) } }',
      { id: gid('Session', id), quantity },
    );
    expect(data?.session.canReserve).toBe(false);
  });
});
