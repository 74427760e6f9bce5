import { createHmac, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { describe, expect, it } from 'vitest';
import { createTokens, type TokenOptions } from './tokens.js';

const NOW = new Date('2026-12-01T01:00:00.000Z');
const AT = NOW.getTime() / 1000;
const secret = randomBytes(32);
const options: TokenOptions = {
  keys: new Map([['k1', secret]]),
  current: 'k1',
  issuer: 'red-alliance',
  audience: 'api',
  ttlSeconds: 900,
};
const tokens = createTokens(options);
const person = { accountId: randomUUID(), communityId: randomUUID() };
const holder = { ...person, sessionId: randomUUID(), client: null };
const program = { ...person, sessionId: null, client: { id: randomUUID(), scopes: ['offers:read', 'offers:write'] } };

const good = {
  iss: 'red-alliance',
  aud: 'api',
  sub: holder.accountId,
  community: holder.communityId,
  sid: holder.sessionId,
  jti: 'x',
  iat: AT,
  exp: AT + 900,
};
const head = { alg: 'HS256', typ: 'at+jwt', kid: 'k1' };
const encode = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url');
/** Signs anything at all, as a forger would. */
const forge = (header: object, payload: unknown, key: Buffer = secret): string => {
  const signed = `${encode(header)}.${encode(payload)}`;
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
};
const without = (name: keyof typeof good) => Object.fromEntries(Object.entries(good).filter(([key]) => key !== name));
const refused = { ok: false, failure: { code: 'INVALID_TOKEN' } };

describe('access tokens', () => {
  it.each<[string, string]>([
    ['nothing', ''],
    ['no token', 'x.y.z'],
    ['a header that is no object', `${encode(['HS256'])}.${encode(good)}.x`],
    ['algorithm none', `${encode({ ...head, alg: 'none' })}.${encode(good)}.`],
    ['another HMAC', jwt.sign(good, secret, { algorithm: 'HS512', header: { ...head, alg: 'HS512' } })],
    [
      'an asymmetric one',
      jwt.sign(good, generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey, {
        algorithm: 'RS256',
        header: { ...head, alg: 'RS256' },
      }),
    ],
    ['the secret of one character', forge(head, good, Buffer.from('x'))],
    ['a foreign secret', forge(head, good, randomBytes(32))],
    ['no exp', forge(head, without('exp'))],
    ['exp as text', forge(head, { ...good, exp: String(good.exp) })],
    ['exp with a fraction', forge(head, { ...good, exp: good.exp - 0.5 })],
    ['exp in the past', forge(head, { ...good, iat: AT - 100, exp: AT })],
    ['exp more than 15 minutes after iat', forge(head, { ...good, exp: AT + 901 })],
    ['exp before iat', forge(head, { ...good, iat: AT + 4, exp: AT + 3 })],
    ['no iat', forge(head, without('iat'))],
    ['iat long ago', forge(head, { ...good, iat: AT - 901 })],
    ['iat in the future', forge(head, { ...good, iat: AT + 60, exp: AT + 120 })],
    ['an unknown crit', forge({ ...head, crit: ['exp'] }, good)],
    ['b64 false', forge({ ...head, b64: false }, good)],
    ['a key of its own', forge({ ...head, jwk: { kty: 'oct', k: secret.toString('base64url') } }, good)],
    ['a key from elsewhere', forge({ ...head, jku: 'https://example.org/keys' }, good)],
    ['no typ', forge({ alg: 'HS256', kid: 'k1' }, good)],
    ['typ JWT', forge({ ...head, typ: 'JWT' }, good)],
    ['typ of a refresh token', forge({ ...head, typ: 'rt+jwt' }, good)],
    ['no kid', forge({ alg: 'HS256', typ: 'at+jwt' }, good)],
    ['an unknown kid', forge({ ...head, kid: 'k2' }, good)],
    ['a kid that is a path', forge({ ...head, kid: '../../etc/passwd' }, good)],
    ['a kid of the prototype', forge({ ...head, kid: '__proto__' }, good)],
    ['a kid that is no text', forge({ ...head, kid: 1 }, good)],
    ['a text as payload', forge(head, 'hello')],
    ['a list as payload', forge(head, [good])],
    ['a numeric sub', forge(head, { ...good, sub: 1 })],
    ['a sub that is no id', forge(head, { ...good, sub: 'admin' })],
    ['no sub', forge(head, without('sub'))],
    ['no community', forge(head, without('community'))],
    ['no jti', forge(head, without('jti'))],
    ['neither session nor program', forge(head, without('sid'))],
    ['a session that is no id', forge(head, { ...good, sid: 'x' })],
    ['a numeric session', forge(head, { ...good, sid: 1 })],
    ['a session and a program', forge(head, { ...good, client_id: program.client.id, scope: 'offers:read' })],
    ['a session with scopes', forge(head, { ...good, scope: 'offers:read' })],
    ['a program that is no id', forge(head, { ...without('sid'), client_id: 'x', scope: 'offers:read' })],
    ['a program without scopes', forge(head, { ...without('sid'), client_id: program.client.id })],
    ['scopes as a list', forge(head, { ...without('sid'), client_id: program.client.id, scope: ['offers:read'] })],
    ['no signature', `${encode(head)}.${encode(good)}.`],
    [
      'the signature of another payload',
      `${encode(head)}.${encode({ ...good, sub: program.client.id })}.${forge(head, good).split('.')[2]}`,
    ],
    ['another issuer', forge(head, { ...good, iss: 'somebody' })],
    ['no issuer', forge(head, without('iss'))],
    ['another audience', forge(head, { ...good, aud: 'web' })],
    ['several audiences', forge(head, { ...good, aud: ['api', 'web'] })],
    ['no audience', forge(head, without('aud'))],
    ['nbf ahead', forge(head, { ...good, nbf: AT + 60 })],
    ['something behind it', `${forge(head, good)}.x`],
    ['more than 2048 characters', forge(head, { ...good, pad: 'x'.repeat(2048) })],
  ])('refuses %s', (_name, token) => {
    expect(tokens.verify(token, NOW)).toEqual(refused);
  });

  it('accepts what it issued, until the very second it expires', () => {
    expect(tokens.verify(forge(head, good), NOW).ok).toBe(true);
    const { token, expiresAt } = tokens.issue(holder, NOW);
    expect(expiresAt).toEqual(new Date(NOW.getTime() + 900_000));
    expect(tokens.verify(token, NOW)).toEqual({ ok: true, value: { ...holder, expiresAt } });
    expect(tokens.verify(token, new Date(expiresAt.getTime() - 1)).ok).toBe(true);
    expect(tokens.verify(token, expiresAt)).toEqual(refused);
    expect(jwt.decode(token, { complete: true })?.header).toEqual(head);
    expect(tokens.issue(holder, NOW).token).not.toBe(token);
  });

  it('says of a program what it may', () => {
    const { token, expiresAt } = tokens.issue(program, NOW);
    expect(tokens.verify(token, NOW)).toEqual({ ok: true, value: { ...program, expiresAt } });
    expect(jwt.decode(token)).toMatchObject({ client_id: program.client.id, scope: 'offers:read offers:write' });
  });

  it('rotates keys without a gap: two live, then the old one goes', () => {
    const next = randomBytes(32);
    const both = createTokens({ ...options, keys: new Map([...options.keys, ['k2', next]]), current: 'k2' });
    const after = createTokens({ ...options, keys: new Map([['k2', next]]), current: 'k2' });
    const old = tokens.issue(holder, NOW).token;
    const fresh = both.issue(holder, NOW).token;
    expect([both.verify(old, NOW).ok, both.verify(fresh, NOW).ok, after.verify(fresh, NOW).ok]).toEqual([true, true, true]);
    expect(after.verify(old, NOW)).toEqual(refused);
    expect(tokens.verify(fresh, NOW)).toEqual(refused);
  });

  it.each<[string, Partial<TokenOptions>]>([
    ['a short secret', { keys: new Map([['k1', randomBytes(31)]]) }],
    ['a short secret beside a good one', { keys: new Map([...options.keys, ['k2', Buffer.from('x')]]) }],
    ['no key', { keys: new Map() }],
    ['a current key that is not there', { current: 'k2' }],
    ['an odd key id', { keys: new Map([['../k', secret]]), current: '../k' }],
    ['a life of more than 15 minutes', { ttlSeconds: 901 }],
    ['no life', { ttlSeconds: 0 }],
    ['no issuer', { issuer: '' }],
    ['no audience', { audience: '' }],
  ])('does not start with %s', (_name, wrong) => {
    expect(() => createTokens({ ...options, ...wrong })).toThrow(RangeError);
  });
});
