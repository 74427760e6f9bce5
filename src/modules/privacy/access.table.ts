import { sql } from 'drizzle-orm';
import { index, jsonb, pgEnum, pgPolicy, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { communityId, instant } from '../../db/columns.js';
import { bySystem, inBranches, inTenant, isAccount, isKin, isPurpose, personal } from '../../db/personal.table.js';
import { SYSTEM_PURPOSES } from '../../kernel/actor.js';

export const systemPurpose = pgEnum('system_purpose', SYSTEM_PURPOSES);

/**
 * Who looked at personal data, in which role, on whose behalf and why. Added to, read by the person's own side, the staff of the
 * branch, and whoever looked in vain, never changed; what is past three years (PIPL art. 56) the purpose `retention` alone removes.
 */
export const accessLog = personal.table(
  'access_log',
  {
    communityId: communityId(),
    id: uuid().notNull(),
    at: instant('at').notNull(),
    accountId: uuid('account_id'),
    actorRole: text('actor_role').notNull(),
    purpose: systemPurpose(),
    action: text().notNull(),
    residentId: uuid('resident_id'),
    /** The branch that looked after the person at that time. */
    branchId: uuid('branch_id'),
    requestId: text('request_id'),
    detail: jsonb().$type<Readonly<Record<string, string | number>>>().notNull().default({}),
  },
  t => [
    primaryKey({ columns: [t.communityId, t.id] }),
    index('access_log_by_resident').on(t.communityId, t.residentId, t.id),
    index('access_log_by_branch').on(t.communityId, t.branchId, t.id),
    index('access_log_by_time').on(t.communityId, t.at),
    pgPolicy('access_log_append', { as: 'permissive', for: 'insert', withCheck: inTenant }),
    pgPolicy('access_log_wall', {
      as: 'permissive',
      for: 'select',
      using: sql`${inTenant} and (${inBranches} or ${isKin('resident_id')} or (${isAccount('account_id')} and resident_id is null) or ${bySystem})`,
    }),
    pgPolicy('access_log_retention', {
      as: 'permissive',
      for: 'delete',
      using: sql`${inTenant} and ${isPurpose('retention')} and at < now() - interval '3 years'`,
    }),
  ],
);
