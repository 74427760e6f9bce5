import { and, eq, gte, inArray, lt, lte, notInArray, type SQL, sql } from 'drizzle-orm';
import { keyset, type ListOrder, toPage } from '../../db/keyset.js';
import type { SealedTable } from '../../db/sealed-table.js';
import { emptyWords } from '../../db/words.js';
import { atLocal } from '../../kernel/clock.js';
import { anInstant, aUuid, type Page, type PageWindow } from '../../kernel/page.js';
import type { Period } from '../../kernel/small-cells.js';
import { defineLoader } from '../../scope/loader.js';
import type { Scope } from '../../scope/scope.js';
import { needs } from '../needs/needs.table.js';
import { needDetails } from '../residents/residents.table.js';
import type { ConfirmedService, CooperationRating, ServiceRating } from './ratings.domain.js';
import { cooperationRatings, serviceRatings } from './ratings.table.js';
import { referrals, serviceRecords } from './referrals.table.js';

const TABLE = 'personal.service_rating';
export const sealedServiceRatings: SealedTable = { name: TABLE, id: 'referral_id', sealed: ['note_sealed'], indexes: {} };

const placeOf = ({ communityId }: Scope, rowId: string) => ({ table: TABLE, column: 'note_sealed', communityId, rowId });

const columns = {
  referralId: serviceRatings.referralId,
  score: serviceRatings.score,
  remarks: serviceRatings.remarks,
  noteSealed: serviceRatings.noteSealed,
  ratedAs: serviceRatings.ratedAs,
  ratedBy: serviceRatings.ratedBy,
  ratedAt: serviceRatings.ratedAt,
  version: serviceRatings.version,
} as const;
type SealedRating = Omit<ServiceRating, 'note'> & { readonly noteSealed: Buffer };
const opened = (scope: Scope, { noteSealed, ...rating }: SealedRating): ServiceRating => ({
  ...rating,
  note: scope.vault.open(placeOf(scope, rating.referralId), noteSealed),
});

/** As far as row-level security lets the caller through: staff of the branch, and the family. */
export const serviceRatingByReferral = defineLoader<ServiceRating>('serviceRatingByReferral', (scope, ids) =>
  scope.reading(async ({ db, communityId }) => {
    const rows = await db
      .select(columns)
      .from(serviceRatings)
      .where(
        and(eq(serviceRatings.communityId, communityId), sql`${serviceRatings.referralId} = any(${sql.param(ids)}::uuid[])`),
      );
    return new Map(rows.map(row => [row.referralId, opened(scope, row)]));
  }),
);

/** By referral, whoever asks: when it may be shown to whom is the service's to say. */
export const cooperationRatingByReferral = defineLoader<CooperationRating>(
  'cooperationRatingByReferral',
  async ({ db, communityId }, ids) => {
    const rows = await db
      .select()
      .from(cooperationRatings)
      .where(
        and(
          eq(cooperationRatings.communityId, communityId),
          sql`${cooperationRatings.referralId} = any(${sql.param(ids)}::uuid[])`,
        ),
      );
    return new Map(rows.map(row => [row.referralId, row]));
  },
);

export const LATEST_RATED: ListOrder<Pick<ServiceRating, 'ratedAt' | 'referralId'>> = {
  name: 'serviceRatings.LATEST',
  columns: [serviceRatings.ratedAt, serviceRatings.referralId],
  cursor: [anInstant, aUuid],
  descending: true,
  values: ({ ratedAt, referralId }) => [ratedAt.toISOString(), referralId],
};

export interface RatingFilter {
  readonly branchId: string;
  /** Of at most this score; null: of every one. */
  readonly maxScore: number | null;
}
/**
 * Only of services that stand: what was entered in error never took place. None by an organization that the caller speaks for, too.
 */
const ofServices = ({ communityId, actor }: Scope, { branchId, maxScore }: RatingFilter): SQL | undefined =>
  and(
    eq(serviceRatings.communityId, communityId),
    eq(serviceRatings.branchId, branchId),
    maxScore === null ? undefined : lte(serviceRatings.score, maxScore),
    sql`exists (select 1 from ${referrals} where ${and(
      eq(referrals.communityId, communityId),
      eq(referrals.id, serviceRatings.referralId),
      eq(referrals.state, 'COMPLETED'),
      notInArray(referrals.organizationId, actor.kind === 'ACCOUNT' ? [...actor.organizationIds] : []),
    )})`,
  );

export const pageOfRatings = (scope: Scope, filter: RatingFilter, window: PageWindow): Promise<Page<ServiceRating>> =>
  scope.reading(async tx => {
    const part = keyset(LATEST_RATED, window, ofServices(tx, filter));
    const rows = await tx.db
      .select(columns)
      .from(serviceRatings)
      .where(part.where)
      .orderBy(...part.orderBy)
      .limit(part.limit);
    return toPage(LATEST_RATED, window, rows, row => opened(scope, row));
  });

export const countRatings = (scope: Scope, filter: RatingFilter): Promise<number> =>
  scope.reading(async tx => {
    const [row] = await tx.db.select({ count: sql<number>`count(*)::int` }).from(serviceRatings).where(ofServices(tx, filter));
    return row?.count ?? 0;
  });

/** Whether the words of a need are gone for good; held until the transaction ends, so that no erasure passes by what is being written. */
export async function areWordsGone({ db, communityId }: Scope, needId: string): Promise<boolean> {
  const [need] = await db
    .select({ emptiedAt: needs.emptiedAt })
    .from(needs)
    .where(and(eq(needs.communityId, communityId), eq(needs.id, needId)))
    .for('share');
  return need?.emptiedAt != null;
}

/** A rating with the service that it is of. */
export interface RatingOf {
  readonly branchId: string;
  readonly needId: string;
  readonly rating: ServiceRating;
}

/** Whom it concerns is taken from the need, as far as the caller reaches it. */
export async function insertServiceRatings(tx: Scope, rows: readonly RatingOf[]): Promise<void> {
  if (!rows.length) return;
  const { db, communityId } = tx;
  const details = await db
    .select({
      needId: needDetails.needId,
      beneficiaryId: needDetails.beneficiaryId,
      requesterAccountId: needDetails.requesterAccountId,
    })
    .from(needDetails)
    .where(
      and(
        eq(needDetails.communityId, communityId),
        inArray(
          needDetails.needId,
          rows.map(({ needId }) => needId),
        ),
      ),
    );
  const concerned = new Map(details.map(({ needId, ...people }) => [needId, people]));
  await db.insert(serviceRatings).values(
    rows.map(({ rating: { note, remarks, ...rating }, branchId, needId }) => ({
      ...rating,
      remarks: [...remarks],
      communityId,
      branchId,
      needId,
      ...concerned.get(needId),
      noteSealed: tx.vault.seal(placeOf(tx, rating.referralId), note),
    })),
  );
}

export async function saveServiceRating(tx: Scope, { referralId, note, remarks, ...rating }: ServiceRating): Promise<void> {
  await tx.db
    .update(serviceRatings)
    .set({ ...rating, remarks: [...remarks], noteSealed: tx.vault.seal(placeOf(tx, referralId), note) })
    .where(and(eq(serviceRatings.communityId, tx.communityId), eq(serviceRatings.referralId, referralId)));
}

export async function insertCooperationRatings({ db, communityId }: Scope, rows: readonly CooperationRating[]): Promise<void> {
  if (rows.length)
    await db.insert(cooperationRatings).values(rows.map(row => ({ ...row, remarks: [...row.remarks], communityId })));
}

export async function saveCooperationRating(
  { db, communityId }: Scope,
  { referralId, remarks, ...rating }: CooperationRating,
): Promise<void> {
  await db
    .update(cooperationRatings)
    .set({ ...rating, remarks: [...remarks] })
    .where(and(eq(cooperationRatings.communityId, communityId), eq(cooperationRatings.referralId, referralId)));
}

/** Takes their words from the ratings of these needs; scores stay, for what is counted. Answers with their referrals. */
export const emptyRatingNotes = (tx: Scope, needIds: readonly string[]): Promise<readonly string[]> =>
  emptyWords(tx, sealedServiceRatings, needIds);

export interface ConfirmedWith extends ConfirmedService {
  readonly branchId: string;
  readonly organizationId: string;
}

/** Services of these organizations that were confirmed in a period, with what the receiving side said. For a system purpose. */
export async function confirmedServices(
  { db, communityId }: Scope,
  organizationIds: readonly string[],
  { from, until }: Period,
): Promise<ConfirmedWith[]> {
  const rows = await db
    .select({
      branchId: referrals.branchId,
      organizationId: referrals.organizationId,
      needId: referrals.needId,
      beneficiaryId: needDetails.beneficiaryId,
      score: serviceRatings.score,
      remarks: serviceRatings.remarks,
    })
    .from(serviceRecords)
    .innerJoin(referrals, and(eq(referrals.communityId, serviceRecords.communityId), eq(referrals.id, serviceRecords.referralId)))
    .leftJoin(needDetails, and(eq(needDetails.communityId, referrals.communityId), eq(needDetails.needId, referrals.needId)))
    .leftJoin(
      serviceRatings,
      and(eq(serviceRatings.communityId, referrals.communityId), eq(serviceRatings.referralId, referrals.id)),
    )
    .where(
      and(
        eq(serviceRecords.communityId, communityId),
        eq(serviceRecords.confirmation, 'CONFIRMED'),
        gte(serviceRecords.confirmedAt, atLocal(from)),
        lt(serviceRecords.confirmedAt, atLocal(until)),
        sql`${referrals.organizationId} = any(${sql.param(organizationIds)}::uuid[])`,
        eq(referrals.state, 'COMPLETED'),
      ),
    );
  return rows.map(({ branchId, organizationId, needId, beneficiaryId, score, remarks }) => ({
    branchId,
    organizationId,
    personKey: beneficiaryId ?? needId,
    rating: score === null ? null : { score, remarks: remarks ?? [] },
  }));
}
