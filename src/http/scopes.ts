import { LRUCache } from 'lru-cache';
import { badUserInput, unauthenticated } from '../graphql/errors.js';
import { ANONYMOUS } from '../kernel/actor.js';
import type { Caller } from '../modules/identity/identity.service.js';
import { Scope, type ScopeParts } from '../scope/scope.js';
import { addressOf, localeOf } from './headers.js';
import type { Exchange } from './server.js';

const CODE = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
/** An access token or an API key. */
const BEARER = /^Bearer +([\w.-]+)$/i;
/** A community that is renamed is found under its new code this much later, in milliseconds. */
const COMMUNITY_TTL = 60_000;
const NO_COMMUNITY = '00000000-0000-0000-0000-000000000000';

export interface ScopesParts extends Omit<ScopeParts, 'communityId' | 'actor' | 'locale' | 'requestId' | 'address' | 'signal'> {
  /** The holder of an access token or API key; null when it is not, or no longer, good, or not from that address. */
  readonly authenticate: (credential: string, address: string | null) => Promise<Caller | null>;
  /** Told of an address whose token is not good; may refuse it more sharply. */
  readonly turnAway: (address: string | null, at: Date) => Promise<void>;
  /** The id of the community with this code, or of the first one. */
  readonly communityIdByCode: (code: string | null) => Promise<string | null>;
  readonly defaultCommunity: string | null;
  readonly trustProxy: number;
}

/** Makes the scope of a request. */
export interface Scopes {
  /** Of whoever the request says it comes from; throws when that is not so. */
  readonly ofCaller: (exchange: Exchange) => Promise<Scope>;
  /** Of nobody, whatever the request says: for doors at which callers prove who they are in another way. */
  readonly ofNobody: (exchange: Exchange) => Promise<Scope>;
}

/**
 * Who asks by the bearer token; which community by the token, else by the `X-Community` header,
 * else the default one; in which language by `Accept-Language`.
 */
export function createScopes({
  authenticate,
  turnAway,
  communityIdByCode,
  defaultCommunity,
  trustProxy,
  ...house
}: ScopesParts): Scopes {
  const communities = new LRUCache<string, string>({ max: 1000, ttl: COMMUNITY_TTL });

  async function byCode(code: string | null): Promise<string | null> {
    const known = communities.get(code ?? '');
    if (known !== undefined) return known;
    const found = await communityIdByCode(code);
    if (found !== null) communities.set(code ?? '', found);
    return found;
  }

  async function communityOf(header: string | undefined): Promise<string> {
    // Before the first community is made there is nothing to see, but the schema can be read.
    if (header === undefined) return (await byCode(defaultCommunity)) ?? NO_COMMUNITY;
    const found = CODE.test(header) ? await byCode(header) : null;
    if (found === null) throw badUserInput('X-Community names no community.', { header: 'X-Community' });
    return found;
  }

  function common({ request, response, requestId }: Exchange) {
    const gone = new AbortController();
    // An answer that went out whole is waited for by nobody, and has nothing left to stop.
    response.once('close', () => response.writableFinished || gone.abort());
    const address = addressOf(request, trustProxy);
    return { ...house, requestId, locale: localeOf(request), address, signal: gone.signal };
  }

  async function ofNobody(exchange: Exchange): Promise<Scope> {
    const named = exchange.request.headers['x-community'];
    const communityId = await communityOf(named === undefined ? undefined : String(named));
    return new Scope({ ...common(exchange), actor: ANONYMOUS, communityId });
  }

  async function ofCaller(exchange: Exchange): Promise<Scope> {
    const { authorization } = exchange.request.headers;
    if (authorization === undefined) return ofNobody(exchange);
    const parts = common(exchange);
    const credential = BEARER.exec(authorization)?.[1];
    const caller = credential === undefined ? null : await authenticate(credential, parts.address);
    if (!caller) {
      await turnAway(parts.address, house.now());
      throw unauthenticated('The access token is invalid or expired: sign in again. 登录已失效，请重新登录。');
    }
    return new Scope({ ...parts, ...caller });
  }

  return { ofCaller, ofNobody };
}
