import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';
import type { Problem } from '../kernel/failures.js';
import { DEFAULT_PAGE, sizeProblems } from '../kernel/page.js';
import { badPaging } from './errors.js';

/** How many rows are expected of a list that has no page size. */
const PLAIN_LIST = 10;
/** A mutation locks and writes. */
const MUTATION = 10;

/**
 * What an operation with these variables will fetch at most, in objects: an object costs 1, a list its page size times its row, a mutation 10 more, a
 * plain value nothing; `extensions.cost` of a field replaces its own price. Page sizes out of bounds are refused here,
 * before the first statement is sent.
 *
 * @throws GraphQLError BAD_USER_INPUT
 */
export function priceOperation(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  variables: Readonly<Record<string, unknown>>,
): number {
  const known = new Map<string, number>();
  const problems: Problem[] = [];

  function ofSet(set: SelectionSetNode, parent: GraphQLCompositeType): number {
    let total = 0;
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) total += ofField(selection, parent);
      else if (selection.kind === Kind.FRAGMENT_SPREAD) total += ofFragment(selection.name.value);
      else total += ofSet(selection.selectionSet, compositeType(selection.typeCondition?.name.value) ?? parent);
    }
    return total;
  }

  function compositeType(name: string | undefined): GraphQLCompositeType | undefined {
    const type = name === undefined ? undefined : schema.getType(name);
    return isCompositeType(type) ? type : undefined;
  }

  function ofFragment(name: string): number {
    const before = known.get(name);
    if (before !== undefined) return before;
    const fragment = fragments.get(name);
    const type = compositeType(fragment?.typeCondition.name.value);
    const cost = fragment && type ? ofSet(fragment.selectionSet, type) : 0;
    known.set(name, cost);
    return cost;
  }

  function ofField(node: FieldNode, parent: GraphQLCompositeType): number {
    if (!isObjectType(parent) && !isInterfaceType(parent)) return 0;
    const field = parent.getFields()[node.name.value];
    if (!field) return 0;
    const type = getNamedType(field.type);
    const rows = rowsOf(field, node);
    const weight = field.extensions.cost;
    const isPlain = !isCompositeType(type) || PARTS.test(`${parent.name}.${field.name}`);
    const own = typeof weight === 'number' ? weight : isPlain ? 0 : 1;
    const inner = node.selectionSet && isCompositeType(type) ? ofSet(node.selectionSet, type) : 0;
    return own + rows * inner + (parent === schema.getMutationType() ? MUTATION : 0);
  }

  /** How often what is asked below a field may be fetched. */
  function rowsOf(field: GraphQLField<unknown, unknown>, node: FieldNode): number {
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
    const isList = isListType(isNonNullType(field.type) ? field.type.ofType : field.type);
    return isList && field.name !== 'edges' ? PLAIN_LIST : 1;
  }

  const root = schema.getRootType(operation.operation);
  const cost = root ? ofSet(operation.selectionSet, root) : 0;
  if (problems.length) throw badPaging(problems);
  return cost;
}

/** What a connection is made of is priced with its rows. */
const PARTS = /Connection\.(edges|pageInfo)$/;
