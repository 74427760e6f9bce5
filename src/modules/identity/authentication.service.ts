import { LRUCache } from 'lru-cache';
import { rightsChangedSince } from '../../db/rights.js';
import type { AccessClaims, AccessTokens } from '../../kernel/access.js';
import type { AccountActor } from '../../kernel/actor.js';
import type { Clock } from '../../kernel/clock.js';
import { createRightsWatch, type RightsWatch } from '../../kernel/rights-watch.js';
import type { Scope } from '../../scope/scope.js';
import { loadRights } from './actor.repo.js';
import { type ApiClient, addressRule, isApiKey, narrowed } from './clients.domain.js';
import { type LiveClient, liveClientById, liveClientByKey, noteUse } from './clients.repo.js';

/** Who holds an access token or an API key, with the rights of at most half a second ago. */
export interface Caller {
  readonly communityId: string;
  readonly actor: AccountActor;
  /** What a program may spend in a minute; null for a person. */
  readonly pointsPerMinute: number | null;
}

export interface Authentication {
  /**
   * The holder of a credential; null for one that does not verify, of a closed account, an ended session or a revoked
   * program, from an address that the program may not call from, or without a role in its community.
   */
  authenticate(credential: string, address: string | null): Promise<Caller | null>;
}

export interface AuthenticationParts {
  readonly db: Scope['db'];
  readonly tokens: AccessTokens;
  readonly now: Clock;
  /** Tells of changes of rights; by default it looks into the database at most every half second. */
  readonly watch?: RightsWatch;
  readonly onError?: (error: unknown) => void;
}

/** With the time of one look this stays below the second that a change may take to be felt everywhere. */
const FRESH_MS = 500;
const MEMORY_MS = 30_000;
const MEMORY_SIZE = 10_000;

interface Remembered {
  readonly caller: Caller;
  /** Whatever may end it: community, account, session, program, organisations. */
  readonly subjectIds: readonly string[];
  readonly turn: number;
  /** When a role, a key or the token ends by itself, or a role begins. */
  readonly until: Date;
  /** The program that calls; null for a person. */
  readonly client: ApiClient | null;
  readonly allows: (address: string | null) => boolean;
}

/**
 * Tells who calls. What was found out is remembered and believed for as long as nobody announced a change of it: each process
 * looks for announcements when a request comes and the last look is half a second old. When that look fails, nothing
 * remembered is believed and each request asks for itself.
 */
export function createAuthentication({
  db,
  tokens,
  now,
  onError = () => undefined,
  ...given
}: AuthenticationParts): Authentication {
  const watch =
    given.watch ??
    createRightsWatch({
      lookSince: horizon => rightsChangedSince(db, horizon),
      elapsed: () => performance.now(),
      freshMs: FRESH_MS,
      onError,
    });
  const known = new LRUCache<string, Remembered>({ max: MEMORY_SIZE, ttl: MEMORY_MS });
  const loading = new Map<string, Promise<Remembered | null>>();

  const isGood = ({ until, turn, subjectIds }: Remembered): boolean => until > now() && watch.holds(turn, subjectIds);

  /** Requests that come together with one credential share one answer, if nothing changed since it was asked for. */
  async function ask(credential: string): Promise<Remembered | null> {
    const shared = loading.get(credential);
    if (shared) {
      const found = await shared;
      if (found && isGood(found)) return found;
    }
    const asked = load(credential).finally(() => loading.get(credential) === asked && loading.delete(credential));
    loading.set(credential, asked);
    return asked;
  }

  async function load(credential: string): Promise<Remembered | null> {
    const { turn } = watch;
    const at = now();
    if (isApiKey(credential)) {
      const client = await liveClientByKey(db, credential, at);
      return client && ofClient(client, client.scopes, [client.keyExpiresAt], turn, at);
    }
    const claims = tokens.verify(credential, at);
    if (!claims.ok) return null;
    const { client: grant, expiresAt } = claims.value;
    if (!grant) return ofSession(claims.value, turn, at);
    const client = await liveClientById(db, grant.id, at);
    // What was taken from the program since then is taken from its tokens, too.
    const scopes = grant.scopes.filter(scope => client?.scopes.includes(scope));
    return client && ofClient(client, scopes, [expiresAt], turn, at);
  }

  async function ofSession(claims: AccessClaims, turn: number, at: Date): Promise<Remembered | null> {
    const { accountId, communityId, sessionId, expiresAt } = claims;
    const found = await loadRights(db, { accountId, communityId, sessionId }, at);
    if (!found?.actor.roles.length) return null;
    const { actor } = found;
    return {
      caller: { communityId, actor, pointsPerMinute: null },
      subjectIds: [communityId, accountId, ...(sessionId ? [sessionId] : []), ...actor.organizationIds],
      turn,
      until: earliest(expiresAt, found.until),
      client: null,
      allows: () => true,
    };
  }

  async function ofClient(
    client: LiveClient,
    scopes: readonly string[],
    ends: readonly (Date | null)[],
    turn: number,
    at: Date,
  ): Promise<Remembered | null> {
    const { accountId, communityId, branchIds, addresses, pointsPerMinute } = client;
    const found = await loadRights(db, { accountId, communityId, sessionId: null }, at);
    const actor = found && narrowed(found.actor, { id: client.id, scopes, branchIds });
    if (!found || !actor?.roles.length) return null;
    return {
      caller: { communityId, actor, pointsPerMinute },
      subjectIds: [communityId, accountId, client.id, ...actor.organizationIds],
      turn,
      until: earliest(new Date(at.getTime() + MEMORY_MS), found.until, client.expiresAt, ...ends),
      client,
      allows: addressRule(addresses),
    };
  }

  return {
    async authenticate(credential, address) {
      const isCurrent = await watch.catchUp();
      const remembered = isCurrent ? known.get(credential) : undefined;
      if (remembered && isGood(remembered)) return remembered.allows(address) ? remembered.caller : null;
      const found = isCurrent ? await ask(credential) : await load(credential);
      if (found && isCurrent) known.set(credential, found);
      else known.delete(credential);
      if (!found || found.until <= now() || !found.allows(address)) return null;
      if (found.client) await noteUse(db, found.client, now());
      return found.caller;
    },
  };
}

const earliest = (first: Date, ...more: readonly (Date | null)[]): Date =>
  more.reduce<Date>((soonest, date) => (date && date < soonest ? date : soonest), first);
