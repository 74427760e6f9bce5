import { and, eq, type SQL, sql } from 'drizzle-orm';
import { keyset, type ListOrder, toPage } from '../../db/keyset.js';
import { HOUR, localDate } from '../../kernel/clock.js';
import { anInstantOrNone, aUuid, type Page, type PageWindow } from '../../kernel/page.js';
import { defineLoader } from '../../scope/loader.js';
import type { Scope } from '../../scope/scope.js';
import { organizations } from '../alliance/alliance.table.js';
import { referrals, serviceRecords } from '../referrals/referrals.table.js';
import { serviceCategories } from '../taxonomy/taxonomy.table.js';
import { publishedOn, sessionVisibleTo } from './offers.policy.js';
import { type OfferRow, offerColumns, ROWS_AT_ONCE, serves, withinCategories } from './offers.repo.js';
import { offers, sessions, startOrder } from './offers.table.js';
import { MAX_SESSION_HOURS, type Session } from './sessions.domain.js';

/** A session with the offer it is a piece of, when that was read with it. */
export interface SessionRow extends Session {
  readonly offer?: OfferRow;
}

/** By id, whatever the caller may see. */
export const sessionById = defineLoader<Session>('sessionById', async ({ db, communityId }, ids) => {
  const rows = await db
    .select()
    .from(sessions)
    .where(and(eq(sessions.communityId, communityId), sql`${sessions.id} = any(${sql.param(ids)})`));
  return new Map(rows.map(row => [row.id, row]));
});

export interface SessionFilter {
  readonly offerId?: string | null;
  readonly organizationId?: string | null;
  readonly branchId?: string | null;
  readonly categories?: readonly string[] | null;
  /** Overlapping this span; sessions on request do when their offer's validity does. */
  readonly from?: Date | null;
  readonly until?: Date | null;
  readonly withFreePlaces?: boolean | null;
  readonly withCancelled?: boolean | null;
}

const START = startOrder(sessions.startsAt);
export const BY_START: ListOrder<Session> = {
  name: 'sessions.START',
  columns: [START, sessions.id],
  cursor: [anInstantOrNone, aUuid],
  descending: false,
  values: ({ startsAt, id }) => [startsAt?.toISOString() ?? 'infinity', id],
};

/** No session is longer than `MAX_SESSION_HOURS`, so what ends after a moment starts in reach of it: the index need not read all that is past. */
const endsAfter = (from: Date): SQL =>
  sql`(${START} > ${new Date(from.getTime() - MAX_SESSION_HOURS * HOUR).toISOString()} and (${sessions.endsAt} > ${from.toISOString()}
    or (${sessions.endsAt} is null and (${offers.validUntil} is null or ${offers.validUntil} >= ${localDate(from)}))))`;
const startsBefore = (until: Date): SQL =>
  sql`(${sessions.startsAt} < ${until.toISOString()} or (${sessions.startsAt} is null and (${offers.validFrom} is null or ${offers.validFrom} <= ${localDate(until)})))`;

function matching({ communityId, actor, now }: Scope, filter: SessionFilter): SQL | undefined {
  return and(
    eq(sessions.communityId, communityId),
    filter.offerId == null ? undefined : eq(sessions.offerId, filter.offerId),
    filter.organizationId == null ? undefined : eq(offers.organizationId, filter.organizationId),
    filter.branchId == null ? undefined : serves(communityId, filter.branchId),
    filter.categories?.length ? withinCategories(offers.categoryCode, filter.categories) : undefined,
    filter.from == null ? undefined : endsAfter(filter.from),
    filter.until == null ? undefined : startsBefore(filter.until),
    filter.withFreePlaces ? sql`(${sessions.state} = 'SCHEDULED' and ${sessions.reserved} < ${sessions.capacity})` : undefined,
    filter.withCancelled ? undefined : eq(sessions.state, 'SCHEDULED'),
    sessionVisibleTo(actor, localDate(now())),
  );
}

/** By start, as far as the caller may see the offers, with offer, category and organisation in the same statement. */
export async function pageOfSessions(scope: Scope, filter: SessionFilter, window: PageWindow): Promise<Page<SessionRow>> {
  const part = keyset(BY_START, window, matching(scope, filter));
  const rows = await scope.db
    .select({ session: sessions, offer: offerColumns, organization: organizations, category: serviceCategories })
    .from(sessions)
    .innerJoin(offers, and(eq(offers.communityId, sessions.communityId), eq(offers.id, sessions.offerId)))
    .innerJoin(organizations, eq(organizations.id, offers.organizationId))
    .leftJoin(serviceCategories, eq(serviceCategories.code, offers.categoryCode))
    .where(part.where)
    .orderBy(...part.orderBy)
    .limit(part.limit);
  return toPage(
    { ...BY_START, values: ({ session }: (typeof rows)[number]) => BY_START.values(session) },
    window,
    rows,
    ({ session, offer, organization, category }) => ({
      ...session,
      offer: { ...offer, organization, category },
    }),
  );
}

export async function countSessions(scope: Scope, filter: SessionFilter): Promise<number> {
  const [row] = await scope.db
    .select({ count: sql<number>`count(*)::int` })
    .from(sessions)
    .innerJoin(offers, and(eq(offers.communityId, sessions.communityId), eq(offers.id, sessions.offerId)))
    .where(matching(scope, filter));
  return row?.count ?? 0;
}

/** Offers with a scheduled session that has free places and has not ended. */
export const hasFreePlaces = defineLoader<true>('hasFreePlaces', async ({ db, communityId, now }, ids) => {
  const rows = await db
    .selectDistinct({ id: sessions.offerId })
    .from(sessions)
    .where(
      and(
        eq(sessions.communityId, communityId),
        sql`${sessions.offerId} = any(${sql.param(ids)})`,
        eq(sessions.state, 'SCHEDULED'),
        sql`${sessions.reserved} < ${sessions.capacity}`,
        sql`(${sessions.endsAt} is null or ${sessions.endsAt} > ${now().toISOString()})`,
      ),
    );
  return new Map(rows.map(({ id }) => [id, true]));
});

/** The first sessions of each offer that have not ended, by start: at most `FIRST_SESSIONS` an offer. */
export const FIRST_SESSIONS = 10;
export const upcomingByOffer = defineLoader<readonly Session[]>('upcomingByOffer', async ({ db, communityId, now }, ids) => {
  const ranked = db
    .select({
      id: sessions.id,
      place: sql<number>`row_number() over (partition by ${sessions.offerId} order by ${START}, ${sessions.id})`.as(
        'place_in_offer',
      ),
    })
    .from(sessions)
    .where(
      and(
        eq(sessions.communityId, communityId),
        sql`${sessions.offerId} = any(${sql.param(ids)})`,
        eq(sessions.state, 'SCHEDULED'),
        sql`(${sessions.endsAt} is null or ${sessions.endsAt} > ${now().toISOString()})`,
      ),
    )
    .as('ranked');
  const rows = await db
    .select({ session: sessions })
    .from(sessions)
    .innerJoin(ranked, eq(ranked.id, sessions.id))
    .where(and(eq(sessions.communityId, communityId), sql`${ranked.place} <= ${FIRST_SESSIONS}`))
    .orderBy(START, sessions.id);
  return Map.groupBy(
    rows.map(({ session }) => session),
    session => session.offerId,
  );
});

export async function lockSession({ db, communityId }: Scope, id: string): Promise<Session | null> {
  const [row] = await db
    .select()
    .from(sessions)
    .where(and(eq(sessions.communityId, communityId), eq(sessions.id, id)))
    .for('update');
  return row ?? null;
}

/** The sessions made together: they have following ids, because an offer's sessions are made one call at a time. */
export const sessionsFrom = ({ db, communityId }: Scope, offerId: string, firstId: string, count: number): Promise<Session[]> =>
  db
    .select()
    .from(sessions)
    .where(and(eq(sessions.communityId, communityId), eq(sessions.offerId, offerId), sql`${sessions.id} >= ${firstId}`))
    .orderBy(sessions.id)
    .limit(count);

export async function insertSessions({ db, communityId }: Scope, rows: readonly Session[]): Promise<void> {
  for (let i = 0; i < rows.length; i += ROWS_AT_ONCE)
    await db
      .insert(sessions)
      .values(rows.slice(i, i + ROWS_AT_ONCE).map(row => ({ ...row, resourceKeys: [...row.resourceKeys], communityId })));
}

/** Everything but what the conditional statements move. */
export async function saveSession(
  { db, communityId }: Scope,
  {
    id,
    startsAt,
    endsAt,
    buildingId,
    place,
    minimumAttendance,
    branchQuotas,
    resourceKeys,
    state,
    cancelReason,
    version,
  }: Session,
): Promise<void> {
  await db
    .update(sessions)
    .set({
      startsAt,
      endsAt,
      buildingId,
      place,
      minimumAttendance,
      branchQuotas,
      resourceKeys: [...resourceKeys],
      state,
      cancelReason,
      version,
    })
    .where(and(eq(sessions.communityId, communityId), eq(sessions.id, id)));
}

type Places = Pick<Session, 'capacity' | 'reserved' | 'branchQuotas'>;
const places = { capacity: sessions.capacity, reserved: sessions.reserved, branchQuotas: sessions.branchQuotas };

/**
 * Takes places if so many are free in a session that takes place of an offer that is shown: one statement, so no two callers
 * get the last one. Answers with the places as they are then, null when it took none.
 */
export async function reserve({ db, communityId, now }: Scope, sessionId: string, quantity: number): Promise<Places | null> {
  const [taken] = await db
    .update(sessions)
    .set({ reserved: sql`${sessions.reserved} + ${quantity}` })
    .from(offers)
    .where(
      and(
        eq(sessions.communityId, communityId),
        eq(sessions.id, sessionId),
        eq(sessions.state, 'SCHEDULED'),
        eq(offers.communityId, sessions.communityId),
        eq(offers.id, sessions.offerId),
        publishedOn(localDate(now())),
        sql`${sessions.reserved} + ${quantity} <= ${sessions.capacity}`,
      ),
    )
    .returning(places);
  return taken ?? null;
}

/** The places of a session that takes promises now; null when it or its offer takes none at all. */
export async function placesOf({ db, communityId, now }: Scope, sessionId: string): Promise<Places | null> {
  const [row] = await db
    .select(places)
    .from(sessions)
    .innerJoin(
      offers,
      and(eq(offers.communityId, sessions.communityId), eq(offers.id, sessions.offerId), publishedOn(localDate(now()))),
    )
    .where(and(eq(sessions.communityId, communityId), eq(sessions.id, sessionId), eq(sessions.state, 'SCHEDULED')));
  return row ?? null;
}

/** What is promised or was delivered in sessions, to the residents of each branch. */
export const promisedByBranch = ({ db, communityId }: Scope, sessionIds: readonly string[]) =>
  db
    .select({
      sessionId: referrals.sessionId,
      branchId: referrals.branchId,
      places:
        sql<number>`sum(case ${referrals.state} when 'COMPLETED' then ${serviceRecords.quantity} else ${referrals.quantity} end)`.mapWith(
          Number,
        ),
    })
    .from(referrals)
    .leftJoin(
      serviceRecords,
      and(eq(serviceRecords.communityId, referrals.communityId), eq(serviceRecords.referralId, referrals.id)),
    )
    .where(
      and(
        eq(referrals.communityId, communityId),
        sql`${referrals.sessionId} = any(${sql.param(sessionIds)}::uuid[])`,
        sql`${referrals.state} in ('ACCEPTED', 'IN_PROGRESS', 'ON_HOLD', 'COMPLETED')`,
      ),
    )
    .groupBy(referrals.sessionId, referrals.branchId);

/** Gives places back; more than are taken is a bug, which the CHECK turns into a throw. */
export async function release({ db, communityId }: Scope, sessionId: string, quantity: number): Promise<void> {
  await db
    .update(sessions)
    .set({ reserved: sql`${sessions.reserved} - ${quantity}` })
    .where(and(eq(sessions.communityId, communityId), eq(sessions.id, sessionId)));
}

/** Sets the number of places unless more are promised; false when they are. */
export async function resize({ db, communityId }: Scope, sessionId: string, capacity: number): Promise<boolean> {
  const changed = await db
    .update(sessions)
    .set({ capacity, version: sql`${sessions.version} + 1` })
    .where(and(eq(sessions.communityId, communityId), eq(sessions.id, sessionId), sql`${sessions.reserved} <= ${capacity}`))
    .returning({ id: sessions.id });
  return changed.length === 1;
}
