import type { Mode } from '../../kernel/vocabulary.js';
import type { PairIds } from './facts.js';
import type { MatchReason } from './rules.js';
import type { CostPart, Part, RankPart } from './scoring.js';

export const PLAN_STATES = ['QUEUED', 'RUNNING', 'READY', 'PUBLISHED', 'FAILED'] as const;
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
  readonly pinned: readonly PairIds[];
  readonly forbidden: readonly PairIds[];
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

export interface TierTotal {
  readonly tier: number;
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
/** Means are over matches, rounded; null when there is nothing to average. */
export interface PlanTotals {
  readonly tiers: readonly TierTotal[];
  readonly supply: readonly SupplyTotal[];
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

/** The numbers behind a match. Parts add up to their totals; `runnerUp` is the best session that it did not get. */
export interface Explanation {
  readonly policyVersion: number;
  readonly tier: number;
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
  readonly runnerUp: { readonly sessionId: string; readonly cost: number } | null;
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
  readonly tier: number;
  readonly points: number;
  readonly cost: number;
  readonly explanation: Readonly<Record<string, unknown>>;
  readonly respondBy: Date | null;
  readonly version: number;
}

/** Why a need stays open: counts only, no names. */
export interface Certificate {
  /** Sessions of the need's category that the plan could use. */
  readonly ofCategory: number;
  /** How many of them break which rule. */
  readonly failed: readonly { readonly code: MatchReason; readonly sessions: number }[];
  /** Sessions that pass every rule, and all to which their holders could move: every one of them is full. */
  readonly possible: number;
  readonly closedSet: number;
  /** Of the closed set, sessions that accepted promises fill alone. */
  readonly promised: number;
  readonly holders: readonly { readonly tier: number; readonly needs: number }[];
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
