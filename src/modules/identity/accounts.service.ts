import { accountOf } from '../../kernel/actor.js';
import { allOf, checkText } from '../../kernel/check.js';
import type {
  Duplicate,
  Forbidden,
  IdempotencyKeyReused,
  InvalidInput,
  InvalidState,
  NotFound,
  StaleVersion,
  TooManyAttempts,
} from '../../kernel/failures.js';
import { newId } from '../../kernel/ids.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { Scope } from '../../scope/scope.js';
import { accountWithLogin, deactivate, insertAccounts, insertRoles, lockAccount, visibleAccount } from './accounts.repo.js';
import {
  type Account,
  checkLogin,
  checkPassword,
  MAX_DISPLAY_NAME,
  normalizeLogin,
  roleScopeProblems,
} from './identity.domain.js';
import { canManageAccounts } from './identity.policy.js';
import { hashPassword } from './passwords.js';
import { assigned, assignmentOf, type NewRole, notOneself } from './roles.service.js';
import { revokeTokens } from './sessions.repo.js';

/** What somebody chooses to be called. */
export interface Naming {
  readonly login: string;
  readonly displayName: string;
}

export const checkAccount = ({ login, displayName }: Naming, password: string) =>
  allOf(
    checkLogin(login),
    checkText(['displayName'], displayName, { max: MAX_DISPLAY_NAME, required: true }),
    checkPassword('password', password, login),
  );

export const accountRow = ({ login, displayName }: Naming, now: Date): Account => ({
  id: newId(now.getTime()),
  login: normalizeLogin(login),
  displayName: displayName.trim(),
  active: true,
  version: 1,
  createdAt: now,
});

export const created = ({ id }: Account) => ({ kind: 'ACCOUNT_CREATED' as const, subject: { type: 'Account', id } });

export interface AccountSeed extends Naming {
  readonly roles: readonly NewRole[];
}

/**
 * Opens many accounts at once under one password, hashed once, for seeds. Their roles' ids are taken as they are. A login
 * that is taken fails the whole.
 */
export async function createAccounts(
  scope: Scope,
  {
    accounts,
    password,
    isDemo,
  }: { readonly accounts: readonly AccountSeed[]; readonly password: string; readonly isDemo: boolean },
): Promise<Result<readonly Account[], Forbidden | InvalidInput | Duplicate | TooManyAttempts>> {
  if (!canManageAccounts(scope.actor)) return fail({ code: 'FORBIDDEN' });
  for (const seed of accounts) {
    const checked = checkAccount(seed, password);
    if (!checked.ok) return checked;
    const scoped = allOf(...seed.roles.map(roleScopeProblems));
    if (!scoped.ok) return scoped;
  }
  const hash = await hashPassword(password);
  if (!hash.ok) return hash;
  return scope.transaction(async (tx): Promise<Result<readonly Account[], Duplicate>> => {
    const now = tx.now();
    const rows = accounts.map(seed => ({ seed, account: accountRow(seed, now) }));
    const made = rows.map(({ account }) => account);
    const written = await insertAccounts(tx, made, { passwordHash: hash.value, isDemo });
    const taken = made.find(({ id }) => !written.has(id));
    if (taken) {
      const existing = await accountWithLogin(tx, taken.login);
      const existingId = existing?.id ?? taken.id;
      return fail({ code: 'DUPLICATE', path: ['login'], existingType: 'Account', existingGlobal: true, existingId });
    }
    const assignments = rows.flatMap(({ seed, account }) => seed.roles.map(role => assignmentOf(account.id, role, now)));
    await insertRoles(tx, assignments);
    const events = [...made.map(created), ...assignments.map(assigned)];
    for (let from = 0; from < events.length; from += EVENTS_AT_ONCE)
      await tx.append(...events.slice(from, from + EVENTS_AT_ONCE));
    return ok(made);
  });
}
const EVENTS_AT_ONCE = 500;

/**
 * Shuts an account of this community and ends its sessions. One that also works in another community is not this admin's to
 * shut: end its roles here instead.
 */
export async function deactivateAccount(
  scope: Scope,
  command: { readonly accountId: string; readonly expectedVersion: number; readonly idempotencyKey?: string | null },
): Promise<Result<Account, Forbidden | NotFound | StaleVersion | InvalidInput | InvalidState | IdempotencyKeyReused>> {
  if (!canManageAccounts(scope.actor)) return fail({ code: 'FORBIDDEN' });
  return scope.transaction(tx =>
    tx.once(
      { operation: 'accountDeactivate', key: command.idempotencyKey, input: command },
      async (): Promise<Result<Account, Forbidden | NotFound | StaleVersion | InvalidInput | InvalidState>> => {
        const found = await lockAccount(tx, command.accountId);
        if (!found?.belongs) return fail({ code: 'NOT_FOUND', path: ['accountId'] });
        if (found.id === accountOf(tx.actor)) return notOneself('accountId');
        if (found.worksElsewhere) return fail({ code: 'FORBIDDEN', path: ['accountId'] });
        if (found.version !== command.expectedVersion) return fail({ code: 'STALE_VERSION', currentVersion: found.version });
        if (!found.active) return fail({ code: 'INVALID_STATE', from: 'INACTIVE', to: 'INACTIVE' });
        await deactivate(tx, found.id);
        await revokeTokens(tx, { accountId: found.id });
        await tx.append({
          kind: 'ACCOUNT_DEACTIVATED',
          subject: { type: 'Account', id: found.id },
          from: 'ACTIVE',
          to: 'INACTIVE',
        });
        return ok({ ...found, active: false, version: found.version + 1 });
      },
      id => visibleAccount(tx, id),
    ),
  );
}
