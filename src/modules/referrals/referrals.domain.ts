/** FHIR SDOH Clinical Care 3.0, referral task statuses. */
export const REFERRAL_STATES = [
  'DRAFT',
  'REQUESTED',
  'ACCEPTED',
  'REJECTED',
  'CANCELLED',
  'IN_PROGRESS',
  'ON_HOLD',
  'COMPLETED',
  'FAILED',
  'ENTERED_IN_ERROR',
] as const;
export type ReferralState = (typeof REFERRAL_STATES)[number];

export const REFERRAL_ORIGINS = ['PROPOSAL', 'CLAIM', 'REQUEST'] as const;
export type ReferralOrigin = (typeof REFERRAL_ORIGINS)[number];

export const REFERRAL_REASONS = [
  'NO_CAPACITY',
  'NOT_QUALIFIED',
  'WRONG_TIME',
  'TOO_FAR',
  'OUT_OF_SCOPE',
  'BENEFICIARY_DECLINED',
  'BENEFICIARY_ABSENT',
  'BENEFICIARY_ILL',
  'SOLVED_OTHERWISE',
  'STAFF_SHORTAGE',
  'MATERIALS_MISSING',
  'WEATHER',
  'UNSAFE',
  'SESSION_CANCELLED',
  'WAITING_FOR_CONSENT',
  'ENTERED_BY_MISTAKE',
  'OTHER',
] as const;
export type ReferralReason = (typeof REFERRAL_REASONS)[number];

export const RECEIVED_BY = ['BENEFICIARY', 'FAMILY', 'STEWARD', 'OFFICER', 'GROUP'] as const;
export type ReceivedBy = (typeof RECEIVED_BY)[number];

export const EVIDENCE_KINDS = ['PHOTO', 'SIGNATURE', 'DOCUMENT', 'PHONE_CALL'] as const;
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];
