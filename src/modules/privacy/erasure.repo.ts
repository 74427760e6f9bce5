import { and, eq, sql } from 'drizzle-orm';
import { forgetInputs } from '../../db/idempotency.js';
import { defineLoader } from '../../scope/loader.js';
import type { Scope } from '../../scope/scope.js';
import type { ErasureReceipt } from './erasure.domain.js';
import { erasures } from './erasure.table.js';

/** Receipts of requests, as far as row-level security lets the caller through: staff of the branch, and the account that asked. */
export const receiptByRequest = defineLoader<ErasureReceipt>('receiptByRequest', (scope, requestIds) =>
  scope.reading(async ({ db, communityId }) => {
    const rows = await db
      .select()
      .from(erasures)
      .where(and(eq(erasures.communityId, communityId), sql`${erasures.requestId} = any(${sql.param(requestIds)}::uuid[])`));
    return new Map(rows.map(row => [row.requestId, row]));
  }),
);

export async function receiptById({ db, communityId }: Scope, id: string): Promise<ErasureReceipt | null> {
  const [row] = await db
    .select()
    .from(erasures)
    .where(and(eq(erasures.communityId, communityId), eq(erasures.id, id)));
  return row ?? null;
}

export async function insertReceipt({ db, communityId }: Scope, receipt: ErasureReceipt): Promise<void> {
  await db.insert(erasures).values({ ...receipt, communityId });
}

/** Digests of what was typed to make these things. */
export const forgetTyped = ({ db, communityId }: Scope, madeIds: readonly string[]) => forgetInputs(db, communityId, madeIds);
