export const ORGANIZATION_KINDS = [
  'GOV',
  'PUBLIC_INST',
  'MASS_ORG',
  'SOE',
  'PRIVATE',
  'FINANCE',
  'EDUCATION',
  'MEDICAL',
  'LAW_FIRM',
  'NGO',
  'FOUNDATION',
  'UNION',
  'PROPERTY',
  'RESIDENT_BODY',
] as const;
export type OrganizationKind = (typeof ORGANIZATION_KINDS)[number];

export const MEMBERSHIP_STATES = ['INVITED', 'APPLIED', 'ACTIVE', 'SUSPENDED', 'ENDED'] as const;
export type MembershipState = (typeof MEMBERSHIP_STATES)[number];

/** What is stored; IN_FORCE, EXPIRING and EXPIRED follow from the calendar. */
export const PACT_STORED_STATES = ['DRAFT', 'SIGNED', 'TERMINATED'] as const;
export type PactStoredState = (typeof PACT_STORED_STATES)[number];
