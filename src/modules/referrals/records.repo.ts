import { and, eq, sql } from 'drizzle-orm';
import { defineLoader } from '../../scope/loader.js';
import type { Scope } from '../../scope/scope.js';
import { organizations } from '../alliance/alliance.table.js';
import type { Handling, ServiceRecord } from './records.domain.js';
import { referrals, serviceRecords } from './referrals.table.js';

export const recordByReferral = defineLoader<ServiceRecord>('recordByReferral', async ({ db, communityId }, ids) => {
  const rows = await db
    .select()
    .from(serviceRecords)
    .where(and(eq(serviceRecords.communityId, communityId), sql`${serviceRecords.referralId} = any(${sql.param(ids)})`));
  return new Map(rows.map(row => [row.referralId, row]));
});

/** Referrals of needs that are under way or were completed, whoever asks: only the stage that follows from them is shown. */
export const handlingsByNeed = defineLoader<readonly Handling[]>('handlingsByNeed', async ({ db, communityId }, needIds) => {
  const rows = await db
    .select({ needId: referrals.needId, state: referrals.state, confirmation: serviceRecords.confirmation })
    .from(referrals)
    .leftJoin(
      serviceRecords,
      and(eq(serviceRecords.communityId, referrals.communityId), eq(serviceRecords.referralId, referrals.id)),
    )
    .where(
      and(
        eq(referrals.communityId, communityId),
        sql`${referrals.needId} = any(${sql.param(needIds)})`,
        sql`${referrals.state} in ('ACCEPTED', 'IN_PROGRESS', 'ON_HOLD', 'COMPLETED')`,
      ),
    );
  return Map.groupBy(rows, ({ needId }) => needId);
});

export async function insertRecords({ db, communityId }: Scope, rows: readonly ServiceRecord[]): Promise<void> {
  await db.insert(serviceRecords).values(rows.map(row => ({ ...row, communityId })));
}

export async function saveConfirmation(
  { db, communityId }: Scope,
  { id, confirmation, disputeReason, confirmedAs, confirmedBy, confirmedAt }: ServiceRecord,
): Promise<void> {
  await db
    .update(serviceRecords)
    .set({ confirmation, disputeReason, confirmedAs, confirmedBy, confirmedAt })
    .where(and(eq(serviceRecords.communityId, communityId), eq(serviceRecords.id, id)));
}

/** Takes from the records of these needs where it was and what points to evidence; how many there were. Times and quantities stay. */
export async function emptyRecords({ db, communityId }: Scope, needIds: readonly string[]): Promise<number> {
  const rows = await db.execute(sql`
    update ${serviceRecords} t set place = '', evidence = coalesce(
      (select jsonb_agg(jsonb_build_object('kind', e->'kind', 'reference', '')) from jsonb_array_elements(t.evidence) e), '[]')
    from ${referrals} r where r.community_id = t.community_id and r.id = t.referral_id
      and t.community_id = ${communityId} and r.need_id = any(${sql.param(needIds)}::uuid[]) returning t.id`);
  return rows.length;
}

/** What became of these needs: who was asked and what was delivered, oldest first. */
export const handledFor = ({ db, communityId }: Scope, needIds: readonly string[]) =>
  db
    .select({ referral: referrals, record: serviceRecords, organization: organizations.name })
    .from(referrals)
    .innerJoin(organizations, eq(organizations.id, referrals.organizationId))
    .leftJoin(
      serviceRecords,
      and(eq(serviceRecords.communityId, referrals.communityId), eq(serviceRecords.referralId, referrals.id)),
    )
    .where(
      and(
        eq(referrals.communityId, communityId),
        sql`${referrals.needId} = any(${sql.param(needIds)}::uuid[])`,
        sql`${referrals.state} <> 'DRAFT'`,
      ),
    )
    .orderBy(referrals.id);
