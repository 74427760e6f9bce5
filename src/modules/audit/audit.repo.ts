import { and, desc, eq, gt, type SQL, sql } from 'drizzle-orm';
import { keyset, type ListOrder, toPage } from '../../db/keyset.js';
import { eventSeals, events, unsealedEvents } from '../../db/log.table.js';
import { readByIndex } from '../../db/sealer.js';
import { BEGINNING, type ChainHead, type ChainLink } from '../../kernel/chain.js';
import type { Look } from '../../kernel/looks.js';
import { anInteger, type Page, type PageWindow } from '../../kernel/page.js';
import { defineLoader } from '../../scope/loader.js';
import type { Scope } from '../../scope/scope.js';
import { accessLog } from '../privacy/access.table.js';
import type { AuditEvent, AuditFilter } from './audit.domain.js';

type Seal = typeof eventSeals.$inferSelect;
type Event = typeof events.$inferSelect;

const linkOf = (seal: Seal, event: Event): ChainLink => ({
  position: seal.position,
  hash: seal.hash.toString('hex'),
  sealedAt: seal.sealedAt,
  event,
});

/**
 * The events of seals, by id. Asked for beside the seals, not joined to them: a generic plan knows no limit, and would read the
 * whole log for a page.
 */
async function eventsOf({ db, communityId }: Scope, seals: readonly Seal[]): Promise<ReadonlyMap<string, Event>> {
  if (!seals.length) return new Map();
  const ids = seals.map(({ eventId }) => eventId);
  const rows = await db
    .select()
    .from(events)
    .where(and(eq(events.communityId, communityId), sql`${events.id} = any(${sql.param(ids)}::uuid[])`));
  return new Map(rows.map(row => [row.id, row]));
}

/** The hashes of the places before those of seals, by position. */
async function hashesBefore({ db, communityId }: Scope, seals: readonly Seal[]): Promise<ReadonlyMap<number, string>> {
  if (!seals.length) return new Map();
  const positions = seals.map(({ position }) => position - 1);
  const rows = await db
    .select({ position: eventSeals.position, hash: eventSeals.hash })
    .from(eventSeals)
    .where(and(eq(eventSeals.communityId, communityId), sql`${eventSeals.position} = any(${sql.param(positions)}::bigint[])`));
  return new Map(rows.map(({ position, hash }) => [position, hash.toString('hex')]));
}

/** As auditors read them; a seal whose event is gone is not shown: a verification tells of it. */
async function toAuditEvents(scope: Scope, seals: readonly Seal[]): Promise<AuditEvent[]> {
  const [found, hashes] = await Promise.all([eventsOf(scope, seals), hashesBefore(scope, seals)]);
  return seals.flatMap(seal => {
    const event = found.get(seal.eventId);
    const previous = hashes.get(seal.position - 1) ?? BEGINNING.hash;
    return event ? [{ ...linkOf(seal, event), id: event.id, previous }] : [];
  });
}

export const NEWEST_EVENTS: ListOrder<Pick<AuditEvent, 'position'>> = {
  name: 'auditEvents.NEWEST',
  columns: [eventSeals.position],
  cursor: [anInteger],
  descending: true,
  values: ({ position }) => [position],
};

/** Positions grow with time: the first of a time is found in an index, and the list goes on being read in its own order. */
const since = (communityId: string, time: Date): SQL =>
  sql`(select s.position from ${eventSeals} s where s.community_id = ${communityId} and s.sealed_at >= ${time.toISOString()}::timestamptz
    order by s.sealed_at, s.position limit 1)`;

export function listWhere(communityId: string, { kind, subjectId, branchId, actorId, clientId, from, until }: AuditFilter) {
  return and(
    eq(eventSeals.communityId, communityId),
    kind == null ? undefined : eq(eventSeals.kind, kind),
    subjectId == null ? undefined : eq(eventSeals.subjectId, subjectId),
    branchId == null ? undefined : eq(eventSeals.branchId, branchId),
    actorId == null ? undefined : eq(eventSeals.actorId, actorId),
    clientId == null ? undefined : eq(eventSeals.clientId, clientId),
    from == null ? undefined : sql`${eventSeals.position} >= ${since(communityId, from)}`,
    until == null ? undefined : sql`${eventSeals.position} < coalesce(${since(communityId, until)}, 9223372036854775807)`,
  );
}

/** Sealed events, the newest first. */
export async function pageOfEvents(scope: Scope, filter: AuditFilter, window: PageWindow): Promise<Page<AuditEvent>> {
  const part = keyset(NEWEST_EVENTS, window, listWhere(scope.communityId, filter));
  const seals = await scope.db
    .select()
    .from(eventSeals)
    .where(part.where)
    .orderBy(...part.orderBy)
    .limit(part.limit);
  const page = toPage(NEWEST_EVENTS, window, seals, seal => seal);
  const shown = await toAuditEvents(
    scope,
    page.edges.map(({ node }) => node),
  );
  const byId = new Map(shown.map(event => [event.id, event]));
  return {
    ...page,
    edges: page.edges.flatMap(({ cursor, node: { eventId } }) => {
      const node = byId.get(eventId);
      return node ? [{ cursor, node }] : [];
    }),
  };
}

/** Sealed events by id. Raw: no policy. */
export const auditEventById = defineLoader<AuditEvent>('auditEventById', async (scope, ids) => {
  const seals = await scope.db
    .select()
    .from(eventSeals)
    .where(and(eq(eventSeals.communityId, scope.communityId), sql`${eventSeals.eventId} = any(${sql.param(ids)}::uuid[])`));
  return new Map((await toAuditEvents(scope, seals)).map(event => [event.id, event]));
});

const headOf = (seal: Pick<Seal, 'position' | 'hash' | 'sealedAt'>) => ({
  position: seal.position,
  hash: seal.hash.toString('hex'),
  sealedAt: seal.sealedAt,
});

/** The last link of the chain, or the last that was sealed before a time; null when there is none. */
export async function lastSeal({ db, communityId }: Scope, until: Date | null = null) {
  const earlier = until && sql`${eventSeals.sealedAt} < ${until.toISOString()}::timestamptz`;
  const [seal] = await db
    .select()
    .from(eventSeals)
    .where(and(eq(eventSeals.communityId, communityId), earlier ?? undefined))
    .orderBy(...(until ? [desc(eventSeals.sealedAt)] : []), desc(eventSeals.position))
    .limit(1);
  return seal ? headOf(seal) : null;
}

/** A place in the chain by its position; null when it is not there. */
export async function sealAt({ db, communityId }: Scope, position: number): Promise<ChainHead | null> {
  const [seal] = await db
    .select()
    .from(eventSeals)
    .where(and(eq(eventSeals.communityId, communityId), eq(eventSeals.position, position)));
  return seal ? headOf(seal) : null;
}

export interface StoredLink {
  readonly seal: Seal;
  /** Null when it is gone. */
  readonly event: Event | null;
}

/** Seals behind a position with their events, in order; within a transaction. */
export async function linksAfter(scope: Scope, position: number, limit: number): Promise<StoredLink[]> {
  await readByIndex(scope.db);
  const seals = await scope.db
    .select()
    .from(eventSeals)
    .where(and(eq(eventSeals.communityId, scope.communityId), gt(eventSeals.position, position)))
    .orderBy(eventSeals.position)
    .limit(limit);
  const found = await eventsOf(scope, seals);
  return seals.map(seal => ({ seal, event: found.get(seal.eventId) ?? null }));
}

/** Entries of the access log by id. */
export async function looksById({ db, communityId }: Scope, ids: readonly string[]): Promise<ReadonlyMap<string, Look>> {
  const rows = await db
    .select()
    .from(accessLog)
    .where(and(eq(accessLog.communityId, communityId), sql`${accessLog.id} = any(${sql.param(ids)}::uuid[])`));
  return new Map(rows.map(row => [row.id, row]));
}

/** An event that is neither sealed nor waiting to be. */
export async function neverSealed({ db, communityId }: Scope): Promise<string | null> {
  const [stray] = await db.execute<{ id: string }>(sql`
    select e.id from ${events} e
    where e.community_id = ${communityId}
      and not exists (select from ${eventSeals} s where s.community_id = e.community_id and s.event_id = e.id)
      and not exists (select from ${unsealedEvents} u where u.community_id = e.community_id and u.event_id = e.id)
    limit 1`);
  return stray?.id ?? null;
}

/** An entry of the access log that no event vouches for. */
export async function unknownAccess({ db, communityId }: Scope): Promise<string | null> {
  const [stray] = await db.execute<{ id: string }>(sql`
    with vouched as materialized (
      select jsonb_array_elements_text(e.data -> 'accessIds') as id from ${events} e
      where e.community_id = ${communityId} and e.kind = 'PERSONAL_DATA_READ')
    select a.id from ${accessLog} a
    where a.community_id = ${communityId} and not exists (select from vouched v where v.id = a.id::text)
    limit 1`);
  return stray?.id ?? null;
}

/** One process at a time keeps the heads of a community; false when another one does. Until the transaction ends. */
export async function holdHeads({ db, communityId }: Scope): Promise<boolean> {
  const [lock] = await db.execute<{ held: boolean }>(
    sql`select pg_try_advisory_xact_lock(${HEADS_LOCK}::int, hashtext(${communityId})) as held`,
  );
  return lock?.held ?? false;
}
/** Class of the advisory locks, one a community. */
const HEADS_LOCK = 7_230_003;
