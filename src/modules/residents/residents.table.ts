import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  date,
  foreignKey,
  index,
  integer,
  pgEnum,
  pgPolicy,
  primaryKey,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { communityId, instant } from '../../db/columns.js';
import { bySystem, inBranches, inTenant, isAccount, isKin, personal, sealed } from '../../db/personal.table.js';
import { KINSHIP_RELATIONS } from '../../kernel/vocabulary.js';
import { branches, buildings } from '../territory/territory.table.js';
import { KINSHIP_STATES, RESIDENCY_STATUSES } from './residents.domain.js';

export const residencyStatus = pgEnum('residency_status', RESIDENCY_STATUSES);
export const kinshipRelation = pgEnum('kinship_relation', KINSHIP_RELATIONS);
export const kinshipState = pgEnum('kinship_state', KINSHIP_STATES);

const isRequester = isAccount('requester_account_id');
/** Verified kin of the beneficiary, and the account that asked. */
const ofFamily = sql`(${isKin('beneficiary_id')} or ${isRequester})`;

export const residents = personal.table(
  'resident',
  {
    communityId: communityId(),
    id: uuid().notNull(),
    branchId: uuid('branch_id').notNull(),
    buildingId: uuid('building_id').notNull(),
    nameSealed: sealed('name_sealed').notNull(),
    nameIndex: sealed('name_index').notNull(),
    phoneSealed: sealed('phone_sealed'),
    phoneIndex: sealed('phone_index'),
    roomSealed: sealed('room_sealed'),
    /** Sex, birth date, storey, groups of care, ability and languages, as JSON. */
    profileSealed: sealed('profile_sealed').notNull(),
    birthYearIndex: sealed('birth_year_index').notNull(),
    /** Blind index of the groups of care. */
    careIndex: integer('care_index').array().notNull(),
    residencyStatus: residencyStatus('residency_status').notNull(),
    /** Asked not to be matched automatically (PIPL art. 24): people decide by hand. */
    optedOut: boolean('opted_out').notNull().default(false),
    /** Asked that the record be kept and nothing else be done with it (PIPL art. 44). */
    restricted: boolean().notNull().default(false),
    deceasedOn: date('deceased_on', { mode: 'string' }),
    /** Since then an empty shell: nobody on file, kept for what is counted and for what points to it. */
    erasedAt: instant('erased_at'),
    isTest: boolean('is_test').notNull().default(false),
    version: integer().notNull().default(1),
    createdAt: instant('created_at').notNull(),
  },
  t => [
    primaryKey({ columns: [t.communityId, t.id] }),
    foreignKey({
      name: 'resident_branch',
      columns: [t.communityId, t.branchId],
      foreignColumns: [branches.communityId, branches.id],
    }),
    foreignKey({
      name: 'resident_building',
      columns: [t.communityId, t.buildingId],
      foreignColumns: [buildings.communityId, buildings.id],
    }),
    index('resident_by_branch').on(t.communityId, t.branchId, t.id),
    index('resident_by_building').on(t.communityId, t.buildingId),
    index('resident_by_birth').on(t.communityId, t.branchId, t.birthYearIndex, t.id),
    index('resident_by_name').on(t.communityId, t.nameIndex),
    index('resident_by_phone').on(t.communityId, t.phoneIndex),
    pgPolicy('resident_wall', {
      as: 'permissive',
      for: 'all',
      using: sql`${inTenant} and (${inBranches} or ${bySystem})`,
      withCheck: sql`${inTenant} and (${inBranches} or ${bySystem})`,
    }),
    pgPolicy('resident_kin', { as: 'permissive', for: 'select', using: sql`${inTenant} and ${isKin('id')}` }),
  ],
);

/** A verified link lets an account submit and follow for a resident (a daughter for her mother). */
export const kinships = personal.table(
  'kinship',
  {
    communityId: communityId(),
    id: uuid().notNull(),
    branchId: uuid('branch_id').notNull(),
    residentId: uuid('resident_id').notNull(),
    accountId: uuid('account_id').notNull(),
    relation: kinshipRelation().notNull(),
    state: kinshipState().notNull(),
    verifiedBy: uuid('verified_by'),
    verifiedAt: instant('verified_at'),
    version: integer().notNull().default(1),
    createdAt: instant('created_at').notNull(),
  },
  t => [
    primaryKey({ columns: [t.communityId, t.id] }),
    foreignKey({
      name: 'kinship_resident',
      columns: [t.communityId, t.residentId],
      foreignColumns: [residents.communityId, residents.id],
    }),
    foreignKey({
      name: 'kinship_branch',
      columns: [t.communityId, t.branchId],
      foreignColumns: [branches.communityId, branches.id],
    }),
    uniqueIndex('kinship_pair').on(t.communityId, t.residentId, t.accountId).where(sql`${t.state} in ('CLAIMED', 'VERIFIED')`),
    index('kinship_by_resident').on(t.communityId, t.residentId),
    index('kinship_by_account').on(t.communityId, t.accountId),
    index('kinship_by_branch').on(t.communityId, t.branchId),
    check('kinship_verified', sql`${t.state} <> 'VERIFIED' or ${t.verifiedAt} is not null`),
    pgPolicy('kinship_wall', {
      as: 'permissive',
      for: 'all',
      using: sql`${inTenant} and (${inBranches} or ${bySystem})`,
      withCheck: sql`${inTenant} and (${inBranches} or ${bySystem})`,
    }),
    pgPolicy('kinship_own', { as: 'permissive', for: 'select', using: sql`${inTenant} and ${isAccount('account_id')}` }),
    pgPolicy('kinship_own_end', {
      as: 'permissive',
      for: 'update',
      using: sql`${inTenant} and ${isAccount('account_id')}`,
      withCheck: sql`${inTenant} and ${isAccount('account_id')} and state = 'REVOKED'`,
    }),
  ],
);

/** What a need says about a person: kept apart from the need, which partners may see as it stands. */
export const needDetails = personal.table(
  'need_detail',
  {
    communityId: communityId(),
    needId: uuid('need_id').notNull(),
    branchId: uuid('branch_id').notNull(),
    beneficiaryId: uuid('beneficiary_id'),
    requesterAccountId: uuid('requester_account_id'),
    buildingId: uuid('building_id'),
    descriptionSealed: sealed('description_sealed').notNull(),
    /** Blind index of the description's character pairs, for search. */
    descriptionIndex: integer('description_index').array().notNull().default([]),
    accessNotesSealed: sealed('access_notes_sealed'),
  },
  t => [
    primaryKey({ columns: [t.communityId, t.needId] }),
    foreignKey({
      name: 'need_detail_beneficiary',
      columns: [t.communityId, t.beneficiaryId],
      foreignColumns: [residents.communityId, residents.id],
    }),
    foreignKey({
      name: 'need_detail_branch',
      columns: [t.communityId, t.branchId],
      foreignColumns: [branches.communityId, branches.id],
    }),
    foreignKey({
      name: 'need_detail_building',
      columns: [t.communityId, t.buildingId],
      foreignColumns: [buildings.communityId, buildings.id],
    }),
    index('need_detail_by_beneficiary').on(t.communityId, t.beneficiaryId),
    index('need_detail_by_requester').on(t.communityId, t.requesterAccountId),
    index('need_detail_by_branch').on(t.communityId, t.branchId),
    index('need_detail_by_building').on(t.communityId, t.buildingId),
    pgPolicy('need_detail_wall', {
      as: 'permissive',
      for: 'all',
      using: sql`${inTenant} and (${inBranches} or ${bySystem})`,
      withCheck: sql`${inTenant} and (${inBranches} or ${bySystem})`,
    }),
    pgPolicy('need_detail_family', { as: 'permissive', for: 'select', using: sql`${inTenant} and ${ofFamily}` }),
    pgPolicy('need_detail_asked', {
      as: 'permissive',
      for: 'insert',
      withCheck: sql`${inTenant} and ${isRequester} and (beneficiary_id is null or ${isKin('beneficiary_id')})`,
    }),
    // Its texts only: the role is granted no other column to write (`db/migrate.ts`).
    pgPolicy('need_detail_corrected', {
      as: 'permissive',
      for: 'update',
      using: sql`${inTenant} and ${ofFamily}`,
      withCheck: sql`${inTenant} and ${ofFamily}`,
    }),
  ],
);
