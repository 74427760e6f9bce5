import { sql } from 'drizzle-orm';
import { check, date, foreignKey, index, integer, jsonb, pgEnum, pgPolicy, primaryKey, unique, uuid } from 'drizzle-orm/pg-core';
import { communityId, instant } from '../../db/columns.js';
import { bySystem, inBranches, inTenant, isAccount, isKin, personal } from '../../db/personal.table.js';
import { residents } from '../residents/residents.table.js';
import { branches } from '../territory/territory.table.js';
import { type ErasedCounts, HOLD_REASONS } from './erasure.domain.js';
import { infoRequests } from './requests.table.js';

export const holdReason = pgEnum('legal_hold_reason', HOLD_REASONS);
const inWall = sql`${inTenant} and (${inBranches} or ${bySystem})`;

/** What keeps a person's data from being erased for a time (法定留存), and why. */
export const legalHolds = personal.table(
  'legal_hold',
  {
    communityId: communityId(),
    id: uuid().notNull(),
    branchId: uuid('branch_id').notNull(),
    residentId: uuid('resident_id').notNull(),
    reason: holdReason().notNull(),
    until: date('until', { mode: 'string' }).notNull(),
    setBy: uuid('set_by'),
    setAt: instant('set_at').notNull(),
    liftedBy: uuid('lifted_by'),
    liftedAt: instant('lifted_at'),
    version: integer().notNull().default(1),
  },
  t => [
    primaryKey({ columns: [t.communityId, t.id] }),
    foreignKey({
      name: 'legal_hold_resident',
      columns: [t.communityId, t.residentId],
      foreignColumns: [residents.communityId, residents.id],
    }),
    foreignKey({
      name: 'legal_hold_branch',
      columns: [t.communityId, t.branchId],
      foreignColumns: [branches.communityId, branches.id],
    }),
    index('legal_hold_by_resident').on(t.communityId, t.residentId, t.id),
    index('legal_hold_by_branch').on(t.communityId, t.branchId),
    pgPolicy('legal_hold_wall', { as: 'permissive', for: 'all', using: inWall, withCheck: inWall }),
    pgPolicy('legal_hold_family', { as: 'permissive', for: 'select', using: sql`${inTenant} and ${isKin('resident_id')}` }),
  ],
);

/** That a person was erased, when, and how much of what: ids and counts, kept as evidence. */
export const erasures = personal.table(
  'erasure',
  {
    communityId: communityId(),
    id: uuid().notNull(),
    branchId: uuid('branch_id').notNull(),
    residentId: uuid('resident_id').notNull(),
    requestId: uuid('request_id').notNull(),
    erasedAt: instant('erased_at').notNull(),
    executedBy: uuid('executed_by'),
    /** The account that asked, to whom the receipt is told although its link to the person is over. */
    requestedBy: uuid('requested_by'),
    counts: jsonb().$type<ErasedCounts>().notNull(),
  },
  t => [
    primaryKey({ columns: [t.communityId, t.id] }),
    unique('erasure_one').on(t.communityId, t.residentId),
    foreignKey({
      name: 'erasure_resident',
      columns: [t.communityId, t.residentId],
      foreignColumns: [residents.communityId, residents.id],
    }),
    foreignKey({
      name: 'erasure_request',
      columns: [t.communityId, t.requestId],
      foreignColumns: [infoRequests.communityId, infoRequests.id],
    }),
    foreignKey({
      name: 'erasure_branch',
      columns: [t.communityId, t.branchId],
      foreignColumns: [branches.communityId, branches.id],
    }),
    index('erasure_by_request').on(t.communityId, t.requestId),
    index('erasure_by_branch').on(t.communityId, t.branchId),
    check('erasure_counts', sql`jsonb_typeof(${t.counts}) = 'object'`),
    pgPolicy('erasure_append', { as: 'permissive', for: 'insert', withCheck: sql`${inTenant} and ${bySystem}` }),
    pgPolicy('erasure_wall', {
      as: 'permissive',
      for: 'select',
      using: sql`${inTenant} and (${inBranches} or ${bySystem} or ${isAccount('requested_by')})`,
    }),
  ],
);
