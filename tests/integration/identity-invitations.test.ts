import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Actor, ANONYMOUS } from '../../src/kernel/actor.js';
import { purgeCredentials } from '../../src/modules/identity/identity.service.js';
import { createLockout } from '../../src/modules/identity/lockout.js';
import { ACTORS, gid } from '../support/ask.js';
import { codes, errors, openIdentity, PASSWORD } from '../support/identity.js';
import { NOW, WORLD } from '../support/world.js';

const { owner, serving, ask, eventsOf, someone, signIn } = await openIdentity();

const INVITE = `mutation($input: InvitationCreateInput!) { invitationCreate(input: $input) { code invitation { id role state expiresAt invitedBy { login } organization { name } } ${errors} } }`;
const ACCEPT = `mutation($input: InvitationAcceptInput!) { invitationAccept(input: $input) { login ${errors} } }`;
const REVOKE = `mutation($input: InvitationRevokeInput!) { invitationRevoke(input: $input) { invitation { state } ${errors} } }`;
const LIST = '{ invitations(first: 100) { edges { node { id } } } }';

const clinic = { role: 'LIAISON', organizationId: gid('Organization', WORLD.clinic) };
const invite = async (actor: Actor, input: object, options = {}) =>
  (await ask(actor, INVITE, { input: { idempotencyKey: randomUUID(), ...input } }, options)).data?.invitationCreate;
const newcomer = () => ({ login: `new.${randomBytes(4).toString('hex')}`, displayName: '新人', password: PASSWORD });
const accept = async (code: string, more: object = {}, options: object = { lockout: createLockout() }) =>
  (await ask(ANONYMOUS, ACCEPT, { input: { code, ...newcomer(), ...more } }, options)).data?.invitationAccept;
const revoke = async (actor: Actor, invitationId: string) =>
  (await ask(actor, REVOKE, { input: { invitationId, idempotencyKey: randomUUID() } })).data?.invitationRevoke;
const listed = async (actor: Actor): Promise<string[]> =>
  (await ask(actor, LIST)).data?.invitations.edges.map((edge: { node: { id: string } }) => edge.node.id);

describe('invitations', () => {
  it('are made by those who may: the admin to all roles, a secretary liaisons of their alliance, nobody else', async () => {
    const inputs = [
      clinic,
      { role: 'LIAISON', organizationId: gid('Organization', WORLD.stranger) },
      { role: 'BRANCH_SECRETARY', branchId: gid('Branch', WORLD.branch1) },
      { role: 'COMMUNITY_ADMIN' },
    ];
    const table: [Actor, boolean[]][] = [
      [ACTORS.admin, [true, true, true, true]],
      [ACTORS.secretary1, [true, false, false, false]],
      [ACTORS.secretary2, [true, false, false, false]],
      [ACTORS.officer, [false, false, false, false]],
      [ACTORS.clinic, [false, false, false, false]],
      [ACTORS.daughter, [false, false, false, false]],
      [ACTORS.subdistrict, [false, false, false, false]],
      [{ ...ACTORS.admin, client: { id: randomUUID(), scopes: ['identity:write'] } }, [false, false, false, false]],
    ];
    await owner`insert into identity.account (id, login, display_name, created_at) values (${WORLD.secretary2}, 'secretary.b2', 'b2', now())`;
    for (const [actor, may] of table)
      for (const [at, input] of inputs.entries()) expect(codes(await invite(actor, input))).toEqual(may[at] ? [] : ['FORBIDDEN']);
    const refused = await ask(ANONYMOUS, INVITE, { input: { ...clinic, idempotencyKey: randomUUID() } });
    expect(refused.errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
    // The barber's alliance is that of branch 1 only.
    const barber = { role: 'LIAISON', organizationId: gid('Organization', WORLD.barber) };
    expect(codes(await invite(ACTORS.secretary2, barber))).toEqual(['FORBIDDEN']);
  });

  it.each([
    [{ expiresInDays: 15 }, 'expiresInDays'],
    [{ expiresInDays: 0 }, 'expiresInDays'],
    [{ organizationId: null }, 'organizationId'],
    [{ organizationId: gid('Organization', randomUUID()) }, 'organizationId'],
    [{ validUntil: '2020-01-01T00:00:00Z' }, 'validUntil'],
  ])('are refused with %j', async (wrong, path) => {
    expect(await invite(ACTORS.admin, { ...clinic, ...wrong })).toMatchObject({
      code: null,
      invitation: null,
      userErrors: [{ path: [path] }],
    });
  });

  it('tell their code once, store its hash, and say nothing of it in the log', async () => {
    const idempotencyKey = randomUUID();
    const first = await invite(ACTORS.secretary1, { ...clinic, idempotencyKey });
    expect(first).toMatchObject({
      code: expect.stringMatching(/^[\w-]{43}$/),
      invitation: {
        role: 'LIAISON',
        state: 'OPEN',
        invitedBy: { login: 'secretary.b1' },
        organization: { name: '社区卫生服务中心' },
      },
    });
    expect(await invite(ACTORS.secretary1, { ...clinic, idempotencyKey })).toEqual({ ...first, code: null });
    const stored = JSON.stringify([await owner`select * from identity.invitation`, await owner`select * from event`]);
    expect(stored).not.toContain(first.code);
  });

  it('open one account, with the role, however many try at once', async () => {
    const { code, invitation } = await invite(ACTORS.secretary1, clinic);
    const answers = await Promise.all(Array.from({ length: 4 }, () => accept(code)));
    const won = answers.filter(({ login }) => login !== null);
    expect(won).toHaveLength(1);
    expect(answers.flatMap(codes)).toEqual(Array(3).fill('INVALID_TOKEN'));
    const session = await signIn(won[0].login);
    expect(session.viewer.roles).toMatchObject([{ role: 'LIAISON', organization: { name: '社区卫生服务中心' } }]);
    expect(await owner`select 1 from identity.account where login like 'new.%'`).toHaveLength(1);
    const [row] = await owner`select id from identity.invitation where accepted_at is not null`;
    expect(await eventsOf(row?.id)).toEqual(['INVITATION_CREATED', 'INVITATION_ACCEPTED']);
    expect((await revoke(ACTORS.secretary1, invitation.id)).userErrors).toMatchObject([{ code: 'INVALID_STATE' }]);
  });

  it('say the same of an unknown, a revoked and an expired code, and count wrong ones', async () => {
    const revoked = await invite(ACTORS.admin, clinic);
    expect(await revoke(ACTORS.admin, revoked.invitation.id)).toEqual({ invitation: { state: 'REVOKED' }, userErrors: [] });
    const expired = await invite(ACTORS.admin, { ...clinic, expiresInDays: 1 });
    const later = { lockout: createLockout(), now: () => new Date(NOW.getTime() + 86_400_000) };
    const answers = [
      await accept(randomBytes(32).toString('base64url')),
      await accept(revoked.code),
      await accept(expired.code, {}, later),
      await accept("'; drop"),
    ];
    for (const answer of answers)
      expect(answer).toEqual({ login: null, userErrors: [{ code: 'INVALID_TOKEN', path: ['code'] }] });
    const options = { lockout: createLockout(), address: '192.0.2.9' };
    const tries: string[] = [];
    for (let n = 0; n < 6; n++) tries.push(...codes(await accept(randomBytes(32).toString('base64url'), {}, options)));
    expect(tries.slice(4)).toEqual(['INVALID_TOKEN', 'TOO_MANY_ATTEMPTS']);
    expect(codes(await accept(expired.code, {}, { lockout: options.lockout, address: '192.0.2.10' }))).toEqual([]);
  });

  it('stay open when the name is taken or the password is bad', async () => {
    const { code } = await invite(ACTORS.admin, clinic);
    expect((await accept(code, { login: 'admin' })).userErrors).toMatchObject([
      { code: 'INVALID_INPUT', path: ['login'], rule: 'NOT_ALLOWED' },
    ]);
    for (const [wrong, path] of [
      [{ login: 'Ünicode' }, 'login'],
      [{ login: 'x' }, 'login'],
      [{ login: '-x-' }, 'login'],
      [{ displayName: ' ' }, 'displayName'],
      [{ password: 'short' }, 'password'],
    ] as const)
      expect(await accept(code, wrong)).toMatchObject({ login: null, userErrors: [{ path: [path] }] });
    expect(codes(await accept(code))).toEqual([]);
  });

  it('open nothing once their role would be over', async () => {
    const validUntil = new Date(NOW.getTime() + 3_600_000);
    const { code } = await invite(ACTORS.admin, { ...clinic, validUntil: validUntil.toISOString() });
    const later = { lockout: createLockout(), now: () => validUntil };
    expect(codes(await accept(code, {}, later))).toEqual(['INVALID_TOKEN']);
    expect(codes(await accept(code))).toEqual([]);
  });

  it('are worth what their inviter may give at the moment', async () => {
    const { id } = await someone();
    const { code } = await invite({ ...ACTORS.secretary1, accountId: id }, clinic);
    await owner`update identity.role_assignment set valid_until = ${NOW} where account_id = ${id}`;
    expect(codes(await accept(code))).toEqual(['INVALID_TOKEN']);
    await owner`update identity.role_assignment set valid_until = null where account_id = ${id}`;
    await owner`update identity.account set active = false where id = ${id}`;
    expect(codes(await accept(code))).toEqual(['INVALID_TOKEN']);
    await owner`update identity.account set active = true where id = ${id}`;
    expect(codes(await accept(code))).toEqual([]);
  });

  it('are seen, fetched and revoked by the admin and by who made them; for others they are not there', async () => {
    const { invitation } = await invite(ACTORS.secretary1, clinic);
    const node = async (actor: Actor) =>
      (await ask(actor, 'query($id: ID!) { node(id: $id) { id } }', { id: invitation.id })).data?.node;
    for (const actor of [ACTORS.admin, ACTORS.secretary1]) {
      expect(await listed(actor)).toContain(invitation.id);
      expect(await node(actor)).toEqual({ id: invitation.id });
    }
    for (const actor of [ANONYMOUS, ACTORS.secretary2, ACTORS.officer, ACTORS.clinic, ACTORS.daughter, ACTORS.subdistrict]) {
      expect(await listed(actor)).not.toContain(invitation.id);
      expect(await node(actor)).toBeNull();
    }
    expect(codes(await revoke(ACTORS.secretary2, invitation.id))).toEqual(['NOT_FOUND']);
    expect(codes(await revoke(ACTORS.secretary2, gid('Invitation', randomUUID())))).toEqual(['NOT_FOUND']);
    for (const actor of [ACTORS.officer, ACTORS.clinic, ACTORS.subdistrict])
      expect(codes(await revoke(actor, invitation.id))).toEqual(['FORBIDDEN']);
    expect(codes(await revoke(ACTORS.admin, invitation.id))).toEqual([]);
  });
});

describe('upkeep', () => {
  it('removes what nobody can use any more, and nothing else', async () => {
    const { id } = await someone();
    const insert = (hash: string, expires: Date, revoked: Date | null) =>
      owner`insert into identity.refresh_token (hash, family_id, account_id, community_id, created_at, expires_at, revoked_at)
        values (${hash}, ${randomUUID()}, ${id}, ${WORLD.community}, ${NOW}, ${expires}, ${revoked})`;
    const day = (n: number) => new Date(NOW.getTime() + n * 86_400_000);
    await insert('expired', NOW, null);
    await insert('dead for a day', day(30), day(-1));
    await insert('dead just now', day(30), NOW);
    await insert('alive', day(1), null);
    await owner`insert into identity.rights_change (id, subject_id, at) values (${randomUUID()}, ${id}, now() - interval '11 minutes')`;
    const before = await owner`select id from identity.invitation`;
    await purgeCredentials(serving.db, NOW);
    expect(await owner`select hash from identity.refresh_token where account_id = ${id} order by hash`).toEqual([
      { hash: 'alive' },
      { hash: 'dead just now' },
    ]);
    expect(await owner`select 1 from identity.rights_change where subject_id = ${id}`).toHaveLength(0);
    expect(await owner`select id from identity.invitation`).toEqual(before);
    await purgeCredentials(serving.db, day(105));
    expect(await owner`select id from identity.invitation`).toEqual([]);
  });
});
