import type { AccessTokens } from '../../kernel/access.js';
import { allOf, checkText } from '../../kernel/check.js';
import type {
  Forbidden,
  InvalidCredentials,
  InvalidInput,
  InvalidToken,
  TooManyAttempts,
  TotpRequired,
} from '../../kernel/failures.js';
import { newId } from '../../kernel/ids.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import { Scope } from '../../scope/scope.js';
import { replaceHash } from './accounts.repo.js';
import { loadActor } from './actor.repo.js';
import { MAX_LOGIN, MAX_PASSWORD, normalizeLogin } from './identity.domain.js';
import { fits, hashPassword, isOutdated } from './passwords.js';
import { doorOf, tellOfLock } from './proof.service.js';
import {
  credentialsByLogin,
  holdsStill,
  homeOf,
  insertRefreshToken,
  refreshTokenOf,
  revokeTokens,
  spendRefreshToken,
} from './sessions.repo.js';
import { MAX_TOTP_CODE, passTotp } from './totp.service.js';

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
  /** Of accounts that have a second factor: six digits. */
  readonly totpCode?: string | null;
  /** Which of the communities to work in; the request's own or else the first one where nothing is said. */
  readonly communityCode?: string | null;
}

/**
 * Exchanges a name and a password for a session. An unknown name, a wrong password and a closed account cost the same work
 * and get the same answer; the right password of an account with a second factor gets TOTP_REQUIRED until its code comes with
 * it, of one without a role (in the community asked for) FORBIDDEN.
 */
export async function signIn(
  scope: Scope,
  { login, password, totpCode, communityCode }: SignIn,
): Promise<Result<Session, InvalidInput | InvalidCredentials | TotpRequired | TooManyAttempts | Forbidden>> {
  const checked = allOf(
    checkText(['login'], login, { max: MAX_LOGIN, required: true }),
    checkText(['password'], password, { max: MAX_PASSWORD, required: true }),
    checkText(['totpCode'], totpCode, { max: MAX_TOTP_CODE }),
    checkText(['communityCode'], communityCode, { max: MAX_LOGIN }),
  );
  if (!checked.ok) return checked;
  const { lockout } = doorOf(scope);
  const name = normalizeLogin(login);
  const admission = await lockout.admit(name, scope.parts.address ?? null);
  if (!admission.ok) return admission;
  const found = await credentialsByLogin(scope, name);
  const right = await fits(found?.passwordHash ?? null, password);
  if (!right.ok) return right;
  if (!found?.active || found.passwordHash === null || !right.value) {
    if (admission.value.isLast) await tellOfLock(scope, found?.id ?? null);
    return fail({ code: 'INVALID_CREDENTIALS' });
  }
  const second = await passTotp(scope, found.id, totpCode ?? null);
  if (!second.ok) {
    // It counts as a failed try, so that who knows the password cannot go through the codes.
    if (admission.value.isLast) await tellOfLock(scope, found.id);
    return second;
  }
  await admission.value.succeed();
  const { id, passwordHash } = found;
  const better = isOutdated(passwordHash) ? await hashPassword(password) : null;
  return openSession(scope, id, communityCode ?? null, async tx => {
    if (!(await holdsStill(tx, id, passwordHash))) return false;
    if (better?.ok) await replaceHash(tx, id, passwordHash, better.value);
    return true;
  });
}

/** Opens a session for an account that has proven who it is; `holds` is asked in the same transaction whether the proof still counts. */
export async function openSession(
  scope: Scope,
  accountId: string,
  communityCode: string | null,
  holds: (tx: Scope) => Promise<boolean>,
): Promise<Result<Session, InvalidCredentials | Forbidden>> {
  const { tokens } = doorOf(scope);
  const communityId = await homeOf(scope, accountId, communityCode);
  const now = scope.now();
  const actor = communityId && (await loadActor(scope.db, communityId, accountId, now));
  if (!communityId || !actor) return fail({ code: 'FORBIDDEN', ...(communityCode !== null && { path: ['communityCode'] }) });
  const home = new Scope({ ...scope.parts, communityId, actor });
  return home.transaction(async (tx): Promise<Result<Session, InvalidCredentials>> => {
    if (!(await holds(tx))) return fail({ code: 'INVALID_CREDENTIALS' });
    const sessionId = newId(now.getTime());
    const refresh = await insertRefreshToken(tx, { accountId, familyId: sessionId });
    await tx.append({ kind: 'SIGNED_IN', subject: { type: 'Account', id: accountId } });
    return ok(sessionOf(tokens, { accountId, communityId, sessionId }, refresh, now));
  });
}

function sessionOf(
  tokens: AccessTokens,
  { sessionId, ...holder }: { readonly accountId: string; readonly communityId: string; readonly sessionId: string },
  refresh: Awaited<ReturnType<typeof insertRefreshToken>>,
  now: Date,
): Session {
  const { token, expiresAt } = tokens.issue({ ...holder, sessionId, client: null }, now);
  return { ...holder, ...refresh, accessToken: token, expiresAt };
}

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
      return ok(sessionOf(tokens, { accountId, communityId, sessionId: familyId }, refresh, now));
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
 * is spent or unknown (RFC 7009 §2.2). Access tokens made before end with it, too.
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
