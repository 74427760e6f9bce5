import { sql } from 'drizzle-orm';
import { check, foreignKey, index, integer, pgEnum, pgPolicy, pgTable, primaryKey, smallint, uuid } from 'drizzle-orm/pg-core';
import { communityId, instant } from '../../db/columns.js';
import { bySystem, inBranches, inTenant, isAccount, isKin, personal, sealed } from '../../db/personal.table.js';
import { needs } from '../needs/needs.table.js';
import { residents } from '../residents/residents.table.js';
import { branches } from '../territory/territory.table.js';
import { COOPERATION_REMARKS, SERVICE_REMARKS } from './ratings.domain.js';
import { confirmer, referrals } from './referrals.table.js';

export const serviceRemark = pgEnum('service_remark', SERVICE_REMARKS);
export const cooperationRemark = pgEnum('cooperation_remark', COOPERATION_REMARKS);

const inWall = sql`${inTenant} and (${inBranches} or ${bySystem})`;
const isFamily = sql`${inTenant} and (${isKin('beneficiary_id')} or ${isAccount('requester_account_id')})`;
/** Whoever is family speaks as such, and in their own name. */
const saidByFamily = sql`${isFamily} and rated_as = 'FAMILY' and ${isAccount('rated_by')}`;

/**
 * What the receiving side says of a service, one for a referral. Behind the wall: an organization that could read it would know who
 * spoke ill of it.
 */
export const serviceRatings = personal.table(
  'service_rating',
  {
    communityId: communityId(),
    referralId: uuid('referral_id').notNull(),
    branchId: uuid('branch_id').notNull(),
    needId: uuid('need_id').notNull(),
    /** As the need has them: policies ask no other table. */
    beneficiaryId: uuid('beneficiary_id'),
    requesterAccountId: uuid('requester_account_id'),
    score: smallint().notNull(),
    remarks: serviceRemark().array().notNull().default([]),
    noteSealed: sealed('note_sealed').notNull(),
    ratedAs: confirmer('rated_as').notNull(),
    ratedBy: uuid('rated_by'),
    ratedAt: instant('rated_at').notNull(),
    version: integer().notNull(),
  },
  t => [
    primaryKey({ columns: [t.communityId, t.referralId] }),
    foreignKey({
      name: 'service_rating_referral',
      columns: [t.communityId, t.referralId],
      foreignColumns: [referrals.communityId, referrals.id],
    }),
    foreignKey({
      name: 'service_rating_branch',
      columns: [t.communityId, t.branchId],
      foreignColumns: [branches.communityId, branches.id],
    }),
    foreignKey({
      name: 'service_rating_need',
      columns: [t.communityId, t.needId],
      foreignColumns: [needs.communityId, needs.id],
    }),
    foreignKey({
      name: 'service_rating_beneficiary',
      columns: [t.communityId, t.beneficiaryId],
      foreignColumns: [residents.communityId, residents.id],
    }),
    index('service_rating_by_branch').on(t.communityId, t.branchId, t.ratedAt, t.referralId),
    index('service_rating_by_need').on(t.communityId, t.needId),
    index('service_rating_by_beneficiary').on(t.communityId, t.beneficiaryId),
    index('service_rating_by_requester').on(t.communityId, t.requesterAccountId),
    check('service_rating_score', sql`${t.score} between 1 and 5`),
    // What is said can be corrected; of whom and for whom cannot: the role is granted no such column to write (`db/migrate.ts`).
    pgPolicy('service_rating_wall', { as: 'permissive', for: 'all', using: inWall, withCheck: inWall }),
    pgPolicy('service_rating_family', { as: 'permissive', for: 'select', using: isFamily }),
    pgPolicy('service_rating_said', { as: 'permissive', for: 'insert', withCheck: saidByFamily }),
    pgPolicy('service_rating_corrected', { as: 'permissive', for: 'update', using: isFamily, withCheck: saidByFamily }),
  ],
);

/** What an organization says of working with the branch, one for a referral. No words of its own: they could be about the person. */
export const cooperationRatings = pgTable(
  'cooperation_rating',
  {
    communityId: communityId(),
    referralId: uuid('referral_id').notNull(),
    score: smallint().notNull(),
    remarks: cooperationRemark().array().notNull().default([]),
    ratedBy: uuid('rated_by'),
    ratedAt: instant('rated_at').notNull(),
    version: integer().notNull(),
  },
  t => [
    primaryKey({ columns: [t.communityId, t.referralId] }),
    foreignKey({
      name: 'cooperation_rating_referral',
      columns: [t.communityId, t.referralId],
      foreignColumns: [referrals.communityId, referrals.id],
    }),
    check('cooperation_rating_score', sql`${t.score} between 1 and 5`),
  ],
);
