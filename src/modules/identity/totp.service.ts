import { accountOf } from '../../kernel/actor.js';
import { allOf, checkText } from '../../kernel/check.js';
import type { EventKind } from '../../kernel/event-kinds.js';
import type {
  Forbidden,
  IdempotencyKeyReused,
  InvalidCredentials,
  InvalidInput,
  InvalidState,
  NotFound,
  TooManyAttempts,
  TotpRequired,
} from '../../kernel/failures.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { Scope } from '../../scope/scope.js';
import { lockAccount } from './accounts.repo.js';
import type { Account } from './identity.domain.js';
import { canManageAccounts, canUseTotp } from './identity.policy.js';
import { doorOf, provePassword } from './proof.service.js';
import { notOneself } from './roles.service.js';
import { newTotp, stepOf } from './totp.js';
import { confirmTotp, removeTotp, saveTotp, spendStep, totpOf } from './totp.repo.js';

export { sealedTotps, totpSince } from './totp.repo.js';

export const MAX_TOTP_CODE = 16;

/**
 * Asks for the second factor of an account that has proven its first one. A code works once, also among several at the same
 * time; wrong ones are counted for the account, whatever the first factor was. Where the account has none, anything passes.
 */
export async function passTotp(
  scope: Scope,
  accountId: string,
  code: string | null,
): Promise<Result<null, InvalidCredentials | TotpRequired | TooManyAttempts>> {
  const totp = await totpOf(scope, accountId);
  if (!totp?.isConfirmed) return ok(null);
  if (!code?.trim()) return fail({ code: 'TOTP_REQUIRED', path: ['totpCode'] });
  return spend(scope, accountId, totp.secret, code);
}

async function spend(
  scope: Scope,
  accountId: string,
  secret: string,
  code: string,
): Promise<Result<null, InvalidCredentials | TooManyAttempts>> {
  const admission = await doorOf(scope).lockout.admit(`totp:${accountId}`, scope.parts.address ?? null);
  if (!admission.ok) return admission;
  const step = stepOf(secret, code.normalize('NFKC').replace(/\s/g, ''), scope.now());
  if (step === null || !(await spendStep(scope, accountId, step)))
    return fail({ code: 'INVALID_CREDENTIALS', path: ['totpCode'] });
  await admission.value.succeed();
  return ok(null);
}

type Guarded = InvalidInput | InvalidCredentials | TooManyAttempts | NotFound;

/** Makes a secret for an authenticator app, told once. It is asked for at sign-in only after `confirm`; until then it may be made anew. */
export async function enrollTotp(
  scope: Scope,
  { password }: { readonly password: string },
): Promise<Result<{ readonly uri: string }, Guarded | Forbidden | InvalidState>> {
  if (!canUseTotp(scope.actor)) return fail({ code: 'FORBIDDEN' });
  const self = await provePassword(scope, 'password', password);
  if (!self.ok) return self;
  const { secret, uri } = newTotp(self.value.login);
  return scope.transaction(async (tx): Promise<Result<{ readonly uri: string }, InvalidState>> => {
    if (!(await saveTotp(tx, self.value.id, secret))) return fail({ code: 'INVALID_STATE', from: 'CONFIRMED', to: 'ENROLLED' });
    await tx.append({ kind: 'TOTP_ENROLLED', subject: { type: 'Account', id: self.value.id } });
    return ok({ uri });
  });
}

/** Proves that the secret has arrived; from the next sign-in on its codes are asked for. Tries are counted as at sign-in. */
export async function confirmTotpCode(
  scope: Scope,
  { totpCode }: { readonly totpCode: string },
): Promise<Result<{ readonly id: string }, Guarded | Forbidden | InvalidState>> {
  const { actor } = scope;
  if (!canUseTotp(actor)) return fail({ code: 'FORBIDDEN' });
  const checked = allOf(checkText(['totpCode'], totpCode, { max: MAX_TOTP_CODE, required: true }));
  if (!checked.ok) return checked;
  const { accountId } = actor;
  const totp = await totpOf(scope, accountId);
  if (!totp) return fail({ code: 'NOT_FOUND' });
  if (totp.isConfirmed) return fail({ code: 'INVALID_STATE', from: 'CONFIRMED', to: 'CONFIRMED' });
  return scope.transaction(async (tx): Promise<Result<{ readonly id: string }, InvalidCredentials | TooManyAttempts>> => {
    const spent = await spend(tx, accountId, totp.secret, totpCode);
    if (!spent.ok) return spent;
    await confirmTotp(tx, accountId);
    await tx.append({ kind: 'TOTP_CONFIRMED', subject: { type: 'Account', id: accountId } });
    return ok({ id: accountId });
  });
}

/** Takes the caller's own second factor away; the password is asked again. */
export async function disableTotp(
  scope: Scope,
  { password }: { readonly password: string },
): Promise<Result<{ readonly id: string }, Guarded | InvalidState>> {
  const self = await provePassword(scope, 'password', password);
  return self.ok ? scope.transaction(tx => take(tx, self.value.id, 'TOTP_DISABLED')) : self;
}

async function take(tx: Scope, accountId: string, kind: EventKind): Promise<Result<{ readonly id: string }, InvalidState>> {
  if (!(await removeTotp(tx, accountId))) return fail({ code: 'INVALID_STATE', from: 'NONE', to: 'NONE' });
  await tx.append({ kind, subject: { type: 'Account', id: accountId } });
  return ok({ id: accountId });
}

/**
 * Takes the second factor of somebody who lost their telephone, after the admin has seen who asks. Only for accounts that work in
 * no other community, and not for oneself.
 */
export async function resetTotp(
  scope: Scope,
  command: { readonly accountId: string; readonly idempotencyKey: string },
): Promise<Result<Account, Forbidden | NotFound | InvalidInput | InvalidState | IdempotencyKeyReused>> {
  if (!canManageAccounts(scope.actor)) return fail({ code: 'FORBIDDEN' });
  return scope.transaction(tx =>
    tx.once(
      { operation: 'totpReset', key: command.idempotencyKey, input: command },
      async (): Promise<Result<Account, Forbidden | NotFound | InvalidInput | InvalidState>> => {
        const account = await lockAccount(tx, command.accountId);
        if (!account?.belongs) return fail({ code: 'NOT_FOUND', path: ['accountId'] });
        if (account.id === accountOf(tx.actor)) return notOneself('accountId');
        if (account.worksElsewhere) return fail({ code: 'FORBIDDEN', path: ['accountId'] });
        const taken = await take(tx, account.id, 'TOTP_RESET');
        return taken.ok ? ok(account) : taken;
      },
      async id => (await lockAccount(tx, id)) ?? null,
    ),
  );
}
