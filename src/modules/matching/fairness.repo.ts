import { and, eq, gte, inArray, lt, type SQL, sql } from 'drizzle-orm';
import { atLocal } from '../../kernel/clock.js';
import type { Period } from '../../kernel/small-cells.js';
import type { Scope } from '../../scope/scope.js';
import { memberships } from '../alliance/alliance.table.js';
import { needs } from '../needs/needs.table.js';
import { referrals } from '../referrals/referrals.table.js';
import { needDetails, residents } from '../residents/residents.table.js';
import { serviceCategories } from '../taxonomy/taxonomy.table.js';
import type { AskedNeed, OrganizationLoad } from './fairness.domain.js';

const among = (column: SQL | { getSQL(): SQL }, ids: readonly string[]): SQL => sql`${column} = any(${sql.param(ids)}::uuid[])`;

/** Needs of some branches that were submitted in a period and asked to be matched, with whom they concern. For a system purpose. */
export async function askedNeeds({ db, communityId }: Scope, branchIds: readonly string[], period: Period): Promise<AskedRow[]> {
  const rows = await db
    .select({
      needId: needs.id,
      branchId: needs.branchId,
      urgency: needs.urgency,
      state: needs.state,
      submittedAt: needs.submittedAt,
      closedAt: needs.closedAt,
      leftOut: needs.leftOut,
      beneficiaryId: needDetails.beneficiaryId,
      profileSealed: residents.profileSealed,
      buildingId: sql<string | null>`coalesce(${needDetails.buildingId}, ${residents.buildingId})`,
    })
    .from(needs)
    .innerJoin(serviceCategories, eq(serviceCategories.code, needs.categoryCode))
    .leftJoin(needDetails, and(eq(needDetails.communityId, needs.communityId), eq(needDetails.needId, needs.id)))
    .leftJoin(residents, and(eq(residents.communityId, needDetails.communityId), eq(residents.id, needDetails.beneficiaryId)))
    .where(
      and(
        eq(needs.communityId, communityId),
        among(needs.branchId, branchIds),
        inArray(needs.state, ['OPEN', 'FULFILLED', 'EXPIRED', 'UNMET']),
        sql`${needs.urgency} <> 'P0'`,
        eq(serviceCategories.matchable, true),
        gte(needs.submittedAt, atLocal(period.from)),
        lt(needs.submittedAt, atLocal(period.until)),
      ),
    )
    .orderBy(needs.submittedAt, needs.id);
  return rows.map(({ state, ...row }) => ({
    ...row,
    isServed: state === 'FULFILLED',
    isOpen: state === 'OPEN',
  }));
}
/** As SQL knows it: what is known of the beneficiary is still sealed. */
export interface AskedRow extends Omit<AskedNeed, 'personKey' | 'ageBand' | 'careCategories'> {
  readonly beneficiaryId: string | null;
  readonly profileSealed: Buffer | null;
}

export interface BranchLoad extends OrganizationLoad {
  readonly branchId: string;
}

/** What organizations promised to branches in a period, those of the alliance that promised nothing included. */
export async function loadsOf({ db, communityId }: Scope, branchIds: readonly string[], period: Period): Promise<BranchLoad[]> {
  const isPromise = and(
    eq(referrals.communityId, memberships.communityId),
    eq(referrals.branchId, memberships.branchId),
    eq(referrals.organizationId, memberships.organizationId),
    inArray(referrals.state, ['ACCEPTED', 'IN_PROGRESS', 'ON_HOLD', 'COMPLETED']),
    gte(referrals.acceptedAt, atLocal(period.from)),
    lt(referrals.acceptedAt, atLocal(period.until)),
  );
  const promised = sql<number>`count(${referrals.id})::int`;
  return db
    .select({
      branchId: memberships.branchId,
      organizationId: memberships.organizationId,
      promised,
      delivered: sql<number>`count(*) filter (where ${referrals.state} = 'COMPLETED')::int`,
    })
    .from(memberships)
    .leftJoin(referrals, isPromise)
    .where(and(eq(memberships.communityId, communityId), among(memberships.branchId, branchIds)))
    .groupBy(memberships.branchId, memberships.organizationId, memberships.state)
    .having(sql`${memberships.state} = 'ACTIVE' or ${promised} > 0`);
}
