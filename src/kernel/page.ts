import type { InvalidInput, Problem } from './failures.js';
import { isUuid } from './ids.js';
import { fail, ok, type Result } from './result.js';
import { isStorable } from './text.js';

export const DEFAULT_PAGE = 20;
export const MAX_PAGE = 100;

/** What a client asks of a list, as it came. */
export interface PageRequest {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

export type CursorValue = string | number;

/** The same, checked: how many, which way, and the sort values of the row to go on from. */
export interface PageWindow {
  readonly limit: number;
  readonly backward: boolean;
  readonly from: readonly CursorValue[] | null;
}

/** A stretch of a list. `cursor` addresses its row in this list and order only. */
export interface Page<T> {
  readonly edges: readonly { readonly cursor: string; readonly node: T }[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

/** Opaque to clients. Names its list, so that a cursor of another list or order is refused instead of misread. */
export const toCursor = (list: string, values: readonly CursorValue[]): string =>
  Buffer.from(JSON.stringify([list, ...values])).toString('base64url');

/** What a sort value of a list must look like. Anybody can make up a cursor; the database need not meet what is none. */
export type CursorPart = (value: CursorValue) => boolean;
const INSTANT = /^[1-9]\d{3}-\d\d-\d\dT[\d:.]{12}Z$/;
const MAX_CURSOR_TEXT = 200;
export const aUuid: CursorPart = value => typeof value === 'string' && isUuid(value);
/** As we write them ourselves: JavaScript reads 30 February as 2 March, PostgreSQL not at all. */
export const anInstant: CursorPart = value => {
  const time = typeof value === 'string' && INSTANT.test(value) ? Date.parse(value) : Number.NaN;
  return !Number.isNaN(time) && new Date(time).toISOString() === value;
};
/** An instant, or the end of time where rows have none. */
export const anInstantOrNone: CursorPart = value => value === 'infinity' || anInstant(value);
export const anInteger: CursorPart = value => typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 2 ** 31;
export const aText: CursorPart = value => typeof value === 'string' && value.length <= MAX_CURSOR_TEXT && isStorable(value);
export const oneOf =
  (values: readonly string[]): CursorPart =>
  value =>
    values.some(known => known === value);

function fromCursor(list: string, parts: readonly CursorPart[], cursor: string): CursorValue[] | null {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (!Array.isArray(parsed) || parsed.length !== parts.length + 1 || parsed[0] !== list) return null;
    const values = parsed.slice(1) as CursorValue[];
    return parts.every((fits, i) => fits(values[i] ?? '')) ? values : null;
  } catch {
    return null;
  }
}

/** What is wrong with the size that a page request asks for: told before anything is fetched, and again by the list itself. */
export function sizeProblems({ first, last }: Pick<PageRequest, 'first' | 'last'>): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [name, value] of Object.entries({ first, last })) {
    if (value == null) continue;
    if (value < 0) problems.push({ path: [name], rule: 'MIN', limit: 0 });
    if (value > MAX_PAGE) problems.push({ path: [name], rule: 'MAX', limit: MAX_PAGE });
  }
  if (first != null && last != null) problems.push({ path: ['last'], rule: 'NOT_ALLOWED' });
  return problems;
}

/**
 * Checks a page request against the Relay rules: `first` or `last`, never both, 0 to 100, default 20; a cursor must come
 * from this very list. `parts` are what the sort values in its cursors look like.
 */
export function pageWindow(list: string, parts: readonly CursorPart[], request: PageRequest): Result<PageWindow, InvalidInput> {
  const { first, last, after, before } = request;
  const problems: Problem[] = [...sizeProblems(request)];
  const backward = last != null || (before != null && first == null);
  if (backward && after != null) problems.push({ path: ['after'], rule: 'NOT_ALLOWED' });
  if (!backward && before != null) problems.push({ path: ['before'], rule: 'NOT_ALLOWED' });
  const cursor = backward ? before : after;
  const from = cursor == null ? null : fromCursor(list, parts, cursor);
  if (cursor != null && from === null) problems.push({ path: [backward ? 'before' : 'after'], rule: 'BAD_FORMAT' });
  if (problems.length) return fail({ code: 'INVALID_INPUT', problems });
  return ok({ limit: (backward ? last : first) ?? DEFAULT_PAGE, backward, from });
}
