import { sql } from 'drizzle-orm';
import { bigint, check, index, integer, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { instant } from '../../db/columns.js';
import { sealed } from '../../db/personal.table.js';
import { identity } from '../../db/rights.table.js';
import { accountRole, accounts } from './identity.table.js';

/** A role that waits for somebody to take it with a code, which is stored hashed. */
export const invitations = identity.table(
  'invitation',
  {
    id: uuid().primaryKey(),
    communityId: uuid('community_id').notNull(),
    role: accountRole().notNull(),
    branchId: uuid('branch_id'),
    areaId: uuid('area_id'),
    organizationId: uuid('organization_id'),
    validFrom: instant('valid_from'),
    validUntil: instant('valid_until'),
    codeHash: text('code_hash').notNull(),
    invitedBy: uuid('invited_by')
      .notNull()
      .references(() => accounts.id),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    acceptedAt: instant('accepted_at'),
    acceptedBy: uuid('accepted_by').references(() => accounts.id),
    revokedAt: instant('revoked_at'),
  },
  t => [
    uniqueIndex('invitation_code').on(t.codeHash),
    index('invitation_by_community').on(t.communityId, t.id),
    index('invitation_by_inviter').on(t.invitedBy),
    index('invitation_by_acceptor').on(t.acceptedBy),
    index('invitation_by_expiry').on(t.expiresAt),
    check('invitation_acceptance', sql`(${t.acceptedAt} is null) = (${t.acceptedBy} is null)`),
    check('invitation_end', sql`${t.acceptedAt} is null or ${t.revokedAt} is null`),
  ],
);

/** The one code, told at a counter, by which an account gets a new password. It is short, so its digest is keyed. */
export const passwordResets = identity.table(
  'password_reset',
  {
    accountId: uuid('account_id')
      .primaryKey()
      .references(() => accounts.id),
    codeIndex: sealed('code_index').notNull(),
    issuedBy: uuid('issued_by')
      .notNull()
      .references(() => accounts.id),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    wrongTries: integer('wrong_tries').notNull().default(0),
  },
  t => [index('password_reset_by_issuer').on(t.issuedBy)],
);

/** The second factor of an account (RFC 6238). */
export const totps = identity.table('totp', {
  accountId: uuid('account_id')
    .primaryKey()
    .references(() => accounts.id),
  /** Base32; sealed by the vault. */
  secretSealed: sealed('secret_sealed').notNull(),
  createdAt: instant('created_at').notNull(),
  /** When a first code proved that the secret had arrived; only then it is asked for. */
  confirmedAt: instant('confirmed_at'),
  /** The newest time step whose code was used: none works twice. */
  lastStep: bigint('last_step', { mode: 'number' }).notNull().default(0),
});

/** By which name another house knows an account; stored is a keyed digest of that name. */
export const externalIdentities = identity.table(
  'external_identity',
  {
    provider: text().notNull(),
    subjectIndex: sealed('subject_index').notNull(),
    accountId: uuid('account_id')
      .notNull()
      .references(() => accounts.id),
    linkedAt: instant('linked_at').notNull(),
  },
  t => [
    primaryKey({ columns: [t.provider, t.subjectIndex] }),
    uniqueIndex('external_identity_of_account').on(t.accountId, t.provider),
  ],
);
