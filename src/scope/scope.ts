import { setTimeout as sleep } from 'node:timers/promises';
import DataLoader from 'dataloader';
import { actAs } from '../db/acting.js';
import { type Database, isRetryable } from '../db/client.js';
import { appendEvents, type EventInput } from '../db/events.js';
import { digestOf, keepResult, takeKey } from '../db/idempotency.js';
import type { AccessTokens, Lockout } from '../kernel/access.js';
import { type Actor, accountOf, clientOf, type SystemPurpose } from '../kernel/actor.js';
import type { Clock } from '../kernel/clock.js';
import type { IdempotencyKeyReused, NotFound } from '../kernel/failures.js';
import type { HeadJournal } from '../kernel/heads.js';
import type { IdentityProvider } from '../kernel/identity-provider.js';
import type { PhoneRelay } from '../kernel/phone-relay.js';
import { type Failure, fail, ok, type Result } from '../kernel/result.js';
import type { Vault } from '../kernel/vault.js';
import type { Loader, LoaderDefinition } from './loader.js';

const MAX_BATCH = 500;
const MAX_TRIES = 3;
const NOBODY = '00000000-0000-0000-0000-000000000000';

export type Locale = 'zh' | 'en';

/** What one request is made of. */
export interface ScopeParts {
  readonly communityId: string;
  readonly actor: Actor;
  readonly db: Database;
  /** A second small pool for work that takes longer than a page. */
  readonly slowDb: Database;
  readonly now: Clock;
  readonly vault: Vault;
  readonly locale: Locale;
  readonly requestId: string | null;
  /** The network address that the request came from, as the server saw it; absent within the process. */
  readonly address?: string | null;
  /** Aborted when nobody waits for the answer any more; absent within the process. */
  readonly signal?: AbortSignal;
  /** What signing in needs; absent where nobody can (seeds, jobs). */
  readonly tokens?: AccessTokens;
  readonly lockout?: Lockout;
  /** Gives partners a number to call; absent where there is no contract with a telephone company. */
  readonly phoneRelay?: PhoneRelay;
  /** Where the heads of the chains are kept outside the database; absent where nobody keeps them. */
  readonly journal?: HeadJournal;
  /** Other houses that people can sign in by, by their names. */
  readonly identityProviders?: ReadonlyMap<string, IdentityProvider>;
}

/** One request, or one transaction within it: who asks, on which handle, at what time. First argument of every service and repo function. */
export class Scope {
  readonly #loaders = new Map<symbol, Loader<never, unknown>>();

  constructor(
    readonly parts: ScopeParts,
    readonly inTransaction = false,
  ) {}

  get communityId(): string {
    return this.parts.communityId;
  }
  get actor(): Actor {
    return this.parts.actor;
  }
  get db(): Database {
    return this.parts.db;
  }
  get now(): Clock {
    return this.parts.now;
  }
  get vault(): Vault {
    return this.parts.vault;
  }
  get locale(): Locale {
    return this.parts.locale;
  }

  load<Key, Value>(loader: LoaderDefinition<Key, Value>, key: Key): Promise<Value | null> {
    let made = this.#loaders.get(loader.name) as Loader<Key, Value> | undefined;
    if (!made) {
      made = new DataLoader<Key, Value | null, string>(
        async keys => {
          const found = await loader.batch(this, keys);
          return keys.map(key => found.get(loader.keyOf(key)) ?? null);
        },
        { maxBatchSize: MAX_BATCH, cacheKeyFn: loader.keyOf },
      );
      this.#loaders.set(loader.name, made as unknown as Loader<never, unknown>);
    }
    return made.load(key);
  }

  /**
   * Runs `work` in one transaction in which row-level security knows the actor. A failure rolls back exactly as a throw does.
   * Deadlocks and serialisation failures are tried again from the start, so `work` has no effects but its SQL. What was
   * loaded before is forgotten after.
   */
  async transaction<R extends Result<unknown, Failure>>(work: (tx: Scope) => Promise<R>): Promise<R> {
    if (this.inTransaction) throw new Error('already in a transaction: pass on the scope you were given');
    try {
      for (let attempt = 1; ; attempt++) {
        try {
          return await this.#once(work);
        } catch (error) {
          if (attempt === MAX_TRIES || !isRetryable(error)) throw error;
          await sleep(Math.random() * 20 * 2 ** attempt);
        }
      }
    } finally {
      this.#loaders.clear();
    }
  }

  async #once<R extends Result<unknown, Failure>>(work: (tx: Scope) => Promise<R>): Promise<R> {
    try {
      return await this.db.transaction(async handle => {
        // Sent now and awaited with the work: it travels ahead of the first statement on the same connection.
        const acting = actAs(handle, this.communityId, this.actor);
        const [result] = await Promise.all([work(new Scope({ ...this.parts, db: handle }, true)), acting]);
        if (!result.ok) throw new RolledBack(result);
        return result;
      });
    } catch (error) {
      if (error instanceof RolledBack) return error.result as R;
      throw error;
    }
  }

  /** Reads personal data: row-level security answers only within a transaction that knows the actor. */
  async reading<T>(work: (scope: Scope) => Promise<T>): Promise<T> {
    if (this.inTransaction) return work(this);
    const result = await this.#once(async tx => ok(await work(tx)));
    return result.value;
  }

  /**
   * The same request computing over personal data that its caller may not see, under a named purpose. What comes out must
   * be at the caller's own level; whoever calls this writes the access log.
   */
  asSystem(purpose: SystemPurpose): Scope {
    if (this.inTransaction) throw new Error('the actor of a transaction is fixed: choose the purpose before it');
    return new Scope({
      ...this.parts,
      actor: { kind: 'SYSTEM', purpose, behalfOf: accountOf(this.actor), clientId: clientOf(this.actor) },
    });
  }

  /** Appends to the event log, in this transaction. */
  async append(...events: readonly EventInput[]): Promise<void> {
    if (!this.inTransaction) throw new Error('events are appended in the transaction that makes the change');
    await appendEvents(this.db, this.parts, events);
  }

  /**
   * Runs a mutation at most once per key. `work` makes something and answers with it; a repeat with the same input gets
   * `reload(id)` of the first answer, or NOT_FOUND when that is no longer the caller's to see. Called within the transaction, so
   * that key and effect commit together. Without a key `work` just runs.
   */
  async once<T extends { readonly id: string }, F extends Failure>(
    {
      operation,
      key: given,
      input,
    }: { readonly operation: string; readonly key: string | null | undefined; readonly input: unknown },
    work: () => Promise<Result<T, F>>,
    reload: (id: string) => Promise<T | null>,
  ): Promise<Result<T, F | IdempotencyKeyReused | NotFound>> {
    if (given == null) return work();
    const inputHashes = this.vault.blindIndexes(this.communityId, 'idempotency', digestOf(input));
    const accountId = accountOf(this.actor) ?? NOBODY;
    const key = { operation, key: given, communityId: this.communityId, accountId, inputHashes, at: this.now() };
    const taken = await takeKey(this.db, key);
    if (!taken.ok) return taken;
    if (taken.value.replay !== null) {
      // What was loaded before the wait for the first caller is how things were before it.
      this.#loaders.clear();
      const first = await reload(taken.value.replay);
      return first ? ok(first) : fail({ code: 'NOT_FOUND' });
    }
    const result = await work();
    if (result.ok) await keepResult(this.db, key, result.value.id);
    return result;
  }
}

class RolledBack {
  constructor(readonly result: unknown) {}
}
