import { GraphQLError, type GraphQLFormattedError, Kind } from 'graphql';
import { databaseError } from '../db/client.js';

const INTERNAL = 'INTERNAL_SERVER_ERROR';
const VALUE_KINDS: ReadonlySet<string> = new Set([
  Kind.INT,
  Kind.FLOAT,
  Kind.STRING,
  Kind.BOOLEAN,
  Kind.ENUM,
  Kind.LIST,
  Kind.OBJECT,
  Kind.OBJECT_FIELD,
]);

/** Who is told what an internal error really was. */
export interface MaskingContext {
  readonly requestId: string;
  readonly log: (error: unknown, path: GraphQLError['path']) => void;
}

/** The error under all wrappings. */
export function rootOf(error: unknown): unknown {
  let at = error;
  while (at instanceof GraphQLError && at.originalError) at = at.originalError;
  return at;
}

/** A code that we gave ourselves; graphql-js and the layers below give none. */
const codeOf = (error: unknown): string | null =>
  error instanceof GraphQLError && typeof error.extensions.code === 'string' ? error.extensions.code : null;

/** What went wrong between us and the database, in words that clients can act on. */
function databaseTrouble(error: unknown): { readonly code: string; readonly message: string } | null {
  const { code: state, isFatal } = databaseError(error) ?? {};
  if (isFatal || (state && /^(08|53|57P)/.test(state)) || LOST.has(connectionCode(error)))
    return { code: 'UNAVAILABLE', message: 'The database cannot be reached; try again soon. 数据库暂时不可用，请稍后重试。' };
  if (state === '57014' || error instanceof DeadlineExceeded)
    return { code: 'TIMEOUT', message: 'It took too long and was stopped. 处理超时，已停止。' };
  if (state === '55P03' || state === '40001' || state === '40P01')
    return { code: 'BUSY', message: 'Others are changing the same things; try again. 系统繁忙，请重试。' };
  return null;
}
const LOST = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
]);
function connectionCode(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) if ('code' in at && typeof at.code === 'string') return at.code;
  return '';
}

/** The operation was given up; its statements end by their own deadline. */
export class DeadlineExceeded extends Error {}

/**
 * An error of execution as clients may see it: ours as it is; a trouble of the database by its code; everything else as
 * "Internal error" with the request's id, and the truth in the log only.
 */
export function maskError(error: GraphQLError, { requestId, log }: MaskingContext): GraphQLError {
  const root = rootOf(error);
  if (codeOf(root) !== null) return error;
  if (error.message.startsWith('Argument "') && !error.originalError) {
    return remade(error, withoutValue(error), { code: 'BAD_USER_INPUT', http: { status: 400 } });
  }
  log(root instanceof GraphQLError ? new Error(root.message.replace(/(cannot represent [^:]*): .*$/s, '$1.')) : root, error.path);
  const trouble = databaseTrouble(root);
  if (trouble) return remade(error, trouble.message, { code: trouble.code, requestId, http: { status: 503 } });
  return remade(error, INTERNAL_MESSAGE, { code: INTERNAL, requestId, http: { status: 500 } });
}
const INTERNAL_MESSAGE = 'Internal error. 系统内部错误。';

const remade = (error: GraphQLError, message: string, extensions: Readonly<Record<string, unknown>>): GraphQLError =>
  new GraphQLError(message, { ...(error.nodes && { nodes: error.nodes }), ...(error.path && { path: error.path }), extensions });

/** What graphql-js says of a wrong value, without the value: it may be a telephone number. */
export function withoutValue(error: GraphQLError): string {
  if (codeOf(rootOf(error)) !== null) return error.message.replace(/^Expected type "\w+"\. /, '');
  const text = error.message.replace(/ Did you mean .*$/s, '');
  if (SAYS_NO_VALUE.test(text)) return text;
  // Whoever builds an object from what people typed may have made a name of it.
  const unknown = UNKNOWN_FIELD.exec(text);
  if (unknown) return `Field ${PLAIN_NAME.test(unknown[1] ?? '') ? unknown[1] : '…'} is not defined by type ${unknown[2]}.`;
  for (const pattern of NAMES_THE_TYPE) {
    const type = pattern.exec(text)?.[1];
    if (type) return `A value of type "${type}" is expected.`;
  }
  return 'This value is not allowed here.';
}
const SAYS_NO_VALUE =
  /^(Expected non-nullable type "[^"]+" not to be null\.|Expected type "\w+" to be an object\.|Field "[\w.]+" of required type "[^"]+" was not provided\.)$/;
const UNKNOWN_FIELD = /^Field (".*") is not defined by type ("\w+")\.$/s;
const PLAIN_NAME = /^"[A-Za-z_]{1,40}"$/;
const NAMES_THE_TYPE = [
  /^Expected (?:value of )?type "([^"]+)"/,
  /^Enum "(\w+)" cannot represent/,
  /^Value ".*" does not exist in "(\w+)" enum/s,
  /^(\w+) cannot represent/,
];

/** What the parser says, without the text that it stumbled over. */
const withoutTokens = (message: string): string =>
  message.replace(/\b(Int|Float|String|BlockString) ".*$/s, '$1.').replace(/: ".*$/s, '.');

/**
 * The last look at every error that leaves: messages of the parser and of validation lose values and suggestions, and what
 * has no code of ours becomes "Internal error".
 */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const code = codeOf(rootOf(error)) ?? formatted.extensions?.code;
  if (code === undefined || code === INTERNAL) {
    const { requestId } = formatted.extensions ?? {};
    const extensions = { code: INTERNAL, ...(typeof requestId === 'string' && { requestId }) };
    return { ...formatted, message: INTERNAL_MESSAGE, extensions };
  }
  return { ...formatted, message: safeMessage(formatted, error), extensions: { ...formatted.extensions, code } };
}

function safeMessage({ message, extensions }: GraphQLFormattedError, error: unknown): string {
  if (extensions?.code === 'GRAPHQL_PARSE_FAILED') return withoutTokens(message);
  if (extensions?.code !== 'GRAPHQL_VALIDATION_FAILED' || !(error instanceof GraphQLError)) return message;
  const isAboutValue = error.nodes?.some(node => VALUE_KINDS.has(node.kind)) ?? false;
  return isAboutValue ? withoutValue(error) : message.replace(/ Did you mean .*$/s, '');
}
