import type { AccessTokens, Lockout } from '../../kernel/access.js';
import { allOf, checkText } from '../../kernel/check.js';
import type { InvalidCredentials, InvalidInput, NotFound, TooManyAttempts } from '../../kernel/failures.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { Scope } from '../../scope/scope.js';
import { MAX_PASSWORD } from './identity.domain.js';
import { fits } from './passwords.js';
import { credentialsById } from './sessions.repo.js';

/** What signing in needs. */
export function doorOf({ parts }: Scope): { readonly tokens: AccessTokens; readonly lockout: Lockout } {
  const { tokens, lockout } = parts;
  if (!tokens || !lockout) throw new Error('nobody signs in here: the scope has no tokens and lock-out');
  return { tokens, lockout };
}

/** Notes that the door was shut after too many tries. The same work for known and unknown names; the log never holds the name. */
export const tellOfLock = (scope: Scope, accountId: string | null) =>
  scope.transaction(async tx => {
    const subject = accountId === null ? { type: 'Community', id: tx.communityId } : { type: 'Account', id: accountId };
    await tx.append({ kind: 'SIGN_IN_LOCKED', subject });
    return ok(null);
  });

/** Who has just given their password again, and the hash that it was checked against. */
export interface Proven {
  readonly id: string;
  readonly login: string;
  readonly passwordHash: string;
}

/**
 * Asks the caller for their password again, in the input field `path`, and counts it as at sign-in: a stolen access token is not
 * enough for what follows, nor does it help to guess the password. A program, which has none, is not there.
 */
export async function provePassword(
  scope: Scope,
  path: string,
  password: string,
): Promise<Result<Proven, InvalidInput | InvalidCredentials | TooManyAttempts | NotFound>> {
  const { actor, parts } = scope;
  const found = actor.kind === 'ACCOUNT' ? await credentialsById(scope, actor.accountId) : null;
  if (!found?.active || found.passwordHash === null) return fail({ code: 'NOT_FOUND' });
  const { id, login, passwordHash } = found;
  const checked = allOf(checkText([path], password, { max: MAX_PASSWORD, required: true }));
  if (!checked.ok) return checked;
  const admission = await doorOf(scope).lockout.admit(login, parts.address ?? null);
  if (!admission.ok) return admission;
  const right = await fits(passwordHash, password);
  if (!right.ok) return right;
  if (!right.value) {
    if (admission.value.isLast) await tellOfLock(scope, id);
    return fail({ code: 'INVALID_CREDENTIALS', path: [path] });
  }
  await admission.value.succeed();
  return ok({ id, login, passwordHash });
}
