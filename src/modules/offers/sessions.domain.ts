import { allOf, checkCount, checkInteger, checkSpan, checkText } from '../../kernel/check.js';
import { addDays, atLocal, localDate } from '../../kernel/clock.js';
import type { InvalidInput, Problem } from '../../kernel/failures.js';
import type { Result } from '../../kernel/result.js';
import { type Offer, type OfferFields, type OfferReason, offerState } from './offers.domain.js';

export const SESSION_STATES = ['SCHEDULED', 'CANCELLED'] as const;
export type SessionState = (typeof SESSION_STATES)[number];

/** FHIR SDOH Clinical Care 3.0, capacity status. */
export const CAPACITY_STATUSES = ['CAPACITY', 'NO_CAPACITY', 'WAITLIST', 'ADDITIONAL_ASSESSMENT_REQUIRED'] as const;
export type CapacityStatus = (typeof CAPACITY_STATUSES)[number];

/** Places of a session that only residents of one branch get, in the category's unit. */
export interface BranchQuota {
  readonly branchId: string;
  readonly places: number;
}

/** On what terms a session is held. Only a dated one asks for a minimum or for resources. */
export interface SessionTerms {
  /** It is held only from so many on, in the category's unit; 0: however few come. */
  readonly minimumAttendance: number;
  /** At most one for each branch; the places beyond all quotas are open to all. */
  readonly branchQuotas: readonly BranchQuota[];
  /**
   * Helpers, rooms and devices that it takes up, in the organization's own short words, e.g. `chair-2`. Two sessions of one
   * organization that share one are never both planned at overlapping times. The words mean nothing beyond the organization:
   * a room that several organizations use is one session's place as any other, and the estate keeps no register of rooms.
   */
  readonly resourceKeys: readonly string[];
}
export const NO_TERMS: SessionTerms = { minimumAttendance: 0, branchQuotas: [], resourceKeys: [] };

/** A dated piece of an offer (场次); without times it is on request while the offer is valid. Quantities in the category's unit. */
export interface Session extends SessionTerms {
  readonly id: string;
  readonly offerId: string;
  readonly state: SessionState;
  readonly startsAt: Date | null;
  readonly endsAt: Date | null;
  readonly capacity: number;
  readonly reserved: number;
  readonly buildingId: string | null;
  readonly place: string;
  readonly cancelReason: OfferReason | null;
  readonly version: number;
  readonly createdAt: Date;
}

export interface SessionFields extends SessionTerms {
  readonly startsAt: Date | null;
  readonly endsAt: Date | null;
  readonly capacity: number;
  readonly buildingId: string | null;
  readonly place: string;
}

export const MAX_SESSION_HOURS = 31 * 24;

/** Letters without case, digits and hyphens: long enough for a chair, too short and plain for a person's name. */
const RESOURCE_KEY = /^[a-z0-9](-?[a-z0-9]){0,23}$/;
const MAX_KEYS = 10;
const MAX_QUOTAS = 20;

export const quotaPlaces = (quotas: readonly BranchQuota[]): number => quotas.reduce((sum, { places }) => sum + places, 0);

/** Places kept for other branches' residents: what their quotas hold beyond what is promised to them already. */
export const heldBack = (
  quotas: readonly BranchQuota[],
  promised: ReadonlyMap<string, number>,
  branchId: string | null,
): number =>
  quotas.reduce(
    (sum, quota) => (quota.branchId === branchId ? sum : sum + Math.max(0, quota.places - (promised.get(quota.branchId) ?? 0))),
    0,
  );

/** All that is wrong with the terms of a session of so many places. */
export function checkTerms(
  { minimumAttendance, branchQuotas, resourceKeys }: SessionTerms,
  { capacity, dated }: { readonly capacity: number; readonly dated: boolean },
  path: readonly string[] = [],
): readonly Problem[] {
  const at = (...names: readonly (string | number)[]): string[] => [...path, ...names.map(String)];
  const bad = (names: readonly (string | number)[], rule: Problem['rule']): Problem => ({ path: at(...names), rule });
  const sound = allOf(
    checkInteger(at('minimumAttendance'), minimumAttendance, { max: capacity }),
    !dated && minimumAttendance > 0 ? bad(['minimumAttendance'], 'NOT_ALLOWED') : null,
    checkCount(at('branchQuotas'), branchQuotas, { max: MAX_QUOTAS }),
    branchQuotas.map(({ places }, i) => checkInteger(at('branchQuotas', i, 'places'), places, { min: 1 })),
    branchQuotas.map(({ branchId }, i) =>
      branchQuotas.findIndex(quota => quota.branchId === branchId) < i
        ? bad(['branchQuotas', i, 'branchId'], 'NOT_ALLOWED')
        : null,
    ),
    quotaPlaces(branchQuotas) > capacity ? { path: at('branchQuotas'), rule: 'MAX', limit: capacity } : null,
    checkCount(at('resourceKeys'), resourceKeys, { max: MAX_KEYS }),
    !dated && resourceKeys.length ? bad(['resourceKeys'], 'NOT_ALLOWED') : null,
    resourceKeys.map((key, i) => (RESOURCE_KEY.test(key) ? null : bad(['resourceKeys', i], 'BAD_FORMAT'))),
  );
  return sound.ok ? [] : sound.failure.problems;
}

/** A session has both times or none, lies ahead, lasts at most a month, has at least one place and terms that fit. */
export const checkSession = (
  { startsAt, endsAt, capacity, place, ...terms }: SessionFields,
  now: Date,
  path: readonly string[] = [],
): Result<null, InvalidInput> =>
  allOf(
    (startsAt === null) === (endsAt === null)
      ? null
      : { path: [...path, startsAt === null ? 'startsAt' : 'endsAt'], rule: 'REQUIRED' },
    checkSpan([...path, 'endsAt'], startsAt, endsAt),
    startsAt && endsAt && endsAt.getTime() - startsAt.getTime() > MAX_SESSION_HOURS * 3_600_000
      ? { path: [...path, 'endsAt'], rule: 'MAX', limit: MAX_SESSION_HOURS }
      : null,
    endsAt && endsAt <= now ? { path: [...path, 'endsAt'], rule: 'IN_THE_PAST' } : null,
    checkInteger([...path, 'capacity'], capacity, { min: 1 }),
    checkText([...path, 'place'], place, { max: 100 }),
    checkTerms(terms, { capacity, dated: startsAt !== null }, path),
  );

/** The states into which its organisation may move a session now: nothing is called off over the heads of those promised a place. */
export const sessionSteps = ({ state, reserved }: Pick<Session, 'state' | 'reserved'>): SessionState[] =>
  state === 'SCHEDULED' && reserved === 0 ? ['CANCELLED'] : [];

/** Days of a dated session that lie outside its offer's validity: matching would never propose it. */
export function outsideValidity(
  { validFrom, validUntil }: Pick<OfferFields, 'validFrom' | 'validUntil'>,
  { startsAt, endsAt }: Pick<SessionFields, 'startsAt' | 'endsAt'>,
  path: readonly string[] = [],
): readonly Problem[] {
  const early = startsAt !== null && validFrom !== null && localDate(startsAt) < validFrom;
  const late = endsAt !== null && validUntil !== null && endsAt > atLocal(addDays(validUntil, 1));
  return [
    ...(early ? [{ path: [...path, 'startsAt'], rule: 'NOT_ALLOWED' as const }] : []),
    ...(late ? [{ path: [...path, 'endsAt'], rule: 'NOT_ALLOWED' as const }] : []),
  ];
}

/** Places that may be promised now, in the category's unit: none of an offer that is not shown, none of a session that is over or called off. */
export const freePlaces = (
  offer: Pick<Offer, 'state' | 'validUntil'>,
  { state, endsAt, capacity, reserved }: Pick<Session, 'state' | 'endsAt' | 'capacity' | 'reserved'>,
  now: Date,
): number => {
  const isOver = endsAt !== null && endsAt <= now;
  return offerState(offer, localDate(now)) === 'PUBLISHED' && state === 'SCHEDULED' && !isOver ? capacity - reserved : 0;
};

/** Whether more is taken. Waiting lists are not kept yet, so WAITLIST does not occur. */
export function capacityStatus(hasFreePlaces: boolean, needsAssessment: boolean): CapacityStatus {
  if (!hasFreePlaces) return 'NO_CAPACITY';
  return needsAssessment ? 'ADDITIONAL_ASSESSMENT_REQUIRED' : 'CAPACITY';
}
