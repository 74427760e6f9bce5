import { type SQL, sql } from 'drizzle-orm';
import { bigint, timestamp, uuid } from 'drizzle-orm/pg-core';

/** The tenant column: first in every key of every tenant table. */
export const communityId = () => uuid('community_id').notNull();
/** An instant to the millisecond, as JavaScript has it, so that cursors and comparisons hit the row they came from. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });
/** A count of persons, pieces, minutes or fen: an integer up to 2^53 − 1. */
export const quantity = (name: string) => bigint(name, { mode: 'number' });
/** Many byte strings as one parameter: sent as texts, for the driver takes an array of buffers for one buffer. */
export const byteStrings = (values: readonly Buffer[]): SQL =>
  sql`${sql.param(values.map(value => `\\x${value.toString('hex')}`))}::text[]::bytea[]`;
