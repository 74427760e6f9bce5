import { randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NumberedKeys } from '../../src/kernel/keys.js';
import { hashPassword } from '../../src/modules/identity/passwords.js';
import { startTestApp } from '../support/app.js';
import { callerOf } from '../support/caller.js';
import { createTestDatabase } from '../support/database.js';
import { NOW, seedWorld, WORLD } from '../support/world.js';

const PASSWORD = 'a long enough secret';
const BACK = 'http://127.0.0.1:9/back';
const database = await createTestDatabase();

/** A real OpenID provider on this machine, at which whoever is named in `login_hint` is signed in already. */
async function startProvider() {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: 'us', client_secret: 'a secret between two houses', redirect_uris: [BACK], response_types: ['code'] }],
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    interactions: { url: (_context, interaction) => `/come-in/${interaction.uid}` },
    ttl: { Interaction: 600, Grant: 600, Session: 600, AccessToken: 600, IdToken: 600 },
    cookies: { keys: ['a key of its own'] },
  });
  const answer = provider.callback();
  server.on('request', (request, response) => {
    if (!request.url?.startsWith('/come-in/')) return void answer(request, response);
    void (async () => {
      const { params, grantId } = await provider.interactionDetails(request, response);
      const accountId = String(params.login_hint);
      const grant = grantId ? await provider.Grant.find(grantId) : new provider.Grant({ accountId, clientId: 'us' });
      grant?.addOIDCScope('openid');
      await provider.interactionFinished(request, response, { login: { accountId }, consent: { grantId: await grant?.save() } });
    })();
  });
  return { issuer, stop: () => new Promise(resolve => server.close(resolve)) };
}

const house = await startProvider();
afterAll(() => house.stop());
const oidc = { issuer: house.issuer, clientId: 'us', clientSecret: 'a secret between two houses', redirectUris: [BACK] };
const aKey = (): NumberedKeys => new Map([[1, randomBytes(32)]]);
const [data, audit] = [aKey(), aKey()];
const oldIndex = [1, randomBytes(32)] as const;
/** One of the processes of the house, with the index keys that it was told. */
const start = (...index: readonly (readonly [number, Buffer])[]) =>
  startTestApp(
    database,
    { oidc, defaultCommunity: 'test', trustProxy: 1 },
    { clock: () => NOW, keys: { keys: async () => ({ data, audit, index: new Map(index) }) } },
  );
const app = await start(oldIndex);

beforeAll(async () => {
  await seedWorld(database);
  const hash = await hashPassword(PASSWORD);
  if (!hash.ok) throw new Error('no hash');
  for (const [id, login] of [
    [WORLD.admin, 'admin'],
    [WORLD.subdistrict, 'subdistrict'],
  ] as const) {
    await database.owner`insert into identity.account (id, login, display_name, password_hash, created_at) values (${id}, ${login}, ${login}, ${hash.value}, ${NOW})`;
    await database.owner`insert into identity.role_assignment (id, account_id, community_id, role, valid_from)
      values (${randomUUID()}, ${id}, ${WORLD.community}, ${login === 'admin' ? 'COMMUNITY_ADMIN' : 'SUBDISTRICT'}, ${NOW})`;
  }
});

type Caller = ReturnType<typeof callerOf>;
const nobody = callerOf(app.url);
const session = async (login: string): Promise<Caller> => {
  const { accessToken } = await nobody.changed('signIn', { login, password: PASSWORD }, 'accessToken');
  return callerOf(app.url, { authorization: `Bearer ${accessToken}` });
};
const begin = (caller: Caller): Promise<{ url: string; ticket: string }> =>
  caller.changed('externalSignInBegin', { provider: 'oidc', redirectUri: BACK }, 'url ticket');

/** A browser that goes where it is sent, with its cookies, until it is sent back to us. */
async function visit(url: string, name: string): Promise<string> {
  const cookies = new Map<string, string>();
  let at = new URL(url);
  at.searchParams.set('login_hint', name);
  for (let hop = 0; hop < 10; hop++) {
    const answer = await fetch(at, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([key, value]) => `${key}=${value}`).join('; ') },
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, key = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      cookies.set(key, value);
    }
    const next = answer.headers.get('location');
    if (next === null) throw new Error(`the provider stops at ${answer.status}: ${await answer.text()}`);
    at = new URL(next, at);
    if (at.href.startsWith(BACK)) return at.href;
  }
  throw new Error('the provider sends in circles');
}
/** What somebody brings back from the provider, for whoever began. */
async function bring(caller: Caller, name: string) {
  const { url, ticket } = await begin(caller);
  return { ticket, answer: await visit(url, name) };
}
let visitors = 0;
/** Each from an address of its own: wrong tries are counted. */
const enter = (input: { ticket: string; answer: string }) =>
  callerOf(app.url, { 'x-forwarded-for': `192.0.2.${++visitors}` }).change(
    'externalSignIn',
    input,
    'accessToken viewer { account { login } }',
  );
const codesOf = ({ userErrors }: { userErrors: { code: string }[] }) => userErrors.map(({ code }) => code);

describe('another house', () => {
  it('lets nobody in who has not linked an account', async () => {
    expect(await nobody.read('{ identityProviders }')).toEqual({ identityProviders: ['oidc'] });
    expect(codesOf(await enter(await bring(nobody, 'mallory')))).toEqual(['INVALID_CREDENTIALS']);
    expect(codesOf(await nobody.change('externalSignInBegin', { provider: 'wechat', redirectUri: BACK }))).toEqual(['NOT_FOUND']);
    expect(
      codesOf(await nobody.change('externalSignInBegin', { provider: 'oidc', redirectUri: 'https://evil.example' })),
    ).toEqual(['INVALID_INPUT']);
  });

  it('lets in who linked their account by signing in and giving the password again, until they unlink it', async () => {
    const admin = await session('admin');
    const refused = await nobody.ask(
      'mutation { externalIdentityLink(input: { ticket: "x", answer: "x", password: "x" }) { userErrors { code } } }',
    );
    expect(refused.errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
    const wrong = await admin.change('externalIdentityLink', { ...(await bring(admin, 'wang')), password: 'wrong' });
    expect(codesOf(wrong)).toEqual(['INVALID_CREDENTIALS']);
    const link = async (caller: Caller, name: string) =>
      caller.change(
        'externalIdentityLink',
        { ...(await bring(caller, name)), password: PASSWORD },
        'account { linkedProviders }',
      );
    expect(await link(admin, 'wang')).toMatchObject({ account: { linkedProviders: ['oidc'] }, userErrors: [] });
    expect(codesOf(await link(admin, 'wang again'))).toEqual(['INVALID_STATE']);
    expect(codesOf(await link(await session('subdistrict'), 'wang'))).toEqual(['INVALID_STATE']);
    const stored =
      await database.owner`select provider, encode(subject_index, 'escape') as subject from identity.external_identity`;
    expect(JSON.stringify(stored)).not.toContain('wang');

    const entered = await enter(await bring(nobody, 'wang'));
    expect(entered).toMatchObject({ viewer: { account: { login: 'admin' } }, userErrors: [] });
    const own = callerOf(app.url, { authorization: `Bearer ${entered.accessToken}` });
    expect(await own.read('{ viewer { account { login } } }')).toEqual({ viewer: { account: { login: 'admin' } } });

    await own.changed('externalIdentityUnlink', { provider: 'oidc', password: PASSWORD }, 'account { id }');
    expect(codesOf(await enter(await bring(nobody, 'wang')))).toEqual(['INVALID_CREDENTIALS']);
    const events =
      await database.owner`select kind from event where subject_id = ${WORLD.admin} and kind like 'EXTERNAL%' order by id`;
    expect(events.map(row => row.kind)).toEqual(['EXTERNAL_IDENTITY_LINKED', 'EXTERNAL_IDENTITY_UNLINKED']);
  });

  it('is believed once, in its own answer, by whoever began', async () => {
    const subdistrict = await session('subdistrict');
    await subdistrict.changed(
      'externalIdentityLink',
      { ...(await bring(subdistrict, 'li')), password: PASSWORD },
      'account { id }',
    );
    const good = await bring(nobody, 'li');
    const other = await bring(nobody, 'li');
    const forged = (name: string, value: string) => {
      const url = new URL(good.answer);
      url.searchParams.set(name, value);
      return url.href;
    };
    for (const input of [
      { ...good, ticket: other.ticket },
      { ...good, ticket: `${good.ticket.slice(0, -2)}AA` },
      { ...good, ticket: 'x' },
      { ...good, answer: 'no address' },
      { ...good, answer: good.answer.replace(BACK, 'http://127.0.0.1:9/elsewhere') },
      { ...good, answer: forged('state', 'x') },
      { ...good, answer: forged('iss', 'https://evil.example') },
      { ...(await bring(nobody, 'li')), answer: forged('code', 'x') },
      // A victim who is handed the ticket of a thief must not link the thief with their account, nor the other way round.
      await bring(subdistrict, 'li'),
    ])
      expect(codesOf(await enter(input))).toEqual(['INVALID_TOKEN']);
    const byThief = await subdistrict.change('externalIdentityLink', { ...(await bring(nobody, 'mallory')), password: PASSWORD });
    expect(codesOf(byThief)).toEqual(['INVALID_TOKEN']);
  });

  it('finds whom it knew before the index key was changed, and by the next sign-in the old key has done its work', async () => {
    const during = callerOf((await start([2, randomBytes(32)], oldIndex)).url);
    const entered = await during.change('externalSignIn', await bring(during, 'li'), 'viewer { account { login } }');
    expect(entered).toMatchObject({ viewer: { account: { login: 'subdistrict' } }, userErrors: [] });
    const links = await database.owner`select get_byte(subject_index, 0) as key from identity.external_identity`;
    expect(links).toEqual([{ key: 2 }]);
  });

  it('is asked five times in vain from an address, then not any more', async () => {
    const input = { ticket: 'x', answer: 'x' };
    const stranger = callerOf(app.url, { 'x-forwarded-for': '198.51.100.1' });
    const tries: string[] = [];
    for (let n = 0; n < 6; n++) tries.push(...codesOf(await stranger.change('externalSignIn', input)));
    expect(tries.slice(4)).toEqual(['INVALID_TOKEN', 'TOO_MANY_ATTEMPTS']);
  });

  it('cannot be reached: that is said', async () => {
    const begun = await bring(nobody, 'li');
    await house.stop();
    expect(codesOf(await enter(begun))).toEqual(['UNAVAILABLE']);
  });
});
