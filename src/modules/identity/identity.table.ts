import { sql } from 'drizzle-orm';
import { boolean, check, index, integer, pgEnum, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { instant } from '../../db/columns.js';
import { identity } from '../../db/rights.table.js';
import { ROLES } from '../../kernel/actor.js';

export const accountRole = pgEnum('account_role', ROLES);

export const accounts = identity.table(
  'account',
  {
    id: uuid().primaryKey(),
    login: text().notNull(),
    displayName: text('display_name').notNull(),
    /** Argon2id in PHC string form; null for a service account, which nobody signs in to. */
    passwordHash: text('password_hash'),
    active: boolean().notNull().default(true),
    /** Made by the demo seed with the published password; production refuses to start while one is active. */
    isDemo: boolean('is_demo').notNull().default(false),
    version: integer().notNull().default(1),
    createdAt: instant('created_at').notNull(),
  },
  t => [
    uniqueIndex('account_login').on(t.login),
    check('account_login_form', sql`${t.login} = lower(${t.login}) and length(${t.login}) between 2 and 64`),
  ],
);

/** A role in one community, narrowed to a branch, an area or an organisation where the role asks for it. */
export const roleAssignments = identity.table(
  'role_assignment',
  {
    id: uuid().primaryKey(),
    accountId: uuid('account_id')
      .notNull()
      .references(() => accounts.id),
    communityId: uuid('community_id').notNull(),
    role: accountRole().notNull(),
    branchId: uuid('branch_id'),
    areaId: uuid('area_id'),
    organizationId: uuid('organization_id'),
    validFrom: instant('valid_from').notNull(),
    validUntil: instant('valid_until'),
  },
  t => [
    index('role_assignment_by_account').on(t.accountId, t.communityId),
    check(
      'role_assignment_scope',
      sql`(${t.role} in ('BRANCH_SECRETARY', 'GENERALIST_WORKER')) = (${t.branchId} is not null) and (${t.role} = 'ESTATE_OFFICER') = (${t.areaId} is not null) and (${t.role} = 'LIAISON') = (${t.organizationId} is not null)`,
    ),
  ],
);

/** Opaque, stored hashed, one use; a second use kills the family (RFC 9700 §4.14). */
export const refreshTokens = identity.table(
  'refresh_token',
  {
    hash: text().primaryKey(),
    familyId: uuid('family_id').notNull(),
    accountId: uuid('account_id')
      .notNull()
      .references(() => accounts.id),
    communityId: uuid('community_id').notNull(),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    usedAt: instant('used_at'),
    revokedAt: instant('revoked_at'),
  },
  t => [
    index('refresh_token_family').on(t.familyId),
    index('refresh_token_by_account').on(t.accountId),
    index('refresh_token_by_expiry').on(t.expiresAt),
    index('refresh_token_by_death').on(t.revokedAt).where(sql`${t.revokedAt} is not null`),
  ],
);
