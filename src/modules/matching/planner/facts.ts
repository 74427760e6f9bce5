import type { CapacityUnit, CareCategory, Language, Mode, Urgency } from '../../../kernel/vocabulary.js';

/** What the engine knows of a pair's two sides: plain data that crosses to a worker thread. Instants are milliseconds since 1970. */
export interface Span {
  readonly startsAt: number;
  readonly endsAt: number;
}

/** Metres east and north of the service center. */
export interface PlaceFacts {
  readonly buildingId: string;
  readonly eastM: number;
  readonly northM: number;
  readonly hasLift: boolean;
}

/** The beneficiary, where it is a resident on file. */
export interface PersonFacts {
  readonly birthDate: string;
  readonly careCategories: readonly CareCategory[];
  readonly optedOut: boolean;
  readonly restricted: boolean;
  readonly consentsToHealthMatching: boolean;
}

/** A dated session in which something is promised to a person; one without a place of its own comes to them. */
export interface PromiseFacts {
  readonly sessionId: string;
  readonly time: Span;
  readonly place: PlaceFacts | null;
}

/** The other need that goes to the same session, or neither does. */
export interface CompanionFacts {
  readonly needId: string;
  /** Where it is promised already. */
  readonly sessionIds: readonly string[];
}

/** What a branch's residents alone may take of a session's free places. */
export interface QuotaFacts {
  readonly branchId: string;
  readonly places: number;
}

/** What one side does not want: a session, or (null) the whole offer. */
export interface ExclusionFacts {
  readonly offerId: string;
  readonly sessionId: string | null;
  readonly declined: boolean;
}

export interface NeedFacts {
  readonly id: string;
  readonly branchId: string;
  readonly categoryCode: string;
  /** Codes from the root, each followed by `/`. */
  readonly categoryPath: string;
  readonly matchable: boolean;
  readonly needsConsent: boolean;
  readonly needsFiling: boolean;
  readonly unit: CapacityUnit;
  readonly isOpen: boolean;
  readonly urgency: Urgency;
  /** The whole quantity, and what of it nobody promised or delivered yet. */
  readonly asked: number;
  readonly open: number;
  /** What a plan serves of it is at least so much, or nothing; never more than is open. */
  readonly minimum: number;
  readonly modes: readonly Mode[];
  readonly windows: readonly Span[];
  readonly deadline: number | null;
  readonly acceptsCostFen: number;
  /** 1 is the ground floor; null where it is not known. */
  readonly storey: number | null;
  readonly noLift: boolean;
  readonly languages: readonly Language[];
  readonly submittedAt: number;
  /** When it was closed; null while it is not. */
  readonly closedAt: number | null;
  readonly leftOut: number;
  /** The beneficiary is a resident, whether or not the record could be read. */
  readonly forResident: boolean;
  readonly person: PersonFacts | null;
  /** The same number in two needs: the same person. It is given out anew with each loading and means nothing beyond it. */
  readonly personKey: number | null;
  /** What this person is promised in any of their needs. */
  readonly promises: readonly PromiseFacts[];
  readonly companion: CompanionFacts | null;
  /** By cap of the policy, in its order: how much this person has used of it. */
  readonly usedOfCaps: readonly number[];
  readonly place: PlaceFacts | null;
  readonly exclusions: readonly ExclusionFacts[];
  /** Sessions whose organization was asked to serve it, in time, and may still answer. */
  readonly askedSessionIds: readonly string[];
  /** Organisations that have served this beneficiary before. */
  readonly servedBy: readonly string[];
  /** How often this beneficiary was served in this category within the policy's period. */
  readonly servedLately: number;
}

/** A branch in whose alliance the organisation is active, with the periods of the signed pacts (dates, both ends included). */
export interface StandingFacts {
  readonly branchId: string;
  readonly pacts: readonly { readonly startsOn: string; readonly endsOn: string }[];
}

export interface SessionFacts {
  readonly id: string;
  readonly offerId: string;
  readonly organizationId: string;
  readonly categoryCode: string;
  readonly coversChildren: boolean;
  readonly unit: CapacityUnit;
  readonly needsFiling: boolean;
  readonly isPublished: boolean;
  readonly isCancelled: boolean;
  readonly modes: readonly Mode[];
  readonly leadTimeMinutes: number;
  readonly costFen: number;
  /** When the offer begins and ends to hold; null: no bound. The end is not included. */
  readonly opensAt: number | null;
  readonly closesAt: number | null;
  readonly hasFiling: boolean;
  /** The last day of the filing; null: no end known. */
  readonly filingValidUntil: string | null;
  readonly minAgeMonths: number | null;
  readonly maxAgeMonths: number | null;
  readonly careCategories: readonly CareCategory[];
  readonly eligibleBuildingIds: readonly string[];
  readonly branchIds: readonly string[];
  readonly languages: readonly Language[];
  /** Since when it can be planned. */
  readonly knownFrom: number;
  /** Null: on request while the offer holds. */
  readonly time: Span | null;
  readonly capacity: number;
  /** Capacity that nobody was promised. */
  readonly free: number;
  /** It is held only from so many on, promised ones included; 0 asks nothing. */
  readonly minimum: number;
  readonly quotas: readonly QuotaFacts[];
  /** Its helpers, rooms and devices in its organization's words. */
  readonly resourceKeys: readonly string[];
  /** One of them is promised to another session at an overlapping time. */
  readonly takenUp: boolean;
  readonly place: PlaceFacts | null;
  readonly standing: readonly StandingFacts[];
  /** Promises of the organisation in the policy's period. */
  readonly recentLoad: number;
}

/** A pair that a person pinned or forbade. */
export interface PairIds {
  readonly needId: string;
  readonly sessionId: string;
}

/** A published match that waits for an answer. */
export interface Proposal extends PairIds {
  readonly matchId: string;
  readonly branchId: string;
  readonly quantity: number;
  readonly respondBy: number | null;
}
