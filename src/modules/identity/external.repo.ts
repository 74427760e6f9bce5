import { and, asc, eq, sql } from 'drizzle-orm';
import { defineLoader } from '../../scope/loader.js';
import type { Scope } from '../../scope/scope.js';
import { externalIdentities } from './credentials.table.js';
import { accounts } from './identity.table.js';

/** Accounts belong to no community, and neither do their names elsewhere. */
const NO_COMMUNITY = '00000000-0000-0000-0000-000000000000';

/** What somebody is called elsewhere, so that it can be found but not read. */
const indexOf = ({ vault }: Scope, provider: string, subject: string): Buffer =>
  vault.blindIndex(NO_COMMUNITY, `external_identity.${provider}`, Buffer.from(subject).toString('hex'));

/** The active account that is linked with somebody's name elsewhere. */
export async function accountLinkedWith(scope: Scope, provider: string, subject: string): Promise<string | null> {
  const [row] = await scope.db
    .select({ id: accounts.id })
    .from(externalIdentities)
    .innerJoin(accounts, and(eq(accounts.id, externalIdentities.accountId), eq(accounts.active, true)))
    .where(
      and(eq(externalIdentities.provider, provider), eq(externalIdentities.subjectIndex, indexOf(scope, provider, subject))),
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

/** False when the name is linked already, or the account has another one with that provider; then nothing was written. */
export async function insertLink(scope: Scope, provider: string, subject: string, accountId: string): Promise<boolean> {
  const rows = await scope.db
    .insert(externalIdentities)
    .values({ provider, subjectIndex: indexOf(scope, provider, subject), accountId, linkedAt: scope.now() })
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
