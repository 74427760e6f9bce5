import { sql } from 'drizzle-orm';
import { extendSchema, type GraphQLFieldResolver, type GraphQLSchema, parse } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { createSchema } from '../../src/app.js';
import type { Scope } from '../../src/scope/scope.js';
import { startTestApp } from '../support/app.js';
import { gid } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { seedWorld, WORLD } from '../support/world.js';

const database = await createTestDatabase();
const app = await startTestApp(
  database,
  { costLimit: 300, defaultCommunity: 'test' },
  { schema: withTraps(createSchema()), deadlineMs: 1500 },
);
beforeAll(() => seedWorld(database));

const branch = gid('Branch', WORLD.branch1);
const buildings = (args: string) => `{ branch(id: "${branch}") { buildings(${args}) { edges { node { id } } } } }`;
const codeOf = (answer: { readonly json: { readonly errors?: readonly { readonly extensions: { readonly code: string } }[] } }) =>
  answer.json.errors?.[0]?.extensions.code;

/** Fields that fail in ways that a client must not see. */
function withTraps(schema: GraphQLSchema): GraphQLSchema {
  const extended = extendSchema(
    schema,
    parse('extend type Query { leak: String sqlLeak(value: String!): Int slow(seconds: Float!): Int never: Int wrongType: Int }'),
  );
  const traps: Readonly<Record<string, GraphQLFieldResolver<unknown, Scope>>> = {
    leak: () => {
      throw new Error('connect ECONNREFUSED postgres://u:hunter2@db');
    },
    sqlLeak: async (_root, { value }, { db }) => db.execute(sql`select ${value}::int / 0 from no_such_table`),
    slow: async (_root, { seconds }, { db }) => {
      await db.transaction(async tx => {
        await tx.execute(sql`set local statement_timeout = 300`);
        await tx.execute(sql`select pg_sleep(${seconds})`);
      });
      return 1;
    },
    never: () => new Promise(() => undefined),
    wrongType: () => '13812345678',
  };
  for (const [name, resolve] of Object.entries(traps)) {
    const field = extended.getQueryType()?.getFields()[name];
    if (field) field.resolve = resolve;
  }
  return extended;
}

describe('S3 to S5: size of an operation', () => {
  it('does not execute batches', async () => {
    expect(await app.post([{ query: '{ __typename }' }, { query: '{ __typename }' }])).toMatchObject({ status: 400 });
  });

  it.each([
    ['31 aliases of one field', `{ ${Array.from({ length: 31 }, (_, i) => `a${i}: branches { id }`).join(' ')} }`],
    ['101 aliases of __typename', `{ ${Array.from({ length: 101 }, (_, i) => `a${i}: __typename`).join(' ')} }`],
    [
      'aliases by fragments',
      `{ ${'...f '.repeat(8)} } fragment f on Query { ${['a', 'b', 'c', 'd'].map(name => `${name}: __typename`).join(' ')} }`,
    ],
    ['5,000 tokens', `{ ${'__typename '.repeat(5000)} }`],
    ['60 directives', `{ __typename ${'@include(if: true) '.repeat(60)} }`],
    [
      '28 fragments in each other',
      `{ ...f0 } ${Array.from({ length: 28 }, (_, i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`).join(' ')} fragment f28 on Query { a: __typename }`,
    ],
    ['a circle of fragments', '{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }'],
    ['13 levels', `{ community ${'{ branches { area '.repeat(6)} { id } ${'} }'.repeat(6)} }`],
    ['a list of 251', `{ nodes(ids: [${'"x" '.repeat(251)}]) { id } }`],
    ['a value 11 deep', `{ nodes(ids: ${'['.repeat(11)}"x"${']'.repeat(11)}) { id } }`],
  ])('refuses %s before any statement', async (_name, query) => {
    app.statements();
    const answer = await app.post({ query });
    expect(answer.status).toBe(400);
    expect(answer.json.data).toBeUndefined();
    expect(app.statements()).toHaveLength(0);
  });

  it('refuses endless introspection', async () => {
    const circle = `{ __schema { types { fields { type ${'{ fields { type '.repeat(4)} { name } ${'} }'.repeat(4)} } } } }`;
    expect((await app.post({ query: circle })).status).toBe(400);
  });

  it('names at most six problems of a document', async () => {
    const { json } = await app.post({ query: `{ ${Array.from({ length: 50 }, (_, i) => `nothing${i}`).join(' ')} }` });
    expect(json.errors.length).toBeLessThanOrEqual(6);
  });
});

describe('S6 and S7: price by real variables', () => {
  const query = `query($first: Int, $last: Int) { branch(id: "${branch}") { buildings(first: $first, last: $last) { edges { node { id branch { id } } } } } }`;

  it('tells the price and the limit', async () => {
    const { json, status } = await app.post({ query, variables: { first: 10 } });
    expect(status).toBe(200);
    expect(json.extensions.cost).toMatchObject({ requested: 22, limit: 300 });
    expect(json.data.branch.buildings.edges).toHaveLength(2);
  });

  it('prices a document that it knows again for other variables', async () => {
    const three = `query($first: Int) { ${['a', 'b', 'c'].map(name => `${name}: branch(id: "${branch}") { buildings(first: $first) { edges { node { id } } } }`).join(' ')} }`;
    expect((await app.post({ query: three, variables: { first: 90 } })).status).toBe(200);
    app.statements();
    const answer = await app.post({ query: three, variables: { first: 100 } });
    expect(answer).toMatchObject({ status: 400, json: { extensions: { cost: { requested: 306, limit: 300 } } } });
    expect(codeOf(answer)).toBe('QUERY_TOO_EXPENSIVE');
    expect(app.statements()).toHaveLength(0);
    expect((await app.post({ query: three, variables: { first: 98 } })).json.extensions.cost.requested).toBe(300);
    expect((await app.post({ query: three.replace('$first: Int', '$first: Int = 100') })).status).toBe(400);
  });

  it.each([
    ['literal 101', buildings('first: 101'), {}],
    ['literal −1', buildings('first: -1'), {}],
    ['both', buildings('first: 1, last: 1'), {}],
    ['variable 101', query, { first: 101 }],
    ['variable −1', query, { last: -1 }],
    ['both variables', query, { first: 1, last: 1 }],
    ['default 101', query.replace('$first: Int', '$first: Int = 101'), {}],
    [
      'within a fragment',
      `query($first: Int) { branch(id: "${branch}") { ...f } } fragment f on Branch { buildings(first: $first) { pageInfo { endCursor } } }`,
      { first: 101 },
    ],
  ])('refuses a page size by %s before any statement', async (_name, document, variables) => {
    app.statements();
    const answer = await app.post({ query: document, variables });
    expect([answer.status, codeOf(answer)]).toEqual([400, 'BAD_USER_INPUT']);
    expect(answer.json.errors[0].extensions.problems).not.toHaveLength(0);
    expect(app.statements()).toHaveLength(0);
  });
});

describe('S14: what cannot be stored or is too much', () => {
  const query = 'query($address: String!) { buildingsByAddress(address: $address) { id } }';

  it.each([
    ['NUL', '"a\\u0000b"'],
    ['a lone high surrogate', '"a\\ud800b"'],
    ['a lone low surrogate', '"a\\udc00"'],
  ])('refuses %s in variables and literals', async (_name, literal) => {
    const byVariable = await app.post(`{"query":${JSON.stringify(query)},"variables":{"address":${literal}}}`);
    expect([byVariable.status, codeOf(byVariable)]).toEqual([400, 'BAD_USER_INPUT']);
    const byLiteral = await app.post({ query: `{ buildingsByAddress(address: ${literal}) { id } }` });
    expect(byLiteral.status).toBe(400);
  });

  it('takes emoji and what looks like SQL as text', async () => {
    for (const address of ['🏠9幢', "9'; drop table building; --", '%', '$1', '<script>', 'a\r\nb']) {
      expect((await app.post({ query, variables: { address } })).json).toMatchObject({ data: { buildingsByAddress: [] } });
    }
  });

  it('refuses variables nested 2,000 deep, and lists of 500,000', async () => {
    const nested = `${'{"and":['.repeat(2000)}{}${']}'.repeat(2000)}`;
    const deep = await app.post(`{"query":${JSON.stringify(query)},"variables":{"address":${nested}}}`);
    expect([deep.status, codeOf(deep)]).toEqual([400, 'BAD_USER_INPUT']);
    const long = await app.post({
      query: 'query($ids: [ID!]!) { nodes(ids: $ids) { id } }',
      variables: { ids: Array(251).fill('x') },
    });
    expect([long.status, codeOf(long)]).toEqual([400, 'BAD_USER_INPUT']);
  });
});

describe('S10 and S11: what answers do not say', () => {
  const SECRET = '13812345678';
  it.each([
    [
      'a number for an id',
      {
        query: 'query($first: Int) { branches { buildings(first: $first) { edges { cursor } } } }',
        variables: { first: SECRET },
      },
    ],
    ['an object', { query: 'query($ids: [ID!]!) { nodes(ids: $ids) { id } }', variables: { ids: [{ [`k${SECRET}`]: SECRET }] } }],
    ['a literal of the wrong type', { query: `{ branches { buildings(first: "${SECRET}") { edges { cursor } } } }` }],
    ['a literal that is an object', { query: `{ buildingsByAddress(address: {phone: "${SECRET}"}) { id } }` }],
    ['a stray token', { query: `{ branches "${SECRET}" }` }],
    ['an unfinished string', { query: `{ buildingsByAddress(address: "${SECRET}) { id } }` }],
    ['a strange character', { query: `{ branches ～${SECRET} }` }],
    ['a number with a letter', { query: `{ nodes(ids: ${SECRET}a) { id } }` }],
  ])('do not repeat %s, nor does the log', async (_name, body) => {
    const answer = await app.post(body);
    expect(answer.status).toBe(400);
    expect(answer.text).not.toContain(SECRET);
    expect(app.logged()).not.toContain(SECRET);
  });

  it('do not suggest names', async () => {
    for (const query of [
      '{ branchs { id } }',
      '{ branches { cod } }',
      '{ branch(idd: 1) { id } }',
      '{ branches { ... on Brnch { id } } }',
    ]) {
      const { status, text } = await app.post({ query });
      expect([status, text.includes('Did you mean')]).toEqual([400, false]);
    }
  });

  it('mask what was not meant for clients, under the request id that the log knows', async () => {
    const { json, status, headers } = await app.post({ query: '{ leak }' });
    expect(status).toBe(200);
    const requestId = headers.get('x-request-id');
    expect(json).toMatchObject({
      data: { leak: null },
      errors: [
        { message: 'Internal error. 系统内部错误。', path: ['leak'], extensions: { code: 'INTERNAL_SERVER_ERROR', requestId } },
      ],
    });
    expect(Object.keys(json.errors[0].extensions)).toEqual(['code', 'requestId']);
    const line = app
      .logged()
      .split('\n')
      .find(text => text.includes(String(requestId)) && text.includes('operation failed'));
    expect(line).toContain('hunter2');
  });

  it('hold no SQL, no parameters, no wrong results', async () => {
    const sqlLeak = await app.post({ query: `{ sqlLeak(value: "${SECRET}") }` });
    expect(sqlLeak.json.errors[0].extensions.code).toBe('INTERNAL_SERVER_ERROR');
    expect(sqlLeak.text).not.toMatch(/select|no_such_table|13812345678/);
    const wrong = await app.post({ query: '{ wrongType }' });
    expect(wrong.json.errors[0].extensions.code).toBe('INTERNAL_SERVER_ERROR');
    expect(wrong.text).not.toContain(SECRET);
    expect(app.logged()).not.toContain(SECRET);
  });

  it('type a statement that takes too long, and an operation that never ends', async () => {
    const slow = await app.post({ query: '{ slow(seconds: 20) }' });
    expect(slow.json).toMatchObject({ data: { slow: null }, errors: [{ extensions: { code: 'TIMEOUT' } }] });
    expect(slow.status).toBe(200);
    const never = await app.post({ query: '{ never }' });
    expect([never.status, codeOf(never)]).toEqual([503, 'TIMEOUT']);
  });
});
