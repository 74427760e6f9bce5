/** Grows with every change of what the file holds or how it is named. */
export const EXPORT_VERSION = 1;
/** Most rows of one section; a longer one says that it was cut. */
export const MAX_EXPORTED = 2000;

export interface ExportedNeed {
  readonly number: string;
  readonly category: string;
  readonly state: string;
  readonly urgency: string;
  readonly quantity: number;
  readonly fulfilled: number;
  readonly channel: string;
  readonly modes: readonly string[];
  readonly windows: readonly { readonly startsAt: string; readonly endsAt: string }[];
  readonly deadline: Date | null;
  readonly acceptsCostFen: number;
  readonly floor: number | null;
  readonly noLift: boolean;
  readonly wheelchair: boolean;
  readonly languages: readonly string[];
  readonly building: string | null;
  readonly branch: string;
  readonly description: string | null;
  readonly accessNotes: string | null;
  /** Through the account that asks for this file. */
  readonly askedByYou: boolean;
  readonly submittedAt: Date;
  readonly closedAt: Date | null;
  readonly closeReason: string | null;
  readonly decisions: readonly ExportedDecision[];
  readonly services: readonly ExportedService[];
  /** When staff wrote about it; the words may name others and are told in person. */
  readonly notesWrittenAt: readonly Date[];
}
export interface ExportedDecision {
  readonly decidedAt: Date;
  readonly kind: string;
  readonly state: string | null;
  readonly organization: string | null;
  readonly why: string;
}
export interface ExportedService {
  readonly number: string;
  readonly organization: string;
  readonly state: string;
  readonly reason: string | null;
  readonly quantity: number;
  readonly acceptedAt: Date | null;
  readonly closedAt: Date | null;
  readonly record: {
    readonly startedAt: Date;
    readonly endedAt: Date;
    readonly quantity: number;
    readonly receivedBy: string;
    readonly place: string;
    readonly evidence: readonly { readonly kind: string; readonly reference: string }[];
    readonly confirmation: string;
  } | null;
  /** What was said of it for the person. */
  readonly rating: {
    readonly score: number;
    readonly remarks: readonly string[];
    readonly note: string;
    readonly ratedAs: string;
    readonly ratedAt: Date;
  } | null;
}

/** Everything on file about one person (PIPL art. 45), in a form that does not change without a new version. Nothing of others. */
export interface PersonalData {
  readonly schemaVersion: typeof EXPORT_VERSION;
  readonly generatedAt: Date;
  readonly record: {
    readonly name: string | null;
    readonly phone: string | null;
    readonly branch: string;
    readonly building: string;
    readonly room: string | null;
    readonly storey: number | null;
    readonly sex: string;
    readonly birthDate: string | null;
    readonly deceasedOn: string | null;
    readonly residencyStatus: string;
    readonly careCategories: readonly string[];
    /** Null also where it is told to the person and the guardian only. */
    readonly abilityLevel: string | null;
    readonly languages: readonly string[];
    readonly optedOut: boolean;
    readonly restricted: boolean;
    readonly consentsToHealthMatching: boolean;
    readonly createdAt: Date;
  };
  readonly links: readonly {
    readonly relation: string;
    readonly state: string;
    readonly createdAt: Date;
    readonly verifiedAt: Date | null;
    readonly yours: boolean;
  }[];
  readonly needs: readonly ExportedNeed[];
  readonly consents: readonly {
    readonly purpose: string;
    readonly dataClass: string;
    readonly state: string;
    /** Number of the need that it is for; null: for every one. */
    readonly need: string | null;
    readonly organization: string | null;
    readonly relation: string;
    readonly method: string;
    readonly noticeVersion: string;
    readonly grantedAt: Date;
    readonly withdrawalRelation: string | null;
    readonly withdrawalMethod: string | null;
    readonly withdrawnAt: Date | null;
  }[];
  readonly requests: readonly {
    readonly kind: string;
    readonly state: string;
    readonly relation: string;
    readonly onBehalf: boolean;
    readonly channel: string;
    readonly words: string | null;
    readonly deceasedOn: string | null;
    readonly createdAt: Date;
    readonly dueAt: Date;
    readonly decidedAt: Date | null;
    readonly refusalReason: string | null;
  }[];
  readonly legalHolds: readonly {
    readonly reason: string;
    readonly until: string;
    readonly setAt: Date;
    readonly liftedAt: Date | null;
  }[];
  readonly accessLog: readonly {
    readonly at: Date;
    readonly action: string;
    readonly by: string;
    readonly purpose: string | null;
    readonly fields: readonly string[];
    readonly organization: string | null;
  }[];
  /** Names of sections that were cut at 2000 rows. */
  readonly cut: readonly string[];
}

/** For each column of the schema `personal`: where it is in the file, or why it is not. A contract test asks for every column. */
export const EXPORTED_COLUMNS: Readonly<
  Record<string, Readonly<Record<string, { readonly at: string } | { readonly not: string }>>>
> = {
  resident: {
    community_id: { not: 'the same for everybody in it' },
    id: { not: 'a number of our own, of no meaning elsewhere' },
    branch_id: { at: 'record.branch' },
    building_id: { at: 'record.building' },
    name_sealed: { at: 'record.name' },
    name_index: { not: 'a keyed digest of the name' },
    phone_sealed: { at: 'record.phone' },
    phone_index: { not: 'a keyed digest of the number' },
    room_sealed: { at: 'record.room' },
    profile_sealed: { at: 'record.birthDate' },
    birth_year_index: { not: 'a keyed digest of the year of birth' },
    care_index: { not: 'keyed digests of the groups of care' },
    residency_status: { at: 'record.residencyStatus' },
    opted_out: { at: 'record.optedOut' },
    restricted: { at: 'record.restricted' },
    deceased_on: { at: 'record.deceasedOn' },
    erased_at: { not: 'nobody who was erased is exported' },
    is_test: { not: 'says that the record is about nobody' },
    version: { not: 'a counter of changes' },
    created_at: { at: 'record.createdAt' },
  },
  kinship: {
    community_id: { not: 'the same for everybody in it' },
    id: { not: 'a number of our own' },
    branch_id: { at: 'record.branch' },
    resident_id: { not: 'the person' },
    account_id: { not: "somebody else's account; `yours` tells your own" },
    relation: { at: 'links.0.relation' },
    state: { at: 'links.0.state' },
    verified_by: { not: 'a member of staff; the access log tells positions' },
    verified_at: { at: 'links.0.verifiedAt' },
    version: { not: 'a counter of changes' },
    created_at: { at: 'links.0.createdAt' },
  },
  need_detail: {
    community_id: { not: 'the same for everybody in it' },
    need_id: { at: 'needs.0.number' },
    branch_id: { at: 'needs.0.branch' },
    beneficiary_id: { not: 'the person' },
    requester_account_id: { at: 'needs.0.askedByYou' },
    building_id: { at: 'needs.0.building' },
    description_sealed: { at: 'needs.0.description' },
    description_index: { not: 'keyed digests of the words' },
    access_notes_sealed: { at: 'needs.0.accessNotes' },
  },
  override_note: {
    community_id: { not: 'the same for everybody in it' },
    id: { not: 'a number of our own' },
    branch_id: { at: 'needs.0.branch' },
    need_id: { at: 'needs.0.number' },
    note_sealed: { not: 'may name other people: staff read it out in person (art. 45, 48), without the names' },
    written_by: { not: 'a member of staff' },
    written_at: { at: 'needs.0.notesWrittenAt.0' },
  },
  service_rating: {
    community_id: { not: 'the same for everybody in it' },
    referral_id: { at: 'needs.0.services.0.number' },
    branch_id: { at: 'needs.0.branch' },
    need_id: { at: 'needs.0.number' },
    beneficiary_id: { not: 'the person' },
    requester_account_id: { at: 'needs.0.askedByYou' },
    score: { at: 'needs.0.services.0.rating.score' },
    remarks: { at: 'needs.0.services.0.rating.remarks.0' },
    note_sealed: { at: 'needs.0.services.0.rating.note' },
    rated_as: { at: 'needs.0.services.0.rating.ratedAs' },
    rated_by: { not: 'an account; `ratedAs` tells for whom it spoke' },
    rated_at: { at: 'needs.0.services.0.rating.ratedAt' },
    version: { not: 'a counter of changes' },
  },
  consent: {
    community_id: { not: 'the same for everybody in it' },
    id: { not: 'a number of our own' },
    branch_id: { at: 'record.branch' },
    resident_id: { not: 'the person' },
    purpose: { at: 'consents.0.purpose' },
    data_class: { at: 'consents.0.dataClass' },
    need_id: { at: 'consents.0.need' },
    organization_id: { at: 'consents.0.organization' },
    relation: { at: 'consents.0.relation' },
    method: { at: 'consents.0.method' },
    notice_version: { at: 'consents.0.noticeVersion' },
    granted_by: { not: 'an account; `relation` tells what it is to the person' },
    granted_at: { at: 'consents.0.grantedAt' },
    withdrawal_relation: { at: 'consents.0.withdrawalRelation' },
    withdrawal_method: { at: 'consents.0.withdrawalMethod' },
    withdrawn_by: { not: 'an account; `withdrawalRelation` tells what it is to the person' },
    withdrawn_at: { at: 'consents.0.withdrawnAt' },
  },
  info_request: {
    community_id: { not: 'the same for everybody in it' },
    id: { not: 'a number of our own' },
    branch_id: { at: 'record.branch' },
    resident_id: { not: 'the person' },
    kind: { at: 'requests.0.kind' },
    state: { at: 'requests.0.state' },
    requested_by: { not: 'an account; `relation` tells what it is to the person' },
    relation: { at: 'requests.0.relation' },
    on_behalf: { at: 'requests.0.onBehalf' },
    channel: { at: 'requests.0.channel' },
    words_sealed: { at: 'requests.0.words' },
    deceased_on: { at: 'requests.0.deceasedOn' },
    due_at: { at: 'requests.0.dueAt' },
    created_at: { at: 'requests.0.createdAt' },
    decided_at: { at: 'requests.0.decidedAt' },
    decided_by: { not: 'a member of staff' },
    refusal_reason: { at: 'requests.0.refusalReason' },
    version: { not: 'a counter of changes' },
  },
  legal_hold: {
    community_id: { not: 'the same for everybody in it' },
    id: { not: 'a number of our own' },
    branch_id: { at: 'record.branch' },
    resident_id: { not: 'the person' },
    reason: { at: 'legalHolds.0.reason' },
    until: { at: 'legalHolds.0.until' },
    set_by: { not: 'the admin' },
    set_at: { at: 'legalHolds.0.setAt' },
    lifted_by: { not: 'the admin' },
    lifted_at: { at: 'legalHolds.0.liftedAt' },
    version: { not: 'a counter of changes' },
  },
  erasure: {
    community_id: { not: 'about nobody any more: a receipt' },
    id: { not: 'a receipt' },
    branch_id: { not: 'a receipt' },
    resident_id: { not: 'a receipt' },
    request_id: { not: 'a receipt' },
    erased_at: { not: 'a receipt, told with its request' },
    executed_by: { not: 'a member of staff' },
    requested_by: { not: 'an account' },
    counts: { not: 'a receipt, told with its request' },
  },
  access_log: {
    community_id: { not: 'the same for everybody in it' },
    id: { not: 'a number of our own' },
    at: { at: 'accessLog.0.at' },
    account_id: { not: 'somebody else: their position is told' },
    actor_role: { at: 'accessLog.0.by' },
    purpose: { at: 'accessLog.0.by' },
    action: { at: 'accessLog.0.action' },
    resident_id: { not: 'the person' },
    branch_id: { not: 'the branch at that time, to whose staff it is told' },
    request_id: { not: 'a number of a request to the server' },
    detail: { at: 'accessLog.0.purpose' },
  },
};
