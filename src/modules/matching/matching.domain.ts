import type { Mode, Urgency } from '../../kernel/vocabulary.js';
import type { OverrideReason } from './decisions.domain.js';
import type { PairIds } from './planner/facts.js';
import type { MatchReason, Reason } from './planner/rules.js';
import type { CostPart, Part, Rank, RankPart } from './planner/scoring.js';

export const PLAN_STATES = ['QUEUED', 'RUNNING', 'READY', 'PUBLISHED', 'FAILED', 'CANCELLED'] as const;
export type PlanState = (typeof PLAN_STATES)[number];

export const MATCH_STATES = ['PLANNED', 'PROPOSED', 'ACCEPTED', 'DECLINED', 'FELL_OUT', 'LAPSED'] as const;
export type MatchState = (typeof MATCH_STATES)[number];

/** States that the organization may see: what is planned, or fell out before it was proposed, is the branch's own. */
export const SHOWN_MATCH_STATES = ['PROPOSED', 'ACCEPTED', 'DECLINED', 'LAPSED'] as const satisfies readonly MatchState[];

/** What went wrong with a run. */
export const PLAN_FAILURES = ['PROOF_FAILED', 'INTERRUPTED', 'ERROR'] as const;
export type PlanFailure = (typeof PLAN_FAILURES)[number];

/** Why a need is not, or not fully, served by a plan. */
export const UNMATCHED_REASONS = [
  'NO_OFFER_OF_CATEGORY',
  'NO_STANDING',
  'OUT_OF_AREA',
  'CONSENT',
  'NOT_ELIGIBLE',
  'WRONG_MODE',
  'COST',
  'EXCLUDED',
  'WRONG_TIME',
  'HELPER_BUSY',
  'MINIMUM_NOT_REACHED',
  'RESERVED_FOR_OTHERS',
  'PERSON_BUSY',
  'PORTION_TOO_SMALL',
  'TOGETHER',
  'CAP_REACHED',
  'BUDGET_ENDED',
  'ALL_FULL',
  'PARTLY_SERVED',
] as const;
export type UnmatchedReason = (typeof UNMATCHED_REASONS)[number];

/** A pair that a person pinned or forbade in a plan, and why. */
export interface PlanOverride extends PairIds {
  readonly reason: OverrideReason;
  readonly noteId: string | null;
}

/** One run of the engine for a branch, or for the whole community (`branchId` null). */
export interface MatchPlan {
  readonly id: string;
  readonly branchId: string | null;
  readonly state: PlanState;
  /** Percent. */
  readonly progress: number;
  readonly dryRun: boolean;
  readonly policyVersion: number;
  readonly horizonStart: Date;
  readonly horizonEnd: Date;
  readonly pinned: readonly PlanOverride[];
  readonly forbidden: readonly PlanOverride[];
  readonly totals: PlanTotals | null;
  /** How long the search may take, in seconds; only plans with rules that look at more than one pair search. */
  readonly budgetSeconds: number;
  /** Null until it is ready. */
  readonly proof: PlanProof | null;
  readonly failure: PlanFailure | null;
  readonly createdBy: string | null;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
  readonly publishedAt: Date | null;
  readonly version: number;
}

/** How the needs of one urgency came out, whatever tiers they counted as. */
export interface UrgencyTotal {
  readonly urgency: Urgency;
  readonly needs: number;
  /** Served in full; in part. */
  readonly served: number;
  readonly partly: number;
}
export interface SupplyTotal {
  readonly categoryCode: string;
  /** Free capacity when the run began, in the category's unit. */
  readonly free: number;
  readonly used: number;
}
/** How scarce a category is on a day; see `scarcityOf` for what the numbers mean. */
export interface Scarcity {
  readonly categoryCode: string;
  /** Null: on request. */
  readonly day: string | null;
  readonly sessions: number;
  readonly unservedNeeds: number;
  readonly changesSaved: number;
  readonly costSaved: number;
}
/** Means are over matches, rounded; null when there is nothing to average. */
export interface PlanTotals {
  readonly byUrgency: readonly UrgencyTotal[];
  readonly supply: readonly SupplyTotal[];
  /** The scarcest first. */
  readonly scarcity: readonly Scarcity[];
  readonly meanWaitingHours: number | null;
  readonly meanDaysAhead: number | null;
  readonly meanDistanceM: number | null;
  /** How many needs, sessions and possible pairs the run looked at. */
  readonly needs: number;
  readonly sessions: number;
  readonly pairs: number;
}

/** How far a plan is proven to be the best that obeys every rule, and by how much a better one could differ at most. */
export interface PlanProof {
  readonly proven: boolean;
  readonly gap:
    | null
    /** Who is served is proven up to this place; there `served` may become up to `bound`, in the need's unit. */
    | { readonly kind: 'SERVED'; readonly rankPosition: number; readonly served: number; readonly bound: number }
    /** Who is served is proven; what changes of the proposals that are out may come down to `bound`, in units of quantity. */
    | { readonly kind: 'CHANGES'; readonly changes: number; readonly bound: number }
    /** That is proven, too; the total cost may come down to `bound`. */
    | { readonly kind: 'COST'; readonly cost: number; readonly bound: number };
}

/** By how much a part of the cost would differ, and the number behind it there; null where it would cost nothing there. */
export interface CostDifference {
  readonly code: CostPart;
  /** Negative: less. */
  readonly value: number;
  readonly measured: number | null;
}

/** A possible session that a need did not get. The differences add up to its cost less that of the match. */
export interface RunnerUp {
  readonly sessionId: string;
  readonly cost: number;
  /** No place was left there: promised before, or given to other needs by the plan. */
  readonly isFull: boolean;
  readonly differences: readonly CostDifference[];
}

/** The numbers behind a match. Parts add up to their totals; `runnersUp` are the best sessions that it did not get, best first. */
export interface Explanation {
  readonly policyVersion: number;
  readonly urgency: Rank['urgency'];
  readonly tier: Rank['tier'];
  readonly liftedBy: Rank['liftedBy'];
  readonly points: number;
  readonly rankParts: readonly Part<RankPart>[];
  readonly cost: number;
  readonly costParts: readonly Part<CostPart>[];
  readonly mode: Mode;
  readonly startsAt: string;
  readonly distanceM: number | null;
  readonly pinned: boolean;
  /** Possible sessions of the need, this one included; null outside of plans. */
  readonly options: number | null;
  /** The place of the session among them, 1 is cheapest; null outside of plans. */
  readonly position: number | null;
  readonly runnersUp: readonly RunnerUp[];
  /** Only on matches that fell out when the plan was published. */
  readonly fellOut?: readonly MatchReason[];
}

/** One proposed pair of a plan. */
export interface Match {
  readonly id: string;
  readonly planId: string;
  readonly needId: string;
  readonly sessionId: string;
  readonly organizationId: string;
  readonly branchId: string;
  readonly quantity: number;
  readonly state: MatchState;
  /** The place of its need in the plan's order; 1 is first. */
  readonly rankPosition: number;
  /** What its need counts as in that order. */
  readonly tier: number;
  readonly points: number;
  readonly cost: number;
  readonly explanation: Readonly<Record<string, unknown>>;
  readonly respondBy: Date | null;
  /** The proposal of the newest plan that keeps this pair as it was; null where none does. */
  readonly continuedAs: string | null;
  readonly version: number;
}

/** How long a need has waited, in days since it was submitted; each band begins where the one before it ends. */
export const WAITING_BANDS = ['UNDER_3_DAYS', 'UNDER_7_DAYS', 'UNDER_14_DAYS', 'UNDER_28_DAYS', 'LONGER'] as const;
export type WaitingBand = (typeof WAITING_BANDS)[number];

/** Needs that count as one tier and hold places, and how long they have waited. */
export interface Holders {
  readonly tier: number;
  readonly needs: number;
  /** Adds up to `needs`; bands without a need are left out. */
  readonly waiting: readonly { readonly band: WaitingBand; readonly needs: number }[];
}

/** How many sessions of a closed set are named. */
export const MAX_CERTIFICATE_SESSIONS = 30;

/** Why a need stays open: counts only, no names of people. */
export interface Certificate {
  /** What the need itself counts as, and by how many tiers waiting has lifted it. */
  readonly tier: Rank['tier'];
  readonly liftedBy: Rank['liftedBy'];
  /** Sessions of the need's category that the plan could use. */
  readonly ofCategory: number;
  /** How many of them break which rule. */
  readonly failed: readonly { readonly code: MatchReason; readonly sessions: number }[];
  /** Sessions that pass every rule, and all to which their holders could move: every one of them is full. */
  readonly possible: number;
  readonly closedSet: number;
  /** The first of them: the need's own possible sessions, best first, then those that their holders could move to. */
  readonly sessionIds: readonly string[];
  /** Of the closed set, sessions that accepted promises fill alone. */
  readonly promised: number;
  readonly holders: readonly Holders[];
  /** The lowest of the holders, and by how much it comes before this need: tiers first, then points, then hours of submission. */
  readonly lowest: {
    readonly tier: number;
    readonly points: number;
    readonly tiersAhead: number;
    readonly pointsAhead: number;
    readonly hoursEarlier: number;
  } | null;
  /** Holders that a person pinned; they need not rank higher. */
  readonly pinned: number;
  /**
   * Where rules that look at more than one pair had a say: of the possible sessions, how many are closed to the need by what.
   * ALL_FULL are those that needs before it fill, and the counts above are of these alone. Empty: the counts above say it all.
   */
  readonly blocked: readonly { readonly code: UnmatchedReason; readonly sessions: number }[];
}

export interface UnmatchedNeed {
  readonly planId: string;
  readonly needId: string;
  readonly rankPosition: number;
  /** What stays unserved, in the need's unit. */
  readonly quantity: number;
  readonly reason: UnmatchedReason;
  readonly certificate: Certificate;
}

/** What becomes of a proposal in a newer plan, and what is new in it. */
export const CHANGE_KINDS = ['KEPT', 'MOVED', 'DROPPED', 'NEW'] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** Why a proposal does not stay as it is, or why there is a new one; the first that holds, in this order. */
export const CHANGE_CAUSES = [
  'NEED_CLOSED',
  'NEED_COVERED',
  'SESSION_CANCELLED',
  'RULE_FAILS',
  'OUT_OF_HORIZON',
  'FORBIDDEN',
  'PINNED',
  'SESSION_SHRUNK',
  'OUTRANKED',
  'MADE_ROOM',
  'MORE_SERVED',
  'NEWLY_SERVED',
] as const;
export type ChangeCause = (typeof CHANGE_CAUSES)[number];

export interface ChangeDetails {
  /** The hard rules that the old pair breaks now. */
  readonly reasons: readonly Reason[];
  /** Needs that hold more of the old session than was proposed to them there, by tier: they took the place. */
  readonly takenBy: readonly { readonly tier: number; readonly needs: number }[];
}

/** One difference between what is proposed and a newer plan: so much of a need stays, moves, goes, or comes. */
export interface PlannedChange {
  readonly needId: string;
  readonly kind: ChangeKind;
  readonly quantity: number;
  readonly fromSessionId: string | null;
  readonly toSessionId: string | null;
  /** Null for what stays. */
  readonly cause: ChangeCause | null;
  readonly details: ChangeDetails;
}

/** A change as a plan tells it. */
export interface PlanChange extends PlannedChange {
  readonly planId: string;
  readonly position: number;
  /** What made it after the plan was published; null: the run itself. */
  readonly occasionId: string | null;
}

/** A proposal whose time to answer has passed has lapsed, whether or not anybody wrote it down. */
export const matchStateAt = ({ state, respondBy }: Pick<Match, 'state' | 'respondBy'>, now: Date): MatchState =>
  state === 'PROPOSED' && respondBy !== null && respondBy <= now ? 'LAPSED' : state;

export const MAX_HORIZON_DAYS = 92;
export const DEFAULT_HORIZON_DAYS = 28;
export const MAX_PAIRS = 200;
export const DEFAULT_BUDGET_SECONDS = 10;
export const MAX_BUDGET_SECONDS = 120;

/** A run that has been under way for longer was left behind by a process that died. */
export const GIVEN_UP_MS = 10 * 60_000;
