import { LRUCache } from 'lru-cache';
import { badUserInput, unauthenticated } from '../graphql/errors.js';
import { type Actor, ANONYMOUS } from '../kernel/actor.js';
import { Scope, type ScopeParts } from '../scope/scope.js';
import { addressOf, localeOf } from './headers.js';
import type { Exchange } from './server.js';

const CODE = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const BEARER = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i;
/** A community that is renamed is found under its new code this much later, in milliseconds. */
const COMMUNITY_TTL = 60_000;
const NO_COMMUNITY = '00000000-0000-0000-0000-000000000000';

export interface ScopesParts extends Omit<ScopeParts, 'communityId' | 'actor' | 'locale' | 'requestId' | 'address' | 'signal'> {
  /** The holder of an access token; null when the token is not, or no longer, good. */
  readonly authenticate: (token: string) => Promise<{ readonly communityId: string; readonly actor: Actor } | null>;
  /** The id of the community with this code, or of the first one. */
  /** Told of an address whose token is not good; may refuse it more sharply. */
  readonly turnAway: (address: string | null, at: Date) => Promise<void>;
  readonly communityIdByCode: (code: string | null) => Promise<string | null>;
  readonly defaultCommunity: string | null;
  readonly trustProxy: number;
}

/**
 * Makes the scope of a request: who asks by its bearer token; which community by the token, else by the `X-Community` header,
 * else the default one; in which language by `Accept-Language`.
 */
export function createScopes({ authenticate, turnAway, communityIdByCode, defaultCommunity, trustProxy, ...house }: ScopesParts) {
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

  return async ({ request, response, requestId }: Exchange): Promise<Scope> => {
    const { authorization, 'x-community': named } = request.headers;
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const { signal } = gone;
    const common = { ...house, requestId, locale: localeOf(request), address: addressOf(request, trustProxy), signal };
    if (authorization === undefined) {
      return new Scope({
        ...common,
        actor: ANONYMOUS,
        communityId: await communityOf(named === undefined ? undefined : String(named)),
      });
    }
    const token = BEARER.exec(authorization)?.[1];
    const holder = token === undefined ? null : await authenticate(token);
    if (!holder) {
      await turnAway(common.address, house.now());
      throw unauthenticated('The access token is invalid or expired: sign in again. 登录已失效，请重新登录。');
    }
    return new Scope({ ...common, ...holder });
  };
}
