import { type GraphQLSchema, getNamedType, isObjectType } from 'graphql';
import { type Permissions, rowOf } from '../../src/graphql/permissions.js';
import type { Audience } from '../../src/kernel/permissions.js';
import { GROWING, NODE_TYPES } from './standing.js';

/** What somebody is to each object, by global id. */
export type Standings = ReadonlyMap<string, ReadonlySet<Audience>>;

const NOBODY: ReadonlySet<Audience> = new Set();

/** Finds in answers what their reader may not have: by the table, and by what the reader is to each object. */
export class Reading {
  /** How many values were looked at. */
  looked = 0;
  /** Fields in which somebody was shown something, and which of those whom the table names. */
  readonly shown = new Map<string, Set<Audience>>();

  constructor(
    readonly schema: GraphQLSchema,
    readonly permissions: Permissions,
  ) {}

  maySee(type: string, who: ReadonlySet<Audience> | undefined): boolean {
    return meet(this.permissions.field(type, 'id')?.who ?? [], who);
  }

  *leaks(value: unknown, typeName: string, outer: ReadonlySet<Audience>, standings: Standings): Generator<string> {
    if (Array.isArray(value)) {
      for (const item of value) yield* this.leaks(item, typeName, outer, standings);
      return;
    }
    if (value === null || typeof value !== 'object') return;
    const object = value as Readonly<Record<string, unknown>>;
    const name = typeof object.__typename === 'string' ? object.__typename : typeName;
    const type = this.schema.getType(name);
    if (!isObjectType(type)) return;
    const isNode = NODE_TYPES.includes(name) && typeof object.id === 'string';
    const who: ReadonlySet<Audience> = isNode
      ? (standings.get(object.id as string) ?? (GROWING.has(name) ? outer : NOBODY))
      : new Set([...(ofNeed(object, standings) ?? outer), 'ANYBODY']);
    if (isNode && !this.maySee(name, who)) yield `${name} itself`;
    for (const [key, inner] of Object.entries(object)) {
      const field = type.getFields()[key];
      if (!field) continue;
      const next = getNamedType(field.type).name;
      this.looked++;
      if (!isEmpty(inner)) {
        const entry = this.permissions.field(name, key);
        // Which objects a list holds is asked of each of them.
        const holdsNodes = NODE_TYPES.includes(rowOf(this.schema, next) ?? next);
        const shown = this.shown.get(`${name}.${key}`) ?? new Set();
        this.shown.set(`${name}.${key}`, shown);
        for (const set of holdsNodes ? nodesIn(inner).map(id => standings.get(id) ?? NOBODY) : [who])
          for (const one of entry?.who ?? []) if (set.has(one)) shown.add(one);
        if (entry?.who && !holdsNodes && !meet(entry.who, who)) yield `${name}.${key} to ${[...who].sort()}`;
      }
      yield* this.leaks(inner, next, who, standings);
    }
  }
}

/** A pair is as open as its need. */
function ofNeed({ need }: Readonly<Record<string, unknown>>, standings: Standings): ReadonlySet<Audience> | undefined {
  const id = need !== null && typeof need === 'object' && 'id' in need ? need.id : undefined;
  return typeof id === 'string' ? standings.get(id) : undefined;
}

/** Ids of the objects that a field leads to, at once or in a list. */
const nodesIn = (value: unknown): string[] => {
  if (Array.isArray(value)) return value.flatMap(nodesIn);
  if (value === null || typeof value !== 'object') return [];
  const { id, edges, node } = value as Readonly<Record<string, unknown>>;
  return typeof id === 'string' ? [id] : [...nodesIn(edges), ...nodesIn(node)];
};

export const meet = (some: readonly Audience[], others: ReadonlySet<Audience> | undefined): boolean =>
  some.some(who => others?.has(who));

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (Array.isArray(value)) return value.length === 0;
  if (typeof value !== 'object') return false;
  const { edges, totalCount = null } = value as { edges?: unknown; totalCount?: unknown };
  return Array.isArray(edges) && edges.length === 0 && (totalCount === null || totalCount === 0);
}

/** Every id and text in an answer. */
export function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (value !== null && typeof value === 'object') for (const inner of Object.values(value)) yield* textsIn(inner);
}
