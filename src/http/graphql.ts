import { type ApolloServer, HeaderMap } from '@apollo/server';
import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import type { RequestContext } from '../graphql/apollo.js';
import { maskError } from '../graphql/masking.js';
import type { Scope } from '../scope/scope.js';
import type { Admission } from './admission.js';
import { readJson } from './body.js';
import { type Exchange, sendError } from './server.js';

export interface GraphqlParts {
  readonly apollo: ApolloServer<RequestContext>;
  readonly admission: Admission;
  readonly log: Logger;
  /** Who asks, and of which community; throws GraphQLErrors for callers who are not who they say. */
  readonly scopeOf: (exchange: Exchange) => Promise<Scope>;
}

/** POST /graphql and, for queries, GET: GraphQL over HTTP. */
export const serveGraphql =
  ({ apollo, admission, log, scopeOf }: GraphqlParts) =>
  async (exchange: Exchange): Promise<void> => {
    const { request, response, requestId } = exchange;
    const { method = 'GET' } = request;
    const body = method === 'POST' ? await readJson(request) : undefined;
    const leave = await admission.enter();
    if (!leave) {
      response.setHeader('retry-after', '1');
      return sendError(exchange, 503, 'OVERLOADED', 'Too much at once; try again in a second. 系统繁忙，请稍后重试。');
    }
    try {
      const url = request.url ?? '';
      const answer = await apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest: { method, headers: headersOf(exchange), search: url.slice(url.indexOf('?') + 1 || url.length), body },
        context: async () => ({ scope: await trusted(exchange), requestId, cost: null }),
      });
      if (answer.body.kind !== 'complete') throw new Error('incremental delivery is not served');
      response.statusCode = answer.status ?? 200;
      for (const [name, value] of answer.headers) response.setHeader(name, value);
      response.setHeader('content-length', Buffer.byteLength(answer.body.string));
      response.end(answer.body.string);
    } finally {
      leave();
    }

    async function trusted(from: Exchange): Promise<Scope> {
      try {
        return await scopeOf(from);
      } catch (error) {
        const wrapped = error instanceof GraphQLError ? error : new GraphQLError('', { originalError: error as Error });
        throw maskError(wrapped, { requestId, log: cause => log.error({ err: cause, requestId }, 'request failed') });
      }
    }
  };

function headersOf({ request }: Exchange): HeaderMap {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return headers;
}
