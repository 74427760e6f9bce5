import { type SQL, sql } from 'drizzle-orm';
import { customType, pgSchema } from 'drizzle-orm/pg-core';
import type { SystemPurpose } from '../kernel/actor.js';

/** Everything about a person. Row-level security is enabled and forced on each table (migration), and asks the settings of `db/acting.ts`. */
export const personal = pgSchema('personal');

/** Bytes sealed by `kernel/vault.ts`: AES-256-GCM, bound to table, column, community and row. */
export const sealed = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'bytea' });

/**
 * What policies are made of: settings only, no sub-select, so that an engine with shards accepts them. They are asked of every row,
 * hence ids are looked for in the text of a setting: to parse it as an array each time costs five times as much. Whole ids of 36
 * characters, apart by commas, are found only where they are.
 */
export const inTenant = sql`community_id = nullif(current_setting('app.community', true), '')::uuid`;
export const inBranches = sql`position(branch_id::text in current_setting('app.branches', true)) > 0`;
export const bySystem = sql`coalesce(current_setting('app.system', true), '') <> ''`;
export const isPurpose = (purpose: SystemPurpose): SQL => sql`current_setting('app.system', true) = '${sql.raw(purpose)}'`;
export const isAccount = (column: string): SQL =>
  sql`${sql.raw(column)} = nullif(current_setting('app.account', true), '')::uuid`;
export const isKin = (column: string): SQL => sql`position(${sql.raw(column)}::text in current_setting('app.kin', true)) > 0`;
