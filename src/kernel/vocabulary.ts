/** Words that several subjects share. Labels for people live in `graphql/labels.ts`. */

/** What a place in a session is counted in. */
export const CAPACITY_UNITS = ['PERSON', 'VISIT', 'MEAL', 'SEAT', 'ITEM', 'MINUTE', 'FEN'] as const;
export type CapacityUnit = (typeof CAPACITY_UNITS)[number];

/** Where a service takes place. */
export const MODES = ['ON_SITE', 'HOME', 'ONLINE'] as const;
export type Mode = (typeof MODES)[number];

/** P0 now (110/119/120 first, never matched), P1 24 h, P2 3 working days, P3 7 days, P4 30 days or the next project list. */
export const URGENCIES = ['P0', 'P1', 'P2', 'P3', 'P4'] as const;
export type Urgency = (typeof URGENCIES)[number];
/** Those of needs that plans serve, the most urgent first. */
export const MATCHED_URGENCIES = ['P1', 'P2', 'P3', 'P4'] as const satisfies readonly Urgency[];

/** Bands in which an age is shown (`ageBand` of residents); the youngest first. */
export const AGE_BANDS = ['UNDER_3', 'UNDER_18', 'ADULT', 'SIXTY_PLUS', 'EIGHTY_PLUS', 'NINETY_PLUS'] as const;
export type AgeBand = (typeof AGE_BANDS)[number];

/** How a referral came about: a proposal accepted, a need claimed, an organization asked. */
export const REFERRAL_ORIGINS = ['PROPOSAL', 'CLAIM', 'REQUEST'] as const;
export type ReferralOrigin = (typeof REFERRAL_ORIGINS)[number];

/** Groups of people that a community cares for in particular (重点人群). */
export const CARE_CATEGORIES = [
  'LIVING_ALONE',
  'EMPTY_NEST',
  'DISABLED',
  'LOW_INCOME',
  'BEREAVED_FAMILY',
  'DEMENTIA',
  'BEDRIDDEN',
  'CHRONIC_ILLNESS',
  'LEFT_BEHIND_CHILD',
  'VETERAN',
] as const;
export type CareCategory = (typeof CARE_CATEGORIES)[number];

export const LANGUAGES = ['MANDARIN', 'HANGZHOU_DIALECT', 'WU_DIALECT', 'SIGN_LANGUAGE', 'ENGLISH'] as const;
export type Language = (typeof LANGUAGES)[number];

/** What an account is to a resident; the account of the residents themselves is a link like any other, verified by staff. */
export const KINSHIP_RELATIONS = [
  'SELF',
  'DAUGHTER',
  'SON',
  'SPOUSE',
  'PARENT',
  'GRANDCHILD',
  'SIBLING',
  'GUARDIAN',
  'OTHER',
] as const;
export type KinshipRelation = (typeof KINSHIP_RELATIONS)[number];

/** Why somebody looks at a person's record (PIPL art. 6: a clear purpose, and no more than it needs). */
export const ACCESS_PURPOSES = [
  'CASE_WORK',
  'CARE_PLANNING',
  'CONTACT',
  'HOME_VISIT',
  'SERVICE_DELIVERY',
  'IDENTITY_CHECK',
  'RECORD_KEEPING',
  'FAMILY_CARE',
  'RIGHTS_REQUEST',
  'EMERGENCY',
] as const;
export type AccessPurpose = (typeof ACCESS_PURPOSES)[number];

/** A stretch of time in which something may happen; the end is not included. */
export interface TimeWindow {
  readonly startsAt: Date;
  readonly endsAt: Date;
}
