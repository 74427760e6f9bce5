import type { SQL } from 'drizzle-orm';
import { allOf, anyOf, given, isNot, organizationOf, perhapsFamily, staffOf, where } from '../../db/rules.js';
import { type Actor, speaksFor, worksFor } from '../../kernel/actor.js';
import { familyOf } from '../needs/needs.policy.js';
import type { Referral, ReferralSide } from './referrals.domain.js';
import { referrals } from './referrals.table.js';

type Seen = Pick<Referral, 'branchId' | 'organizationId' | 'state'>;

/** The sides for which this caller may act. `family`: verified kin of the beneficiary, or the one who asked. */
export function sidesOf(
  actor: Actor,
  { branchId, organizationId }: Pick<Referral, 'branchId' | 'organizationId'>,
  family: boolean,
): ReferralSide[] {
  const sides: ReferralSide[] = [];
  if (worksFor(actor, branchId)) sides.push('REQUESTER');
  if (speaksFor(actor, organizationId)) sides.push('PERFORMER');
  if (family) sides.push('FAMILY');
  return sides;
}

/** Both sides and the family see a referral; drafts are the branch's own. */
export const referralSight = anyOf<Seen & { readonly family: boolean }>(
  staffOf('branchId'),
  allOf(organizationOf('organizationId', 'PERFORMER'), isNot('state', 'DRAFT')),
  allOf(perhapsFamily, given('KIN', 'family'), isNot('state', 'DRAFT')),
);
export const canSee = (actor: Actor, referral: Seen, family: boolean): boolean =>
  referralSight.holds(actor, { ...referral, family });
export const visibleTo = (actor: Actor): SQL =>
  where(referralSight, actor, {
    ...referrals,
    family: familyOf(actor, referrals.communityId, referrals.needId),
  });
