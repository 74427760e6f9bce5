import { request } from 'node:http';
import { buildSchema as parseSchema } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { MAX_BODY } from '../../src/http/body.js';
import { read, startTestApp } from '../support/app.js';
import { createTestDatabase } from '../support/database.js';
import { seedWorld } from '../support/world.js';

const ALLOWED = 'https://panel.example';
const database = await createTestDatabase();
const app = await startTestApp(database, { corsOrigins: [ALLOWED], defaultCommunity: 'test' });
beforeAll(() => seedWorld(database));

const JSON_TYPE = { 'content-type': 'application/json' };
const send = async (path: string, init: RequestInit = {}) => read(await fetch(`${app.url}${path}`, init));
const NAME = { query: '{ community { name } }' };

describe('S8: bodies', () => {
  it('takes 100 kB and not a byte more', async () => {
    const body = (size: number) => {
      const empty = JSON.stringify({ query: '{ __typename }', extensions: { pad: '' } });
      return JSON.stringify({ query: '{ __typename }', extensions: { pad: 'x'.repeat(size - empty.length) } });
    };
    expect((await app.post(body(MAX_BODY))).status).toBe(200);
    expect(await app.post(body(MAX_BODY + 1))).toMatchObject({
      status: 413,
      json: { errors: [{ extensions: { code: 'PAYLOAD_TOO_LARGE' } }] },
    });
  });

  it('stops reading a body without a length that does not end', async () => {
    const status = await new Promise(resolve => {
      const endless = request(`${app.url}/graphql`, { method: 'POST', headers: JSON_TYPE }, answer => {
        resolve(answer.statusCode);
        endless.destroy();
      });
      endless.on('error', () => undefined);
      const more = () => endless.write('x'.repeat(20_000), () => endless.destroyed || setTimeout(more, 1));
      more();
    });
    expect(status).toBe(413);
  });

  it.each([
    ['what is not JSON', JSON_TYPE, '{"query":', 400],
    ['invalid UTF-8', JSON_TYPE, Buffer.from('7b2271223a22ff227d', 'hex'), 400],
    ['an array', JSON_TYPE, '[]', 400],
    ['a string', JSON_TYPE, '"{ __typename }"', 400],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 'query={__typename}', 400],
    ['plain text', { 'content-type': 'text/plain' }, JSON.stringify(NAME), 400],
    ['XML', { 'content-type': 'application/xml' }, '<query/>', 400],
    ['another charset', { 'content-type': 'application/json; charset=gb18030' }, JSON.stringify(NAME), 415],
    ['a compressed body', { ...JSON_TYPE, 'content-encoding': 'gzip' }, 'x', 415],
  ])('refuses %s in the form of GraphQL', async (_name, headers, body, status) => {
    const answer = await send('/graphql', { method: 'POST', headers, body });
    expect(answer.status).toBe(status);
    expect(answer.json.errors[0]).toMatchObject({ message: expect.any(String), extensions: { code: expect.any(String) } });
  });

  it('refuses a body that names no type', async () => {
    expect((await send('/graphql', { method: 'POST', body: new Blob([JSON.stringify(NAME)]) })).status).toBe(400);
  });
});

describe('S8: GET', () => {
  const query = `/graphql?query=${encodeURIComponent(NAME.query)}`;
  const preflighted = { 'apollo-require-preflight': '1' };

  it('asks for a header that other sites cannot send', async () => {
    expect((await send(query)).status).toBe(400);
    expect((await send(query, { headers: preflighted })).json).toMatchObject({ data: { community: { name: '测试社区' } } });
  });

  it('runs no mutation', async () => {
    const mutation = `/graphql?query=${encodeURIComponent('mutation { __typename }')}`;
    const answer = await send(mutation, { headers: preflighted });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await send('/graphql', { method: 'PUT', headers: JSON_TYPE, body: '{}' })).status).toBe(405);
  });
});

describe('who asks', () => {
  it('is nobody without a token, and refused with a bad one', async () => {
    expect((await app.post(NAME)).status).toBe(200);
    for (const authorization of ['Bearer x', 'Bearer a.b.c', 'Basic dTpw', 'Bearer']) {
      const answer = await app.post(NAME, { authorization });
      expect([authorization, answer.status, answer.json.errors[0].extensions.code]).toEqual([
        authorization,
        401,
        'UNAUTHENTICATED',
      ]);
      expect(answer.json.data).toBeUndefined();
    }
  });

  it('names the community by its code', async () => {
    expect((await app.post(NAME, { 'x-community': 'other' })).json.data.community.name).toBe('另一社区');
    for (const code of ['nowhere', "x' or true", 'a'.repeat(100)]) {
      const answer = await app.post(NAME, { 'x-community': code });
      expect([answer.status, answer.json.errors[0].extensions.code]).toEqual([400, 'BAD_USER_INPUT']);
    }
  });
});

describe('headers', () => {
  it('keeps a sane request id and replaces another', async () => {
    expect((await app.post(NAME, { 'x-request-id': 'panel-42-abcdef' })).headers.get('x-request-id')).toBe('panel-42-abcdef');
    expect((await app.post(NAME, { 'x-request-id': '<script>' })).headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('S9: lets pages of the listed origin read, and no other', async () => {
    const preflight = (origin: string) =>
      send('/graphql', {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
      });
    const allowed = await preflight(ALLOWED);
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get('access-control-allow-origin')).toBe(ALLOWED);
    expect(allowed.headers.get('access-control-allow-headers')).toContain('authorization');
    const strange = await preflight('https://evil.example');
    expect(strange.headers.get('access-control-allow-origin')).toBeNull();
    expect((await app.post(NAME, { origin: 'https://evil.example' })).headers.get('access-control-allow-origin')).toBeNull();
    expect((await app.post(NAME, { origin: ALLOWED })).headers.get('access-control-allow-origin')).toBe(ALLOWED);
  });

  it('guards browsers', async () => {
    const { headers } = await app.post(NAME);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('cache-control')).toBe('no-store');
  });
});

describe('pages', () => {
  it('says that it lives and is ready', async () => {
    expect(await send('/healthz')).toMatchObject({ status: 200, json: { status: 'ok' } });
    expect(await send('/readyz')).toMatchObject({ status: 200, json: { status: 'ready' } });
  });

  it('has an IDE that needs no internet', async () => {
    const { text, status, headers } = await send('/');
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(text.match(/(?:src|href)="https?:|from "https?:|import\("https?:/g)).toBeNull();
    expect(text).toContain('query Estate');
    const assets = [...text.matchAll(/"(\/ruru-static\/[^"]+\.(?:js|css))"/g)].map(([, path]) => String(path));
    expect(assets.length).toBeGreaterThan(1);
    for (const path of assets) {
      const asset = await fetch(`${app.url}${path}`);
      expect([path, asset.status]).toEqual([path, 200]);
      await asset.body?.cancel();
    }
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).not.toContain('unsafe-eval');
    expect(policy.match(/'sha256-/g)?.length).toBe(text.match(/<script/g)?.length);
  });

  it('publishes the schema', async () => {
    const { text } = await send('/schema.graphql');
    expect(parseSchema(text).getQueryType()?.getFields().community).toBeDefined();
  });

  it('answers 404 and 405 in the form of GraphQL', async () => {
    expect(await send('/nothing?x=1')).toMatchObject({ status: 404, json: { errors: [{ extensions: { code: 'NOT_FOUND' } }] } });
    expect((await send('/ruru-static/../package.json')).status).toBe(404);
    expect((await send('/ruru-static/nothing.js')).status).toBe(404);
    expect((await send('/healthz', { method: 'POST' })).status).toBe(405);
  });
});
