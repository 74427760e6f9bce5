import { and, asc, desc, eq, sql } from 'drizzle-orm';
import { BEGINNING, digest, linkText } from '../kernel/chain.js';
import type { Clock } from '../kernel/clock.js';
import { type Repeating, repeat } from '../kernel/repeat.js';
import type { Database } from './client.js';
import { eventSeals, events, unsealedEvents } from './log.table.js';

/** Class of the advisory locks, one a community: whoever holds it gives out positions. */
const LOCK = 7_230_002;
/** Events sealed in one transaction: what a backlog takes of the memory, however long it is. */
const BATCH = 1000;
const INTERVAL = 500;

/**
 * Numbers the committed events of a community that have no position yet, in the order in which they were appended, 1000 at most.
 * Positions follow each other without a gap, and an event that commits late comes behind those sealed before it: who reads by
 * position misses none.
 *
 * @returns how many were sealed; 0 also when another process is at it
 */
export const sealCommunity = (db: Database, communityId: string, now: Date): Promise<number> =>
  db.transaction(async tx => {
    const [lock] = await tx.execute<{ held: boolean }>(
      sql`select pg_try_advisory_xact_lock(${LOCK}::int, hashtext(${communityId})) as held`,
    );
    if (!lock?.held) return 0;
    const [last] = await tx
      .select({ position: eventSeals.position, hash: eventSeals.hash })
      .from(eventSeals)
      .where(eq(eventSeals.communityId, communityId))
      .orderBy(desc(eventSeals.position))
      .limit(1);
    const rows = await tx
      .select({ event: events })
      .from(unsealedEvents)
      .innerJoin(events, and(eq(events.communityId, unsealedEvents.communityId), eq(events.id, unsealedEvents.eventId)))
      .where(eq(unsealedEvents.communityId, communityId))
      .orderBy(asc(unsealedEvents.eventId))
      .limit(BATCH);
    if (!rows.length) return 0;
    const start = last?.position ?? BEGINNING.position;
    let previous = last?.hash.toString('hex') ?? BEGINNING.hash;
    const hashes = rows.map(({ event }, i) => {
      previous = digest(linkText(communityId, { position: start + i + 1, previous, sealedAt: now }, event));
      return previous;
    });
    const ids = rows.map(({ event }) => event.id);
    await tx.execute(sql`
      insert into ${eventSeals} (community_id, position, event_id, hash, sealed_at, kind, subject_id, branch_id, actor_id, client_id)
      select e.community_id, ${start}::bigint + sealed.place, e.id, decode(sealed.hash, 'hex'), ${now.toISOString()}::timestamptz,
        e.kind, e.subject_id, e.branch_id, e.actor_id, e.client_id
      from unnest(${sql.param(ids)}::uuid[], ${sql.param(hashes)}::text[]) with ordinality as sealed (id, hash, place)
      join ${events} e on e.community_id = ${communityId} and e.id = sealed.id`);
    await tx
      .delete(unsealedEvents)
      .where(and(eq(unsealedEvents.communityId, communityId), sql`${unsealedEvents.eventId} = any(${sql.param(ids)})`));
    return rows.length;
  });

/** Seals what every community has waiting, in turns, so that the backlog of one keeps nobody waiting; the number of events sealed. */
export async function sealAll(db: Database, now: Clock): Promise<number> {
  const rows = await db.selectDistinct({ communityId: unsealedEvents.communityId }).from(unsealedEvents);
  let waiting = rows.map(({ communityId }) => communityId);
  let total = 0;
  while (waiting.length) {
    const full: string[] = [];
    for (const communityId of waiting) {
      const sealed = await sealCommunity(db, communityId, now());
      total += sealed;
      if (sealed === BATCH) full.push(communityId);
    }
    waiting = full;
  }
  return total;
}

/** Seals twice a second until stopped. A round that fails is told and tried again: nothing is lost, only later. */
export const startSealer = (db: Database, now: Clock, onError: (error: unknown) => void): Repeating =>
  repeat(INTERVAL, () => sealAll(db, now), onError);
