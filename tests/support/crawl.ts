import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import { parseGlobalId } from '../../src/graphql/global-id.js';
import type { Caller } from './caller.js';

const isConnection = (type: GraphQLOutputType): boolean => getNamedType(type).name.endsWith('Connection');
const isOpen = ({ args }: GraphQLField<unknown, unknown>): boolean => !args.some(isRequiredArgument);

/** All that can be asked of an object without knowing more than its id, `depth` objects deep; pages of connections count as one. */
function everything(type: GraphQLObjectType, depth: number): string {
  const fields = Object.values(type.getFields()).filter(isOpen);
  return ['__typename', ...fields.map(field => selected(field, depth)).filter(text => text !== null)].join(' ');
}

function selected({ name, type, args }: GraphQLField<unknown, unknown>, depth: number): string | null {
  const named = getNamedType(type);
  if (isLeafType(named)) return name;
  if (isAbstractType(named)) return `${name} { __typename }`;
  if (!isObjectType(named)) return null;
  if (isConnection(type)) {
    const node = getNamedType(named.getFields().nodes?.type ?? edgeOf(named)?.getFields().node?.type);
    if (!isObjectType(node)) return null;
    const first = args.some(argument => argument.name === 'first') ? '(first: 100)' : '';
    return `${name}${first} { edges { node { ${depth > 0 ? everything(node, depth - 1) : itself(node)} } } }`;
  }
  if (depth > 0) return `${name} { ${everything(named, depth - 1)} }`;
  return `${name} { ${itself(named)} }`;
}

const itself = (type: GraphQLObjectType): string => (type.getFields().id ? '__typename id' : '__typename');

function edgeOf(connection: GraphQLObjectType): GraphQLObjectType | null {
  const edge = getNamedType(connection.getFields().edges?.type);
  return isObjectType(edge) ? edge : null;
}

/** One selection for each field of a type that leads on to objects, small enough for the limits of a document. */
function ways(type: GraphQLObjectType, depth: number): readonly string[] {
  return Object.values(type.getFields())
    .filter(field => isOpen(field) && !isLeafType(getNamedType(field.type)))
    .map(field => selected(field, depth))
    .filter(text => text !== null);
}

const MAX_NODES = 100;

/**
 * All that somebody is told who goes from the roots, and from these objects, along every field that needs no further knowledge. New
 * fields of the schema are followed without being named here.
 */
export async function* answersWithinReach(
  schema: GraphQLSchema,
  caller: Caller,
  ids: readonly string[],
  depth = 1,
): AsyncGenerator<unknown> {
  const query = schema.getQueryType();
  for (const way of query ? ways(query, depth) : []) yield await caller.read(`{ ${way} }`);
  for (const [typeName, own] of Map.groupBy(ids, id => parseGlobalId(id)?.type ?? '')) {
    const type = schema.getType(typeName);
    if (!isObjectType(type)) throw new Error(`not an id of an object: ${own[0]}`);
    for (let start = 0; start < own.length; start += MAX_NODES) {
      const chunk = own.slice(start, start + MAX_NODES);
      for (const way of ways(type, depth)) {
        const { nodes } = await caller.read(`query($ids: [ID!]!) { nodes(ids: $ids) { ... on ${typeName} { ${way} } } }`, {
          ids: chunk,
        });
        yield nodes;
      }
    }
  }
}

/** Every text in an answer, with the field that says it, as `Type.field`. */
export function* fieldsIn(value: unknown, of = ''): Generator<readonly [field: string, text: string]> {
  if (typeof value === 'string') yield [of, value];
  else if (Array.isArray(value)) for (const item of value) yield* fieldsIn(item, of);
  else if (value !== null && typeof value === 'object') {
    const { __typename: type = 'Query', ...fields } = value as Readonly<Record<string, unknown>>;
    for (const [name, inner] of Object.entries(fields)) yield* fieldsIn(inner, `${type}.${name}`);
  }
}
