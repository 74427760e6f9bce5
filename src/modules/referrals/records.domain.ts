import { allOf, checkCount, checkInteger, checkText } from '../../kernel/check.js';
import type { InvalidInput, InvalidState, ReasonRequired } from '../../kernel/failures.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { Referral, ReferralState } from './referrals.domain.js';

export const RECEIVED_BY = ['BENEFICIARY', 'FAMILY', 'STEWARD', 'OFFICER', 'GROUP'] as const;
export type ReceivedBy = (typeof RECEIVED_BY)[number];

export const EVIDENCE_KINDS = ['PHOTO', 'SIGNATURE', 'DOCUMENT', 'PHONE_CALL'] as const;
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

/** Whether somebody on the receiving side said that help arrived (回访). */
export const CONFIRMATION_STATES = ['AWAITING', 'CONFIRMED', 'DISPUTED'] as const;
export type ConfirmationState = (typeof CONFIRMATION_STATES)[number];

export const DISPUTE_REASONS = ['NOT_RECEIVED', 'LESS_THAN_RECORDED', 'NOT_AS_AGREED', 'OTHER'] as const;
export type DisputeReason = (typeof DISPUTE_REASONS)[number];

/** Who asked or was asked: the branch by its call-back, or the family itself. */
export const CONFIRMERS = ['BRANCH', 'FAMILY'] as const;
export type Confirmer = (typeof CONFIRMERS)[number];

/** A pointer to what shows that it happened; the file itself is kept elsewhere. */
export interface Evidence {
  readonly kind: EvidenceKind;
  readonly reference: string;
  /** Faces of people under 18 can be seen on it. */
  readonly showsMinors?: boolean;
  /** Where the guardian's written consent is kept. */
  readonly guardianConsent?: string | null;
}

/** What an organisation writes down of a service. */
export interface RecordFields {
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly quantity: number;
  readonly receivedBy: ReceivedBy;
  readonly evidence: readonly Evidence[];
  readonly place: string;
}

export interface Confirmation {
  readonly confirmation: ConfirmationState;
  readonly disputeReason: DisputeReason | null;
  readonly confirmedAs: Confirmer | null;
  readonly confirmedBy: string | null;
  readonly confirmedAt: Date | null;
}

export const NOT_YET_CONFIRMED: Confirmation = {
  confirmation: 'AWAITING',
  disputeReason: null,
  confirmedAs: null,
  confirmedBy: null,
  confirmedAt: null,
};

/** What really happened (服务记录), and whether those who received it say so, too. */
export interface ServiceRecord extends RecordFields, Confirmation {
  readonly id: string;
  readonly referralId: string;
  readonly recordedBy: string | null;
  readonly recordedAt: Date;
}

/**
 * A record tells of the past, of no more than was promised, and points to its evidence by reference only. What shows the face of
 * a minor needs the guardian's consent (未成年人保护法 art. 4, 个人信息保护法 art. 31).
 */
export function checkRecord(record: RecordFields, referral: Referral, now: Date): Result<null, InvalidInput> {
  const evidence = (i: number, field: string): string[] => ['record', 'evidence', String(i), field];
  return allOf(
    record.endedAt < record.startedAt ? { path: ['record', 'endedAt'], rule: 'ENDS_BEFORE_START' } : null,
    record.endedAt > now ? { path: ['record', 'endedAt'], rule: 'NOT_ALLOWED' } : null,
    checkInteger(['record', 'quantity'], record.quantity, { min: 1, max: referral.quantity }),
    checkCount(['record', 'evidence'], record.evidence, { max: 20 }),
    record.evidence.flatMap(({ reference, showsMinors, guardianConsent }, i) => [
      checkText(evidence(i, 'reference'), reference, { max: 200, required: true, impersonal: true }),
      checkText(evidence(i, 'guardianConsent'), guardianConsent ?? '', {
        max: 200,
        required: showsMinors ?? false,
        impersonal: true,
      }),
    ]),
    checkText(['record', 'place'], record.place, { max: 100, impersonal: true }),
  );
}

/** A dispute that was cleared up may still be confirmed; what is confirmed stays so, but for a referral entered in error. */
const CONFIRMATION_STEPS: Readonly<Record<ConfirmationState, readonly ConfirmationState[]>> = {
  AWAITING: ['CONFIRMED', 'DISPUTED'],
  DISPUTED: ['CONFIRMED'],
  CONFIRMED: [],
};

export interface Answer {
  readonly to: 'CONFIRMED' | 'DISPUTED';
  readonly reason: DisputeReason | null;
  readonly as: Confirmer;
  readonly by: string | null;
  readonly at: Date;
}

/** What the receiving side says of a record. A dispute asks for a reason. */
export function answerRecord(
  record: ServiceRecord,
  { to, reason, as, by, at }: Answer,
): Result<ServiceRecord, InvalidState<ConfirmationState> | ReasonRequired> {
  if (!CONFIRMATION_STEPS[record.confirmation].includes(to))
    return fail({ code: 'INVALID_STATE', from: record.confirmation, to });
  if (to === 'DISPUTED' && reason === null) return fail({ code: 'REASON_REQUIRED', path: ['reason'] });
  return ok({
    ...record,
    confirmation: to,
    disputeReason: to === 'DISPUTED' ? reason : null,
    confirmedAs: as,
    confirmedBy: by,
    confirmedAt: at,
  });
}

/** How far a need has come, in the words of those who work on it (domain.md §4, rows 89 and 90). */
export const NEED_STAGES = [
  'SUBMITTED',
  'OPEN',
  'CLAIMED',
  'IN_SERVICE',
  'AWAITING_CONFIRMATION',
  'FULFILLED',
  'REJECTED',
  'MERGED',
  'TRANSFERRED',
  'WITHDRAWN',
  'EXPIRED',
  'UNMET',
] as const;
export type NeedStage = (typeof NEED_STAGES)[number];
/** The stages that a need's own state tells; the others follow from what became of its referrals. */
type StageOfState = Exclude<NeedStage, 'CLAIMED' | 'IN_SERVICE' | 'AWAITING_CONFIRMATION'>;

/** What became of a need's referrals: the states of those that live or were completed, and whether each record is confirmed. */
export interface Handling {
  readonly state: ReferralState;
  readonly confirmation: ConfirmationState | null;
}

/** The furthest that any of its referrals has come decides while a need is open; once delivered, what is not yet confirmed. */
export function stageOf(state: StageOfState, handlings: readonly Handling[]): NeedStage {
  const has = (...states: readonly ReferralState[]): boolean => handlings.some(handling => states.includes(handling.state));
  if (state === 'OPEN') return has('IN_PROGRESS', 'ON_HOLD') ? 'IN_SERVICE' : has('ACCEPTED') ? 'CLAIMED' : 'OPEN';
  if (state !== 'FULFILLED') return state;
  const isOpen = handlings.some(handling => handling.state === 'COMPLETED' && handling.confirmation !== 'CONFIRMED');
  return isOpen ? 'AWAITING_CONFIRMATION' : 'FULFILLED';
}
