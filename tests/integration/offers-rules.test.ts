import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildSchema } from '../../src/graphql/schema.js';
import type { Actor } from '../../src/kernel/actor.js';
import { allianceResolvers } from '../../src/modules/alliance/alliance.mutations.graphql.js';
import { offersResolvers } from '../../src/modules/offers/offers.mutations.graphql.js';
import { createOffersBulk, createSessionsBulk } from '../../src/modules/offers/offers.service.js';
import { NO_TERMS } from '../../src/modules/offers/sessions.domain.js';
import { taxonomyResolvers } from '../../src/modules/taxonomy/taxonomy.graphql.js';
import { territoryResolvers } from '../../src/modules/territory/territory.graphql.js';
import { ACTORS, createAsk, gid, scopeOf } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { offering, offerMutation } from '../support/offering.js';
import { insertOffer, insertSession } from '../support/offers.js';
import { seedWorld, WORLD } from '../support/world.js';

const database = await createTestDatabase();
const ask = createAsk(
  buildSchema([...territoryResolvers, ...allianceResolvers, ...taxonomyResolvers, ...offersResolvers]),
  database,
);
beforeAll(() => seedWorld(database));

const { run, create } = offering(ask);
const ready = {
  title: '周六义诊',
  description: '量血压、测血糖',
  categoryCode: 'FREE_CLINIC',
  modes: ['ON_SITE'],
  validFrom: '2026-12-01',
  validUntil: '2027-03-31',
  filingNumber: '杭拱义诊备2026-1',
  filingValidUntil: '2027-03-31',
};
const rawOf = (globalId: string) => Buffer.from(globalId, 'base64url').subarray(16, 32).toString('hex');
const uuidOf = (globalId: string) => rawOf(globalId).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

describe('an offer, rule by rule, ', () => {
  it('is drafted by its own organization or the admin, once per key', async () => {
    expect(
      (
        await ask(ACTORS.anonymous, offerMutation('offerCreate'), {
          input: { organizationId: gid('Organization', WORLD.clinic), idempotencyKey: randomUUID() },
        })
      ).errors?.[0]?.extensions?.code,
    ).toBe('UNAUTHENTICATED');
    for (const actor of [ACTORS.barber, ACTORS.secretary1, ACTORS.officer, ACTORS.daughter, ACTORS.subdistrict])
      expect((await create(actor)).userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
    const idempotencyKey = randomUUID();
    const made = await create(ACTORS.clinic, { idempotencyKey });
    expect(made.offer).toMatchObject({
      title: '义诊',
      state: 'DRAFT',
      version: 1,
      availableTransitions: ['PUBLISHED', 'WITHDRAWN'],
    });
    expect(await create(ACTORS.clinic, { idempotencyKey })).toEqual(made);
    expect((await create(ACTORS.clinic, { idempotencyKey, title: '别的' })).userErrors).toMatchObject([
      { code: 'IDEMPOTENCY_KEY_REUSED' },
    ]);
    expect((await create(ACTORS.admin)).offer).toMatchObject({ state: 'DRAFT' });
    const both = await Promise.all(
      [1, 2, 3].map(() => create(ACTORS.clinic, { idempotencyKey: '8e2c2f2e-5a0d-4c7e-8f60-2e3a1b4c5d6e' })),
    );
    expect(new Set(both.map(({ offer }) => offer.id)).size).toBe(1);
  });

  it('tells all that is missing at once, and is shown when nothing is', async () => {
    const empty = (await create(ACTORS.clinic, { title: '' })).offer;
    const step = (offer: { id: string; version: number }) => ({ offerId: offer.id, expectedVersion: offer.version });
    expect((await run(ACTORS.clinic, 'offerPublish', step(empty))).userErrors).toMatchObject([
      { code: 'INCOMPLETE', missing: ['title', 'categoryCode', 'modes', 'validFrom', 'validUntil', 'sessions'] },
    ]);
    const { offer } = await create(ACTORS.clinic, { ...ready, filingNumber: null, filingValidUntil: null });
    expect((await run(ACTORS.clinic, 'offerPublish', step(offer))).userErrors).toMatchObject([
      { code: 'INCOMPLETE', missing: ['filingNumber', 'filingValidUntil', 'sessions'] },
    ]);
    const filed = (
      await run(ACTORS.clinic, 'offerUpdate', { ...step(offer), filingNumber: '备1', filingValidUntil: '2027-03-30' })
    ).offer;
    await insertSession(database, {
      offerId: uuidOf(offer.id),
      startsAt: new Date('2026-11-28T00:00Z'),
      endsAt: new Date('2026-11-28T03:00Z'),
    });
    expect((await run(ACTORS.clinic, 'offerPublish', step(filed))).userErrors).toMatchObject([
      { code: 'INCOMPLETE', missing: ['filingValidUntil', 'sessions'] },
    ]);
    const complete = (await run(ACTORS.clinic, 'offerUpdate', { ...step(filed), filingValidUntil: '2027-03-31' })).offer;
    await insertSession(database, { offerId: uuidOf(offer.id) });
    for (const actor of [ACTORS.barber, ACTORS.secretary1, ACTORS.stranger, ACTORS.daughter])
      expect((await run(actor, 'offerPublish', step(complete))).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    const shown = (await run(ACTORS.clinic, 'offerPublish', step(complete))).offer;
    expect(shown).toMatchObject({ state: 'PUBLISHED', lastAssuredOn: '2026-12-01', capacityStatus: 'CAPACITY' });
    expect((await run(ACTORS.clinic, 'offerPublish', step(shown))).userErrors).toMatchObject([
      { code: 'INVALID_STATE', from: 'PUBLISHED', to: 'PUBLISHED' },
    ]);
    expect((await run(ACTORS.secretary1, 'offerPause', { ...step(shown), reason: 'HOLIDAY' })).userErrors).toMatchObject([
      { code: 'FORBIDDEN' },
    ]);
    const paused = (await run(ACTORS.clinic, 'offerPause', { ...step(shown), reason: 'HOLIDAY' })).offer;
    expect(paused).toMatchObject({
      state: 'PAUSED',
      pauseReason: 'HOLIDAY',
      capacityStatus: 'NO_CAPACITY',
      availableTransitions: ['PUBLISHED', 'WITHDRAWN'],
    });
    const again = (await run(ACTORS.clinic, 'offerPublish', step(paused))).offer;
    expect(again).toMatchObject({ state: 'PUBLISHED', pauseReason: null });
    const withdrawn = (await run(ACTORS.clinic, 'offerWithdraw', { ...step(again), reason: 'OTHER' })).offer;
    expect(withdrawn).toMatchObject({ state: 'WITHDRAWN', availableTransitions: [] });
    expect((await run(ACTORS.clinic, 'offerUpdate', { ...step(withdrawn), title: 'x' })).userErrors).toMatchObject([
      { code: 'INVALID_STATE', from: 'WITHDRAWN' },
    ]);
    const log =
      await database.owner`select kind, from_state, to_state, reason from event where subject_id = ${uuidOf(offer.id)} order by id`;
    expect(log.map(({ kind, reason }) => [kind, reason])).toEqual([
      ['OFFER_DRAFTED', null],
      ['OFFER_CHANGED', null],
      ['OFFER_CHANGED', null],
      ['OFFER_PUBLISHED', null],
      ['OFFER_PAUSED', 'HOLIDAY'],
      ['OFFER_PUBLISHED', null],
      ['OFFER_WITHDRAWN', 'OTHER'],
    ]);
  });

  it.each([
    ['an organization of no alliance', WORLD.stranger, ACTORS.stranger, {}, ['membershipWithPactInForce', 'sessions']],
    [
      'branches where it is no member',
      WORLD.barber,
      ACTORS.barber,
      { branchIds: [gid('Branch', WORLD.branch2)] },
      ['membershipWithPactInForce', 'sessions'],
    ],
    [
      'buildings outside its branches',
      WORLD.clinic,
      ACTORS.clinic,
      { branchIds: [gid('Branch', WORLD.branch1)], eligibleBuildingIds: [gid('Building', WORLD.building3)] },
      ['eligibleBuildingIds', 'sessions'],
    ],
  ])('of %s is not shown', async (_what, organization, actor, fields, missing) => {
    const { offer } = await create(actor, { ...ready, ...fields }, organization);
    const answer = await run(actor, 'offerPublish', { offerId: offer.id, expectedVersion: 1 });
    expect(answer.userErrors).toMatchObject([{ code: 'INCOMPLETE', missing }]);
  });

  it('is not shown once its pact has ended, and shown again when it is back', async () => {
    const offer = await insertOffer(database, { state: 'DRAFT' });
    await insertSession(database, { offerId: offer.id });
    const step = { offerId: gid('Offer', offer.id), expectedVersion: 1 };
    await database.owner`update pact set ends_on = '2026-11-30' where number = 'P-3'`;
    expect((await run(ACTORS.barber, 'offerPublish', step)).userErrors).toMatchObject([
      { missing: ['membershipWithPactInForce'] },
    ]);
    await database.owner`update pact set ends_on = '2026-12-01' where number = 'P-3'`;
    expect((await run(ACTORS.barber, 'offerPublish', step)).offer).toMatchObject({ state: 'PUBLISHED' });
    await database.owner`update pact set ends_on = '2027-12-31' where number = 'P-3'`;
  });

  it('once shown keeps what people were matched by, and stays complete', async () => {
    const { id } = await insertOffer(database, {
      organizationId: WORLD.clinic,
      categoryCode: 'FREE_CLINIC',
      filingNumber: 'F',
      filingValidUntil: '2027-03-31',
      minAgeMonths: 720,
    });
    const step = { offerId: gid('Offer', id), expectedVersion: 1 };
    const fixed = {
      categoryCode: 'HAIRCUT',
      volunteer: false,
      costFen: 100,
      minAgeMonths: null,
      maxAgeMonths: 1200,
      careCategories: ['DISABLED'],
      eligibleBuildingIds: [gid('Building', WORLD.building1)],
    };
    const refused = (await run(ACTORS.clinic, 'offerUpdate', { ...step, ...fixed })).userErrors;
    expect(refused.map(({ path, rule }: { path: string[]; rule: string }) => [path.join(), rule]).sort()).toEqual(
      Object.keys(fixed)
        .map(name => [name, 'NOT_ALLOWED'])
        .sort(),
    );
    const emptied = { title: ' ', modes: [], validFrom: null, validUntil: null, filingNumber: null, filingValidUntil: null };
    expect(
      (await run(ACTORS.clinic, 'offerUpdate', { ...step, ...emptied })).userErrors.map(
        ({ path, rule }: { path: string[]; rule: string }) => [path.join(), rule],
      ),
    ).toEqual(Object.keys(emptied).map(name => [name, 'REQUIRED']));
    const changed = await run(ACTORS.clinic, 'offerUpdate', {
      ...step,
      title: '义诊 新',
      minAgeMonths: 720,
      languages: ['HANGZHOU_DIALECT'],
      leadTimeMinutes: 60,
    });
    expect(changed).toMatchObject({ offer: { title: '义诊 新', version: 2, state: 'PUBLISHED' }, userErrors: [] });
    const both = await Promise.all(
      ['甲', '乙'].map(title => run(ACTORS.clinic, 'offerUpdate', { ...step, expectedVersion: 2, title })),
    );
    expect(both.filter(({ offer }) => offer)).toHaveLength(1);
    expect(both.flatMap(({ userErrors }) => userErrors)).toMatchObject([{ code: 'STALE_VERSION', currentVersion: 3 }]);
    const assured = await run(ACTORS.clinic, 'offerAssure', { ...step, expectedVersion: 3 });
    expect(assured.offer).toMatchObject({ lastAssuredOn: '2026-12-01', version: 4 });
  });

  it('past its last day has expired for every reader and every filter', async () => {
    const { id } = await insertOffer(database, { title: '过期的', validUntil: '2026-11-30' });
    const query =
      'query($id: ID!, $states: [OfferState!]) { offer(id: $id) { state availableTransitions capacityStatus } offers(first: 100, filter: { states: $states }) { edges { node { id state } } } }';
    const as = async (actor: Actor, states: string[]) => (await ask(actor, query, { id: gid('Offer', id), states })).data;
    const has = (data: Awaited<ReturnType<typeof as>>) =>
      data?.offers.edges.some(({ node }: { node: { id: string } }) => node.id === gid('Offer', id));
    expect((await as(ACTORS.anonymous, ['EXPIRED']))?.offer).toBeNull();
    expect(has(await as(ACTORS.anonymous, ['EXPIRED']))).toBe(false);
    const own = await as(ACTORS.barber, ['EXPIRED']);
    expect(own?.offer).toEqual({ state: 'EXPIRED', availableTransitions: [], capacityStatus: 'NO_CAPACITY' });
    expect(has(own)).toBe(true);
    expect(has(await as(ACTORS.barber, ['PUBLISHED']))).toBe(false);
    expect((await run(ACTORS.barber, 'offerAssure', { offerId: gid('Offer', id), expectedVersion: 1 })).userErrors).toMatchObject(
      [{ code: 'INVALID_STATE', from: 'EXPIRED' }],
    );
  });
});

describe('offers found', () => {
  const LIST =
    'query($filter: OfferFilterInput, $first: Int, $after: String) { offers(filter: $filter, first: $first, after: $after) { totalCount edges { cursor node { title } } pageInfo { hasNextPage endCursor } } }';
  const titles = async (filter: object, actor: Actor = ACTORS.anonymous) => {
    const { data, errors } = await ask(actor, LIST, { filter, first: 100 });
    expect(errors).toBeUndefined();
    const found = data?.offers.edges.map(({ node }: { node: { title: string } }) => node.title);
    expect(data?.offers.totalCount).toBe(found.length);
    return found;
  };

  beforeAll(async () => {
    await database.owner`delete from session`;
    await database.owner`delete from offer`;
    await insertOffer(database, { title: '上门理发', description: '行动不便的老人(８０岁以上)优先', modes: ['HOME'] });
    await insertOffer(database, { title: '100%棉被', categoryCode: 'FUNDING', description: 'Cotton QUILTS' });
    await insertOffer(database, {
      title: '口腔义诊',
      organizationId: WORLD.clinic,
      categoryCode: 'FREE_CLINIC',
      branchIds: [WORLD.branch2],
      validFrom: '2027-01-01',
    });
    await insertOffer(database, { title: '家庭医生', organizationId: WORLD.clinic, categoryCode: 'MEDICAL_ACCESS' });
    await insertOffer(database, { title: '草稿理发', state: 'DRAFT' });
    await insertOffer(database, { title: '暂停理发', state: 'PAUSED', pauseReason: 'HOLIDAY' });
  });

  it('are found by Chinese substrings of two characters and more, and by one', async () => {
    expect(await titles({ text: '理发' })).toEqual(['上门理发']);
    expect(await titles({ text: '门理发' })).toEqual(['上门理发']);
    expect(await titles({ text: '发理' })).toEqual([]);
    expect(await titles({ text: '理' })).toEqual(['上门理发']);
    expect(await titles({ text: '行动不便' })).toEqual(['上门理发']);
    expect(await titles({ text: '　80岁　上门 ' })).toEqual(['上门理发']);
    expect(await titles({ text: '理发 义诊' })).toEqual([]);
    expect(await titles({ text: 'cotton quilt' })).toEqual(['100%棉被']);
    expect(await titles({ text: '0%' })).toEqual(['100%棉被']);
    expect(await titles({ text: '%' })).toEqual(['100%棉被']);
    expect(await titles({ text: '_' })).toEqual([]);
    expect(await titles({ text: '\\' })).toEqual([]);
    expect(await titles({ text: '理发\u0000' })).toEqual([]);
    expect(await titles({ text: '\ud800' })).toEqual([]);
    expect(await titles({ text: '理发'.repeat(50_000) })).toEqual([]);
    expect((await titles({ text: '  ' })).length).toBe(4);
  });

  it('are filtered by category with what lies below, branch, organization, mode, state and days', async () => {
    expect(await titles({ categories: ['MEDICAL_ACCESS'] })).toEqual(['家庭医生', '口腔义诊']);
    expect(await titles({ categories: ['FREE_CLINIC', 'FUNDING'] })).toEqual(['口腔义诊', '100%棉被']);
    expect(await titles({ categories: ['NO_SUCH'] })).toEqual([]);
    expect(await titles({ branchId: gid('Branch', WORLD.branch1) })).toEqual(['家庭医生', '100%棉被', '上门理发']);
    expect(await titles({ branchId: gid('Branch', WORLD.branch2) })).toEqual(['家庭医生', '口腔义诊']);
    expect(await titles({ organizationId: gid('Organization', WORLD.clinic) })).toEqual(['家庭医生', '口腔义诊']);
    expect(await titles({ organizationId: gid('Organization', WORLD.stranger) })).toEqual([]);
    expect(await titles({ mode: 'HOME' })).toEqual(['上门理发']);
    expect(await titles({ validUntil: '2026-12-31' })).toEqual(['家庭医生', '100%棉被', '上门理发']);
    expect(await titles({ validFrom: '2027-04-01' })).toEqual([]);
    expect(await titles({ states: ['PAUSED', 'DRAFT'] })).toEqual([]);
    expect(await titles({ states: ['PAUSED', 'DRAFT'] }, ACTORS.barber)).toEqual(['暂停理发', '草稿理发']);
    expect(await titles({ states: ['PAUSED', 'DRAFT'] }, ACTORS.secretary1)).toEqual(['暂停理发']);
    expect(await titles({ states: ['PAUSED', 'DRAFT'] }, ACTORS.secretary2)).toEqual([]);
    expect(await titles({ states: ['PAUSED', 'DRAFT'] }, ACTORS.admin)).toEqual(['暂停理发', '草稿理发']);
    const { data } = await ask(
      ACTORS.anonymous,
      'query($b: ID!, $o: ID!) { branch(id: $b) { offers { edges { node { title } } } } organization(id: $o) { offers { edges { node { title } } } } }',
      { b: gid('Branch', WORLD.branch2), o: gid('Organization', WORLD.clinic) },
    );
    for (const list of [data?.branch.offers, data?.organization.offers])
      expect(list.edges.map(({ node }: { node: { title: string } }) => node.title)).toEqual(['家庭医生', '口腔义诊']);
  });

  it('page without losing or doubling one, and refuse bad paging, cursors of other lists and foreign ids', async () => {
    const first = (await ask(ACTORS.anonymous, LIST, { first: 3 })).data?.offers;
    const second = (await ask(ACTORS.anonymous, LIST, { first: 3, after: first.pageInfo.endCursor })).data?.offers;
    expect([...first.edges, ...second.edges].map(({ node }) => node.title)).toEqual(await titles({}));
    const cursor = Buffer.from(JSON.stringify(['organizations.CODE', 'T001', WORLD.clinic])).toString('base64url');
    for (const args of [{ first: 101 }, { first: -1 }, { after: cursor }, { after: '!' }])
      expect((await ask(ACTORS.anonymous, LIST, args)).errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
    expect(
      (await ask(ACTORS.anonymous, LIST, { filter: { branchId: gid('Building', WORLD.building1) } })).errors?.[0]?.extensions
        ?.code,
    ).toBe('BAD_USER_INPUT');
    expect(await titles({ branchId: gid('Branch', WORLD.otherBranch) })).toEqual([]);
  });

  it('with organization, category and count are read in two statements, with capacity in three', async () => {
    const offer = await insertOffer(database, { title: '名额' });
    await insertSession(database, { offerId: offer.id });
    for (let i = 0; i < 20; i++) await insertOffer(database, { title: `第${i}个` });
    const list = (fields: string) =>
      `{ offers(first: 20) { totalCount edges { node { title state organization { name } category { labelZh } availableTransitions ${fields} } } } }`;
    database.statements();
    expect((await ask(ACTORS.anonymous, list(''))).data?.offers.edges).toHaveLength(20);
    expect(database.statements()).toHaveLength(2);
    expect((await ask(ACTORS.anonymous, list('capacityStatus'))).errors).toBeUndefined();
    expect(database.statements()).toHaveLength(3);
  });

  it('made in bulk obey the same rules', async () => {
    const bulk = (rows: Parameters<typeof createOffersBulk>[1]) =>
      scopeOf(database, ACTORS.anonymous)
        .asSystem('seed')
        .transaction(tx => createOffersBulk(tx, rows));
    const good = {
      organizationId: WORLD.barber,
      state: 'PUBLISHED',
      categoryCode: 'HAIRCUT',
      title: '批量',
      modes: ['HOME'],
      validFrom: '2026-12-01',
      validUntil: '2026-12-31',
    } as const;
    expect(await bulk([good, { ...good, validUntil: '2026-11-30' }])).toMatchObject({
      failure: { code: 'INVALID_INPUT', path: ['1'] },
    });
    expect(await bulk([good, good, { ...good, categoryCode: 'FREE_CLINIC' }])).toMatchObject({
      failure: { code: 'INCOMPLETE', path: ['2'], missing: ['filingNumber', 'filingValidUntil'] },
    });
    const made = await bulk(Array.from({ length: 2500 }, () => good));
    expect(made.ok && made.value.length).toBe(2500);
    const first = made.ok ? made.value[0] : undefined;
    const places = {
      ...NO_TERMS,
      offerId: first?.id ?? '',
      startsAt: null,
      endsAt: null,
      capacity: 3,
      buildingId: null,
      place: '',
    };
    const added = await scopeOf(database, ACTORS.anonymous)
      .asSystem('seed')
      .transaction(tx =>
        createSessionsBulk(
          tx,
          Array.from({ length: 5500 }, () => places),
        ),
      );
    expect(added.ok && added.value.length).toBe(5500);
    const [count] = await database.owner`select count(*)::int as events from event where actor_role = 'SYSTEM:seed'`;
    expect(count?.events).toBe(8000);
  });
});
