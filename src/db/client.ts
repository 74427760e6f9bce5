import type { PgAsyncDatabase } from 'drizzle-orm/pg-core';
import { drizzle, type PostgresJsQueryResultHKT } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { isOfDriver } from './driver.js';

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
  /** Told of every statement of ours; for counting them in tests and benchmarks. */
  readonly onStatement?: (text: string, connection: number) => void;
}

/**
 * Bytes that postgres.js 3.4.9 writes at once instead of at the end of the turn. When a connection closes with something unwritten it
 * takes back the write, but keeps believing that one is due, and never writes anything less than this on that connection again:
 * whoever waits for it waits in vain. A greeting of this length is written; the server refuses it for what was left before it,
 * and the next one starts afresh.
 */
const FLUSHED = 1024;

/** Opens a pool. Deadlines follow DESIGN.md §5: a statement 5 s, a lock 2 s, an idle transaction 10 s. */
export function connect(url: string, { max = 4, statementTimeoutMs = 5000, onStatement }: ConnectOptions = {}): Connection {
  const watched: Watched = new Map();
  const client = postgres(url, {
    max,
    onnotice() {},
    onclose: id => watched.get(id)?.(),
    // Seconds until a lost connection is made again: a server that comes back is found while callers still wait.
    backoff: tries => Math.min(3 ** tries / 100, 1) * (0.5 + Math.random() / 2),
    connection: {
      application_name: 'red-alliance',
      statement_timeout: statementTimeoutMs,
      lock_timeout: 2000,
      idle_in_transaction_session_timeout: 10_000,
      plan_cache_mode: 'force_generic_plan',
      TimeZone: 'UTC',
      'app.padding': '-'.repeat(FLUSHED),
    },
    ...(onStatement && {
      debug: (connection: number, text: string) => isOfDriver(text) || onStatement(text, connection),
    }),
  });
  return { db: drizzle({ client: keepingStatements(client, watched) }), client, close: () => client.end({ timeout: 5 }) };
}

/** Statements with more parameters come in as many texts as there are row counts: keeping them would fill the server's memory. */
const KEPT_PARAMETERS = 100;

/** By connection: whom to tell that it closed. */
type Watched = Map<number, () => void>;
type Unsafe = postgres.TransactionSql['unsafe'];

/**
 * Drizzle has every statement of its builders parsed and planned anew. Ours have stable texts, so each connection keeps them:
 * one round trip instead of two, and no planning. Also within transactions.
 */
const keepingStatements = (client: postgres.Sql, watched: Watched): postgres.Sql =>
  override(client, { unsafe: kept(client), begin: beginning(client, watched) });

const override = <T extends object>(target: T, own: object): T =>
  new Proxy(target, { get: (from, name) => Reflect.get(name in own ? own : from, name) });

const kept =
  (client: postgres.Sql | postgres.TransactionSql, more: object = {}): Unsafe =>
  (text, parameters = [], options = {}) =>
    client.unsafe(text, parameters, { ...options, ...more, prepare: parameters.length <= KEPT_PARAMETERS });

/** The connection of a transaction closed: PostgreSQL has rolled it back. */
class ConnectionLost extends Error {
  readonly code = 'CONNECTION_CLOSED';
}

/**
 * When the connection of a transaction closes, postgres.js 3.4.9 fails the transaction, but then writes its ROLLBACK, or whatever
 * the work sends next, to the socket that is gone, which ends the process. So from that moment on it hears nothing more of the
 * work, and the work gets errors. `onexecute` is how it tells which connection a statement goes to.
 */
const beginning = (client: postgres.Sql, watched: Watched) => async (work: (tx: postgres.TransactionSql) => Promise<unknown>) => {
  let isLost = false;
  let connection: number | undefined;
  const lose = (): void => {
    isLost = true;
  };
  const onexecute = ({ id }: { readonly id: number }): true => {
    connection = id;
    watched.set(id, lose);
    return true;
  };
  try {
    return await client.begin(tx => {
      const send = kept(tx, { onexecute });
      const unsafe: Unsafe = (...statement) => {
        if (isLost) throw new ConnectionLost('the connection of this transaction closed');
        return send(...statement);
      };
      return new Promise((resolve, reject) => {
        work(override(tx, { unsafe })).then(
          value => isLost || resolve(value),
          error => isLost || isFatal(error) || reject(error),
        );
      });
    });
  } finally {
    lose();
    if (connection !== undefined && watched.get(connection) === lose) watched.delete(connection);
  }
};

const isFatal = (error: unknown): boolean => databaseError(error)?.isFatal ?? false;

const property = (error: unknown, name: string): unknown =>
  typeof error === 'object' && error !== null ? (error as Readonly<Record<string, unknown>>)[name] : undefined;

export interface DatabaseError {
  /** SQLSTATE. It alone does not tell what became of the connection: 57014 is a statement that took too long and a greeting cut short. */
  readonly code: string;
  /** The one that refused. */
  readonly constraint: string | undefined;
  /** The server closes the connection: a shutdown, an administrator, a session that idled too long. */
  readonly isFatal: boolean;
}

/** What PostgreSQL said, wherever the layers between have put it. */
export function databaseError(error: unknown): DatabaseError | null {
  for (let at = error; at !== undefined && at !== null; at = property(at, 'cause')) {
    const code = property(at, 'code');
    if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)) {
      const severity = property(at, 'severity');
      return {
        code,
        constraint: property(at, 'constraint_name') as string | undefined,
        isFatal: severity === 'FATAL' || severity === 'PANIC',
      };
    }
  }
  return null;
}

const RETRYABLE = new Set(['40001', '40P01']);
/** A serialisation failure or a deadlock: the same work may succeed when done again. */
export const isRetryable = (error: unknown): boolean => RETRYABLE.has(databaseError(error)?.code ?? '');
