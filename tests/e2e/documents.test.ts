import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { getIntrospectionQuery } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Manifest } from '../../src/graphql/documents.js';
import { read, startTestApp } from '../support/app.js';
import { gid } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { seedWorld, WORLD } from '../support/world.js';

const manifest: Manifest = JSON.parse(readFileSync(new URL('../../schema/operations/manifest.json', import.meta.url), 'utf8'));
const [documentId, known] = Object.entries(manifest).find(([, { file }]) => file.startsWith('question-11-unused')) ?? [];
if (!documentId || !known) throw new Error('the operation is not in the manifest');
const sha256Hash = documentId.replace('sha256:', '');
const variables = {
  branchId: gid('Branch', WORLD.branch1),
  from: '2026-12-01T00:00:00+08:00',
  until: '2026-12-31T00:00:00+08:00',
};
const NAME = '{ community { name } }';

const database = await createTestDatabase();
beforeAll(() => seedWorld(database));
const open = await startTestApp(database, { defaultCommunity: 'test' });
const closed = await startTestApp(database, { defaultCommunity: 'test', trustedDocumentsOnly: true, introspection: false });

const persisted = (hash: string) => ({ persistedQuery: { version: 1, sha256Hash: hash } });
const codeOf = ({
  json,
}: {
  readonly json: { readonly errors?: readonly { readonly extensions: { readonly code: string } }[] };
}) => json.errors?.[0]?.extensions.code;

describe.each([
  ['where everything may run', open],
  ['where only known operations may', closed],
])('%s', (_name, app) => {
  it.each([
    ['documentId', { documentId }],
    ["the hash of Apollo's clients", { extensions: persisted(sha256Hash) }],
    ['that hash beside the text', { query: known.text, extensions: persisted(sha256Hash) }],
    ['its text', { query: known.text }],
  ])('a known operation runs by %s', async (_by, named) => {
    const { status, json } = await app.post({ ...named, variables });
    expect([status, json.data.branch.sessions.edges]).toEqual([200, []]);
  });

  it('it runs by GET, with the header that other sites cannot send', async () => {
    const ask = async (parameters: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>>) => {
      const search = new URLSearchParams({ ...parameters, variables: JSON.stringify(variables) });
      return read(await fetch(`${app.url}/graphql?${search}`, { headers }));
    };
    const preflight = { 'apollo-require-preflight': '1' };
    for (const named of [{ documentId }, { extensions: JSON.stringify(persisted(sha256Hash)) }]) {
      const { status, json } = await ask(named, preflight);
      expect([status, json.data.branch.sessions.edges]).toEqual([200, []]);
      expect((await ask(named, {})).status).toBe(400);
    }
  });

  it.each([
    ['an unknown id', { documentId: `sha256:${'0'.repeat(64)}` }],
    ['an id beside a text', { documentId: 'x', query: known.text }],
    ['an id that is no text', { documentId: { $ne: null } }],
    ['a name of every object', { documentId: 'constructor' }],
    ['an unknown hash', { extensions: persisted('0'.repeat(64)) }],
    ['a hash that is no text', { extensions: { persistedQuery: { version: 1, sha256Hash: null } } }],
  ])('%s is an error, and nothing runs', async (_name, body) => {
    app.statements();
    const answer = await app.post(body);
    expect([answer.status, codeOf(answer)]).toEqual([400, 'PERSISTED_QUERY_NOT_FOUND']);
    expect(app.statements()).toEqual([]);
  });

  it('nothing that is sent becomes known', async () => {
    const hash = createHash('sha256').update(NAME).digest('hex');
    await app.post({ query: NAME, extensions: persisted(hash) });
    for (const body of [{ documentId: `sha256:${hash}` }, { extensions: persisted(hash) }])
      expect(codeOf(await app.post(body))).toBe('PERSISTED_QUERY_NOT_FOUND');
  });
});

describe('where only known operations may run', () => {
  it.each([
    ['another text', { query: NAME }],
    ['a known text with a space more', { query: `${known.text} ` }],
    ['a known text with another operation behind it', { query: `${known.text}\n${NAME}` }],
    ['another text under a known operation name', { query: `query UnusedCapacity ${NAME}`, operationName: 'UnusedCapacity' }],
    ['introspection', { query: getIntrospectionQuery() }],
    ['another text with its own hash', { query: NAME, extensions: persisted(createHash('sha256').update(NAME).digest('hex')) }],
  ])('%s is refused before it is parsed', async (_name, body) => {
    const answer = await closed.post(body);
    expect([answer.status, codeOf(answer)]).toEqual([400, 'DOCUMENT_NOT_TRUSTED']);
  });

  it('nor do they by GET or in a batch', async () => {
    const search = new URLSearchParams({ query: NAME });
    const got = await read(await fetch(`${closed.url}/graphql?${search}`, { headers: { 'apollo-require-preflight': '1' } }));
    expect([got.status, codeOf(got)]).toEqual([400, 'DOCUMENT_NOT_TRUSTED']);
    expect((await closed.post([{ query: NAME }])).status).toBe(400);
  });
});

describe('where everything may run', () => {
  it('a text beside an unknown hash runs, as Apollo sends it the second time', async () => {
    const answer = await open.post({ query: NAME, extensions: persisted('0'.repeat(64)) });
    expect(answer.json.data).toEqual({ community: { name: '测试社区' } });
  });
});
