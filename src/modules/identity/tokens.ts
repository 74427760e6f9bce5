import { createSecretKey, type KeyObject, randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';
import type { AccessClaims, AccessTokens, AccessVia } from '../../kernel/access.js';
import type { InvalidToken } from '../../kernel/failures.js';
import { isUuid } from '../../kernel/ids.js';
import { fail, ok, type Result } from '../../kernel/result.js';

const ALGORITHM = 'HS256';
/** RFC 9068 §2.1: a token of another use, signed by the same key, is not taken for one of these. */
const TYPE = 'at+jwt';
const MIN_SECRET_BYTES = 32;
const MAX_LIFE_SECONDS = 15 * 60;
const MAX_LENGTH = 2048;
/** Clocks of two processes of ours may differ by so much. */
const SKEW_SECONDS = 5;
const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/;

export interface TokenOptions {
  /** Secrets of at least 32 bytes by key id. All verify; during a rotation two live. */
  readonly keys: ReadonlyMap<string, Buffer>;
  /** The key id that signs. */
  readonly current: string;
  readonly issuer: string;
  readonly audience: string;
  /** Life of a token, at most 900. */
  readonly ttlSeconds: number;
}

/** Signs and verifies access tokens (JWT, HS256). Throws on short secrets, odd key ids, an unknown current key or too long a life. */
export function createTokens({ keys, current, issuer, audience, ttlSeconds }: TokenOptions): AccessTokens {
  for (const [id, secret] of keys) {
    if (!KEY_ID.test(id)) throw new RangeError('a key id has 1 to 32 letters, digits, - and _');
    if (secret.length < MIN_SECRET_BYTES) throw new RangeError(`a token secret has at least ${MIN_SECRET_BYTES} bytes`);
  }
  if (!Number.isInteger(ttlSeconds) || ttlSeconds < 1 || ttlSeconds > MAX_LIFE_SECONDS)
    throw new RangeError(`an access token lives 1 to ${MAX_LIFE_SECONDS} seconds`);
  if (!issuer || !audience) throw new RangeError('tokens name their issuer and audience');
  const secrets = new Map([...keys].map(([id, secret]) => [id, createSecretKey(secret)]));
  const signing = secrets.get(current);
  if (!signing) throw new RangeError('the current token key is not among the keys');

  return {
    issue({ accountId, communityId, sessionId, client }, now) {
      const issuedAt = Math.floor(now.getTime() / 1000);
      const payload = {
        iss: issuer,
        aud: audience,
        sub: accountId,
        community: communityId,
        ...(client ? { client_id: client.id, scope: client.scopes.join(' ') } : { sid: sessionId }),
        jti: randomUUID(),
        iat: issuedAt,
        exp: issuedAt + ttlSeconds,
      };
      const header = { alg: ALGORITHM, typ: TYPE, kid: current };
      return { token: jwt.sign(payload, signing, { algorithm: ALGORITHM, header }), expiresAt: new Date(payload.exp * 1000) };
    },
    verify(token, now) {
      const key = keyOf(secrets, token);
      const payload = key && verified(token, key, { issuer, audience }, now);
      return (payload && claimsOf(payload, audience, now)) || REFUSED;
    },
  };
}

const REFUSED: Result<AccessClaims, InvalidToken> = fail({ code: 'INVALID_TOKEN' });

/**
 * The key that the header names, if the header holds what ours hold and nothing else: so `crit`, `b64`, `jwk`, `jku`, `x5u`
 * and whatever comes are refused together (RFC 7515 §4.1.11, RFC 8725 §3).
 */
function keyOf(secrets: ReadonlyMap<string, KeyObject>, token: string): KeyObject | null {
  if (token.length > MAX_LENGTH) return null;
  const [encoded = ''] = token.split('.');
  try {
    const header: unknown = JSON.parse(Buffer.from(encoded, 'base64url').toString());
    if (typeof header !== 'object' || header === null || Array.isArray(header)) return null;
    const { alg, typ, kid, ...rest } = header as Readonly<Record<string, unknown>>;
    if (alg !== ALGORITHM || typ !== TYPE || typeof kid !== 'string' || Object.keys(rest).length) return null;
    return secrets.get(kid) ?? null;
  } catch {
    return null;
  }
}

function verified(token: string, key: KeyObject, expected: { issuer: string; audience: string }, now: Date) {
  try {
    const payload = jwt.verify(token, key, {
      ...expected,
      algorithms: [ALGORITHM],
      maxAge: MAX_LIFE_SECONDS,
      clockTimestamp: Math.floor(now.getTime() / 1000),
    });
    return typeof payload === 'string' ? null : payload;
  } catch {
    return null;
  }
}

/** What jsonwebtoken does not ask of a payload. */
function claimsOf(payload: jwt.JwtPayload, audience: string, now: Date): Result<AccessClaims, InvalidToken> | null {
  const { sub, aud, iat, exp, jti, community } = payload as Readonly<Record<string, unknown>>;
  if (typeof sub !== 'string' || !isUuid(sub) || typeof community !== 'string' || !isUuid(community)) return null;
  if (aud !== audience || typeof jti !== 'string' || !jti) return null;
  if (typeof iat !== 'number' || typeof exp !== 'number' || !Number.isSafeInteger(iat) || !Number.isSafeInteger(exp)) return null;
  if (exp <= iat || exp - iat > MAX_LIFE_SECONDS || iat > now.getTime() / 1000 + SKEW_SECONDS) return null;
  const via = viaOf(payload);
  return via && ok({ accountId: sub, communityId: community, ...via, expiresAt: new Date(exp * 1000) });
}

/** A session (`sid` of OpenID Connect Back-Channel Logout §2.1) or a program (`client_id`, `scope`: RFC 9068 §2.2), never both. */
function viaOf({ sid, client_id: clientId, scope }: jwt.JwtPayload): AccessVia | null {
  if (sid === undefined) {
    if (typeof clientId !== 'string' || !isUuid(clientId) || typeof scope !== 'string') return null;
    return { sessionId: null, client: { id: clientId, scopes: scope.split(' ').filter(Boolean) } };
  }
  if (typeof sid !== 'string' || !isUuid(sid) || clientId !== undefined || scope !== undefined) return null;
  return { sessionId: sid, client: null };
}
