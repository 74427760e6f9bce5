import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildSchema } from '../../src/graphql/schema.js';
import type { Actor } from '../../src/kernel/actor.js';
import { allianceResolvers } from '../../src/modules/alliance/alliance.mutations.graphql.js';
import { offersResolvers } from '../../src/modules/offers/offers.mutations.graphql.js';
import { canSee, visibleTo } from '../../src/modules/offers/offers.policy.js';
import { offers } from '../../src/modules/offers/offers.table.js';
import { taxonomyResolvers } from '../../src/modules/taxonomy/taxonomy.graphql.js';
import { territoryResolvers } from '../../src/modules/territory/territory.graphql.js';
import { ACTORS, createAsk, gid } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { seedWorld, WORLD } from '../support/world.js';

const database = await createTestDatabase();
const ask = createAsk(
  buildSchema([...territoryResolvers, ...taxonomyResolvers, ...allianceResolvers, ...offersResolvers]),
  database,
);
beforeAll(() => seedWorld(database));

const errors = `userErrors { code path message ... on IncompleteError { missing } ... on StaleVersionError { currentVersion } ... on InvalidStateError { from to }
  ... on InvalidInputError { rule limit } ... on RemainingError { remaining } }`;
const offer =
  'offer { id title state version availableTransitions capacityStatus lastAssuredOn category { code } organization { name } }';
const session = 'session { id state version place quantity { capacity reserved remaining unit } capacityStatus }';
const MUTATION = (name: string, what: string) =>
  `mutation($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { ${what} ${errors} } }`;
const run = async (actor: Actor, name: string, input: object, what = name.startsWith('offer') ? offer : session) => {
  const answer = await ask(actor, MUTATION(name, what), { input });
  return answer.data?.[name] ?? answer;
};

const clinicId = gid('Organization', WORLD.clinic);
const complete = {
  organizationId: clinicId,
  categoryCode: 'FREE_CLINIC',
  title: '周六义诊(量血压)',
  description: '两位医生,请带医保卡',
  modes: ['ON_SITE'],
  validFrom: '2026-11-01',
  validUntil: '2027-01-31',
  filingNumber: 'F-2026-1',
  filingValidUntil: '2027-12-31',
  minAgeMonths: 720,
  careCategories: ['LIVING_ALONE'],
  eligibleBuildingIds: [gid('Building', WORLD.building1)],
  branchIds: [gid('Branch', WORLD.branch1)],
};
const create = (actor: Actor, input: object = complete) => run(actor, 'offerCreate', { idempotencyKey: randomUUID(), ...input });
const saturday = {
  startsAt: '2026-12-05T01:00:00Z',
  endsAt: '2026-12-05T04:00:00Z',
  capacity: 48,
  buildingId: gid('Building', WORLD.building1),
  place: '服务中心',
};
const addSessions = (actor: Actor, offerId: string, sessions: object[] = [saturday]) =>
  run(
    actor,
    'sessionsCreate',
    { offerId, sessions, idempotencyKey: randomUUID() },
    'sessions { id state version quantity { capacity remaining unit } time { startsAt } }',
  );

async function published(overrides: object = {}, sessions: object[] = [saturday]) {
  const made = (await create(ACTORS.clinic, { ...complete, ...overrides })).offer;
  const { sessions: added } = await addSessions(ACTORS.clinic, made.id, sessions);
  const shown = await run(ACTORS.clinic, 'offerPublish', { offerId: made.id, expectedVersion: made.version });
  expect(shown.userErrors).toEqual([]);
  return { ...shown.offer, sessions: added };
}

describe('an offer', () => {
  it('is drafted by its own organisation only', async () => {
    expect((await create(ACTORS.anonymous)).errors[0].extensions.code).toBe('UNAUTHENTICATED');
    for (const actor of [ACTORS.barber, ACTORS.secretary1, ACTORS.officer, ACTORS.daughter, ACTORS.subdistrict]) {
      expect((await create(actor)).userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
    }
    expect(await database.owner`select 1 from offer`).toHaveLength(0);
    expect((await create(ACTORS.clinic, { organizationId: clinicId })).offer).toMatchObject({
      state: 'DRAFT',
      version: 1,
      availableTransitions: ['PUBLISHED', 'WITHDRAWN'],
    });
  });

  it('as a draft is seen by nobody else, by any route', async () => {
    const { id } = (await create(ACTORS.clinic, { organizationId: clinicId, title: '秘密草稿' })).offer;
    const query = `query($id: ID!, $org: ID!, $branch: ID!) { node(id: $id) { id } offer(id: $id) { id } offers(first: 100) { edges { node { id } } }
      organization(id: $org) { offers(first: 100) { edges { node { id } } } } branch(id: $branch) { offers(first: 100) { edges { node { id } } } } }`;
    for (const [name, actor] of Object.entries(ACTORS)) {
      const { data } = await ask(actor, query, { id, org: clinicId, branch: gid('Branch', WORLD.branch1) });
      const lists = [data?.offers, data?.organization.offers, data?.branch.offers].map(list =>
        list.edges.some((edge: { node: { id: string } }) => edge.node.id === id),
      );
      const sees = name === 'clinic' || name === 'admin';
      expect([name, data?.node !== null, data?.offer !== null, ...lists]).toEqual([name, sees, sees, sees, sees, sees]);
    }
  });

  it('tells everything that is missing at once when it is published', async () => {
    const { id } = (await create(ACTORS.clinic, { organizationId: clinicId })).offer;
    const refused = await run(ACTORS.clinic, 'offerPublish', { offerId: id, expectedVersion: 1 });
    expect(refused).toMatchObject({
      offer: null,
      userErrors: [{ code: 'INCOMPLETE', missing: ['title', 'categoryCode', 'modes', 'validFrom', 'validUntil', 'sessions'] }],
    });
    const { id: unfiled } = (await create(ACTORS.clinic, { ...complete, filingNumber: null })).offer;
    expect((await run(ACTORS.clinic, 'offerPublish', { offerId: unfiled, expectedVersion: 1 })).userErrors[0].missing).toEqual([
      'filingNumber',
      'sessions',
    ]);
    const { id: strange } = (await create(ACTORS.stranger, { ...complete, organizationId: gid('Organization', WORLD.stranger) }))
      .offer;
    expect(
      (await run(ACTORS.stranger, 'offerPublish', { offerId: strange, expectedVersion: 1 })).userErrors[0].missing,
    ).toContain('membershipWithPactInForce');
  });

  it('is public once published; of two who publish at once one is told that it is stale', async () => {
    const made = (await create(ACTORS.clinic)).offer;
    await addSessions(ACTORS.clinic, made.id);
    const input = { offerId: made.id, expectedVersion: 1 };
    expect((await run(ACTORS.barber, 'offerPublish', input)).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect((await run(ACTORS.secretary1, 'offerPublish', input)).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    const both = await Promise.all([1, 2].map(() => run(ACTORS.clinic, 'offerPublish', input)));
    expect(both.filter(payload => payload.offer)).toMatchObject([
      { offer: { state: 'PUBLISHED', version: 2, capacityStatus: 'CAPACITY', lastAssuredOn: '2026-12-01' } },
    ]);
    expect(both.filter(payload => !payload.offer)).toMatchObject([
      { userErrors: [{ code: 'STALE_VERSION', currentVersion: 2 }] },
    ]);
    const { data } = await ask(
      ACTORS.anonymous,
      'query($id: ID!) { offer(id: $id) { title availableTransitions eligibility { minAgeMonths careCategories buildings { address } } serviceArea { code } validity { startsOn endsOn } filing { number } upcomingSessions { quantity { remaining unit } } } }',
      { id: made.id },
    );
    expect(data?.offer).toEqual({
      title: complete.title,
      availableTransitions: [],
      eligibility: { minAgeMonths: 720, careCategories: ['LIVING_ALONE'], buildings: [{ address: '9幢1单元' }] },
      serviceArea: [{ code: 'B1' }],
      validity: { startsOn: '2026-11-01', endsOn: '2027-01-31' },
      filing: { number: 'F-2026-1' },
      upcomingSessions: [{ quantity: { remaining: 48, unit: 'PERSON' } }],
    });
  });

  it('keeps, once published, what people were matched by', async () => {
    const { id, version } = await published();
    const update = (fields: object, expectedVersion = version) =>
      run(ACTORS.clinic, 'offerUpdate', { offerId: id, expectedVersion, ...fields });
    expect((await update({ minAgeMonths: 600, categoryCode: 'HAIRCUT' })).userErrors).toMatchObject([
      { path: ['categoryCode'], rule: 'NOT_ALLOWED' },
      { path: ['minAgeMonths'], rule: 'NOT_ALLOWED' },
    ]);
    expect((await update({ modes: [], validUntil: null })).userErrors).toMatchObject([
      { path: ['modes'], rule: 'REQUIRED' },
      { path: ['validUntil'], rule: 'REQUIRED' },
    ]);
    expect((await update({ title: '周六义诊' })).offer).toMatchObject({ title: '周六义诊', version: version + 1 });
  });

  it('pauses, resumes and ends, each with its reason', async () => {
    const { id, version } = await published();
    expect((await run(ACTORS.clinic, 'offerPause', { offerId: id, expectedVersion: version, reason: ' ' })).errors).toHaveLength(
      1,
    );
    const paused = (await run(ACTORS.clinic, 'offerPause', { offerId: id, expectedVersion: version, reason: 'STAFF_SHORTAGE' }))
      .offer;
    expect(paused).toMatchObject({
      state: 'PAUSED',
      capacityStatus: 'NO_CAPACITY',
      availableTransitions: ['PUBLISHED', 'WITHDRAWN'],
    });
    expect((await ask(ACTORS.anonymous, 'query($id: ID!) { offer(id: $id) { id } }', { id })).data?.offer).toBeNull();
    expect(
      (await ask(ACTORS.secretary1, 'query($id: ID!) { offer(id: $id) { state pauseReason } }', { id })).data?.offer,
    ).toEqual({ state: 'PAUSED', pauseReason: 'STAFF_SHORTAGE' });
    const again = (await run(ACTORS.clinic, 'offerPublish', { offerId: id, expectedVersion: paused.version })).offer;
    const ended = (
      await run(ACTORS.clinic, 'offerWithdraw', { offerId: id, expectedVersion: again.version, reason: 'ORGANIZATION_CHANGED' })
    ).offer;
    expect(ended).toMatchObject({ state: 'WITHDRAWN', availableTransitions: [] });
    expect((await run(ACTORS.clinic, 'offerPublish', { offerId: id, expectedVersion: ended.version })).userErrors).toMatchObject([
      { code: 'INVALID_STATE', from: 'WITHDRAWN' },
    ]);
  });

  it('expires by the calendar', async () => {
    const { id } = await published({ validUntil: '2026-12-31' });
    const later = { now: () => new Date('2026-12-31T16:00:00Z') };
    expect((await ask(ACTORS.clinic, 'query($id: ID!) { offer(id: $id) { state } }', { id }, later)).data?.offer).toEqual({
      state: 'EXPIRED',
    });
    expect((await ask(ACTORS.anonymous, 'query($id: ID!) { offer(id: $id) { state } }', { id }, later)).data?.offer).toBeNull();
    expect(
      (
        await ask(
          ACTORS.anonymous,
          'query($id: ID!) { offer(id: $id) { state } }',
          { id },
          { now: () => new Date('2026-12-31T15:59:00Z') },
        )
      ).data?.offer,
    ).toEqual({ state: 'PUBLISHED' });
  });

  it.each([
    [{ leadTimeMinutes: -1 }, { path: ['leadTimeMinutes'], rule: 'MIN' }],
    [{ costFen: -1 }, { path: ['costFen'], rule: 'MIN' }],
    [{ costFen: 100 }, { path: ['costFen'], rule: 'NOT_ALLOWED' }],
    [{ validFrom: '2027-02-01' }, { path: ['validUntil'], rule: 'ENDS_BEFORE_START' }],
    [{ title: '长'.repeat(81) }, { path: ['title'], rule: 'TOO_LONG', limit: 80 }],
    [{ title: 'a\u0000b' }, { path: ['title'], rule: 'BAD_FORMAT' }],
    [{ title: 'a\ud800b' }, { path: ['title'], rule: 'BAD_FORMAT' }],
    [{ description: 'x'.repeat(100_000) }, { path: ['description'], rule: 'TOO_LONG' }],
    [{ maxAgeMonths: 720 }, { path: ['maxAgeMonths'], rule: 'MIN', limit: 721 }],
    [{ categoryCode: 'NO_SUCH' }, { code: 'NOT_FOUND', path: ['categoryCode'] }],
    [{ branchIds: [gid('Branch', WORLD.otherBranch)] }, { code: 'NOT_FOUND', path: ['branchIds'] }],
    [{ branchIds: [gid('Building', WORLD.building1)] }, { code: 'INVALID_ID', path: ['branchIds'] }],
    [{ branchIds: ['x'] }, { code: 'INVALID_ID', path: ['branchIds'] }],
  ])('refuses what is wrong with field %# and writes nothing', async (wrong, error) => {
    const [before] = await database.owner`select count(*)::int from offer`;
    expect(await create(ACTORS.clinic, { ...complete, ...wrong })).toMatchObject({ offer: null, userErrors: [error] });
    expect((await database.owner`select count(*)::int from offer`)[0]).toEqual(before);
  });

  it('keeps emoji, quotes and markup as text', async () => {
    const title = `👵🏻 '; DROP TABLE offer; -- <b>`;
    expect((await create(ACTORS.clinic, { ...complete, title })).offer).toMatchObject({ title });
  });

  it.each([{ costFen: 1.5 }, { validFrom: '2026-02-30' }, { modes: ['FLYING'] }])(
    'is not even asked for with %j',
    async wrong => {
      expect((await create(ACTORS.clinic, { ...complete, ...wrong })).errors).toHaveLength(1);
    },
  );

  it('is made once per key, however often and at once it is asked', async () => {
    const input = { ...complete, title: '只此一次', idempotencyKey: randomUUID() };
    const all = await Promise.all(Array.from({ length: 20 }, () => run(ACTORS.clinic, 'offerCreate', input)));
    expect(new Set(all.map(payload => payload.offer?.id)).size).toBe(1);
    expect(await database.owner`select 1 from offer where title = '只此一次'`).toHaveLength(1);
    expect((await run(ACTORS.clinic, 'offerCreate', { ...input, title: '另一个' })).userErrors).toMatchObject([
      { code: 'IDEMPOTENCY_KEY_REUSED' },
    ]);
  });
});

describe('lists of offers', () => {
  it('find Chinese words of two characters, respect categories below, and take % for a percent sign', async () => {
    const { id } = await published({ title: '口腔检查百分百', description: '100% 免费' });
    const list = async (filter: object) => {
      const { data } = await ask(
        ACTORS.anonymous,
        'query($filter: OfferFilterInput) { offers(first: 100, filter: $filter) { totalCount edges { node { id } } } }',
        { filter },
      );
      expect(data?.offers.totalCount).toBe(data?.offers.edges.length);
      return data?.offers.edges.some((edge: { node: { id: string } }) => edge.node.id === id);
    };
    expect(await list({ text: '口腔' })).toBe(true);
    expect(await list({ text: '检查百' })).toBe(true);
    expect(await list({ text: '腔口' })).toBe(false);
    expect(await list({ text: '100%' })).toBe(true);
    expect(await list({ text: '10_%' })).toBe(false);
    expect(await list({ text: '口' })).toBe(true);
    expect(await list({ categories: ['MEDICAL_ACCESS'] })).toBe(true);
    expect(await list({ categories: ['HAIRCUT'] })).toBe(false);
    expect(await list({ branchId: gid('Branch', WORLD.branch1) })).toBe(true);
    expect(await list({ branchId: gid('Branch', WORLD.branch2) })).toBe(false);
    expect(await list({ branchId: gid('Branch', WORLD.otherBranch) })).toBe(false);
    expect(await list({ mode: 'HOME' })).toBe(false);
    expect(await list({ states: ['PUBLISHED'], validFrom: '2027-01-31' })).toBe(true);
    expect(await list({ validFrom: '2027-02-01' })).toBe(false);
  });

  it('cost the same number of statements whatever their length', async () => {
    const query =
      'query($n: Int) { offers(first: $n) { edges { node { title organization { name } category { labelZh } upcomingSessions { quantity { remaining unit } } } } } }';
    const count = async (n: number) => {
      database.statements();
      const { data } = await ask(ACTORS.clinic, query, { n });
      return [data?.offers.edges.length, database.statements().length];
    };
    expect(await count(1)).toEqual([1, 2]);
    expect(await count(8)).toEqual([8, 2]);
  });

  it('show by the same rule in SQL and as a predicate', async () => {
    const rows = await database.serving.db.select().from(offers);
    const partners = new Set(
      (await database.owner`select branch_id::text || organization_id as pair from membership`).map(({ pair }) => pair as string),
    );
    for (const today of ['2026-12-01', '2027-06-01']) {
      for (const actor of Object.values(ACTORS) as Actor[]) {
        const visible = await database.serving.db.select({ id: offers.id }).from(offers).where(visibleTo(actor, today));
        const expected = rows.filter(row =>
          canSee(
            actor,
            row,
            today,
            actor.kind === 'ACCOUNT' && actor.branchIds.some(branch => partners.has(`${branch}${row.organizationId}`)),
          ),
        );
        expect(visible.map(({ id }) => id).sort()).toEqual(expected.map(({ id }) => id).sort());
      }
    }
    expect(new Set(rows.map(row => row.state))).toEqual(new Set(['DRAFT', 'PUBLISHED', 'WITHDRAWN']));
  });
});

describe('a session', () => {
  it('is added by its own organisation, all or none', async () => {
    const { id } = (await create(ACTORS.clinic)).offer;
    expect((await addSessions(ACTORS.barber, id)).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    const wrong = await addSessions(ACTORS.clinic, id, [
      saturday,
      { ...saturday, endsAt: saturday.startsAt },
      { ...saturday, capacity: 0 },
      { ...saturday, startsAt: null },
      { ...saturday, startsAt: '2026-11-01T01:00:00Z', endsAt: '2026-11-01T02:00:00Z' },
    ]);
    expect(wrong).toMatchObject({
      sessions: [],
      userErrors: [
        { path: ['sessions', '1', 'endsAt'], rule: 'ENDS_BEFORE_START' },
        { path: ['sessions', '2', 'capacity'], rule: 'MIN' },
        { path: ['sessions', '3', 'startsAt'], rule: 'REQUIRED' },
        { path: ['sessions', '4', 'endsAt'], rule: 'IN_THE_PAST' },
      ],
    });
    expect(
      await database.owner`select 1 from session s join offer o on o.id = s.offer_id where o.id = ${Buffer.from(id, 'base64url').subarray(16, 32).toString('hex')}::uuid`,
    ).toHaveLength(0);
    expect((await addSessions(ACTORS.clinic, id, [])).userErrors).toMatchObject([{ path: ['sessions'], rule: 'REQUIRED' }]);
    const key = randomUUID();
    const twice = await Promise.all(
      [1, 2].map(() =>
        run(
          ACTORS.clinic,
          'sessionsCreate',
          { offerId: id, sessions: [saturday, { capacity: 3 }], idempotencyKey: key },
          'sessions { id time { startsAt } }',
        ),
      ),
    );
    expect(twice[0]).toEqual(twice[1]);
    expect(twice[0].sessions).toMatchObject([{ time: { startsAt: '2026-12-05T01:00:00.000Z' } }, { time: null }]);
  });

  it('changes its places by one statement and never below what is promised', async () => {
    const { sessions } = await published();
    const [{ id, version }] = sessions;
    const raw = Buffer.from(id, 'base64url').subarray(16, 32).toString('hex');
    await database.owner`update session set reserved = 20 where id = ${raw}::uuid`;
    const change = (actor: Actor, capacity: number, expectedVersion = version) =>
      run(actor, 'sessionCapacityChange', { sessionId: id, expectedVersion, capacity, reason: 'STAFF_SHORTAGE' });
    expect((await change(ACTORS.barber, 30)).userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
    expect((await change(ACTORS.clinic, 19)).userErrors).toMatchObject([{ code: 'CAPACITY_EXCEEDED', remaining: 28 }]);
    expect((await change(ACTORS.clinic, 0)).userErrors).toMatchObject([{ path: ['capacity'], rule: 'MIN' }]);
    expect((await change(ACTORS.clinic, 20)).session).toMatchObject({
      version: version + 1,
      capacityStatus: 'NO_CAPACITY',
      quantity: { capacity: 20, reserved: 20, remaining: 0, unit: 'PERSON' },
    });
    expect((await change(ACTORS.clinic, 25)).userErrors).toMatchObject([{ code: 'STALE_VERSION' }]);
    expect(
      (await run(ACTORS.clinic, 'sessionCancel', { sessionId: id, expectedVersion: version + 1, reason: 'WEATHER' })).userErrors,
    ).toMatchObject([{ code: 'INCOMPLETE', missing: ['PROMISES_GIVEN_UP:20'] }]);
    const move = { sessionId: id, expectedVersion: version + 1 };
    expect((await run(ACTORS.clinic, 'sessionUpdate', { ...move, startsAt: '2026-12-05T00:00:00Z' })).userErrors).toMatchObject([
      { path: ['startsAt'], rule: 'NOT_ALLOWED' },
    ]);
    expect((await run(ACTORS.clinic, 'sessionUpdate', { ...move, place: '一楼' })).session).toMatchObject({
      place: '一楼',
      version: version + 2,
    });
    await database.owner`update session set reserved = 0 where id = ${raw}::uuid`;
    expect(
      (await run(ACTORS.clinic, 'sessionCancel', { ...move, expectedVersion: version + 2, reason: 'WEATHER' })).session,
    ).toMatchObject({ state: 'CANCELLED', capacityStatus: 'NO_CAPACITY' });
    expect(
      (await run(ACTORS.clinic, 'sessionUpdate', { ...move, expectedVersion: version + 3, place: '二楼' })).userErrors,
    ).toMatchObject([{ code: 'INVALID_STATE' }]);
  });

  it('answers what is left of this month in one operation and two statements', async () => {
    const source = readFileSync(new URL('../../schema/operations/question-11-unused-capacity.graphql', import.meta.url), 'utf8');
    await published({ title: '按需上门', branchIds: [] }, [{ capacity: 7 }]);
    database.statements();
    const { data, errors: failed } = await ask(ACTORS.secretary1, source, {
      branchId: gid('Branch', WORLD.branch1),
      from: '2026-12-01T00:00:00Z',
      until: '2027-01-01T00:00:00Z',
    });
    expect(failed).toBeUndefined();
    expect(database.statements()).toHaveLength(2);
    const nodes = data?.branch.sessions.edges.map((edge: { node: object }) => edge.node);
    expect(nodes.length).toBeGreaterThan(2);
    for (const { quantity } of nodes) expect(quantity.remaining).toBe(quantity.capacity - quantity.reserved);
    expect(nodes.at(-1)).toMatchObject({
      time: null,
      quantity: { remaining: 7, unit: 'PERSON' },
      offer: { title: '按需上门', organization: { name: '社区卫生服务中心' } },
    });
  });
});
