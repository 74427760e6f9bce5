import { and, eq, isNull, lt, sql } from 'drizzle-orm';
import type { SealedTable } from '../../db/sealed-table.js';
import { NO_COMMUNITY, type Place } from '../../kernel/vault.js';
import { defineLoader } from '../../scope/loader.js';
import type { Scope } from '../../scope/scope.js';
import { totps } from './credentials.table.js';

const TABLE = 'identity.totp';
const SECRET = 'secret_sealed';
export const sealedTotps: SealedTable = {
  name: TABLE,
  id: 'account_id',
  withoutCommunity: true,
  sealed: [SECRET],
  indexes: {},
};

const place = (accountId: string): Place => ({ table: TABLE, column: SECRET, communityId: NO_COMMUNITY, rowId: accountId });

export interface Totp {
  /** Base32. */
  readonly secret: string;
  readonly isConfirmed: boolean;
}

export async function totpOf({ db, vault }: Scope, accountId: string): Promise<Totp | null> {
  const [row] = await db.select().from(totps).where(eq(totps.accountId, accountId));
  return row ? { secret: vault.open(place(accountId), row.secretSealed), isConfirmed: row.confirmedAt !== null } : null;
}

/** When the second factor of accounts was confirmed. Raw: no policy. */
export const totpSince = defineLoader<Date>('totpSince', async ({ db }, accountIds) => {
  const rows = await db
    .select({ accountId: totps.accountId, since: totps.confirmedAt })
    .from(totps)
    .where(sql`${totps.accountId} = any(${sql.param(accountIds)}) and ${totps.confirmedAt} is not null`);
  return new Map(rows.flatMap(({ accountId, since }) => (since ? [[accountId, since] as const] : [])));
});

/** Keeps a secret that waits for its first code; false when the account has one that is confirmed. */
export async function saveTotp({ db, vault, now }: Scope, accountId: string, secret: string): Promise<boolean> {
  const row = { secretSealed: vault.seal(place(accountId), secret), createdAt: now(), lastStep: 0 };
  const rows = await db
    .insert(totps)
    .values({ ...row, accountId })
    .onConflictDoUpdate({ target: totps.accountId, set: row, setWhere: isNull(totps.confirmedAt) })
    .returning({ accountId: totps.accountId });
  return rows.length > 0;
}

/** Uses a time step up: of several with one code, one gets it, and none that is older gets in after it. */
export async function spendStep({ db }: Scope, accountId: string, step: number): Promise<boolean> {
  const rows = await db
    .update(totps)
    .set({ lastStep: step })
    .where(and(eq(totps.accountId, accountId), lt(totps.lastStep, step)))
    .returning({ accountId: totps.accountId });
  return rows.length > 0;
}

export async function confirmTotp({ db, now }: Scope, accountId: string): Promise<void> {
  await db.update(totps).set({ confirmedAt: now() }).where(eq(totps.accountId, accountId));
}

/** Takes the second factor away; false when there was none. */
export async function removeTotp({ db }: Scope, accountId: string): Promise<boolean> {
  const rows = await db.delete(totps).where(eq(totps.accountId, accountId)).returning({ accountId: totps.accountId });
  return rows.length > 0;
}
