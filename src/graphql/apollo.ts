import { ApolloServer, type ApolloServerOptions, type ApolloServerPlugin, type GraphQLRequestContext } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  NoSchemaIntrospectionCustomRule,
  type ValidationRule,
} from 'graphql';
import type { Logger } from 'pino';
import type { Scope } from '../scope/scope.js';
import type { Purse } from './budgets.js';
import { priceOperation } from './cost.js';
import type { KnownDocuments } from './documents.js';
import { limitsRule } from './limits.js';
import { DeadlineExceeded, formatError, maskError } from './masking.js';
import type { Permissions } from './permissions.js';
import { createScopeGate, type ScopeGate } from './scopes.js';
import { coerceVariables } from './variables.js';

const MAX_TOKENS = 2000;
const MAX_ERRORS = 5;
const MAX_SELECTIONS = 5000;

/** What a request brings to its execution. Apollo copies it, so the scope lies one level down. */
export interface RequestContext {
  readonly scope: Scope;
  readonly requestId: string;
  readonly purse: Purse;
  /** What the operation was priced at; null before that. */
  cost: number | null;
}

export interface ApolloParts {
  readonly schema: GraphQLSchema;
  readonly permissions: Permissions;
  readonly log: Logger;
  /** Highest price of one operation, in objects. */
  readonly costLimit: number;
  /** Longest execution, in milliseconds. */
  readonly deadlineMs: number;
  /** Whether the schema can be asked for, by others than known operations. */
  readonly introspection: boolean;
  readonly documents: KnownDocuments;
}

/** The GraphQL engine behind the door: closed where Apollo's defaults are open. */
export async function createApollo(parts: ApolloParts): Promise<ApolloServer<RequestContext>> {
  const server = new ApolloServer<RequestContext>({
    gateway: executedBy(parts),
    logger: parts.log,
    nodeEnv: 'production',
    allowBatchedHttpRequests: false,
    csrfPrevention: true,
    includeStacktraceInErrorResponses: false,
    introspection: true,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: MAX_TOKENS },
    validationOptions: { maxErrors: MAX_ERRORS },
    maxRecursiveSelections: MAX_SELECTIONS,
    validationRules: [limitsRule, introspectionRule(parts)],
    formatError,
    stringifyResult: JSON.stringify,
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      operationGate(parts, createScopeGate(parts.schema, parts.permissions)),
    ],
  });
  await server.start();
  return server;
}

/** The seam at which execution can be exchanged (for a compiled one): in one place, with deadline and masking around it. */
function executedBy({ schema, log, deadlineMs }: ApolloParts): NonNullable<ApolloServerOptions<RequestContext>['gateway']> {
  return {
    onSchemaLoadOrUpdate(callback) {
      callback({ apiSchema: schema, coreSupergraphSdl: '' });
      return () => undefined;
    },
    load: async () => ({
      executor: async ({ document, request, context }) => {
        const { scope, requestId } = context as RequestContext;
        const result = await within(
          deadlineMs,
          execute({
            schema,
            document,
            contextValue: scope,
            variableValues: request.variables,
            operationName: request.operationName,
          }),
        );
        if (!result.errors) return result;
        const told = new Set<unknown>();
        const masking = {
          requestId,
          log: (error: unknown, path: GraphQLError['path']) => {
            if (!told.has(error)) log.error({ err: error, requestId, path: path?.join('.') }, 'operation failed');
            told.add(error);
          },
        };
        return { ...result, errors: result.errors.map(error => maskError(error, masking)) };
      },
    }),
    stop: async () => undefined,
  };
}

/** The result, or one error when it takes longer. */
async function within(
  milliseconds: number,
  work: ExecutionResult | Promise<ExecutionResult>,
): Promise<ExecutionResult<Record<string, unknown>, Record<string, unknown>>> {
  const { promise: late, resolve } = Promise.withResolvers<ExecutionResult>();
  const timer = setTimeout(
    () => resolve({ errors: [new GraphQLError('deadline', { originalError: new DeadlineExceeded('operation deadline') })] }),
    milliseconds,
  );
  try {
    return (await Promise.race([work, late])) as ExecutionResult<Record<string, unknown>, Record<string, unknown>>;
  } finally {
    clearTimeout(timer);
  }
}

const refused = (code: string, message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { code, http: { status: 400 } } });

const introspectionRule =
  ({ introspection, documents }: ApolloParts): ValidationRule =>
  context =>
    introspection || documents.hasText(context.getDocument().loc?.source.body ?? '')
      ? {}
      : NoSchemaIntrospectionCustomRule(context);

const fragmentsOf = (document: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> =>
  new Map(
    document.definitions.flatMap(node => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node] as const] : [])),
  );

/** What depends on variables is decided for each request: documents are validated once and then kept. */
const operationGate = ({ schema, costLimit }: ApolloParts, passScopes: ScopeGate): ApolloServerPlugin<RequestContext> => ({
  requestDidStart: async () => ({
    async didResolveOperation({ document, operation, request, contextValue }) {
      if (!operation) throw refused('OPERATION_RESOLUTION_FAILURE', 'Name one of the operations of the document.');
      if (operation.operation === 'subscription') throw refused('BAD_REQUEST', 'Subscriptions are not served here.');
      const variables = coerceVariables(schema, operation, request.variables ?? {});
      const fragments = fragmentsOf(document);
      passScopes(contextValue.scope.actor, operation, fragments, variables);
      const price = priceOperation(schema, operation, fragments, variables);
      const cost = price.points;
      contextValue.cost = cost;
      const limit = limitOf(contextValue, costLimit);
      if (cost > limit) {
        throw refused('QUERY_TOO_EXPENSIVE', `This operation costs ${cost}, and ${limit} is the limit: ask for smaller pages.`);
      }
      await contextValue.purse.pay(price);
    },
    async willSendResponse(context) {
      await context.contextValue.purse.payRefused();
      finish(context, costLimit);
    },
  }),
});

/** The highest price of an operation of this caller. */
const limitOf = ({ purse }: RequestContext, costLimit: number): number => Math.min(costLimit, purse.capacity);

function finish({ response, request, contextValue }: GraphQLRequestContext<RequestContext>, costLimit: number): void {
  if (response.body?.kind !== 'single') return;
  const { singleResult } = response.body;
  const { cost, purse } = contextValue;
  if (cost !== null) {
    const { remaining, resetAt } = purse;
    const told = { requested: cost, limit: limitOf(contextValue, costLimit), remaining, resetAt };
    singleResult.extensions = { ...singleResult.extensions, cost: told };
  }
  for (const [name, value] of purse.headers) if (!response.http.headers.has(name)) response.http.headers.set(name, value);
  const accept = request.http?.headers.get('accept') ?? '';
  // GraphQL over HTTP: data means 2xx; and to clients of the older media type a well-formed answer is 200.
  const isOlder = response.http.status === 400 && accept.includes('application/json');
  if (singleResult.data != null || isOlder) delete response.http.status;
}
