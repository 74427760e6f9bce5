import { type SQL, sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  boolean,
  check,
  date,
  foreignKey,
  index,
  integer,
  jsonb,
  pgEnum,
  pgTable,
  primaryKey,
  text,
  uuid,
} from 'drizzle-orm/pg-core';
import { communityId, instant, quantity } from '../../db/columns.js';
import { CARE_CATEGORIES, LANGUAGES, MODES } from '../../kernel/vocabulary.js';
import { organizations } from '../alliance/alliance.table.js';
import { serviceCategories } from '../taxonomy/taxonomy.table.js';
import { buildings, communities } from '../territory/territory.table.js';
import { OFFER_STATES, type OfferReason } from './offers.domain.js';
import { type BranchQuota, SESSION_STATES } from './sessions.domain.js';

export const mode = pgEnum('mode', MODES);
export const careCategory = pgEnum('care_category', CARE_CATEGORIES);
export const language = pgEnum('language', LANGUAGES);
export const offerState = pgEnum('offer_state', OFFER_STATES);
export const sessionState = pgEnum('session_state', SESSION_STATES);

export const offers = pgTable(
  'offer',
  {
    communityId: communityId().references(() => communities.id),
    id: uuid().notNull(),
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id),
    categoryCode: text('category_code').references(() => serviceCategories.code),
    /** Serves needs of every category below its own, too. */
    coversChildren: boolean('covers_children').notNull().default(false),
    title: text().notNull(),
    description: text().notNull().default(''),
    bigrams: text().array().notNull().default([]),
    state: offerState().notNull().default('DRAFT'),
    modes: mode().array().notNull().default([]),
    leadTimeMinutes: integer('lead_time_minutes').notNull().default(0),
    /** What the beneficiary pays, in fen for one unit; a volunteer offer never charges. */
    costFen: quantity('cost_fen').notNull().default(0),
    volunteer: boolean().notNull().default(true),
    needsAssessment: boolean('needs_assessment').notNull().default(false),
    validFrom: date('valid_from', { mode: 'string' }),
    validUntil: date('valid_until', { mode: 'string' }),
    /** Filing number of a free clinic with the health authority, and the day until which it holds. */
    filingNumber: text('filing_number'),
    filingValidUntil: date('filing_valid_until', { mode: 'string' }),
    /** Eligibility: all conditions must hold; an empty list or null asks nothing. Ages at the service date, in months. */
    minAgeMonths: integer('min_age_months'),
    maxAgeMonths: integer('max_age_months'),
    careCategories: careCategory('care_categories').array().notNull().default([]),
    /** Only people who live in these buildings; empty asks nothing. */
    eligibleBuildingIds: uuid('eligible_building_ids').array().notNull().default([]),
    /** Service area: branches it serves; empty means every branch in whose alliance the organisation is. */
    branchIds: uuid('branch_ids').array().notNull().default([]),
    languages: language().array().notNull().default([]),
    lastAssuredOn: date('last_assured_on', { mode: 'string' }),
    pauseReason: text('pause_reason').$type<OfferReason>(),
    version: integer().notNull().default(1),
    createdAt: instant('created_at').notNull(),
    publishedAt: instant('published_at'),
  },
  t => [
    primaryKey({ columns: [t.communityId, t.id] }),
    index('offer_by_organization').on(t.communityId, t.organizationId, t.id),
    index('offer_by_organization_reference').on(t.organizationId),
    index('offer_by_category_reference').on(t.categoryCode),
    index('offer_by_state').on(t.communityId, t.state, t.id),
    index('offer_by_category').on(t.communityId, t.categoryCode, t.state, t.id),
    index('offer_bigrams').using('gin', t.bigrams),
    check('offer_cost', sql`${t.costFen} >= 0 and (not ${t.volunteer} or ${t.costFen} = 0)`),
    check('offer_lead_time', sql`${t.leadTimeMinutes} >= 0`),
    check(
      'offer_ages',
      sql`coalesce(${t.minAgeMonths}, 0) >= 0 and (${t.maxAgeMonths} is null or ${t.maxAgeMonths} > coalesce(${t.minAgeMonths}, 0))`,
    ),
    check('offer_validity', sql`${t.validUntil} >= ${t.validFrom}`),
    check(
      'offer_publishable',
      sql`${t.state} not in ('PUBLISHED', 'PAUSED') or (${t.categoryCode} is not null and cardinality(${t.modes}) > 0)`,
    ),
  ],
);

/** Sessions on request come last: the end of time sorts behind every date. */
export const startOrder = (startsAt: AnyPgColumn): SQL => sql`coalesce(${startsAt}, 'infinity'::timestamptz)`;

/** A dated piece of an offer; without times it is open-ended (on request while the offer is valid). */
export const sessions = pgTable(
  'session',
  {
    communityId: communityId().references(() => communities.id),
    id: uuid().notNull(),
    offerId: uuid('offer_id').notNull(),
    state: sessionState().notNull().default('SCHEDULED'),
    startsAt: instant('starts_at'),
    endsAt: instant('ends_at'),
    /** In the category's capacity unit. */
    capacity: quantity('capacity').notNull(),
    /** Promised and not given back; moved only by one conditional statement. */
    reserved: quantity('reserved').notNull().default(0),
    /** Where people come to; null for services at home or online. */
    buildingId: uuid('building_id'),
    place: text().notNull().default(''),
    /** Held only from so many on; 0 asks nothing. */
    minimumAttendance: quantity('minimum_attendance').notNull().default(0),
    /** Places that only residents of a branch get. */
    branchQuotas: jsonb('branch_quotas').$type<readonly BranchQuota[]>().notNull().default([]),
    /** Helpers and rooms in the organization's own words. */
    resourceKeys: text('resource_keys').array().notNull().default([]),
    cancelReason: text('cancel_reason').$type<OfferReason>(),
    version: integer().notNull().default(1),
    createdAt: instant('created_at').notNull(),
  },
  t => [
    primaryKey({ columns: [t.communityId, t.id] }),
    foreignKey({ name: 'session_offer', columns: [t.communityId, t.offerId], foreignColumns: [offers.communityId, offers.id] }),
    foreignKey({
      name: 'session_building',
      columns: [t.communityId, t.buildingId],
      foreignColumns: [buildings.communityId, buildings.id],
    }),
    index('session_by_offer').on(t.communityId, t.offerId, t.startsAt, t.id),
    index('session_by_start').on(t.communityId, startOrder(t.startsAt), t.id),
    index('session_by_building').on(t.communityId, t.buildingId),
    check('session_capacity', sql`${t.capacity} >= 0 and ${t.reserved} >= 0 and ${t.reserved} <= ${t.capacity}`),
    check('session_capacity_safe', sql`${t.capacity} <= 9007199254740991`),
    check('session_minimum', sql`${t.minimumAttendance} between 0 and ${t.capacity}`),
    check('session_quotas', sql`jsonb_typeof(${t.branchQuotas}) = 'array'`),
    check(
      'session_terms_dated',
      sql`${t.startsAt} is not null or (${t.minimumAttendance} = 0 and cardinality(${t.resourceKeys}) = 0)`,
    ),
    check('session_times', sql`(${t.startsAt} is null) = (${t.endsAt} is null) and ${t.endsAt} > ${t.startsAt}`),
  ],
);
