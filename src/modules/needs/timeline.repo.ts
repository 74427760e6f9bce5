import { and, eq, sql } from 'drizzle-orm';
import { events } from '../../db/log.table.js';
import { defineLoader } from '../../scope/loader.js';
import { referrals } from '../referrals/referrals.table.js';

export interface LoggedEvent {
  readonly id: string;
  readonly at: Date;
  readonly kind: string;
  readonly actorRole: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly reason: string | null;
}

const logged = {
  id: events.id,
  at: events.at,
  kind: events.kind,
  actorRole: events.actorRole,
  from: events.fromState,
  to: events.toState,
  reason: events.reason,
};

/** What happened to needs and to their referrals, oldest first. */
export const eventsByNeed = defineLoader<readonly LoggedEvent[]>('eventsByNeed', async ({ db, communityId }, ids) => {
  const [own, ofReferrals] = await Promise.all([
    db
      .select({ needId: events.subjectId, event: logged })
      .from(events)
      .where(
        and(
          eq(events.communityId, communityId),
          eq(events.subjectType, 'Need'),
          sql`${events.subjectId} = any(${sql.param(ids)}::uuid[])`,
        ),
      ),
    db
      .select({ needId: referrals.needId, event: logged })
      .from(referrals)
      .innerJoin(
        events,
        and(
          eq(events.communityId, referrals.communityId),
          eq(events.subjectType, 'Referral'),
          eq(events.subjectId, referrals.id),
        ),
      )
      .where(and(eq(referrals.communityId, communityId), sql`${referrals.needId} = any(${sql.param(ids)}::uuid[])`)),
  ]);
  const sorted = [...own, ...ofReferrals].sort(
    (a, b) => a.event.at.getTime() - b.event.at.getTime() || (a.event.id < b.event.id ? -1 : 1),
  );
  return new Map([...Map.groupBy(sorted, row => row.needId)].map(([id, rows]) => [id, rows.map(({ event }) => event)]));
});
