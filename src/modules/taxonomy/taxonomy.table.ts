import { type AnyPgColumn, boolean, index, pgEnum, pgTable, text } from 'drizzle-orm/pg-core';
import { CAPACITY_UNITS } from '../../kernel/vocabulary.js';

export const capacityUnit = pgEnum('capacity_unit', CAPACITY_UNITS);

/** A reference table: the categories of offers and needs, one tree for all communities. */
export const serviceCategories = pgTable(
  'service_category',
  {
    code: text().primaryKey(),
    parentCode: text('parent_code').references((): AnyPgColumn => serviceCategories.code),
    /** Codes from the root down to this one, each followed by `/`: an ancestor's path is a prefix. */
    path: text().notNull().unique('service_category_path'),
    labelZh: text('label_zh').notNull(),
    labelEn: text('label_en').notNull(),
    /** Open Eligibility taxonomy code, where one fits. */
    openEligibility: text('open_eligibility'),
    capacityUnit: capacityUnit('capacity_unit').notNull(),
    /** Served by partner organisations through matching; the rest goes to the grid, to mediation or to the office. */
    matchable: boolean().notNull(),
    /** A filing with the health authority is needed before it may be shown (义诊). */
    needsFiling: boolean('needs_filing').notNull().default(false),
    /** Touches health or the body: matching needs the person's consent. */
    needsConsent: boolean('needs_consent').notNull().default(false),
  },
  t => [index('service_category_by_parent').on(t.parentCode)],
);
