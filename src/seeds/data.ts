import { readFileSync } from 'node:fs';
import type { CapacityUnit, CareCategory, Mode, Urgency } from '../kernel/vocabulary.js';
import type { OrganizationKind } from '../modules/alliance/alliance.domain.js';
import type { Channel, RequesterKind } from '../modules/needs/needs.domain.js';
import type { OfferReason } from '../modules/offers/offers.domain.js';

/** `data/alliance-proposal.json` of the founding documents: partners, who is in whose alliance, what is asked in a month. */
export interface AllianceData {
  readonly units: readonly {
    readonly code: string;
    readonly name: string;
    readonly kind: OrganizationKind;
    readonly uscc: string | null;
    readonly offers: readonly string[];
    readonly needs?: string;
  }[];
  readonly memberships: readonly { readonly unit: string; readonly branch: string }[];
  readonly needCategories: readonly {
    readonly code: string;
    readonly perMonth: number;
    readonly urgencyPct: Readonly<Record<Urgency, number>>;
  }[];
  /** By month, 1 to 12; the mean is 1. */
  readonly monthlySeasonality: Readonly<Record<string, number>>;
}

export interface CategoryData {
  readonly code: string;
  readonly parentCode: string | null;
  readonly labelZh: string;
  readonly labelEn: string;
  readonly openEligibility: string | null;
  readonly capacityUnit: CapacityUnit;
  readonly matchable: boolean;
  readonly needsFiling: boolean;
  readonly needsConsent: boolean;
}

/** Weekdays count from Sunday, 0. Times are Shanghai wall-clock. */
export type ScheduleData =
  | {
      /** One weekday of each month, another week for each branch; with `once`, a single day for all. */
      readonly every: 'MONTH';
      readonly weekday: number;
      readonly start: string;
      readonly minutes: number;
      readonly capacity: number;
      readonly once?: boolean;
    }
  | {
      /** On one of these weekdays, every week. */
      readonly every: 'WEEK';
      readonly weekdays: readonly number[];
      readonly start: string;
      readonly minutes: number;
      readonly capacity: number;
    }
  | { readonly every: 'REQUEST'; readonly capacities: readonly number[] };

export interface OfferTemplate {
  readonly title: string;
  readonly description: string;
  readonly modes: readonly Mode[];
  readonly leadTimeHours: number;
  readonly costFen: number;
  readonly needsAssessment?: boolean;
  readonly minAgeMonths?: number;
  readonly maxAgeMonths?: number;
  readonly careCategories?: readonly CareCategory[];
  readonly schedule: ScheduleData;
  /** Of sessions to come: held only from so many on. */
  readonly minimumAttendance?: number;
  /** Of sessions to come: so many places for each branch, where the organisation serves several. */
  readonly keptForEachBranch?: number;
  /** Of sessions to come: helpers and rooms that they take up. */
  readonly resourceKeys?: readonly string[];
  /** Instead of the schedule's capacity, where the organisation serves one branch only. */
  readonly smallCapacity?: number;
}

export interface OfferData {
  /** By category code: what an organisation with this tag offers. */
  readonly templates: Readonly<Record<string, readonly OfferTemplate[]>>;
  readonly additions: readonly {
    readonly organization: string;
    readonly category: string;
    readonly coversChildren: boolean;
    readonly offer: OfferTemplate;
  }[];
  /** Everything else is published. */
  readonly states: readonly {
    readonly organization: string;
    readonly category: string;
    readonly state: 'DRAFT' | 'PAUSED' | 'WITHDRAWN' | 'EXPIRED';
    readonly reason?: OfferReason;
  }[];
}

/** For whom something is asked: a person of the kind, a group, a place. */
export type Who =
  | 'ANY'
  | 'ADULT'
  | 'OLD'
  | 'ALONE'
  | 'FRAIL'
  | 'DISABLED'
  | 'POOR'
  | 'VETERAN'
  | 'TODDLER'
  | 'CHILD'
  | 'GROUP'
  | 'PLACE';
export type Times = 'NONE' | 'MORNINGS' | 'AFTERNOONS' | 'WEEKENDS' | 'SATURDAY';

export interface NeedVariant {
  readonly category: string;
  readonly weight: number;
  readonly who: Who;
  readonly modes: readonly Mode[];
  readonly times: Times;
  readonly quantity: { readonly least: number; readonly most: number; readonly step: number };
  readonly acceptsCostFen: number;
  /** Its whole quantity at once, or nothing. */
  readonly allOrNothing?: boolean;
  readonly texts: readonly string[];
}

/** A need that must exist (domain.md §5.6), whatever chance says. */
export interface SpecialNeed {
  readonly key: string;
  readonly branch: string;
  readonly need: string;
  readonly category: string;
  readonly who: 'MOTHER' | 'DISABLED' | 'COUPLE' | 'WORKERS' | 'ORGANIZATION';
  /** The two with the same word are those of a couple, and go together. */
  readonly together?: string;
  readonly group?: string;
  readonly organization?: string;
  readonly urgency: Urgency;
  readonly requester: RequesterKind;
  readonly channel: Channel;
  readonly modes: readonly Mode[];
  readonly quantity: number;
  readonly acceptsCostFen: number;
  readonly daysAgo: number;
  readonly text: string;
}

export interface NeedData {
  /** By need category. */
  readonly variants: Readonly<Record<string, readonly NeedVariant[]>>;
  readonly groups: readonly string[];
  readonly specials: readonly SpecialNeed[];
}

/** Characters that invented names are made of: surname, 某, given. */
export interface NameData {
  readonly surnames: string;
  readonly female: string;
  readonly male: string;
}

/** Everything that the estate is made from. */
export interface SeedData {
  readonly alliance: AllianceData;
  readonly categories: readonly CategoryData[];
  readonly offers: OfferData;
  readonly needs: NeedData;
  readonly names: NameData;
}

/** Our own files, held by the tests: their form is not checked again. The same folder lies above `src` and `dist`. */
const read = <T>(name: string): T => JSON.parse(readFileSync(new URL(`../../seeds/${name}.json`, import.meta.url), 'utf8')) as T;

export const readSeedData = (): SeedData => ({
  alliance: read('alliance-proposal'),
  categories: read('categories'),
  offers: read('offers'),
  needs: read('needs'),
  names: read('names'),
});
