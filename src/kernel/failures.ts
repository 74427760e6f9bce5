import type { Failure } from './result.js';

/** Not there, or not yours to see: the caller cannot tell which. */
export type NotFound = Failure<'NOT_FOUND'>;
/** The caller sees the thing but may never do this with it. */
export type Forbidden = Failure<'FORBIDDEN'>;
/** Not one of our ids, or an id of another kind of thing. */
export type InvalidId = Failure<'INVALID_ID'>;
/** Somebody changed it since it was read. */
export interface StaleVersion extends Failure<'STALE_VERSION'> {
  readonly currentVersion: number;
}
/** The state machine has no such arrow from where the thing stands. */
export interface InvalidState<State extends string = string> extends Failure<'INVALID_STATE'> {
  readonly from: State;
  readonly to: State;
}

/** What a value must be, for messages and programs alike. `limit` is in the field's own unit. */
export type Rule =
  | 'REQUIRED'
  | 'MIN'
  | 'MAX'
  | 'TOO_LONG'
  | 'TOO_MANY'
  | 'BAD_FORMAT'
  | 'BAD_CHECK_DIGIT'
  | 'ENDS_BEFORE_START'
  | 'IN_THE_PAST'
  | 'NOT_ALLOWED';
export interface Problem {
  readonly path: readonly string[];
  readonly rule: Rule;
  readonly limit?: number;
}
/** One or more fields hold what they must not; all of them are told at once. */
export interface InvalidInput extends Failure<'INVALID_INPUT'> {
  readonly problems: readonly Problem[];
}
/** What must be filled or proven before this step; all that is missing is told at once. */
export interface Incomplete extends Failure<'INCOMPLETE'> {
  readonly missing: readonly string[];
}
/** Not enough free places. `remaining` is in the session's capacity unit. */
export interface CapacityExceeded extends Failure<'CAPACITY_EXCEEDED'> {
  readonly remaining: number;
}
/** More than the need still asks for. `remaining` is in the need's unit. */
export interface QuantityExceeded extends Failure<'QUANTITY_EXCEEDED'> {
  readonly remaining: number;
}
/** The key was used before with another input. */
export type IdempotencyKeyReused = Failure<'IDEMPOTENCY_KEY_REUSED'>;
/** This step needs a coded reason. */
export type ReasonRequired = Failure<'REASON_REQUIRED'>;
/** There is one already; `existingId` is its raw id. */
export interface Duplicate extends Failure<'DUPLICATE'> {
  readonly existingType: string;
  /** It belongs to no community. */
  readonly existingGlobal?: boolean;
  readonly existingId: string;
}
/** The pair breaks hard rules of matching; `reasons` are their codes. */
export interface NotPossible extends Failure<'NOT_POSSIBLE'> {
  readonly reasons: readonly string[];
}
/** The law or a dispute asks to keep the data until after a day (`YYYY-MM-DD`); `reason` is coded. */
export interface LegallyHeld extends Failure<'LEGAL_HOLD'> {
  readonly reason: string;
  readonly until: string;
}
/** A matching run for this scope is under way; `planId` is its raw id. */
export interface RunInProgress extends Failure<'RUN_IN_PROGRESS'> {
  readonly planId: string;
}
/** Wrong name or password; the caller cannot tell which. */
export type InvalidCredentials = Failure<'INVALID_CREDENTIALS'>;
/** Name and password are right; the account asks for the code of its second factor, too. */
export type TotpRequired = Failure<'TOTP_REQUIRED'>;
/** Too many tries. */
export interface TooManyAttempts extends Failure<'TOO_MANY_ATTEMPTS'> {
  readonly retryAfterSeconds: number;
}
/** It was given up after a while; less of it may do. */
export type TookTooLong = Failure<'TOOK_TOO_LONG'>;
/** Another house that is needed for this does not answer. */
export type Unavailable = Failure<'UNAVAILABLE'>;
/** The refresh token (or code, or ticket) is unknown, spent or expired. */
export type InvalidToken = Failure<'INVALID_TOKEN'>;

/** Every failure that clients can meet in `userErrors`. */
export type ClientFailure =
  | NotFound
  | Forbidden
  | InvalidId
  | StaleVersion
  | InvalidState
  | InvalidInput
  | Incomplete
  | CapacityExceeded
  | QuantityExceeded
  | IdempotencyKeyReused
  | ReasonRequired
  | Duplicate
  | NotPossible
  | LegallyHeld
  | RunInProgress
  | InvalidCredentials
  | TotpRequired
  | TooManyAttempts
  | TookTooLong
  | Unavailable
  | InvalidToken;
