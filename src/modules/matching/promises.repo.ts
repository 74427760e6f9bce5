import { and, eq, gt, isNotNull, type SQL, sql } from 'drizzle-orm';
import type { Scope } from '../../scope/scope.js';
import { needs } from '../needs/needs.table.js';
import { offers, sessions } from '../offers/offers.table.js';
import { referrals, serviceRecords } from '../referrals/referrals.table.js';
import { needDetails } from '../residents/residents.table.js';
import { serviceCategories } from '../taxonomy/taxonomy.table.js';
import { matches } from './matching.table.js';
import type { Cap } from './planner/scoring.js';

const among = (column: SQL | { getSQL(): SQL }, ids: readonly string[]): SQL => sql`${column} = any(${sql.param(ids)}::uuid[])`;
const isPromised = sql`${referrals.state} in ('ACCEPTED', 'IN_PROGRESS', 'ON_HOLD')`;

/** Dated sessions, not over yet, in which something is promised to these people, under a purpose that may know. */
export const promiseRows = ({ db, communityId, now }: Scope, beneficiaryIds: readonly string[]) =>
  db
    .selectDistinct({
      beneficiaryId: needDetails.beneficiaryId,
      sessionId: sessions.id,
      startsAt: sessions.startsAt,
      endsAt: sessions.endsAt,
      buildingId: sessions.buildingId,
    })
    .from(needDetails)
    .innerJoin(
      referrals,
      and(eq(referrals.communityId, needDetails.communityId), eq(referrals.needId, needDetails.needId), isPromised),
    )
    .innerJoin(sessions, and(eq(sessions.communityId, referrals.communityId), eq(sessions.id, referrals.sessionId)))
    .where(
      and(
        eq(needDetails.communityId, communityId),
        among(needDetails.beneficiaryId, beneficiaryIds),
        isNotNull(sessions.startsAt),
        gt(sessions.endsAt, now()),
      ),
    );

/** Of these needs those that still wait, each with the sessions in which it is promised (a row without: in none). */
export const companionRows = ({ db, communityId }: Scope, needIds: readonly string[]) =>
  db
    .selectDistinct({ needId: needs.id, sessionId: referrals.sessionId })
    .from(needs)
    .leftJoin(referrals, and(eq(referrals.communityId, needs.communityId), eq(referrals.needId, needs.id), isPromised))
    .where(and(eq(needs.communityId, communityId), among(needs.id, needIds), sql`${needs.state} in ('SUBMITTED', 'OPEN')`));

/** Sessions of these organizations still to end that take up helpers, rooms or devices, and in which something is promised. */
export const promisedWithResources = ({ db, communityId, now }: Scope, organizationIds: readonly string[]) =>
  db
    .select({
      id: sessions.id,
      organizationId: offers.organizationId,
      startsAt: sessions.startsAt,
      endsAt: sessions.endsAt,
      resourceKeys: sessions.resourceKeys,
    })
    .from(sessions)
    .innerJoin(offers, and(eq(offers.communityId, sessions.communityId), eq(offers.id, sessions.offerId)))
    .where(
      and(
        eq(sessions.communityId, communityId),
        sql`cardinality(${sessions.resourceKeys}) > 0`,
        eq(sessions.state, 'SCHEDULED'),
        gt(sessions.reserved, 0),
        gt(sessions.endsAt, now()),
        among(offers.organizationId, organizationIds),
      ),
    );

/** The proposal as which a match goes on; itself where it does not. */
const newestOf = (communityId: string, matchId: string): SQL =>
  sql`(select coalesce(m.continued_as, m.id) from ${matches} m where m.community_id = ${communityId}::uuid and m.id = ${matchId}::uuid)`;

/** The pair of a proposal, by any id that it ever had, or of a referral. */
type Deal = { readonly matchId: string } | { readonly referralId: string };

/**
 * The pair, if it is the caller's organization's to promise and what is promised already may stand against that: a person at a
 * time, a helper or room, a need that goes together with another. Null when nothing of the kind is in it.
 */
export async function boundPair(
  { db, communityId, actor }: Scope,
  deal: Deal,
): Promise<{ readonly needId: string; readonly sessionId: string } | null> {
  const of = 'matchId' in deal ? matches : referrals;
  const [row] = await db
    .select({ needId: of.needId, sessionId: of.sessionId })
    .from(of)
    .innerJoin(needs, and(eq(needs.communityId, of.communityId), eq(needs.id, of.needId)))
    .innerJoin(sessions, and(eq(sessions.communityId, of.communityId), eq(sessions.id, of.sessionId)))
    .where(
      and(
        eq(of.communityId, communityId),
        // What does not wait for an answer costs no more than what is not there.
        'matchId' in deal
          ? and(eq(matches.id, newestOf(communityId, deal.matchId)), eq(matches.state, 'PROPOSED'))
          : and(eq(referrals.id, deal.referralId), eq(referrals.state, 'REQUESTED')),
        sql`${of.organizationId} = any(${sql.param(actor.kind === 'ACCOUNT' ? actor.organizationIds : [])}::uuid[])`,
        sql`(${needs.togetherWithId} is not null or (${sessions.startsAt} is not null
          and (${needs.beneficiaryKind} = 'RESIDENT' or cardinality(${sessions.resourceKeys}) > 0)))`,
      ),
    );
  return row ?? null;
}

/**
 * How much of what each cap limits (a category with all below it) these people were promised, or received since the moment
 * that belongs to the cap. `cap` is its place in the list.
 */
export const cappedRows = (
  { db, communityId }: Scope,
  beneficiaryIds: readonly string[],
  caps: readonly (Pick<Cap, 'category'> & { readonly since: Date })[],
) => {
  const limited = sql`unnest(${sql.param(caps.map(({ category }) => category))}::text[], ${sql.param(
    caps.map(({ since }) => since.toISOString()),
  )}::timestamptz[]) with ordinality as cap(code, since, place)`;
  return db
    .select({
      beneficiaryId: needDetails.beneficiaryId,
      cap: sql<number>`(cap.place - 1)::int`,
      used: sql<number>`sum(case ${referrals.state} when 'COMPLETED' then ${serviceRecords.quantity} else ${referrals.quantity} end)`.mapWith(
        Number,
      ),
    })
    .from(needDetails)
    .innerJoin(needs, and(eq(needs.communityId, needDetails.communityId), eq(needs.id, needDetails.needId)))
    .innerJoin(serviceCategories, eq(serviceCategories.code, needs.categoryCode))
    .innerJoin(referrals, and(eq(referrals.communityId, needDetails.communityId), eq(referrals.needId, needDetails.needId)))
    .leftJoin(
      serviceRecords,
      and(eq(serviceRecords.communityId, referrals.communityId), eq(serviceRecords.referralId, referrals.id)),
    )
    .innerJoin(limited, sql`position('/' || cap.code || '/' in '/' || ${serviceCategories.path}) > 0`)
    .where(
      and(
        eq(needDetails.communityId, communityId),
        among(needDetails.beneficiaryId, beneficiaryIds),
        sql`(${isPromised} or (${referrals.state} = 'COMPLETED' and ${referrals.closedAt} >= cap.since))`,
      ),
    )
    .groupBy(needDetails.beneficiaryId, sql`cap.place`);
};
