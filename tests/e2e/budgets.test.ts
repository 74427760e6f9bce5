import { beforeAll, describe, expect, it } from 'vitest';
import { hashPassword } from '../../src/modules/identity/passwords.js';
import { type Posted, startTestApp } from '../support/app.js';
import { createTestDatabase } from '../support/database.js';
import { NOW, seedWorld, WORLD } from '../support/world.js';

const PASSWORD = 'a long enough secret';
const database = await createTestDatabase();
const clock = { now: NOW };
const later = (seconds: number): void => {
  clock.now = new Date(clock.now.getTime() + seconds * 1000);
};
const app = await startTestApp(
  database,
  { costLimit: 500, budgets: { account: 1200, anonymous: 600, secrets: 3 }, trustProxy: 1, defaultCommunity: 'test' },
  { clock: () => clock.now },
);

beforeAll(async () => {
  await seedWorld(database);
  const hash = await hashPassword(PASSWORD);
  if (!hash.ok) throw new Error('no hash');
  await database.owner`insert into identity.account (id, login, display_name, password_hash, created_at)
    values (${WORLD.secretary1}, 'secretary.b1', 'secretary.b1', ${hash.value}, ${NOW})`;
  await database.owner`insert into identity.role_assignment (id, account_id, community_id, role, branch_id, valid_from)
    values (gen_random_uuid(), ${WORLD.secretary1}, ${WORLD.community}, 'BRANCH_SECRETARY', ${WORLD.branch1}, ${NOW})`;
});

let addresses = 0;
/** An address that nobody has asked from yet. */
const newAddress = (): string => `198.51.100.${++addresses}`;
const SIGN_IN = 'mutation($input: SignInInput!) { signIn(input: $input) { accessToken } }';
const signIn = (address: string) =>
  app.post(
    { query: SIGN_IN, variables: { input: { login: 'secretary.b1', password: PASSWORD } } },
    { 'x-forwarded-for': address },
  );
const asking =
  (headers: Readonly<Record<string, string>>) =>
  (points: number): Promise<Posted> =>
    app.post({ query: `{ offers(first: ${points - 1}) { edges { node { id } } } }` }, headers);
const from = (address: string) => asking({ 'x-forwarded-for': address });
const told = ({ headers }: Posted) => ['limit', 'remaining', 'used'].map(name => Number(headers.get(`x-ratelimit-${name}`)));

describe('a budget', () => {
  it('is told with each answer, in the body and in headers', async () => {
    const { json, headers } = await from(newAddress())(100);
    const resetAt = new Date(clock.now.getTime() + 10_000);
    expect(json.extensions.cost).toEqual({ requested: 100, limit: 500, remaining: 500, resetAt: resetAt.toISOString() });
    expect(Object.fromEntries([...headers].filter(([name]) => name.includes('ratelimit')))).toEqual({
      'x-ratelimit-limit': '600',
      'x-ratelimit-remaining': '500',
      'x-ratelimit-used': '100',
      'x-ratelimit-reset': String(resetAt.getTime() / 1000),
      'x-ratelimit-resource': 'anonymous',
      'ratelimit-policy': '"anonymous";q=600;w=60',
      ratelimit: '"anonymous";r=500;t=10',
    });
  });

  it('refuses what is beyond it before the first statement, says how long to wait, and lets it pass then', async () => {
    const ask = from(newAddress());
    for (let i = 0; i < 6; i++) expect((await ask(100)).status).toBe(200);
    app.statements();
    const refused = await ask(100);
    expect(app.statements()).toEqual([]);
    expect(refused).toMatchObject({
      status: 429,
      json: { errors: [{ extensions: { code: 'RATE_LIMITED', budget: 'anonymous' } }] },
    });
    expect(refused.json).not.toHaveProperty('data');
    const [{ message, extensions }] = refused.json.errors;
    expect([message.includes('try again'), message.includes('请在')]).toEqual([true, true]);
    const wait = Number(refused.headers.get('retry-after'));
    expect([wait, extensions.retryAfterSeconds]).toEqual([1, 1]);
    later(wait);
    // A second brings ten of its hundred points, and the door took one of them.
    const half = await ask(100);
    expect([half.status, half.headers.get('retry-after')]).toEqual([429, '10']);
    later(Number(half.headers.get('retry-after')));
    expect((await ask(100)).status).toBe(200);
  });

  it('is the same for the older media type: the status is that of HTTP, and not of GraphQL', async () => {
    const address = newAddress();
    const ask = asking({ 'x-forwarded-for': address, accept: 'application/json' });
    for (let i = 0; i < 6; i++) await ask(100);
    expect((await ask(10)).status).toBe(429);
  });

  it('is taken from by what is refused: by what does not parse, is not valid, has wrong variables or costs too much', async () => {
    const headers = { 'x-forwarded-for': newAddress() };
    const refused: readonly object[] = [
      { query: '{' },
      { query: '{ nothing }' },
      { query: 'query($n: Int) { offers(first: $n) { edges { cursor } } }', variables: { n: 'x' } },
      { query: '{ offers(first: 100) { edges { node { upcomingSessions { id } } } } }' },
    ];
    for (const [i, body] of refused.entries()) {
      const answer = await app.post(body, headers);
      expect([body, answer.status, told(answer)]).toEqual([body, 400, [600, 590 - 10 * i, 10 + 10 * i]]);
    }
    for (let i = 0; i < 56; i++) await app.post({ query: '{' }, headers);
    expect((await app.post({ query: '{' }, headers)).status).toBe(429);
    expect((await app.post({ query: '{ __typename }' }, headers)).status).toBe(429);
  });

  it('belongs to an address where nobody signed in, and to the account wherever it comes from', async () => {
    const [office, home] = [newAddress(), newAddress()];
    for (let i = 0; i < 6; i++) await from(office)(100);
    expect((await from(office)(10)).status).toBe(429);
    expect((await from(home)(10)).status).toBe(200);
    later(60);
    const { accessToken } = (await signIn(office)).json.data.signIn;
    const signedIn = (address: string) => asking({ 'x-forwarded-for': address, authorization: `Bearer ${accessToken}` });
    for (let i = 0; i < 12; i++) expect((await signedIn([office, home][i % 2] ?? '')(100)).status).toBe(200);
    const spent = await signedIn(newAddress())(10);
    expect([spent.status, spent.json.errors[0].extensions.budget, told(spent)]).toEqual([429, 'account', [1200, 0, 1200]]);
    expect((await from(home)(10)).status).toBe(200);
  });

  it('is taken from an address by tokens that are not good, and a good one is not held up by them', async () => {
    const address = newAddress();
    const guess = () => app.post({ query: '{ __typename }' }, { 'x-forwarded-for': address, authorization: 'Bearer a.b.c' });
    for (let i = 0; i < 60; i++) expect((await guess()).status).toBe(401);
    const refused = await guess();
    expect([refused.status, refused.headers.get('retry-after'), refused.json.errors[0].extensions.code]).toEqual([
      429,
      '2',
      'RATE_LIMITED',
    ]);
    later(60);
    const { accessToken } = (await signIn(newAddress())).json.data.signIn;
    for (let i = 0; i < 61; i++) await guess();
    const good = { 'x-forwarded-for': address, authorization: `Bearer ${accessToken}` };
    expect((await app.post({ query: '{ __typename }' }, good)).status).toBe(200);
  });

  it('S4: for secrets is counted by fields, each alias of them, and leaves reading alone', async () => {
    const address = newAddress();
    const guess = (times: number, from = address) => {
      const fields = Array.from({ length: times }, (_, i) => `a${i}: signOut(input: { refreshToken: "${i}" }) { signedOut }`);
      return app.post({ query: `mutation { ${fields.join(' ')} }` }, { 'x-forwarded-for': from });
    };
    expect((await guess(2)).status).toBe(200);
    app.statements();
    const refused = await guess(2);
    expect(app.statements()).toEqual([]);
    expect(refused).toMatchObject({
      status: 429,
      json: { errors: [{ extensions: { code: 'RATE_LIMITED', budget: 'secrets' } }] },
    });
    expect((await guess(1)).status).toBe(200);
    expect((await guess(1)).status).toBe(429);
    expect((await from(address)(10)).status).toBe(200);
    expect((await guess(3, newAddress())).status).toBe(200);
  });
});
