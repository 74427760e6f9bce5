import { sql } from 'drizzle-orm';
import { check, index, integer, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from '../../db/columns.js';
import { identity } from '../../db/rights.table.js';
import { accounts } from './identity.table.js';

/** A program that acts as a service account in one community, within its scopes. */
export const apiClients = identity.table(
  'api_client',
  {
    id: uuid().primaryKey(),
    communityId: uuid('community_id').notNull(),
    accountId: uuid('account_id')
      .notNull()
      .references(() => accounts.id),
    name: text().notNull(),
    /** `subject:read` and `subject:write`. */
    scopes: text().array().notNull(),
    /** The branches that it is narrowed to; empty: whatever its account reaches. */
    branchIds: uuid('branch_ids').array().notNull().default([]),
    /** CIDR blocks that it may call from; empty: from anywhere. */
    addresses: text().array().notNull().default([]),
    pointsPerMinute: integer('points_per_minute').notNull(),
    expiresAt: instant('expires_at'),
    revokedAt: instant('revoked_at'),
    /** To some minutes: not every request writes it. */
    lastUsedAt: instant('last_used_at'),
    createdAt: instant('created_at').notNull(),
  },
  t => [
    index('api_client_by_community').on(t.communityId, t.id),
    index('api_client_by_account').on(t.accountId),
    check('api_client_points', sql`${t.pointsPerMinute} > 0`),
  ],
);

/** Stored hashed. Two live while one takes the other's place. */
export const apiKeys = identity.table(
  'api_key',
  {
    hash: text().primaryKey(),
    clientId: uuid('client_id')
      .notNull()
      .references(() => apiClients.id),
    createdAt: instant('created_at').notNull(),
    /** When its successor stands alone; null for the newest. */
    expiresAt: instant('expires_at'),
  },
  t => [index('api_key_by_client').on(t.clientId)],
);
