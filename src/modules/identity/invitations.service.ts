import { randomBytes } from 'node:crypto';
import { ANONYMOUS, accountOf } from '../../kernel/actor.js';
import { allOf, checkInteger } from '../../kernel/check.js';
import { DAY } from '../../kernel/clock.js';
import type {
  Forbidden,
  IdempotencyKeyReused,
  InvalidInput,
  InvalidState,
  InvalidToken,
  NotFound,
  TooManyAttempts,
} from '../../kernel/failures.js';
import { newId } from '../../kernel/ids.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import { Scope } from '../../scope/scope.js';
import { insertAccounts, insertRoles } from './accounts.repo.js';
import { accountRow, checkAccount, created } from './accounts.service.js';
import { loadActor } from './actor.repo.js';
import { secretHash } from './clients.domain.js';
import { type Account, type Invitation, invitationState } from './identity.domain.js';
import { canInvite } from './identity.policy.js';
import {
  alliedBranchIds,
  endInvitation,
  insertInvitation,
  invitationById,
  openInvitation,
  takeInvitation,
} from './invitations.repo.js';
import { hashPassword } from './passwords.js';
import { doorOf } from './proof.service.js';
import { assigned, assignmentOf, checkRole, type NewRole } from './roles.service.js';

export { INVITATIONS, invitationById, pageOfInvitations } from './invitations.repo.js';

export const MAX_INVITATION_DAYS = 14;
export const DEFAULT_INVITATION_DAYS = 7;
const CODE_BYTES = 32;
const CODE = /^[A-Za-z0-9_-]{43}$/;

export interface CreateInvitation extends NewRole {
  readonly expiresInDays?: number | null;
  readonly idempotencyKey: string;
}

/** An invitation and, when it was made just now, its code: told once. */
export interface InvitationWithCode {
  readonly id: string;
  readonly invitation: Invitation;
  /** Null in the answer to a repeat. */
  readonly code: string | null;
}

/** Invites somebody to a role: whoever brings the code opens an account of their own with it, once. */
export async function createInvitation(
  scope: Scope,
  { idempotencyKey, ...command }: CreateInvitation,
): Promise<Result<InvitationWithCode, Forbidden | InvalidInput | NotFound | IdempotencyKeyReused>> {
  if (!canInvite(scope.actor)) return fail({ code: 'FORBIDDEN' });
  const days = command.expiresInDays ?? DEFAULT_INVITATION_DAYS;
  const checked = allOf(checkInteger(['expiresInDays'], days, { min: 1, max: MAX_INVITATION_DAYS }));
  if (!checked.ok) return checked;
  return scope.transaction(tx =>
    tx.once(
      { operation: 'invitationCreate', key: idempotencyKey, input: command },
      async (): Promise<Result<InvitationWithCode, Forbidden | InvalidInput | NotFound>> => {
        const role = await checkRole(tx, command);
        if (!role.ok) return role;
        if (!(await mayInvite(tx, command))) return fail({ code: 'FORBIDDEN' });
        const now = tx.now();
        const invitation: Invitation = {
          id: newId(now.getTime()),
          role: command.role,
          branchId: command.branchId ?? null,
          areaId: command.areaId ?? null,
          organizationId: command.organizationId ?? null,
          validFrom: command.validFrom ?? null,
          validUntil: command.validUntil ?? null,
          invitedBy: accountOf(tx.actor) ?? '',
          createdAt: now,
          expiresAt: new Date(now.getTime() + days * DAY),
          acceptedAt: null,
          acceptedBy: null,
          revokedAt: null,
        };
        const code = randomBytes(CODE_BYTES).toString('base64url');
        await insertInvitation(tx, invitation, secretHash(code));
        await tx.append({
          kind: 'INVITATION_CREATED',
          subject: { type: 'Invitation', id: invitation.id },
          branchId: invitation.branchId,
          to: invitation.role,
        });
        return ok({ id: invitation.id, invitation, code });
      },
      async id => {
        const invitation = await tx.load(invitationById, id);
        return invitation && { id, invitation, code: null };
      },
    ),
  );
}

const mayInvite = async (scope: Scope, { role, organizationId = null }: Pick<NewRole, 'role' | 'organizationId'>) =>
  canInvite(scope.actor, { role, alliedBranchIds: await alliedBranchIds(scope, organizationId) });

export interface AcceptInvitation {
  readonly code: string;
  readonly login: string;
  readonly displayName: string;
  readonly password: string;
}

/**
 * Opens the account that an invitation is for; one of several at the same time gets it. Unknown, spent, revoked and expired codes
 * get the same answer, and tries are counted for their address. An invitation is worth what its inviter may give at this
 * moment: those of a closed or demoted account open nothing.
 */
export async function acceptInvitation(
  scope: Scope,
  command: AcceptInvitation,
): Promise<Result<Account, InvalidInput | InvalidToken | TooManyAttempts>> {
  const checked = checkAccount(command, command.password);
  if (!checked.ok) return checked;
  const address = scope.parts.address ?? null;
  const admission = await doorOf(scope).lockout.admit(`invitation:${address}`, address);
  if (!admission.ok) return admission;
  const invitation = CODE.test(command.code) ? await openInvitation(scope, secretHash(command.code)) : null;
  if (!invitation) return INVALID;
  await admission.value.succeed();
  const hash = await hashPassword(command.password);
  if (!hash.ok) return hash;
  const { communityId, invitedBy } = invitation;
  const inviter = await loadActor(scope.db, communityId, invitedBy, scope.now());
  const isOver = invitation.validUntil !== null && invitation.validUntil <= scope.now();
  if (isOver || !inviter || !(await mayInvite(new Scope({ ...scope.parts, communityId, actor: inviter }), invitation)))
    return INVALID;
  const there = new Scope({ ...scope.parts, communityId, actor: ANONYMOUS });
  return there.transaction(async (tx): Promise<Result<Account, InvalidInput | InvalidToken>> => {
    const account = accountRow(command, tx.now());
    if (!(await insertAccounts(tx, [account], { passwordHash: hash.value, isDemo: false })).size)
      return fail({ code: 'INVALID_INPUT', problems: [{ path: ['login'], rule: 'NOT_ALLOWED' }] });
    if (!(await takeInvitation(tx, invitation.id, account.id))) return INVALID;
    const now = tx.now();
    const from = invitation.validFrom && invitation.validFrom > now ? invitation.validFrom : now;
    const assignment = assignmentOf(account.id, { ...invitation, validFrom: from }, now);
    await insertRoles(tx, [assignment]);
    await tx.append(created(account), assigned(assignment), {
      kind: 'INVITATION_ACCEPTED',
      subject: { type: 'Invitation', id: invitation.id },
      branchId: invitation.branchId,
      from: 'OPEN',
      to: 'ACCEPTED',
      data: { accountId: account.id },
    });
    return ok(account);
  });
}
const INVALID = fail({ code: 'INVALID_TOKEN', path: ['code'] });

/** Takes an invitation back that nobody has accepted. */
export async function revokeInvitation(
  scope: Scope,
  command: { readonly invitationId: string; readonly idempotencyKey: string },
): Promise<Result<Invitation, Forbidden | NotFound | InvalidState | IdempotencyKeyReused>> {
  if (!canInvite(scope.actor)) return fail({ code: 'FORBIDDEN' });
  return scope.transaction(tx =>
    tx.once(
      { operation: 'invitationRevoke', key: command.idempotencyKey, input: command },
      async (): Promise<Result<Invitation, NotFound | InvalidState>> => {
        const known = await tx.load(invitationById, command.invitationId);
        if (!known) return fail({ code: 'NOT_FOUND', path: ['invitationId'] });
        const revoked = await endInvitation(tx, known.id);
        if (!revoked) return fail({ code: 'INVALID_STATE', from: invitationState(known, tx.now()), to: 'REVOKED' });
        await tx.append({
          kind: 'INVITATION_REVOKED',
          subject: { type: 'Invitation', id: known.id },
          branchId: known.branchId,
          from: 'OPEN',
          to: 'REVOKED',
        });
        return ok(revoked);
      },
      id => tx.load(invitationById, id),
    ),
  );
}
