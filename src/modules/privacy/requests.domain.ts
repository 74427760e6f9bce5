import { addDays, atLocal, localDate } from '../../kernel/clock.js';
import type { InvalidState } from '../../kernel/failures.js';
import { fail, ok, type Result } from '../../kernel/result.js';

/**
 * What a person may ask about their own data: to know and to have a copy (PIPL art. 45), to correct (46), to delete (47), to
 * restrict (44), to have it explained (24, 48), and what next of kin may ask for the deceased (49).
 */
export const REQUEST_KINDS = ['ACCESS', 'COPY', 'CORRECT', 'DELETE', 'RESTRICT', 'EXPLAIN', 'DECEASED_NEXT_OF_KIN'] as const;
export type RequestKind = (typeof REQUEST_KINDS)[number];

/** Days within which a request is answered. The law says 及时 (art. 50); fifteen days are what the community promises. */
export const DUE_DAYS: Readonly<Record<RequestKind, number>> = {
  ACCESS: 15,
  COPY: 15,
  CORRECT: 15,
  DELETE: 15,
  RESTRICT: 15,
  EXPLAIN: 15,
  DECEASED_NEXT_OF_KIN: 15,
};

export const REQUEST_STATES = ['RECEIVED', 'IN_PROGRESS', 'DONE', 'REFUSED', 'WITHDRAWN'] as const;
export type RequestState = (typeof REQUEST_STATES)[number];

/** Why a request is refused (art. 50 asks for the reasons). */
export const REFUSAL_REASONS = ['NOT_PROVEN', 'NOT_ON_FILE', 'KEPT_BY_LAW', 'RIGHTS_OF_OTHERS', 'REPEATED', 'OTHER'] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** A request about a person's data, as it is followed to its answer. */
export interface PersonalInfoRequest {
  readonly id: string;
  readonly branchId: string;
  readonly residentId: string;
  readonly kind: RequestKind;
  readonly state: RequestState;
  readonly requestedBy: string | null;
  /** Taken down by staff for whoever came to them. */
  readonly onBehalf: boolean;
  readonly deceasedOn: string | null;
  readonly dueAt: Date;
  readonly createdAt: Date;
  readonly decidedAt: Date | null;
  readonly decidedBy: string | null;
  readonly refusalReason: RefusalReason | null;
  readonly version: number;
}

/** The end of the last day on which it may be answered. */
export const dueAt = (kind: RequestKind, receivedAt: Date): Date => atLocal(addDays(localDate(receivedAt), DUE_DAYS[kind] + 1));

/** Who may move it: the staff who answer, and the side that asked. */
export type RequestSide = 'STAFF' | 'REQUESTER';
const STEPS: Readonly<Record<RequestState, Partial<Record<RequestState, RequestSide>>>> = {
  RECEIVED: { IN_PROGRESS: 'STAFF', DONE: 'STAFF', REFUSED: 'STAFF', WITHDRAWN: 'REQUESTER' },
  IN_PROGRESS: { DONE: 'STAFF', REFUSED: 'STAFF', WITHDRAWN: 'REQUESTER' },
  DONE: {},
  REFUSED: {},
  WITHDRAWN: {},
};

export const isOpen = (state: RequestState): boolean => state === 'RECEIVED' || state === 'IN_PROGRESS';

/** Where these sides may move a request now. */
export const stepsOf = (state: RequestState, sides: readonly RequestSide[]): RequestState[] =>
  (Object.entries(STEPS[state]) as [RequestState, RequestSide][]).filter(([, side]) => sides.includes(side)).map(([to]) => to);

export interface Decision {
  readonly by: string | null;
  readonly at: Date;
  readonly reason?: RefusalReason | null;
}

export function moveRequest(
  request: PersonalInfoRequest,
  to: RequestState,
  { by, at, reason = null }: Decision,
): Result<PersonalInfoRequest, InvalidState<RequestState>> {
  const { state, version } = request;
  if (!(to in STEPS[state])) return fail({ code: 'INVALID_STATE', from: state, to });
  const decided = isOpen(to) ? {} : { decidedAt: at, decidedBy: by, refusalReason: reason };
  return ok({ ...request, ...decided, state: to, version: version + 1 });
}
