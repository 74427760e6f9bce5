import { sql } from 'drizzle-orm';
import { check, foreignKey, index, pgEnum, pgPolicy, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { communityId, instant } from '../../db/columns.js';
import { bySystem, inBranches, inTenant, isAccount, isKin, isPurpose, personal } from '../../db/personal.table.js';
import { organizations } from '../alliance/alliance.table.js';
import { needs } from '../needs/needs.table.js';
import { kinshipRelation, residents } from '../residents/residents.table.js';
import { branches } from '../territory/territory.table.js';
import { CONSENT_METHODS, CONSENT_PURPOSES, DATA_CLASSES } from './consents.domain.js';

export const consentPurpose = pgEnum('consent_purpose', CONSENT_PURPOSES);
export const dataClass = pgEnum('data_class', DATA_CLASSES);
export const consentMethod = pgEnum('consent_method', CONSENT_METHODS);

/** Nobody's id: stands for "every need" and "each organization" where equality is asked for. */
const inWall = sql`${inTenant} and (${inBranches} or ${bySystem})`;
const ANY = sql.raw(`'00000000-0000-0000-0000-000000000000'::uuid`);

/** What people agreed to, and took back. The serving role adds rows and writes withdrawals, nothing else (`db/migrate.ts`). */
export const consents = personal.table(
  'consent',
  {
    communityId: communityId(),
    id: uuid().notNull(),
    branchId: uuid('branch_id').notNull(),
    residentId: uuid('resident_id').notNull(),
    purpose: consentPurpose().notNull(),
    dataClass: dataClass('data_class').notNull(),
    needId: uuid('need_id'),
    organizationId: uuid('organization_id').references(() => organizations.id),
    relation: kinshipRelation().notNull(),
    method: consentMethod().notNull(),
    noticeVersion: text('notice_version').notNull(),
    grantedBy: uuid('granted_by'),
    grantedAt: instant('granted_at').notNull(),
    withdrawalRelation: kinshipRelation('withdrawal_relation'),
    withdrawalMethod: consentMethod('withdrawal_method'),
    withdrawnBy: uuid('withdrawn_by'),
    withdrawnAt: instant('withdrawn_at'),
  },
  t => [
    primaryKey({ columns: [t.communityId, t.id] }),
    foreignKey({
      name: 'consent_resident',
      columns: [t.communityId, t.residentId],
      foreignColumns: [residents.communityId, residents.id],
    }),
    foreignKey({
      name: 'consent_branch',
      columns: [t.communityId, t.branchId],
      foreignColumns: [branches.communityId, branches.id],
    }),
    foreignKey({ name: 'consent_need', columns: [t.communityId, t.needId], foreignColumns: [needs.communityId, needs.id] }),
    uniqueIndex('consent_valid')
      .on(
        t.communityId,
        t.residentId,
        t.purpose,
        sql`coalesce(${t.needId}, ${ANY})`,
        sql`coalesce(${t.organizationId}, ${ANY})`,
        t.noticeVersion,
      )
      .where(sql`${t.withdrawnAt} is null`),
    index('consent_by_resident').on(t.communityId, t.residentId, t.id),
    index('consent_by_branch').on(t.communityId, t.branchId),
    index('consent_by_need').on(t.communityId, t.needId),
    index('consent_by_organization_reference').on(t.organizationId),
    check('consent_narrowed', sql`${t.purpose} <> 'HEALTH_MATCHING' or (${t.needId} is null and ${t.organizationId} is null)`),
    check(
      'consent_withdrawal',
      sql`(${t.withdrawnAt} is null) = (${t.withdrawalRelation} is null) and (${t.withdrawnAt} is null) = (${t.withdrawalMethod} is null)`,
    ),
    pgPolicy('consent_wall', { as: 'permissive', for: 'select', using: inWall }),
    pgPolicy('consent_grant', { as: 'permissive', for: 'insert', withCheck: inWall }),
    pgPolicy('consent_withdraw', { as: 'permissive', for: 'update', using: inWall, withCheck: inWall }),
    pgPolicy('consent_retention', {
      as: 'permissive',
      for: 'delete',
      using: sql`${inTenant} and ${isPurpose('retention')} and withdrawn_at < now() - interval '3 years'`,
    }),
    pgPolicy('consent_kin', { as: 'permissive', for: 'select', using: sql`${inTenant} and ${isKin('resident_id')}` }),
    pgPolicy('consent_kin_grant', {
      as: 'permissive',
      for: 'insert',
      withCheck: sql`${inTenant} and ${isKin('resident_id')} and ${isAccount('granted_by')} and method = 'APP'`,
    }),
    pgPolicy('consent_kin_withdraw', {
      as: 'permissive',
      for: 'update',
      using: sql`${inTenant} and ${isKin('resident_id')}`,
      withCheck: sql`${inTenant} and ${isKin('resident_id')} and ${isAccount('withdrawn_by')} and withdrawal_method = 'APP'`,
    }),
  ],
);
