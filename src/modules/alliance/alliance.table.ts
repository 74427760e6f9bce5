import { sql } from 'drizzle-orm';
import {
  check,
  date,
  foreignKey,
  index,
  integer,
  jsonb,
  pgEnum,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import { communityId, instant } from '../../db/columns.js';
import { branches, communities } from '../territory/territory.table.js';
import { MEMBERSHIP_STATES, ORGANIZATION_KINDS, PACT_STORED_STATES } from './alliance.domain.js';

export const organizationKind = pgEnum('organization_kind', ORGANIZATION_KINDS);
export const membershipState = pgEnum('membership_state', MEMBERSHIP_STATES);
export const pactState = pgEnum('pact_state', PACT_STORED_STATES);

/** A reference table: partner organisations are global, one row serves every community. */
export const organizations = pgTable(
  'organization',
  {
    id: uuid().primaryKey(),
    /** Short code of the estate's own register, e.g. U001. */
    code: text().notNull().unique('organization_code'),
    name: text().notNull(),
    kind: organizationKind().notNull(),
    /** 统一社会信用代码 (GB 32100-2015); Party branches and residents' bodies have none. */
    uscc: text().unique('organization_uscc'),
    /** What it asks of the community in return (双向服务). */
    wishes: text(),
    bigrams: text().array().notNull().default([]),
    version: integer().notNull().default(1),
    createdAt: instant('created_at').notNull(),
  },
  t => [
    check('organization_uscc_form', sql`${t.uscc} ~ '^[0-9A-HJ-NP-RTUW-Y]{18}$'`),
    index('organization_by_name').on(t.name, t.id),
    index('organization_bigrams').using('gin', t.bigrams),
  ],
);

export const memberships = pgTable(
  'membership',
  {
    communityId: communityId().references(() => communities.id),
    id: uuid().notNull(),
    branchId: uuid('branch_id').notNull(),
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id),
    state: membershipState().notNull(),
    since: date({ mode: 'string' }),
    until: date({ mode: 'string' }),
    version: integer().notNull().default(1),
    createdAt: instant('created_at').notNull(),
  },
  t => [
    primaryKey({ columns: [t.communityId, t.id] }),
    unique('membership_pair').on(t.communityId, t.branchId, t.organizationId),
    foreignKey({
      name: 'membership_branch',
      columns: [t.communityId, t.branchId],
      foreignColumns: [branches.communityId, branches.id],
    }),
    index('membership_by_organization').on(t.communityId, t.organizationId),
    index('membership_by_organization_reference').on(t.organizationId),
  ],
);

export const pacts = pgTable(
  'pact',
  {
    communityId: communityId().references(() => communities.id),
    id: uuid().notNull(),
    membershipId: uuid('membership_id').notNull(),
    number: text().notNull(),
    startsOn: date('starts_on', { mode: 'string' }).notNull(),
    endsOn: date('ends_on', { mode: 'string' }).notNull(),
    items: jsonb().$type<readonly string[]>().notNull(),
    state: pactState().notNull(),
    branchSignedAt: instant('branch_signed_at'),
    branchSignedBy: uuid('branch_signed_by'),
    organizationSignedAt: instant('organization_signed_at'),
    organizationSignedBy: uuid('organization_signed_by'),
    terminatedOn: date('terminated_on', { mode: 'string' }),
    version: integer().notNull().default(1),
    createdAt: instant('created_at').notNull(),
  },
  t => [
    primaryKey({ columns: [t.communityId, t.id] }),
    unique('pact_number').on(t.communityId, t.number),
    foreignKey({
      name: 'pact_membership',
      columns: [t.communityId, t.membershipId],
      foreignColumns: [memberships.communityId, memberships.id],
    }),
    index('pact_by_membership').on(t.communityId, t.membershipId, t.startsOn),
    check('pact_period', sql`${t.endsOn} > ${t.startsOn}`),
    check(
      'pact_signed',
      sql`${t.state} <> 'SIGNED' or (${t.branchSignedAt} is not null and ${t.organizationSignedAt} is not null)`,
    ),
  ],
);
