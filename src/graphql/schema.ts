import 'reflect-metadata';
import { type GraphQLObjectType, type GraphQLSchema, isIntrospectionType, isObjectType } from 'graphql';
import { buildSchemaSync, getMetadataStorage } from 'type-graphql';
import type { Scope } from '../scope/scope.js';
import { toGlobalId } from './global-id.js';
import { isGlobalType, NodeResolver, nodeTypes } from './node.js';

type Resolvers = Parameters<typeof buildSchemaSync>[0]['resolvers'];

/** Builds the executable schema from the subjects' resolvers. */
export function buildSchema(resolvers: readonly Resolvers[number][]): GraphQLSchema {
  const schema = buildSchemaSync({
    resolvers: [NodeResolver, ...resolvers],
    validate: false,
  });
  describeRoots(schema);
  for (const type of Object.values(schema.getTypeMap())) {
    if (isObjectType(type) && !isIntrospectionType(type)) {
      readPropertiesPlainly(type);
      if (nodeTypes().includes(type.name)) globalizeId(type);
    }
  }
  return schema;
}

/** type-graphql has no place for what the roots mean. */
function describeRoots(schema: GraphQLSchema): void {
  const query = schema.getQueryType();
  const mutation = schema.getMutationType();
  if (query) query.description = 'What can be read. Nobody needs to sign in for what is public; each field says who sees more.';
  if (mutation)
    mutation.description =
      'What can be done, one verb a field. All fields of one request run one after another, each in a transaction of its own.';
}

/**
 * Fields without a resolver of their own get graphql-js' default one, which costs a property read and nothing else; those
 * that are called otherwise in the schema than in the class read the property of the class.
 */
function readPropertiesPlainly(type: GraphQLObjectType): void {
  if (['Query', 'Mutation', 'Subscription'].includes(type.name)) return;
  const { fieldResolvers, objectTypes, fields } = getMetadataStorage();
  const resolved = new Set(fieldResolvers.map(({ getObjectType, schemaName }) => `${getObjectType?.().name}.${schemaName}`));
  const target = objectTypes.find(({ name }) => name === type.name)?.target;
  const propertyOf = new Map(fields.filter(field => field.target === target).map(({ schemaName, name }) => [schemaName, name]));
  for (const field of Object.values(type.getFields())) {
    if (resolved.has(`${type.name}.${field.name}`)) continue;
    delete field.resolve;
    const property = propertyOf.get(field.name) ?? field.name;
    if (property !== field.name) field.resolve = (row: Readonly<Record<string, unknown>>) => row[property];
  }
}

/** Services and SQL speak raw ids; what leaves the API carries type and community. */
function globalizeId(type: GraphQLObjectType): void {
  const id = type.getFields().id;
  if (!id) throw new Error(`${type.name} is a Node without id`);
  const global = isGlobalType(type.name);
  id.resolve = (row: { readonly id: string }, _args, scope: Scope) =>
    toGlobalId(type.name, global ? null : scope.communityId, row.id);
}
