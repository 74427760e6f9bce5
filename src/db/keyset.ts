import { and, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { type CursorPart, type CursorValue, type Page, type PageWindow, toCursor } from '../kernel/page.js';

/**
 * An order that a list may have: total (its last column is the id), the same direction throughout, served by an index.
 * `values` reads the sort values back from a row, in the order of `columns`.
 */
export interface ListOrder<Row> {
  /** Names list and order in cursors, e.g. `needs.WAITING`. */
  readonly name: string;
  readonly columns: readonly SQLWrapper[];
  /** What the sort values look like, in the order of `columns`. */
  readonly cursor: readonly CursorPart[];
  readonly descending: boolean;
  readonly values: (row: Row) => readonly CursorValue[];
}

const tuple = (parts: readonly SQLWrapper[]): SQL => sql`(${sql.join([...parts], sql`, `)})`;

/** What goes into WHERE, ORDER BY and LIMIT for a window of a list. One row more than asked tells whether more follow. */
export function keyset<Row>(
  { columns, descending }: ListOrder<Row>,
  { limit, backward, from }: PageWindow,
  ...where: readonly (SQL | undefined)[]
) {
  const down = descending !== backward;
  const after = from && sql`${tuple(columns)} ${sql.raw(down ? '<' : '>')} ${tuple(from.map(value => sql`${value}`))}`;
  return {
    where: and(...where, after ?? undefined) ?? sql`true`,
    orderBy: columns.map(column => (down ? sql`${column} desc` : sql`${column} asc`)),
    limit: limit + 1,
  };
}

/** Makes the page of the rows that such a query found. */
export function toPage<Row, T>(
  { name, values }: ListOrder<Row>,
  { limit, backward, from }: PageWindow,
  rows: readonly Row[],
  toNode: (row: Row) => T,
): Page<T> {
  const more = rows.length > limit;
  const kept = rows.slice(0, limit);
  if (backward) kept.reverse();
  return {
    edges: kept.map(row => ({ cursor: toCursor(name, values(row)), node: toNode(row) })),
    hasNextPage: backward ? from !== null : more,
    hasPreviousPage: backward ? more : from !== null,
  };
}
