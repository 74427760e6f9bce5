import { createHash, randomBytes } from 'node:crypto';
import { and, eq, gt, isNull, lte, or, sql } from 'drizzle-orm';
import type { Database } from '../../db/client.js';
import { announceRights } from '../../db/rights.js';
import { DAY } from '../../kernel/clock.js';
import type { Scope } from '../../scope/scope.js';
import { communities } from '../territory/territory.table.js';
import { accounts, refreshTokens, roleAssignments } from './identity.table.js';

const REFRESH_LIFE = 30 * DAY;
const FORM = /^[A-Za-z0-9_-]{43}$/;

/** What checking a password needs. */
const credentialColumns = {
  id: accounts.id,
  login: accounts.login,
  passwordHash: accounts.passwordHash,
  active: accounts.active,
};

export async function credentialsByLogin({ db }: Scope, login: string) {
  const [row] = await db.select(credentialColumns).from(accounts).where(eq(accounts.login, login));
  return row ?? null;
}

export async function credentialsById({ db }: Scope, id: string) {
  const [row] = await db.select(credentialColumns).from(accounts).where(eq(accounts.id, id));
  return row ?? null;
}

/**
 * True when the account is active and its hash is the one that was checked; holds off a change of either until the
 * transaction ends, so that no session outlives the password it was opened with.
 */
export async function holdsStill({ db }: Scope, id: string, passwordHash: string): Promise<boolean> {
  const rows = await db
    .select({ id: accounts.id })
    .from(accounts)
    .where(and(eq(accounts.id, id), eq(accounts.passwordHash, passwordHash), eq(accounts.active, true)))
    .for('share');
  return rows.length > 0;
}

/** Where the account has a role now: the community with this code, or else this request's, or else the first it came to. */
export async function homeOf({ db, communityId, now }: Scope, accountId: string, code: string | null): Promise<string | null> {
  const at = now();
  const [row] = await db
    .select({ id: communities.id })
    .from(roleAssignments)
    .innerJoin(communities, eq(communities.id, roleAssignments.communityId))
    .where(
      and(
        eq(roleAssignments.accountId, accountId),
        lte(roleAssignments.validFrom, at),
        or(isNull(roleAssignments.validUntil), gt(roleAssignments.validUntil, at)),
        code === null ? undefined : eq(communities.code, code),
      ),
    )
    .orderBy(sql`${communities.id} = ${communityId} desc`, roleAssignments.validFrom, roleAssignments.id)
    .limit(1);
  return row?.id ?? null;
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** A refresh token of 256 random bits. It is told once; stored is its hash. */
export async function insertRefreshToken(
  { db, communityId, now }: Scope,
  { accountId, familyId }: { readonly accountId: string; readonly familyId: string },
): Promise<{ readonly refreshToken: string; readonly refreshExpiresAt: Date }> {
  const refreshToken = randomBytes(32).toString('base64url');
  const createdAt = now();
  const expiresAt = new Date(createdAt.getTime() + REFRESH_LIFE);
  await db.insert(refreshTokens).values({ hash: hashOf(refreshToken), familyId, accountId, communityId, createdAt, expiresAt });
  return { refreshToken, refreshExpiresAt: expiresAt };
}

export async function refreshTokenOf({ db }: Scope, token: string) {
  if (!FORM.test(token)) return null;
  const [row] = await db
    .select()
    .from(refreshTokens)
    .where(eq(refreshTokens.hash, hashOf(token)));
  return row ?? null;
}

/** Uses a token up, if it is good; of several at the same time one gets it. */
export async function spendRefreshToken({ db, now }: Scope, hash: string): Promise<boolean> {
  const at = now();
  const rows = await db
    .update(refreshTokens)
    .set({ usedAt: at })
    .where(
      and(
        eq(refreshTokens.hash, hash),
        isNull(refreshTokens.usedAt),
        isNull(refreshTokens.revokedAt),
        gt(refreshTokens.expiresAt, at),
      ),
    )
    .returning({ hash: refreshTokens.hash });
  return rows.length > 0;
}

/**
 * Kills every token of a family or an account, its access tokens with it, also one that a refresh is writing right now: its predecessor is locked by
 * that refresh and not dead yet, so a round waits for it, and the next round finds the new one. Answers how many died.
 */
export async function revokeTokens(
  { db, now }: Scope,
  of: { readonly familyId: string } | { readonly accountId: string },
): Promise<number> {
  const [whose, subjectId] =
    'familyId' in of
      ? [eq(refreshTokens.familyId, of.familyId), of.familyId]
      : [eq(refreshTokens.accountId, of.accountId), of.accountId];
  for (let died = 0; ; ) {
    const rows = await db
      .update(refreshTokens)
      .set({ revokedAt: now() })
      .where(and(whose, isNull(refreshTokens.revokedAt)))
      .returning({ hash: refreshTokens.hash });
    if (!rows.length) {
      if (died) await announceRights(db, [subjectId]);
      return died;
    }
    died += rows.length;
  }
}

/** Tokens that have expired, or died a day ago, are of no use to anybody; at most so many at once. Answers how many went. */
export async function purgeTokens(db: Database, now: Date, most: number): Promise<number> {
  const dead = new Date(now.getTime() - DAY);
  const rows = await db.execute(sql`
    delete from ${refreshTokens} where hash in (select hash from ${refreshTokens}
      where expires_at <= ${now.toISOString()}::timestamptz or revoked_at <= ${dead.toISOString()}::timestamptz limit ${most})
    returning hash`);
  return rows.length;
}
