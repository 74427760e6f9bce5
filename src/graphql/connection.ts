import { ArgsType, type ClassType, Field, Int, ObjectType } from 'type-graphql';
import type { CursorPart, Page, PageRequest, PageWindow } from '../kernel/page.js';
import { pageWindow } from '../kernel/page.js';
import { badPaging } from './errors.js';

@ObjectType({ description: 'Where a page stands in its list.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'More rows follow; going backward, true when a cursor was given.' })
  readonly hasNextPage!: boolean;
  @Field(() => Boolean, { description: 'More rows come before; going forward, true when a cursor was given.' })
  readonly hasPreviousPage!: boolean;
  @Field(() => String, { nullable: true, description: 'Of the first row; null on an empty page.' }) readonly startCursor!:
    | string
    | null;
  @Field(() => String, { nullable: true, description: 'Of the last row; null on an empty page.' }) readonly endCursor!:
    | string
    | null;
}

@ArgsType()
export class PageArgs implements PageRequest {
  @Field(() => Int, {
    nullable: true,
    description: 'How many from the start, or after a cursor: 0 to 100, 20 when nothing is said.',
  })
  readonly first?: number | null;
  @Field(() => String, { nullable: true, description: 'Go on behind this cursor of the same list and order.' }) readonly after?:
    | string
    | null;
  @Field(() => Int, {
    nullable: true,
    description: 'How many from the end, or before a cursor: 0 to 100. Not together with `first`.',
  })
  readonly last?: number | null;
  @Field(() => String, { nullable: true, description: 'Go back from this cursor of the same list and order.' }) readonly before?:
    | string
    | null;
}

/** The window that the arguments ask for; malformed arguments are the caller's error. */
export function windowOf(
  order: { readonly name: string; readonly cursor: readonly CursorPart[] },
  args: PageRequest,
): PageWindow {
  const result = pageWindow(order.name, order.cursor, args);
  if (result.ok) return result.value;
  throw badPaging(result.failure.problems);
}

/** A page as Relay's connection shape. `totalCount` only when the caller asked for it. */
export const toConnection = <T>(page: Page<T>, totalCount: number | null = null) => ({
  edges: page.edges,
  totalCount,
  pageInfo: {
    hasNextPage: page.hasNextPage,
    hasPreviousPage: page.hasPreviousPage,
    startCursor: page.edges[0]?.cursor ?? null,
    endCursor: page.edges.at(-1)?.cursor ?? null,
  },
});

/** Declares `<Name>Edge` and `<Name>Connection` for a node type. */
export function connectionOf<T extends object>(name: string, node: () => ClassType<T>) {
  @ObjectType(`${name}Edge`, { description: `A row of a list of ${name}.` })
  class Edge {
    @Field(() => String, { description: 'Addresses this row in this list and order.' }) readonly cursor!: string;
    @Field(node, { description: 'The row.' }) readonly node!: T;
  }
  @ObjectType(`${name}Connection`, { description: `A page of a list of ${name}.` })
  class Connection {
    @Field(() => [Edge], { description: 'The rows, in the order of the list.' }) readonly edges!: readonly Edge[];
    @Field(() => PageInfo, { description: 'Where the page stands.' }) readonly pageInfo!: PageInfo;
    @Field(() => Int, { nullable: true, description: 'How many rows the whole list has; null where counting is not cheap.' })
    readonly totalCount!: number | null;
  }
  return Connection;
}
