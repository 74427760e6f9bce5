import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Actor, ANONYMOUS } from '../../src/kernel/actor.js';
import { createAuthentication } from '../../src/modules/identity/identity.service.js';
import { ACTORS, gid, testTokens } from '../support/ask.js';
import { codes, errors, openIdentity } from '../support/identity.js';
import { NOW, WORLD } from '../support/world.js';

const { database, owner, serving, ask, addRole, eventsOf, signIn } = await openIdentity();

const client =
  'apiClient { id clientId name scopes addresses pointsPerMinute expiresAt revokedAt lastUsedAt liveKeys account { login active roles { role } } limitedToBranches { code } }';
const CREATE = `mutation($input: ApiClientCreateInput!) { apiClientCreate(input: $input) { key ${client} ${errors} } }`;
const ROTATE = `mutation($input: ApiClientKeyRotateInput!) { apiClientKeyRotate(input: $input) { key ${client} ${errors} } }`;
const REVOKE = `mutation($input: ApiClientRevokeInput!) { apiClientRevoke(input: $input) { ${client} ${errors} } }`;
const LIST = '{ apiClients(first: 100) { edges { node { id account { login } liveKeys limitedToBranches { code } } } } }';

const terms = (more: object = {}) => ({
  name: '卫生服务中心对接',
  role: 'LIAISON',
  organizationId: gid('Organization', WORLD.clinic),
  scopes: ['offers:write', 'offers:read'],
  idempotencyKey: randomUUID(),
  ...more,
});
const call = async (actor: Actor, query: string, input: object) =>
  Object.values((await ask(actor, query, { input })).data ?? {})[0];
const create = (more: object = {}, actor: Actor = ACTORS.admin) => call(actor, CREATE, terms(more));
const rotate = (apiClientId: string, more: object = {}, actor: Actor = ACTORS.admin) =>
  call(actor, ROTATE, { apiClientId, idempotencyKey: randomUUID(), ...more });
const revoke = (apiClientId: string, actor: Actor = ACTORS.admin) =>
  call(actor, REVOKE, { apiClientId, idempotencyKey: randomUUID() });

/** As a process that starts now and asks at a moment. */
const callerOf = (key: string, address: string | null = null, at: Date = NOW) =>
  createAuthentication({ db: serving.db, tokens: testTokens, now: () => at }).authenticate(key, address);

describe('programs', () => {
  it('are let in, rotated and shut out by the admin in person, and by nobody else', async () => {
    const { apiClient } = await create();
    const byProgram: Actor = { ...ACTORS.admin, client: { id: randomUUID(), scopes: ['identity:write'] } };
    for (const actor of [byProgram, ACTORS.secretary1, ACTORS.officer, ACTORS.clinic, ACTORS.daughter, ACTORS.subdistrict]) {
      expect(codes(await create({}, actor))).toEqual(['FORBIDDEN']);
      expect(codes(await rotate(apiClient.id, {}, actor))).toEqual(['FORBIDDEN']);
      expect(codes(await revoke(apiClient.id, actor))).toEqual(['FORBIDDEN']);
    }
    for (const query of [CREATE, ROTATE, REVOKE]) {
      const input = query === CREATE ? terms() : { apiClientId: apiClient.id, idempotencyKey: randomUUID() };
      expect((await ask(ANONYMOUS, query, { input })).errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
    }
    const foreign = randomUUID();
    await owner`insert into identity.api_client (id, community_id, account_id, name, scopes, points_per_minute, created_at)
      values (${foreign}, ${WORLD.otherCommunity}, ${WORLD.admin}, 'elsewhere', '{offers:read}', 1, now())`;
    for (const id of [foreign, randomUUID()]) {
      expect(codes(await rotate(gid('ApiClient', id)))).toEqual(['NOT_FOUND']);
      expect(codes(await revoke(gid('ApiClient', id)))).toEqual(['NOT_FOUND']);
    }
  });

  it('are seen by the admin, in a fixed number of statements, and are not there for others', async () => {
    const { apiClient } = await create({ limitedToBranchIds: [gid('Branch', WORLD.branch1)] });
    database.statements();
    const { data } = await ask(ACTORS.admin, LIST);
    expect(data?.apiClients.edges.length).toBeGreaterThan(1);
    expect(database.statements()).toHaveLength(4);
    const node = async (actor: Actor) =>
      (await ask(actor, 'query($id: ID!) { node(id: $id) { id } }', { id: apiClient.id })).data?.node;
    expect(await node(ACTORS.admin)).toEqual({ id: apiClient.id });
    for (const actor of [ANONYMOUS, ACTORS.secretary1, ACTORS.officer, ACTORS.clinic, ACTORS.daughter, ACTORS.subdistrict]) {
      expect((await ask(actor, LIST)).data?.apiClients.edges).toEqual([]);
      expect(await node(actor)).toBeNull();
    }
  });

  it('get a service account with a role and a key that is told once', async () => {
    const input = terms({
      limitedToBranchIds: [gid('Branch', WORLD.branch2)],
      addresses: ['192.0.2.0/24'],
      pointsPerMinute: 100,
    });
    const first = await call(ACTORS.admin, CREATE, input);
    expect(first).toMatchObject({
      key: expect.stringMatching(/^ra_live_/),
      apiClient: {
        scopes: ['offers:read', 'offers:write'],
        addresses: ['192.0.2.0/24'],
        pointsPerMinute: 100,
        liveKeys: 1,
        lastUsedAt: null,
        account: { active: true, roles: [{ role: 'LIAISON' }] },
        limitedToBranches: [{ code: 'B2' }],
      },
      userErrors: [],
    });
    expect(await call(ACTORS.admin, CREATE, input)).toEqual({ ...first, key: null });
    const stored = JSON.stringify([
      await owner`select * from identity.api_key`,
      await owner`select * from event`,
      await owner`select * from identity.api_client`,
    ]);
    expect(stored).not.toContain(first.key.slice(10, 40));
    expect(codes(await signIn(first.apiClient.account.login, ''))).toEqual(['INVALID_INPUT']);
    expect(codes(await signIn(first.apiClient.account.login, first.key))).toEqual(['INVALID_CREDENTIALS']);
    expect(await eventsOf(first.apiClient.clientId)).toEqual(['API_CLIENT_CREATED']);
  });

  it.each([
    [{ scopes: ['offers:delete'] }, 'scopes'],
    [{ organizationId: null }, 'organizationId'],
    [{ limitedToBranchIds: [gid('Branch', randomUUID())] }, 'limitedToBranchIds'],
    [{ addresses: ['example.org'] }, 'addresses'],
    [{ expiresAt: '2020-01-01T00:00:00Z' }, 'expiresAt'],
  ])('are refused with %j', async (wrong, path) => {
    expect(await create(wrong)).toMatchObject({ key: null, apiClient: null, userErrors: [{ path: [path] }] });
  });
});

describe('a key', () => {
  it('gives the rights of the account, narrowed, and its budget', async () => {
    const { key, apiClient } = await create({ limitedToBranchIds: [gid('Branch', WORLD.branch2)], pointsPerMinute: 77 });
    const caller = await callerOf(key);
    expect(caller).toMatchObject({
      communityId: WORLD.community,
      actor: {
        roles: ['LIAISON'],
        organizationIds: [WORLD.clinic],
        memberBranchIds: [WORLD.branch2],
        client: { id: apiClient.clientId, scopes: ['offers:read', 'offers:write'], pointsPerMinute: 77 },
      },
    });
    // Whatever role the account gets besides.
    await addRole(caller?.actor.accountId ?? '', { role: 'COMMUNITY_ADMIN' });
    expect((await callerOf(key))?.actor).toMatchObject({
      roles: ['LIAISON'],
      branchIds: [WORLD.branch2],
      secretaryBranchIds: [WORLD.branch2],
    });
  });

  it('is refused without a question to the database when it is mistyped', async () => {
    const { authenticate } = createAuthentication({ db: serving.db, tokens: testTokens, now: () => NOW });
    const { key } = await create();
    await authenticate('x.y.z', null);
    database.statements();
    expect(await authenticate(`${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`, null)).toBeNull();
    expect(database.statements()).toEqual([]);
  });

  it('is good from its addresses only, until its program ends, and its use is noted now and then', async () => {
    const end = new Date(NOW.getTime() + 3_600_000);
    const { key, apiClient } = await create({ addresses: ['192.0.2.0/24', '2001:db8::/32'], expiresAt: end.toISOString() });
    const lastUse = async () =>
      (await owner`select last_used_at from identity.api_client where id = ${apiClient.clientId}`)[0]?.last_used_at;
    for (const address of [null, '198.51.100.1', '2001:db9::1']) expect(await callerOf(key, address)).toBeNull();
    expect(await lastUse()).toBeNull();
    for (const address of ['192.0.2.1', '::ffff:192.0.2.1', '2001:db8::1']) expect(await callerOf(key, address)).not.toBeNull();
    expect(await lastUse()).toEqual(NOW);
    await callerOf(key, '192.0.2.1', new Date(NOW.getTime() + 240_000));
    expect(await lastUse()).toEqual(NOW);
    await callerOf(key, '192.0.2.1', new Date(NOW.getTime() + 360_000));
    expect(await lastUse()).toEqual(new Date(NOW.getTime() + 360_000));
    expect(await callerOf(key, '192.0.2.1', end)).toBeNull();
  });

  it('makes room for the next: two live for a while, never three', async () => {
    const { key: first, apiClient } = await create();
    const later = (hours: number) => new Date(NOW.getTime() + hours * 3_600_000);
    const input = { overlapHours: 2, idempotencyKey: randomUUID() };
    const { key: second } = await rotate(apiClient.id, input);
    expect(await rotate(apiClient.id, input)).toMatchObject({ key: null, apiClient: { liveKeys: 2 }, userErrors: [] });
    const alive = async (at: Date, ...keys: string[]) =>
      Promise.all(keys.map(async key => (await callerOf(key, null, at)) !== null));
    expect(await alive(NOW, first, second)).toEqual([true, true]);
    expect(await alive(later(2), first, second)).toEqual([false, true]);
    const { key: third } = await rotate(apiClient.id);
    expect(await alive(NOW, first, second, third)).toEqual([false, true, true]);
    const { key: fourth } = await rotate(apiClient.id, { overlapHours: 0 });
    expect(await alive(NOW, first, second, third, fourth)).toEqual([false, false, false, true]);
    for (const overlapHours of [-1, 169]) expect(codes(await rotate(apiClient.id, { overlapHours }))).toEqual(['INVALID_INPUT']);
    expect(await eventsOf(apiClient.clientId)).toEqual(['API_CLIENT_CREATED', ...Array(3).fill('API_CLIENT_KEY_ROTATED')]);
  });

  it('ends with its program, for good, also where it is remembered', async () => {
    const { key, apiClient } = await create();
    const token = testTokens.issue(
      {
        accountId: randomUUID(),
        communityId: WORLD.community,
        sessionId: null,
        client: { id: apiClient.clientId, scopes: ['offers:read', 'needs:read'] },
      },
      NOW,
    ).token;
    expect((await callerOf(token))?.actor.client?.scopes).toEqual(['offers:read']);
    expect(await revoke(apiClient.id)).toMatchObject({
      apiClient: { revokedAt: NOW.toISOString(), liveKeys: 0 },
      userErrors: [],
    });
    expect([await callerOf(key), await callerOf(token)]).toEqual([null, null]);
    expect(codes(await revoke(apiClient.id))).toEqual(['INVALID_STATE']);
    expect(codes(await rotate(apiClient.id))).toEqual(['INVALID_STATE']);
    const changes = await owner`select 1 from identity.rights_change where subject_id = ${apiClient.clientId}`;
    expect(changes.length).toBeGreaterThan(1);
  });
});
