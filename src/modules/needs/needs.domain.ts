import type { InvalidInput, InvalidState } from '../../kernel/failures.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { Language, Mode, Urgency } from '../../kernel/vocabulary.js';

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

export const URGENCY_REASONS = ['HEALTH', 'SAFETY', 'WAITED_LONG', 'EASED', 'MISJUDGED', 'OTHER'] as const;
/** Why staff changed how soon a need asks for an answer. */
export type UrgencyReason = (typeof URGENCY_REASONS)[number];

export const NEED_ORDERS = ['WAITING', 'URGENCY', 'NEWEST'] as const;
export type NeedOrder = (typeof NEED_ORDERS)[number];

/** A time window as it is kept: ISO 8601 instants. */
export interface StoredWindow {
  readonly startsAt: string;
  readonly endsAt: string;
}

/** What is asked, without anything personal (需求). */
export interface Need {
  readonly id: string;
  readonly number: string;
  readonly branchId: string;
  readonly categoryCode: string;
  readonly beneficiaryKind: BeneficiaryKind;
  readonly beneficiaryOrganizationId: string | null;
  readonly beneficiaryGroup: string | null;
  readonly requesterKind: RequesterKind;
  readonly requesterOrganizationId: string | null;
  readonly channel: Channel;
  readonly state: NeedState;
  readonly urgency: Urgency;
  readonly quantity: number;
  /** What is served at once is at least so much, or nothing; the whole quantity: all or nothing. */
  readonly minimumQuantity: number;
  readonly committed: number;
  readonly fulfilled: number;
  readonly modes: readonly Mode[];
  readonly windows: readonly StoredWindow[];
  readonly deadline: Date | null;
  readonly acceptsCostFen: number;
  readonly floor: number | null;
  readonly noLift: boolean;
  readonly wheelchair: boolean;
  readonly languages: readonly Language[];
  readonly submittedAt: Date;
  readonly openedAt: Date | null;
  readonly closedAt: Date | null;
  readonly closeReason: NeedCloseReason | null;
  readonly mergedIntoId: string | null;
  /** The need that goes to the same session, or neither; counts while both wait. */
  readonly togetherWithId: string | null;
  readonly transferredTo: TransferTarget | null;
  readonly version: number;
}

/** For whom a step is: staff of the branch; whoever asked and verified kin; the calendar and deliveries. */
export type NeedSide = 'STAFF' | 'REQUESTER' | 'SYSTEM';

const STAFF = ['STAFF'] as const;
const SYSTEM = ['SYSTEM'] as const;
const PEOPLE = ['STAFF', 'REQUESTER'] as const;
type Steps = Partial<Record<NeedState, readonly NeedSide[]>>;

const STEPS: Readonly<Record<NeedState, Steps>> = {
  SUBMITTED: { OPEN: STAFF, REJECTED: STAFF, MERGED: STAFF, TRANSFERRED: STAFF, WITHDRAWN: PEOPLE, EXPIRED: SYSTEM },
  OPEN: {
    FULFILLED: ['STAFF', 'SYSTEM'],
    MERGED: STAFF,
    TRANSFERRED: STAFF,
    WITHDRAWN: PEOPLE,
    EXPIRED: SYSTEM,
    UNMET: STAFF,
  },
  FULFILLED: { OPEN: SYSTEM },
  REJECTED: {},
  MERGED: {},
  TRANSFERRED: {},
  WITHDRAWN: {},
  EXPIRED: {},
  UNMET: {},
};

/** Waits for something: neither done nor closed. */
export const isAlive = (state: NeedState): boolean => state === 'SUBMITTED' || state === 'OPEN';

/** What nobody has promised yet, in the category's unit. */
export const openQuantity = ({ quantity, committed, fulfilled }: Pick<Need, 'quantity' | 'committed' | 'fulfilled'>): number =>
  quantity - committed - fulfilled;

/** The least that may be promised of a need at once; of what is left when that is less. */
export const leastPortion = (need: Pick<Need, 'quantity' | 'committed' | 'fulfilled' | 'minimumQuantity'>): number =>
  Math.max(1, Math.min(need.minimumQuantity, openQuantity(need)));

/** True when these sides may take the step from some state. */
export const mayEver = (to: NeedState, sides: readonly NeedSide[]): boolean =>
  NEED_STATES.some(from => STEPS[from][to]?.some(side => sides.includes(side)));

/** Leaving OPEN while somebody has promised would break their promise: they deliver or call off first. */
const isPromised = ({ state, committed }: Pick<Need, 'state' | 'committed'>, to: NeedState): boolean =>
  state === 'OPEN' && to !== 'OPEN' && committed > 0;

/** The states into which these sides may move a need now. */
export const needSteps = (need: Pick<Need, 'state' | 'committed'>, sides: readonly NeedSide[]): NeedState[] =>
  (Object.entries(STEPS[need.state]) as [NeedState, readonly NeedSide[]][])
    .filter(([to, by]) => by.some(side => sides.includes(side)) && !isPromised(need, to))
    .map(([to]) => to);

/** Which coded reasons go with which end. */
export const REASONS_FOR = {
  REJECTED: ['NOT_A_NEED', 'OUT_OF_SCOPE', 'NOT_VERIFIABLE', 'REPEATED', 'BEYOND_LAW', 'OTHER'],
  WITHDRAWN: ['SOLVED_OTHERWISE', 'NO_LONGER_WANTED', 'DIED_OR_MOVED', 'REPEATED', 'OTHER'],
  UNMET: ['NO_SUPPLY', 'NOT_ELIGIBLE_ANYWHERE', 'BEYOND_LAW', 'OTHER'],
} as const satisfies Partial<Record<NeedState, readonly NeedCloseReason[]>>;
export type ReasonedEnd = keyof typeof REASONS_FOR;

export interface NeedMove {
  readonly sides: readonly NeedSide[];
  readonly at: Date;
  readonly reason?: NeedCloseReason | null;
  readonly mergedIntoId?: string;
  readonly transferredTo?: TransferTarget;
}

/**
 * Moves a need. While part of it is promised it cannot be closed: INVALID_INPUT at `needId.committed`. A reason must be one of
 * those that go with the end. Fulfilled by staff themselves means that all of it is.
 */
export function moveNeed<N extends Need>(
  need: N,
  to: NeedState,
  { sides, at, reason = null, mergedIntoId, transferredTo }: NeedMove,
): Result<N, InvalidState<NeedState> | InvalidInput> {
  if (!STEPS[need.state][to]?.some(side => sides.includes(side))) return fail({ code: 'INVALID_STATE', from: need.state, to });
  if (isPromised(need, to))
    return fail({ code: 'INVALID_INPUT', problems: [{ path: ['needId', 'committed'], rule: 'MAX', limit: 0 }] });
  if (reason !== null && !(to in REASONS_FOR && goesWith(to as ReasonedEnd, reason)))
    return fail({ code: 'INVALID_INPUT', problems: [{ path: ['reason'], rule: 'NOT_ALLOWED' }] });
  return ok({
    ...need,
    state: to,
    openedAt: to === 'OPEN' ? (need.openedAt ?? at) : need.openedAt,
    closedAt: to === 'OPEN' ? null : at,
    closeReason: reason,
    mergedIntoId: mergedIntoId ?? null,
    transferredTo: transferredTo ?? null,
    fulfilled: to === 'FULFILLED' ? need.quantity : need.fulfilled,
    version: need.version + 1,
  });
}

const goesWith = (end: ReasonedEnd, reason: NeedCloseReason): boolean => REASONS_FOR[end].some(known => known === reason);
