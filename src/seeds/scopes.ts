import type { Database } from '../db/client.js';
import type { Actor } from '../kernel/actor.js';
import type { Failure, Result } from '../kernel/result.js';
import type { Vault } from '../kernel/vault.js';
import { loadActor } from '../modules/identity/identity.service.js';
import { Scope } from '../scope/scope.js';

/** What seeding stands on: the house of `app.ts` has it all. */
export interface SeedParts {
  readonly db: Database;
  readonly slowDb: Database;
  readonly vault: Vault;
}

/** Scopes of one community, each at a moment of its history. */
export interface Scopes {
  /** The seed itself. */
  asSeed(at: Date): Scope;
  /** An account, with the rights it has in the end. */
  asAccount(accountId: string, at: Date): Promise<Scope>;
}

export function scopesOf({ db, slowDb, vault }: SeedParts, communityId: string, now: Date): Scopes {
  const actors = new Map<string, Promise<Actor | null>>();
  const scopeOf = (actor: Actor, at: Date): Scope =>
    new Scope({ communityId, actor, db, slowDb, vault, now: () => at, locale: 'zh', requestId: null });
  return {
    asSeed: at => scopeOf({ kind: 'SYSTEM', purpose: 'seed', behalfOf: null }, at),
    async asAccount(accountId, at) {
      const loading = actors.get(accountId) ?? loadActor(db, communityId, accountId, now);
      actors.set(accountId, loading);
      const actor = await loading;
      if (!actor) throw new Error('an account of the seed has no rights');
      return scopeOf(actor, at);
    },
  };
}

/** The value; a failure here is a mistake of the plan, so it throws and tells what was refused. */
export function must<T>(result: Result<T, Failure>, what: string): T {
  if (result.ok) return result.value;
  throw new Error(`the estate's ${what} were refused: ${JSON.stringify(result.failure).slice(0, 600)}`);
}

/** The id that was given for a code or key. */
export function idIn(ids: ReadonlyMap<string, string>, key: string): string {
  const id = ids.get(key);
  if (id === undefined) throw new Error(`nothing was written for ${key}`);
  return id;
}
