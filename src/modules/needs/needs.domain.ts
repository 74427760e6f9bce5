export const NEED_STATES = [
  'SUBMITTED',
  'OPEN',
  'FULFILLED',
  'REJECTED',
  'MERGED',
  'TRANSFERRED',
  'WITHDRAWN',
  'EXPIRED',
  'UNMET',
] as const;
export type NeedState = (typeof NEED_STATES)[number];

export const BENEFICIARY_KINDS = ['RESIDENT', 'GROUP', 'ORGANIZATION', 'PLACE'] as const;
export type BeneficiaryKind = (typeof BENEFICIARY_KINDS)[number];

export const REQUESTER_KINDS = ['SELF', 'FAMILY', 'STEWARD', 'OFFICER', 'ORGANIZATION'] as const;
export type RequesterKind = (typeof REQUESTER_KINDS)[number];

export const CHANNELS = ['COUNTER', 'PHONE', 'WECHAT', 'TERMINAL', 'VISIT', 'HOTLINE', 'IMPORT'] as const;
export type Channel = (typeof CHANNELS)[number];

export const TRANSFER_TARGETS = ['GRID', 'SUBDISTRICT', 'HOTLINE_12345', 'BACK_OFFICE', 'EMERGENCY'] as const;
export type TransferTarget = (typeof TRANSFER_TARGETS)[number];

export const NEED_CLOSE_REASONS = [
  'NOT_A_NEED',
  'OUT_OF_SCOPE',
  'NOT_VERIFIABLE',
  'REPEATED',
  'BEYOND_LAW',
  'SOLVED_OTHERWISE',
  'NO_LONGER_WANTED',
  'DIED_OR_MOVED',
  'NO_SUPPLY',
  'NOT_ELIGIBLE_ANYWHERE',
  'OTHER',
] as const;
export type NeedCloseReason = (typeof NEED_CLOSE_REASONS)[number];
