import { sql } from 'drizzle-orm';
import { bigint, check, customType, index, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { communityId, instant } from './columns.js';

const bytes = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'bytea' });

/** What happened: who, when, which thing, from, to, why. Ids and codes, never personal data. Insert only. */
export const events = pgTable(
  'event',
  {
    communityId: communityId(),
    id: uuid().notNull(),
    at: instant('at').notNull(),
    kind: text().notNull(),
    subjectType: text('subject_type').notNull(),
    subjectId: uuid('subject_id').notNull(),
    branchId: uuid('branch_id'),
    actorId: uuid('actor_id'),
    /** The role that gave the right, `SYSTEM:purpose`, or what an account or nobody in particular may. */
    actorRole: text('actor_role').notNull(),
    /** The program through which the account acted. */
    clientId: uuid('client_id'),
    requestId: text('request_id'),
    fromState: text('from_state'),
    toState: text('to_state'),
    reason: text(),
    data: jsonb().$type<Readonly<Record<string, unknown>>>().notNull().default({}),
  },
  t => [
    primaryKey({ columns: [t.communityId, t.id] }),
    index('event_by_subject').on(t.communityId, t.subjectType, t.subjectId, t.id),
  ],
);

/**
 * Committed events that the sealer has not numbered yet. Written with the event, removed with its seal. Here and there no foreign key:
 * it would look for and lock each event once more, twice in its life, and what is missing a verification tells.
 */
export const unsealedEvents = pgTable(
  'event_unsealed',
  { communityId: communityId(), eventId: uuid('event_id').notNull() },
  t => [primaryKey({ columns: [t.communityId, t.eventId] })],
);

/**
 * The place of an event in its community's chain, given after it committed: gap-free, each hash over the one before. What lists are
 * filtered by is copied from the event, so that every filter reads one index in the order of the chain. Insert only.
 */
export const eventSeals = pgTable(
  'event_seal',
  {
    communityId: communityId(),
    position: bigint({ mode: 'number' }).notNull(),
    eventId: uuid('event_id').notNull(),
    hash: bytes('hash').notNull(),
    sealedAt: instant('sealed_at').notNull(),
    kind: text().notNull(),
    subjectId: uuid('subject_id').notNull(),
    branchId: uuid('branch_id'),
    actorId: uuid('actor_id'),
    clientId: uuid('client_id'),
  },
  t => [
    primaryKey({ columns: [t.communityId, t.position] }),
    uniqueIndex('event_seal_once').on(t.communityId, t.eventId),
    index('event_seal_by_time').on(t.communityId, t.sealedAt, t.position),
    index('event_seal_by_kind').on(t.communityId, t.kind, t.position),
    index('event_seal_by_subject').on(t.communityId, t.subjectId, t.position),
    index('event_seal_by_branch').on(t.communityId, t.branchId, t.position).where(sql`${t.branchId} is not null`),
    index('event_seal_by_actor').on(t.communityId, t.actorId, t.position).where(sql`${t.actorId} is not null`),
    index('event_seal_by_client').on(t.communityId, t.clientId, t.position).where(sql`${t.clientId} is not null`),
    check('event_seal_position', sql`${t.position} > 0`),
  ],
);

/** The first answer to a mutation, kept in the mutation's own transaction. */
export const idempotencyKeys = pgTable(
  'idempotency_key',
  {
    communityId: communityId(),
    accountId: uuid('account_id').notNull(),
    operation: text().notNull(),
    key: text().notNull(),
    inputHash: bytes('input_hash').notNull(),
    resultId: uuid('result_id'),
    createdAt: instant('created_at').notNull(),
  },
  t => [
    primaryKey({ columns: [t.communityId, t.accountId, t.operation, t.key] }),
    index('idempotency_key_age').on(t.communityId, t.createdAt),
  ],
);
