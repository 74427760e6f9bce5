import { beforeAll, describe, expect, it } from 'vitest';
import { createLog } from '../../src/log.js';
import { hashPassword } from '../../src/modules/identity/passwords.js';
import { startTestApp } from '../support/app.js';
import { createTestDatabase } from '../support/database.js';
import { NOW, seedWorld, WORLD } from '../support/world.js';

const PASSWORD = 'a long enough secret';
const database = await createTestDatabase();
const clock = { now: NOW };
const lines: string[] = [];
const app = await startTestApp(
  database,
  { defaultCommunity: 'other' },
  { clock: () => clock.now, log: createLog('trace', { write: line => void lines.push(line) }) },
);

beforeAll(async () => {
  await seedWorld(database);
  const hash = await hashPassword(PASSWORD);
  if (!hash.ok) throw new Error('no hash');
  for (const [id, login] of [
    [WORLD.secretary1, 'secretary.b1'],
    [WORLD.secretary2, 'secretary.b2'],
  ] as const) {
    await database.owner`insert into identity.account (id, login, display_name, password_hash, created_at) values (${id}, ${login}, ${login}, ${hash.value}, ${NOW})`;
    await database.owner`insert into identity.role_assignment (id, account_id, community_id, role, branch_id, valid_from)
      values (gen_random_uuid(), ${id}, ${WORLD.community}, 'BRANCH_SECRETARY', ${login.endsWith('1') ? WORLD.branch1 : WORLD.branch2}, ${NOW})`;
  }
});

const SIGN_IN =
  'mutation($login: String!, $password: String!) { signIn(input: { login: $login, password: $password }) { accessToken refreshToken userErrors { code } } }';
const WHO = { query: '{ community { name } viewer { account { login } } }' };
const signIn = async (login: string, password = PASSWORD) =>
  (await app.post({ query: SIGN_IN, variables: { login, password } })).json.data.signIn;

describe('signing in over HTTP', () => {
  it("opens the token's own community, and ends with the token", async () => {
    const { accessToken, userErrors } = await signIn('secretary.b1');
    expect(userErrors).toEqual([]);
    const authorization = `Bearer ${accessToken}`;
    expect((await app.post(WHO)).json.data).toEqual({ community: { name: '另一社区' }, viewer: null });
    expect((await app.post(WHO, { authorization, 'x-community': 'other' })).json.data).toEqual({
      community: { name: '测试社区' },
      viewer: { account: { login: 'secretary.b1' } },
    });
    clock.now = new Date(NOW.getTime() + 16 * 60_000);
    const expired = await app.post(WHO, { authorization });
    expect([expired.status, expired.json.errors[0].extensions.code]).toEqual([401, 'UNAUTHENTICATED']);
    clock.now = NOW;
    const [head = '', payload = '', signature = ''] = String(accessToken).split('.');
    const forged = `${head}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    expect((await app.post(WHO, { authorization: `Bearer ${forged}` })).status).toBe(401);
  });

  it('counts every alias as a try, and shuts after five', async () => {
    const query = `mutation { ${Array.from({ length: 6 }, (_, i) => `t${i}: signIn(input: { login: "secretary.b2", password: "wrong wrong ${i}" }) { userErrors { code } }`).join(' ')} }`;
    const { json } = await app.post({ query });
    expect(Object.values<any>(json.data).map(({ userErrors }) => userErrors[0].code)).toEqual([
      ...Array(5).fill('INVALID_CREDENTIALS'),
      'TOO_MANY_ATTEMPTS',
    ]);
    expect((await signIn('secretary.b2')).userErrors).toEqual([{ code: 'TOO_MANY_ATTEMPTS' }]);
  });

  it('leaves no password and no token in the log', async () => {
    const { accessToken, refreshToken } = await signIn('secretary.b1');
    await app.post(WHO, { authorization: `Bearer ${accessToken}` });
    await app.post({ query: '{ nonsense }' }, { authorization: `Bearer ${accessToken}` });
    const log = lines.join('');
    expect(log).toContain('"path":"/graphql"');
    for (const secret of [PASSWORD, accessToken, refreshToken, 'wrong wrong']) expect(log).not.toContain(secret);
  });
});
