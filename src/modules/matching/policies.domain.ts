import { allOf, checkInteger, checkText } from '../../kernel/check.js';
import { DAY } from '../../kernel/clock.js';
import type { InvalidInput, Problem } from '../../kernel/failures.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { CareCategory } from '../../kernel/vocabulary.js';
import { type Cap, MAX_WEIGHT, type Weights, weightsSchema } from './planner/scoring.js';

/** The published weights that rank needs and rate pairs. A version never changes: what is to change becomes the next one. */
export interface MatchPolicy {
  /** From 1, which is the default that every community begins with. */
  readonly version: number;
  readonly weights: Weights;
  /** Why it was adopted, in the words of who did; null for the default. */
  readonly reason: string | null;
  /** Null for the default: from the beginning. */
  readonly validFrom: Date | null;
  /** When a later version takes its place; null while none is known. Not after `validFrom`: it was replaced before its time. */
  readonly validUntil: Date | null;
  readonly adoptedBy: string | null;
}

export const MAX_POLICY_REASON = 500;
/** How far ahead a policy may be announced. */
export const MAX_ANNOUNCED_DAYS = 366;

/** Whether somebody may adopt a policy for such a reason from such a moment on. */
export const checkAdoption = (
  { reason, validFrom }: { readonly reason: string; readonly validFrom: Date },
  now: Date,
): Result<null, InvalidInput> =>
  allOf(
    checkText(['reason'], reason, { max: MAX_POLICY_REASON, required: true }),
    validFrom < now ? { path: ['validFrom'], rule: 'IN_THE_PAST' } : null,
    validFrom.getTime() - now.getTime() > MAX_ANNOUNCED_DAYS * DAY
      ? { path: ['validFrom'], rule: 'MAX', limit: MAX_ANNOUNCED_DAYS }
      : null,
  );

/** Some of a thing's parts; what is left out, or null, stays as it is. */
type Some<T> = { readonly [Name in keyof T]?: (T[Name] extends number ? T[Name] : Some<T[Name]>) | null };

/** A change of weights. Care categories come as a list, for their names are data to clients. */
export interface WeightsChange {
  readonly rank?:
    | (Some<Omit<Weights['rank'], 'careCategories'>> & { readonly careCategories?: readonly CareCategoryWeight[] | null })
    | null;
  readonly cost?: Some<Weights['cost']> | null;
  /** All that are to hold from then on; an empty list lifts them. */
  readonly caps?: readonly Cap[] | null;
}
export interface CareCategoryWeight {
  readonly category: CareCategory;
  readonly points: number;
}

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

const merge = (current: unknown, change: unknown): unknown => {
  if (change == null) return current;
  if (!isFields(change)) return change;
  const before = isFields(current) ? current : {};
  return { ...before, ...Object.fromEntries(Object.entries(change).map(([name, value]) => [name, merge(before[name], value)])) };
};

/**
 * The current weights with some of them changed. All that is wrong is told at once, each at its path below `path`: a number out
 * of its bounds, a category that is named twice, costs that together could exceed 9999 (at `cost`).
 */
export function mergeWeights(
  current: Weights,
  { rank, cost, caps }: WeightsChange,
  path: readonly string[] = ['weights'],
): Result<Weights, InvalidInput> {
  const named = rank?.careCategories ?? [];
  const listed = named.map(({ category, points }, i) => {
    const at = [...path, 'rank', 'careCategories', String(i)];
    const isFirst = named.findIndex(other => other.category === category) === i;
    const twice: Problem | null = isFirst ? null : { path: [...at, 'category'], rule: 'NOT_ALLOWED' };
    return [twice, checkInteger([...at, 'points'], points, { max: MAX_WEIGHT })];
  });
  const capped = (caps ?? []).map(({ category }, i): Problem | null =>
    caps?.findIndex(other => other.category === category) === i
      ? null
      : { path: [...path, 'caps', String(i), 'category'], rule: 'NOT_ALLOWED' },
  );
  const groups = allOf(...listed, capped);
  const careCategories = groups.ok ? Object.fromEntries(named.map(({ category, points }) => [category, points])) : {};
  const merged = weightsSchema.safeParse(merge(current, { rank: { ...rank, careCategories }, cost, caps }));
  if (merged.success && groups.ok) return ok(merged.data);
  const others = (merged.error?.issues ?? []).map((issue): Problem => {
    const at = [...path, ...issue.path.map(String)];
    if (issue.code === 'too_small') return { path: at, rule: 'MIN', limit: Number(issue.minimum) };
    if (issue.code === 'too_big') return { path: at, rule: 'MAX', limit: Number(issue.maximum) };
    if (issue.code === 'custom') return { path: at, rule: 'MAX', limit: MAX_WEIGHT };
    return { path: at, rule: 'BAD_FORMAT' };
  });
  return fail({ code: 'INVALID_INPUT', problems: [...(groups.ok ? [] : groups.failure.problems), ...others] });
}
