import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { rightsChangedSince } from '../../src/db/rights.js';
import { createRightsWatch } from '../../src/kernel/rights-watch.js';
import { changeMembership } from '../../src/modules/alliance/alliance.service.js';
import { assignRole, createAuthentication, deactivateAccount, endRole } from '../../src/modules/identity/identity.service.js';
import { revokeKinship, verifyKinship } from '../../src/modules/residents/kinships.service.js';
import { ACTORS, scopeOf, testTokens } from '../support/ask.js';
import { openIdentity, PASSWORD, SIGN_OUT } from '../support/identity.js';
import { residentRow } from '../support/profiles.js';
import { NOW, WORLD } from '../support/world.js';

const { database, owner, serving, ask, addRole, someone, signIn, refresh } = await openIdentity();

/** The authentication of one process, with a stopwatch of its own that stands still until it is moved. */
function aProcess({ now = () => NOW, lookSince = (horizon: string | null) => rightsChangedSince(serving.db, horizon) } = {}) {
  let elapsed = 0;
  const errors: unknown[] = [];
  const watch = createRightsWatch({ lookSince, elapsed: () => elapsed, freshMs: 500, onError: error => errors.push(error) });
  const { authenticate } = createAuthentication({ db: serving.db, tokens: testTokens, now, watch });
  return {
    errors,
    callerOf: (credential: string, address: string | null = null) => authenticate(credential, address),
    wait(ms: number) {
      elapsed += ms;
    },
  };
}

/** An access token of an open session. */
async function tokenFor(accountId: string, communityId: string = WORLD.community): Promise<string> {
  const sessionId = randomUUID();
  await owner`insert into identity.refresh_token (hash, family_id, account_id, community_id, created_at, expires_at)
    values (${randomUUID()}, ${sessionId}, ${accountId}, ${communityId}, ${NOW}, ${new Date(NOW.getTime() + 86_400_000)})`;
  return testTokens.issue({ accountId, communityId, sessionId, client: null }, NOW).token;
}
const admin = () => scopeOf(database, ACTORS.admin);

describe('authenticate', () => {
  it('knows nobody by a refresh token, a token of nobody, of a closed account, of no session, and of one without a role there', async () => {
    const { callerOf } = aProcess();
    const closed = await someone();
    await owner`update identity.account set active = false where id = ${closed.id}`;
    const holder = { accountId: WORLD.admin, communityId: WORLD.community };
    const { refreshToken } = await signIn('admin');
    const otherSession = await tokenFor(WORLD.secretary1);
    const claims = testTokens.verify(otherSession, NOW);
    const stolen = claims.ok && claims.value.sessionId ? claims.value.sessionId : '';
    for (const token of [
      '',
      'x.y.z',
      refreshToken,
      testTokens.issue({ ...holder, accountId: randomUUID(), sessionId: randomUUID(), client: null }, NOW).token,
      testTokens.issue({ ...holder, sessionId: randomUUID(), client: null }, NOW).token,
      testTokens.issue({ ...holder, sessionId: stolen, client: null }, NOW).token,
      await tokenFor(closed.id),
      await tokenFor(WORLD.admin, WORLD.otherCommunity),
    ])
      expect(await callerOf(token)).toBeNull();
  });

  it('asks the database once for many requests, and looks for changes once in half a second', async () => {
    const { callerOf, wait } = aProcess();
    const { accessToken } = await signIn('secretary.b1');
    await callerOf('x.y.z');
    database.statements();
    const many = await Promise.all(Array.from({ length: 20 }, () => callerOf(accessToken)));
    expect(many[19]).toEqual({ communityId: WORLD.community, actor: ACTORS.secretary1 });
    await callerOf(accessToken);
    // begin, who asks, the rights, commit
    expect(database.statements()).toHaveLength(4);
    wait(501);
    await Promise.all(Array.from({ length: 20 }, () => callerOf(accessToken)));
    expect(database.statements()).toHaveLength(1);
  });

  it('forgets a token at the moment it expires, and a role at the moment it begins or ends', async () => {
    let at = NOW;
    const after = (ms: number) => {
      at = new Date(NOW.getTime() + ms);
    };
    const { callerOf } = aProcess({ now: () => at });
    const { id } = await someone();
    const later = await addRole(id, { role: 'BRANCH_SECRETARY', branch: WORLD.branch2 });
    await owner`update identity.role_assignment set valid_from = ${new Date(NOW.getTime() + 1000)},
      valid_until = ${new Date(NOW.getTime() + 2000)} where id = ${later}`;
    const token = await tokenFor(id);
    const branchesAfter = async (ms: number) => {
      after(ms);
      return (await callerOf(token))?.actor.branchIds;
    };
    expect(await branchesAfter(0)).toEqual([WORLD.branch1]);
    expect(await branchesAfter(999)).toEqual([WORLD.branch1]);
    expect(await branchesAfter(1000)).toEqual([WORLD.branch1, WORLD.branch2]);
    expect(await branchesAfter(1999)).toEqual([WORLD.branch1, WORLD.branch2]);
    expect(await branchesAfter(2000)).toEqual([WORLD.branch1]);
    expect(await branchesAfter(899_999)).toEqual([WORLD.branch1]);
    expect(await branchesAfter(900_000)).toBeUndefined();
  });
});

describe('a change of rights', () => {
  /** Both processes remember the token; after the change and half a second, both must know better. */
  async function felt(token: string, change: () => Promise<unknown>) {
    const both = [aProcess(), aProcess()];
    for (const { callerOf } of both) expect(await callerOf(token)).not.toBeNull();
    await change();
    for (const { wait } of both) wait(501);
    const [first, second] = await Promise.all(both.map(({ callerOf }) => callerOf(token)));
    expect(second).toEqual(first);
    return first?.actor ?? null;
  }

  it('is felt by every process: a closed account', async () => {
    const { id } = await someone();
    const shut = () => deactivateAccount(admin(), { accountId: id, expectedVersion: 1 });
    expect(await felt(await tokenFor(id), shut)).toBeNull();
  });

  it('is felt by every process: a new role and an ended one', async () => {
    const { id } = await someone();
    const token = await tokenFor(id);
    const role = { role: 'BRANCH_SECRETARY', branchId: WORLD.branch2 } as const;
    const given = await felt(token, () => assignRole(admin(), { accountId: id, ...role, idempotencyKey: randomUUID() }));
    expect(given?.branchIds).toEqual([WORLD.branch1, WORLD.branch2]);
    const rows = await owner`select id from identity.role_assignment where account_id = ${id} order by branch_id`;
    const taken = await felt(token, () => endRole(admin(), { roleAssignmentId: rows[1]?.id }));
    expect(taken?.branchIds).toEqual([WORLD.branch1]);
    expect(await felt(token, () => endRole(admin(), { roleAssignmentId: rows[0]?.id }))).toBeNull();
  });

  it('is felt by every process: signing out ends the access tokens of that session, not of another', async () => {
    const { login } = await someone();
    const [first, second] = [await signIn(login), await signIn(login)];
    const out = () => ask(ACTORS.anonymous, SIGN_OUT, { input: { refreshToken: first.refreshToken } });
    expect(await felt(first.accessToken, out)).toBeNull();
    expect(await aProcess().callerOf(second.accessToken)).not.toBeNull();
    const stolen = async () => {
      await refresh(second.refreshToken);
      await refresh(second.refreshToken);
    };
    expect(await felt(second.accessToken, stolen)).toBeNull();
  });

  it('is felt by every process: a new password ends every session', async () => {
    const { login, id } = await someone();
    const { accessToken } = await signIn(login);
    const CHANGE = 'mutation($input: PasswordChangeInput!) { passwordChange(input: $input) { userErrors { code } } }';
    const input = { currentPassword: PASSWORD, newPassword: 'quite another one' };
    expect(await felt(accessToken, () => ask({ ...ACTORS.secretary1, accountId: id }, CHANGE, { input }))).toBeNull();
  });

  it('is felt by every process: a membership that is suspended and goes on', async () => {
    const { id } = await someone({ role: 'LIAISON', organization: WORLD.barber });
    const token = await tokenFor(id);
    const move = async (to: 'SUSPENDED' | 'ACTIVE') => {
      const [row] = await owner`select id, version from membership where organization_id = ${WORLD.barber}`;
      const moved = await changeMembership(admin(), to, { membershipId: row?.id, expectedVersion: row?.version });
      expect(moved.ok).toBe(true);
    };
    expect((await felt(token, () => move('SUSPENDED')))?.memberBranchIds).toEqual([]);
    expect((await felt(token, () => move('ACTIVE')))?.memberBranchIds).toEqual([WORLD.branch1]);
  });

  it('is felt by every process: kinship that is verified and revoked', async () => {
    const { id } = await someone({ role: 'FAMILY' });
    const token = await tokenFor(id);
    const [resident, kinshipId] = [randomUUID(), randomUUID()];
    await owner`insert into personal.resident ${owner(residentRow(resident))}`;
    await owner`insert into personal.kinship (community_id, id, branch_id, resident_id, account_id, relation, state, created_at)
      values (${WORLD.community}, ${kinshipId}, ${WORLD.branch1}, ${resident}, ${id}, 'DAUGHTER', 'CLAIMED', ${NOW})`;
    const officer = () => scopeOf(database, ACTORS.officer);
    const command = () => ({ kinshipId, idempotencyKey: randomUUID() });
    expect((await felt(token, () => verifyKinship(officer(), command())))?.kinIds).toEqual([resident]);
    expect((await felt(token, () => revokeKinship(officer(), command())))?.kinIds).toEqual([]);
  });

  it('that commits late is not missed, however many looks were between', async () => {
    const { id } = await someone();
    const token = await tokenFor(id);
    const { callerOf, wait } = aProcess();
    expect(await callerOf(token)).not.toBeNull();
    const { promise: mayCommit, resolve: commit } = Promise.withResolvers<void>();
    const { promise: written, resolve: wrote } = Promise.withResolvers<void>();
    const late = owner.begin(async tx => {
      await tx`update identity.account set active = false where id = ${id}`;
      await tx`insert into identity.rights_change (id, subject_id) values (${randomUUID()}, ${id})`;
      wrote();
      await mayCommit;
    });
    await written;
    for (let look = 0; look < 3; look++) {
      await owner`insert into identity.rights_change (id, subject_id) values (${randomUUID()}, ${randomUUID()})`;
      wait(501);
      expect(await callerOf(token)).not.toBeNull();
    }
    commit();
    await late;
    wait(501);
    expect(await callerOf(token)).toBeNull();
  });

  it('is asked for on every request while looks fail', async () => {
    const { id } = await someone();
    const token = await tokenFor(id);
    let broken = false;
    const { callerOf, wait, errors } = aProcess({
      lookSince: horizon => (broken ? Promise.reject(new Error('no look')) : rightsChangedSince(serving.db, horizon)),
    });
    expect(await callerOf(token)).not.toBeNull();
    broken = true;
    wait(501);
    expect(await callerOf(token)).not.toBeNull();
    await owner`update identity.account set active = false where id = ${id}`;
    expect(await callerOf(token)).toBeNull();
    expect(errors).toHaveLength(2);
  });
});
