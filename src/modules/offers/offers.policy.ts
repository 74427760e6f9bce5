import { and, eq, or, type SQL, sql } from 'drizzle-orm';
import { type Actor, isAdmin, speaksFor } from '../../kernel/actor.js';
import { memberships } from '../alliance/alliance.table.js';
import { type Offer, offerState } from './offers.domain.js';
import { offers, sessions } from './offers.table.js';
import type { Session } from './sessions.domain.js';

type Seen = Pick<Offer, 'organizationId' | 'state' | 'validUntil'>;

/** Only its own organization writes an offer, and the community admin on its behalf. */
export const canEdit = (actor: Actor, organizationId: string): boolean => isAdmin(actor) || speaksFor(actor, organizationId);

/** Shown to the public on a calendar date. The same rule, for one offer and for a list. */
const isPublished = (offer: Seen, today: string): boolean => offerState(offer, today) === 'PUBLISHED';
export const publishedOn = (today: string): SQL =>
  sql`(${offers.state} = 'PUBLISHED' and (${offers.validUntil} is null or ${offers.validUntil} >= ${today}))`;

/**
 * Sees more than the public: an organization all its own; staff of a branch what is paused, withdrawn or expired of
 * organizations that are or were in their alliance (`isPartner`). The same rule, for one offer and for a list.
 */
const isInsider = (actor: Actor, offer: Seen, isPartner: boolean): boolean =>
  canEdit(actor, offer.organizationId) || (isPartner && offer.state !== 'DRAFT');
function insiderTo(actor: Actor): SQL | undefined {
  if (actor.kind !== 'ACCOUNT') return undefined;
  if (isAdmin(actor)) return sql`true`;
  return or(
    actor.organizationIds.length ? sql`${offers.organizationId} = any(${sql.param(actor.organizationIds)}::uuid[])` : undefined,
    actor.branchIds.length
      ? sql`(${offers.state} <> 'DRAFT' and exists (select 1 from ${memberships} where ${memberships.communityId} = ${offers.communityId}
      and ${memberships.organizationId} = ${offers.organizationId} and ${partnerOf(actor.branchIds)}))`
      : undefined,
  );
}

/** A membership that both sides agreed to, now or once: inviting somebody opens no drawers. */
export const partnerOf = (branchIds: readonly string[]): SQL =>
  sql`(${memberships.branchId} = any(${sql.param(branchIds)}::uuid[]) and (${memberships.state} in ('ACTIVE', 'SUSPENDED') or ${memberships.since} is not null))`;

/** Everyone sees what is published today, insiders the rest. */
export const canSee = (actor: Actor, offer: Seen, today: string, isPartner: boolean): boolean =>
  isPublished(offer, today) || isInsider(actor, offer, isPartner);
export const visibleTo = (actor: Actor, today: string): SQL => or(publishedOn(today), insiderTo(actor)) ?? sql`false`;

/** A session is seen with its offer; one that was called off, by insiders only. */
export const canSeeSession = (
  actor: Actor,
  offer: Seen,
  { state }: Pick<Session, 'state'>,
  today: string,
  isPartner: boolean,
): boolean => (state === 'SCHEDULED' && isPublished(offer, today)) || isInsider(actor, offer, isPartner);
export const sessionVisibleTo = (actor: Actor, today: string): SQL =>
  or(and(publishedOn(today), eq(sessions.state, 'SCHEDULED')), insiderTo(actor)) ?? sql`false`;
