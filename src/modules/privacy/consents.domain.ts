import { ageInYears } from '../../kernel/clock.js';
import type { KinshipRelation } from '../../kernel/vocabulary.js';

/** What a person may agree to: closed, and only what the committee may not do without being told so (PIPL art. 23, 29). */
export const CONSENT_PURPOSES = ['SHARE_WITH_ORGANIZATION', 'TASK_CARE_NOTES', 'HEALTH_MATCHING'] as const;
export type ConsentPurpose = (typeof CONSENT_PURPOSES)[number];

export const DATA_CLASSES = ['GENERAL', 'SENSITIVE'] as const;
/** Health, and everything about a child under 14, is sensitive (PIPL art. 28). */
export type DataClass = (typeof DATA_CLASSES)[number];

/** How somebody's word was heard. APP: given by their own account; the others are written down by staff who heard it. */
export const CONSENT_METHODS = ['APP', 'COUNTER', 'VISIT', 'PHONE', 'PAPER'] as const;
export type ConsentMethod = (typeof CONSENT_METHODS)[number];

export const CONSENT_STATES = ['VALID', 'WITHDRAWN'] as const;
export type ConsentState = (typeof CONSENT_STATES)[number];

/** Somebody's agreement to one use of a person's data (PIPL art. 14); it is withdrawn, never changed or removed. */
export interface Consent {
  readonly id: string;
  readonly branchId: string;
  readonly residentId: string;
  readonly purpose: ConsentPurpose;
  readonly dataClass: DataClass;
  /** For this need alone; null: for every one. */
  readonly needId: string | null;
  /** Towards this organization alone; null: towards each that promised to serve. */
  readonly organizationId: string | null;
  /** Who agreed, seen from the resident. */
  readonly relation: KinshipRelation;
  readonly method: ConsentMethod;
  readonly noticeVersion: string;
  /** The account that gave it, or wrote it down; null for what was loaded. */
  readonly grantedBy: string | null;
  readonly grantedAt: Date;
  readonly withdrawalRelation: KinshipRelation | null;
  readonly withdrawalMethod: ConsentMethod | null;
  readonly withdrawnBy: string | null;
  readonly withdrawnAt: Date | null;
}

export const NOT_WITHDRAWN = { withdrawalRelation: null, withdrawalMethod: null, withdrawnBy: null, withdrawnAt: null } as const;
export const consentState = ({ withdrawnAt }: Pick<Consent, 'withdrawnAt'>): ConsentState =>
  withdrawnAt === null ? 'VALID' : 'WITHDRAWN';

/** Below this age a guardian consents (PIPL art. 31), and all data are sensitive (art. 28). In whole years on the day. */
const GUARDED_BELOW = 14;
export const isGuarded = (birthDate: string, on: string): boolean => ageInYears(birthDate, on) < GUARDED_BELOW;

/** Parents are guardians by law (民法典 art. 27). */
export const isGuardian = (relation: KinshipRelation): boolean => relation === 'PARENT' || relation === 'GUARDIAN';

const CLASS_OF: Readonly<Record<ConsentPurpose, DataClass>> = {
  SHARE_WITH_ORGANIZATION: 'GENERAL',
  TASK_CARE_NOTES: 'SENSITIVE',
  HEALTH_MATCHING: 'SENSITIVE',
};
export const dataClassOf = (purpose: ConsentPurpose, guarded: boolean): DataClass => (guarded ? 'SENSITIVE' : CLASS_OF[purpose]);

/** Whether it may be given for one need or towards one organization: matching looks at a person as a whole. */
export const isNarrowable = (purpose: ConsentPurpose): boolean => purpose !== 'HEALTH_MATCHING';
