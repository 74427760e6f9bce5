import { type FieldNode, type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql';

/**
 * The names of the fields that a selection asks for below `path`, e.g. `wanted(info, 'edges', 'node')`. Fragments are followed;
 * `@skip` and `@include` are not evaluated, so at worst something is fetched that is not shown.
 */
export function wanted(info: GraphQLResolveInfo, ...path: readonly string[]): ReadonlySet<string> {
  let sets = info.fieldNodes.flatMap(node => (node.selectionSet ? [node.selectionSet] : []));
  for (const name of path)
    sets = sets.flatMap(set =>
      fieldsOf(set, info).flatMap(field => (field.name.value === name && field.selectionSet ? [field.selectionSet] : [])),
    );
  return new Set(sets.flatMap(set => fieldsOf(set, info).map(field => field.name.value)));
}

function fieldsOf(set: SelectionSetNode, info: GraphQLResolveInfo): FieldNode[] {
  return set.selections.flatMap(selection => {
    if (selection.kind === Kind.FIELD) return [selection];
    const inner =
      selection.kind === Kind.INLINE_FRAGMENT ? selection.selectionSet : info.fragments[selection.name.value]?.selectionSet;
    return inner ? fieldsOf(inner, info) : [];
  });
}
