import { accountOf, type Role } from '../../kernel/actor.js';
import { allOf, checkSpan } from '../../kernel/check.js';
import type { Duplicate, Forbidden, IdempotencyKeyReused, InvalidInput, InvalidState, NotFound } from '../../kernel/failures.js';
import { newId } from '../../kernel/ids.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { Scope } from '../../scope/scope.js';
import { organizationById } from '../alliance/alliance.service.js';
import { areaById, branchById } from '../territory/territory.service.js';
import { endRoleNow, insertRoles, lockAccount, roleById, rolesByAccount } from './accounts.repo.js';
import { type RoleAssignment, type RoleScope, roleScopeProblems, sameScope } from './identity.domain.js';
import { canManageAccounts, canSeeRole } from './identity.policy.js';

/** A role that the caller may see: the holder's own, or any of the community for its admin. */
export async function findRole(scope: Scope, id: string): Promise<RoleAssignment | null> {
  const role = await roleById(scope, id);
  return role && canSeeRole(scope.actor, role) ? role : null;
}

export interface NewRole extends RoleScope {
  /** From now on where nothing is said. */
  readonly validFrom?: Date | null | undefined;
  /** Without end where nothing is said. */
  readonly validUntil?: Date | null | undefined;
}

/** What the role lacks or has too much of, and which of its ids name nothing here. */
export async function checkRole(scope: Scope, role: NewRole): Promise<Result<null, InvalidInput | NotFound>> {
  const problems = allOf(roleScopeProblems(role), checkSpan(['validUntil'], role.validFrom ?? scope.now(), role.validUntil));
  if (!problems.ok) return problems;
  const { branchId, areaId, organizationId } = role;
  if (branchId && !(await scope.load(branchById, branchId))) return fail({ code: 'NOT_FOUND', path: ['branchId'] });
  if (areaId && !(await scope.load(areaById, areaId))) return fail({ code: 'NOT_FOUND', path: ['areaId'] });
  if (organizationId && !(await scope.load(organizationById, organizationId)))
    return fail({ code: 'NOT_FOUND', path: ['organizationId'] });
  return ok(null);
}

export const assignmentOf = (accountId: string, role: NewRole, now: Date): RoleAssignment => ({
  id: newId(now.getTime()),
  accountId,
  role: role.role,
  branchId: role.branchId ?? null,
  areaId: role.areaId ?? null,
  organizationId: role.organizationId ?? null,
  validFrom: role.validFrom ?? now,
  validUntil: role.validUntil ?? null,
});

export const assigned = ({ id, accountId, role, branchId }: RoleAssignment) => ({
  kind: 'ROLE_ASSIGNED' as const,
  subject: { type: 'RoleAssignment', id },
  branchId,
  to: role,
  data: { accountId },
});

export interface AssignRole extends NewRole {
  readonly accountId: string;
  readonly idempotencyKey: string;
}

/** Gives an account a role in this community; the account may come from another one. */
export async function assignRole(
  scope: Scope,
  { idempotencyKey, ...command }: AssignRole,
): Promise<Result<RoleAssignment, Forbidden | InvalidInput | NotFound | Duplicate | IdempotencyKeyReused>> {
  if (!canManageAccounts(scope.actor)) return fail({ code: 'FORBIDDEN' });
  return scope.transaction(async tx =>
    tx.once(
      { operation: 'roleAssign', key: idempotencyKey, input: command },
      async (): Promise<Result<RoleAssignment, InvalidInput | NotFound | Duplicate>> => {
        const checked = await checkRole(tx, command);
        if (!checked.ok) return checked;
        const account = await lockAccount(tx, command.accountId);
        if (!account?.active) return fail({ code: 'NOT_FOUND', path: ['accountId'] });
        const held = (await tx.load(rolesByAccount, account.id)) ?? [];
        const same = held.find(role => sameScope(role, command));
        if (same) return fail({ code: 'DUPLICATE', existingType: 'RoleAssignment', existingId: same.id });
        const assignment = assignmentOf(account.id, command, tx.now());
        await insertRoles(tx, [assignment]);
        await tx.append(assigned(assignment));
        return ok(assignment);
      },
      id => roleById(tx, id),
    ),
  );
}

/** Ends a role at once. An admin cannot end their own admin role, so that a community never loses its last one. */
export async function endRole(
  scope: Scope,
  command: { readonly roleAssignmentId: string; readonly idempotencyKey?: string | null },
): Promise<Result<RoleAssignment, Forbidden | NotFound | InvalidInput | InvalidState | IdempotencyKeyReused>> {
  if (!canManageAccounts(scope.actor)) return fail({ code: 'FORBIDDEN' });
  return scope.transaction(tx =>
    tx.once(
      { operation: 'roleEnd', key: command.idempotencyKey, input: command },
      async (): Promise<Result<RoleAssignment, NotFound | InvalidInput | InvalidState>> => {
        const role = await roleById(tx, command.roleAssignmentId);
        if (!role) return fail({ code: 'NOT_FOUND', path: ['roleAssignmentId'] });
        const admin: Role = 'COMMUNITY_ADMIN';
        if (role.role === admin && role.accountId === accountOf(tx.actor)) return notOneself('roleAssignmentId');
        const ended = await endRoleNow(tx, role.id);
        if (!ended) return fail({ code: 'INVALID_STATE', from: 'ENDED', to: 'ENDED' });
        await tx.append({
          kind: 'ROLE_ENDED',
          subject: { type: 'RoleAssignment', id: role.id },
          branchId: role.branchId,
          from: role.role,
          data: { accountId: role.accountId },
        });
        return ok(ended);
      },
      id => roleById(tx, id),
    ),
  );
}

export const notOneself = (field: string) =>
  fail({ code: 'INVALID_INPUT', problems: [{ path: [field], rule: 'NOT_ALLOWED' }] } as const);
