import type { CapacityUnit } from '../../kernel/vocabulary.js';

/** 资源类别: a row of the taxonomy that offers and needs share. */
export interface Category {
  readonly code: string;
  readonly parentCode: string | null;
  /** Codes from the root down to this one, each followed by `/`: an ancestor's path is a prefix. */
  readonly path: string;
  readonly labelZh: string;
  readonly labelEn: string;
  readonly openEligibility: string | null;
  readonly capacityUnit: CapacityUnit;
  readonly matchable: boolean;
  readonly needsFiling: boolean;
  readonly needsConsent: boolean;
}
