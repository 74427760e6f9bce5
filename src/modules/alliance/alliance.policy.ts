import { eq, or, type SQL, sql } from 'drizzle-orm';
import { type Actor, isAdmin, isStaff, isSubdistrict, runs, speaksFor, worksFor } from '../../kernel/actor.js';
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
export const canSeeMembership = (
  actor: Actor,
  { state, branchId, organizationId }: Pick<Membership, 'state' | 'branchId' | 'organizationId'>,
): boolean => state === 'ACTIVE' || isSubdistrict(actor) || worksFor(actor, branchId) || speaksFor(actor, organizationId);
export function membershipVisibleTo(actor: Actor): SQL {
  if (isSubdistrict(actor)) return sql`true`;
  const active = eq(memberships.state, 'ACTIVE');
  if (actor.kind !== 'ACCOUNT') return active;
  return (
    or(
      active,
      sql`${memberships.branchId} = any(${sql.param(actor.branchIds)}::uuid[])`,
      sql`${memberships.organizationId} = any(${sql.param(actor.organizationIds)}::uuid[])`,
    ) ?? active
  );
}

/** A pact is read by the two sides, and by the subdistrict which asks what became of it. */
export const canSeePacts = (
  actor: Actor,
  { branchId, organizationId }: Pick<Membership, 'branchId' | 'organizationId'>,
): boolean => isSubdistrict(actor) || worksFor(actor, branchId) || speaksFor(actor, organizationId);

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
