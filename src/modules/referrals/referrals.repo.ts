import { and, eq, gt, lt, type SQL, sql } from 'drizzle-orm';
import { keyset, type ListOrder, toPage } from '../../db/keyset.js';
import { nextNumber } from '../../db/registers.js';
import { where } from '../../db/rules.js';
import { mayBeFamily } from '../../kernel/actor.js';
import { localDate } from '../../kernel/clock.js';
import { aUuid, type Page, type PageWindow } from '../../kernel/page.js';
import { defineLoader } from '../../scope/loader.js';
import type { Scope } from '../../scope/scope.js';
import { organizations } from '../alliance/alliance.table.js';
import { family } from '../needs/needs.policy.js';
import { sessions } from '../offers/offers.table.js';
import { needDetails } from '../residents/residents.table.js';
import { branches } from '../territory/territory.table.js';
import type { Referral, ReferralState } from './referrals.domain.js';
import { visibleTo } from './referrals.policy.js';
import { referrals } from './referrals.table.js';

export const referralById = defineLoader<Referral>('referralById', async ({ db, communityId }, ids) => {
  const rows = await db
    .select()
    .from(referrals)
    .where(and(eq(referrals.communityId, communityId), sql`${referrals.id} = any(${sql.param(ids)})`));
  return new Map(rows.map(row => [row.id, row]));
});

/** Of these needs, those whose beneficiary the caller is kin of, or which the caller asked for. */
export const isFamilyOfNeed = defineLoader<true>('isFamilyOfNeed', async (scope, needIds) => {
  const { actor, communityId } = scope;
  if (!mayBeFamily(actor)) return new Map();
  const rows = await scope.reading(({ db }) =>
    db
      .select({ needId: needDetails.needId })
      .from(needDetails)
      .where(
        and(
          eq(needDetails.communityId, communityId),
          sql`${needDetails.needId} = any(${sql.param(needIds)})`,
          where(family, actor, needDetails),
        ),
      ),
  );
  return new Map(rows.map(({ needId }) => [needId, true]));
});

export interface ReferralFilter {
  readonly branchId?: string | null;
  readonly organizationId?: string | null;
  readonly needId?: string | null;
  readonly sessionId?: string | null;
  readonly states?: readonly ReferralState[] | null;
  /** Whose session overlaps this span, its end not included; services on request have no time and fall out. */
  readonly from?: Date | null;
  readonly until?: Date | null;
}

export const NEWEST: ListOrder<Referral> = {
  name: 'referrals.NEWEST',
  columns: [referrals.id],
  cursor: [aUuid],
  descending: true,
  values: ({ id }) => [id],
};

const inSession = (communityId: string, condition: SQL | undefined): SQL =>
  sql`exists (select 1 from ${sessions} where ${and(eq(sessions.communityId, communityId), eq(sessions.id, referrals.sessionId), condition)})`;

function matching(
  { communityId, actor }: Scope,
  { branchId, organizationId, needId, sessionId, states, from, until }: ReferralFilter,
): SQL | undefined {
  const span = and(
    from == null ? undefined : gt(sessions.endsAt, from),
    until == null ? undefined : lt(sessions.startsAt, until),
  );
  return and(
    eq(referrals.communityId, communityId),
    branchId == null ? undefined : eq(referrals.branchId, branchId),
    organizationId == null ? undefined : eq(referrals.organizationId, organizationId),
    needId == null ? undefined : eq(referrals.needId, needId),
    sessionId == null ? undefined : eq(referrals.sessionId, sessionId),
    states?.length ? sql`${referrals.state} = any(${sql.param(states)}::referral_state[])` : undefined,
    span && inSession(communityId, span),
    visibleTo(actor),
  );
}

/** Only the policy for families asks behind the wall: everybody else is answered without a transaction. */
const asFarAsNeeded = <T>(scope: Scope, work: (scope: Scope) => Promise<T>): Promise<T> =>
  mayBeFamily(scope.actor) ? scope.reading(work) : work(scope);

/** Newest first, as far as the caller may see; with the organisation when it will be shown. */
export async function pageOfReferrals(
  outer: Scope,
  filter: ReferralFilter,
  window: PageWindow,
): Promise<Page<Referral & { readonly organization: { readonly id: string } }>> {
  const part = keyset(NEWEST, window, matching(outer, filter));
  const rows = await asFarAsNeeded(outer, ({ db }) =>
    db
      .select({ referral: referrals, organization: organizations })
      .from(referrals)
      .innerJoin(organizations, eq(organizations.id, referrals.organizationId))
      .where(part.where)
      .orderBy(...part.orderBy)
      .limit(part.limit),
  );
  return toPage(
    { ...NEWEST, values: ({ referral }: (typeof rows)[number]) => [referral.id] },
    window,
    rows,
    ({ referral, organization }) => ({ ...referral, organization }),
  );
}

export const countReferrals = (outer: Scope, filter: ReferralFilter): Promise<number> =>
  asFarAsNeeded(outer, async ({ db }) => {
    const [row] = await db.select({ count: sql<number>`count(*)::int` }).from(referrals).where(matching(outer, filter));
    return row?.count ?? 0;
  });

export async function lockReferral({ db, communityId }: Scope, id: string): Promise<Referral | null> {
  const [row] = await db
    .select()
    .from(referrals)
    .where(and(eq(referrals.communityId, communityId), eq(referrals.id, id)))
    .for('update');
  return row ?? null;
}

/** The next number of the branch's register of referrals, e.g. `R-B1-2026-0007`. */
export async function nextReferralNumber(scope: Scope, branchId: string): Promise<string> {
  const [branch] = await scope.db
    .select({ code: branches.code })
    .from(branches)
    .where(and(eq(branches.communityId, scope.communityId), eq(branches.id, branchId)));
  const [number] = await nextReferralNumbers(scope, branch?.code ?? '', localDate(scope.now()).slice(0, 4), 1);
  return number ?? '';
}

/** The next `count` numbers of a branch's register of a year. */
export async function nextReferralNumbers(
  { db, communityId }: Scope,
  branchCode: string,
  year: string,
  count: number,
): Promise<string[]> {
  const register = `R-${branchCode}-${year}`;
  const first = await nextNumber(db, communityId, register, count);
  return Array.from({ length: count }, (_, i) => `${register}-${String(first + i).padStart(4, '0')}`);
}

export async function insertReferrals({ db, communityId }: Scope, rows: readonly Referral[]): Promise<void> {
  await db.insert(referrals).values(rows.map(row => ({ ...row, communityId })));
}

export async function saveReferral(
  { db, communityId }: Scope,
  { id, state, reason, requestedAt, respondBy, acceptedAt, closedAt, version }: Referral,
): Promise<void> {
  await db
    .update(referrals)
    .set({ state, reason, requestedAt, respondBy, acceptedAt, closedAt, version })
    .where(and(eq(referrals.communityId, communityId), eq(referrals.id, id)));
}
