import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { hash as argon2 } from '@node-rs/argon2';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildSchema } from '../../src/graphql/schema.js';
import { type AccountActor, type Actor, ANONYMOUS } from '../../src/kernel/actor.js';
import { allianceResolvers } from '../../src/modules/alliance/alliance.mutations.graphql.js';
import { identityResolvers } from '../../src/modules/identity/identity.mutations.graphql.js';
import { accountVisibleTo, canSeeAccount } from '../../src/modules/identity/identity.policy.js';
import { createAccounts, createAuthentication, hasDemoAccounts, loadActor } from '../../src/modules/identity/identity.service.js';
import { accounts } from '../../src/modules/identity/identity.table.js';
import { createLockout } from '../../src/modules/identity/lockout.js';
import { territoryResolvers } from '../../src/modules/territory/territory.graphql.js';
import { ACTORS, createAsk, gid, scopeOf, testTokens } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { NOW, seedWorld, WORLD } from '../support/world.js';

const PASSWORD = 'a password for tests';
const OTHER_ACCOUNT = '00000000-0000-7000-8000-000000000091';
const database = await createTestDatabase({ max: 8 });
const { owner, serving } = database;
const ask = createAsk(buildSchema([...territoryResolvers, ...allianceResolvers, ...identityResolvers]), database);

let passwordHash = '';
beforeAll(async () => {
  await seedWorld(database);
  passwordHash = await argon2(PASSWORD, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
  await addAccount('admin', WORLD.admin, { role: 'COMMUNITY_ADMIN' });
  await addAccount('secretary.b1', WORLD.secretary1, { role: 'BRANCH_SECRETARY', branch: WORLD.branch1 });
  await addAccount('officer.east', WORLD.officer, { role: 'ESTATE_OFFICER', area: WORLD.east });
  await addAccount('liaison.t001', WORLD.liaisonClinic, { role: 'LIAISON', organization: WORLD.clinic });
  await addAccount('family.1', WORLD.daughter, { role: 'FAMILY' });
  await addAccount('elsewhere', OTHER_ACCOUNT, { role: 'COMMUNITY_ADMIN', community: WORLD.otherCommunity });
});

interface TestRole {
  readonly role: string;
  readonly branch?: string;
  readonly area?: string;
  readonly organization?: string;
  readonly community?: string;
}
async function addAccount(login: string, id: string, role?: TestRole): Promise<string> {
  await owner`insert into identity.account (id, login, display_name, password_hash, created_at) values (${id}, ${login}, ${login}, ${passwordHash}, now())`;
  if (role) await addRole(id, role);
  return id;
}
async function addRole(accountId: string, { role, branch, area, organization, community }: TestRole): Promise<string> {
  const id = randomUUID();
  await owner`insert into identity.role_assignment (id, account_id, community_id, role, branch_id, area_id, organization_id, valid_from)
    values (${id}, ${accountId}, ${community ?? WORLD.community}, ${role}, ${branch ?? null}, ${area ?? null}, ${organization ?? null}, '2026-01-01')`;
  return id;
}
/** A secretary of its own for a test that changes it. */
const someone = async (role: TestRole = { role: 'BRANCH_SECRETARY', branch: WORLD.branch1 }) => {
  const login = `someone.${randomBytes(4).toString('hex')}`;
  return { login, id: await addAccount(login, randomUUID(), role) };
};
const eventsOf = async (subjectId: string): Promise<string[]> =>
  (await owner`select kind from event where subject_id = ${subjectId} order by id`).map(row => row.kind);

const errors =
  'userErrors { code path ... on TooManyAttemptsError { retryAfterSeconds } ... on DuplicateError { existingId } ... on InvalidInputError { rule limit } ... on StaleVersionError { currentVersion } }';
const session = `accessToken expiresAt refreshToken refreshExpiresAt viewer { account { id login displayName } roles { role branch { code } area { code } organization { name } } } ${errors}`;
const SIGN_IN = `mutation($input: SignInInput!) { signIn(input: $input) { ${session} } }`;
const REFRESH = `mutation($input: SessionRefreshInput!) { sessionRefresh(input: $input) { ${session} } }`;
const SIGN_OUT = `mutation($input: SignOutInput!) { signOut(input: $input) { signedOut ${errors} } }`;
const CHANGE = `mutation($input: PasswordChangeInput!) { passwordChange(input: $input) { account { version } ${errors} } }`;
const CREATE = `mutation($input: AccountCreateInput!) { accountCreate(input: $input) { account { id login active roles { id role branch { code } } } ${errors} } }`;
const ASSIGN = `mutation($input: RoleAssignInput!) { roleAssign(input: $input) { roleAssignment { id role validUntil account { login } } ${errors} } }`;
const END = `mutation($input: RoleEndInput!) { roleEnd(input: $input) { roleAssignment { id validUntil } ${errors} } }`;
const DEACTIVATE = `mutation($input: AccountDeactivateInput!) { accountDeactivate(input: $input) { account { active version } ${errors} } }`;

type Options = Parameters<typeof ask>[3];
// Each test counts its own tries, unless it hands over a lock-out.
const signIn = async (login: string, password = PASSWORD, input = {}, options: Options = {}) =>
  (await ask(ANONYMOUS, SIGN_IN, { input: { login, password, ...input } }, { lockout: createLockout(), ...options })).data
    ?.signIn;
const refresh = async (refreshToken: string, options: Options = {}) =>
  (await ask(ANONYMOUS, REFRESH, { input: { refreshToken } }, options)).data?.sessionRefresh;
const codes = (payload: { readonly userErrors: readonly { readonly code: string }[] }) =>
  payload.userErrors.map(({ code }) => code);

describe('signIn', () => {
  it('answers the same to an unknown name, a wrong password and a closed account', async () => {
    const closed = await someone();
    await owner`update identity.account set active = false where id = ${closed.id}`;
    const answers = [await signIn('nobody'), await signIn('admin', 'wrong'), await signIn(closed.login)];
    for (const answer of answers) {
      expect(answer).toEqual({
        accessToken: null,
        expiresAt: null,
        refreshToken: null,
        refreshExpiresAt: null,
        viewer: null,
        userErrors: [{ code: 'INVALID_CREDENTIALS', path: null }],
      });
    }
    expect(await owner`select 1 from identity.refresh_token`).toHaveLength(0);
  });

  it('does the same work for unknown and known names', async () => {
    database.statements();
    await signIn('nobody', 'wrong');
    const forNobody = database.statements();
    await signIn('admin', 'wrong');
    expect(database.statements()).toEqual(forNobody);
  });

  it('takes as long for unknown as for known names', async () => {
    const times = { nobody: [] as number[], admin: [] as number[] };
    for (let round = 0; round < 9; round++) {
      for (const login of ['nobody', 'admin'] as const) {
        const started = performance.now();
        await signIn(login, 'wrong');
        times[login].push(performance.now() - started);
      }
    }
    // The quickest of nine each: what the work takes when the machine has nothing else to do. Hashing is nearly all of it.
    const ratio = Math.min(...times.nobody) / Math.min(...times.admin);
    expect(ratio).toBeGreaterThan(0.6);
    expect(ratio).toBeLessThan(1.7);
  });

  it('refuses what can be no name and no password before any work', async () => {
    database.statements();
    for (const input of [{ login: 'x'.repeat(65) }, { login: '' }, { login: 'a\u0000' }, { login: '\ud800' }])
      expect(codes(await signIn('admin', PASSWORD, input))).toEqual(['INVALID_INPUT']);
    expect(codes(await signIn('admin', 'x'.repeat(129)))).toEqual(['INVALID_INPUT']);
    expect(codes(await signIn('admin', 'x'.repeat(100_000)))).toEqual(['INVALID_INPUT']);
    expect(database.statements()).toEqual([]);
  });

  it('opens a session: tokens, who it is, and an event without the name', async () => {
    const answer = await signIn('secretary.b1');
    expect(answer).toMatchObject({
      expiresAt: new Date(NOW.getTime() + 900_000).toISOString(),
      refreshExpiresAt: new Date(NOW.getTime() + 30 * 86_400_000).toISOString(),
      viewer: {
        account: { id: gid('Account', WORLD.secretary1), login: 'secretary.b1' },
        roles: [{ role: 'BRANCH_SECRETARY', branch: { code: 'B1' }, area: null, organization: null }],
      },
      userErrors: [],
    });
    expect(testTokens.verify(answer.accessToken, NOW)).toMatchObject({
      ok: true,
      value: { accountId: WORLD.secretary1, communityId: WORLD.community },
    });
    const stored = JSON.stringify(await owner`select * from identity.refresh_token where account_id = ${WORLD.secretary1}`);
    expect(stored).not.toContain(answer.refreshToken);
    expect(stored).toContain(createHash('sha256').update(answer.refreshToken).digest('hex'));
    expect(await eventsOf(WORLD.secretary1)).toEqual(['SIGNED_IN']);
    expect(JSON.stringify(await owner`select * from event where kind like 'SIGN%'`)).not.toContain('secretary.b1');
  });

  it('takes names as they are typed', async () => {
    expect((await signIn(' Ｓecretary.B1 ')).viewer.account.login).toBe('secretary.b1');
  });

  it('works in the community asked for, else in this one, else in the first with a role', async () => {
    const both = await someone();
    await addRole(both.id, { role: 'SUBDISTRICT', community: WORLD.otherCommunity });
    const communityOf = ({ accessToken }: { accessToken: string }) => {
      const claims = testTokens.verify(accessToken, NOW);
      return claims.ok ? claims.value.communityId : null;
    };
    expect(codes(await signIn(both.login, PASSWORD, { communityCode: 'nowhere' }))).toEqual(['FORBIDDEN']);
    expect(codes(await signIn('secretary.b1', PASSWORD, { communityCode: 'other' }))).toEqual(['FORBIDDEN']);
    expect(communityOf(await signIn(both.login))).toBe(WORLD.community);
    expect(communityOf(await signIn(both.login, PASSWORD, {}, { communityId: WORLD.otherCommunity }))).toBe(WORLD.otherCommunity);
    const there = await signIn(both.login, PASSWORD, { communityCode: 'other' });
    expect(communityOf(there)).toBe(WORLD.otherCommunity);
    expect(there.viewer).toBeNull();
    expect(communityOf(await signIn('elsewhere'))).toBe(WORLD.otherCommunity);
  });

  it('says FORBIDDEN to the right password of an account without a role', async () => {
    const former = await someone();
    await owner`update identity.role_assignment set valid_until = '2026-06-01' where account_id = ${former.id}`;
    expect(codes(await signIn(former.login, 'wrong'))).toEqual(['INVALID_CREDENTIALS']);
    expect(codes(await signIn(former.login))).toEqual(['FORBIDDEN']);
  });

  it('makes the hash anew when more is asked of it than it was made with', async () => {
    const { login, id } = await someone();
    const old = await argon2(PASSWORD, { memoryCost: 12_288, timeCost: 1, parallelism: 1 });
    await owner`update identity.account set password_hash = ${old} where id = ${id}`;
    await signIn(login, 'wrong');
    expect(await owner`select password_hash from identity.account where id = ${id}`).toEqual([{ password_hash: old }]);
    expect(codes(await signIn(login))).toEqual([]);
    const [row] = await owner`select password_hash from identity.account where id = ${id}`;
    expect(row?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(codes(await signIn(login))).toEqual([]);
  });

  it('serves many at once and leaves the database free for others', async () => {
    const many = Promise.all(Array.from({ length: 16 }, () => signIn('officer.east')));
    const started = performance.now();
    await ask(ACTORS.anonymous, '{ branches { code } }');
    const waited = performance.now() - started;
    expect((await many).map(codes)).toEqual(Array.from({ length: 16 }, () => []));
    expect(waited).toBeLessThan(500);
  });
});

describe('lock-out', () => {
  it('counts each field: the sixth alias is shut out, and then the right password too', async () => {
    const { login, id } = await someone();
    const options = { lockout: createLockout(), address: '192.0.2.1' };
    const aliases = [1, 2, 3, 4, 5, 6].map(
      n => `a${n}: signIn(input: { login: "${login}", password: "wrong ${n}" }) { ${errors} }`,
    );
    const { data } = await ask(ANONYMOUS, `mutation { ${aliases.join(' ')} }`, {}, options);
    expect(Object.values(data ?? {}).map(codes)).toEqual([...Array(5).fill(['INVALID_CREDENTIALS']), ['TOO_MANY_ATTEMPTS']]);
    const shut = await signIn(login, PASSWORD, {}, options);
    expect(shut.userErrors).toMatchObject([{ code: 'TOO_MANY_ATTEMPTS', retryAfterSeconds: 60 }]);
    expect(await eventsOf(id)).toEqual(['SIGN_IN_LOCKED']);
    expect(codes(await signIn(login, PASSWORD, {}, { ...options, address: '192.0.2.2' }))).toEqual([]);
  });

  it('shuts out an unknown name just so, parallel or not', async () => {
    const options = { lockout: createLockout(), address: '192.0.2.1' };
    const answers = await Promise.all(Array.from({ length: 12 }, () => signIn('nobody', 'wrong', {}, options)));
    expect(answers.flatMap(codes).sort()).toEqual([
      ...Array(5).fill('INVALID_CREDENTIALS'),
      ...Array(7).fill('TOO_MANY_ATTEMPTS'),
    ]);
    expect(await eventsOf(WORLD.community)).toEqual(['SIGN_IN_LOCKED']);
  });
});

describe('sessionRefresh', () => {
  it('refuses what is no refresh token, an expired one and an access token', async () => {
    const { accessToken, refreshToken } = await signIn('admin');
    for (const wrong of ['', 'x', accessToken, randomBytes(32).toString('base64url'), '\u0000'.repeat(43)])
      expect(codes(await refresh(wrong))).toEqual(['INVALID_TOKEN']);
    const later = { now: () => new Date(NOW.getTime() + 30 * 86_400_000) };
    expect(codes(await refresh(refreshToken, later))).toEqual(['INVALID_TOKEN']);
  });

  it('goes on once; a second use kills the whole family, and no other', async () => {
    const stranger = await signIn('secretary.b1');
    const first = await signIn('secretary.b1');
    const second = await refresh(first.refreshToken);
    expect(second).toMatchObject({ viewer: { account: { login: 'secretary.b1' } }, userErrors: [] });
    const third = await refresh(second.refreshToken);
    expect(codes(await refresh(first.refreshToken))).toEqual(['INVALID_TOKEN']);
    expect(codes(await refresh(third.refreshToken))).toEqual(['INVALID_TOKEN']);
    expect(await eventsOf(WORLD.secretary1)).toContain('REFRESH_TOKEN_REUSED');
    expect(codes(await refresh(stranger.refreshToken))).toEqual([]);
  });

  it('lets exactly one of two at the same time win, fifty times, and leaves no living token', async () => {
    const { login, id } = await someone();
    for (let round = 0; round < 50; round++) {
      const { refreshToken } = await signIn(login);
      const both = await Promise.all([refresh(refreshToken), refresh(refreshToken)]);
      expect(both.map(codes).sort()).toEqual([[], ['INVALID_TOKEN']]);
    }
    expect(await owner`select 1 from identity.refresh_token where account_id = ${id} and revoked_at is null`).toHaveLength(0);
  });

  it('kills a token that is being written while its family dies', async () => {
    const { login, id } = await someone();
    for (let round = 0; round < 20; round++) {
      const first = await signIn(login);
      const second = await refresh(first.refreshToken);
      await Promise.all([refresh(second.refreshToken), refresh(first.refreshToken)]);
      expect(await owner`select 1 from identity.refresh_token where account_id = ${id} and revoked_at is null`).toHaveLength(0);
    }
  });

  it('ends with the role', async () => {
    const { login, id } = await someone();
    const { refreshToken } = await signIn(login);
    await owner`update identity.role_assignment set valid_until = ${NOW} where account_id = ${id}`;
    expect(codes(await refresh(refreshToken))).toEqual(['INVALID_TOKEN']);
  });
});

describe('signOut', () => {
  it('ends the session and says the same of a token that it does not know', async () => {
    const first = await signIn('secretary.b1');
    const second = await refresh(first.refreshToken);
    const out = async (refreshToken: string) => (await ask(ANONYMOUS, SIGN_OUT, { input: { refreshToken } })).data?.signOut;
    expect(await out(randomBytes(32).toString('base64url'))).toEqual({ signedOut: true, userErrors: [] });
    expect(await out(first.refreshToken)).toEqual({ signedOut: true, userErrors: [] });
    expect(codes(await refresh(second.refreshToken))).toEqual(['INVALID_TOKEN']);
  });
});

describe('passwordChange', () => {
  it('asks for signing in, the present password and a good new one', async () => {
    const { login, id } = await someone();
    const self: Actor = { ...ACTORS.secretary1, accountId: id };
    const { refreshToken } = await signIn(login);
    const change = (actor: Actor, input: object) => ask(actor, CHANGE, { input }, { lockout: createLockout() });
    const newPassword = 'quite another one';
    const refused = await change(ANONYMOUS, { currentPassword: PASSWORD, newPassword });
    expect(refused.errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
    expect((await change(self, { currentPassword: 'wrong', newPassword })).data?.passwordChange.userErrors).toMatchObject([
      { code: 'INVALID_CREDENTIALS', path: ['currentPassword'] },
    ]);
    for (const [bad, rule] of [
      ['short', 'MIN'],
      ['x'.repeat(129), 'TOO_LONG'],
      [`my ${login} password`, 'NOT_ALLOWED'],
      ['   ', 'REQUIRED'],
    ] as const)
      expect((await change(self, { currentPassword: PASSWORD, newPassword: bad })).data?.passwordChange.userErrors).toMatchObject(
        [{ path: ['newPassword'], rule }],
      );
    expect((await change(self, { currentPassword: PASSWORD, newPassword })).data?.passwordChange).toEqual({
      account: { version: 2 },
      userErrors: [],
    });
    expect(codes(await refresh(refreshToken))).toEqual(['INVALID_TOKEN']);
    expect(codes(await signIn(login))).toEqual(['INVALID_CREDENTIALS']);
    expect(codes(await signIn(login, newPassword))).toEqual([]);
  });

  it('leaves no session that was opened with the old password at the same time', async () => {
    const { login, id } = await someone();
    const self: Actor = { ...ACTORS.secretary1, accountId: id };
    let [currentPassword, newPassword] = [PASSWORD, 'quite another one'];
    for (let round = 0; round < 12; round++) {
      const [changed] = await Promise.all([
        ask(self, CHANGE, { input: { currentPassword, newPassword } }, { lockout: createLockout() }),
        ...[0, 25, 50, 75].map(async ms => {
          await sleep(ms);
          return signIn(login, currentPassword);
        }),
      ]);
      expect(codes(changed.data?.passwordChange)).toEqual([]);
      expect(await owner`select 1 from identity.refresh_token where account_id = ${id} and revoked_at is null`).toHaveLength(0);
      [currentPassword, newPassword] = [newPassword, currentPassword];
    }
  });

  it('does not let a stolen access token guess the password', async () => {
    const { id } = await someone();
    const self: Actor = { ...ACTORS.secretary1, accountId: id };
    const options = { lockout: createLockout() };
    const input = { currentPassword: 'wrong', newPassword: 'quite another one' };
    const answers: unknown[] = [];
    for (let n = 0; n < 6; n++) answers.push(...codes((await ask(self, CHANGE, { input }, options)).data?.passwordChange));
    expect(answers.slice(4)).toEqual(['INVALID_CREDENTIALS', 'TOO_MANY_ATTEMPTS']);
  });
});

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

  it('joins the rights of several roles, counts them from and until their time, and reads verified kinship only', async () => {
    const { id } = await someone({ role: 'LIAISON', organization: WORLD.barber });
    await addRole(id, { role: 'BRANCH_SECRETARY', branch: WORLD.branch2 });
    await owner`update identity.role_assignment set valid_from = ${NOW}, valid_until = ${new Date(NOW.getTime() + 1000)}
      where account_id = ${id} and role = 'BRANCH_SECRETARY'`;
    const [resident, claimed] = [randomUUID(), randomUUID()];
    for (const one of [resident, claimed])
      await owner`insert into personal.resident (community_id, id, branch_id, building_id, name_sealed, name_index, sex, birth_date, residency_status, created_at)
        values (${WORLD.community}, ${one}, ${WORLD.branch1}, ${WORLD.building1}, '\\x00', '\\x00', 'FEMALE', '1950-01-01',
          (enum_range(null::residency_status))[1], now())`;
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
};

describe('actorOfToken', () => {
  const authentication = (now = () => NOW) => createAuthentication({ db: serving.db, tokens: testTokens, now });
  const tokenFor = (accountId: string, communityId: string = WORLD.community) =>
    testTokens.issue({ accountId, communityId }, NOW).token;

  it('knows nobody by a refresh token, a token of nobody, of a closed account, and of one without a role there', async () => {
    const { actorOfToken } = authentication();
    const closed = await someone();
    await owner`update identity.account set active = false where id = ${closed.id}`;
    for (const token of [
      '',
      'x.y.z',
      (await signIn('admin')).refreshToken,
      tokenFor(randomUUID()),
      tokenFor(closed.id),
      tokenFor(WORLD.admin, WORLD.otherCommunity),
    ])
      expect(await actorOfToken(token)).toBeNull();
  });

  it('knows the holder, and asks the database once for many requests', async () => {
    const { actorOfToken } = authentication();
    const { accessToken } = await signIn('secretary.b1');
    database.statements();
    const many = await Promise.all(Array.from({ length: 20 }, () => actorOfToken(accessToken)));
    expect(many[19]).toMatchObject({ communityId: WORLD.community, actor: { ...ACTORS.secretary1 } });
    await actorOfToken(accessToken);
    expect(database.statements()).toHaveLength(4);
  });

  it('forgets within 30 seconds what changed, and a token at the moment it expires', async () => {
    let at = NOW;
    const after = (ms: number) => {
      at = new Date(NOW.getTime() + ms);
    };
    const { actorOfToken } = authentication(() => at);
    const { id } = await someone();
    const extra = await addRole(id, { role: 'BRANCH_SECRETARY', branch: WORLD.branch2 });
    const token = tokenFor(id);
    expect((await actorOfToken(token))?.actor.branchIds).toEqual([WORLD.branch1, WORLD.branch2]);
    await owner`update identity.role_assignment set valid_until = ${NOW} where id = ${extra}`;
    after(31_000);
    expect((await actorOfToken(token))?.actor.branchIds).toEqual([WORLD.branch1]);
    await owner`update identity.account set active = false where id = ${id}`;
    after(62_000);
    expect(await actorOfToken(token)).toBeNull();
    await owner`update identity.account set active = true where id = ${id}`;
    after(899_999);
    expect(await actorOfToken(token)).not.toBeNull();
    after(900_000);
    expect(await actorOfToken(token)).toBeNull();
  });
});

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

describe('accounts and roles', () => {
  const input = (more = {}) => ({
    login: `new.${randomBytes(4).toString('hex')}`,
    displayName: '新人',
    password: PASSWORD,
    role: 'BRANCH_SECRETARY',
    branchId: gid('Branch', WORLD.branch1),
    idempotencyKey: randomUUID(),
    ...more,
  });
  const create = (actor: Actor, value: object) => ask(actor, CREATE, { input: value });

  it('are not managed by anyone but the admin', async () => {
    const accountId = gid('Account', WORLD.officer);
    const idempotencyKey = randomUUID();
    const roleAssignmentId = gid('RoleAssignment', randomUUID());
    const calls = [
      [CREATE, input()],
      [ASSIGN, { accountId, role: 'COMMUNITY_ADMIN', idempotencyKey }],
      [END, { roleAssignmentId }],
      [DEACTIVATE, { accountId, expectedVersion: 1 }],
    ] as const;
    for (const [query, value] of calls) {
      expect((await ask(ANONYMOUS, query, { input: value })).errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
      for (const actor of [ACTORS.secretary1, ACTORS.officer, ACTORS.clinic, ACTORS.daughter, ACTORS.subdistrict]) {
        const [payload] = Object.values((await ask(actor, query, { input: value })).data ?? {});
        expect(codes(payload)).toEqual(['FORBIDDEN']);
      }
    }
    expect(await owner`select 1 from event where kind in ('ACCOUNT_CREATED', 'ROLE_ASSIGNED')`).toHaveLength(0);
  });

  it('are opened once per key, with their first role, and sign in', async () => {
    const value = input();
    const [first, again] = await Promise.all([create(ACTORS.admin, value), create(ACTORS.admin, value)]);
    expect(first.data?.accountCreate).toMatchObject({
      account: { login: value.login, active: true, roles: [{ role: 'BRANCH_SECRETARY', branch: { code: 'B1' } }] },
      userErrors: [],
    });
    expect(again.data).toEqual(first.data);
    expect(codes((await create(ACTORS.admin, { ...value, displayName: '别人' })).data?.accountCreate)).toEqual([
      'IDEMPOTENCY_KEY_REUSED',
    ]);
    const duplicate = (await create(ACTORS.admin, { ...value, idempotencyKey: randomUUID() })).data?.accountCreate;
    expect(duplicate.userErrors).toMatchObject([{ code: 'DUPLICATE', existingId: first.data?.accountCreate.account.id }]);
    expect(codes(await signIn(value.login))).toEqual([]);
    const [row] = await owner`select id from identity.account where login = ${value.login}`;
    expect(await eventsOf(row?.id)).toEqual(['ACCOUNT_CREATED', 'SIGNED_IN']);
    expect(JSON.stringify(await owner`select * from event`)).not.toContain(value.login);
  });

  it.each([
    [{ login: 'Ünicode' }, ['login']],
    [{ login: 'x' }, ['login']],
    [{ login: '-x-' }, ['login']],
    [{ password: 'short' }, ['password']],
    [{ displayName: ' ' }, ['displayName']],
    [{ branchId: null }, ['branchId']],
    [{ areaId: gid('Area', WORLD.east) }, ['areaId']],
    [{ role: 'SUBDISTRICT' }, ['branchId']],
    [{ validUntil: '2020-01-01T00:00:00Z' }, ['validUntil']],
    [{ branchId: gid('Branch', WORLD.otherBranch) }, ['branchId']],
    [{ branchId: gid('Building', WORLD.building1) }, ['branchId']],
  ])('are refused with %j', async (wrong, path) => {
    const { data } = await create(ACTORS.admin, input(wrong));
    expect(data?.accountCreate).toMatchObject({ account: null, userErrors: [{ path }] });
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
        const expected = stored.filter(row => canSeeAccount(actor, { id: row.id, belongs: row.belongs })).map(row => row.id);
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
