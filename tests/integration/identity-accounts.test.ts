import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Actor, ANONYMOUS } from '../../src/kernel/actor.js';
import { accountSight, accountVisibleTo } from '../../src/modules/identity/identity.policy.js';
import { createAccounts, hasDemoAccounts, loadActor } from '../../src/modules/identity/identity.service.js';
import { accounts } from '../../src/modules/identity/identity.table.js';
import { ACTORS, gid, scopeOf } from '../support/ask.js';
import { ASSIGN, codes, DEACTIVATE, END, OTHER_ACCOUNT, openIdentity, PASSWORD } from '../support/identity.js';
import { NOW, WORLD } from '../support/world.js';

const { database, owner, serving, ask, addRole, someone, signIn, refresh } = await openIdentity();

describe('accounts and roles', () => {
  it('are not managed by anyone but the admin', async () => {
    const accountId = gid('Account', WORLD.officer);
    const idempotencyKey = randomUUID();
    const roleAssignmentId = gid('RoleAssignment', randomUUID());
    const calls = [
      [ASSIGN, { accountId, role: 'COMMUNITY_ADMIN', idempotencyKey }],
      [END, { roleAssignmentId }],
      [DEACTIVATE, { accountId, expectedVersion: 1 }],
    ] as const;
    for (const [query, value] of calls) {
      expect((await ask(ANONYMOUS, query, { input: value })).errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
      const byProgram: Actor = { ...ACTORS.admin, client: { id: randomUUID(), scopes: ['identity:write'] } };
      for (const actor of [byProgram, ACTORS.secretary1, ACTORS.officer, ACTORS.clinic, ACTORS.daughter, ACTORS.subdistrict]) {
        const [payload] = Object.values((await ask(actor, query, { input: value })).data ?? {});
        expect(codes(payload)).toEqual(['FORBIDDEN']);
      }
    }
    expect(await owner`select 1 from event where kind = 'ROLE_ASSIGNED'`).toHaveLength(0);
  });

  it.each([
    [{ branchId: null }, 'branchId'],
    [{ areaId: gid('Area', WORLD.east) }, 'areaId'],
    [{ role: 'SUBDISTRICT' }, 'branchId'],
    [{ role: 'MEDIATOR' }, 'branchId'],
    [{ validUntil: '2020-01-01T00:00:00Z' }, 'validUntil'],
    [{ branchId: gid('Branch', WORLD.otherBranch) }, 'branchId'],
    [{ branchId: gid('Building', WORLD.building1) }, 'branchId'],
  ])('get no role with %j', async (wrong, path) => {
    const role = { role: 'BRANCH_SECRETARY', branchId: gid('Branch', WORLD.branch2), idempotencyKey: randomUUID() };
    const input = { accountId: gid('Account', WORLD.officer), ...role, ...wrong };
    const { data } = await ask(ACTORS.admin, ASSIGN, { input });
    expect(data?.roleAssign).toMatchObject({ roleAssignment: null, userErrors: [{ path: [path] }] });
  });

  it('are assigned and ended by the admin; nobody ends their own admin role', async () => {
    const { login, id } = await someone();
    const accountId = gid('Account', id);
    const value = { accountId, role: 'ESTATE_OFFICER', areaId: gid('Area', WORLD.west), idempotencyKey: randomUUID() };
    const unknown = { ...value, accountId: gid('Account', randomUUID()), idempotencyKey: randomUUID() };
    expect(codes((await ask(ACTORS.admin, ASSIGN, { input: unknown })).data?.roleAssign)).toEqual(['NOT_FOUND']);
    const { roleAssignment } = (await ask(ACTORS.admin, ASSIGN, { input: value })).data?.roleAssign ?? {};
    expect(roleAssignment).toMatchObject({ role: 'ESTATE_OFFICER', validUntil: null, account: { login } });
    expect((await ask(ACTORS.admin, ASSIGN, { input: value })).data?.roleAssign.roleAssignment).toEqual(roleAssignment);
    const twice = (await ask(ACTORS.admin, ASSIGN, { input: { ...value, idempotencyKey: randomUUID() } })).data?.roleAssign;
    expect(twice.userErrors).toMatchObject([{ code: 'DUPLICATE', existingId: roleAssignment.id }]);
    expect((await loadActor(serving.db, WORLD.community, id, NOW))?.branchIds).toEqual([WORLD.branch1, WORLD.branch2]);

    const end = async (roleAssignmentId: string) => (await ask(ACTORS.admin, END, { input: { roleAssignmentId } })).data?.roleEnd;
    expect(codes(await end(gid('RoleAssignment', randomUUID())))).toEqual(['NOT_FOUND']);
    const [own] = await owner`select id from identity.role_assignment where account_id = ${WORLD.admin}`;
    expect((await end(gid('RoleAssignment', own?.id))).userErrors).toMatchObject([
      { code: 'INVALID_INPUT', rule: 'NOT_ALLOWED' },
    ]);
    expect(await end(roleAssignment.id)).toEqual({
      roleAssignment: { id: roleAssignment.id, validUntil: NOW.toISOString() },
      userErrors: [],
    });
    expect(codes(await end(roleAssignment.id))).toEqual(['INVALID_STATE']);
    expect((await loadActor(serving.db, WORLD.community, id, NOW))?.branchIds).toEqual([WORLD.branch1]);
  });

  it('of two equal roles at the same time one is assigned', async () => {
    const { id } = await someone();
    const value = { accountId: gid('Account', id), role: 'FAMILY' };
    const both = await Promise.all(
      [1, 2].map(() => ask(ACTORS.admin, ASSIGN, { input: { ...value, idempotencyKey: randomUUID() } })),
    );
    expect(both.map(({ data }) => codes(data?.roleAssign)).sort()).toEqual([[], ['DUPLICATE']]);
  });

  it('are shut by the admin, but not oneself, and not those who also work elsewhere', async () => {
    const { login, id } = await someone();
    const { refreshToken } = await signIn(login);
    const shut = async (accountId: string, expectedVersion = 1) =>
      (await ask(ACTORS.admin, DEACTIVATE, { input: { accountId: gid('Account', accountId), expectedVersion } })).data
        ?.accountDeactivate;
    expect(codes(await shut(randomUUID()))).toEqual(['NOT_FOUND']);
    expect(codes(await shut(OTHER_ACCOUNT))).toEqual(['NOT_FOUND']);
    expect(codes(await shut(WORLD.admin))).toEqual(['INVALID_INPUT']);
    const shared = await someone();
    await addRole(shared.id, { role: 'SUBDISTRICT', community: WORLD.otherCommunity });
    expect(codes(await shut(shared.id))).toEqual(['FORBIDDEN']);
    expect((await shut(id, 7)).userErrors).toMatchObject([{ code: 'STALE_VERSION', currentVersion: 1 }]);
    expect(await shut(id)).toEqual({ account: { active: false, version: 2 }, userErrors: [] });
    expect(codes(await shut(id, 2))).toEqual(['INVALID_STATE']);
    expect(codes(await refresh(refreshToken))).toEqual(['INVALID_TOKEN']);
    expect(codes(await signIn(login))).toEqual(['INVALID_CREDENTIALS']);
  });

  it('are listed and fetched by the admin, and by others only themselves', async () => {
    const LIST = 'query($text: String) { accounts(first: 100, text: $text) { edges { node { login } } } }';
    const logins = async (actor: Actor, text: string | null = null) =>
      (await ask(actor, LIST, { text })).data?.accounts.edges.map((edge: { node: { login: string } }) => edge.node.login);
    expect(await logins(ANONYMOUS)).toEqual([]);
    expect(await logins(ACTORS.secretary1)).toEqual(['secretary.b1']);
    const all = await logins(ACTORS.admin);
    expect(all).toContain('officer.east');
    expect(all).not.toContain('elsewhere');
    expect(await logins(ACTORS.admin, 'Officer')).toEqual(['officer.east']);
    expect(await logins(ACTORS.admin, '%')).toEqual([]);
    const node = async (actor: Actor, id: string) =>
      (await ask(actor, 'query($id: ID!) { node(id: $id) { id } }', { id })).data?.node;
    const [role] = await owner`select id from identity.role_assignment where account_id = ${WORLD.officer}`;
    for (const id of [gid('Account', WORLD.officer), gid('RoleAssignment', role?.id)]) {
      for (const actor of [ANONYMOUS, ACTORS.secretary1, ACTORS.subdistrict]) expect(await node(actor, id)).toBeNull();
      expect(await node(ACTORS.officer, id)).toEqual({ id });
      expect(await node(ACTORS.admin, id)).toEqual({ id });
    }
    expect(await node(ACTORS.admin, gid('Account', OTHER_ACCOUNT))).toBeNull();
  });

  it('are seen by the same rule one by one and in a list', async () => {
    const stored = await owner`select id, exists (select 1 from identity.role_assignment r where r.account_id = a.id
      and r.community_id = ${WORLD.community}) as belongs from identity.account a`;
    const actors = [...Object.values(ACTORS), { kind: 'SYSTEM', purpose: 'seed', behalfOf: WORLD.admin } as const];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom<Actor>(...actors), async actor => {
        const listed = await serving.db
          .select({ id: accounts.id })
          .from(accounts)
          .where(accountVisibleTo(actor, WORLD.community));
        const expected = stored.filter(row => accountSight.holds(actor, { id: row.id, belongs: row.belongs })).map(row => row.id);
        expect(listed.map(({ id }) => id).sort()).toEqual(expected.sort());
      }),
      { numRuns: 40 },
    );
  });
});

describe('createAccounts', () => {
  const seeds = [
    { login: 'demo.1', displayName: '演示一', roles: [{ role: 'COMMUNITY_ADMIN' as const }] },
    {
      login: 'demo.2',
      displayName: '演示二',
      roles: [{ role: 'LIAISON' as const, organizationId: WORLD.barber }, { role: 'FAMILY' as const }],
    },
  ];
  const bulk = { accounts: seeds, password: PASSWORD, isDemo: true };

  it('is for seeds and admins, and takes all or none', async () => {
    expect(await createAccounts(scopeOf(database, ACTORS.secretary1), bulk)).toMatchObject({
      ok: false,
      failure: { code: 'FORBIDDEN' },
    });
    expect(await createAccounts(scopeOf(database, ANONYMOUS).asSystem('matching'), bulk)).toMatchObject({ ok: false });
    const seed = scopeOf(database, ANONYMOUS).asSystem('seed');
    const taken = [...seeds, { login: 'admin', displayName: '占用', roles: [] }];
    expect(await createAccounts(seed, { ...bulk, accounts: taken })).toMatchObject({
      ok: false,
      failure: { code: 'DUPLICATE', existingId: WORLD.admin },
    });
    expect(await hasDemoAccounts(serving.db)).toBe(false);
    expect(await createAccounts(seed, bulk)).toMatchObject({ ok: true, value: [{ login: 'demo.1' }, { login: 'demo.2' }] });
    expect(await hasDemoAccounts(serving.db)).toBe(true);
    expect((await signIn('demo.2')).viewer.roles.map(({ role }: { role: string }) => role)).toEqual(['LIAISON', 'FAMILY']);
    await owner`update identity.account set active = false where is_demo`;
    expect(await hasDemoAccounts(serving.db)).toBe(false);
  });
});
