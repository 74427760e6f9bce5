import { sql } from 'drizzle-orm';
import {
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
  smallint,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { communityId, instant, quantity } from '../../db/columns.js';
import { URGENCIES } from '../../kernel/vocabulary.js';
import { organizations } from '../alliance/alliance.table.js';
import { language, mode } from '../offers/offers.table.js';
import { serviceCategories } from '../taxonomy/taxonomy.table.js';
import { branches, communities } from '../territory/territory.table.js';
import {
  BENEFICIARY_KINDS,
  CHANNELS,
  NEED_CLOSE_REASONS,
  NEED_STATES,
  REQUESTER_KINDS,
  type StoredWindow,
  TRANSFER_TARGETS,
} from './needs.domain.js';

export const needState = pgEnum('need_state', NEED_STATES);
export const urgency = pgEnum('urgency', URGENCIES);
export const beneficiaryKind = pgEnum('beneficiary_kind', BENEFICIARY_KINDS);
export const requesterKind = pgEnum('requester_kind', REQUESTER_KINDS);
export const channel = pgEnum('channel', CHANNELS);
export const transferTarget = pgEnum('transfer_target', TRANSFER_TARGETS);
export const needCloseReason = pgEnum('need_close_reason', NEED_CLOSE_REASONS);

/** What is asked, without anything personal: partners may see it as it stands. The person's side is `personal.need_detail`. */
export const needs = pgTable(
  'need',
  {
    communityId: communityId().references(() => communities.id),
    id: uuid().notNull(),
    /** Running number in the branch's register, e.g. `B1-2026-0042`. */
    number: text().notNull(),
    branchId: uuid('branch_id').notNull(),
    categoryCode: text('category_code')
      .notNull()
      .references(() => serviceCategories.code),
    beneficiaryKind: beneficiaryKind('beneficiary_kind').notNull(),
    /** For a beneficiary that is an organisation or a group of workers (交警、环卫). */
    beneficiaryOrganizationId: uuid('beneficiary_organization_id').references(() => organizations.id),
    beneficiaryGroup: text('beneficiary_group'),
    requesterKind: requesterKind('requester_kind').notNull(),
    requesterOrganizationId: uuid('requester_organization_id').references(() => organizations.id),
    channel: channel().notNull(),
    state: needState().notNull(),
    urgency: urgency().notNull(),
    /** In the category's capacity unit. */
    quantity: quantity('quantity').notNull(),
    /** Promised by accepted referrals, and delivered; both moved only by conditional statements. */
    committed: quantity('committed').notNull().default(0),
    fulfilled: quantity('fulfilled').notNull().default(0),
    /** Served with at least so much at once, or not at all; the whole quantity: all or nothing. */
    minimumQuantity: quantity('minimum_quantity').notNull().default(1),
    /** Goes to the same session as this one, or neither does; kept on both of the two. */
    togetherWithId: uuid('together_with_id'),
    modes: mode().array().notNull(),
    windows: jsonb().$type<readonly StoredWindow[]>().notNull().default([]),
    deadline: instant('deadline'),
    acceptsCostFen: quantity('accepts_cost_fen').notNull().default(0),
    /** Access that is not personal: how high up, and whether a wheelchair must pass. */
    floor: smallint(),
    noLift: boolean('no_lift').notNull().default(false),
    wheelchair: boolean().notNull().default(false),
    languages: language().array().notNull().default([]),
    submittedAt: instant('submitted_at').notNull(),
    openedAt: instant('opened_at'),
    closedAt: instant('closed_at'),
    closeReason: needCloseReason('close_reason'),
    mergedIntoId: uuid('merged_into_id'),
    transferredTo: transferTarget('transferred_to'),
    /** On how many days in a row a published plan left it out since somebody last promised something; raises its points. */
    leftOut: smallint('left_out').notNull().default(0),
    /** The last day that was counted, so that several plans of a day count once. */
    leftOutOn: date('left_out_on'),
    /** When its words were taken away (`modules/privacy`): nothing in it tells of a person any more. */
    emptiedAt: instant('emptied_at'),
    version: integer().notNull().default(1),
  },
  t => [
    primaryKey({ columns: [t.communityId, t.id] }),
    unique('need_number').on(t.communityId, t.number),
    foreignKey({
      name: 'need_branch',
      columns: [t.communityId, t.branchId],
      foreignColumns: [branches.communityId, branches.id],
    }),
    foreignKey({ name: 'need_merged_into', columns: [t.communityId, t.mergedIntoId], foreignColumns: [t.communityId, t.id] }),
    index('need_by_waiting').on(t.communityId, t.branchId, t.state, t.submittedAt, t.id),
    index('need_by_urgency').on(t.communityId, t.branchId, t.state, t.urgency, t.submittedAt, t.id),
    index('need_in_waiting').on(t.communityId, t.submittedAt, t.id),
    index('need_in_urgency').on(t.communityId, t.urgency, t.submittedAt, t.id),
    index('need_by_category').on(t.communityId, t.categoryCode, t.state, t.submittedAt, t.id),
    index('need_by_category_reference').on(t.categoryCode),
    index('need_by_requester_organization').on(t.communityId, t.requesterOrganizationId, t.id),
    index('need_by_requester_organization_reference').on(t.requesterOrganizationId),
    index('need_by_beneficiary_organization_reference').on(t.beneficiaryOrganizationId),
    foreignKey({
      name: 'need_together_with',
      columns: [t.communityId, t.togetherWithId],
      foreignColumns: [t.communityId, t.id],
    }),
    uniqueIndex('need_together').on(t.communityId, t.togetherWithId),
    index('need_by_close').on(t.communityId, t.closedAt).where(sql`${t.emptiedAt} is null`),
    index('need_by_merged_into').on(t.communityId, t.mergedIntoId),
    check('need_quantity', sql`${t.quantity} between 1 and 9007199254740991`),
    check('need_minimum', sql`${t.minimumQuantity} between 1 and ${t.quantity}`),
    check('need_together_other', sql`${t.togetherWithId} <> ${t.id}`),
    check('need_covered', sql`${t.committed} >= 0 and ${t.fulfilled} >= 0 and ${t.committed} + ${t.fulfilled} <= ${t.quantity}`),
    check('need_cost', sql`${t.acceptsCostFen} >= 0`),
    check('need_modes', sql`cardinality(${t.modes}) > 0`),
    check('need_windows', sql`jsonb_typeof(${t.windows}) = 'array'`),
    check('need_merged', sql`(${t.state} = 'MERGED') = (${t.mergedIntoId} is not null)`),
    check('need_transferred', sql`(${t.state} = 'TRANSFERRED') = (${t.transferredTo} is not null)`),
    check('need_left_out', sql`${t.leftOut} >= 0`),
  ],
);
