import { randomBytes, randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { createSchema } from '../../src/app.js';
import { createLog } from '../../src/log.js';
import { API_SCOPES } from '../../src/modules/identity/clients.domain.js';
import { hashPassword } from '../../src/modules/identity/passwords.js';
import { read, startTestApp } from '../support/app.js';
import { gid } from '../support/ask.js';
import { callerOf } from '../support/caller.js';
import { createTestDatabase } from '../support/database.js';
import { NOW, seedWorld, WORLD } from '../support/world.js';

const PASSWORD = 'a long enough secret';
const database = await createTestDatabase();
const lines: string[] = [];
const log = createLog('trace', { write: line => void lines.push(line) });
const PUBLIC = 'https://api.example';
const overrides = { clock: () => NOW, log, schema: createSchema() };
const app = await startTestApp(database, { trustProxy: 1, publicUrl: PUBLIC }, overrides);

let admin: ReturnType<typeof callerOf>;
beforeAll(async () => {
  await seedWorld(database);
  const hash = await hashPassword(PASSWORD);
  if (!hash.ok) throw new Error('no hash');
  for (const [id, login, role, branch] of [
    [WORLD.admin, 'admin', 'COMMUNITY_ADMIN', null],
    [WORLD.secretary1, 'secretary.b1', 'BRANCH_SECRETARY', WORLD.branch1],
  ] as const) {
    await database.owner`insert into identity.account (id, login, display_name, password_hash, created_at) values (${id}, ${login}, ${login}, ${hash.value}, ${NOW})`;
    await database.owner`insert into identity.role_assignment (id, account_id, community_id, role, branch_id, valid_from)
      values (${randomUUID()}, ${id}, ${WORLD.community}, ${role}, ${branch}, ${NOW})`;
  }
  admin = callerOf(app.url, { authorization: `Bearer ${(await signIn('admin')).accessToken}` });
});

const signIn = (login: string) => callerOf(app.url).changed('signIn', { login, password: PASSWORD }, 'accessToken refreshToken');
const WHO = '{ viewer { account { login } } }';
const whoIs = async (credential: string, address = '192.0.2.1') => {
  const { status, json } = await app.post({ query: WHO }, { authorization: `Bearer ${credential}`, 'x-forwarded-for': address });
  return status === 401 ? null : json.data.viewer.account.login;
};
const newProgram = async (more: object = {}): Promise<{ key: string; id: string; clientId: string; login: string }> => {
  const input = {
    name: '对接程序',
    role: 'LIAISON',
    organizationId: gid('Organization', WORLD.clinic),
    scopes: ['offers:read', 'needs:read', 'identity:read'],
    idempotencyKey: randomUUID(),
    ...more,
  };
  const { key, apiClient } = await admin.changed('apiClientCreate', input, 'key apiClient { id clientId account { login } }');
  return { key, id: apiClient.id, clientId: apiClient.clientId, login: apiClient.account.login };
};
const post = async (fields: Readonly<Record<string, string>> | string, headers: Readonly<Record<string, string>> = {}) =>
  read(
    await fetch(`${app.url}/oauth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-forwarded-for': '192.0.2.1', ...headers },
      body: typeof fields === 'string' ? fields : new URLSearchParams(fields),
    }),
  );
const basic = (id: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`,
});
/** Nobody is let in by it any more, now or soon. */
const isShut = (credential: string) =>
  vi.waitUntil(async () => (await whoIs(credential)) === null, { timeout: 5000, interval: 50 });

describe('a token in use', () => {
  it('is refused after its account is closed, its session ended, or its program shut out', async () => {
    const [first, second] = [await signIn('secretary.b1'), await signIn('secretary.b1')];
    for (const { accessToken } of [first, second]) expect(await whoIs(accessToken)).toBe('secretary.b1');
    await callerOf(app.url).changed('signOut', { refreshToken: first.refreshToken }, 'signedOut');
    await isShut(first.accessToken);
    expect(await whoIs(second.accessToken)).toBe('secretary.b1');
    const program = await newProgram();
    const { json } = await post({ grant_type: 'client_credentials', client_id: program.clientId, client_secret: program.key });
    for (const credential of [program.key, json.access_token]) expect(await whoIs(credential)).toBe(program.login);
    await admin.changed('apiClientRevoke', { apiClientId: program.id, idempotencyKey: randomUUID() }, 'apiClient { id }');
    await admin.changed(
      'accountDeactivate',
      { accountId: gid('Account', WORLD.secretary1), expectedVersion: 1 },
      'account { id }',
    );
    await Promise.all([program.key, json.access_token, second.accessToken].map(isShut));
  });
});

describe('an API key', () => {
  it('is a bearer token of its own, from its addresses', async () => {
    const { key, login } = await newProgram({ addresses: ['192.0.2.0/28'] });
    expect(await whoIs(key)).toBe(login);
    expect(await whoIs(key, '192.0.2.200')).toBeNull();
    expect(await whoIs(`${key}x`)).toBeNull();
  });
});

describe('/oauth/token', () => {
  const grant = { grant_type: 'client_credentials' };

  it('gives a token for id and key, in the form or by Basic, for all scopes or some', async () => {
    const { key, clientId, login } = await newProgram();
    const inForm = await post({ ...grant, client_id: clientId, client_secret: key });
    expect([inForm.status, inForm.json]).toEqual([
      200,
      { access_token: expect.any(String), token_type: 'Bearer', expires_in: 900, scope: 'identity:read needs:read offers:read' },
    ]);
    expect(inForm.headers.get('cache-control')).toBe('no-store');
    expect(inForm.headers.get('pragma')).toBe('no-cache');
    const byBasic = await post({ ...grant, scope: 'needs:read' }, basic(clientId, key));
    expect(byBasic.json).toMatchObject({ scope: 'needs:read' });
    const claims = JSON.parse(Buffer.from(byBasic.json.access_token.split('.')[1], 'base64url').toString());
    expect(claims).toMatchObject({ client_id: clientId, scope: 'needs:read' });
    expect(await whoIs(inForm.json.access_token)).toBe(login);
    const narrow = (query: string) => app.post({ query }, { authorization: `Bearer ${byBasic.json.access_token}` });
    expect((await narrow('{ needs { edges { cursor } } }')).json.data).toEqual({ needs: { edges: [] } });
    const refused = await narrow(WHO);
    expect([refused.status, refused.json.errors[0].extensions.missingScopes]).toEqual([403, ['identity:read']]);
    const events = await database.owner`select kind, actor_role from event where subject_id = ${clientId} order by id`;
    expect(events.slice(1)).toEqual(Array(2).fill({ kind: 'API_CLIENT_TOKEN_ISSUED', actor_role: 'LIAISON' }));
  });

  it('refuses as RFC 6749 §5.2 says, and is never stored', async () => {
    const { key, clientId } = await newProgram();
    const { key: otherKey } = await newProgram();
    const id = { client_id: clientId, client_secret: key };
    const secret = randomBytes(32).toString('base64url');
    const cases: [object | string, object, number, string][] = [
      [{ ...id }, {}, 400, 'invalid_request'],
      [{ ...grant, ...id }, { 'content-type': 'application/json' }, 400, 'invalid_request'],
      [
        `grant_type=client_credentials&grant_type=client_credentials&client_id=${clientId}&client_secret=${key}`,
        {},
        400,
        'invalid_request',
      ],
      [{ ...grant, ...id }, basic(clientId, key), 400, 'invalid_request'],
      [{ ...id, grant_type: 'password' }, {}, 400, 'unsupported_grant_type'],
      [{ ...id, grant_type: 'authorization_code' }, {}, 400, 'unsupported_grant_type'],
      [{ ...grant, ...id, scope: 'residents:read' }, {}, 400, 'invalid_scope'],
      [{ ...grant, ...id, scope: 'needs:read,offers:read' }, {}, 400, 'invalid_scope'],
      [grant, {}, 401, 'invalid_client'],
      [grant, { authorization: `Bearer ${key}` }, 401, 'invalid_client'],
      [grant, { authorization: 'Basic %%%' }, 401, 'invalid_client'],
      [{ ...grant, client_id: clientId, client_secret: secret }, { 'x-forwarded-for': '192.0.2.2' }, 401, 'invalid_client'],
      [{ ...grant, client_id: clientId, client_secret: otherKey }, { 'x-forwarded-for': '192.0.2.2' }, 401, 'invalid_client'],
      [{ ...grant, client_id: randomUUID(), client_secret: key }, { 'x-forwarded-for': '192.0.2.2' }, 401, 'invalid_client'],
      [{ ...grant, client_id: "' or 1=1", client_secret: key }, { 'x-forwarded-for': '192.0.2.2' }, 401, 'invalid_client'],
      [{ ...grant, client_id: randomUUID() }, basic(clientId, key), 401, 'invalid_client'],
    ];
    for (const [fields, headers, status, error] of cases) {
      const answer = await post(fields as Readonly<Record<string, string>>, headers as Readonly<Record<string, string>>);
      expect([fields, answer.status, answer.json]).toEqual([fields, status, { error }]);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.has('www-authenticate')).toBe(status === 401);
    }
    const byGet = await fetch(`${app.url}/oauth/token`);
    expect([byGet.status, byGet.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('shuts after five wrong keys for a program from an address', async () => {
    const { key, clientId } = await newProgram();
    const from = { 'x-forwarded-for': '192.0.2.3' };
    const wrong = { ...grant, client_id: clientId, client_secret: `${key.slice(0, -1)}-` };
    for (let n = 0; n < 5; n++) expect((await post(wrong, from)).status).toBe(401);
    const shut = await post({ ...wrong, client_secret: key }, from);
    expect([shut.status, shut.json, shut.headers.get('retry-after')]).toEqual([429, { error: 'temporarily_unavailable' }, '60']);
    expect((await post({ ...wrong, client_secret: key })).status).toBe(200);
    expect(await database.owner`select actor_role from event where kind = 'SIGN_IN_LOCKED'`).toEqual([
      { actor_role: 'ANONYMOUS' },
    ]);
  });

  it('is found by its description', async () => {
    const { json } = await read(await fetch(`${app.url}/.well-known/oauth-authorization-server`));
    expect(json).toMatchObject({
      issuer: PUBLIC,
      token_endpoint: `${PUBLIC}/oauth/token`,
      grant_types_supported: ['client_credentials'],
    });
    expect(json.scopes_supported).toEqual(API_SCOPES);
  });
});

describe('the house', () => {
  it('answers others while many sign in', async () => {
    let signedIn = 0;
    const from = (n: number) => callerOf(app.url, { 'x-forwarded-for': `198.51.100.${n}` });
    const many = Promise.all(
      Array.from({ length: 12 }, async (_, n) => {
        await from(n).changed('signIn', { login: 'admin', password: PASSWORD }, 'accessToken');
        signedIn++;
      }),
    );
    const health = await Promise.all([
      fetch(`${app.url}/healthz`),
      fetch(`${app.url}/readyz`),
      admin.read('{ branches { code } }'),
    ]);
    expect(signedIn).toBeLessThan(12);
    expect([health[0].status, health[1].status]).toEqual([200, 200]);
    await many;
  });

  it('leaves no key, code or secret in the log', async () => {
    const { key, clientId } = await newProgram();
    const made = await admin.changed('invitationCreate', { role: 'FAMILY', idempotencyKey: randomUUID() }, 'code');
    const { json } = await post({ grant_type: 'client_credentials', client_id: clientId, client_secret: key });
    await post(`grant_type=client_credentials&client_secret=${key}&client_id=%`);
    await app.post({ query: '{ nonsense }' }, { authorization: `Bearer ${key}` });
    await fetch(`${app.url}/graphql?query={viewer{account{login}}}`, { headers: { authorization: `Bearer ${key}x` } });
    const written = lines.join('');
    expect(written).toContain('"path":"/oauth/token"');
    for (const secret of [key, key.slice(8, 40), made.code, json.access_token]) expect(written).not.toContain(secret);
  });
});

describe('the signing secret', () => {
  it('changes over two processes without refusing anybody', async () => {
    const [old, next] = [randomBytes(48).toString('base64'), randomBytes(48).toString('base64')];
    const start = (jwtSecret: string, jwtSecretPrevious: string | null) =>
      startTestApp(database, { jwtSecret, jwtSecretPrevious, poolSize: 2 }, overrides);
    // As .env.example tells: the next one is accepted everywhere before it signs anywhere.
    const steps: [string, string | null][] = [
      [old, null],
      [old, next],
      [next, old],
      [next, null],
    ];
    const running = await Promise.all([start(...steps[0]!), start(...steps[0]!)]);
    const tokens: string[] = [];
    const refused: string[] = [];
    const load = async (at: number) => {
      const { accessToken } = await callerOf(running[at]!.url).changed(
        'signIn',
        { login: 'admin', password: PASSWORD },
        'accessToken',
      );
      tokens.push(accessToken);
      for (const { url } of running) {
        for (const token of tokens) {
          const { status } = await callerOf(url, { authorization: `Bearer ${token}` }).ask(WHO);
          if (status !== 200) refused.push(`${tokens.indexOf(token)}: ${status}`);
        }
      }
    };
    await load(0);
    for (const [step, secrets] of steps.entries()) {
      if (step === 0) continue;
      // Tokens of the first secret have run out before it is forgotten.
      if (step === 3) tokens.splice(0, tokens.length - 2);
      for (const at of [0, 1]) {
        const [fresh] = await Promise.all([start(...secrets), load(1 - at)]);
        await running[at]!.stop();
        running[at] = fresh;
        await load(at);
      }
    }
    expect(refused).toEqual([]);
    expect(tokens.length).toBeGreaterThan(5);
  });
});
