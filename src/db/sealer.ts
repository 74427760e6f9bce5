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
const INTERVAL = 250;

/**
 * Connections keep their plans, also those made while the log was short enough to be read whole: from here to the end of the
 * transaction new ones go by an index from the start.
 */
export const readByIndex = (tx: Database): Promise<unknown> => tx.execute(sql`set local enable_seqscan = off`);

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
    await readByIndex(tx);
    const [last] = await tx
      .select({ position: eventSeals.position, hash: eventSeals.hash })
      .from(eventSeals)
      .where(eq(eventSeals.communityId, communityId))
      .orderBy(desc(eventSeals.position))
      .limit(1);
    // Two statements: joined, and with a limit that a generic plan does not know, they would read the whole log each time.
    const waiting = await tx
      .select({ id: unsealedEvents.eventId })
      .from(unsealedEvents)
      .where(eq(unsealedEvents.communityId, communityId))
      .orderBy(asc(unsealedEvents.eventId))
      .limit(BATCH);
    if (!waiting.length) return 0;
    const ids = sql`any(${sql.param(waiting.map(({ id }) => id))}::uuid[])`;
    const found = await tx
      .select()
      .from(events)
      .where(and(eq(events.communityId, communityId), sql`${events.id} = ${ids}`))
      .orderBy(asc(events.id));
    const start = last?.position ?? BEGINNING.position;
    let hash = last?.hash.toString('hex') ?? BEGINNING.hash;
    const rows = found.map((event, i) => {
      const position = start + i + 1;
      hash = digest(linkText(communityId, { position, previous: hash, sealedAt: now }, event));
      const { id, kind, subjectId, branchId, actorId, clientId } = event;
      return {
        position,
        event_id: id,
        hash,
        kind,
        subject_id: subjectId,
        branch_id: branchId,
        actor_id: actorId,
        client_id: clientId,
      };
    });
    await tx.execute(sql`
      insert into ${eventSeals} (community_id, sealed_at, position, event_id, hash, kind, subject_id, branch_id, actor_id, client_id)
      select ${communityId}::uuid, ${now.toISOString()}::timestamptz,
        position, event_id, decode(hash, 'hex'), kind, subject_id, branch_id, actor_id, client_id
      from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as row (position bigint, event_id uuid, hash text, kind text,
        subject_id uuid, branch_id uuid, actor_id uuid, client_id uuid)`);
    await tx
      .delete(unsealedEvents)
      .where(and(eq(unsealedEvents.communityId, communityId), sql`${unsealedEvents.eventId} = ${ids}`));
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

/** Seals four times a second until stopped. A round that fails is told and tried again: nothing is lost, only later. */
export const startSealer = (db: Database, now: Clock, onError: (error: unknown) => void): Repeating =>
  repeat(INTERVAL, () => sealAll(db, now), onError);
