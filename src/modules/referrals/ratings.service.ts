import { accountOf, speaksFor, worksFor } from '../../kernel/actor.js';
import type {
  Forbidden,
  IdempotencyKeyReused,
  InvalidInput,
  InvalidState,
  NotFound,
  StaleVersion,
} from '../../kernel/failures.js';
import type { Page, PageWindow } from '../../kernel/page.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import { monthFrom, type Period } from '../../kernel/small-cells.js';
import { defineLoader } from '../../scope/loader.js';
import type { Scope } from '../../scope/scope.js';
import type { Membership } from '../alliance/alliance.domain.js';
import { logAccess } from '../privacy/access.service.js';
import {
  type CooperationRating,
  type CooperationRemark,
  checkRating,
  completeFrom,
  isRatable,
  mayReplace,
  type RatingFigures,
  ratableUntil,
  ratingFigures,
  type ServiceRating,
  type ServiceRemark,
} from './ratings.domain.js';
import {
  areWordsGone,
  confirmedServices,
  cooperationRatingByReferral,
  countRatings as countOf,
  emptyRatingNotes,
  insertCooperationRatings,
  insertServiceRatings,
  pageOfRatings,
  type RatingFilter,
  saveCooperationRating,
  saveServiceRating,
  serviceRatingByReferral,
} from './ratings.repo.js';
import type { ServiceRecord } from './records.domain.js';
import { recordByReferral } from './records.repo.js';
import { answersAs } from './records.service.js';
import type { Referral } from './referrals.domain.js';
import { canSee, sidesOf } from './referrals.policy.js';
import { lockReferral } from './referrals.repo.js';
import { findReferral, isFamily } from './referrals.service.js';

export type { ServiceRating } from './ratings.domain.js';
export { LATEST_RATED, sealedServiceRatings, serviceRatingByReferral } from './ratings.repo.js';

interface Rate<Remark extends string = string> {
  readonly referralId: string;
  readonly score: number;
  readonly remarks: readonly Remark[];
  /** The version of the rating that this one corrects; absent where there is none yet. */
  readonly expectedVersion?: number | null;
  readonly idempotencyKey?: string | null;
}
export interface RateService extends Rate<ServiceRemark> {
  readonly note?: string | null;
}
export type RateCooperation = Rate<CooperationRemark>;

type Rated = Result<Referral, NotFound | Forbidden | InvalidInput | InvalidState | StaleVersion | IdempotencyKeyReused>;

/** What a side says of a service that it may rate, in its own transaction, at most once per key. */
const rating = (
  scope: Scope,
  operation: string,
  command: Rate,
  rate: (
    tx: Scope,
    referral: Referral,
    seen: { readonly family: boolean; readonly record: ServiceRecord | null },
  ) => Promise<Rated>,
) =>
  scope.transaction(
    (tx): Promise<Rated> =>
      tx.once(
        { operation, key: command.idempotencyKey, input: command },
        async () => {
          const referral = await lockReferral(tx, command.referralId);
          const family = await isFamily(tx, referral);
          if (!referral || !canSee(tx.actor, referral, family)) return fail({ code: 'NOT_FOUND', path: ['referralId'] });
          return rate(tx, referral, { family, record: await tx.load(recordByReferral, referral.id) });
        },
        id => findReferral(tx, id),
      ),
  );

/** Whether a side may say this of a service now. `before`: what it has said so far. */
function judge(
  tx: Scope,
  command: Rate,
  { state }: Referral,
  record: ServiceRecord | null,
  before: { readonly version: number } | null,
): Result<null, InvalidInput | InvalidState | StaleVersion> {
  const checked = checkRating(command);
  if (!checked.ok) return checked;
  if (state !== 'COMPLETED' || !isRatable(record, tx.now())) {
    const from = state !== 'COMPLETED' || !record ? state : record.confirmation === 'CONFIRMED' ? 'CLOSED' : record.confirmation;
    return fail({ code: 'INVALID_STATE', from, to: 'RATED' });
  }
  const current = before?.version ?? 0;
  return (command.expectedVersion ?? 0) === current ? ok(null) : fail({ code: 'STALE_VERSION', currentVersion: current });
}

async function tell(tx: Scope, { id, branchId }: Referral, kind: 'SERVICE_RATED' | 'COOPERATION_RATED'): Promise<void> {
  // Not what was said: the log is read by more people than the rating is.
  await tx.append({ kind, subject: { type: 'Referral', id }, branchId });
}

/**
 * The receiving side says what it thinks of a service (服务评价): the family, or the branch for it by its call-back; never who
 * delivered. The family's word takes the place of what the branch heard, and not the other way round.
 */
export const rateService = (scope: Scope, command: RateService) =>
  rating(scope, 'referralRateService', command, async (tx, referral, seen) => {
    const as = answersAs(tx, referral, seen);
    if (as === null) return fail({ code: 'FORBIDDEN' });
    const before = await tx.load(serviceRatingByReferral, referral.id);
    if (!mayReplace(before, as)) return fail({ code: 'FORBIDDEN' });
    const judged = judge(tx, command, referral, seen.record, before);
    if (!judged.ok) return judged;
    if (await areWordsGone(tx, referral.needId)) return fail({ code: 'INVALID_STATE', from: 'CLOSED', to: 'RATED' });
    const said: ServiceRating = {
      referralId: referral.id,
      score: command.score,
      remarks: command.remarks,
      note: command.note?.trim() ?? '',
      ratedAs: as,
      ratedBy: accountOf(tx.actor),
      ratedAt: tx.now(),
      version: (before?.version ?? 0) + 1,
    };
    await (before
      ? saveServiceRating(tx, said)
      : insertServiceRatings(tx, [{ branchId: referral.branchId, needId: referral.needId, rating: said }]));
    await tell(tx, referral, 'SERVICE_RATED');
    return ok(referral);
  });

/** The organization says what it thinks of working with the branch (协作评价); nobody who is of both rates their own branch. */
export const rateCooperation = (scope: Scope, command: RateCooperation) =>
  rating(scope, 'referralRateCooperation', command, async (tx, referral, { family, record }) => {
    const sides = sidesOf(tx.actor, referral, family);
    if (!sides.includes('PERFORMER') || sides.includes('REQUESTER')) return fail({ code: 'FORBIDDEN' });
    const before = await tx.load(cooperationRatingByReferral, referral.id);
    const judged = judge(tx, command, referral, record, before);
    if (!judged.ok) return judged;
    const said: CooperationRating = {
      referralId: referral.id,
      score: command.score,
      remarks: command.remarks,
      ratedBy: accountOf(tx.actor),
      ratedAt: tx.now(),
      version: (before?.version ?? 0) + 1,
    };
    await (before ? saveCooperationRating(tx, said) : insertCooperationRatings(tx, [said]));
    await tell(tx, referral, 'COOPERATION_RATED');
    return ok(referral);
  });

/**
 * What the receiving side said of a service: for staff of the branch and the family, never for who speaks for the organization,
 * whatever else they are.
 */
export async function serviceRatingOf(scope: Scope, referral: Referral): Promise<ServiceRating | null> {
  if (speaksFor(scope.actor, referral.organizationId)) return null;
  const mayRead = worksFor(scope.actor, referral.branchId) || (await isFamily(scope, referral));
  return mayRead ? scope.load(serviceRatingByReferral, referral.id) : null;
}

/**
 * What the organization said of the cooperation: for its liaisons at once, for staff of the branch when they can no longer rate:
 * the time is over, or the family has spoken. What they only could correct would still be an answer.
 */
export async function cooperationRatingOf(scope: Scope, referral: Referral): Promise<CooperationRating | null> {
  const isOwn = speaksFor(scope.actor, referral.organizationId);
  if (!isOwn) {
    if (!worksFor(scope.actor, referral.branchId)) return null;
    const [record, answer] = await Promise.all([
      scope.load(recordByReferral, referral.id),
      scope.load(serviceRatingByReferral, referral.id),
    ]);
    if (isRatable(record, scope.now()) && mayReplace(answer, 'BRANCH')) return null;
  }
  return scope.load(cooperationRatingByReferral, referral.id);
}

/** Until when a referral may be rated; null while its record is not confirmed. */
export const ratableUntilOf = async (scope: Scope, { id, state }: Referral): Promise<Date | null> =>
  state === 'COMPLETED' ? ratableUntil(await scope.load(recordByReferral, id)) : null;

const EMPTY: Page<ServiceRating> = { edges: [], hasNextPage: false, hasPreviousPage: false };

/** What was said of services for residents of a branch, the latest first; nothing for who is not of its staff. */
export const listRatings = async (scope: Scope, filter: RatingFilter, window: PageWindow): Promise<Page<ServiceRating>> =>
  worksFor(scope.actor, filter.branchId) ? pageOfRatings(scope, filter, window) : EMPTY;
export const countRatings = async (scope: Scope, filter: RatingFilter): Promise<number> =>
  worksFor(scope.actor, filter.branchId) ? countOf(scope, filter) : 0;

type Partners = Pick<Membership, 'branchId' | 'organizationId'>;
interface Asked extends Partners {
  readonly month: Period;
}
const keyOf = ({ branchId, organizationId, month }: Asked): string => `${branchId} ${organizationId} ${month.from}`;

/** For all memberships that are asked about at once, in the same statements as for one. */
const figures = defineLoader<Asked, RatingFigures>(
  'serviceRatingFigures',
  async (scope, asked) => {
    const found = new Map<string, RatingFigures>();
    for (const of of Map.groupBy(asked, ({ month }) => month.from).values()) {
      const services = await load(scope, [...new Set(of.map(({ organizationId }) => organizationId))], of[0]!.month);
      for (const one of of) {
        const own = ratingFigures(
          services.filter(({ branchId, organizationId }) => branchId === one.branchId && organizationId === one.organizationId),
        );
        if (own) found.set(keyOf(one), own);
      }
    }
    return found;
  },
  keyOf,
);

/** Who said it is read under the purpose `fairness`, to count different people, with one entry in the access log. */
const load = (scope: Scope, organizationIds: readonly string[], month: Period) =>
  scope.asSystem('fairness').reading(async sys => {
    const services = await confirmedServices(sys, organizationIds, month);
    await logAccess(sys, {
      action: 'SERVICE_RATINGS',
      detail: { services: services.length, residents: new Set(services.map(({ personKey }) => personKey)).size },
    });
    return services;
  });

export interface MonthOfRatings extends Period {
  /** When nothing of the month can change any more: figures are told from then on. */
  readonly completeFrom: Date;
  readonly figures: RatingFigures | null;
}

/**
 * What people said in a month of the services of an organization in a branch, for its liaisons and staff of the branch; null for
 * others. A month is told when nobody can rate its services any more: figures that change by one rating would tell that one.
 */
export async function ratingsOf(
  scope: Scope,
  partners: Partners,
  firstDay: string,
): Promise<Result<MonthOfRatings | null, InvalidInput>> {
  const { branchId, organizationId } = partners;
  if (!worksFor(scope.actor, branchId) && !speaksFor(scope.actor, organizationId)) return ok(null);
  const month = monthFrom(firstDay);
  if (!month) return fail({ code: 'INVALID_INPUT', problems: [{ path: ['month'], rule: 'NOT_ALLOWED' }] });
  const from = completeFrom(month);
  const told = scope.now() < from ? null : await scope.load(figures, { branchId, organizationId, month });
  return ok({ ...month, completeFrom: from, figures: told });
}

/** Takes their words from the ratings of these needs. Answers with the ids of the referrals that were rated. */
export const eraseRatingNotes = (tx: Scope, needIds: readonly string[]): Promise<readonly string[]> =>
  emptyRatingNotes(tx, needIds);
