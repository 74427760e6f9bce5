import { allOf, checkCount, checkInteger, checkText } from '../../kernel/check.js';
import { atLocal, DAY } from '../../kernel/clock.js';
import type { InvalidInput } from '../../kernel/failures.js';
import type { Result } from '../../kernel/result.js';
import { type Cell, MIN_PEOPLE, type Period, tellable } from '../../kernel/small-cells.js';
import type { Confirmer, ServiceRecord } from './records.domain.js';

/** 1 (very bad) to 5 (very good). */
export const SCORES = { min: 1, max: 5 } as const;
const GOOD = 4;
const BAD = 2;

/** What stood out in a service, in the words of those who received it. */
export const SERVICE_REMARKS = [
  'ON_TIME',
  'KIND',
  'SKILLED',
  'THOROUGH',
  'LATE',
  'UNKIND',
  'POOR_WORK',
  'UNFINISHED',
  'ASKED_FOR_MONEY',
  'UNSAFE',
] as const;
export type ServiceRemark = (typeof SERVICE_REMARKS)[number];

/** What stood out in working with the branch. Nothing of the person who was served: an organization does not rate people. */
export const COOPERATION_REMARKS = [
  'WELL_DESCRIBED',
  'WELL_PREPARED',
  'EASY_TO_REACH',
  'BADLY_DESCRIBED',
  'NOT_PREPARED',
  'HARD_TO_REACH',
  'SHORT_NOTICE',
] as const;
export type CooperationRemark = (typeof COOPERATION_REMARKS)[number];

export const MAX_RATING_NOTE = 200;

/**
 * Days after the confirmation in which both sides may rate and correct what they said. Until they are over neither side learns what
 * the other said first: ratings that answer each other praise (Bolton, Greiner & Ockenfels 2013, "Engineering trust: reciprocity in
 * the production of reputation information", Management Science 59).
 */
export const RATING_DAYS = 14;

interface Rating<Remark extends string> {
  readonly referralId: string;
  readonly score: number;
  readonly remarks: readonly Remark[];
  readonly ratedBy: string | null;
  readonly ratedAt: Date;
  /** From 1, one more with every correction. */
  readonly version: number;
}

/** What the receiving side says of a service (服务评价). */
export interface ServiceRating extends Rating<ServiceRemark> {
  /** In their own words; empty where there are none. */
  readonly note: string;
  readonly ratedAs: Confirmer;
}
/** What the organization says of working with the branch (协作评价). */
export type CooperationRating = Rating<CooperationRemark>;

/** What is wrong with what somebody says. */
export const checkRating = ({
  score,
  remarks,
  note,
}: {
  readonly score: number;
  readonly remarks: readonly string[];
  readonly note?: string | null;
}): Result<null, InvalidInput> =>
  allOf(
    checkInteger(['score'], score, SCORES),
    checkCount(['remarks'], remarks, { max: SERVICE_REMARKS.length }),
    new Set(remarks).size < remarks.length ? { path: ['remarks'], rule: 'NOT_ALLOWED' } : null,
    checkText(['note'], note, { max: MAX_RATING_NOTE }),
  );

type Confirmed = Pick<ServiceRecord, 'confirmation' | 'confirmedAt'>;

/** Until when a service may be rated; null while nobody has confirmed that it took place as recorded. */
export const ratableUntil = (record: Confirmed | null): Date | null =>
  record?.confirmation === 'CONFIRMED' && record.confirmedAt ? new Date(record.confirmedAt.getTime() + RATING_DAYS * DAY) : null;

/** Whether it may be rated now. */
export const isRatable = (record: Confirmed | null, now: Date): boolean => {
  const until = ratableUntil(record);
  return until !== null && now < until;
};

/** The family's word stands before what the branch heard in its call-back: staff do not take its place. */
export const mayReplace = (before: Pick<ServiceRating, 'ratedAs'> | null, as: Confirmer): boolean =>
  before?.ratedAs !== 'FAMILY' || as === 'FAMILY';

/** A service that was confirmed in a period, and what the receiving side said of it; null: nothing. */
export interface ConfirmedService {
  /** The beneficiary where it is a resident on file, otherwise the need: who is counted. */
  readonly personKey: string;
  readonly rating: Pick<ServiceRating, 'score' | 'remarks'> | null;
}

/** What people said of an organization's services. Shares are of the ratings. */
export interface RatingFigures {
  /** Different beneficiaries who rated, or for whom somebody did. */
  readonly people: number;
  /** Services that were confirmed, rated or not. */
  readonly services: number;
  readonly ratings: number;
  /** Mean score, 1 to 5. */
  readonly mean: number;
  /** Share of 4 and 5, and of 1 and 2; null where fewer than five people said so, or fewer than five did not. */
  readonly good: number | null;
  readonly bad: number | null;
  /** Those that ratings of five people name and ratings of five, or none, do not: an organization knows for whom it came late. */
  readonly remarks: readonly { readonly remark: ServiceRemark; readonly share: number }[];
}

/** When the last service of a month can no longer be rated: only then is the month told, once and for all. */
export const completeFrom = ({ until }: Period): Date => new Date(atLocal(until).getTime() + RATING_DAYS * DAY);

/** Null: fewer than five people have rated. */
export function ratingFigures(services: readonly ConfirmedService[]): RatingFigures | null {
  const rated = services.flatMap(({ personKey, rating }) => (rating ? [{ personKey, ...rating }] : []));
  const people = new Set(rated.map(({ personKey }) => personKey));
  if (people.size < MIN_PEOPLE) return null;
  type Rated = (typeof rated)[number];
  const peopleOf = (some: readonly Rated[]): Cell => ({ people: new Set(some.map(({ personKey }) => personKey)) });
  /** Of the ratings those of which something holds; null where so few said so, or the contrary, that it would tell who. */
  const shareOf = (holds: (one: Rated) => boolean): number | null => {
    const said = peopleOf(rated.filter(holds));
    if (said.people.size === 0) return 0;
    return tellable([said, peopleOf(rated.filter(one => !holds(one)))]).has(said)
      ? rated.filter(holds).length / rated.length
      : null;
  };
  return {
    people: people.size,
    services: services.length,
    ratings: rated.length,
    mean: rated.reduce((total, { score }) => total + score, 0) / rated.length,
    good: shareOf(({ score }) => score >= GOOD),
    bad: shareOf(({ score }) => score <= BAD),
    remarks: SERVICE_REMARKS.flatMap(remark => {
      const share = shareOf(({ remarks }) => remarks.includes(remark));
      return share ? [{ remark, share }] : [];
    }),
  };
}
