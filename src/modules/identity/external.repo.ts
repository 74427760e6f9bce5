import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import type { KeyedTable } from '../../db/sealed-table.js';
import { NO_COMMUNITY } from '../../kernel/vault.js';
import { defineLoader } from '../../scope/loader.js';
import type { Scope } from '../../scope/scope.js';
import { externalIdentities } from './credentials.table.js';
import { accounts } from './identity.table.js';

export const indexedLinks: KeyedTable = {
  name: 'identity.external_identity',
  withoutCommunity: true,
  sealed: [],
  indexes: { subject_index: { kind: 'bytea' } },
};

/** What somebody is called elsewhere, so that it can be found but not read: under the current key, then under older ones. */
const indexesOf = ({ vault }: Scope, provider: string, subject: string): [Buffer, ...Buffer[]] =>
  vault.blindIndexes(NO_COMMUNITY, `external_identity.${provider}`, Buffer.from(subject).toString('hex'));

/** The active account that is linked with somebody's name elsewhere. */
export async function accountLinkedWith(scope: Scope, provider: string, subject: string): Promise<string | null> {
  const [row] = await scope.db
    .select({ id: accounts.id })
    .from(externalIdentities)
    .innerJoin(accounts, and(eq(accounts.id, externalIdentities.accountId), eq(accounts.active, true)))
    .where(
      and(
        eq(externalIdentities.provider, provider),
        inArray(externalIdentities.subjectIndex, indexesOf(scope, provider, subject)),
      ),
    );
  return row?.id ?? null;
}

/** True while account and link are as they were; holds off a change of either until the transaction ends. */
export async function linkHoldsStill({ db }: Scope, provider: string, accountId: string): Promise<boolean> {
  const rows = await db
    .select({ id: accounts.id })
    .from(externalIdentities)
    .innerJoin(accounts, and(eq(accounts.id, externalIdentities.accountId), eq(accounts.active, true)))
    .where(and(eq(externalIdentities.provider, provider), eq(externalIdentities.accountId, accountId)))
    .for('share');
  return rows.length > 0;
}

/** Puts a link under the current key. Only whoever comes by it tells the name, so rotation cannot. */
export async function renewLink(scope: Scope, provider: string, subject: string): Promise<void> {
  const [subjectIndex, ...older] = indexesOf(scope, provider, subject);
  if (!older.length) return;
  await scope.db
    .update(externalIdentities)
    .set({ subjectIndex })
    .where(and(eq(externalIdentities.provider, provider), inArray(externalIdentities.subjectIndex, older)));
}

/**
 * False when the name is linked already, under whichever key, or the account has another one with that provider; then no link was
 * written.
 */
export async function insertLink(scope: Scope, provider: string, subject: string, accountId: string): Promise<boolean> {
  await renewLink(scope, provider, subject);
  const [subjectIndex] = indexesOf(scope, provider, subject);
  const rows = await scope.db
    .insert(externalIdentities)
    .values({ provider, subjectIndex, accountId, linkedAt: scope.now() })
    .onConflictDoNothing()
    .returning({ accountId: externalIdentities.accountId });
  return rows.length > 0;
}

/** Takes one link of an account away, or all; false when there was none. */
export async function removeLinks({ db }: Scope, accountId: string, provider: string | null): Promise<boolean> {
  const rows = await db
    .delete(externalIdentities)
    .where(
      and(eq(externalIdentities.accountId, accountId), provider === null ? undefined : eq(externalIdentities.provider, provider)),
    )
    .returning({ accountId: externalIdentities.accountId });
  return rows.length > 0;
}

/** With which providers accounts are linked. Raw: no policy. */
export const linkedProviders = defineLoader<readonly string[]>('linkedProviders', async ({ db }, accountIds) => {
  const rows = await db
    .select({ accountId: externalIdentities.accountId, provider: externalIdentities.provider })
    .from(externalIdentities)
    .where(sql`${externalIdentities.accountId} = any(${sql.param(accountIds)})`)
    .orderBy(asc(externalIdentities.provider));
  return new Map([...Map.groupBy(rows, row => row.accountId)].map(([id, links]) => [id, links.map(({ provider }) => provider)]));
});
