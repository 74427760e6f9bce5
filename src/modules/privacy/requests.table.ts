import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  date,
  foreignKey,
  index,
  integer,
  pgEnum,
  pgPolicy,
  primaryKey,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { communityId, instant } from '../../db/columns.js';
import { bySystem, inBranches, inTenant, isAccount, isKin, personal, sealed } from '../../db/personal.table.js';
import { channel } from '../needs/needs.table.js';
import { kinshipRelation, residents } from '../residents/residents.table.js';
import { branches } from '../territory/territory.table.js';
import { REFUSAL_REASONS, REQUEST_KINDS, REQUEST_STATES } from './requests.domain.js';

export const requestKind = pgEnum('info_request_kind', REQUEST_KINDS);
export const requestState = pgEnum('info_request_state', REQUEST_STATES);
export const refusalReason = pgEnum('info_request_refusal', REFUSAL_REASONS);

const inWall = sql`${inTenant} and (${inBranches} or ${bySystem})`;
const isOwn = sql`${inTenant} and ${isAccount('requested_by')}`;

/** What people ask about their own data (个人信息请求), in their words, and what became of it. */
export const infoRequests = personal.table(
  'info_request',
  {
    communityId: communityId(),
    id: uuid().notNull(),
    branchId: uuid('branch_id').notNull(),
    residentId: uuid('resident_id').notNull(),
    kind: requestKind().notNull(),
    state: requestState().notNull(),
    requestedBy: uuid('requested_by'),
    /** What whoever asks is to the person: by their verified link, or as staff took it down. */
    relation: kinshipRelation().notNull(),
    /** Staff took it down for somebody who came by this way. */
    onBehalf: boolean('on_behalf').notNull(),
    channel: channel().notNull(),
    wordsSealed: sealed('words_sealed'),
    deceasedOn: date('deceased_on', { mode: 'string' }),
    dueAt: instant('due_at').notNull(),
    createdAt: instant('created_at').notNull(),
    decidedAt: instant('decided_at'),
    decidedBy: uuid('decided_by'),
    refusalReason: refusalReason('refusal_reason'),
    version: integer().notNull().default(1),
  },
  t => [
    primaryKey({ columns: [t.communityId, t.id] }),
    foreignKey({
      name: 'info_request_resident',
      columns: [t.communityId, t.residentId],
      foreignColumns: [residents.communityId, residents.id],
    }),
    foreignKey({
      name: 'info_request_branch',
      columns: [t.communityId, t.branchId],
      foreignColumns: [branches.communityId, branches.id],
    }),
    uniqueIndex('info_request_open')
      .on(t.communityId, t.residentId, t.kind)
      .where(sql`${t.state} in ('RECEIVED', 'IN_PROGRESS')`),
    index('info_request_by_resident').on(t.communityId, t.residentId, t.id),
    index('info_request_by_branch').on(t.communityId, t.branchId, t.dueAt, t.id),
    index('info_request_by_requester').on(t.communityId, t.requestedBy, t.id),
    index('info_request_in_due').on(t.communityId, t.dueAt, t.id),
    check('info_request_refused', sql`(${t.state} = 'REFUSED') = (${t.refusalReason} is not null)`),
    check('info_request_decided', sql`(${t.state} in ('RECEIVED', 'IN_PROGRESS')) = (${t.decidedAt} is null)`),
    check('info_request_deceased', sql`(${t.kind} = 'DECEASED_NEXT_OF_KIN') = (${t.deceasedOn} is not null)`),
    pgPolicy('info_request_wall', { as: 'permissive', for: 'all', using: inWall, withCheck: inWall }),
    pgPolicy('info_request_family', { as: 'permissive', for: 'select', using: sql`${inTenant} and ${isKin('resident_id')}` }),
    pgPolicy('info_request_own', { as: 'permissive', for: 'select', using: isOwn }),
    pgPolicy('info_request_asked', {
      as: 'permissive',
      for: 'insert',
      withCheck: sql`${isOwn} and ${isKin('resident_id')} and not on_behalf and state = 'RECEIVED'`,
    }),
    pgPolicy('info_request_withdrawn', {
      as: 'permissive',
      for: 'update',
      using: isOwn,
      withCheck: sql`${isOwn} and state = 'WITHDRAWN'`,
    }),
  ],
);
