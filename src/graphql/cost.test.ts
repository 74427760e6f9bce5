import { buildSchema, type FragmentDefinitionNode, type GraphQLSchema, isObjectType, Kind, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { priceOperation } from './cost.js';

const schema = marked(
  buildSchema(`
    interface Node { id: ID! }
    type Query {
      node(id: ID!): Node nodes(ids: [ID!]!): [Node]!
      shelf: Shelf shelves: [Shelf!]! books(first: Int = 20, after: String, last: Int, before: String): BookConnection! search(like: [Likeness!]): Shelf
    }
    input Likeness { words: [String!] or: [Likeness!] }
    type Shelf implements Node { id: ID! books(first: Int, last: Int): BookConnection! guess(first: Int = 5): [Book!]! neighbour: Node }
    type Book implements Node { id: ID! title: String cover: Cover worth: Worth shelf: Shelf }
    type Cover { color: String }
    type Worth { fen: Int }
    type BookConnection { edges: [BookEdge!]! totalCount: Int pageInfo: PageInfo! }
    type BookEdge { node: Book! cursor: String! }
    type PageInfo { endCursor: String }
    type Mutation { booksCreate(input: BooksInput!): Payload! open(secret: String!): Payload! }
    input BooksInput { books: [BookInput!]! }
    input BookInput { title: String! tags: [TagInput!] }
    input TagInput { name: String! }
    type Payload { shelf: Shelf }
  `),
);

/** `Book.worth` weighs 50, and a secret opens. */
function marked(plain: GraphQLSchema): GraphQLSchema {
  for (const [type, field, extensions] of [
    ['Book', 'worth', { points: 50 }],
    ['Mutation', 'open', { takesSecret: true }],
  ] as const) {
    const found = plain.getType(type);
    if (isObjectType(found)) Object.assign(found.getFields()[field]!, { extensions });
  }
  return plain;
}

function priceOf(source: string, variables: Readonly<Record<string, unknown>> = {}) {
  const { definitions } = parse(source);
  const operation = definitions.find(node => node.kind === Kind.OPERATION_DEFINITION);
  const fragments = definitions.filter((node): node is FragmentDefinitionNode => node.kind === Kind.FRAGMENT_DEFINITION);
  return priceOperation(schema, operation!, new Map(fragments.map(node => [node.name.value, node])), variables);
}

const dear = (size: string) => `{ books(${size}) { edges { node { worth { fen } } } } }`;

describe('the price of an operation', () => {
  it.each([
    ['nothing', '{ __typename }', 0],
    ['an object', '{ shelf { id } }', 1],
    ['a page', '{ books(first: 7) { edges { node { id title } } } }', 8],
    ['a page of no stated size', '{ books { edges { node { id } } } }', 21],
    ['a page from the end', '{ books(first: null, last: 100) { edges { node { id } } } }', 101],
    [
      'pages within pages',
      '{ shelf { books(first: 10) { edges { node { shelf { books(first: 10) { edges { node { id } } } } } } } } }',
      132,
    ],
    ['a list without a size', '{ shelves { id } }', 10],
    ['a list with a size that is no connection', '{ shelf { guess { cover { color } } } }', 11],
    ['ids', '{ nodes(ids: ["a", "b", "c"]) { id } }', 3],
    ['a heavy field', '{ shelf { guess(first: 1) { worth { fen } } } }', 53],
    ['a heavy field in a page', dear('first: 10'), 521],
    [
      'the same under aliases',
      `{ ${['a', 'b', 'c'].map(name => `${name}: shelf { guess(first: 1) { worth { fen } } }`).join(' ')} }`,
      159,
    ],
    ['a mutation', 'mutation { open(secret: "x") { shelf { id } } }', 102],
    [
      'what is sent in lists',
      'mutation { booksCreate(input: { books: [{ title: "a" }, { title: "b", tags: [{ name: "c" }] }] }) { __typename } }',
      104,
    ],
    ['lists in lists of an argument', '{ search(like: [{ or: [{ words: ["a"] }, { words: [] }] }]) { id } }', 4],
  ])('counts %s', (_name, source, points) => {
    expect(priceOf(source).points).toBe(points);
  });

  it('takes what may be one of several types as the dearest of them, not as their sum', () => {
    const fragments = (fields: string) => `{ node(id: "x") { id ... on Shelf { guess { id } } ${fields} } }`;
    expect(priceOf(fragments('')).points).toBe(6);
    expect(priceOf(fragments('... on Book { cover { color } shelf { id } }')).points).toBe(6);
    expect(priceOf(fragments('... on Book { worth { fen } }')).points).toBe(52);
    expect(priceOf('{ node(id: "x") { ... on Node { ... on Node { ... on Book { worth { fen } } } } } }').points).toBe(52);
    expect(priceOf('{ shelf { ... on Book { worth { fen } } ... on Node { id } } }').points).toBe(1);
  });

  it('reads sizes from variables and from their defaults in the schema', () => {
    const query = 'query($n: Int, $l: Int) { books(first: $n, last: $l) { edges { node { id } } } }';
    expect(priceOf(query, { n: 100 }).points).toBe(101);
    expect(priceOf(query, { n: null, l: 90 }).points).toBe(91);
    expect(priceOf(query).points).toBe(21);
    expect(priceOf('query($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: Array(250).fill('x') }).points).toBe(250);
    const many = { input: { books: Array(250).fill({ title: 'a' }) } };
    expect(priceOf('mutation($input: BooksInput!) { booksCreate(input: $input) { __typename } }', many).points).toBe(351);
  });

  it.each(['first: 101', 'first: -1', 'last: 101', 'last: -1', 'first: 1, last: 1'])(
    'refuses %s, also within a fragment',
    size => {
      expect(() => priceOf(dear(size))).toThrow('Bad paging arguments');
      expect(() => priceOf(`{ node(id: "x") { ...f } } fragment f on Shelf { books(${size}) { totalCount } }`)).toThrow();
    },
  );

  it('counts secrets, each alias of them, also in fragments', () => {
    const guesses = Array.from({ length: 6 }, (_, i) => `a${i}: open(secret: "${i}") { __typename }`).join(' ');
    expect(priceOf(`mutation { ${guesses} }`).secrets).toBe(6);
    expect(priceOf(`mutation { ...f ...f } fragment f on Mutation { ${guesses} }`).secrets).toBe(12);
    expect(priceOf('mutation { booksCreate(input: { books: [] }) { __typename } }').secrets).toBe(0);
  });

  it('grows with what is asked of the schema', () => {
    const names = priceOf('{ __schema { types { name } } }').points;
    const fields = priceOf('{ __schema { types { fields { args { type { name } } } } } }').points;
    const twice = priceOf(
      '{ a: __schema { types { fields { args { type { name } } } } } b: __schema { types { fields { args { type { name } } } } } }',
    );
    expect(names).toBeGreaterThan(0);
    expect(fields).toBeGreaterThan(4 * names);
    expect(twice.points).toBeGreaterThanOrEqual(2 * fields - 1);
    expect(priceOf('{ __type(name: "Book") { name } }').points).toBe(1);
  });

  it('is found in little work where types and fragments lie within each other many times', () => {
    const nested = (depth: number): string =>
      depth ? `neighbour { ... on Shelf { ${nested(depth - 1)} } ... on Node { id } }` : 'id';
    expect(priceOf(`{ shelf { ${nested(40)} } }`).points).toBe(41);
    const chain = Array.from({ length: 40 }, (_, i) => `fragment f${i} on Shelf { ...f${i + 1} ...f${i + 1} }`).join(' ');
    expect(priceOf(`{ shelf { ...f0 } } ${chain} fragment f40 on Shelf { id neighbour { id } }`).points).toBe(2 ** 40 + 1);
  });
});
