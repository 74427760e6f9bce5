import { or, type SQL, sql } from 'drizzle-orm';
import { type AccountActor, type Actor, speaksFor, worksFor } from '../../kernel/actor.js';
import { needDetails } from '../residents/residents.table.js';
import { serviceCategories } from '../taxonomy/taxonomy.table.js';
import type { Need, NeedSide } from './needs.domain.js';
import { needs } from './needs.table.js';

/** What of a need the rules ask for. */
export type Visible = Pick<Need, 'branchId' | 'state' | 'urgency' | 'requesterOrganizationId'> & {
  readonly category: { readonly matchable: boolean };
};
/** What a need says about people; empty for those who may not know. */
export interface Concerned {
  readonly beneficiaryId: string | null;
  readonly requesterAccountId: string | null;
}

/** Family: verified kin of the beneficiary, and the account that asked. */
export const isFamily = (actor: Actor, concerned: Concerned | null): boolean =>
  actor.kind === 'ACCOUNT' &&
  concerned !== null &&
  (concerned.requesterAccountId === actor.accountId ||
    (concerned.beneficiaryId !== null && actor.kinIds.includes(concerned.beneficiaryId)));

/** Only these can be family of a need: everybody else saves the look behind the wall. */
export const mayBeFamily = (actor: Actor): actor is AccountActor =>
  actor.kind === 'ACCOUNT' && (actor.roles.includes('FAMILY') || actor.kinIds.length > 0);

/** Before anybody accepts, partners of the branch see what is open and goes to matching (L1); never what is urgent beyond waiting. */
const isOffered = (actor: AccountActor, { branchId, state, urgency, category }: Visible): boolean =>
  state === 'OPEN' && urgency !== 'P0' && category.matchable && actor.memberBranchIds.includes(branchId);

/**
 * Staff of the branch and family see all of a need, an organization what it asked for itself and what is offered to it. The
 * subdistrict gets counts only. The same rule, for one and for a list.
 */
export function canSeeNeed(actor: Actor, need: Visible, family = false): boolean {
  if (actor.kind !== 'ACCOUNT') return actor.kind === 'SYSTEM';
  if (worksFor(actor, need.branchId) || (family && mayBeFamily(actor))) return true;
  return isOwn(actor, need) || (actor.organizationIds.length > 0 && isOffered(actor, need));
}
export function visibleTo(actor: Actor): SQL {
  if (actor.kind !== 'ACCOUNT') return actor.kind === 'SYSTEM' ? sql`true` : sql`false`;
  const parts = [sql`${needs.branchId} = any(${sql.param(actor.branchIds)}::uuid[])`];
  if (actor.organizationIds.length)
    parts.push(
      sql`${needs.requesterOrganizationId} = any(${sql.param(actor.organizationIds)}::uuid[])`,
      sql`(${needs.state} = 'OPEN' and ${needs.urgency} <> 'P0' and ${serviceCategories.matchable} and ${needs.branchId} = any(${sql.param(actor.memberBranchIds)}::uuid[]))`,
    );
  if (mayBeFamily(actor)) parts.push(ofFamily(actor));
  return or(...parts) ?? sql`false`;
}

/** Row-level security narrows `need_detail` to what this caller may know of; this says which of it is family. */
const ofFamily = ({ kinIds, accountId }: AccountActor): SQL =>
  sql`${needs.id} in (select ${needDetails.needId} from ${needDetails} where ${needDetails.communityId} = ${needs.communityId}
    and (${needDetails.beneficiaryId} = any(${sql.param(kinIds)}::uuid[]) or ${needDetails.requesterAccountId} = ${accountId}::uuid))`;

export const isOwn = (actor: Actor, { requesterOrganizationId }: Pick<Need, 'requesterOrganizationId'>): boolean =>
  requesterOrganizationId !== null && speaksFor(actor, requesterOrganizationId);

/** Who may read what a need says about people: the same as row-level security says, for a list in SQL. */
export const mayKnowPeople = (actor: Actor, { branchId, requesterOrganizationId }: Visible): boolean =>
  worksFor(actor, branchId) || mayBeFamily(actor) || isOwn(actor, { requesterOrganizationId });

/** The sides for which this caller may act. */
export function sidesOf(actor: Actor, need: Visible, family: boolean): NeedSide[] {
  const sides: NeedSide[] = [];
  if (worksFor(actor, need.branchId)) sides.push('STAFF');
  if ((family && mayBeFamily(actor)) || isOwn(actor, need)) sides.push('REQUESTER');
  return sides;
}

/** Who may follow what happens to a need, step by step. */
export const canFollow = (actor: Actor, need: Visible, family: boolean): boolean => sidesOf(actor, need, family).length > 0;
