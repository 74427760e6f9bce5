import { getIntrospectionQuery, getNamedType, isLeafType, isRequiredArgument } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { createSchema, printSdl } from '../../src/app.js';
import { type Posted, read, startTestApp } from '../support/app.js';
import { createTestDatabase } from '../support/database.js';
import { seedWorld } from '../support/world.js';

/**
 * What scanners of GraphQL servers try first: the twelve probes of graphql-cop 1.15 and the word list of clairvoyance 2.5
 * (S1 and S2 of the security matrix), as questions of our own. Introspection is open by policy, and what it tells is published.
 */
const database = await createTestDatabase();
beforeAll(() => seedWorld(database));
const config = { production: true, defaultCommunity: 'test' };
const app = await startTestApp(database, config);
const shut = await startTestApp(database, { ...config, introspection: false });

const send = async (path: string, init: RequestInit = {}): Promise<Posted> => read(await fetch(`${app.url}${path}`, init));
const times = (count: number, text: (i: number) => string): string => Array.from({ length: count }, (_, i) => text(i)).join(' ');
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const circle = times(4, () => 'fields { type {');

/** Each probe, and the answer that would be a find. */
const PROBES: readonly (readonly [name: string, ask: () => Promise<Posted>, isFind: (answer: Posted) => boolean])[] = [
  ['101 aliases of one field', () => app.post({ query: `query cop { ${times(101, i => `alias${i}:__typename`)} }` }), hasData],
  [
    'ten queries in an array',
    () => app.post(Array.from({ length: 10 }, () => ({ query: '{ __typename }' }))),
    ({ json }) => Array.isArray(json),
  ],
  [
    'ten directives that do not exist',
    () => app.post({ query: `{ __typename ${'@aa'.repeat(10)} }` }),
    ({ json }) => json.errors.length >= 10,
  ],
  ['circles of introspection', () => app.post({ query: `{ __schema { types { ${circle} name ${'} }'.repeat(4)} } }` }), hasData],
  ['introspection where it is shut', () => shut.post({ query: getIntrospectionQuery() }), hasData],
  ['a name of a type where introspection is shut', () => shut.post({ query: '{ __type(name: "Query") { name } }' }), hasData],
  ['suggestions for a name that is nearly right', () => app.post({ query: '{ __schema { directive } }' }), suggests],
  ['suggestions for a root field', () => app.post({ query: '{ branchs { id } }' }), suggests],
  ['a query by GET, as a link would ask it', () => send(`/graphql?query=${encodeURIComponent('{__typename}')}`), hasData],
  [
    'a mutation by GET',
    () => send(`/graphql?query=${encodeURIComponent('mutation{__typename}')}`, { headers: { 'apollo-require-preflight': '1' } }),
    hasData,
  ],
  [
    'a query in a form',
    () => send('/graphql', { method: 'POST', headers: form, body: `query=${encodeURIComponent('{__typename}')}` }),
    hasData,
  ],
  [
    'a mutation in a form',
    () => send('/graphql', { method: 'POST', headers: form, body: `query=${encodeURIComponent('mutation{__typename}')}` }),
    hasData,
  ],
  [
    'traces',
    () => app.post({ query: '{ __typename }' }),
    ({ json }) => Object.keys(json.extensions).some(name => name !== 'cost'),
  ],
  [
    'traces that are asked for',
    () => app.post({ query: '{ __typename }' }, { 'apollo-federation-include-trace': 'ftv1', 'x-apollo-tracing': '1' }),
    ({ json }) => Object.keys(json.extensions).some(name => name !== 'cost'),
  ],
  [
    'stack traces',
    () => app.post({ query: 'queryy { __typename }' }),
    ({ text }) => /exception|stacktrace|node_modules|\.[jt]s:\d/.test(text),
  ],
  ...[
    '/graphiql',
    '/playground',
    '/altair',
    '/graphql/console',
    '/graphql-playground',
    '/v1/graphql',
    '/api/graphql',
    '/console',
    '/.env',
  ].map(
    path => [`${path}`, () => send(path, { headers: { accept: 'text/html' } }), ({ status }: Posted) => status !== 404] as const,
  ),
  [
    'an IDE at /graphql',
    () => send('/graphql', { headers: { accept: 'text/html' } }),
    ({ headers }) => headers.get('content-type')?.includes('html') ?? false,
  ],
];

function hasData({ json }: Posted): boolean {
  return json?.data != null;
}
function suggests({ text }: Posted): boolean {
  return /did you mean/i.test(text);
}

describe('S1: scanners', () => {
  it.each(PROBES)('find nothing by %s', async (_name, ask, isFind) => {
    const answer = await ask();
    expect([isFind(answer), answer.status < 500]).toEqual([false, true]);
  });

  it('find the IDE and introspection, which are open by policy, and no more by it than is published', async () => {
    const whole = getIntrospectionQuery({
      inputValueDeprecation: true,
      specifiedByUrl: true,
      oneOf: true,
      schemaDescription: true,
    });
    const { json } = await app.post({ query: whole });
    const names: readonly string[] = json.data.__schema.types.flatMap(
      ({ name, fields }: { name: string; fields: { name: string }[] | null }) =>
        name.startsWith('__') ? [] : [name, ...(fields ?? []).map(field => field.name)],
    );
    const words = new Set(printSdl(createSchema()).match(/\w+/g));
    expect(names.filter(name => !words.has(name))).toEqual([]);
    expect(names.length).toBeGreaterThan(500);
  });
});

describe('S2: guessing names by a list of words', () => {
  it('tells what the published schema holds, suggests nothing, and never fails', { timeout: 120_000 }, async () => {
    const schema = createSchema();
    const fields = Object.values(schema.getQueryType()?.getFields() ?? {});
    const roots = fields.map(({ name }) => name);
    // Nothing is missing from a question for these: they are answered.
    const whole = fields.filter(({ args, type }) => !args.some(isRequiredArgument) && isLeafType(getNamedType(type)));
    const answered = new Set(whole.map(({ name }) => name));
    const ours = printSdl(schema).match(/[a-z]\w+/g) ?? [];
    const common =
      'users user me admin password passwords token secret debug system config settings flags search login logs sql exec'.split(
        ' ',
      );
    const words = [...new Set([...common, ...ours])].filter((_, i) => i < common.length || i % 12 === 0);
    const tried = [...words, ...roots];
    const found: string[] = [];
    const wrong: unknown[] = [];
    const ask = async (word: string): Promise<void> => {
      const { status, text } = await shut.post({ query: `{ ${word} }` });
      if (!text.includes('Cannot query field')) found.push(word);
      if (status !== (answered.has(word) ? 200 : 400) || /did you mean/i.test(text)) wrong.push([word, status]);
    };
    const queue = tried.values();
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        for (const word of queue) await ask(word);
      }),
    );
    expect(tried.length).toBeGreaterThan(150);
    expect(found.filter(word => !roots.includes(word))).toEqual([]);
    expect(wrong).toEqual([]);
  });
});
