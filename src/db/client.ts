import type { PgAsyncDatabase } from 'drizzle-orm/pg-core';
import { drizzle, type PostgresJsQueryResultHKT } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';

/** The pool, or a transaction on one of its connections. */
export type Database = PgAsyncDatabase<PostgresJsQueryResultHKT>;

export interface Connection {
  readonly db: Database;
  readonly client: postgres.Sql;
  readonly close: () => Promise<void>;
}

export interface ConnectOptions {
  /** Connections; few serve a small machine best. */
  readonly max?: number;
  /** Longest statement, in milliseconds. */
  readonly statementTimeoutMs?: number;
  /** Told of every statement sent; for counting them in tests and benchmarks. */
  readonly onStatement?: (text: string) => void;
}

/** Opens a pool. Deadlines follow DESIGN.md §5: a statement 5 s, a lock 2 s, an idle transaction 10 s. */
export function connect(url: string, { max = 4, statementTimeoutMs = 5000, onStatement }: ConnectOptions = {}): Connection {
  const client = postgres(url, {
    max,
    onnotice() {},
    connection: {
      application_name: 'red-alliance',
      statement_timeout: statementTimeoutMs,
      lock_timeout: 2000,
      idle_in_transaction_session_timeout: 10_000,
      plan_cache_mode: 'force_generic_plan',
      TimeZone: 'UTC',
    },
    ...(onStatement && { debug: (_connection: number, text: string) => onStatement(text) }),
  });
  return { db: drizzle({ client: keepingStatements(client) }), client, close: () => client.end({ timeout: 5 }) };
}

/** Statements with more parameters come in as many texts as there are row counts: keeping them would fill the server's memory. */
const KEPT_PARAMETERS = 100;

/**
 * Drizzle has every statement of its builders parsed and planned anew. Ours have stable texts, so each connection keeps them:
 * one round trip instead of two, and no planning. Also within transactions.
 */
function keepingStatements<Client extends postgres.Sql | postgres.TransactionSql>(client: Client): Client {
  const unsafe: Client['unsafe'] = (text, parameters = [], options = {}) =>
    client.unsafe(text, parameters, { ...options, prepare: parameters.length <= KEPT_PARAMETERS });
  return new Proxy(client, {
    get(target, name) {
      if (name === 'unsafe') return unsafe;
      if (name === 'begin' && 'begin' in target)
        return (work: (tx: postgres.TransactionSql) => unknown) => target.begin(tx => work(keepingStatements(tx)));
      return Reflect.get(target, name);
    },
  });
}

const property = (error: unknown, name: string): unknown =>
  typeof error === 'object' && error !== null ? (error as Readonly<Record<string, unknown>>)[name] : undefined;

/** What PostgreSQL said, wherever the layers between have put it: SQLSTATE and the constraint that refused. */
export function databaseError(error: unknown): { readonly code: string; readonly constraint: string | undefined } | null {
  for (let at = error; at !== undefined && at !== null; at = property(at, 'cause')) {
    const code = property(at, 'code');
    if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)) {
      return { code, constraint: property(at, 'constraint_name') as string | undefined };
    }
  }
  return null;
}

const RETRYABLE = new Set(['40001', '40P01']);
/** A serialisation failure or a deadlock: the same work may succeed when done again. */
export const isRetryable = (error: unknown): boolean => RETRYABLE.has(databaseError(error)?.code ?? '');
