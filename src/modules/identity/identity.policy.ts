import { eq, or, type SQL, sql } from 'drizzle-orm';
import { type Actor, accountOf, isAdmin } from '../../kernel/actor.js';
import type { RoleAssignment } from './identity.domain.js';
import { accounts, roleAssignments } from './identity.table.js';

/** Accounts and roles are given and taken by the admin of the community, and by the seed. */
export const canManageAccounts = (actor: Actor): boolean =>
  isAdmin(actor) || (actor.kind === 'SYSTEM' && actor.purpose === 'seed');

/** An account is seen by itself, and by the admin of a community in which it has or had a role. The rule twice. */
export const canSeeAccount = (actor: Actor, account: { readonly id: string; readonly belongs: boolean }): boolean =>
  actor.kind === 'ACCOUNT' && (accountOf(actor) === account.id || (isAdmin(actor) && account.belongs));
export function accountVisibleTo(actor: Actor, communityId: string): SQL {
  if (actor.kind !== 'ACCOUNT') return sql`false`;
  const own = eq(accounts.id, actor.accountId);
  return isAdmin(actor) ? (or(own, belongsTo(communityId)) ?? own) : own;
}

/** The account has or had a role in the community. */
export const belongsTo = (communityId: string): SQL<boolean> =>
  sql<boolean>`exists (select 1 from ${roleAssignments} where ${roleAssignments.accountId} = ${accounts.id} and ${roleAssignments.communityId} = ${communityId})`;

/** A role is seen by its holder and the admin of its community. */
export const canSeeRole = (actor: Actor, { accountId }: Pick<RoleAssignment, 'accountId'>): boolean =>
  actor.kind === 'ACCOUNT' && (actor.accountId === accountId || isAdmin(actor));
