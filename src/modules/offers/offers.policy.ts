import { type SQL, sql } from 'drizzle-orm';
import { admin, allOf, anyOf, given, is, isNot, lasts, organizationOf, type Rule, where } from '../../db/rules.js';
import { type Actor, ANONYMOUS, isAdmin, speaksFor } from '../../kernel/actor.js';
import { memberships } from '../alliance/alliance.table.js';
import type { Offer } from './offers.domain.js';
import { offers, sessions } from './offers.table.js';
import type { Session } from './sessions.domain.js';

/** Only its own organization writes an offer, and the community admin on its behalf. */
export const canEdit = (actor: Actor, organizationId: string): boolean => isAdmin(actor) || speaksFor(actor, organizationId);

type Offered = Pick<Offer, 'organizationId' | 'state' | 'validUntil'>;
interface Seen extends Offered {
  readonly isPartner: boolean;
}

/** A rule that names the day, made once for all that is asked in it. */
function daily<Row>(make: (today: string) => Rule<Row>): (today: string) => Rule<Row> {
  let made: readonly [today: string, rule: Rule<Row>] | null = null;
  return today => {
    if (made?.[0] !== today) made = [today, make(today)];
    return made[1];
  };
}

/** Shown to the public on a calendar date, as `offerState` has it. */
const published = daily(today => allOf(is('state', 'PUBLISHED'), lasts('validUntil', today)));
export const publishedOn = (today: string): SQL => where(published(today), ANONYMOUS, offers);

/**
 * Sees more than the public: an organization all its own, and the admin; staff of a branch what is paused, withdrawn or expired of
 * organizations that are or were in their alliance (`isPartner`).
 */
const insider = anyOf<Seen>(admin, organizationOf('organizationId'), allOf(given('STAFF', 'isPartner'), isNot('state', 'DRAFT')));

/** A membership that both sides agreed to, now or once: inviting somebody opens no drawers. */
export const partnerOf = (branchIds: readonly string[]): SQL =>
  sql`(${memberships.branchId} = any(${sql.param(branchIds)}::uuid[]) and (${memberships.state} in ('ACTIVE', 'SUSPENDED') or ${memberships.since} is not null))`;

const isPartner = (actor: Actor): SQL =>
  actor.kind === 'ACCOUNT' && actor.branchIds.length
    ? sql`exists (select 1 from ${memberships} where ${memberships.communityId} = ${offers.communityId}
      and ${memberships.organizationId} = ${offers.organizationId} and ${partnerOf(actor.branchIds)})`
    : sql`false`;

/** Everyone sees what is published today, insiders the rest. */
export const offerSight = daily(today => anyOf<Seen>(published(today), insider));
export const canSee = (actor: Actor, offer: Offered, today: string, isPartner: boolean): boolean =>
  offerSight(today).holds(actor, { ...offer, isPartner });
export const visibleTo = (actor: Actor, today: string): SQL =>
  where(offerSight(today), actor, { ...offers, isPartner: isPartner(actor) });

/** A session is seen with its offer; one that was called off, by insiders only. */
export const sessionSight = daily(today =>
  anyOf<Seen & { readonly sessionState: Session['state'] }>(allOf(is('sessionState', 'SCHEDULED'), published(today)), insider),
);
export const canSeeSession = (
  actor: Actor,
  offer: Offered,
  { state }: Pick<Session, 'state'>,
  today: string,
  isPartner: boolean,
): boolean => sessionSight(today).holds(actor, { ...offer, sessionState: state, isPartner });
export const sessionVisibleTo = (actor: Actor, today: string): SQL =>
  where(sessionSight(today), actor, { ...offers, sessionState: sessions.state, isPartner: isPartner(actor) });
