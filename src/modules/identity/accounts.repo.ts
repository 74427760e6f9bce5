import { and, asc, eq, gt, isNull, ne, or, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../db/client.js';
import { keyset, type ListOrder, toPage } from '../../db/keyset.js';
import { announceRights } from '../../db/rights.js';
import { aText, aUuid, type Page, type PageWindow } from '../../kernel/page.js';
import { defineLoader } from '../../scope/loader.js';
import type { Scope } from '../../scope/scope.js';
import type { Account, RoleAssignment } from './identity.domain.js';
import { accountVisibleTo, belongsTo } from './identity.policy.js';
import { accounts, roleAssignments } from './identity.table.js';

const BULK = 500;

const accountColumns = {
  id: accounts.id,
  login: accounts.login,
  displayName: accounts.displayName,
  active: accounts.active,
  version: accounts.version,
  createdAt: accounts.createdAt,
};
const roleColumns = {
  id: roleAssignments.id,
  accountId: roleAssignments.accountId,
  role: roleAssignments.role,
  branchId: roleAssignments.branchId,
  areaId: roleAssignments.areaId,
  organizationId: roleAssignments.organizationId,
  validFrom: roleAssignments.validFrom,
  validUntil: roleAssignments.validUntil,
};

/** Not over yet; it may still begin later. */
const notEnded = (now: Date): SQL | undefined => or(isNull(roleAssignments.validUntil), gt(roleAssignments.validUntil, now));

/** Raw: no policy. */
export const accountById = defineLoader<Account>('accountById', async ({ db }, ids) => {
  const rows = await db
    .select(accountColumns)
    .from(accounts)
    .where(sql`${accounts.id} = any(${sql.param(ids)})`);
  return new Map(rows.map(row => [row.id, row]));
});

/** Roles in this community that are not over, by account. Raw: no policy. */
export const rolesByAccount = defineLoader<readonly RoleAssignment[]>(
  'rolesByAccount',
  async ({ db, communityId, now }, accountIds) => {
    const rows = await db
      .select(roleColumns)
      .from(roleAssignments)
      .where(
        and(
          eq(roleAssignments.communityId, communityId),
          sql`${roleAssignments.accountId} = any(${sql.param(accountIds)})`,
          notEnded(now()),
        ),
      )
      .orderBy(asc(roleAssignments.role), asc(roleAssignments.id));
    return Map.groupBy(rows, row => row.accountId);
  },
);

/** The account, if this caller may see it. */
export async function visibleAccount({ db, communityId, actor }: Scope, id: string): Promise<Account | null> {
  const [row] = await db
    .select(accountColumns)
    .from(accounts)
    .where(and(eq(accounts.id, id), accountVisibleTo(actor, communityId)));
  return row ?? null;
}

export const BY_LOGIN: ListOrder<Account> = {
  name: 'accounts.LOGIN',
  columns: [accounts.login, accounts.id],
  cursor: [aText, aUuid],
  descending: false,
  values: ({ login, id }) => [login, id],
};

/** Accounts that this caller may see, by login; `text` is a part of login or name. */
export async function pageOfAccounts(
  { db, communityId, actor }: Scope,
  { text }: { readonly text: string | null },
  window: PageWindow,
): Promise<Page<Account>> {
  const pattern = text === null ? null : `%${text.replace(/[\\%_]/g, '\\$&')}%`;
  const part = keyset(
    BY_LOGIN,
    window,
    accountVisibleTo(actor, communityId),
    pattern === null
      ? undefined
      : sql`(${accounts.login} like ${pattern.toLowerCase()} or ${accounts.displayName} ilike ${pattern})`,
  );
  const rows = await db
    .select(accountColumns)
    .from(accounts)
    .where(part.where)
    .orderBy(...part.orderBy)
    .limit(part.limit);
  return toPage(BY_LOGIN, window, rows, row => row);
}

/** The account, locked until the transaction ends, and whether it has to do with this community and with others. */
export async function lockAccount({ db, communityId, now }: Scope, id: string) {
  const elsewhere = and(
    eq(roleAssignments.accountId, accounts.id),
    ne(roleAssignments.communityId, communityId),
    notEnded(now()),
  );
  const [row] = await db
    .select({
      ...accountColumns,
      hasPassword: sql<boolean>`${accounts.passwordHash} is not null`,
      belongs: belongsTo(communityId),
      worksElsewhere: sql<boolean>`exists (select 1 from ${roleAssignments} where ${elsewhere})`,
    })
    .from(accounts)
    .where(eq(accounts.id, id))
    .for('update');
  return row ?? null;
}

/** Writes accounts under one hash (or none, for programs) and answers with the ids of those whose login was free. */
export async function insertAccounts(
  { db }: Scope,
  rows: readonly Account[],
  secret: { readonly passwordHash: string | null; readonly isDemo: boolean },
): Promise<ReadonlySet<string>> {
  const written = new Set<string>();
  for (let from = 0; from < rows.length; from += BULK) {
    const part = await db
      .insert(accounts)
      .values(rows.slice(from, from + BULK).map(row => ({ ...row, ...secret })))
      .onConflictDoNothing({ target: accounts.login })
      .returning({ id: accounts.id });
    for (const { id } of part) written.add(id);
  }
  return written;
}

export async function accountWithLogin({ db }: Scope, login: string): Promise<Account | null> {
  const [row] = await db.select(accountColumns).from(accounts).where(eq(accounts.login, login));
  return row ?? null;
}

/** Shuts the account; its caller has locked it. */
export async function deactivate({ db }: Scope, id: string): Promise<void> {
  await db
    .update(accounts)
    .set({ active: false, version: sql`${accounts.version} + 1` })
    .where(eq(accounts.id, id));
  await announceRights(db, [id]);
}

/** Puts another hash in the place of the one that was seen; false when it is not there any more. */
export async function replaceHash({ db }: Scope, id: string, seen: string, hash: string): Promise<boolean> {
  const rows = await db
    .update(accounts)
    .set({ passwordHash: hash, version: sql`${accounts.version} + 1` })
    .where(and(eq(accounts.id, id), eq(accounts.passwordHash, seen)))
    .returning({ id: accounts.id });
  return rows.length > 0;
}

export async function insertRoles({ db, communityId }: Scope, rows: readonly RoleAssignment[]): Promise<void> {
  for (let from = 0; from < rows.length; from += BULK)
    await db.insert(roleAssignments).values(rows.slice(from, from + BULK).map(row => ({ ...row, communityId })));
  await announceRights(
    db,
    rows.map(({ accountId }) => accountId),
  );
}

export async function roleById({ db, communityId }: Scope, id: string): Promise<RoleAssignment | null> {
  const [row] = await db
    .select(roleColumns)
    .from(roleAssignments)
    .where(and(eq(roleAssignments.communityId, communityId), eq(roleAssignments.id, id)));
  return row ?? null;
}

/** Ends a role that is not over, in one statement; null when there is none such. */
export async function endRoleNow({ db, communityId, now }: Scope, id: string): Promise<RoleAssignment | null> {
  const at = now();
  const [row] = await db
    .update(roleAssignments)
    .set({ validUntil: at })
    .where(and(eq(roleAssignments.communityId, communityId), eq(roleAssignments.id, id), notEnded(at)))
    .returning(roleColumns);
  if (row) await announceRights(db, [row.accountId]);
  return row ?? null;
}

/** An account with the published password can sign in: not fit for production. */
export async function hasDemoAccounts(db: Database): Promise<boolean> {
  const [row] = await db
    .select({ id: accounts.id })
    .from(accounts)
    .where(and(eq(accounts.isDemo, true), eq(accounts.active, true)))
    .limit(1);
  return row !== undefined;
}
