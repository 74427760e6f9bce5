import { sql } from 'drizzle-orm';
import { customType, index, pgSchema, timestamp, uuid } from 'drizzle-orm/pg-core';

/** Who may ask: accounts and programs serve all communities, so these are reference tables, without keys to or from tenant tables. */
export const identity = pgSchema('identity');

/** A transaction's number that never wraps. */
const xid8 = customType<{ data: string }>({ dataType: () => 'xid8' });

/** Whose rights changed in which transaction, for those who remember them. Insert only; gone after some minutes. */
export const rightsChanges = identity.table(
  'rights_change',
  {
    id: uuid().primaryKey(),
    /** An account, a session, an API client, an organisation that accounts speak for, or a whole community. */
    subjectId: uuid('subject_id').notNull(),
    transaction: xid8().notNull().default(sql`pg_current_xact_id()`),
    at: timestamp({ withTimezone: true, precision: 3 }).notNull().default(sql`now()`),
  },
  t => [index('rights_change_by_transaction').on(t.transaction)],
);
