import { and, eq, gt, inArray, isNull, lt, lte, or, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../db/client.js';
import type { KeyedTable } from '../../db/sealed-table.js';
import { NO_COMMUNITY } from '../../kernel/vault.js';
import type { Scope } from '../../scope/scope.js';
import { kinships } from '../residents/residents.table.js';
import { passwordResets } from './credentials.table.js';
import { roleAssignments } from './identity.table.js';

/** After so many a code is dead, though its time is not up. */
const MAX_WRONG_CODES = 5;
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** The account holds the role FAMILY and no other, anywhere, and is verified kin of a resident of a branch that the caller works for. */
export async function isFamilyOf({ db, communityId, actor, now }: Scope, accountId: string): Promise<boolean> {
  if (actor.kind !== 'ACCOUNT' || !actor.branchIds.length) return false;
  const held = and(
    eq(roleAssignments.accountId, accountId),
    or(isNull(roleAssignments.validUntil), gt(roleAssignments.validUntil, now())),
  );
  const [row] = await db
    .select({
      isKin: sql<boolean>`count(*) > 0`,
      roles: sql<readonly string[]>`array(select distinct ${roleAssignments.role}::text from ${roleAssignments} where ${held})`,
    })
    .from(kinships)
    .where(
      and(
        eq(kinships.communityId, communityId),
        eq(kinships.accountId, accountId),
        eq(kinships.state, 'VERIFIED'),
        sql`${kinships.branchId} = any(${sql.param(actor.branchIds)}::uuid[])`,
      ),
    );
  return row?.isKin === true && row.roles.join() === 'FAMILY';
}

export const indexedResets: KeyedTable = {
  name: 'identity.password_reset',
  withoutCommunity: true,
  sealed: [],
  indexes: { code_index: { kind: 'bytea' } },
};

/** Keyed digests: nobody who reads the table finds the code by trying all there are. Under the current key, then under older ones. */
const indexesOf = ({ vault }: Scope, accountId: string, code: string): [Buffer, ...Buffer[]] =>
  vault.blindIndexes(NO_COMMUNITY, 'password_reset.code', `${accountId}|${code}`);

/** Puts a code in the place of whatever code the account had. */
export async function saveReset(
  scope: Scope,
  {
    accountId,
    code,
    ...reset
  }: { readonly accountId: string; readonly code: string; readonly issuedBy: string; readonly expiresAt: Date },
): Promise<void> {
  const [codeIndex] = indexesOf(scope, accountId, code);
  const row = { ...reset, accountId, codeIndex, createdAt: scope.now(), wrongTries: 0 };
  await scope.db.insert(passwordResets).values(row).onConflictDoUpdate({ target: passwordResets.accountId, set: row });
}

const fitting = (scope: Scope, accountId: string, code: string): SQL | undefined =>
  and(
    eq(passwordResets.accountId, accountId),
    inArray(passwordResets.codeIndex, indexesOf(scope, accountId, code)),
    gt(passwordResets.expiresAt, scope.now()),
    lt(passwordResets.wrongTries, MAX_WRONG_CODES),
  );

/** The code is the account's and still good; asked in the same way for nobody. */
export async function isResetCode(scope: Scope, accountId: string | null, code: string): Promise<boolean> {
  const rows = await scope.db
    .select({ accountId: passwordResets.accountId })
    .from(passwordResets)
    .where(fitting(scope, accountId ?? NOBODY, code));
  return rows.length > 0;
}

/** Uses a code up; of several at the same time one gets it. */
export async function spendResetCode(scope: Scope, accountId: string, code: string): Promise<boolean> {
  const rows = await scope.db
    .delete(passwordResets)
    .where(fitting(scope, accountId, code))
    .returning({ accountId: passwordResets.accountId });
  return rows.length > 0;
}

export async function countWrongCode({ db }: Scope, accountId: string | null): Promise<void> {
  await db
    .update(passwordResets)
    .set({ wrongTries: sql`${passwordResets.wrongTries} + 1` })
    .where(eq(passwordResets.accountId, accountId ?? NOBODY));
}

export const purgeResets = (db: Database, now: Date) => db.delete(passwordResets).where(lte(passwordResets.expiresAt, now));
