import { type SQL, sql } from 'drizzle-orm';
import { customType, pgSchema } from 'drizzle-orm/pg-core';
import type { SystemPurpose } from '../kernel/actor.js';

/** Everything about a person. Row-level security is enabled and forced on each table (migration), and asks the settings of `db/acting.ts`. */
export const personal = pgSchema('personal');

/** Bytes sealed by `kernel/vault.ts`: AES-256-GCM, bound to table, column, community and row. */
export const sealed = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'bytea' });

/** What policies are made of: settings only, no sub-select, so that they are cheap and an engine with shards accepts them. */
export const inTenant = sql`community_id = nullif(current_setting('app.community', true), '')::uuid`;
export const inBranches = sql`branch_id = any(string_to_array(current_setting('app.branches', true), ',')::uuid[])`;
export const bySystem = sql`coalesce(current_setting('app.system', true), '') <> ''`;
export const isPurpose = (purpose: SystemPurpose): SQL => sql`current_setting('app.system', true) = '${sql.raw(purpose)}'`;
export const isAccount = (column: string): SQL =>
  sql`${sql.raw(column)} = nullif(current_setting('app.account', true), '')::uuid`;
export const isKin = (column: string): SQL =>
  sql`${sql.raw(column)} = any(string_to_array(current_setting('app.kin', true), ',')::uuid[])`;
