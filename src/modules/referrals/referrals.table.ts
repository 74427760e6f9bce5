import { sql } from 'drizzle-orm';
import {
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgEnum,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { communityId, instant, quantity } from '../../db/columns.js';
import { REFERRAL_ORIGINS } from '../../kernel/vocabulary.js';
import { organizations } from '../alliance/alliance.table.js';
import { matches } from '../matching/matching.table.js';
import { needs } from '../needs/needs.table.js';
import { sessions } from '../offers/offers.table.js';
import { branches, communities } from '../territory/territory.table.js';
import { CONFIRMATION_STATES, CONFIRMERS, DISPUTE_REASONS, type Evidence, RECEIVED_BY } from './records.domain.js';
import { REFERRAL_REASONS, REFERRAL_STATES } from './referrals.domain.js';

export const referralState = pgEnum('referral_state', REFERRAL_STATES);
export const referralOrigin = pgEnum('referral_origin', REFERRAL_ORIGINS);
export const referralReason = pgEnum('referral_reason', REFERRAL_REASONS);
export const receivedBy = pgEnum('received_by', RECEIVED_BY);
export const confirmationState = pgEnum('confirmation_state', CONFIRMATION_STATES);
export const disputeReason = pgEnum('dispute_reason', DISPUTE_REASONS);
export const confirmer = pgEnum('confirmer', CONFIRMERS);

/** A pair that somebody acted on, followed to its end (服务单). */
export const referrals = pgTable(
  'referral',
  {
    communityId: communityId().references(() => communities.id),
    id: uuid().notNull(),
    number: text().notNull(),
    needId: uuid('need_id').notNull(),
    sessionId: uuid('session_id').notNull(),
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id),
    branchId: uuid('branch_id').notNull(),
    matchId: uuid('match_id'),
    origin: referralOrigin().notNull(),
    state: referralState().notNull(),
    /** What is held of the session's capacity and of the need while the referral lives. */
    quantity: quantity('quantity').notNull(),
    reason: referralReason(),
    requestedBy: uuid('requested_by'),
    requestedAt: instant('requested_at'),
    respondBy: instant('respond_by'),
    acceptedAt: instant('accepted_at'),
    closedAt: instant('closed_at'),
    /** Policy version, rank, points and cost parts when it was decided, and the place of the session among the suggestions. */
    decision: jsonb().$type<Readonly<Record<string, unknown>>>().notNull().default({}),
    createdAt: instant('created_at').notNull(),
    version: integer().notNull().default(1),
  },
  t => [
    primaryKey({ columns: [t.communityId, t.id] }),
    unique('referral_number').on(t.communityId, t.number),
    foreignKey({ name: 'referral_need', columns: [t.communityId, t.needId], foreignColumns: [needs.communityId, needs.id] }),
    foreignKey({
      name: 'referral_session',
      columns: [t.communityId, t.sessionId],
      foreignColumns: [sessions.communityId, sessions.id],
    }),
    foreignKey({
      name: 'referral_branch',
      columns: [t.communityId, t.branchId],
      foreignColumns: [branches.communityId, branches.id],
    }),
    foreignKey({
      name: 'referral_match',
      columns: [t.communityId, t.matchId],
      foreignColumns: [matches.communityId, matches.id],
    }),
    uniqueIndex('referral_of_match').on(t.communityId, t.matchId).where(sql`${t.state} <> 'ENTERED_IN_ERROR'`),
    index('referral_by_match').on(t.communityId, t.matchId),
    index('referral_by_need').on(t.communityId, t.needId, t.id),
    index('referral_by_session').on(t.communityId, t.sessionId, t.id),
    index('referral_by_organization').on(t.communityId, t.organizationId, t.state, t.id),
    index('referral_by_organization_reference').on(t.organizationId),
    index('referral_by_branch').on(t.communityId, t.branchId, t.state, t.id),
    check('referral_quantity', sql`${t.quantity} > 0`),
    check(
      'referral_reason_given',
      sql`${t.state} not in ('REJECTED', 'CANCELLED', 'ON_HOLD', 'FAILED') or ${t.reason} is not null`,
    ),
  ],
);

/** What really happened (服务记录). No free text: what concerns the person is the branch's own note. */
export const serviceRecords = pgTable(
  'service_record',
  {
    communityId: communityId().references(() => communities.id),
    id: uuid().notNull(),
    referralId: uuid('referral_id').notNull(),
    startedAt: instant('started_at').notNull(),
    endedAt: instant('ended_at').notNull(),
    quantity: quantity('quantity').notNull(),
    receivedBy: receivedBy('received_by').notNull(),
    evidence: jsonb().$type<readonly Evidence[]>().notNull().default([]),
    recordedBy: uuid('recorded_by'),
    recordedAt: instant('recorded_at').notNull(),
    place: text().notNull().default(''),
    /** Whether the receiving side said so, too. */
    confirmation: confirmationState().notNull().default('AWAITING'),
    disputeReason: disputeReason('dispute_reason'),
    confirmedAs: confirmer('confirmed_as'),
    confirmedBy: uuid('confirmed_by'),
    confirmedAt: instant('confirmed_at'),
  },
  t => [
    primaryKey({ columns: [t.communityId, t.id] }),
    foreignKey({
      name: 'service_record_referral',
      columns: [t.communityId, t.referralId],
      foreignColumns: [referrals.communityId, referrals.id],
    }),
    unique('service_record_one').on(t.communityId, t.referralId),
    index('service_record_by_confirmation').on(t.communityId, t.confirmedAt),
    check('service_record_times', sql`${t.endedAt} >= ${t.startedAt}`),
    check('service_record_quantity', sql`${t.quantity} > 0`),
    check('service_record_confirmed', sql`(${t.confirmation} = 'AWAITING') = (${t.confirmedAt} is null)`),
    check('service_record_disputed', sql`(${t.confirmation} = 'DISPUTED') = (${t.disputeReason} is not null)`),
  ],
);
