import { Arg, Ctx, Field, ID, InterfaceType, Query, Resolver } from 'type-graphql';
import { checkCount } from '../kernel/check.js';
import type { Scope } from '../scope/scope.js';
import { badUserInput } from './errors.js';
import { parseGlobalId } from './global-id.js';

type Fetch = (scope: Scope, id: string) => Promise<object | null>;
const fetchers = new Map<string, { readonly fetch: Fetch; readonly global: boolean }>();
const MAX_NODES = 100;

/**
 * Makes a type reachable by `node(id)`. `fetch` must apply the type's policy: it answers null for what the caller may not
 * see. `global`: rows that belong to no community.
 */
export function registerNode(type: string, fetch: Fetch, { global = false } = {}): void {
  fetchers.set(type, { fetch, global });
}
export const nodeTypes = (): readonly string[] => [...fetchers.keys()];
export const isGlobalType = (type: string): boolean => fetchers.get(type)?.global ?? false;

@InterfaceType({
  description: 'Whatever has an id of its own. Ids are opaque: they carry type and community, and stay the same for ever.',
  resolveType: (value: { readonly __typename?: string }) => value.__typename,
})
export abstract class Node {
  @Field(() => ID, { description: 'Opaque, unique among all objects.' }) readonly id!: string;
}

async function fetchNode(scope: Scope, globalId: string): Promise<object | null> {
  const parsed = parseGlobalId(globalId);
  if (!parsed) throw badUserInput('Not an id of this API.', { argument: 'id' });
  const known = fetchers.get(parsed.type);
  if (!known || (parsed.communityId !== null) === known.global) return null;
  if (parsed.communityId !== null && parsed.communityId !== scope.communityId) return null;
  const found = await known.fetch(scope, parsed.id);
  return found && { ...found, __typename: parsed.type };
}

@Resolver()
export class NodeResolver {
  @Query(() => Node, {
    nullable: true,
    description: 'The object with this id; null when it is not there or not yours to see: the caller cannot tell which.',
  })
  node(@Ctx() scope: Scope, @Arg('id', () => ID, { description: 'Opaque id of any Node.' }) id: string) {
    return fetchNode(scope, id);
  }

  @Query(() => [Node], {
    nullable: 'items',
    description: 'The objects with these ids, in their order; null where `node` would answer null. At most 100.',
  })
  nodes(@Ctx() scope: Scope, @Arg('ids', () => [ID], { description: 'Opaque ids of any Nodes, at most 100.' }) ids: string[]) {
    if (checkCount(['ids'], ids, { max: MAX_NODES })) throw badUserInput(`At most ${MAX_NODES} ids.`, { argument: 'ids' });
    return Promise.all(ids.map(id => fetchNode(scope, id)));
  }
}
