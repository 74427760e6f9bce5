import { createHash } from 'node:crypto';
import { and, eq, sql } from 'drizzle-orm';
import type { IdempotencyKeyReused } from '../kernel/failures.js';
import { fail, ok, type Result } from '../kernel/result.js';
import type { Database } from './client.js';
import { idempotencyKeys } from './log.table.js';

/** Whose key it is: keys of two accounts or two operations never meet. */
export interface IdempotencyKey {
  readonly communityId: string;
  readonly accountId: string;
  readonly operation: string;
  readonly key: string;
  /** Keyed digest of the input (a plain one of a phone number could be guessed), under the current key and then under older ones. */
  readonly inputHashes: readonly [Buffer, ...Buffer[]];
  readonly at: Date;
}

/** The same for inputs that say the same, whatever the order of their fields. */
export const digestOf = (input: unknown): string => createHash('sha256').update(JSON.stringify(input, sortKeys)).digest('hex');
const sortKeys = (_name: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/**
 * Takes the key inside the mutation's own transaction. A second caller with the same key waits on the unique index until the
 * first commits, then gets `replay`: the id of what the first one made. After a rollback of the first the key is free again.
 */
export async function takeKey(
  db: Database,
  { communityId, accountId, operation, key, inputHashes, at }: IdempotencyKey,
): Promise<Result<{ readonly replay: string | null }, IdempotencyKeyReused>> {
  const taken = await db
    .insert(idempotencyKeys)
    .values({ communityId, accountId, operation, key, inputHash: inputHashes[0], createdAt: at })
    .onConflictDoNothing()
    .returning({ key: idempotencyKeys.key });
  if (taken.length) return ok({ replay: null });
  const [first] = await db
    .select()
    .from(idempotencyKeys)
    .where(matching(communityId, accountId, operation, key));
  if (!first) throw new Error('idempotency key vanished');
  if (!inputHashes.some(hash => hash.equals(first.inputHash)))
    return fail({ code: 'IDEMPOTENCY_KEY_REUSED', path: ['idempotencyKey'] });
  return ok({ replay: first.resultId });
}

/** Remembers what the mutation made, for replays. */
export const keepResult = (db: Database, { communityId, accountId, operation, key }: IdempotencyKey, resultId: string) =>
  db
    .update(idempotencyKeys)
    .set({ resultId })
    .where(matching(communityId, accountId, operation, key));

/**
 * Forgets the inputs that made these things, in words that no input has: a late repeat is told that its key was used, instead of
 * making anew what was erased.
 */
export const forgetInputs = (db: Database, communityId: string, resultIds: readonly string[]) =>
  db
    .update(idempotencyKeys)
    .set({ inputHash: Buffer.alloc(0) })
    .where(
      and(eq(idempotencyKeys.communityId, communityId), sql`${idempotencyKeys.resultId} = any(${sql.param(resultIds)}::uuid[])`),
    );

/** Drops up to `limit` keys from before a moment; how many. A repeat that comes later runs anew. */
export async function dropKeys(db: Database, communityId: string, before: Date, limit: number): Promise<number> {
  const rows = await db.execute(sql`
    delete from ${idempotencyKeys} where community_id = ${communityId} and (account_id, operation, key) in (
      select account_id, operation, key from ${idempotencyKeys} where community_id = ${communityId} and created_at < ${before.toISOString()}::timestamptz
      order by created_at limit ${limit} for update skip locked) returning 1`);
  return rows.length;
}

const matching = (communityId: string, accountId: string, operation: string, key: string) =>
  and(
    eq(idempotencyKeys.communityId, communityId),
    eq(idempotencyKeys.accountId, accountId),
    eq(idempotencyKeys.operation, operation),
    eq(idempotencyKeys.key, key),
  );
