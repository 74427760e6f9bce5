import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isIntrospectionType,
  isListType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionNode,
  type SelectionSetNode,
  TypeMetaFieldDef,
  valueFromASTUntyped,
} from 'graphql';
import { Extensions } from 'type-graphql';
import type { Problem } from '../kernel/failures.js';
import { DEFAULT_PAGE, sizeProblems } from '../kernel/page.js';
import { badPaging } from './errors.js';

/** How many rows are expected of a list that has no page size. */
const PLAIN_LIST = 10;
/** A mutation asks, locks, writes and waits for the disk: as much as a hundred objects in a list. */
const MUTATION = 100;
/** What is read of the schema is at hand, and needs no database. */
const INTROSPECTED = 0.01;
/** How many fields, arguments or values the types of this schema have, as a mean. */
const INTROSPECTED_LIST = 3;

/** What an operation is charged for. */
export interface Price {
  /** Objects that it will fetch at most, and what is worth as much. */
  readonly points: number;
  /** Fields that are told a secret, which somebody may be guessing: each alias counts. */
  readonly secrets: number;
}

/** Marks a field that is worth so many points by itself, as measured by `bench/cost.ts`, beside what is asked below it. */
export const Weighs = (points: number) => Extensions({ points });
/** Marks a mutation that is told a password, a token or a code. */
export const TakesSecret = () => Extensions({ takesSecret: true });

const NOTHING: Price = { points: 0, secrets: 0 };
const plus = (one: Price, other: Price): Price =>
  other === NOTHING ? one : { points: one.points + other.points, secrets: one.secrets + other.secrets };
const larger = (one: Price, other: Price): Price => ({
  points: Math.max(one.points, other.points),
  secrets: Math.max(one.secrets, other.secrets),
});

/**
 * What an operation with these variables will fetch at most: an object is a point, a list its page size times its row, an object
 * that is sent in a list a point, a mutation 100 more, a plain value nothing, and `Weighs` adds to it. What may be one of several
 * types is priced as the dearest. Page sizes out of bounds are refused here, before the first statement is sent.
 *
 * @throws GraphQLError BAD_USER_INPUT
 */
export function priceOperation(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  variables: Readonly<Record<string, unknown>>,
): Price {
  const known = new Map<SelectionSetNode, Map<GraphQLObjectType, Price>>();
  const problems: Problem[] = [];
  const mutations = schema.getMutationType();

  const ofSet = (set: SelectionSetNode, parent: GraphQLCompositeType): Price =>
    isAbstractType(parent)
      ? schema.getPossibleTypes(parent).reduce((dearest, type) => larger(dearest, ofObject(set, type)), NOTHING)
      : ofObject(set, parent);

  /** Once for each type: fragments within fragments and types within types would add up to powers. */
  function ofObject(set: SelectionSetNode, type: GraphQLObjectType): Price {
    const byType = known.get(set) ?? new Map<GraphQLObjectType, Price>();
    known.set(set, byType);
    const before = byType.get(type);
    if (before) return before;
    const price = set.selections.reduce((total, selection) => plus(total, ofSelection(selection, type)), NOTHING);
    byType.set(type, price);
    return price;
  }

  function ofSelection(selection: SelectionNode, type: GraphQLObjectType): Price {
    if (selection.kind === Kind.FIELD) return ofField(selection, type);
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
    return fragment && isOf(type, fragment.typeCondition?.name.value) ? ofObject(fragment.selectionSet, type) : NOTHING;
  }

  function isOf(type: GraphQLObjectType, condition: string | undefined): boolean {
    if (condition === undefined || condition === type.name) return true;
    const wider = schema.getType(condition);
    return isAbstractType(wider) && schema.isSubType(wider, type);
  }

  function ofField(node: FieldNode, parent: GraphQLObjectType): Price {
    const field = parent.getFields()[node.name.value] ?? META[node.name.value];
    const isMutation = parent === mutations;
    if (!field || (!node.selectionSet && !node.arguments?.length && !isMutation && !field.extensions.points)) return NOTHING;
    const type = getNamedType(field.type);
    const sent = (node.arguments ?? []).reduce((total, { value }) => total + itemsIn(valueFromASTUntyped(value, variables)), 0);
    const inner = node.selectionSet && isCompositeType(type) ? ofSet(node.selectionSet, type) : NOTHING;
    const object = isPart(field, parent) ? 0 : isIntrospectionType(type) ? INTROSPECTED : isCompositeType(type) ? 1 : 0;
    const weight = typeof field.extensions.points === 'number' ? field.extensions.points : 0;
    const rows = rowsOf(field, node, parent);
    const fetched = isList(field) ? rows * (object + inner.points) : object + rows * inner.points;
    const points = weight + sent + fetched;
    return {
      points: isMutation ? points + MUTATION : points,
      secrets: inner.secrets + (field.extensions.takesSecret === true ? 1 : 0),
    };
  }

  /** How often what is asked below a field may be fetched. */
  function rowsOf(field: GraphQLField<unknown, unknown>, node: FieldNode, parent: GraphQLObjectType): number {
    const argument = (name: string): unknown => {
      const given = node.arguments?.find(arg => arg.name.value === name)?.value;
      const value = given && valueFromASTUntyped(given, variables);
      return value === undefined ? field.args.find(arg => arg.name === name)?.defaultValue : value;
    };
    const size = (name: string): number | null => {
      const value = argument(name);
      return typeof value === 'number' ? value : null;
    };
    if (field.args.some(({ name }) => name === 'first' || name === 'last')) {
      const asked = { first: size('first'), last: size('last') };
      problems.push(...sizeProblems(asked));
      return asked.first ?? asked.last ?? DEFAULT_PAGE;
    }
    const ids = argument('ids');
    if (Array.isArray(ids)) return ids.length;
    if (`${parent.name}.${field.name}` === '__Schema.types') return Object.keys(schema.getTypeMap()).length;
    if (!isList(field) || isPart(field, parent)) return 1;
    return isIntrospectionType(parent) ? INTROSPECTED_LIST : PLAIN_LIST;
  }

  const root = schema.getRootType(operation.operation);
  const price = root ? ofObject(operation.selectionSet, root) : NOTHING;
  if (problems.length) throw badPaging(problems);
  return { ...price, points: Math.ceil(price.points) };
}

/** Fields of the query root that belong to every schema. */
const META: Readonly<Record<string, GraphQLField<unknown, unknown>>> = { __schema: SchemaMetaFieldDef, __type: TypeMetaFieldDef };
/** What a connection is made of is priced with its rows. */
const isPart = ({ name }: GraphQLField<unknown, unknown>, parent: GraphQLObjectType): boolean =>
  parent.name.endsWith('Connection') && (name === 'edges' || name === 'pageInfo');

const isList = ({ type }: GraphQLField<unknown, unknown>): boolean => isListType(isNonNullType(type) ? type.ofType : type);

/** Objects in lists, however deep: each is worked on. */
function itemsIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inner = Object.values(value);
  const own = Array.isArray(value) ? inner.filter(item => typeof item === 'object' && item !== null).length : 0;
  return inner.reduce<number>((total, item) => total + itemsIn(item), own);
}
