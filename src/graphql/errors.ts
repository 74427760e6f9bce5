import { GraphQLError } from 'graphql';
import type { InvalidInput, Problem } from '../kernel/failures.js';
import type { Result } from '../kernel/result.js';

const httpError = (status: number, code: string, message: string, extensions: Readonly<Record<string, unknown>> = {}) =>
  new GraphQLError(message, { extensions: { code, http: { status }, ...extensions } });

/** The request itself is malformed: an argument that no form of the operation accepts. */
export const badUserInput = (message: string, extensions?: Readonly<Record<string, unknown>>) =>
  httpError(400, 'BAD_USER_INPUT', message, extensions);
/** What a field answers, or what is wrong with its arguments: the caller's error. */
export function orBadInput<T>(result: Result<T, InvalidInput>): T {
  if (result.ok) return result.value;
  const { problems } = result.failure;
  throw badUserInput(problems.map(({ path, rule }) => `${path.join('.')}: ${rule}`).join(', '), { problems });
}
/** Signing in is needed. */
export const unauthenticated = (message = 'Sign in first. 请先登录。') => httpError(401, 'UNAUTHENTICATED', message);
/** The caller is known, and may not ask this. */
export const forbidden = (message: string, extensions?: Readonly<Record<string, unknown>>) =>
  httpError(403, 'FORBIDDEN', message, extensions);
/** Paging arguments that no list accepts. */
export const badPaging = (problems: readonly Problem[]) =>
  badUserInput(
    `Bad paging arguments: ${problems.map(({ path, rule, limit }) => `${path.join('.')} ${rule}${limit === undefined ? '' : ` ${limit}`}`).join(', ')}.`,
    { problems },
  );
