import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
} from 'graphql';
import { type Audience, namesOf, type Rows, type Subject, type SubjectPermissions } from '../kernel/permissions.js';

/** What the table says of one field, or of one condition of a list. */
export interface Entry {
  readonly subject: Subject;
  /** Null: seen with what it is part of. */
  readonly who: readonly Audience[] | null;
}

/** The table of all subjects, laid over the schema. */
export interface Permissions {
  /** What is said of a field; undefined for what is everybody's (errors, pages, `node`) and for what has no entry: see `gaps`. */
  readonly field: (type: string, field: string) => Entry | undefined;
  /** What is said of an argument or of a field of an input of lists, by `Type.field(argument)` or `Input.field`. */
  readonly filter: (name: string) => Entry | undefined;
  /** The subject that a type belongs to; undefined for what is everybody's. */
  readonly home: (type: string) => Subject | undefined;
  /** Mutations that are closed to programs. */
  readonly inPerson: readonly string[];
  /** True for types that say nothing of anybody: errors, pages, and interfaces, which only say how others look. */
  readonly isForAll: (type: string) => boolean;
  /** Elements of the schema without an entry, and entries without an element. */
  readonly gaps: readonly string[];
  /** Every field and condition that must have an entry, as `Type.field`, `Type.field(argument)` or `Input.field`. */
  readonly elements: readonly string[];
}

/** Arguments that say how much of a list is shown, or of which object: what they open is said by the field. */
const PAGING: ReadonlySet<string> = new Set(['first', 'after', 'last', 'before', 'id', 'ids', 'input']);
const ROOT_OF_ALL: ReadonlySet<string> = new Set(['Query.node', 'Query.nodes']);

export function layOver(schema: GraphQLSchema, tables: readonly SubjectPermissions[]): Permissions {
  const fields = new Map<string, Entry>();
  const filters = new Map<string, Entry>();
  const twice: string[] = [];
  const put = (into: Map<string, Entry>, name: string, entry: Entry): void => {
    if (into.has(name)) twice.push(`${name} has two entries`);
    into.set(name, entry);
  };
  const putRows = (into: Map<string, Entry>, subject: Subject, rows: Rows, nameOf: (name: string) => string): void => {
    for (const [who, names] of rows) for (const name of namesOf(names)) put(into, nameOf(name), { subject, who });
  };
  for (const { subject, queries = [], mutations = [], types = {}, parts = {}, filters: conditions = {} } of tables) {
    for (const [type, rows] of Object.entries({ Query: queries, Mutation: mutations, ...types }))
      putRows(fields, subject, rows, name => `${type}.${name}`);
    for (const [type, names] of Object.entries(parts))
      for (const name of namesOf(names)) put(fields, `${type}.${name}`, { subject, who: null });
    for (const [owner, rows] of Object.entries(conditions))
      putRows(filters, subject, rows, name =>
        isInputObjectType(schema.getType(owner)) ? `${owner}.${name}` : `${owner}(${name})`,
      );
  }

  const known = new Map<string, Subject>();
  for (const type of objectsOf(schema)) {
    const subject = mostOften(Object.keys(type.getFields()).flatMap(name => fields.get(`${type.name}.${name}`)?.subject ?? []));
    if (subject) known.set(type.name, subject);
  }
  /** What a wrapper stands for: the row of a list, the root field of a payload. */
  const wrapped = (type: string): Entry | undefined => {
    const row = rowOf(schema, type);
    if (row !== null) {
      const subject = known.get(row);
      return subject && { subject, who: null };
    }
    const operation = operationOf(type);
    const entry = operation === null ? undefined : (fields.get(`Mutation.${operation}`) ?? fields.get(`Query.${operation}`));
    return entry && { ...entry, who: null };
  };
  const field = (type: string, name: string): Entry | undefined => fields.get(`${type}.${name}`) ?? wrapped(type);
  const elements = elementsOf(schema);
  const inPerson = tables.flatMap(({ inPerson: names = '' }) => namesOf(names));
  return {
    field,
    filter: name => filters.get(name),
    home: type => known.get(type) ?? wrapped(type)?.subject,
    inPerson,
    isForAll: name => {
      const type = schema.getType(name);
      return isInterfaceType(type) || (isObjectType(type) && isForAll(type));
    },
    gaps: [
      ...twice,
      ...elements.fields.filter(([type, name]) => !field(type, name)).map(([type, name]) => `${type}.${name} has no entry`),
      ...elements.filters.filter(name => !filters.has(name)).map(name => `${name} has no entry`),
      ...inPerson.filter(name => !fields.has(`Mutation.${name}`)).map(name => `${name} is closed to programs and is not there`),
      ...strays(fields, new Set(elements.fields.map(path => path.join('.')))),
      ...strays(filters, new Set(elements.filters)),
    ],
    elements: [...elements.fields.map(path => path.join('.')), ...elements.filters],
  };
}

const strays = (entries: ReadonlyMap<string, Entry>, there: ReadonlySet<string>): string[] =>
  [...entries.keys()].filter(name => !there.has(name)).map(name => `${name} has an entry and is not there`);

function mostOften(subjects: readonly Subject[]): Subject | undefined {
  const [first] = [...Map.groupBy(subjects, subject => subject)].sort(([, a], [, b]) => b.length - a.length);
  return first?.[0];
}

const objectsOf = (schema: GraphQLSchema): GraphQLObjectType[] =>
  Object.values(schema.getTypeMap()).filter(
    type => isObjectType(type) && !isIntrospectionType(type) && !isRoot(schema, type) && !isForAll(type),
  ) as GraphQLObjectType[];
const isRoot = (schema: GraphQLSchema, type: GraphQLObjectType): boolean =>
  type === schema.getQueryType() || type === schema.getMutationType();
/** Says nothing of anybody: why a mutation was refused, where a page stands. */
const isForAll = (type: GraphQLObjectType): boolean =>
  type.name === 'PageInfo' || type.getInterfaces().some(({ name }) => name === 'UserError');

/** The type of the rows of a connection or edge; null for other types. */
export function rowOf(schema: GraphQLSchema, type: string): string | null {
  const [, row] = /^(.+)(Connection|Edge)$/.exec(type) ?? [];
  return row !== undefined && schema.getType(`${row}Edge`) ? row : null;
}
/** The root field that a payload answers for; null for other types. */
function operationOf(type: string): string | null {
  const [, name] = /^(.+)Payload$/.exec(type) ?? [];
  return name === undefined ? null : `${name[0]?.toLowerCase()}${name.slice(1)}`;
}

/** All that must have an entry. */
function elementsOf(schema: GraphQLSchema) {
  const fields: [type: string, field: string][] = [];
  const filters = new Set<string>();
  const types = [schema.getQueryType(), schema.getMutationType(), ...objectsOf(schema)];
  for (const type of types.filter(type => type != null))
    for (const field of Object.values(type.getFields())) {
      if (ROOT_OF_ALL.has(`${type.name}.${field.name}`)) continue;
      fields.push([type.name, field.name]);
      if (type !== schema.getMutationType()) for (const name of conditionsOf(type, field)) filters.add(name);
    }
  return { fields, filters: [...filters] };
}

/** The conditions of a field by name: plain arguments, and the fields of inputs. */
function conditionsOf(parent: GraphQLObjectType, field: GraphQLField<unknown, unknown>): string[] {
  const isList = field.args.some(({ name }) => name === 'after');
  return field.args.flatMap(({ name, type }) => {
    const input = getNamedType(type);
    if (isInputObjectType(input))
      return name === 'input' ? [] : Object.keys(input.getFields()).map(inner => `${input.name}.${inner}`);
    return PAGING.has(name) && (isList || name !== 'first') ? [] : [`${parent.name}.${field.name}(${name})`];
  });
}
