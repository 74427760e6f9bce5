import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type AccountActor, ANONYMOUS } from '../../src/kernel/actor.js';
import { loadActor } from '../../src/modules/identity/identity.service.js';
import { ACTORS } from '../support/ask.js';
import { openIdentity } from '../support/identity.js';
import { residentRow } from '../support/profiles.js';
import { NOW, WORLD } from '../support/world.js';

const { database, owner, serving, ask, addRole, someone } = await openIdentity();

describe('loadActor', () => {
  const actorOf = (accountId: string, communityId: string = WORLD.community, now = NOW) =>
    loadActor(serving.db, communityId, accountId, now);
  const both = [WORLD.branch1, WORLD.branch2];

  it('knows nobody who is not there or not active, and gives no rights elsewhere', async () => {
    expect(await actorOf(randomUUID())).toBeNull();
    const { id } = await someone();
    await owner`update identity.account set active = false where id = ${id}`;
    expect(await actorOf(id)).toBeNull();
    expect(await actorOf(WORLD.admin, WORLD.otherCommunity)).toEqual({ ...NOTHING, accountId: WORLD.admin });
  });

  it.each<[string, string, Partial<AccountActor>]>([
    ['an admin', WORLD.admin, { roles: ['COMMUNITY_ADMIN'], branchIds: both, secretaryBranchIds: both }],
    [
      'a secretary',
      WORLD.secretary1,
      { roles: ['BRANCH_SECRETARY'], branchIds: [WORLD.branch1], secretaryBranchIds: [WORLD.branch1] },
    ],
    ['an officer', WORLD.officer, { roles: ['ESTATE_OFFICER'], branchIds: [WORLD.branch1] }],
    ['a liaison', WORLD.liaisonClinic, { roles: ['LIAISON'], organizationIds: [WORLD.clinic], memberBranchIds: both }],
    ['a relative', WORLD.daughter, { roles: ['FAMILY'] }],
  ])('gives %s what follows from the role', async (_who, accountId, rights) => {
    expect(await actorOf(accountId)).toEqual({ ...NOTHING, accountId, ...rights });
  });

  it.each<[AccountActor['roles'][number], Partial<AccountActor>]>([
    ['GENERALIST_WORKER', { branchIds: [WORLD.branch2] }],
    ['VOLUNTEER', {}],
    ['MEDIATOR', {}],
    ['SUBDISTRICT', {}],
    ['AUDITOR', {}],
  ])('gives %s no more than follows from the role', async (role, rights) => {
    const { id } = await someone({ role, ...(role === 'GENERALIST_WORKER' && { branch: WORLD.branch2 }) });
    expect(await actorOf(id)).toEqual({ ...NOTHING, accountId: id, roles: [role], ...rights });
  });

  it('joins the rights of several roles, counts them from and until their time, and reads verified kinship only', async () => {
    const { id } = await someone({ role: 'LIAISON', organization: WORLD.barber });
    await addRole(id, { role: 'BRANCH_SECRETARY', branch: WORLD.branch2 });
    await owner`update identity.role_assignment set valid_from = ${NOW}, valid_until = ${new Date(NOW.getTime() + 1000)}
      where account_id = ${id} and role = 'BRANCH_SECRETARY'`;
    const [resident, claimed] = [randomUUID(), randomUUID()];
    for (const one of [resident, claimed]) await owner`insert into personal.resident ${owner(residentRow(one))}`;
    for (const [residentId, state] of [
      [resident, 'VERIFIED'],
      [claimed, 'CLAIMED'],
    ] as const)
      await owner`insert into personal.kinship (community_id, id, branch_id, resident_id, account_id, relation, state, verified_at, created_at)
        values (${WORLD.community}, ${randomUUID()}, ${WORLD.branch1}, ${residentId}, ${id}, (enum_range(null::kinship_relation))[1], ${state}, now(), now())`;
    const liaison = {
      ...NOTHING,
      accountId: id,
      roles: ['LIAISON'],
      organizationIds: [WORLD.barber],
      memberBranchIds: [WORLD.branch1],
      kinIds: [resident],
    };
    expect(await actorOf(id, WORLD.community, new Date(NOW.getTime() - 1))).toEqual(liaison);
    expect(await actorOf(id)).toEqual({
      ...liaison,
      roles: ['BRANCH_SECRETARY', 'LIAISON'],
      branchIds: [WORLD.branch2],
      secretaryBranchIds: [WORLD.branch2],
    });
    expect(await actorOf(id, WORLD.community, new Date(NOW.getTime() + 1000))).toEqual(liaison);
  });

  it('asks the rights by one statement', async () => {
    database.statements();
    await actorOf(WORLD.admin);
    expect(database.statements().filter(text => /^\s*(select|with)/i.test(text))).toHaveLength(1);
    await actorOf(WORLD.admin);
    expect(database.statements()).toHaveLength(4);
  });
});

const NOTHING = {
  kind: 'ACCOUNT',
  roles: [],
  branchIds: [],
  secretaryBranchIds: [],
  organizationIds: [],
  memberBranchIds: [],
  kinIds: [],
  client: null,
};

describe('viewer', () => {
  const VIEWER =
    '{ viewer { account { login roles { role } } roles { role branch { code } area { code } organization { name } } } }';

  it('is nobody without a token', async () => {
    expect((await ask(ANONYMOUS, VIEWER)).data).toEqual({ viewer: null });
  });

  it.each([
    [ACTORS.officer, 'officer.east', { role: 'ESTATE_OFFICER', branch: null, area: { code: 'EAST' }, organization: null }],
    [ACTORS.clinic, 'liaison.t001', { role: 'LIAISON', branch: null, area: null, organization: { name: '社区卫生服务中心' } }],
  ] as const)('shows roles with what they are for', async (actor, login, role) => {
    expect((await ask(actor, VIEWER)).data).toEqual({
      viewer: { account: { login, roles: [{ role: role.role }] }, roles: [role] },
    });
  });
});
