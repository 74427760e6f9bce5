import type { CareCategory, KinshipRelation, Language, Mode, TimeWindow, Urgency } from '../../kernel/vocabulary.js';
import type { OrganizationKind, PactStoredState } from '../../modules/alliance/alliance.domain.js';
import type {
  BeneficiaryKind,
  Channel,
  NeedCloseReason,
  NeedState,
  RequesterKind,
  TransferTarget,
} from '../../modules/needs/needs.domain.js';
import type { OfferReason } from '../../modules/offers/offers.domain.js';
import type { CooperationRemark, ServiceRemark } from '../../modules/referrals/ratings.domain.js';
import type { ReceivedBy } from '../../modules/referrals/records.domain.js';
import type { ReferralReason, ReferralState } from '../../modules/referrals/referrals.domain.js';
import type { AbilityLevel, ResidencyStatus, Sex } from '../../modules/residents/residents.domain.js';
import type { Category } from '../../modules/taxonomy/taxonomy.domain.js';
import type { AreaCode } from '../../modules/territory/territory.domain.js';

/** What is to be written, as plain data: things name each other by codes and keys; ids come when they are written. */
export interface EstatePlan {
  readonly community: CommunityPlan;
  readonly areas: readonly { readonly code: AreaCode; readonly name: string }[];
  readonly branches: readonly { readonly code: string; readonly name: string; readonly area: AreaCode }[];
  readonly buildings: readonly BuildingPlan[];
  readonly categories: readonly Category[];
  readonly organizations: readonly OrganizationPlan[];
  readonly memberships: readonly MembershipPlan[];
  readonly accounts: readonly AccountPlan[];
  readonly residents: readonly ResidentPlan[];
  readonly kinships: readonly KinshipPlan[];
  readonly offers: readonly OfferPlan[];
  readonly needs: readonly NeedPlan[];
  readonly services: readonly ServicePlan[];
  readonly stories: readonly StoryPlan[];
}

export interface CommunityPlan {
  readonly code: string;
  readonly name: string;
  readonly subdistrictName: string;
  readonly districtCode: string;
  readonly subdistrictCode: string;
  readonly adminCode12: string | null;
  readonly builtAround: number;
}

/** `key` is the address as `9-2`. */
export interface BuildingPlan {
  readonly key: string;
  readonly branch: string;
  readonly blockNo: number;
  readonly entranceNo: number;
  readonly storeys: number;
  readonly dwellings: number;
  readonly hasLift: boolean;
  readonly eastM: number;
  readonly northM: number;
}

export interface OrganizationPlan {
  readonly code: string;
  readonly name: string;
  readonly kind: OrganizationKind;
  readonly uscc: string | null;
  readonly wishes: string | null;
}

export interface MembershipPlan {
  readonly organization: string;
  readonly branch: string;
  readonly since: string;
  readonly pact: {
    readonly number: string;
    readonly startsOn: string;
    readonly endsOn: string;
    readonly items: readonly string[];
    readonly state: PactStoredState;
  };
}

export type RolePlan =
  | { readonly role: 'COMMUNITY_ADMIN' | 'FAMILY' | 'SUBDISTRICT' | 'VOLUNTEER' | 'MEDIATOR' | 'AUDITOR' }
  | { readonly role: 'BRANCH_SECRETARY' | 'GENERALIST_WORKER'; readonly branch: string }
  | { readonly role: 'ESTATE_OFFICER'; readonly area: AreaCode }
  | { readonly role: 'LIAISON'; readonly organization: string };

export interface AccountPlan {
  readonly login: string;
  readonly displayName: string;
  readonly role: RolePlan;
}

export interface ResidentPlan {
  readonly key: string;
  readonly branch: string;
  readonly building: string;
  readonly room: string;
  readonly storey: number;
  readonly name: string;
  readonly phone: string | null;
  readonly sex: Sex;
  readonly birthDate: string;
  readonly residencyStatus: ResidencyStatus;
  readonly careCategories: readonly CareCategory[];
  readonly abilityLevel: AbilityLevel | null;
  readonly languages: readonly Language[];
  readonly optedOut: boolean;
  readonly consentsToHealthMatching: boolean;
}

export interface KinshipPlan {
  readonly login: string;
  readonly resident: string;
  readonly relation: KinshipRelation;
  readonly state: 'VERIFIED' | 'REVOKED';
  readonly verifiedBy: string;
  readonly verifiedAt: Date;
}

export interface SessionPlan {
  readonly key: string;
  /** Null: on request while the offer is valid. */
  readonly time: TimeWindow | null;
  readonly capacity: number;
  readonly building: string | null;
  readonly place: string;
  readonly minimumAttendance: number;
  readonly branchQuotas: readonly { readonly branch: string; readonly places: number }[];
  readonly resourceKeys: readonly string[];
}

export interface OfferPlan {
  readonly key: string;
  readonly organization: string;
  readonly category: string;
  readonly coversChildren: boolean;
  readonly title: string;
  readonly description: string;
  /** EXPIRED is not stored: its validity is over. */
  readonly state: 'DRAFT' | 'PUBLISHED' | 'PAUSED' | 'WITHDRAWN';
  readonly pauseReason: OfferReason | null;
  readonly modes: readonly Mode[];
  readonly leadTimeMinutes: number;
  readonly costFen: number;
  readonly needsAssessment: boolean;
  readonly validFrom: string;
  readonly validUntil: string;
  readonly filing: { readonly number: string; readonly validUntil: string } | null;
  readonly minAgeMonths: number | null;
  readonly maxAgeMonths: number | null;
  readonly careCategories: readonly CareCategory[];
  readonly sessions: readonly SessionPlan[];
}

export interface NeedPlan {
  readonly key: string;
  readonly branch: string;
  readonly category: string;
  readonly beneficiary:
    | { readonly kind: Extract<BeneficiaryKind, 'RESIDENT'>; readonly resident: string }
    | { readonly kind: Extract<BeneficiaryKind, 'GROUP'>; readonly group: string }
    | { readonly kind: Extract<BeneficiaryKind, 'ORGANIZATION'>; readonly organization: string }
    | { readonly kind: Extract<BeneficiaryKind, 'PLACE'> };
  /** Where it is; null for groups and organisations, who come from anywhere. */
  readonly building: string | null;
  readonly requester: RequesterKind;
  readonly requesterOrganization: string | null;
  readonly requesterLogin: string | null;
  readonly channel: Channel;
  readonly urgency: Urgency;
  readonly quantity: number;
  readonly minimumQuantity: number;
  readonly modes: readonly Mode[];
  readonly windows: readonly TimeWindow[];
  readonly deadline: Date | null;
  readonly acceptsCostFen: number;
  readonly floor: number | null;
  readonly noLift: boolean;
  readonly wheelchair: boolean;
  readonly languages: readonly Language[];
  readonly description: string;
  readonly accessNotes: string | null;
  readonly state: NeedState;
  readonly submittedAt: Date;
  /** When an officer verified it; null while it waits, and for what was refused. */
  readonly openedAt: Date | null;
  readonly closedAt: Date | null;
  readonly closeReason: NeedCloseReason | null;
  readonly mergedInto: string | null;
  /** The key of the need with which it goes together; on one of the two. */
  readonly togetherWith: string | null;
  readonly transferredTo: TransferTarget | null;
}

/** A need of the past that an organisation fulfilled, from claim to record. */
export interface ServicePlan {
  readonly need: string;
  readonly session: string;
  readonly organization: string;
  readonly quantity: number;
  readonly acceptedAt: Date;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly closedAt: Date;
  readonly receivedBy: ReceivedBy;
  /** When the branch called back and heard that help arrived; null while it has not. */
  readonly confirmedAt: Date | null;
  /** What the person said in that call; null where nothing. */
  readonly rating: { readonly score: number; readonly remarks: readonly ServiceRemark[] } | null;
  /** What the organisation said of the cooperation afterwards. */
  readonly cooperation: { readonly score: number; readonly remarks: readonly CooperationRemark[]; readonly at: Date } | null;
}

/** An open need that somebody took up, told step by step. */
export interface StoryPlan {
  readonly need: string;
  readonly session: string;
  readonly quantity: number;
  readonly organization: string;
  readonly branch: string;
  readonly origin: 'CLAIM' | 'REQUEST' | 'DRAFT';
  readonly beganAt: Date;
  readonly steps: readonly { readonly to: ReferralState; readonly at: Date; readonly reason: ReferralReason | null }[];
}
