import { bigint, timestamp, uuid } from 'drizzle-orm/pg-core';

/** The tenant column: first in every key of every tenant table. */
export const communityId = () => uuid('community_id').notNull();
/** An instant to the millisecond, as JavaScript has it, so that cursors and comparisons hit the row they came from. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });
/** A count of persons, pieces, minutes or fen: an integer up to 2^53 − 1. */
export const quantity = (name: string) => bigint(name, { mode: 'number' });
