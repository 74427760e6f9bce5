import { randomUUID } from 'node:crypto';
import { Secret, TOTP, URI } from 'otpauth';
import { describe, expect, it } from 'vitest';
import { type Actor, ANONYMOUS } from '../../src/kernel/actor.js';
import { createLockout } from '../../src/modules/identity/lockout.js';
import { stepOf } from '../../src/modules/identity/totp.js';
import { ACTORS, gid } from '../support/ask.js';
import { codes, errors, OTHER_ACCOUNT, openIdentity, PASSWORD } from '../support/identity.js';
import { residentRow } from '../support/profiles.js';
import { NOW, WORLD } from '../support/world.js';

const { owner, database, ask, addRole, someone, eventsOf, signIn, refresh } = await openIdentity();

const ISSUE = `mutation($input: PasswordResetIssueInput!) { passwordResetIssue(input: $input) { code expiresAt ${errors} } }`;
const RESET = `mutation($input: PasswordResetInput!) { passwordReset(input: $input) { isReset ${errors} } }`;
const ENROLL = `mutation($input: TotpEnrollInput!) { totpEnroll(input: $input) { uri ${errors} } }`;
const CONFIRM = `mutation($input: TotpConfirmInput!) { totpConfirm(input: $input) { account { totpSince } ${errors} } }`;
const DISABLE = `mutation($input: TotpDisableInput!) { totpDisable(input: $input) { account { totpSince } ${errors} } }`;
const TAKE = `mutation($input: TotpResetInput!) { totpReset(input: $input) { account { totpSince } ${errors} } }`;
const NEXT = 'quite another one';

/** Asks as somebody and gives back the payload; each call counts its own tries unless it hands over a lock-out. */
const call = async (actor: Actor, query: string, input: object, options: object = {}) =>
  Object.values((await ask(actor, query, { input }, { lockout: createLockout(), ...options })).data ?? {})[0];
const at = (seconds: number) => ({ now: () => new Date(NOW.getTime() + seconds * 1000) });
const self = (id: string): Actor => ({ ...ACTORS.secretary1, accountId: id });

async function kin(accountId: string, state = 'VERIFIED') {
  const resident = randomUUID();
  await owner`insert into personal.resident ${owner(residentRow(resident))}`;
  const kinship = randomUUID();
  await owner`insert into personal.kinship (community_id, id, branch_id, resident_id, account_id, relation, state, verified_at, created_at)
    values (${WORLD.community}, ${kinship}, ${WORLD.branch1}, ${resident}, ${accountId}, 'DAUGHTER', ${state}, ${state === 'VERIFIED' ? NOW : null}, ${NOW})`;
  return kinship;
}

describe('a forgotten password', () => {
  const issue = (actor: Actor, accountId: string, options: object = {}) =>
    call(actor, ISSUE, { accountId: gid('Account', accountId), idempotencyKey: randomUUID() }, options);
  const reset = (login: string, code: string, options: object = {}, newPassword = NEXT) =>
    call(ANONYMOUS, RESET, { login, code, newPassword }, options);

  it('gets a code from the admin, but not for oneself, not for others elsewhere, not for programs', async () => {
    const { id } = await someone();
    expect(await issue(ACTORS.admin, id)).toEqual({
      code: expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/),
      expiresAt: new Date(NOW.getTime() + 900_000).toISOString(),
      userErrors: [],
    });
    expect(codes(await issue(ACTORS.admin, WORLD.admin))).toEqual(['INVALID_INPUT']);
    for (const nobody of [OTHER_ACCOUNT, randomUUID()]) expect(codes(await issue(ACTORS.admin, nobody))).toEqual(['NOT_FOUND']);
    await addRole(id, { role: 'SUBDISTRICT', community: WORLD.otherCommunity });
    expect(codes(await issue(ACTORS.admin, id))).toEqual(['FORBIDDEN']);
    const program = await someone();
    await owner`update identity.account set password_hash = null where id = ${program.id}`;
    expect(codes(await issue(ACTORS.admin, program.id))).toEqual(['NOT_FOUND']);
    const byProgram: Actor = { ...ACTORS.admin, client: { id: randomUUID(), scopes: ['identity:write'] } };
    expect(codes(await issue(byProgram, id))).toEqual(['FORBIDDEN']);
  });

  it('gets a code from staff only when it is the family of one of their residents, and nothing else', async () => {
    const [family, claimant, both] = [
      await someone({ role: 'FAMILY' }),
      await someone({ role: 'FAMILY' }),
      await someone({ role: 'FAMILY' }),
    ];
    await addRole(both.id, { role: 'SUBDISTRICT' });
    const known = await kin(family.id);
    const unknown = [await kin(claimant.id, 'CLAIMED'), await kin(both.id), randomUUID()];
    const byKinship = (actor: Actor, kinshipId: string) =>
      call(actor, ISSUE, { kinshipId: gid('Kinship', kinshipId), idempotencyKey: randomUUID() });
    for (const actor of [ACTORS.secretary1, ACTORS.officer]) {
      expect(codes(await issue(actor, family.id))).toEqual([]);
      expect(await byKinship(actor, known)).toMatchObject({ code: expect.any(String), userErrors: [] });
      for (const other of [claimant.id, both.id, WORLD.admin, randomUUID()])
        expect(codes(await issue(actor, other))).toEqual(['NOT_FOUND']);
      for (const other of unknown) expect(codes(await byKinship(actor, other))).toEqual(['NOT_FOUND']);
    }
    expect(codes(await issue(ACTORS.secretary2, family.id))).toEqual(['NOT_FOUND']);
    expect(codes(await byKinship(ACTORS.secretary2, known))).toEqual(['NOT_FOUND']);
    for (const actor of [ACTORS.clinic, ACTORS.daughter, ACTORS.subdistrict]) {
      expect(codes(await issue(actor, family.id))).toEqual(['FORBIDDEN']);
      expect(codes(await byKinship(actor, known))).toEqual(['FORBIDDEN']);
    }
    const neither = { idempotencyKey: randomUUID() };
    const two = { accountId: gid('Account', family.id), kinshipId: gid('Kinship', known), ...neither };
    for (const input of [neither, two]) expect(codes(await call(ACTORS.officer, ISSUE, input))).toEqual(['INVALID_INPUT']);
  });

  it('is replaced by the code, once, and all sessions end', async () => {
    const { login, id } = await someone();
    const { refreshToken } = await signIn(login);
    const { code } = await issue(ACTORS.admin, id);
    expect(JSON.stringify([await owner`select * from identity.password_reset`, await owner`select * from event`])).not.toContain(
      code,
    );
    const typed = ` ${code.toLowerCase().replace('-', ' ')} `;
    expect((await reset(login, typed, {}, 'short')).userErrors).toMatchObject([{ path: ['newPassword'], rule: 'MIN' }]);
    const answers = await Promise.all([reset(login, typed), reset(login, typed)]);
    expect(answers.map(codes).sort()).toEqual([[], ['INVALID_CREDENTIALS']]);
    expect(codes(await refresh(refreshToken))).toEqual(['INVALID_TOKEN']);
    expect(codes(await signIn(login))).toEqual(['INVALID_CREDENTIALS']);
    expect(codes(await signIn(login, NEXT))).toEqual([]);
    expect(await eventsOf(id)).toEqual(['SIGNED_IN', 'PASSWORD_RESET_ISSUED', 'PASSWORD_RESET', 'SIGNED_IN']);
  });

  it('dies with its code: after a quarter of an hour, five wrong tries, or the next code', async () => {
    const { login, id } = await someone();
    const first = await issue(ACTORS.admin, id);
    const second = await issue(ACTORS.admin, id);
    expect(codes(await reset(login, first.code))).toEqual(['INVALID_CREDENTIALS']);
    expect(codes(await reset(login, second.code, at(900)))).toEqual(['INVALID_CREDENTIALS']);
    for (let n = 0; n < 4; n++) expect(codes(await reset(login, 'AAAAA-AAAAA'))).toEqual(['INVALID_CREDENTIALS']);
    expect(codes(await reset(login, second.code))).toEqual(['INVALID_CREDENTIALS']);
    expect(codes(await signIn(login))).toEqual([]);
  });

  it('says the same, after the same work, to a name without a code and to nobody; tries are counted', async () => {
    const { login, id } = await someone();
    await issue(ACTORS.admin, id);
    const refused = { isReset: null, userErrors: [{ code: 'INVALID_CREDENTIALS', path: null }] };
    const work: number[] = [];
    for (const name of ['nobody', 'secretary.b1', login]) {
      database.statements();
      expect(await reset(name, 'AAAAA-AAAAA')).toEqual(refused);
      work.push(database.statements().length);
    }
    expect(new Set(work).size).toBe(1);
    const options = { lockout: createLockout(), address: '192.0.2.7' };
    const tries: string[] = [];
    for (let n = 0; n < 6; n++) tries.push(...codes(await reset('nobody', 'AAAAA-AAAAA', options)));
    expect(tries.slice(4)).toEqual(['INVALID_CREDENTIALS', 'TOO_MANY_ATTEMPTS']);
  });
});

describe('a second factor', () => {
  const enroll = (id: string, password = PASSWORD) => call(self(id), ENROLL, { password });
  const confirm = (id: string, totpCode: string, options: object = {}) => call(self(id), CONFIRM, { totpCode }, options);
  const codeOf = (uri: string, seconds = 0): string => {
    const parsed = URI.parse(uri);
    if (!(parsed instanceof TOTP)) throw new Error('no TOTP');
    return parsed.generate({ timestamp: NOW.getTime() + seconds * 1000 });
  };
  const enrolled = async () => {
    const { login, id } = await someone();
    const { uri } = await enroll(id);
    expect(codes(await confirm(id, codeOf(uri)))).toEqual([]);
    return { login, id, uri: uri as string };
  };

  it('agrees with RFC 6238, appendix B', () => {
    const secret = Secret.fromLatin1('12345678901234567890').base32;
    for (const [time, code] of [
      [59, '287082'],
      [1_111_111_109, '081804'],
      [1_234_567_890, '005924'],
      [20_000_000_000, '353130'],
    ] as const)
      expect(stepOf(secret, code, new Date(time * 1000))).toBe(Math.floor(time / 30));
    expect(stepOf(secret, '287082', new Date(91_000))).toBeNull();
  });

  it('is for secretaries and above in person, who give their password again', async () => {
    for (const actor of [
      ACTORS.officer,
      ACTORS.clinic,
      ACTORS.daughter,
      { ...ACTORS.admin, client: { id: randomUUID(), scopes: [] } },
    ])
      for (const [query, input] of [
        [ENROLL, { password: PASSWORD }],
        [CONFIRM, { totpCode: '123456' }],
      ] as const)
        expect(codes(await call(actor, query, input))).toEqual(['FORBIDDEN']);
    for (const query of [ENROLL, DISABLE]) {
      const refused = await ask(ANONYMOUS, query, { input: { password: PASSWORD } });
      expect(refused.errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
    }
    const { id } = await someone();
    expect((await enroll(id, 'wrong')).userErrors).toMatchObject([{ code: 'INVALID_CREDENTIALS', path: ['password'] }]);
    expect(codes(await confirm(id, '123456'))).toEqual(['NOT_FOUND']);
  });

  it('is asked for once its first code has come, and then each time', async () => {
    const { login, id } = await someone();
    const first = await enroll(id);
    const { uri } = await enroll(id);
    expect(uri).toMatch(new RegExp(`^otpauth://totp/Red%20Alliance:${login}\\?`));
    const secret = new URL(uri).searchParams.get('secret') ?? '';
    expect(JSON.stringify([await owner`select * from identity.totp`, await owner`select * from event`])).not.toContain(secret);
    expect(codes(await signIn(login))).toEqual([]);
    expect(codes(await confirm(id, codeOf(first.uri)))).toEqual(['INVALID_CREDENTIALS']);
    expect(await confirm(id, codeOf(uri))).toEqual({ account: { totpSince: NOW.toISOString() }, userErrors: [] });
    expect(codes(await enroll(id))).toEqual(['INVALID_STATE']);
    expect((await signIn(login)).userErrors).toMatchObject([{ code: 'TOTP_REQUIRED', path: ['totpCode'] }]);
    expect(codes(await signIn(login, 'wrong'))).toEqual(['INVALID_CREDENTIALS']);
    expect((await signIn(login, PASSWORD, { totpCode: '000000' })).userErrors).toMatchObject([
      { code: 'INVALID_CREDENTIALS', path: ['totpCode'] },
    ]);
    expect(codes(await signIn(login, PASSWORD, { totpCode: codeOf(uri, 60) }, at(60)))).toEqual([]);
  });

  it('takes each code once, also among many at the same time, and none older than the last', async () => {
    const { login, uri } = await enrolled();
    const enter = (seconds: number, now: number) => signIn(login, PASSWORD, { totpCode: codeOf(uri, seconds) }, at(now));
    expect(codes(await enter(0, 0))).toEqual(['INVALID_CREDENTIALS']);
    const many = await Promise.all(Array.from({ length: 6 }, () => enter(60, 60)));
    expect(many.flatMap(codes)).toEqual(Array(5).fill('INVALID_CREDENTIALS'));
    expect(codes(await enter(30, 60))).toEqual(['INVALID_CREDENTIALS']);
    expect(codes(await enter(90, 60))).toEqual([]);
    expect(codes(await enter(150, 90))).toEqual(['INVALID_CREDENTIALS']);
  });

  it('is not gone through by who knows the password', async () => {
    const { login, id } = await enrolled();
    const options = { lockout: createLockout(), address: '192.0.2.8', ...at(60) };
    const tries: string[] = [];
    for (const totpCode of ['000000', null, '000001', null, '000002', '000003'])
      tries.push(...codes(await signIn(login, PASSWORD, { totpCode }, options)));
    expect(tries).toEqual([
      'INVALID_CREDENTIALS',
      'TOTP_REQUIRED',
      'INVALID_CREDENTIALS',
      'TOTP_REQUIRED',
      'INVALID_CREDENTIALS',
      'TOO_MANY_ATTEMPTS',
    ]);
    expect(await eventsOf(id)).toContain('SIGN_IN_LOCKED');
  });

  it('goes by the password, or by the admin for somebody else', async () => {
    const first = await enrolled();
    expect(codes(await call(self(first.id), DISABLE, { password: 'wrong' }))).toEqual(['INVALID_CREDENTIALS']);
    expect(await call(self(first.id), DISABLE, { password: PASSWORD })).toEqual({ account: { totpSince: null }, userErrors: [] });
    expect(codes(await signIn(first.login))).toEqual([]);
    expect(await eventsOf(first.id)).toEqual(['TOTP_ENROLLED', 'TOTP_CONFIRMED', 'TOTP_DISABLED', 'SIGNED_IN']);

    const second = await enrolled();
    const take = (actor: Actor, accountId: string) =>
      call(actor, TAKE, { accountId: gid('Account', accountId), idempotencyKey: randomUUID() });
    for (const actor of [ACTORS.secretary1, ACTORS.officer, ACTORS.subdistrict])
      expect(codes(await take(actor, second.id))).toEqual(['FORBIDDEN']);
    expect(codes(await take(ACTORS.admin, WORLD.admin))).toEqual(['INVALID_INPUT']);
    for (const nobody of [OTHER_ACCOUNT, randomUUID()]) expect(codes(await take(ACTORS.admin, nobody))).toEqual(['NOT_FOUND']);
    expect(await take(ACTORS.admin, second.id)).toEqual({ account: { totpSince: null }, userErrors: [] });
    expect(codes(await take(ACTORS.admin, second.id))).toEqual(['INVALID_STATE']);
    expect(codes(await signIn(second.login))).toEqual([]);
    expect(await eventsOf(second.id)).toContain('TOTP_RESET');
  });
});
