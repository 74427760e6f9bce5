import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildSchema } from '../../src/graphql/schema.js';
import type { Actor } from '../../src/kernel/actor.js';
import { allianceResolvers } from '../../src/modules/alliance/alliance.mutations.graphql.js';
import { canSeeMembership, membershipVisibleTo } from '../../src/modules/alliance/alliance.policy.js';
import { memberships } from '../../src/modules/alliance/alliance.table.js';
import { territoryResolvers } from '../../src/modules/territory/territory.graphql.js';
import { ACTORS, createAsk, gid } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { seedWorld, WORLD } from '../support/world.js';

const database = await createTestDatabase();
const ask = createAsk(buildSchema([...territoryResolvers, ...allianceResolvers]), database);
beforeAll(() => seedWorld(database));

const errors =
  'userErrors { code message path ... on StaleVersionError { currentVersion } ... on InvalidStateError { from to } ... on DuplicateError { existingId } ... on InvalidInputError { rule limit } }';
const START = `mutation($input: MembershipStartInput!) { membershipStart(input: $input) { membership { id state version availableTransitions } ${errors} } }`;
const move = (verb: string) =>
  `mutation($input: Membership${verb}Input!) { membership${verb}(input: $input) { membership { id state since until version } ${errors} } }`;
const branchId = gid('Branch', WORLD.branch1);
const organizationId = gid('Organization', WORLD.stranger);
const start = (actor: Actor, input = {}) =>
  ask(actor, START, { input: { branchId, organizationId, idempotencyKey: randomUUID(), ...input } });

describe('organizations', () => {
  const LIST =
    'query($text: String, $branchId: ID, $kinds: [OrganizationKind!]) { organizations(text: $text, branchId: $branchId, kinds: $kinds) { totalCount edges { node { name } } } }';
  const names = (answer: Awaited<ReturnType<typeof ask>>) =>
    answer.data?.organizations.edges.map((edge: { node: { name: string } }) => edge.node.name);

  it('are public and found by Chinese substrings of two characters and more, and by one', async () => {
    expect(names(await ask(ACTORS.anonymous, LIST, { text: '卫生' }))).toEqual(['社区卫生服务中心']);
    expect(names(await ask(ACTORS.anonymous, LIST, { text: '服务中心' }))).toEqual(['社区卫生服务中心']);
    expect(names(await ask(ACTORS.anonymous, LIST, { text: '美' }))).toEqual(['美发店']);
    expect(names(await ask(ACTORS.anonymous, LIST, { text: '生卫' }))).toEqual([]);
    expect(names(await ask(ACTORS.anonymous, LIST, { text: '%' }))).toEqual([]);
  });

  it('filter by branch and kind, and count only when asked', async () => {
    const answer = await ask(ACTORS.anonymous, LIST, { branchId: gid('Branch', WORLD.branch2) });
    expect(names(answer)).toEqual(['社区卫生服务中心']);
    expect(answer.data?.organizations.totalCount).toBe(1);
    expect(names(await ask(ACTORS.anonymous, LIST, { kinds: ['PRIVATE'] }))).toEqual(['美发店', '外来企业']);
    expect(names(await ask(ACTORS.anonymous, LIST, { branchId: gid('Branch', WORLD.otherBranch) }))).toEqual([]);
  });

  it('are registered by secretaries only, with both check characters verified', async () => {
    const CREATE = `mutation($input: OrganizationCreateInput!) { organizationCreate(input: $input) { organization { id code name uscc } ${errors} } }`;
    const input = {
      code: 'N-1',
      name: '某律师事务所',
      kind: 'LAW_FIRM',
      uscc: '31330105fake00048d',
      idempotencyKey: randomUUID(),
    };
    expect((await ask(ACTORS.anonymous, CREATE, { input })).errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
    expect((await ask(ACTORS.barber, CREATE, { input })).data?.organizationCreate.userErrors).toMatchObject([
      { code: 'FORBIDDEN' },
    ]);
    expect((await ask(ACTORS.officer, CREATE, { input })).data?.organizationCreate.userErrors).toMatchObject([
      { code: 'FORBIDDEN' },
    ]);
    const wrong = await ask(ACTORS.secretary1, CREATE, { input: { ...input, uscc: '31330105FAKE00048E', name: ' ' } });
    expect(wrong.data?.organizationCreate).toMatchObject({
      organization: null,
      userErrors: [
        { code: 'INVALID_INPUT', path: ['name'], rule: 'REQUIRED' },
        { code: 'INVALID_INPUT', path: ['uscc'], rule: 'BAD_CHECK_DIGIT' },
      ],
    });
    const made = (await ask(ACTORS.secretary1, CREATE, { input })).data?.organizationCreate;
    expect(made).toMatchObject({ organization: { code: 'N-1', uscc: '31330105FAKE00048D' }, userErrors: [] });
    expect((await ask(ACTORS.secretary1, CREATE, { input })).data?.organizationCreate).toEqual(made);
    const again = await ask(ACTORS.secretary1, CREATE, { input: { ...input, name: '别的名字' } });
    expect(again.data?.organizationCreate.userErrors).toMatchObject([{ code: 'IDEMPOTENCY_KEY_REUSED' }]);
    const twice = await ask(
      ACTORS.secretary2,
      CREATE,
      { input: { ...input, code: 'N-2', idempotencyKey: randomUUID() } },
      { locale: 'en' },
    );
    expect(twice.data?.organizationCreate.userErrors).toMatchObject([
      { code: 'DUPLICATE', path: ['uscc'], existingId: made.organization.id, message: 'there is one already' },
    ]);
  });

  it('are corrected by their own liaison, once per version', async () => {
    const UPDATE = `mutation($input: OrganizationUpdateInput!) { organizationUpdate(input: $input) { organization { wishes name version } ${errors} } }`;
    const input = { organizationId: gid('Organization', WORLD.barber), expectedVersion: 1, wishes: '停车位' };
    expect((await ask(ACTORS.clinic, UPDATE, { input })).data?.organizationUpdate.userErrors).toMatchObject([
      { code: 'FORBIDDEN' },
    ]);
    const elsewhere = { ...input, organizationId: gid('Organization', WORLD.stranger) };
    expect((await ask(ACTORS.admin, UPDATE, { input: elsewhere })).data?.organizationUpdate.userErrors).toMatchObject([
      { code: 'FORBIDDEN' },
    ]);
    const clinic = { ...input, organizationId: gid('Organization', WORLD.clinic) };
    expect((await ask(ACTORS.admin, UPDATE, { input: clinic })).data?.organizationUpdate.organization).toMatchObject({
      version: 2,
    });
    const both = await Promise.all([1, 2].map(() => ask(ACTORS.barber, UPDATE, { input })));
    const payloads = both.map(({ data }) => data?.organizationUpdate);
    expect(payloads.filter(({ organization }) => organization)).toMatchObject([
      { organization: { wishes: '停车位', name: '美发店', version: 2 } },
    ]);
    expect(payloads.filter(({ organization }) => !organization)).toMatchObject([
      { userErrors: [{ code: 'STALE_VERSION', currentVersion: 2 }] },
    ]);
  });
});

describe('liaisons', () => {
  it('are the accounts that hold the role now, named to staff and colleagues only', async () => {
    await database.owner`insert into identity.account (id, login, display_name, password_hash, created_at) values (${WORLD.liaisonBarber}, 'liaison', '小王', '-', now()), (${WORLD.daughter}, 'former', '小李', '-', now())`;
    await database.owner`insert into identity.role_assignment (id, account_id, community_id, role, organization_id, valid_from, valid_until) values
      (${randomUUID()}, ${WORLD.liaisonBarber}, ${WORLD.community}, 'LIAISON', ${WORLD.barber}, '2026-03-01', null),
      (${randomUUID()}, ${WORLD.daughter}, ${WORLD.community}, 'LIAISON', ${WORLD.barber}, '2026-01-01', '2026-02-01'),
      (${randomUUID()}, ${WORLD.daughter}, ${WORLD.otherCommunity}, 'LIAISON', ${WORLD.barber}, '2026-01-01', null)`;
    const liaisons = async (actor: Actor) =>
      (
        await ask(actor, 'query($id: ID!) { organization(id: $id) { liaisons { displayName since } } }', {
          id: gid('Organization', WORLD.barber),
        })
      ).data?.organization.liaisons;
    for (const actor of [ACTORS.anonymous, ACTORS.clinic, ACTORS.daughter]) expect(await liaisons(actor)).toBeNull();
    for (const actor of [ACTORS.secretary1, ACTORS.barber])
      expect(await liaisons(actor)).toEqual([{ displayName: '小王', since: '2026-03-01' }]);
  });
});

describe('membership', () => {
  it('starts by one side and becomes active by the other', async () => {
    expect((await start(ACTORS.secretary2)).data?.membershipStart.userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
    expect((await start(ACTORS.barber)).data?.membershipStart.userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
    expect(
      (await start(ACTORS.secretary1, { branchId: gid('Branch', WORLD.otherBranch) })).data?.membershipStart.userErrors,
    ).toMatchObject([{ code: 'NOT_FOUND', path: ['branchId'] }]);
    const { membership } = (await start(ACTORS.secretary1)).data?.membershipStart ?? {};
    expect(membership).toMatchObject({ state: 'INVITED', availableTransitions: ['ENDED'] });
    const input = { membershipId: membership.id, expectedVersion: membership.version };
    for (const actor of [ACTORS.barber, ACTORS.secretary2, ACTORS.daughter]) {
      expect((await ask(actor, move('Activate'), { input })).data?.membershipActivate.userErrors).toMatchObject([
        { code: 'NOT_FOUND' },
      ]);
    }
    expect((await ask(ACTORS.secretary1, move('Activate'), { input })).data?.membershipActivate.userErrors).toMatchObject([
      { code: 'INVALID_STATE', from: 'INVITED', to: 'ACTIVE' },
    ]);
    const active = (await ask(ACTORS.stranger, move('Activate'), { input })).data?.membershipActivate;
    expect(active.membership).toMatchObject({ state: 'ACTIVE', since: '2026-12-01' });
    expect((await start(ACTORS.secretary1)).data?.membershipStart.userErrors).toMatchObject([
      { code: 'DUPLICATE', existingId: membership.id },
    ]);
    const ended = (await ask(ACTORS.stranger, move('End'), { input: { ...input, expectedVersion: active.membership.version } }))
      .data?.membershipEnd;
    expect(ended.membership).toMatchObject({ state: 'ENDED', until: '2026-12-01' });
    expect((await start(ACTORS.stranger)).data?.membershipStart.membership).toMatchObject({
      id: membership.id,
      state: 'APPLIED',
    });
    const log = await database.owner`select kind from event where subject_type = 'Membership' order by id`;
    expect(log.map(({ kind }) => kind)).toEqual([
      'MEMBERSHIP_INVITED',
      'MEMBERSHIP_ACTIVE',
      'MEMBERSHIP_ENDED',
      'MEMBERSHIP_APPLIED',
    ]);
  });

  it('that is not active is hidden from others by every route', async () => {
    const [row] = await database.owner`select id from membership where organization_id = ${WORLD.stranger}`;
    const id = gid('Membership', row?.id);
    const query =
      'query($id: ID!, $branch: ID!) { node(id: $id) { id } branch(id: $branch) { memberships { edges { node { id organization { name } } } } } }';
    for (const [name, actor] of Object.entries(ACTORS)) {
      const { data } = await ask(actor, query, { id, branch: branchId });
      const sees = ['admin', 'secretary1', 'officer', 'stranger', 'subdistrict'].includes(name);
      expect([name, data?.node !== null]).toEqual([name, sees]);
      expect([name, data?.branch.memberships.edges.some(({ node }: { node: { id: string } }) => node.id === id)]).toEqual([
        name,
        sees,
      ]);
    }
  });

  it('is visible by the same rule in SQL and as a predicate', async () => {
    const rows = await database.serving.db.select().from(memberships);
    for (const actor of Object.values(ACTORS)) {
      const visible = await database.serving.db
        .select({ id: memberships.id })
        .from(memberships)
        .where(membershipVisibleTo(actor));
      expect(visible.map(({ id }) => id).sort()).toEqual(
        rows
          .filter(row => canSeeMembership(actor, row))
          .map(({ id }) => id)
          .sort(),
      );
    }
  });

  it('lists with organisations in one statement', async () => {
    database.statements();
    await ask(
      ACTORS.anonymous,
      'query($id: ID!) { branch(id: $id) { memberships { edges { node { state organization { name } } } } } }',
      { id: branchId },
    );
    expect(database.statements()).toHaveLength(2);
  });
});

describe('pact', () => {
  const DRAFT = `mutation($input: PactDraftInput!) { pactDraft(input: $input) { pact { id state version } ${errors} } }`;
  const SIGN = `mutation($input: PactSignInput!) { pactSign(input: $input) { pact { state version availableTransitions branchSignature { at by } organizationSignature { at by } } ${errors} } }`;
  const TERMINATE = `mutation($input: PactTerminateInput!) { pactTerminate(input: $input) { pact { state terminatedOn } ${errors} } }`;

  it('binds by two signatures, and either side may end it', async () => {
    const [row] = await database.owner`select id from membership where organization_id = ${WORLD.barber}`;
    const input = {
      membershipId: gid('Membership', row?.id),
      number: '2026-07',
      startsOn: '2026-01-01',
      endsOn: '2027-01-20',
      items: ['每月理发日'],
      idempotencyKey: randomUUID(),
    };
    expect((await ask(ACTORS.barber, DRAFT, { input })).data?.pactDraft.userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
    expect(
      (await ask(ACTORS.secretary1, DRAFT, { input: { ...input, endsOn: '2026-01-01', items: [] } })).data?.pactDraft.userErrors,
    ).toMatchObject([{ rule: 'ENDS_BEFORE_START' }, { rule: 'REQUIRED', path: ['items'] }]);
    expect(
      (await ask(ACTORS.secretary1, DRAFT, { input: { ...input, number: 'P-1' } })).data?.pactDraft.userErrors,
    ).toMatchObject([{ path: ['number'], rule: 'NOT_ALLOWED' }]);
    const { pact } = (await ask(ACTORS.secretary1, DRAFT, { input })).data?.pactDraft ?? {};
    expect(pact).toMatchObject({ state: 'DRAFT', version: 1 });
    const step = (expectedVersion: number) => ({ input: { pactId: pact.id, expectedVersion } });
    expect((await ask(ACTORS.clinic, SIGN, step(1))).data?.pactSign.userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect((await ask(ACTORS.officer, SIGN, step(1))).data?.pactSign.userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
    expect((await ask(ACTORS.secretary1, SIGN, step(1))).data?.pactSign.pact).toMatchObject({
      state: 'DRAFT',
      organizationSignature: null,
      availableTransitions: ['TERMINATED'],
    });
    // Only the liaison has an account on file, made by the test before.
    expect((await ask(ACTORS.barber, SIGN, step(2))).data?.pactSign.pact).toMatchObject({
      state: 'EXPIRING',
      version: 3,
      availableTransitions: ['TERMINATED'],
      branchSignature: { by: null },
      organizationSignature: { by: '小王' },
    });
    expect((await ask(ACTORS.barber, SIGN, step(3))).data?.pactSign.userErrors).toMatchObject([{ code: 'INVALID_STATE' }]);
    expect((await ask(ACTORS.barber, TERMINATE, step(3))).data?.pactTerminate.pact).toEqual({
      state: 'TERMINATED',
      terminatedOn: '2026-12-01',
    });
    for (const [actor, sees] of [
      [ACTORS.anonymous, false],
      [ACTORS.clinic, false],
      [ACTORS.secretary2, false],
      [ACTORS.subdistrict, true],
      [ACTORS.barber, true],
    ] as const) {
      expect((await ask(actor, 'query($id: ID!) { node(id: $id) { id } }', { id: pact.id })).data?.node !== null).toBe(sees);
    }
  });
});
