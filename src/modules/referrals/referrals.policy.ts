import { or, type SQL, sql } from 'drizzle-orm';
import { type AccountActor, type Actor, speaksFor, worksFor } from '../../kernel/actor.js';
import { needDetails } from '../residents/residents.table.js';
import type { Referral, ReferralSide } from './referrals.domain.js';
import { referrals } from './referrals.table.js';

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

/** Both sides and the family see a referral; drafts are the branch's own. The same rule, for one and for a list. */
export const canSee = (
  actor: Actor,
  referral: Pick<Referral, 'branchId' | 'organizationId' | 'state'>,
  family: boolean,
): boolean => sidesOf(actor, referral, family).some(side => side === 'REQUESTER' || referral.state !== 'DRAFT');

/** Only these can be family of a need; a liaison or an officer may be somebody's daughter, too. */
export const mayBeFamily = (actor: Actor): actor is AccountActor =>
  actor.kind === 'ACCOUNT' && (actor.roles.includes('FAMILY') || actor.kinIds.length > 0);

export function visibleTo(actor: Actor): SQL {
  if (actor.kind !== 'ACCOUNT') return sql`false`;
  const parts = [sql`${referrals.branchId} = any(${sql.param(actor.branchIds)}::uuid[])`];
  if (actor.organizationIds.length)
    parts.push(
      sql`(${referrals.organizationId} = any(${sql.param(actor.organizationIds)}::uuid[]) and ${referrals.state} <> 'DRAFT')`,
    );
  if (mayBeFamily(actor)) parts.push(sql`(${familyOf(actor)} and ${referrals.state} <> 'DRAFT')`);
  return or(...parts) ?? sql`false`;
}

/** Row-level security already narrows `need_detail` to what this caller may see; this says which of it is family. */
const familyOf = (actor: AccountActor): SQL =>
  sql`exists (select 1 from ${needDetails} where ${needDetails.communityId} = ${referrals.communityId} and ${needDetails.needId} = ${referrals.needId}
    and (${needDetails.beneficiaryId} = any(${sql.param(actor.kinIds)}::uuid[]) or ${needDetails.requesterAccountId} = ${actor.accountId}))`;
