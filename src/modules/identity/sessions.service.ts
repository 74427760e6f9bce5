import { LRUCache } from 'lru-cache';
import type { AccessTokens, Lockout } from '../../kernel/access.js';
import type { AccountActor } from '../../kernel/actor.js';
import { allOf, checkText } from '../../kernel/check.js';
import type { Clock } from '../../kernel/clock.js';
import type {
  Forbidden,
  InvalidCredentials,
  InvalidInput,
  InvalidToken,
  NotFound,
  TooManyAttempts,
} from '../../kernel/failures.js';
import { newId } from '../../kernel/ids.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import { Scope } from '../../scope/scope.js';
import { replaceHash } from './accounts.repo.js';
import { loadActor } from './actor.repo.js';
import { checkPassword, MAX_LOGIN, MAX_PASSWORD, normalizeLogin } from './identity.domain.js';
import { fits, hashPassword, isOutdated } from './passwords.js';
import {
  credentialsById,
  credentialsByLogin,
  forgetExpired,
  holdsStill,
  homeOf,
  insertRefreshToken,
  refreshTokenOf,
  revokeTokens,
  spendRefreshToken,
} from './sessions.repo.js';

export { loadActor } from './actor.repo.js';

/** What a caller gets for signing in. The tokens are told once and stored nowhere in clear. */
export interface Session {
  readonly accountId: string;
  readonly communityId: string;
  readonly accessToken: string;
  readonly expiresAt: Date;
  readonly refreshToken: string;
  readonly refreshExpiresAt: Date;
}

export interface SignIn {
  readonly login: string;
  readonly password: string;
  /** Which of the communities to work in; the request's own or else the first one where nothing is said. */
  readonly communityCode?: string | null;
}

function doorOf({ parts }: Scope): { readonly tokens: AccessTokens; readonly lockout: Lockout } {
  const { tokens, lockout } = parts;
  if (!tokens || !lockout) throw new Error('nobody signs in here: the scope has no tokens and lock-out');
  return { tokens, lockout };
}

/**
 * Exchanges a name and a password for a session. An unknown name, a wrong password and a closed account cost the same work
 * and get the same answer; the right password of an account without a role (in the community asked for) gets FORBIDDEN.
 */
export async function signIn(
  scope: Scope,
  { login, password, communityCode }: SignIn,
): Promise<Result<Session, InvalidInput | InvalidCredentials | TooManyAttempts | Forbidden>> {
  const checked = allOf(
    checkText(['login'], login, { max: MAX_LOGIN, required: true }),
    checkText(['password'], password, { max: MAX_PASSWORD, required: true }),
    checkText(['communityCode'], communityCode, { max: MAX_LOGIN }),
  );
  if (!checked.ok) return checked;
  const { tokens, lockout } = doorOf(scope);
  const name = normalizeLogin(login);
  const admission = await lockout.admit(name, scope.parts.address ?? null);
  if (!admission.ok) return admission;
  const found = await credentialsByLogin(scope, name);
  const right = await fits(found?.passwordHash ?? null, password);
  if (!right.ok) return right;
  if (!found || !right.value || !found.active) {
    if (admission.value.isLast) await tellOfLock(scope, found?.id ?? null);
    return fail({ code: 'INVALID_CREDENTIALS' });
  }
  await admission.value.succeed();

  const communityId = await homeOf(scope, found.id, communityCode ?? null);
  const now = scope.now();
  const actor = communityId && (await loadActor(scope.db, communityId, found.id, now));
  if (!communityId || !actor) return fail({ code: 'FORBIDDEN', ...(communityCode != null && { path: ['communityCode'] }) });
  const better = isOutdated(found.passwordHash) ? await hashPassword(password) : null;
  const home = new Scope({ ...scope.parts, communityId, actor });
  return home.transaction(async (tx): Promise<Result<Session, InvalidCredentials>> => {
    if (!(await holdsStill(tx, found.id, found.passwordHash))) return fail({ code: 'INVALID_CREDENTIALS' });
    if (better?.ok) await replaceHash(tx, found.id, found.passwordHash, better.value);
    await forgetExpired(tx, found.id);
    const familyId = newId(now.getTime());
    const refresh = await insertRefreshToken(tx, { accountId: found.id, familyId });
    await tx.append({ kind: 'SIGNED_IN', subject: { type: 'Account', id: found.id } });
    return ok(sessionOf(tokens, { accountId: found.id, communityId }, refresh, now));
  });
}

function sessionOf(
  tokens: AccessTokens,
  holder: { readonly accountId: string; readonly communityId: string },
  refresh: Awaited<ReturnType<typeof insertRefreshToken>>,
  now: Date,
): Session {
  const { token, expiresAt } = tokens.issue(holder, now);
  return { ...holder, ...refresh, accessToken: token, expiresAt };
}

/** The same work for known and unknown names; the log never holds the name. */
const tellOfLock = (scope: Scope, accountId: string | null) =>
  scope.transaction(async tx => {
    const subject = accountId === null ? { type: 'Community', id: tx.communityId } : { type: 'Account', id: accountId };
    await tx.append({ kind: 'SIGN_IN_LOCKED', subject });
    return ok(null);
  });

/**
 * Exchanges a refresh token for the next session of its family. It works once: a second use kills the whole family, since
 * one of the two who hold it is a thief (RFC 9700 §4.14.2). Roles and closing of the account count as they are now.
 */
export async function refreshSession(
  scope: Scope,
  { refreshToken }: { readonly refreshToken: string },
): Promise<Result<Session, InvalidToken>> {
  const { tokens } = doorOf(scope);
  const known = await refreshTokenOf(scope, refreshToken);
  if (!known) return INVALID;
  const { accountId, communityId, familyId } = known;
  const now = scope.now();
  const actor = await loadActor(scope.db, communityId, accountId, now);
  const home = new Scope({ ...scope.parts, communityId, ...(actor && { actor }) });
  const session = await home.transaction(async (tx): Promise<Result<Session | null, InvalidToken>> => {
    if (await spendRefreshToken(tx, known.hash)) {
      if (!actor?.roles.length) return INVALID;
      const refresh = await insertRefreshToken(tx, { accountId, familyId });
      return ok(sessionOf(tokens, { accountId, communityId }, refresh, now));
    }
    const asItIs = await refreshTokenOf(tx, refreshToken);
    if (!asItIs?.usedAt || asItIs.revokedAt) return INVALID;
    await revokeTokens(tx, { familyId });
    await tx.append({ kind: 'REFRESH_TOKEN_REUSED', subject: { type: 'Account', id: accountId } });
    return ok(null);
  });
  if (!session.ok) return session;
  return session.value ? ok(session.value) : INVALID;
}
const INVALID = fail({ code: 'INVALID_TOKEN' });

/**
 * Ends the session that the refresh token belongs to, on every device that shares it. Always succeeds, also for a token that
 * is spent or unknown (RFC 7009 §2.2). Access tokens made before live on until they expire.
 */
export async function signOut(scope: Scope, { refreshToken }: { readonly refreshToken: string }): Promise<Result<true, never>> {
  const known = await refreshTokenOf(scope, refreshToken);
  if (!known) return ok(true);
  const { accountId, communityId, familyId } = known;
  return new Scope({ ...scope.parts, communityId }).transaction(async (tx): Promise<Result<true, never>> => {
    if (await revokeTokens(tx, { familyId }))
      await tx.append({ kind: 'SIGNED_OUT', subject: { type: 'Account', id: accountId } });
    return ok(true);
  });
}

/**
 * Changes the caller's own password and ends all their sessions. The present one is asked for and counted as at sign-in, so
 * that a stolen access token is not enough.
 */
export async function changePassword(
  scope: Scope,
  { currentPassword, newPassword }: { readonly currentPassword: string; readonly newPassword: string },
): Promise<Result<{ readonly id: string }, InvalidInput | InvalidCredentials | TooManyAttempts | NotFound>> {
  const found = scope.actor.kind === 'ACCOUNT' ? await credentialsById(scope, scope.actor.accountId) : null;
  if (!found?.active) return fail({ code: 'NOT_FOUND' });
  const checked = allOf(
    checkText(['currentPassword'], currentPassword, { max: MAX_PASSWORD, required: true }),
    checkPassword('newPassword', newPassword, found.login),
  );
  if (!checked.ok) return checked;
  const admission = await doorOf(scope).lockout.admit(found.login, scope.parts.address ?? null);
  if (!admission.ok) return admission;
  const right = await fits(found.passwordHash, currentPassword);
  if (!right.ok) return right;
  if (!right.value) {
    if (admission.value.isLast) await tellOfLock(scope, found.id);
    return WRONG;
  }
  await admission.value.succeed();
  const hash = await hashPassword(newPassword);
  if (!hash.ok) return hash;
  return scope.transaction(async (tx): Promise<Result<{ readonly id: string }, InvalidCredentials>> => {
    if (!(await replaceHash(tx, found.id, found.passwordHash, hash.value))) return WRONG;
    await revokeTokens(tx, { accountId: found.id });
    await tx.append({ kind: 'PASSWORD_CHANGED', subject: { type: 'Account', id: found.id } });
    return ok({ id: found.id });
  });
}
const WRONG = fail({ code: 'INVALID_CREDENTIALS', path: ['currentPassword'] });

/** Who holds an access token, as of at most half a minute ago. */
export interface TokenHolder {
  readonly communityId: string;
  readonly actor: AccountActor;
}

const MEMORY_MS = 30_000;
const MEMORY_SIZE = 10_000;

/**
 * Tells who holds an access token: null for one that does not verify, of a closed account, or of one without a role in its
 * community. Each answer is kept until the token expires, 30 s at most: so long, and no longer, do a closed account, an ended
 * role or a new membership go unnoticed. A refusal is not kept.
 */
export function createAuthentication({
  db,
  tokens,
  now,
}: {
  readonly db: Scope['db'];
  readonly tokens: AccessTokens;
  readonly now: Clock;
}): { readonly actorOfToken: (token: string) => Promise<TokenHolder | null> } {
  const known = new LRUCache<string, { readonly holder: TokenHolder; readonly expiresAt: Date }>({
    max: MEMORY_SIZE,
    ttl: MEMORY_MS,
    ttlResolution: 0,
    perf: { now: () => now().getTime() },
    // Requests that come together under one token share one look.
    async fetchMethod(token) {
      const claims = tokens.verify(token, now());
      if (!claims.ok) return undefined;
      const { accountId, communityId, expiresAt } = claims.value;
      const actor = await loadActor(db, communityId, accountId, now());
      return actor?.roles.length ? { holder: { communityId, actor }, expiresAt } : undefined;
    },
  });
  return {
    async actorOfToken(token) {
      const found = await known.fetch(token);
      return found && found.expiresAt > now() ? found.holder : null;
    },
  };
}
