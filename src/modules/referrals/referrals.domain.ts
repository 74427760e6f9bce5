import type { InvalidState, ReasonRequired } from '../../kernel/failures.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { ReferralOrigin } from '../../kernel/vocabulary.js';

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

/**
 * What an organization will not be asked again when it says no for this reason: about a day or a state that passes, this
 * session; about the match itself, the whole offer for this need. What says neither closes the offer, for asking anew would pester.
 */
export const REFUSES: Readonly<Record<ReferralReason, 'SESSION' | 'OFFER'>> = {
  NO_CAPACITY: 'SESSION',
  NOT_QUALIFIED: 'OFFER',
  WRONG_TIME: 'SESSION',
  TOO_FAR: 'OFFER',
  OUT_OF_SCOPE: 'OFFER',
  BENEFICIARY_DECLINED: 'OFFER',
  BENEFICIARY_ABSENT: 'SESSION',
  BENEFICIARY_ILL: 'SESSION',
  SOLVED_OTHERWISE: 'OFFER',
  STAFF_SHORTAGE: 'SESSION',
  MATERIALS_MISSING: 'SESSION',
  WEATHER: 'SESSION',
  UNSAFE: 'OFFER',
  SESSION_CANCELLED: 'SESSION',
  WAITING_FOR_CONSENT: 'SESSION',
  ENTERED_BY_MISTAKE: 'SESSION',
  OTHER: 'OFFER',
};
export const PASSING_REASONS: readonly ReferralReason[] = REFERRAL_REASONS.filter(reason => REFUSES[reason] === 'SESSION');

/** A pair that somebody acted on, followed to its end (服务单). */
export interface Referral {
  readonly id: string;
  readonly number: string;
  readonly needId: string;
  readonly sessionId: string;
  readonly organizationId: string;
  readonly branchId: string;
  readonly matchId: string | null;
  readonly origin: ReferralOrigin;
  readonly state: ReferralState;
  /** What it holds of the session and of the need while it is live, in the category's unit. */
  readonly quantity: number;
  readonly reason: ReferralReason | null;
  readonly requestedBy: string | null;
  readonly requestedAt: Date | null;
  readonly respondBy: Date | null;
  readonly acceptedAt: Date | null;
  readonly closedAt: Date | null;
  readonly decision: Readonly<Record<string, unknown>>;
  readonly createdAt: Date;
  readonly version: number;
}

/** The branch asks, the organisation performs; family stands beside the branch and may only call off. */
export type ReferralSide = 'REQUESTER' | 'PERFORMER' | 'FAMILY';

const BOTH = ['REQUESTER', 'PERFORMER'] as const;
const EVERYBODY = ['REQUESTER', 'PERFORMER', 'FAMILY'] as const;
const REQUESTER = ['REQUESTER'] as const;
const PERFORMER = ['PERFORMER'] as const;
type Steps = Partial<Record<ReferralState, readonly ReferralSide[]>>;

/** FHIR SDOH Clinical Care 3.0, and who may take each step. The requester may also declare any referral an error. */
const STEPS: Readonly<Record<ReferralState, Steps>> = {
  DRAFT: { REQUESTED: REQUESTER },
  REQUESTED: { ACCEPTED: PERFORMER, REJECTED: PERFORMER, CANCELLED: EVERYBODY },
  ACCEPTED: { IN_PROGRESS: PERFORMER, ON_HOLD: PERFORMER, COMPLETED: PERFORMER, FAILED: PERFORMER, CANCELLED: EVERYBODY },
  IN_PROGRESS: { ON_HOLD: PERFORMER, COMPLETED: PERFORMER, FAILED: PERFORMER, CANCELLED: BOTH },
  ON_HOLD: { IN_PROGRESS: PERFORMER, COMPLETED: PERFORMER, FAILED: PERFORMER, CANCELLED: EVERYBODY },
  COMPLETED: {},
  REJECTED: {},
  CANCELLED: {},
  FAILED: {},
  ENTERED_IN_ERROR: {},
};

/** The states into which these sides may move a referral now. */
export function referralSteps(state: ReferralState, sides: readonly ReferralSide[]): ReferralState[] {
  const steps = Object.entries(STEPS[state]) as [ReferralState, readonly ReferralSide[]][];
  const possible = steps.filter(([, by]) => by.some(side => sides.includes(side))).map(([to]) => to);
  return sides.includes('REQUESTER') && state !== 'ENTERED_IN_ERROR' ? [...possible, 'ENTERED_IN_ERROR'] : possible;
}

/** True while the referral holds places of the session and a part of the need. */
export const isLive = (state: ReferralState): boolean => state === 'ACCEPTED' || state === 'IN_PROGRESS' || state === 'ON_HOLD';

const ASKS_REASON: readonly ReferralState[] = ['REJECTED', 'CANCELLED', 'ON_HOLD', 'FAILED', 'ENTERED_IN_ERROR'];
const CLOSED: readonly ReferralState[] = ['COMPLETED', 'REJECTED', 'CANCELLED', 'FAILED', 'ENTERED_IN_ERROR'];

export interface ReferralMove {
  readonly sides: readonly ReferralSide[];
  readonly reason: ReferralReason | null;
  readonly at: Date;
  /** Until when an answer is expected of whoever is asked by this step. */
  readonly answerBy?: Date | null;
}

/** Moves a referral. A reason is asked for whenever something does not go its way. */
export function moveReferral(
  referral: Referral,
  to: ReferralState,
  { sides, reason, at, answerBy = null }: ReferralMove,
): Result<Referral, InvalidState<ReferralState> | ReasonRequired> {
  if (!referralSteps(referral.state, sides).includes(to)) return fail({ code: 'INVALID_STATE', from: referral.state, to });
  if (ASKS_REASON.includes(to) && reason === null) return fail({ code: 'REASON_REQUIRED', path: ['reason'] });
  return ok({
    ...referral,
    state: to,
    reason: ASKS_REASON.includes(to) ? reason : null,
    requestedAt: to === 'REQUESTED' ? at : referral.requestedAt,
    respondBy: to === 'REQUESTED' ? answerBy : referral.respondBy,
    acceptedAt: to === 'ACCEPTED' ? at : referral.acceptedAt,
    closedAt: CLOSED.includes(to) ? at : null,
    version: referral.version + 1,
  });
}
