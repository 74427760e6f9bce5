import { and, eq, gt, isNotNull, isNull, lt, lte, or, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../db/client.js';
import { keyset, type ListOrder, toPage } from '../../db/keyset.js';
import { announceRights } from '../../db/rights.js';
import { aUuid, type Page, type PageWindow } from '../../kernel/page.js';
import { defineLoader } from '../../scope/loader.js';
import type { Scope } from '../../scope/scope.js';
import { type ApiClient, secretHash } from './clients.domain.js';
import { clientVisibleTo } from './clients.policy.js';
import { apiClients, apiKeys } from './clients.table.js';

const USE_NOTED_EVERY_MINUTES = 5;

/** The program itself: neither revoked nor expired. */
const alive = (now: Date): SQL | undefined =>
  and(isNull(apiClients.revokedAt), or(isNull(apiClients.expiresAt), gt(apiClients.expiresAt, now)));

const liveKey = (now: Date): SQL | undefined => or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, now));

export interface LiveClient extends ApiClient {
  readonly communityId: string;
  /** When the key that was shown stops, if it will; null for a look by id. */
  readonly keyExpiresAt: Date | null;
}

/** The program that a key belongs to, if both are good. Asked before there is a scope. */
export async function liveClientByKey(db: Database, key: string, now: Date): Promise<LiveClient | null> {
  const [row] = await db
    .select({ client: apiClients, keyExpiresAt: apiKeys.expiresAt })
    .from(apiKeys)
    .innerJoin(apiClients, eq(apiClients.id, apiKeys.clientId))
    .where(and(eq(apiKeys.hash, secretHash(key)), liveKey(now), alive(now)));
  return row ? { ...row.client, keyExpiresAt: row.keyExpiresAt } : null;
}

export async function liveClientById(db: Database, id: string, now: Date): Promise<LiveClient | null> {
  const [row] = await db
    .select()
    .from(apiClients)
    .where(and(eq(apiClients.id, id), alive(now)));
  return row ? { ...row, keyExpiresAt: null } : null;
}

/** Notes that a program called, unless that was noted some minutes ago. */
export async function noteUse(db: Database, { id, lastUsedAt }: ApiClient, now: Date): Promise<void> {
  const before = new Date(now.getTime() - USE_NOTED_EVERY_MINUTES * 60_000);
  if (lastUsedAt && lastUsedAt > before) return;
  await db
    .update(apiClients)
    .set({ lastUsedAt: now })
    .where(and(eq(apiClients.id, id), or(isNull(apiClients.lastUsedAt), lt(apiClients.lastUsedAt, before))));
}

/** A program of this community that the caller may see. */
export const clientById = defineLoader<ApiClient>('clientById', async ({ db, communityId, actor }, ids) => {
  const rows = await db
    .select()
    .from(apiClients)
    .where(and(sql`${apiClients.id} = any(${sql.param(ids)})`, clientVisibleTo(actor, communityId)));
  return new Map(rows.map(row => [row.id, row]));
});

export const CLIENTS: ListOrder<ApiClient> = {
  name: 'apiClients.ID',
  columns: [apiClients.id],
  cursor: [aUuid],
  descending: false,
  values: ({ id }) => [id],
};

/** Programs that the caller may see, the oldest first. */
export async function pageOfClients({ db, communityId, actor }: Scope, window: PageWindow): Promise<Page<ApiClient>> {
  const part = keyset(CLIENTS, window, clientVisibleTo(actor, communityId));
  const rows = await db
    .select()
    .from(apiClients)
    .where(part.where)
    .orderBy(...part.orderBy)
    .limit(part.limit);
  return toPage(CLIENTS, window, rows, row => row);
}

export async function lockClient({ db, communityId, actor }: Scope, id: string): Promise<ApiClient | null> {
  const [row] = await db
    .select()
    .from(apiClients)
    .where(and(eq(apiClients.id, id), clientVisibleTo(actor, communityId)))
    .for('update');
  return row ?? null;
}

export async function insertClient({ db, communityId }: Scope, client: ApiClient): Promise<void> {
  await db.insert(apiClients).values({
    ...client,
    communityId,
    scopes: [...client.scopes],
    branchIds: [...client.branchIds],
    addresses: [...client.addresses],
  });
}

/**
 * Puts a new key beside the newest one, which lives on until `othersUntil`; one that was on its way out ends now. The program's
 * row is locked by the caller.
 */
export async function insertKey({ db, now }: Scope, clientId: string, key: string, othersUntil: Date): Promise<void> {
  await db.delete(apiKeys).where(and(eq(apiKeys.clientId, clientId), isNotNull(apiKeys.expiresAt)));
  await db.update(apiKeys).set({ expiresAt: othersUntil }).where(eq(apiKeys.clientId, clientId));
  await db.insert(apiKeys).values({ hash: secretHash(key), clientId, createdAt: now() });
  await announceRights(db, [clientId]);
}

/** Ends a program and its keys. */
export async function endClient({ db, now }: Scope, id: string): Promise<ApiClient> {
  const [row] = await db.update(apiClients).set({ revokedAt: now() }).where(eq(apiClients.id, id)).returning();
  if (!row) throw new Error('a locked program is gone');
  await db.delete(apiKeys).where(eq(apiKeys.clientId, id));
  await announceRights(db, [id]);
  return row;
}

/** How many keys a program could call with now. */
export const liveKeysOf = defineLoader<number>('liveKeysOf', async ({ db, now }, ids) => {
  const rows = await db
    .select({ clientId: apiKeys.clientId, count: sql<number>`count(*)::int` })
    .from(apiKeys)
    .where(and(sql`${apiKeys.clientId} = any(${sql.param(ids)})`, liveKey(now())))
    .groupBy(apiKeys.clientId);
  return new Map(rows.map(({ clientId, count }) => [clientId, count]));
});

export const purgeKeys = (db: Database, now: Date) => db.delete(apiKeys).where(lte(apiKeys.expiresAt, now));
