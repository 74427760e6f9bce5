import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
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
import { organizations } from '../alliance/alliance.table.js';
import { needs } from '../needs/needs.table.js';
import { offers, sessions } from '../offers/offers.table.js';
import { PASSING_REASONS } from '../referrals/referrals.domain.js';
import { branches, communities } from '../territory/territory.table.js';
import { CHANGE_KINDS, MATCH_STATES, PLAN_STATES, type PlanOverride, type PlanProof } from './matching.domain.js';

export const planState = pgEnum('plan_state', PLAN_STATES);
export const matchState = pgEnum('match_state', MATCH_STATES);
export const changeKind = pgEnum('change_kind', CHANGE_KINDS);

export const matchPolicies = pgTable(
  'match_policy',
  {
    communityId: communityId().references(() => communities.id),
    version: integer().notNull(),
    weights: jsonb().$type<Readonly<Record<string, unknown>>>().notNull(),
    reason: text().notNull(),
    validFrom: instant('valid_from').notNull(),
    createdBy: uuid('created_by'),
  },
  t => [primaryKey({ columns: [t.communityId, t.version] }), check('match_policy_version', sql`${t.version} > 0`)],
);

export const matchPlans = pgTable(
  'match_plan',
  {
    communityId: communityId().references(() => communities.id),
    id: uuid().notNull(),
    /** Null: the whole community. */
    branchId: uuid('branch_id'),
    state: planState().notNull(),
    progress: smallint().notNull().default(0),
    dryRun: boolean('dry_run').notNull().default(false),
    policyVersion: integer('policy_version').notNull(),
    horizonStart: instant('horizon_start').notNull(),
    horizonEnd: instant('horizon_end').notNull(),
    pinned: jsonb().$type<readonly PlanOverride[]>().notNull().default([]),
    forbidden: jsonb().$type<readonly PlanOverride[]>().notNull().default([]),
    budgetSeconds: smallint('budget_seconds').notNull().default(10),
    totals: jsonb().$type<Readonly<Record<string, unknown>>>(),
    /** How far it is proven; null until it is ready. */
    proof: jsonb().$type<PlanProof>(),
    failure: text(),
    createdBy: uuid('created_by'),
    createdAt: instant('created_at').notNull(),
    finishedAt: instant('finished_at'),
    publishedAt: instant('published_at'),
    version: integer().notNull().default(1),
  },
  t => [
    primaryKey({ columns: [t.communityId, t.id] }),
    foreignKey({
      name: 'match_plan_branch',
      columns: [t.communityId, t.branchId],
      foreignColumns: [branches.communityId, branches.id],
    }),
    foreignKey({
      name: 'match_plan_policy',
      columns: [t.communityId, t.policyVersion],
      foreignColumns: [matchPolicies.communityId, matchPolicies.version],
    }),
    index('match_plan_by_branch').on(t.communityId, t.branchId, t.id),
    index('match_plan_by_policy').on(t.communityId, t.policyVersion),
    index('match_plan_newest').on(t.communityId, t.id),
    // One run at a time for a branch, and one for the community as a whole.
    uniqueIndex('match_plan_running')
      .on(t.communityId, sql`coalesce(${t.branchId}, ${t.communityId})`)
      .where(sql`${t.state} in ('QUEUED', 'RUNNING')`),
    check('match_plan_horizon', sql`${t.horizonEnd} > ${t.horizonStart}`),
    check('match_plan_budget', sql`${t.budgetSeconds} between 0 and 120`),
    check('match_plan_progress', sql`${t.progress} between 0 and 100`),
  ],
);

/** One proposed pair of a plan, with the numbers that explain it. */
export const matches = pgTable(
  'match',
  {
    communityId: communityId().references(() => communities.id),
    id: uuid().notNull(),
    planId: uuid('plan_id').notNull(),
    needId: uuid('need_id').notNull(),
    sessionId: uuid('session_id').notNull(),
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id),
    branchId: uuid('branch_id').notNull(),
    quantity: quantity('quantity').notNull(),
    state: matchState().notNull(),
    /** 1 is first. */
    rankPosition: integer('rank_position').notNull(),
    tier: smallint().notNull(),
    points: integer().notNull(),
    cost: integer().notNull(),
    explanation: jsonb().$type<Readonly<Record<string, unknown>>>().notNull(),
    respondBy: instant('respond_by'),
    /** The newest proposal of the same pair, where later plans kept it. */
    continuedAs: uuid('continued_as'),
    version: integer().notNull().default(1),
  },
  t => [
    primaryKey({ columns: [t.communityId, t.id] }),
    foreignKey({
      name: 'match_continued',
      columns: [t.communityId, t.continuedAs],
      foreignColumns: [t.communityId, t.id],
    }),
    foreignKey({
      name: 'match_of_plan',
      columns: [t.communityId, t.planId],
      foreignColumns: [matchPlans.communityId, matchPlans.id],
    }),
    foreignKey({ name: 'match_need', columns: [t.communityId, t.needId], foreignColumns: [needs.communityId, needs.id] }),
    foreignKey({
      name: 'match_session',
      columns: [t.communityId, t.sessionId],
      foreignColumns: [sessions.communityId, sessions.id],
    }),
    foreignKey({
      name: 'match_branch',
      columns: [t.communityId, t.branchId],
      foreignColumns: [branches.communityId, branches.id],
    }),
    uniqueIndex('match_pair').on(t.communityId, t.planId, t.needId, t.sessionId),
    index('match_in_order').on(t.communityId, t.planId, t.rankPosition, t.id),
    index('match_by_need').on(t.communityId, t.needId, t.state, t.id),
    index('match_by_session').on(t.communityId, t.sessionId, t.state),
    index('match_by_organization').on(t.communityId, t.organizationId, t.state, t.id),
    index('match_by_organization_reference').on(t.organizationId),
    index('match_by_branch').on(t.communityId, t.branchId),
    index('match_by_continuation').on(t.communityId, t.continuedAs),
    check('match_quantity', sql`${t.quantity} > 0`),
    check('match_cost', sql`${t.cost} between 0 and 9999`),
  ],
);

/** A need that a plan could not serve in full, with its true reason. */
export const unmatchedNeeds = pgTable(
  'unmatched_need',
  {
    communityId: communityId().references(() => communities.id),
    planId: uuid('plan_id').notNull(),
    needId: uuid('need_id').notNull(),
    rankPosition: integer('rank_position').notNull(),
    quantity: quantity('quantity').notNull(),
    reason: text().notNull(),
    certificate: jsonb().$type<Readonly<Record<string, unknown>>>().notNull(),
  },
  t => [
    primaryKey({ columns: [t.communityId, t.planId, t.needId] }),
    foreignKey({
      name: 'unmatched_of_plan',
      columns: [t.communityId, t.planId],
      foreignColumns: [matchPlans.communityId, matchPlans.id],
    }),
    foreignKey({
      name: 'unmatched_need_need',
      columns: [t.communityId, t.needId],
      foreignColumns: [needs.communityId, needs.id],
    }),
    index('unmatched_in_order').on(t.communityId, t.planId, t.rankPosition, t.needId),
    index('unmatched_by_need').on(t.communityId, t.needId),
    check('unmatched_quantity', sql`${t.quantity} > 0`),
  ],
);

/** What a plan changes in what was proposed before it, and what changed in it since: kept, moved, dropped and new, with the cause. */
export const planChanges = pgTable(
  'plan_change',
  {
    communityId: communityId().references(() => communities.id),
    planId: uuid('plan_id').notNull(),
    /** Counts from 1 within the plan. */
    position: integer().notNull(),
    /** What made it after the plan was published, all of one moment alike; null: the run itself. */
    occasionId: uuid('occasion_id'),
    needId: uuid('need_id').notNull(),
    kind: changeKind().notNull(),
    quantity: quantity('quantity').notNull(),
    fromSessionId: uuid('from_session_id'),
    toSessionId: uuid('to_session_id'),
    cause: text(),
    details: jsonb().$type<Readonly<Record<string, unknown>>>().notNull(),
  },
  t => [
    primaryKey({ columns: [t.communityId, t.planId, t.position] }),
    foreignKey({
      name: 'plan_change_of_plan',
      columns: [t.communityId, t.planId],
      foreignColumns: [matchPlans.communityId, matchPlans.id],
    }),
    foreignKey({ name: 'plan_change_need', columns: [t.communityId, t.needId], foreignColumns: [needs.communityId, needs.id] }),
    foreignKey({
      name: 'plan_change_from',
      columns: [t.communityId, t.fromSessionId],
      foreignColumns: [sessions.communityId, sessions.id],
    }),
    foreignKey({
      name: 'plan_change_to',
      columns: [t.communityId, t.toSessionId],
      foreignColumns: [sessions.communityId, sessions.id],
    }),
    index('plan_change_by_kind').on(t.communityId, t.planId, t.kind, t.position),
    index('plan_change_by_occasion').on(t.communityId, t.planId, t.occasionId, t.position),
    index('plan_change_by_need').on(t.communityId, t.needId),
    index('plan_change_by_from').on(t.communityId, t.fromSessionId),
    index('plan_change_by_to').on(t.communityId, t.toSessionId),
    check('plan_change_quantity', sql`${t.quantity} > 0`),
    check(
      'plan_change_ends',
      sql`(${t.fromSessionId} is null) = (${t.kind} = 'NEW') and (${t.toSessionId} is null) = (${t.kind} = 'DROPPED')`,
    ),
    check('plan_change_cause', sql`(${t.cause} is null) = (${t.kind} = 'KEPT')`),
  ],
);

const PASSING = PASSING_REASONS.map(reason => `'${reason}'`).join(', ');

/** What must not be proposed to a need again, for one side declined it or excluded the other: one session, or the whole offer. */
export const pairExclusions = pgTable(
  'pair_exclusion',
  {
    communityId: communityId().references(() => communities.id),
    id: uuid().notNull(),
    needId: uuid('need_id').notNull(),
    offerId: uuid('offer_id').notNull(),
    /** Null: all sessions of the offer. */
    sessionId: uuid('session_id'),
    reason: text().notNull(),
    createdAt: instant('created_at').notNull(),
    createdBy: uuid('created_by'),
  },
  t => [
    primaryKey({ columns: [t.communityId, t.id] }),
    unique('pair_exclusion_once').on(t.communityId, t.needId, t.offerId, t.sessionId).nullsNotDistinct(),
    foreignKey({
      name: 'pair_exclusion_need',
      columns: [t.communityId, t.needId],
      foreignColumns: [needs.communityId, needs.id],
    }),
    foreignKey({
      name: 'pair_exclusion_offer',
      columns: [t.communityId, t.offerId],
      foreignColumns: [offers.communityId, offers.id],
    }),
    foreignKey({
      name: 'pair_exclusion_session',
      columns: [t.communityId, t.sessionId],
      foreignColumns: [sessions.communityId, sessions.id],
    }),
    index('pair_exclusion_by_offer').on(t.communityId, t.offerId),
    index('pair_exclusion_by_session').on(t.communityId, t.sessionId),
    check('pair_exclusion_extent', sql`(${t.sessionId} is not null) = (${t.reason} in (${sql.raw(PASSING)}))`),
  ],
);
