import { type ApolloServer, HeaderMap } from '@apollo/server';
import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import type { RequestContext } from '../graphql/apollo.js';
import type { Budgets } from '../graphql/budgets.js';
import { maskError } from '../graphql/masking.js';
import type { Scope } from '../scope/scope.js';
import type { Admission } from './admission.js';
import { readJson } from './body.js';
import type { DocumentGate } from './documents.js';
import { type Exchange, sendError } from './server.js';

export interface GraphqlParts {
  readonly apollo: ApolloServer<RequestContext>;
  readonly admission: Admission;
  readonly budgets: Budgets;
  readonly documents: DocumentGate;
  readonly log: Logger;
  /** Who asks, and of which community; throws GraphQLErrors for callers who are not who they say. */
  readonly scopeOf: (exchange: Exchange) => Promise<Scope>;
}

/** POST /graphql and, for queries, GET: GraphQL over HTTP. */
export const serveGraphql =
  ({ apollo, admission, budgets, documents, log, scopeOf }: GraphqlParts) =>
  async (exchange: Exchange): Promise<void> => {
    const { request, response, requestId } = exchange;
    const { method = 'GET' } = request;
    const body = method === 'POST' ? documents.body(await readJson(request)) : undefined;
    const url = request.url ?? '';
    const parameters = url.slice(url.indexOf('?') + 1 || url.length);
    const search = method === 'GET' ? documents.search(parameters) : parameters;
    const leave = await admission.enter();
    if (!leave) {
      response.setHeader('retry-after', '1');
      return sendError(exchange, 503, 'OVERLOADED', 'Too much at once; try again in a second. 系统繁忙，请稍后重试。');
    }
    try {
      const answer = await apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest: { method, headers: headersOf(exchange), search, body },
        context: async () => {
          const scope = await trusted(exchange);
          return { scope, requestId, purse: await budgets.open(scope), cost: null };
        },
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
