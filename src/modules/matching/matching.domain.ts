export const PLAN_STATES = ['QUEUED', 'RUNNING', 'READY', 'PUBLISHED', 'FAILED'] as const;
export type PlanState = (typeof PLAN_STATES)[number];

export const MATCH_STATES = ['PLANNED', 'PROPOSED', 'ACCEPTED', 'DECLINED', 'FELL_OUT', 'LAPSED'] as const;
export type MatchState = (typeof MATCH_STATES)[number];
