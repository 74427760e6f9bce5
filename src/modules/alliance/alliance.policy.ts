import type { SQL } from 'drizzle-orm';
import { anyOf, is, organizationOf, staffOf, subdistrict, where } from '../../db/rules.js';
import { type Actor, isAdmin, isStaff, runs, speaksFor } from '../../kernel/actor.js';
import type { Membership, MembershipSide } from './alliance.domain.js';
import { memberships } from './alliance.table.js';

/**
 * Organisations are public and known in every community. An admin or a secretary registers them; its liaisons correct them, and
 * the admin of a community in which they are or were members: `isPartner`.
 */
export const canRegister = (actor: Actor): boolean => actor.kind === 'ACCOUNT' && actor.secretaryBranchIds.length > 0;
export const canEditOrganization = (actor: Actor, organizationId: string, isPartner: boolean): boolean =>
  speaksFor(actor, organizationId) || (isAdmin(actor) && isPartner);

/** Who is in an alliance is public; invitations, applications and past memberships concern both sides and the subdistrict. */
export const membershipSight = anyOf<Pick<Membership, 'state' | 'branchId' | 'organizationId'>>(
  is('state', 'ACTIVE'),
  subdistrict,
  staffOf('branchId'),
  organizationOf('organizationId'),
);
export const canSeeMembership = membershipSight.holds;
export const membershipVisibleTo = (actor: Actor): SQL => where(membershipSight, actor, memberships);

/** A pact is read by the two sides, and by the subdistrict which asks what became of it. */
export const pactSight = anyOf<Pick<Membership, 'branchId' | 'organizationId'>>(
  subdistrict,
  staffOf('branchId'),
  organizationOf('organizationId'),
);
export const canSeePacts = pactSight.holds;

/** The sides of a membership for which this caller may act: the branch's by running it, the organisation's by speaking for it. */
export function sidesOf(
  actor: Actor,
  { branchId, organizationId }: Pick<Membership, 'branchId' | 'organizationId'>,
): MembershipSide[] {
  const sides: MembershipSide[] = [];
  if (runs(actor, branchId)) sides.push('BRANCH');
  if (speaksFor(actor, organizationId)) sides.push('ORGANIZATION');
  return sides;
}

/** Names of liaisons are for those who work with them: staff, and colleagues of the same organisation. */
export const canSeeLiaisons = (actor: Actor, organizationId: string): boolean =>
  isStaff(actor) || speaksFor(actor, organizationId);
