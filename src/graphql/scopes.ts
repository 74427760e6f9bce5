import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';
import type { Actor } from '../kernel/actor.js';
import type { ApiScope, Subject } from '../kernel/permissions.js';
import { forbidden } from './errors.js';
import { parseGlobalId } from './global-id.js';
import type { Permissions } from './permissions.js';

/** What an operation reaches, whatever its variables. */
interface Reach {
  readonly scopes: ReadonlySet<ApiScope>;
  /** `node` and `nodes`: what they reach depends on the ids. */
  readonly byId: readonly FieldNode[];
  /** A field that no subject answers for: closed to every program. */
  readonly unclaimed: string | null;
}

export type ScopeGate = (
  actor: Actor,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  variables: Readonly<Record<string, unknown>>,
) => void;

/**
 * Holds programs to the scopes of their key, before anything is executed: every field of an operation, however deep, belongs to a
 * subject, and so does every object that it leads to. People who signed in have no scopes and pass. What documents reach is worked out
 * once for as long as the engine keeps them parsed.
 *
 * @throws GraphQLError FORBIDDEN, naming the scopes that are missing
 */
export function createScopeGate(schema: GraphQLSchema, permissions: Permissions): ScopeGate {
  const known = new WeakMap<OperationDefinitionNode, Reach>();
  return (actor, operation, fragments, variables) => {
    if (actor.kind !== 'ACCOUNT' || actor.client === null) return;
    const reach = known.get(operation) ?? reachOf(schema, permissions, operation, fragments);
    known.set(operation, reach);
    if (reach.unclaimed !== null) throw forbidden(`${reach.unclaimed} is not open to programs.`, { missingScopes: [] });
    const held = new Set(actor.client.scopes);
    const missing = [...reach.scopes, ...scopesOfIds(permissions, reach.byId, variables)].filter(
      scope => !held.has(scope) && !held.has(writeOf(scope)),
    );
    if (missing.length) {
      const missingScopes = [...new Set(missing)].sort();
      throw forbidden(`This key lacks ${missingScopes.join(', ')}. 此密钥缺少权限：${missingScopes.join('、')}。`, {
        missingScopes,
      });
    }
  };
}

/** Who may change a subject reads it, too. */
const writeOf = (scope: ApiScope): string => scope.replace(/:read$/, ':write');
const reading = (subject: Subject): ApiScope => `${subject}:read`;

function scopesOfIds(
  permissions: Permissions,
  fields: readonly FieldNode[],
  variables: Readonly<Record<string, unknown>>,
): ApiScope[] {
  const ids = fields.flatMap(field =>
    (field.arguments ?? []).flatMap(({ value }) => valueFromASTUntyped(value, variables) as unknown),
  );
  return ids.flatMap(id => {
    const home = typeof id === 'string' ? permissions.home(parseGlobalId(id)?.type ?? '') : undefined;
    return home ? [reading(home)] : [];
  });
}

function reachOf(
  schema: GraphQLSchema,
  permissions: Permissions,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): Reach {
  const scopes = new Set<ApiScope>();
  const byId: FieldNode[] = [];
  let unclaimed: string | null = null;
  const walked = new Set<string>();

  function walk(set: SelectionSetNode, parent: string): void {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) walkField(selection, parent);
      else if (selection.kind === Kind.INLINE_FRAGMENT)
        walk(selection.selectionSet, entered(selection.typeCondition?.name.value ?? parent));
      else if (!walked.has(selection.name.value)) {
        walked.add(selection.name.value);
        const fragment = fragments.get(selection.name.value);
        if (fragment) walk(fragment.selectionSet, entered(fragment.typeCondition.name.value));
      }
    }
  }

  /** Asking for an object at all tells whether it is there. */
  function entered(type: string): string {
    const home = permissions.home(type);
    if (home) scopes.add(reading(home));
    return type;
  }

  function walkField(node: FieldNode, parent: string): void {
    const type = schema.getType(parent);
    const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[node.name.value] : undefined;
    if (!field) return;
    const entry = permissions.field(parent, field.name);
    if (entry) scopes.add(type === schema.getMutationType() ? `${entry.subject}:write` : reading(entry.subject));
    else if (parent === 'Query' && (field.name === 'node' || field.name === 'nodes')) byId.push(node);
    else if (!permissions.isForAll(parent)) unclaimed ??= `${parent}.${field.name}`;
    const inner = getNamedType(field.type);
    if (node.selectionSet && isCompositeType(inner)) walk(node.selectionSet, entered(inner.name));
  }

  const root = schema.getRootType(operation.operation);
  if (root) walk(operation.selectionSet, root.name);
  return { scopes, byId, unclaimed };
}
