import { sql } from 'drizzle-orm';
import { foreignKey, index, pgPolicy, primaryKey, uuid } from 'drizzle-orm/pg-core';
import { communityId, instant } from '../../db/columns.js';
import { bySystem, inBranches, inTenant, personal, sealed } from '../../db/personal.table.js';
import { needs } from '../needs/needs.table.js';
import { branches } from '../territory/territory.table.js';

const inWall = sql`${inTenant} and (${inBranches} or ${bySystem})`;

const renewing = sql`${inTenant} and current_setting('app.system', true) in ('key-rotation', 'rights', 'retention')`;

/** Why staff knew better than the engine, in their own words: it may well be about the person, so it lives behind the wall. */
export const overrideNotes = personal.table(
  'override_note',
  {
    communityId: communityId(),
    id: uuid().notNull(),
    branchId: uuid('branch_id').notNull(),
    needId: uuid('need_id').notNull(),
    noteSealed: sealed('note_sealed').notNull(),
    writtenBy: uuid('written_by'),
    writtenAt: instant('written_at').notNull(),
  },
  t => [
    primaryKey({ columns: [t.communityId, t.id] }),
    foreignKey({
      name: 'override_note_branch',
      columns: [t.communityId, t.branchId],
      foreignColumns: [branches.communityId, branches.id],
    }),
    foreignKey({ name: 'override_note_need', columns: [t.communityId, t.needId], foreignColumns: [needs.communityId, needs.id] }),
    index('override_note_by_need').on(t.communityId, t.needId),
    index('override_note_by_branch').on(t.communityId, t.branchId),
    pgPolicy('override_note_read', { as: 'permissive', for: 'select', using: inWall }),
    pgPolicy('override_note_written', { as: 'permissive', for: 'insert', withCheck: inWall }),
    // Never corrected: a new key seals it anew, and its words are taken away when the person is erased or their time is over. The
    // role is granted no other column to write (`db/migrate.ts`).
    pgPolicy('override_note_renewed', { as: 'permissive', for: 'update', using: renewing, withCheck: renewing }),
  ],
);
