import { createHash } from 'node:crypto';
import { and, asc, desc, eq, gt, sql } from 'drizzle-orm';
import type { Clock } from '../kernel/clock.js';
import { type Repeating, repeat } from '../kernel/repeat.js';
import type { Database } from './client.js';
import { eventSeals, events, unsealedEvents } from './log.table.js';

/** Class of the advisory locks, one a community: whoever holds it gives out positions. */
const LOCK = 7_230_002;
const BATCH = 1000;
const INTERVAL = 500;
/** What the first event of a chain is hashed over. */
const GENESIS = Buffer.alloc(32);

export type LoggedEvent = typeof events.$inferSelect;

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
};

/** Every column of an event in a fixed order, as text that is the same wherever and whenever it is written. */
const canonical = (event: LoggedEvent): string =>
  JSON.stringify([
    event.communityId,
    event.id,
    event.at.toISOString(),
    event.kind,
    event.subjectType,
    event.subjectId,
    event.branchId,
    event.actorId,
    event.actorRole,
    event.requestId,
    event.fromState,
    event.toState,
    event.reason,
    sorted(event.data),
  ]);

/** SHA-256 over the hash before and the event: who changes an event, or its place, changes every hash after it. */
export const chainHash = (before: Uint8Array, event: LoggedEvent): Buffer =>
  createHash('sha256').update(before).update(canonical(event)).digest();

/**
 * Numbers the committed events of a community that have no position yet, oldest first, 1000 at most. Positions follow each
 * other without a gap, and an event that commits late comes behind those sealed before it: who reads by position misses none.
 *
 * @returns how many were sealed; 0 also when another process is at it
 */
export const sealCommunity = (db: Database, communityId: string, now: Date): Promise<number> =>
  db.transaction(async tx => {
    const [lock] = await tx.execute<{ held: boolean }>(
      sql`select pg_try_advisory_xact_lock(${LOCK}::int, hashtext(${communityId})) as held`,
    );
    if (!lock?.held) return 0;
    const [head] = await tx
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
      .orderBy(asc(events.at), asc(events.id))
      .limit(BATCH);
    if (!rows.length) return 0;
    let hash: Buffer = head?.hash ?? GENESIS;
    const ids: string[] = [];
    const hashes: string[] = [];
    for (const { event } of rows) {
      hash = chainHash(hash, event);
      ids.push(event.id);
      hashes.push(hash.toString('hex'));
    }
    await tx.execute(sql`
      insert into ${eventSeals} (community_id, position, event_id, hash, sealed_at)
      select ${communityId}::uuid, ${head?.position ?? 0}::bigint + sealed.place, sealed.id, decode(sealed.hash, 'hex'), ${now.toISOString()}::timestamptz
      from unnest(${sql.param(ids)}::uuid[], ${sql.param(hashes)}::text[]) with ordinality as sealed (id, hash, place)`);
    await tx
      .delete(unsealedEvents)
      .where(and(eq(unsealedEvents.communityId, communityId), sql`${unsealedEvents.eventId} = any(${sql.param(ids)})`));
    return rows.length;
  });

/** Seals what every community has waiting; the number of events sealed. */
export async function sealAll(db: Database, now: Clock): Promise<number> {
  const waiting = await db.selectDistinct({ communityId: unsealedEvents.communityId }).from(unsealedEvents);
  let total = 0;
  for (const { communityId } of waiting) {
    for (;;) {
      const sealed = await sealCommunity(db, communityId, now());
      total += sealed;
      if (sealed < BATCH) break;
    }
  }
  return total;
}

/** Seals twice a second until stopped. A round that fails is told and tried again: nothing is lost, only later. */
export const startSealer = (db: Database, now: Clock, onError: (error: unknown) => void): Repeating =>
  repeat(INTERVAL, () => sealAll(db, now), onError);

/**
 * - `GAP`: positions were taken out, or do not begin with 1.
 * - `EVENT_GONE`: a seal without its event.
 * - `WRONG_HASH`: the event, its order or an earlier one was changed.
 * - `NEVER_SEALED`: an event that is neither sealed nor waiting: it was put in, or its seal taken out.
 * - `CUT`: the chain ends before the given head, or passes it with another hash.
 */
export type ChainFlaw = 'GAP' | 'EVENT_GONE' | 'WRONG_HASH' | 'NEVER_SEALED' | 'CUT';

/** The end of a sound chain; keep it elsewhere to notice when the tail is cut off. */
export interface ChainHead {
  readonly position: number;
  readonly hash: string;
}

export type ChainReport =
  | { readonly sound: true; readonly head: ChainHead }
  | { readonly sound: false; readonly flaw: ChainFlaw; readonly position: number | null; readonly eventId: string | null };

/** Recomputes a community's chain from the first event on and tells the first flaw. `known`: a head that was kept elsewhere. */
export async function verifyChain(db: Database, communityId: string, known: ChainHead | null = null): Promise<ChainReport> {
  let position = 0;
  let hash: Buffer = GENESIS;
  for (;;) {
    const rows = await db
      .select({ seal: eventSeals, event: events })
      .from(eventSeals)
      .leftJoin(events, and(eq(events.communityId, eventSeals.communityId), eq(events.id, eventSeals.eventId)))
      .where(and(eq(eventSeals.communityId, communityId), gt(eventSeals.position, position)))
      .orderBy(asc(eventSeals.position))
      .limit(BATCH);
    for (const { seal, event } of rows) {
      const flawed = (flaw: ChainFlaw): ChainReport => ({ sound: false, flaw, position: seal.position, eventId: seal.eventId });
      if (seal.position !== position + 1) return flawed('GAP');
      if (!event) return flawed('EVENT_GONE');
      hash = chainHash(hash, event);
      if (!hash.equals(seal.hash)) return flawed('WRONG_HASH');
      position = seal.position;
      if (position === known?.position && hash.toString('hex') !== known.hash) return flawed('CUT');
    }
    if (rows.length < BATCH) break;
  }
  if (known && position < known.position) return { sound: false, flaw: 'CUT', position, eventId: null };
  const [stray] = await db.execute<{ id: string }>(sql`
    select e.id from ${events} e
    where e.community_id = ${communityId}
      and not exists (select from ${eventSeals} s where s.community_id = e.community_id and s.event_id = e.id)
      and not exists (select from ${unsealedEvents} u where u.community_id = e.community_id and u.event_id = e.id)
    limit 1`);
  if (stray) return { sound: false, flaw: 'NEVER_SEALED', position: null, eventId: stray.id };
  return { sound: true, head: { position, hash: hash.toString('hex') } };
}
