import {
  type GraphQLArgument,
  GraphQLError,
  type GraphQLField,
  getNamedType,
  isEnumType,
  isIntrospectionType,
  isObjectType,
  isRequiredArgument,
  type OperationDefinitionNode,
  parse,
  validate,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { createSchema } from '../../src/app.js';
import { formatError } from '../../src/graphql/masking.js';
import { coerceVariables } from '../../src/graphql/variables.js';
import { leavesOf, objectOf, put, sampleOf } from '../support/inputs.js';

/**
 * S11: whoever puts a telephone or identity number where it does not belong does not read it again, and neither does whoever
 * reads the log. graphql-js quotes wrong values; every leaf of every input of the schema is asked with them here.
 */
const PHONE = '13812345678';
const ID_NUMBER = '33010519400303122X';
const TEXT = `张三 ${PHONE} ${ID_NUMBER}`;
const WRONG: readonly unknown[] = [
  PHONE,
  Number(PHONE),
  ID_NUMBER,
  TEXT,
  [PHONE],
  [[ID_NUMBER]],
  { [PHONE]: ID_NUMBER },
  { id: PHONE },
  [{ [`p${PHONE}`]: [TEXT] }],
];
const holds = (text: string): boolean => [PHONE, ID_NUMBER, '3812345', '张三'].some(part => text.includes(part));

const schema = createSchema();
const NOW = new Date('2026-03-11T10:01:00+08:00');
const idOf = (): string => 'x';

interface Place {
  readonly name: string;
  readonly keyword: 'query' | 'mutation';
  readonly wrap: (call: string) => string;
  readonly field: GraphQLField<unknown, unknown>;
  readonly argument: GraphQLArgument;
}

/** Every argument of the schema, with a way to ask it. */
const PLACES: readonly Place[] = Object.values(schema.getTypeMap()).flatMap(type => {
  if (!isObjectType(type) || isIntrospectionType(type)) return [];
  const isRoot = type === schema.getQueryType() || type === schema.getMutationType();
  const keyword = type === schema.getMutationType() ? 'mutation' : 'query';
  const wrap = (call: string) => (isRoot ? call : `node(id: "x") { ... on ${type.name} { ${call} } }`);
  return Object.values(type.getFields()).flatMap(field =>
    field.args.map(
      argument => ({ name: `${type.name}.${field.name}(${argument.name})`, keyword, wrap, field, argument }) as const,
    ),
  );
});

const argumentsOf = ({ field, argument }: Place) => field.args.filter(arg => arg === argument || isRequiredArgument(arg));
const calling = (place: Place, writtenOf: (argument: GraphQLArgument) => string): string => {
  const given = argumentsOf(place).map(arg => `${arg.name}: ${writtenOf(arg)}`);
  const isLeaf = !('getFields' in getNamedType(place.field.type));
  return place.wrap(`${place.field.name}(${given.join(', ')}) ${isLeaf ? '' : '{ __typename }'}`);
};

/** Each wrong value in each leaf of an argument. */
function* wrongIn(place: Place): Generator<unknown> {
  const { argument } = place;
  const start = sampleOf(argument.type, argument.name, idOf, NOW);
  for (const leaf of leavesOf(argument.type))
    for (const value of WRONG) yield put(start, leaf.path, value, argument.type, idOf, NOW);
}

/** A value as it is written in a document; names of fields that are none are left as they are. */
function written(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(written).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  return `{${Object.entries(value)
    .map(([name, inner]) => `${/^[0-9]/.test(name) ? `n${name}` : name}: ${written(inner)}`)
    .join(', ')}}`;
}

/** What somebody is told of a document or variables that are refused; null when nothing is wrong with them. */
function told(work: () => readonly GraphQLError[]): string | null {
  const errors = catching(work);
  const shown = errors.map(error =>
    formatError({ ...error.toJSON(), extensions: { code: 'GRAPHQL_VALIDATION_FAILED', ...error.extensions } }, error),
  );
  return errors.length ? JSON.stringify(shown) : null;
}
function catching(work: () => readonly GraphQLError[]): readonly GraphQLError[] {
  try {
    return work();
  } catch (error) {
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
}

describe('S11: what is wrong is told without the value', () => {
  it('of variables, in every leaf of every input', () => {
    const echoed: string[] = [];
    let refused = 0;
    for (const place of PLACES) {
      const used = argumentsOf(place);
      const declared = used.map(arg => `$${arg.name}: ${arg.type}`).join(', ');
      const { definitions } = parse(`${place.keyword}(${declared}) { ${calling(place, arg => `$${arg.name}`)} }`);
      const [operation] = definitions as readonly OperationDefinitionNode[];
      for (const value of wrongIn(place)) {
        const variables = { ...objectOf(used, idOf, NOW), [place.argument.name]: value };
        const text = told(() => {
          coerceVariables(schema, operation!, variables);
          return [];
        });
        if (text !== null) refused++;
        if (text !== null && holds(text)) echoed.push(`${place.name}: ${text}`);
      }
    }
    expect(echoed).toEqual([]);
    expect(refused).toBeGreaterThan(1000);
  });

  it('of literals, in every leaf of every input', () => {
    const echoed: string[] = [];
    let refused = 0;
    for (const place of PLACES) {
      const fields = [...wrongIn(place)].map(
        (value, i) => `a${i}: ${calling(place, arg => (arg === place.argument ? written(value) : literal(arg)))}`,
      );
      // All in one document: it is validated once.
      const errors = validate(schema, parse(`${place.keyword} { ${fields.join(' ')} }`), undefined, { maxErrors: 100_000 });
      refused += errors.length;
      for (const error of errors) {
        const text = told(() => [error]);
        if (text !== null && holds(text)) echoed.push(`${place.name}: ${text}`);
      }
    }
    expect(echoed).toEqual([]);
    expect(refused).toBeGreaterThan(1000);
  });
});

/** Something that might be meant, as it is written in a document. */
function literal({ name, type }: GraphQLArgument): string {
  const value = sampleOf(type, name, idOf, NOW);
  return isEnumType(getNamedType(type)) ? String(value) : written(value);
}
