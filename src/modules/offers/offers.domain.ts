import { allOf, checkCount, checkInteger, checkText } from '../../kernel/check.js';
import type { Incomplete, InvalidInput, InvalidState } from '../../kernel/failures.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { CareCategory, Language, Mode } from '../../kernel/vocabulary.js';

export const OFFER_STATES = ['DRAFT', 'PUBLISHED', 'PAUSED', 'WITHDRAWN', 'EXPIRED'] as const;
export type OfferState = (typeof OFFER_STATES)[number];

/** Why an organization stops, cuts or calls off what it offered. Codes, for they go into the event log. */
export const OFFER_REASONS = [
  'STAFF_SHORTAGE',
  'PLACE_UNAVAILABLE',
  'SUPPLIES_SHORT',
  'HOLIDAY',
  'WEATHER',
  'LOW_DEMAND',
  'RULES_CHANGED',
  'ORGANIZATION_CHANGED',
  'OTHER',
] as const;
export type OfferReason = (typeof OFFER_REASONS)[number];

/** What an organisation pledges (资源), as its organisation fills it in. Dates are calendar dates, both included. */
export interface OfferFields {
  readonly categoryCode: string | null;
  readonly coversChildren: boolean;
  readonly title: string;
  readonly description: string;
  readonly modes: readonly Mode[];
  /** Between asking and the service, at least so many minutes. */
  readonly leadTimeMinutes: number;
  /** What the beneficiary pays for one unit, in fen. */
  readonly costFen: number;
  readonly volunteer: boolean;
  readonly needsAssessment: boolean;
  readonly validFrom: string | null;
  readonly validUntil: string | null;
  readonly filingNumber: string | null;
  readonly filingValidUntil: string | null;
  /** In months at the service date; the upper bound is not included. */
  readonly minAgeMonths: number | null;
  readonly maxAgeMonths: number | null;
  readonly careCategories: readonly CareCategory[];
  readonly eligibleBuildingIds: readonly string[];
  readonly branchIds: readonly string[];
  readonly languages: readonly Language[];
}

export interface Offer extends OfferFields {
  readonly id: string;
  readonly organizationId: string;
  /** As stored; `offerState` tells what it is today. */
  readonly state: OfferState;
  readonly lastAssuredOn: string | null;
  /** Why it is paused or was withdrawn. */
  readonly pauseReason: OfferReason | null;
  readonly version: number;
  readonly createdAt: Date;
  readonly publishedAt: Date | null;
}

export const EMPTY_OFFER: OfferFields = {
  categoryCode: null,
  coversChildren: false,
  title: '',
  description: '',
  modes: [],
  leadTimeMinutes: 0,
  costFen: 0,
  volunteer: true,
  needsAssessment: false,
  validFrom: null,
  validUntil: null,
  filingNumber: null,
  filingValidUntil: null,
  minAgeMonths: null,
  maxAgeMonths: null,
  careCategories: [],
  eligibleBuildingIds: [],
  branchIds: [],
  languages: [],
};

/** Where an offer stands on a calendar date: what is past its validity has expired, whatever is stored. */
export const offerState = ({ state, validUntil }: Pick<Offer, 'state' | 'validUntil'>, today: string): OfferState =>
  (state === 'PUBLISHED' || state === 'PAUSED') && validUntil !== null && validUntil < today ? 'EXPIRED' : state;

const NEXT: Readonly<Record<OfferState, readonly OfferState[]>> = {
  DRAFT: ['PUBLISHED', 'WITHDRAWN'],
  PUBLISHED: ['PAUSED', 'WITHDRAWN'],
  PAUSED: ['PUBLISHED', 'WITHDRAWN'],
  WITHDRAWN: [],
  EXPIRED: [],
};

/** The states into which its organisation may move an offer now. Expiring is the calendar's. */
export const offerSteps = (state: OfferState): readonly OfferState[] => NEXT[state];

const MAX_MONTHS = 130 * 12;

/** Everything that is wrong with what was filled in, whether or not it is complete. */
export const checkOffer = (fields: OfferFields): Result<null, InvalidInput> =>
  allOf(
    checkText(['title'], fields.title, { max: 80 }),
    checkText(['description'], fields.description, { max: 2000 }),
    checkInteger(['leadTimeMinutes'], fields.leadTimeMinutes, { max: 90 * 24 * 60 }),
    checkInteger(['costFen'], fields.costFen),
    fields.volunteer && fields.costFen > 0 ? { path: ['costFen'], rule: 'NOT_ALLOWED' } : null,
    fields.validFrom !== null && fields.validUntil !== null && fields.validUntil < fields.validFrom
      ? { path: ['validUntil'], rule: 'ENDS_BEFORE_START' }
      : null,
    checkText(['filingNumber'], fields.filingNumber, { max: 60 }),
    checkInteger(['minAgeMonths'], fields.minAgeMonths, { max: MAX_MONTHS }),
    checkInteger(['maxAgeMonths'], fields.maxAgeMonths, { min: (fields.minAgeMonths ?? 0) + 1, max: MAX_MONTHS }),
    checkCount(['careCategories'], fields.careCategories, { max: 20 }),
    checkCount(['eligibleBuildingIds'], fields.eligibleBuildingIds, { max: 100 }),
    checkCount(['branchIds'], fields.branchIds, { max: 20 }),
  );

/** What publishing asks beside the offer itself. */
export interface PublishingFacts {
  readonly today: string;
  readonly needsFiling: boolean;
  /** It is an active member, with a pact in force, in the alliance of a branch that the offer serves. */
  readonly hasStanding: boolean;
  /** Eligibility names no buildings, or one that lies in a served branch. */
  readonly reachesBuildings: boolean;
  /** Scheduled sessions that have not ended, or are on request. */
  readonly sessionCount: number;
}

/** Shows an offer. All that is missing is told at once. */
export function publish(
  offer: Offer,
  facts: PublishingFacts,
  at: Date,
): Result<Offer, InvalidState<OfferState> | Incomplete | InvalidInput> {
  const state = offerState(offer, facts.today);
  if (!NEXT[state].includes('PUBLISHED')) return fail({ code: 'INVALID_STATE', from: state, to: 'PUBLISHED' });
  const checked = checkOffer(offer);
  if (!checked.ok) return checked;
  const missing = missingToPublish(offer, facts);
  if (missing.length) return fail({ code: 'INCOMPLETE', missing });
  return ok({
    ...offer,
    state: 'PUBLISHED',
    pauseReason: null,
    lastAssuredOn: facts.today,
    publishedAt: offer.publishedAt ?? at,
    version: offer.version + 1,
  });
}

/** All that keeps an offer from being shown, by field or by code. A free clinic needs a filing that covers its whole validity. */
export function missingToPublish(offer: OfferFields, facts: PublishingFacts): readonly string[] {
  const missing: string[] = [];
  if (!offer.title.trim()) missing.push('title');
  if (offer.categoryCode === null) missing.push('categoryCode');
  if (!offer.modes.length) missing.push('modes');
  if (offer.validFrom === null) missing.push('validFrom');
  if (offer.validUntil === null || offer.validUntil < facts.today) missing.push('validUntil');
  if (facts.needsFiling && !offer.filingNumber?.trim()) missing.push('filingNumber');
  if (facts.needsFiling && (offer.filingValidUntil === null || offer.filingValidUntil < (offer.validUntil ?? facts.today)))
    missing.push('filingValidUntil');
  if (!facts.reachesBuildings) missing.push('eligibleBuildingIds');
  if (!facts.hasStanding) missing.push('membershipWithPactInForce');
  if (facts.sessionCount === 0) missing.push('sessions');
  return missing;
}

/** Hides an offer for a while (PAUSED) or for good (WITHDRAWN); promises already made stand. */
export function hide(
  offer: Offer,
  to: 'PAUSED' | 'WITHDRAWN',
  reason: OfferReason,
  today: string,
): Result<Offer, InvalidState<OfferState>> {
  const state = offerState(offer, today);
  if (!NEXT[state].includes(to)) return fail({ code: 'INVALID_STATE', from: state, to });
  return ok({ ...offer, state: to, pauseReason: reason, version: offer.version + 1 });
}

/** Once shown, an offer keeps what people were matched by; the rest may still be corrected. */
const FIXED_AFTER_PUBLISHING = [
  'categoryCode',
  'costFen',
  'volunteer',
  'minAgeMonths',
  'maxAgeMonths',
  'careCategories',
  'eligibleBuildingIds',
] as const;

const KEPT_AFTER_PUBLISHING = ['title', 'modes', 'validFrom', 'validUntil', 'filingNumber', 'filingValidUntil'] as const;
const isBlank = (value: string | readonly unknown[] | null): boolean =>
  typeof value === 'string' ? !value.trim() : !value?.length;

/** Changes what is given, keeps the rest. */
export function edit(
  offer: Offer,
  changes: Partial<OfferFields>,
  today: string,
): Result<Offer, InvalidState<OfferState> | InvalidInput> {
  const state = offerState(offer, today);
  if (state === 'WITHDRAWN' || state === 'EXPIRED') return fail({ code: 'INVALID_STATE', from: state, to: state });
  if (state !== 'DRAFT') {
    const problems = FIXED_AFTER_PUBLISHING.filter(
      name => name in changes && JSON.stringify(changes[name]) !== JSON.stringify(offer[name]),
    ).map(name => ({ path: [name], rule: 'NOT_ALLOWED' as const }));
    if (problems.length) return fail({ code: 'INVALID_INPUT', problems });
  }
  const changed = { ...offer, ...changes, version: offer.version + 1 };
  const checked = checkOffer(changed);
  if (!checked.ok) return checked;
  // A shown offer stays complete: these may be changed, not emptied; a filing may be renewed.
  const emptied = state === 'DRAFT' ? [] : KEPT_AFTER_PUBLISHING.filter(name => !isBlank(offer[name]) && isBlank(changed[name]));
  return emptied.length
    ? fail({ code: 'INVALID_INPUT', problems: emptied.map(name => ({ path: [name], rule: 'REQUIRED' as const })) })
    : ok(changed);
}
