import { and, eq, type SQL, sql } from 'drizzle-orm';
import { admin, allOf, anyOf, given, holderOf, inPerson, secretary, where } from '../../db/rules.js';
import { type AccountActor, type Actor, isAdmin, isInPerson, isStaff, type Role, runs } from '../../kernel/actor.js';
import { invitations } from './credentials.table.js';
import type { Invitation, RoleAssignment } from './identity.domain.js';
import { accounts, roleAssignments } from './identity.table.js';

/** Accounts and roles are given and taken by the admin of the community in person, and by the seed. */
export const canManageAccounts = (actor: Actor): boolean =>
  (isInPerson(actor) && isAdmin(actor)) || (actor.kind === 'SYSTEM' && actor.purpose === 'seed');

/** An account is seen by itself, and by the admin of a community in which it has or had a role (`belongs`). */
export const accountSight = anyOf<{ readonly id: string; readonly belongs: boolean }>(
  holderOf('id'),
  allOf(admin, given('ADMIN', 'belongs')),
);
export const accountVisibleTo = (actor: Actor, communityId: string): SQL =>
  where(accountSight, actor, { id: accounts.id, belongs: belongsTo(communityId) });

/** The account has or had a role in the community. */
export const belongsTo = (communityId: string): SQL<boolean> =>
  sql<boolean>`exists (select 1 from ${roleAssignments} where ${roleAssignments.accountId} = ${accounts.id} and ${roleAssignments.communityId} = ${communityId})`;

/** A role is seen by its holder and the admin of its community. */
export const roleSight = anyOf<Pick<RoleAssignment, 'accountId'>>(holderOf('accountId'), admin);
export const canSeeRole = roleSight.holds;

/**
 * Who hands out codes for a new password: the admin; and staff (secretary, officer, generalist) for accounts that are nothing but
 * family of their residents. Without an account: whether the caller may at all.
 */
export const canResetPassword = (actor: Actor, account: { readonly isFamily: boolean } = { isFamily: true }): boolean =>
  isInPerson(actor) && (isAdmin(actor) || (account.isFamily && isStaff(actor)));

const TOTP_ROLES: readonly Role[] = ['COMMUNITY_ADMIN', 'BRANCH_SECRETARY', 'SUBDISTRICT', 'AUDITOR'];
/** A second factor is for those whose password opens much: secretaries and above, in person. */
export const canUseTotp = (actor: Actor): actor is AccountActor =>
  isInPerson(actor) && actor.roles.some(role => TOTP_ROLES.includes(role));

/**
 * Who invites: the admin to every role; a secretary liaisons of organisations in the alliance of a branch they run
 * (`alliedBranchIds`). Without a role: whether the caller may at all.
 */
export function canInvite(
  actor: Actor,
  to: { readonly role: Role; readonly alliedBranchIds: readonly string[] } | null = null,
): boolean {
  if (!isInPerson(actor)) return false;
  if (isAdmin(actor)) return true;
  if (!to) return actor.secretaryBranchIds.length > 0;
  return to.role === 'LIAISON' && to.alliedBranchIds.some(branchId => runs(actor, branchId));
}

/** Invitations are seen in person by the admin, all of the community, and by secretaries, who may invite, their own. */
export const invitationSight = anyOf<Pick<Invitation, 'invitedBy'>>(
  allOf(inPerson, admin),
  allOf(inPerson, secretary, holderOf('invitedBy', 'SECRETARY')),
);
export const invitationVisibleTo = (actor: Actor, communityId: string): SQL | undefined =>
  and(eq(invitations.communityId, communityId), where(invitationSight, actor, invitations));
