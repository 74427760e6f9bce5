import type { InvalidInput, Problem } from './failures.js';
import { fail, ok, type Result } from './result.js';
import { isStorable, normalize } from './text.js';

type Checked = Problem | null;

/** A mobile number of the mainland, or a resident identity number (GB 11643-1999), with whatever is typed between digits. */
const NUMBER_OF_A_PERSON =
  /(?<!\d)(?:1[3-9]\d{9}|[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx])(?!\d)/;

/**
 * A text of at most `max` characters; with `required`, not blank. One that is kept in clear and read by partners is `impersonal`:
 * it names no number of a person. Names cannot be told from other words, so descriptions ask for none.
 */
export function checkText(
  path: readonly string[],
  value: string | null | undefined,
  { max, required = false, impersonal = false }: { max: number; required?: boolean; impersonal?: boolean },
): Checked {
  if (value == null || !value.trim()) return required ? { path, rule: 'REQUIRED' } : null;
  if (!isStorable(value)) return { path, rule: 'BAD_FORMAT' };
  if (impersonal && NUMBER_OF_A_PERSON.test(normalize(value).replace(/(?<=\d)[\s-](?=\d)/g, '')))
    return { path, rule: 'NOT_ALLOWED' };
  return [...value].length > max ? { path, rule: 'TOO_LONG', limit: max } : null;
}

/** An integer within bounds, both included. */
export function checkInteger(
  path: readonly string[],
  value: number | null | undefined,
  { min = 0, max = Number.MAX_SAFE_INTEGER } = {},
): Checked {
  if (value == null) return null;
  if (!Number.isSafeInteger(value)) return { path, rule: 'BAD_FORMAT' };
  if (value < min) return { path, rule: 'MIN', limit: min };
  return value > max ? { path, rule: 'MAX', limit: max } : null;
}

/** A list of at most `max` items; with `min`, of at least so many. */
export function checkCount(
  path: readonly string[],
  value: readonly unknown[] | null | undefined,
  { min = 0, max }: { min?: number; max: number },
): Checked {
  const count = value?.length ?? 0;
  if (count < min) return { path, rule: min === 1 ? 'REQUIRED' : 'MIN', limit: min };
  return count > max ? { path, rule: 'TOO_MANY', limit: max } : null;
}

/** A span of time (or of dates as `YYYY-MM-DD`) that ends after it starts. */
export function checkSpan<T extends Date | string>(
  path: readonly string[],
  start: T | null | undefined,
  end: T | null | undefined,
): Checked {
  return start != null && end != null && end <= start ? { path, rule: 'ENDS_BEFORE_START' } : null;
}

/** All problems at once, or ok. */
export function allOf(...checked: readonly (Checked | readonly Checked[])[]): Result<null, InvalidInput> {
  const problems = checked.flat().filter((problem): problem is Problem => problem !== null);
  return problems.length ? fail({ code: 'INVALID_INPUT', problems }) : ok(null);
}
