import type { CapacityUnit, CareCategory, Language, Mode, Urgency } from '../../kernel/vocabulary.js';

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
  readonly consentsToHealthMatching: boolean;
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
  readonly modes: readonly Mode[];
  readonly windows: readonly Span[];
  readonly deadline: number | null;
  readonly acceptsCostFen: number;
  /** 1 is the ground floor; null where it is not known. */
  readonly storey: number | null;
  readonly noLift: boolean;
  readonly languages: readonly Language[];
  readonly submittedAt: number;
  readonly leftOut: number;
  /** The beneficiary is a resident, whether or not the record could be read. */
  readonly forResident: boolean;
  readonly person: PersonFacts | null;
  readonly place: PlaceFacts | null;
  readonly exclusions: readonly { readonly offerId: string; readonly declined: boolean }[];
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
  /** Null: on request while the offer holds. */
  readonly time: Span | null;
  readonly capacity: number;
  /** Capacity that nobody was promised. */
  readonly free: number;
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
