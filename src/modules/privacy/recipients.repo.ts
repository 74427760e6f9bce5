import { and, eq, getColumns, type SQL, sql } from 'drizzle-orm';
import { keyset, type ListOrder, toPage } from '../../db/keyset.js';
import { accountOf } from '../../kernel/actor.js';
import { anInstantOrNone, aUuid, type Page, type PageWindow } from '../../kernel/page.js';
import type { Scope } from '../../scope/scope.js';
import { accounts, roleAssignments } from '../identity/identity.table.js';
import { needs } from '../needs/needs.table.js';
import { offers, sessions, startOrder } from '../offers/offers.table.js';
import { referrals } from '../referrals/referrals.table.js';
import { needDetails, residents } from '../residents/residents.table.js';
import type { ConsentPurpose } from './consents.domain.js';
import { consents } from './consents.table.js';
import type { SightFacts } from './recipients.domain.js';

/** A referral with where and when it is delivered, and to whom. */
export interface OrderRow {
  readonly referral: typeof referrals.$inferSelect;
  readonly startsAt: Date | null;
  readonly endsAt: Date | null;
  readonly place: string;
  readonly buildingId: string | null;
  readonly offerModes: readonly string[];
  readonly needModes: readonly string[];
  readonly beneficiaryId: string | null;
  readonly accessNotesSealed: Buffer | null;
}

/** Which referrals: one, or those of an organization on a calendar day with what it promised on request. */
export type OrdersWanted =
  | { readonly referralId: string }
  | { readonly organizationId: string; readonly from: Date; readonly until: Date };

export const BY_START: ListOrder<OrderRow> = {
  name: 'orders.START',
  columns: [startOrder(sessions.startsAt), referrals.id],
  cursor: [anInstantOrNone, aUuid],
  descending: false,
  values: ({ startsAt, referral }) => [startsAt?.toISOString() ?? 'infinity', referral.id],
};

const LIVE = sql`${referrals.state} in ('ACCEPTED', 'IN_PROGRESS', 'ON_HOLD')`;

function matching(wanted: OrdersWanted): SQL | undefined {
  if ('referralId' in wanted) return eq(referrals.id, wanted.referralId);
  const { organizationId, from, until } = wanted;
  const today = sql`${sessions.startsAt} < ${until.toISOString()}::timestamptz and ${sessions.endsAt} > ${from.toISOString()}::timestamptz`;
  return and(
    eq(referrals.organizationId, organizationId),
    sql`((${today} and (${LIVE} or ${referrals.state} = 'COMPLETED')) or (${sessions.startsAt} is null and ${LIVE}))`,
  );
}

/** The account on whose behalf this is asked speaks for the referral's organization at this moment, whatever its token says. */
const speaksNow = (scope: Scope): SQL => {
  const at = sql`${scope.now().toISOString()}::timestamptz`;
  return sql`exists (select from ${roleAssignments} held join ${accounts} account on account.id = held.account_id
    where held.account_id = ${accountOf(scope.actor)}::uuid and account.active and held.community_id = ${scope.communityId}::uuid
      and held.organization_id = ${referrals.organizationId} and held.valid_from <= ${at} and (held.valid_until is null or held.valid_until > ${at}))`;
};

/** Referrals that the caller's organization performs, held in their state until the transaction ends. */
export async function lockOrders(tx: Scope, wanted: OrdersWanted, window: PageWindow): Promise<Page<OrderRow>> {
  const part = keyset(BY_START, window, eq(referrals.communityId, tx.communityId), matching(wanted), speaksNow(tx));
  const rows = await tx.db
    .select({
      referral: getColumns(referrals),
      startsAt: sessions.startsAt,
      endsAt: sessions.endsAt,
      place: sessions.place,
      buildingId: sessions.buildingId,
      offerModes: offers.modes,
      needModes: needs.modes,
      beneficiaryId: needDetails.beneficiaryId,
      accessNotesSealed: needDetails.accessNotesSealed,
    })
    .from(referrals)
    .innerJoin(sessions, and(eq(sessions.communityId, referrals.communityId), eq(sessions.id, referrals.sessionId)))
    .innerJoin(offers, and(eq(offers.communityId, sessions.communityId), eq(offers.id, sessions.offerId)))
    .innerJoin(needs, and(eq(needs.communityId, referrals.communityId), eq(needs.id, referrals.needId)))
    .innerJoin(needDetails, and(eq(needDetails.communityId, referrals.communityId), eq(needDetails.needId, referrals.needId)))
    .where(part.where)
    .orderBy(...part.orderBy)
    .limit(part.limit)
    .for('share', { of: referrals });
  return toPage(BY_START, window, rows, row => row);
}

const SHARING: readonly ConsentPurpose[] = ['SHARE_WITH_ORGANIZATION', 'TASK_CARE_NOTES'];

/** What residents agreed to, and took back, of being shown to organizations. */
export interface SharingConsent {
  readonly id: string;
  readonly residentId: string;
  readonly purpose: ConsentPurpose;
  readonly needId: string | null;
  readonly organizationId: string | null;
  readonly withdrawnAt: Date | null;
}

const sharingOf = ({ db, communityId }: Scope, residentIds: readonly string[]) =>
  db
    .select({
      id: consents.id,
      residentId: consents.residentId,
      purpose: consents.purpose,
      needId: consents.needId,
      organizationId: consents.organizationId,
      withdrawnAt: consents.withdrawnAt,
    })
    .from(consents)
    .where(
      and(
        eq(consents.communityId, communityId),
        sql`${consents.residentId} = any(${sql.param(residentIds)}::uuid[])`,
        sql`${consents.purpose} = any(${sql.param(SHARING)}::consent_purpose[])`,
      ),
    )
    .orderBy(consents.id);

/** The same, held: a withdrawal waits until what is read under it has been written down. */
export const lockSharing = (tx: Scope, residentIds: readonly string[]): Promise<readonly SharingConsent[]> =>
  sharingOf(tx, residentIds).for('share');

/** Those that cover a need towards an organization. */
export const covering = (
  given: readonly SharingConsent[],
  purpose: ConsentPurpose,
  {
    needId,
    organizationId,
    residentId,
  }: { readonly needId: string; readonly organizationId: string; readonly residentId: string },
): readonly SharingConsent[] =>
  given.filter(
    one =>
      one.purpose === purpose &&
      one.residentId === residentId &&
      (one.needId ?? needId) === needId &&
      (one.organizationId ?? organizationId) === organizationId,
  );

/** What decides whether the organizations of referrals may see whom they serve; nothing decrypted. */
export async function sightFacts(sys: Scope, ids: readonly string[]): Promise<readonly (SightFacts & { readonly id: string })[]> {
  const rows = await sys.db
    .select({
      id: referrals.id,
      state: referrals.state,
      closedAt: referrals.closedAt,
      needId: referrals.needId,
      organizationId: referrals.organizationId,
      residentId: residents.id,
      restricted: residents.restricted,
    })
    .from(referrals)
    .innerJoin(needDetails, and(eq(needDetails.communityId, referrals.communityId), eq(needDetails.needId, referrals.needId)))
    .leftJoin(residents, and(eq(residents.communityId, needDetails.communityId), eq(residents.id, needDetails.beneficiaryId)))
    .where(and(eq(referrals.communityId, sys.communityId), sql`${referrals.id} = any(${sql.param(ids)}::uuid[])`));
  const given = await sharingOf(sys, [...new Set(rows.flatMap(({ residentId }) => residentId ?? []))]);
  return rows.map(({ residentId, restricted, ...row }) => ({
    ...row,
    person: residentId === null ? null : { restricted: restricted === true },
    consents: residentId === null ? [] : covering(given, 'SHARE_WITH_ORGANIZATION', { ...row, residentId }),
  }));
}
