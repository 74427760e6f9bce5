import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { hash as argon2 } from '@node-rs/argon2';
import { describe, expect, it } from 'vitest';
import { type Actor, ANONYMOUS } from '../../src/kernel/actor.js';
import { createLockout } from '../../src/modules/identity/lockout.js';
import { ACTORS, gid, testTokens } from '../support/ask.js';
import { CHANGE, codes, errors, openIdentity, PASSWORD, SIGN_OUT } from '../support/identity.js';
import { NOW, WORLD } from '../support/world.js';

const { database, owner, ask, addRole, someone, eventsOf, signIn, refresh } = await openIdentity();

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
    let left = 16;
    const many = Promise.all(Array.from({ length: 16 }, () => signIn('officer.east').finally(() => left--)));
    await ask(ACTORS.anonymous, '{ branches { code } }');
    expect(left).toBeGreaterThan(0);
    expect((await many).map(codes)).toEqual(Array.from({ length: 16 }, () => []));
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
