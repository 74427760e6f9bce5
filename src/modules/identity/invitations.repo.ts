import { and, eq, gt, isNull, lte, sql } from 'drizzle-orm';
import type { Database } from '../../db/client.js';
import { keyset, type ListOrder, toPage } from '../../db/keyset.js';
import { DAY } from '../../kernel/clock.js';
import { aUuid, type Page, type PageWindow } from '../../kernel/page.js';
import { defineLoader } from '../../scope/loader.js';
import type { Scope } from '../../scope/scope.js';
import { memberships } from '../alliance/alliance.table.js';
import { invitations } from './credentials.table.js';
import type { Invitation } from './identity.domain.js';
import { invitationVisibleTo } from './identity.policy.js';

/** Long enough to see who never came. */
const KEPT_AFTER_EXPIRY = 90 * DAY;

/** An invitation that the caller may see. */
export const invitationById = defineLoader<Invitation>('invitationById', async ({ db, communityId, actor }, ids) => {
  const rows = await db
    .select()
    .from(invitations)
    .where(and(sql`${invitations.id} = any(${sql.param(ids)})`, invitationVisibleTo(actor, communityId)));
  return new Map(rows.map(row => [row.id, row]));
});

export const INVITATIONS: ListOrder<Invitation> = {
  name: 'invitations.ID',
  columns: [invitations.id],
  cursor: [aUuid],
  descending: true,
  values: ({ id }) => [id],
};

/** Invitations that the caller may see, the newest first. */
export async function pageOfInvitations({ db, communityId, actor }: Scope, window: PageWindow): Promise<Page<Invitation>> {
  const part = keyset(INVITATIONS, window, invitationVisibleTo(actor, communityId));
  const rows = await db
    .select()
    .from(invitations)
    .where(part.where)
    .orderBy(...part.orderBy)
    .limit(part.limit);
  return toPage(INVITATIONS, window, rows, row => row);
}

export async function insertInvitation({ db, communityId }: Scope, invitation: Invitation, codeHash: string): Promise<void> {
  await db.insert(invitations).values({ ...invitation, communityId, codeHash });
}

/** The branches in whose alliance an organisation is now. */
export async function alliedBranchIds({ db, communityId }: Scope, organizationId: string | null): Promise<readonly string[]> {
  if (organizationId === null) return [];
  const rows = await db
    .select({ branchId: memberships.branchId })
    .from(memberships)
    .where(
      and(
        eq(memberships.communityId, communityId),
        eq(memberships.organizationId, organizationId),
        eq(memberships.state, 'ACTIVE'),
      ),
    );
  return rows.map(({ branchId }) => branchId);
}

/** The open invitation behind a code, with its community: asked by somebody who has no account yet. */
export async function openInvitation(
  { db, now }: Scope,
  codeHash: string,
): Promise<(Invitation & { readonly communityId: string }) | null> {
  const [row] = await db
    .select()
    .from(invitations)
    .where(
      and(
        eq(invitations.codeHash, codeHash),
        isNull(invitations.acceptedAt),
        isNull(invitations.revokedAt),
        gt(invitations.expiresAt, now()),
      ),
    );
  return row ?? null;
}

/** Gives an invitation to an account, if it is still open; of several at the same time one gets it. */
export async function takeInvitation({ db, now }: Scope, id: string, accountId: string): Promise<boolean> {
  const at = now();
  const rows = await db
    .update(invitations)
    .set({ acceptedAt: at, acceptedBy: accountId })
    .where(
      and(eq(invitations.id, id), isNull(invitations.acceptedAt), isNull(invitations.revokedAt), gt(invitations.expiresAt, at)),
    )
    .returning({ id: invitations.id });
  return rows.length > 0;
}

/** Closes an invitation that nobody took; null when it is not open any more. */
export async function endInvitation({ db, now }: Scope, id: string): Promise<Invitation | null> {
  const [row] = await db
    .update(invitations)
    .set({ revokedAt: now() })
    .where(and(eq(invitations.id, id), isNull(invitations.acceptedAt), isNull(invitations.revokedAt)))
    .returning();
  return row ?? null;
}

export const purgeInvitations = (db: Database, now: Date) =>
  db.delete(invitations).where(lte(invitations.expiresAt, new Date(now.getTime() - KEPT_AFTER_EXPIRY)));
