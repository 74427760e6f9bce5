import { randomInt } from 'node:crypto';
import { accountOf } from '../../kernel/actor.js';
import { allOf, checkText } from '../../kernel/check.js';
import type {
  Forbidden,
  IdempotencyKeyReused,
  InvalidCredentials,
  InvalidInput,
  NotFound,
  TooManyAttempts,
} from '../../kernel/failures.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import { normalize } from '../../kernel/text.js';
import type { Scope } from '../../scope/scope.js';
import { findKinship } from '../residents/kinships.service.js';
import { accountById, lockAccount, replaceHash } from './accounts.repo.js';
import { removeLinks } from './external.repo.js';
import { checkPassword, MAX_LOGIN, normalizeLogin } from './identity.domain.js';
import { canResetPassword } from './identity.policy.js';
import { hashPassword } from './passwords.js';
import { doorOf, provePassword, tellOfLock } from './proof.service.js';
import { countWrongCode, isFamilyOf, isResetCode, saveReset, spendResetCode } from './resets.repo.js';
import { notOneself } from './roles.service.js';
import { credentialsByLogin, revokeTokens } from './sessions.repo.js';

export { indexedResets } from './resets.repo.js';

/**
 * Changes the caller's own password and ends all their sessions. The present one is asked for, so that a stolen access token is
 * not enough.
 */
export async function changePassword(
  scope: Scope,
  { currentPassword, newPassword }: { readonly currentPassword: string; readonly newPassword: string },
): Promise<Result<{ readonly id: string }, InvalidInput | InvalidCredentials | TooManyAttempts | NotFound>> {
  const own = scope.actor.kind === 'ACCOUNT' ? await scope.load(accountById, scope.actor.accountId) : null;
  const checked = own ? allOf(checkPassword('newPassword', newPassword, own.login)) : fail({ code: 'NOT_FOUND' } as const);
  if (!checked.ok) return checked;
  const self = await provePassword(scope, 'currentPassword', currentPassword);
  if (!self.ok) return self;
  const { id, passwordHash } = self.value;
  const hash = await hashPassword(newPassword);
  if (!hash.ok) return hash;
  return scope.transaction(async (tx): Promise<Result<{ readonly id: string }, InvalidCredentials>> => {
    if (!(await replaceHash(tx, id, passwordHash, hash.value)))
      return fail({ code: 'INVALID_CREDENTIALS', path: ['currentPassword'] });
    await revokeTokens(tx, { accountId: id });
    await tx.append({ kind: 'PASSWORD_CHANGED', subject: { type: 'Account', id } });
    return ok({ id });
  });
}

/** Told at a counter and typed at home: no letter that looks or sounds like another (Crockford's Base32). */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** 50 bits, in two groups: with five tries in fifteen minutes nobody guesses it. */
const CODE_LENGTH = 10;
const RESET_MINUTES = 15;
const MAX_CODE = 32;

const newCode = (): string =>
  Array.from(
    { length: CODE_LENGTH },
    (_, at) => `${at === CODE_LENGTH / 2 ? '-' : ''}${ALPHABET[randomInt(ALPHABET.length)]}`,
  ).join('');
/** As it may be typed: small letters, O for zero, I and L for one, with or without the dash. */
const normalizeCode = (code: string): string =>
  normalize(code).toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');

/** A code for somebody who forgot their password, told once to who issued it. */
export interface IssuedReset {
  readonly id: string;
  /** Null in the answer to a repeat. */
  readonly code: string | null;
  readonly expiresAt: Date | null;
}

/** Whose password: the account itself, for the admin, or the link by which staff know a resident's family. Exactly one of them. */
export interface IssueReset {
  readonly accountId?: string | null;
  readonly kinshipId?: string | null;
  readonly idempotencyKey: string;
}

/**
 * Issues a code by which an account gets a new password, after the officer has seen who asks; an earlier code ends. The admin
 * may for accounts of this community that work in no other; staff for accounts that are nothing but family, of a resident of a
 * branch they work for. Nobody may for themselves: that would let a stolen access token take the account.
 */
export async function issueReset(
  scope: Scope,
  { idempotencyKey, ...command }: IssueReset,
): Promise<Result<IssuedReset, Forbidden | NotFound | InvalidInput | IdempotencyKeyReused>> {
  if (!canResetPassword(scope.actor)) return fail({ code: 'FORBIDDEN' });
  const { accountId = null, kinshipId = null } = command;
  const field = accountId === null ? 'kinshipId' : 'accountId';
  if ((accountId === null) === (kinshipId === null))
    return fail({ code: 'INVALID_INPUT', problems: [{ path: [field], rule: accountId === null ? 'REQUIRED' : 'NOT_ALLOWED' }] });
  return scope.transaction(tx =>
    tx.once(
      { operation: 'passwordResetIssue', key: idempotencyKey, input: command },
      async (): Promise<Result<IssuedReset, Forbidden | NotFound | InvalidInput>> => {
        const id = accountId ?? (await findKinship(tx, kinshipId ?? ''))?.accountId;
        const account = id === undefined ? null : await lockAccount(tx, id);
        const isFamily = id !== undefined && (await isFamilyOf(tx, id));
        // Whom the caller may not help is not there.
        if (!account?.belongs || !canResetPassword(tx.actor, { isFamily })) return fail({ code: 'NOT_FOUND', path: [field] });
        if (account.id === accountOf(tx.actor)) return notOneself(field);
        if (account.worksElsewhere) return fail({ code: 'FORBIDDEN', path: [field] });
        if (!account.active || !account.hasPassword) return fail({ code: 'NOT_FOUND', path: [field] });
        const expiresAt = new Date(tx.now().getTime() + RESET_MINUTES * 60_000);
        const code = newCode();
        await saveReset(tx, { accountId: account.id, code: normalizeCode(code), issuedBy: accountOf(tx.actor) ?? '', expiresAt });
        await tx.append({ kind: 'PASSWORD_RESET_ISSUED', subject: { type: 'Account', id: account.id } });
        return ok({ id: account.id, code, expiresAt });
      },
      async id => ({ id, code: null, expiresAt: null }),
    ),
  );
}

export interface ResetPassword {
  readonly login: string;
  readonly code: string;
  readonly newPassword: string;
}

/**
 * Sets a new password by an officer's code, ends all sessions of the account and its links with other houses. An unknown name, a
 * name without a code and a wrong code cost the same work and get the same answer; the code dies after five wrong tries.
 */
export async function resetPassword(
  scope: Scope,
  { login, code, newPassword }: ResetPassword,
): Promise<Result<true, InvalidInput | InvalidCredentials | TooManyAttempts>> {
  const checked = allOf(
    checkText(['login'], login, { max: MAX_LOGIN, required: true }),
    checkText(['code'], code, { max: MAX_CODE, required: true }),
    checkPassword('newPassword', newPassword, login),
  );
  if (!checked.ok) return checked;
  const name = normalizeLogin(login);
  const admission = await doorOf(scope).lockout.admit(name, scope.parts.address ?? null);
  if (!admission.ok) return admission;
  const found = await credentialsByLogin(scope, name);
  const typed = normalizeCode(code);
  const isRight = await isResetCode(scope, found?.active ? found.id : null, typed);
  const hash = isRight ? await hashPassword(newPassword) : ok(null);
  if (!hash.ok) return hash;
  const isDone = await scope.transaction(async (tx): Promise<Result<boolean, never>> => {
    if (!found?.passwordHash || hash.value === null || !(await spendResetCode(tx, found.id, typed))) {
      await countWrongCode(tx, found?.id ?? null);
      return ok(false);
    }
    if (!(await replaceHash(tx, found.id, found.passwordHash, hash.value))) return ok(false);
    await revokeTokens(tx, { accountId: found.id });
    await removeLinks(tx, found.id, null);
    await tx.append({ kind: 'PASSWORD_RESET', subject: { type: 'Account', id: found.id } });
    return ok(true);
  });
  if (isDone.ok && isDone.value) {
    await admission.value.succeed();
    return ok(true);
  }
  if (admission.value.isLast) await tellOfLock(scope, found?.id ?? null);
  return fail({ code: 'INVALID_CREDENTIALS' });
}
