import { and, eq, gt, isNull, lte, or, sql } from 'drizzle-orm';
import type { Database } from '../../db/client.js';
import type { Scope } from '../../scope/scope.js';
import { kinships } from '../residents/residents.table.js';
import { passwordResets } from './credentials.table.js';
import { roleAssignments } from './identity.table.js';

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

export interface Reset {
  readonly accountId: string;
  readonly codeHash: string;
  readonly issuedBy: string;
  readonly expiresAt: Date;
}

/** Puts a code in the place of whatever code the account had. */
export async function saveReset({ db, now }: Scope, reset: Reset): Promise<void> {
  const row = { ...reset, createdAt: now(), wrongTries: 0 };
  await db.insert(passwordResets).values(row).onConflictDoUpdate({ target: passwordResets.accountId, set: row });
}

/** The code of an account that is still good; asked in the same way for nobody. */
export async function resetOf(
  { db, now }: Scope,
  accountId: string | null,
  tries: number,
): Promise<{ readonly codeHash: string } | null> {
  const [row] = await db
    .select({ codeHash: passwordResets.codeHash })
    .from(passwordResets)
    .where(
      and(
        eq(passwordResets.accountId, accountId ?? NOBODY),
        gt(passwordResets.expiresAt, now()),
        sql`${passwordResets.wrongTries} < ${tries}`,
      ),
    );
  return row ?? null;
}

/** Uses a code up; of several at the same time one gets it. */
export async function clearReset({ db }: Scope, accountId: string, codeHash: string): Promise<boolean> {
  const rows = await db
    .delete(passwordResets)
    .where(and(eq(passwordResets.accountId, accountId), eq(passwordResets.codeHash, codeHash)))
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
