import { localDate } from '../../kernel/clock.js';
import type { CapacityExceeded, InvalidInput } from '../../kernel/failures.js';
import { newId } from '../../kernel/ids.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import { Scope } from '../../scope/scope.js';
import { reserveCapacity } from '../offers/offers.service.js';
import { allBranches } from '../territory/territory.service.js';
import type { CooperationRating, ServiceRating } from './ratings.domain.js';
import { insertCooperationRatings, insertServiceRatings, type RatingOf } from './ratings.repo.js';
import { type Confirmation, checkRecord, NOT_YET_CONFIRMED, type RecordFields } from './records.domain.js';
import { insertRecords } from './records.repo.js';
import type { Referral } from './referrals.domain.js';
import { insertReferrals, nextReferralNumbers } from './referrals.repo.js';

/** A service of the past: claimed, delivered in full, recorded. */
export interface BulkService {
  readonly needId: string;
  readonly sessionId: string;
  readonly organizationId: string;
  readonly branchId: string;
  readonly quantity: number;
  readonly acceptedAt: Date;
  readonly closedAt: Date;
  /** The account that claimed and recorded it. */
  readonly by: string;
  readonly record: RecordFields;
  /** The account that called back and heard that help arrived, and when; null while nobody has. */
  readonly confirmed: { readonly by: string; readonly at: Date } | null;
  /** What the person said in that call; only of a service that was confirmed. */
  readonly rating: Pick<ServiceRating, 'score' | 'remarks'> | null;
  /** What the account that recorded it said of the cooperation, and when; the same holds. */
  readonly cooperation: (Pick<CooperationRating, 'score' | 'remarks'> & { readonly at: Date }) | null;
}

const CHUNK = 500;

/**
 * Loads services of the past with their history, in the caller's transaction; for seeds and imports. The needs must have been
 * loaded as fulfilled; the places are taken here, as any promise takes them.
 */
export async function createServicesBulk(
  tx: Scope,
  rows: readonly BulkService[],
): Promise<Result<readonly Referral[], InvalidInput | CapacityExceeded>> {
  const numbers = await numbersFor(tx, rows);
  const made = rows.map((row, i) => ({ row, referral: referralOf(row, numbers[i] ?? '') }));
  for (const [i, { row, referral }] of made.entries()) {
    const checked = checkRecord(row.record, referral, row.closedAt);
    if (!checked.ok) return fail({ ...checked.failure, path: [String(i)] });
  }
  for (const of of Map.groupBy(rows, ({ sessionId, branchId }) => `${sessionId} ${branchId}`).values()) {
    const quantity = of.reduce((sum, row) => sum + row.quantity, 0);
    const taken = await reserveCapacity(at(tx, of[0]!.acceptedAt), { ...of[0]!, quantity });
    if (!taken.ok) return taken;
  }
  for (let start = 0; start < made.length; start += CHUNK) {
    const chunk = made.slice(start, start + CHUNK);
    await insertReferrals(
      tx,
      chunk.map(({ referral }) => referral),
    );
    await insertRecords(
      tx,
      chunk.map(({ row: { record, by, closedAt, confirmed }, referral: { id } }) => ({
        ...record,
        ...confirmationOf(confirmed),
        id: newId(),
        referralId: id,
        recordedBy: by,
        recordedAt: closedAt,
      })),
    );
    await insertServiceRatings(tx, chunk.flatMap(serviceRatingOf));
    await insertCooperationRatings(tx, chunk.flatMap(cooperationRatingOf));
    await tx.append(...chunk.flatMap(({ row, referral }) => historyOf(referral, row)));
  }
  return ok(made.map(({ referral }) => referral));
}

/** The same transaction at another time: an offer that has expired since did take promises then. */
const at = (tx: Scope, then: Date): Scope => new Scope({ ...tx.parts, now: () => then }, true);

const confirmationOf = (confirmed: BulkService['confirmed']): Confirmation =>
  confirmed
    ? {
        confirmation: 'CONFIRMED',
        disputeReason: null,
        confirmedAs: 'BRANCH',
        confirmedBy: confirmed.by,
        confirmedAt: confirmed.at,
      }
    : NOT_YET_CONFIRMED;

interface Made {
  readonly row: BulkService;
  readonly referral: Referral;
}
const serviceRatingOf = ({ row: { branchId, needId, rating, confirmed }, referral }: Made): RatingOf[] =>
  rating && confirmed
    ? [
        {
          branchId,
          needId,
          rating: {
            ...rating,
            referralId: referral.id,
            note: '',
            ratedAs: 'BRANCH',
            ratedBy: confirmed.by,
            ratedAt: confirmed.at,
            version: 1,
          },
        },
      ]
    : [];
const cooperationRatingOf = ({ row: { cooperation, confirmed, by }, referral }: Made): CooperationRating[] => {
  if (!cooperation || !confirmed) return [];
  const { at: ratedAt, ...said } = cooperation;
  return [{ ...said, referralId: referral.id, ratedBy: by, ratedAt, version: 1 }];
};

const referralOf = (row: BulkService, number: string): Referral => {
  const { needId, sessionId, organizationId, branchId, quantity, acceptedAt, closedAt, by, confirmed } = row;
  return {
    id: newId(),
    number,
    needId,
    sessionId,
    organizationId,
    branchId,
    matchId: null,
    origin: 'CLAIM',
    state: 'COMPLETED',
    quantity,
    reason: null,
    requestedBy: by,
    requestedAt: acceptedAt,
    respondBy: null,
    acceptedAt,
    closedAt,
    decision: {},
    createdAt: acceptedAt,
    version: confirmed ? 3 : 2,
  };
};

function historyOf(
  { id, branchId, needId, sessionId, quantity, acceptedAt, closedAt }: Referral,
  { confirmed, rating, cooperation }: BulkService,
) {
  const about = { subject: { type: 'Referral', id }, branchId };
  return [
    {
      ...about,
      kind: 'REFERRAL_ACCEPTED' as const,
      to: 'ACCEPTED',
      data: { origin: 'CLAIM', needId, sessionId, quantity },
      ...(acceptedAt && { at: acceptedAt }),
    },
    {
      ...about,
      kind: 'REFERRAL_COMPLETED' as const,
      from: 'ACCEPTED',
      to: 'COMPLETED',
      data: { delivered: quantity },
      ...(closedAt && { at: closedAt }),
    },
    ...(confirmed
      ? [{ ...about, kind: 'REFERRAL_CONFIRMED' as const, from: 'AWAITING', to: 'CONFIRMED', at: confirmed.at }]
      : []),
    ...(rating && confirmed ? [{ ...about, kind: 'SERVICE_RATED' as const, at: confirmed.at }] : []),
    ...(cooperation && confirmed ? [{ ...about, kind: 'COOPERATION_RATED' as const, at: cooperation.at }] : []),
  ];
}

/** One run of numbers for each branch and year, in the order given. */
async function numbersFor(tx: Scope, rows: readonly BulkService[]): Promise<readonly string[]> {
  const codes = new Map((await allBranches(tx)).map(({ id, code }) => [id, code]));
  const numbers: string[] = [];
  const places = rows.map(({ branchId, acceptedAt }, at) => ({ at, branchId, year: localDate(acceptedAt).slice(0, 4) }));
  for (const [, of] of Map.groupBy(places, ({ branchId, year }) => `${branchId} ${year}`)) {
    const { branchId, year } = of[0]!;
    const run = await nextReferralNumbers(tx, codes.get(branchId) ?? '', year, of.length);
    for (const [i, { at }] of of.entries()) numbers[at] = run[i] ?? '';
  }
  return numbers;
}
