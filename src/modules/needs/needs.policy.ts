import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import {
  allOf,
  anyOf,
  bySystem,
  given,
  holderOf,
  is,
  isNot,
  isTrue,
  kinOf,
  organizationOf,
  partnerOf,
  perhapsFamily,
  staffOf,
  where,
} from '../../db/rules.js';
import { type Actor, mayBeFamily, speaksFor, worksFor } from '../../kernel/actor.js';
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
export const family = anyOf<Concerned>(kinOf('beneficiaryId'), holderOf('requesterAccountId', 'KIN'));
export const isFamily = (actor: Actor, concerned: Concerned | null): boolean =>
  concerned !== null && family.holds(actor, concerned);
/** Row-level security narrows `need_detail` to what this caller may know of; this says which of it is family. */
export const familyOf = (actor: Actor, communityId: SQLWrapper, needId: SQLWrapper): SQL =>
  sql`${needId} in (select ${needDetails.needId} from ${needDetails} where ${needDetails.communityId} = ${communityId}
    and ${where(family, actor, needDetails)})`;

interface Seen extends Omit<Visible, 'category'> {
  readonly matchable: boolean;
  readonly family: boolean;
}
/**
 * Staff of the branch and family see all of a need, an organization what it asked for itself. Before anybody accepts, partners of the
 * branch see what is open and goes to matching (L1); never what is urgent beyond waiting. The subdistrict gets counts only.
 */
export const needSight = anyOf<Seen>(
  bySystem,
  staffOf('branchId'),
  organizationOf('requesterOrganizationId'),
  allOf(partnerOf('branchId'), is('state', 'OPEN'), isNot('urgency', 'P0'), isTrue('matchable')),
  allOf(perhapsFamily, given('KIN', 'family')),
);
export const canSeeNeed = (actor: Actor, need: Visible, family = false): boolean =>
  needSight.holds(actor, { ...need, matchable: need.category.matchable, family });
export const visibleTo = (actor: Actor): SQL =>
  where(needSight, actor, {
    ...needs,
    matchable: serviceCategories.matchable,
    family: familyOf(actor, needs.communityId, needs.id),
  });

export const isOwn = (actor: Actor, { requesterOrganizationId }: Pick<Need, 'requesterOrganizationId'>): boolean =>
  requesterOrganizationId !== null && speaksFor(actor, requesterOrganizationId);

/** Who may read what a need says about people: the same as row-level security says, for a list in SQL. */
export const mayKnowPeople = (actor: Actor, need: Visible): boolean =>
  worksFor(actor, need.branchId) || mayBeFamily(actor) || isOwn(actor, need);

/** The sides for which this caller may act. */
export function sidesOf(actor: Actor, need: Visible, family: boolean): NeedSide[] {
  const sides: NeedSide[] = [];
  if (worksFor(actor, need.branchId)) sides.push('STAFF');
  if ((family && mayBeFamily(actor)) || isOwn(actor, need)) sides.push('REQUESTER');
  return sides;
}

/** Who may follow what happens to a need, step by step. */
export const canFollow = (actor: Actor, need: Visible, family: boolean): boolean => sidesOf(actor, need, family).length > 0;
