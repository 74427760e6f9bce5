import { GraphQLError } from 'graphql';

const httpError = (status: number, code: string, message: string, extensions: Readonly<Record<string, unknown>> = {}) =>
  new GraphQLError(message, { extensions: { code, http: { status }, ...extensions } });

/** The request itself is malformed: an argument that no form of the operation accepts. */
export const badUserInput = (message: string, extensions?: Readonly<Record<string, unknown>>) =>
  httpError(400, 'BAD_USER_INPUT', message, extensions);
/** Signing in is needed. */
export const unauthenticated = (message = 'Sign in first. 请先登录。') => httpError(401, 'UNAUTHENTICATED', message);
