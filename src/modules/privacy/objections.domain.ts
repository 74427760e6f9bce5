export const OBJECTION_REASONS = ['PREFERS_PEOPLE', 'NOT_WISHED', 'DATA_DISPUTED', 'LEGAL_MATTER', 'CHANGED_MIND'] as const;
/** Why somebody does not want something done with a person's data, or does again. Nobody has to justify it: NOT_WISHED will do. */
export type ObjectionReason = (typeof OBJECTION_REASONS)[number];
