import { and, eq, isNotNull, lt, or, type SQL, sql } from 'drizzle-orm';
import { dropKeys } from '../../db/idempotency.js';
import { events } from '../../db/log.table.js';
import { localDate } from '../../kernel/clock.js';
import type { Scope } from '../../scope/scope.js';
import { needs } from '../needs/needs.table.js';
import { needDetails } from '../residents/residents.table.js';
import { accessLog } from './access.table.js';
import { consents } from './consents.table.js';
import { isHeld } from './holds.policy.js';
import { infoRequests } from './requests.table.js';

// Each takes up to `limit` rows whose time ended before a moment, in one transaction, past what another process is at.

/** Needs whose words are due, locked: closed before, or never verified since. Not of people whom the law keeps. */
export function lockDueNeeds({ db, communityId, now }: Scope, kind: 'CLOSED' | 'UNVERIFIED', before: Date, limit: number) {
  const closed = lt(needs.closedAt, before);
  const due: SQL | undefined =
    kind === 'CLOSED'
      ? and(isNotNull(needs.openedAt), closed)
      : and(sql`${needs.openedAt} is null`, or(closed, and(sql`${needs.state} = 'SUBMITTED'`, lt(needs.submittedAt, before))));
  return db
    .select({ id: needs.id, branchId: needs.branchId, state: needs.state })
    .from(needs)
    .innerJoin(needDetails, and(eq(needDetails.communityId, needs.communityId), eq(needDetails.needId, needs.id)))
    .where(
      and(
        eq(needs.communityId, communityId),
        sql`${needs.emptiedAt} is null`,
        due,
        sql`not ${isHeld(communityId, needDetails.beneficiaryId, localDate(now()))}`,
      ),
    )
    .orderBy(needs.id)
    .limit(limit)
    .for('update', { of: needs, skipLocked: true });
}

const count = async (rows: PromiseLike<{ readonly length: number }>): Promise<number> => (await rows).length;

export const emptyOldWords = ({ db, communityId, now }: Scope, before: Date, limit: number): Promise<number> =>
  count(
    db.execute(sql`
      update ${infoRequests} set words_sealed = null where community_id = ${communityId} and id in (
        select id from ${infoRequests} where community_id = ${communityId} and words_sealed is not null and decided_at < ${before.toISOString()}::timestamptz
          and not ${isHeld(communityId, sql.raw('info_request.resident_id'), localDate(now()))}
        order by id limit ${limit} for update skip locked) returning id`),
  );

/** What the wall does not let go (younger than three years by the clock of the database) stays, whatever the rule says. */
export const dropOldAccess = ({ db, communityId, now }: Scope, before: Date, limit: number): Promise<number> =>
  count(
    db.execute(sql`
      delete from ${accessLog} where community_id = ${communityId} and id in (
        select id from ${accessLog} where community_id = ${communityId} and at < ${before.toISOString()}::timestamptz
          and not ${isHeld(communityId, sql.raw('access_log.resident_id'), localDate(now()))}
        order by at limit ${limit}) returning id`),
  );

/** The same of consents that ended. */
export const dropOldConsents = ({ db, communityId, now }: Scope, before: Date, limit: number): Promise<number> =>
  count(
    db.execute(sql`
      delete from ${consents} where community_id = ${communityId} and id in (
        select id from ${consents} where community_id = ${communityId} and withdrawn_at < ${before.toISOString()}::timestamptz
          and not ${isHeld(communityId, sql.raw('consent.resident_id'), localDate(now()))}
        order by id limit ${limit}) returning id`),
  );

export const dropOldKeys = ({ db, communityId }: Scope, before: Date, limit: number): Promise<number> =>
  dropKeys(db, communityId, before, limit);

/** When each rule was applied last and to how much in all, by its code. */
export async function appliedRules({
  db,
  communityId,
}: Scope): Promise<ReadonlyMap<string, { readonly at: Date; readonly total: number }>> {
  const rows = await db
    .select({
      rule: sql<string>`${events.data}->>'rule'`,
      at: sql<Date>`max(${events.at})`.mapWith(events.at),
      total: sql<number>`sum((${events.data}->>'count')::int)::int`,
    })
    .from(events)
    .where(
      and(
        eq(events.communityId, communityId),
        eq(events.subjectType, 'Community'),
        eq(events.subjectId, communityId),
        eq(events.kind, 'RETENTION_APPLIED'),
      ),
    )
    .groupBy(sql`${events.data}->>'rule'`);
  return new Map(rows.map(({ rule, at, total }) => [rule, { at, total }]));
}
