import { sql } from 'drizzle-orm';
import { check, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { communityId } from './columns.js';

/** The last number given in a running register, e.g. `N-B1-2026`. */
export const registers = pgTable(
  'register',
  { communityId: communityId(), name: text().notNull(), last: integer().notNull() },
  t => [primaryKey({ columns: [t.communityId, t.name] }), check('register_last', sql`${t.last} > 0`)],
);
