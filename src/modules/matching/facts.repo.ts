import { and, asc, eq, gte, isNull, lt, or, type SQL, sql } from 'drizzle-orm';
import type { Scope } from '../../scope/scope.js';
import { memberships, pacts } from '../alliance/alliance.table.js';
import { needs } from '../needs/needs.table.js';
import { offers, sessions } from '../offers/offers.table.js';
import { referrals } from '../referrals/referrals.table.js';
import { needDetails } from '../residents/residents.table.js';
import { serviceCategories } from '../taxonomy/taxonomy.table.js';
import { matches, pairExclusions } from './matching.table.js';
import type { Proposal } from './planner/facts.js';

/** Named needs as they are, what is open in some branches, or what was open there at some time and not turned away. */
export type NeedsWanted =
  | { readonly needIds: readonly string[] }
  | {
      readonly branchIds: readonly string[];
      readonly openWithin?: { readonly from: Date; readonly until: Date };
      /** Only of these categories and of those below them. */
      readonly categoryCodes?: readonly string[];
    };
/**
 * Named sessions as they are, or what is published and scheduled by members of some branches or by some organizations; `past`:
 * what was, whatever has become of the offer since.
 */
export type SessionsWanted =
  | { readonly sessionIds: readonly string[] }
  | (({ readonly branchIds: readonly string[] } | { readonly organizationIds: readonly string[] }) & {
      readonly from: Date;
      readonly until: Date;
      readonly past?: true;
      /** Only of offers of these categories. */
      readonly categoryCodes?: readonly string[];
    });

const among = (column: SQL | { getSQL(): SQL }, ids: readonly string[]): SQL => sql`${column} = any(${sql.param(ids)}::uuid[])`;

/** A proposal that waits for an answer. */
const isOut = (at: Date): SQL =>
  sql`${matches.state} = 'PROPOSED' and coalesce(${matches.respondBy} > ${at.toISOString()}::timestamptz, true)`;

/** Needs with what their categories ask, to whom they are proposed and, under a purpose that may, whom they concern. */
export const needRows = ({ db, communityId, now }: Scope, wanted: NeedsWanted) =>
  db
    .select({
      need: needs,
      category: serviceCategories,
      beneficiaryId: needDetails.beneficiaryId,
      buildingId: needDetails.buildingId,
      askedSessionIds: sql<
        string[]
      >`array(select ${matches.sessionId} from ${matches} where ${matches.communityId} = ${needs.communityId} and ${matches.needId} = ${needs.id} and ${isOut(now())})`,
    })
    .from(needs)
    .innerJoin(serviceCategories, eq(serviceCategories.code, needs.categoryCode))
    .leftJoin(needDetails, and(eq(needDetails.communityId, needs.communityId), eq(needDetails.needId, needs.id)))
    .where(
      and(
        eq(needs.communityId, communityId),
        'needIds' in wanted
          ? among(needs.id, wanted.needIds)
          : and(
              among(needs.branchId, wanted.branchIds),
              sql`${needs.urgency} <> 'P0'`,
              eq(serviceCategories.matchable, true),
              wanted.categoryCodes
                ? sql`string_to_array(${serviceCategories.path}, '/') && ${sql.param(wanted.categoryCodes)}::text[]`
                : undefined,
              wanted.openWithin
                ? and(
                    lt(needs.submittedAt, wanted.openWithin.until),
                    or(isNull(needs.closedAt), gte(needs.closedAt, wanted.openWithin.from)),
                    sql`${needs.state} not in ('REJECTED', 'MERGED', 'TRANSFERRED')`,
                  )
                : and(eq(needs.state, 'OPEN'), sql`${needs.quantity} > ${needs.committed} + ${needs.fulfilled}`),
            ),
      ),
    );
export type NeedRow = Awaited<ReturnType<typeof needRows>>[number];

const sessionsWhere = (communityId: string, wanted: SessionsWanted): SQL | undefined => {
  if ('sessionIds' in wanted) return among(sessions.id, wanted.sessionIds);
  return and(
    wanted.past ? sql`${offers.publishedAt} < ${wanted.until.toISOString()}::timestamptz` : eq(offers.state, 'PUBLISHED'),
    eq(sessions.state, 'SCHEDULED'),
    wanted.categoryCodes ? sql`${offers.categoryCode} = any(${sql.param(wanted.categoryCodes)})` : undefined,
    sql`(${sessions.startsAt} is null or ${and(gte(sessions.startsAt, wanted.from), lt(sessions.startsAt, wanted.until))})`,
    'organizationIds' in wanted
      ? among(offers.organizationId, wanted.organizationIds)
      : sql`${offers.organizationId} in (select ${memberships.organizationId} from ${memberships} where ${memberships.communityId} = ${communityId}::uuid and ${memberships.state} = 'ACTIVE' and ${among(memberships.branchId, wanted.branchIds)})`,
  );
};

export const sessionRows = ({ db, communityId }: Scope, wanted: SessionsWanted) =>
  db
    .select({ session: sessions, offer: offers, category: serviceCategories })
    .from(sessions)
    .innerJoin(offers, and(eq(offers.communityId, sessions.communityId), eq(offers.id, sessions.offerId)))
    .innerJoin(serviceCategories, eq(serviceCategories.code, offers.categoryCode))
    .where(and(eq(sessions.communityId, communityId), sessionsWhere(communityId, wanted)));
export type SessionRow = Awaited<ReturnType<typeof sessionRows>>[number];

/** Active memberships, each with the periods of its signed pacts (a row without dates: no pact). */
export const standingRows = ({ db, communityId }: Scope, organizationIds: readonly string[]) =>
  db
    .select({
      organizationId: memberships.organizationId,
      branchId: memberships.branchId,
      startsOn: pacts.startsOn,
      endsOn: pacts.endsOn,
    })
    .from(memberships)
    .leftJoin(
      pacts,
      and(eq(pacts.communityId, memberships.communityId), eq(pacts.membershipId, memberships.id), eq(pacts.state, 'SIGNED')),
    )
    .where(
      and(
        eq(memberships.communityId, communityId),
        eq(memberships.state, 'ACTIVE'),
        among(memberships.organizationId, organizationIds),
      ),
    );

/** How many promises each organization made since a moment and did not take back. */
export const loadRows = ({ db, communityId }: Scope, organizationIds: readonly string[], since: Date) =>
  db
    .select({ organizationId: referrals.organizationId, promises: sql<number>`count(*)::int` })
    .from(referrals)
    .where(
      and(
        eq(referrals.communityId, communityId),
        among(referrals.organizationId, organizationIds),
        sql`${referrals.state} in ('ACCEPTED', 'IN_PROGRESS', 'ON_HOLD', 'COMPLETED')`,
        gte(referrals.acceptedAt, since),
      ),
    )
    .groupBy(referrals.organizationId);

export const exclusionRows = ({ db, communityId }: Scope, needIds: readonly string[]) =>
  db
    .select({
      needId: pairExclusions.needId,
      offerId: pairExclusions.offerId,
      sessionId: pairExclusions.sessionId,
      reason: pairExclusions.reason,
    })
    .from(pairExclusions)
    .where(and(eq(pairExclusions.communityId, communityId), among(pairExclusions.needId, needIds)));

/** Who has served these people, in what, and how often since a moment. */
export const historyRows = ({ db, communityId }: Scope, beneficiaryIds: readonly string[], since: Date) =>
  db
    .select({
      beneficiaryId: needDetails.beneficiaryId,
      organizationId: referrals.organizationId,
      categoryCode: needs.categoryCode,
      lately: sql<number>`count(*) filter (where ${referrals.closedAt} >= ${since.toISOString()}::timestamptz)::int`,
    })
    .from(needDetails)
    .innerJoin(needs, and(eq(needs.communityId, needDetails.communityId), eq(needs.id, needDetails.needId)))
    .innerJoin(
      referrals,
      and(
        eq(referrals.communityId, needDetails.communityId),
        eq(referrals.needId, needDetails.needId),
        eq(referrals.state, 'COMPLETED'),
      ),
    )
    .where(and(eq(needDetails.communityId, communityId), among(needDetails.beneficiaryId, beneficiaryIds)))
    .groupBy(needDetails.beneficiaryId, referrals.organizationId, needs.categoryCode);

/** Proposals of a branch (null: of all), or to some needs, that wait for an answer, in the order of their plan. */
export async function openProposals(
  { db, communityId, now }: Scope,
  of: { readonly branchId: string | null } | { readonly needIds: readonly string[] },
): Promise<readonly Proposal[]> {
  const isOf = 'needIds' in of ? among(matches.needId, of.needIds) : of.branchId && eq(matches.branchId, of.branchId);
  const rows = await db
    .select({
      matchId: matches.id,
      needId: matches.needId,
      sessionId: matches.sessionId,
      branchId: matches.branchId,
      quantity: matches.quantity,
      respondBy: matches.respondBy,
    })
    .from(matches)
    .where(and(eq(matches.communityId, communityId), isOf || undefined, isOut(now())))
    .orderBy(asc(matches.rankPosition), asc(matches.id));
  return rows.map(({ respondBy, ...row }) => ({ ...row, respondBy: respondBy?.getTime() ?? null }));
}

/** Branches in whose alliance these organizations are active. */
export async function branchesOf({ db, communityId }: Scope, organizationIds: readonly string[]): Promise<string[]> {
  const rows = await db
    .selectDistinct({ branchId: memberships.branchId })
    .from(memberships)
    .where(
      and(
        eq(memberships.communityId, communityId),
        eq(memberships.state, 'ACTIVE'),
        among(memberships.organizationId, organizationIds),
        isNull(memberships.until),
      ),
    );
  return rows.map(({ branchId }) => branchId);
}

/** The categories of some needs with all above them: what an offer must be of to serve one of them. */
export async function categoriesAround({ db, communityId }: Scope, needIds: readonly string[]): Promise<string[]> {
  const rows = await db
    .selectDistinct({ path: serviceCategories.path })
    .from(needs)
    .innerJoin(serviceCategories, eq(serviceCategories.code, needs.categoryCode))
    .where(and(eq(needs.communityId, communityId), among(needs.id, needIds)));
  return [...new Set(rows.flatMap(({ path }) => path.split('/').filter(Boolean)))];
}

/** The categories in which some organizations offer something now. */
export async function categoriesOffered({ db, communityId }: Scope, organizationIds: readonly string[]): Promise<string[]> {
  const rows = await db
    .selectDistinct({ code: offers.categoryCode })
    .from(offers)
    .where(
      and(eq(offers.communityId, communityId), among(offers.organizationId, organizationIds), eq(offers.state, 'PUBLISHED')),
    );
  return rows.flatMap(({ code }) => code ?? []);
}
