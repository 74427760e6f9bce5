export const OFFER_STATES = ['DRAFT', 'PUBLISHED', 'PAUSED', 'WITHDRAWN', 'EXPIRED'] as const;
export type OfferState = (typeof OFFER_STATES)[number];

export const SESSION_STATES = ['SCHEDULED', 'CANCELLED'] as const;
export type SessionState = (typeof SESSION_STATES)[number];
