import { type SQL, sql } from 'drizzle-orm';
import { admin, allOf, anyOf, given, holderOf, where } from '../../db/rules.js';
import { type Actor, isAdmin } from '../../kernel/actor.js';
import type { RoleAssignment } from './identity.domain.js';
import { accounts, roleAssignments } from './identity.table.js';

/** Accounts and roles are given and taken by the admin of the community, and by the seed. */
export const canManageAccounts = (actor: Actor): boolean =>
  isAdmin(actor) || (actor.kind === 'SYSTEM' && actor.purpose === 'seed');

/** An account is seen by itself, and by the admin of a community in which it has or had a role (`belongs`). */
export const accountSight = anyOf<{ readonly id: string; readonly belongs: boolean }>(
  holderOf('id'),
  allOf(admin, given('ADMIN', 'belongs')),
);
export const accountVisibleTo = (actor: Actor, communityId: string): SQL =>
  where(accountSight, actor, { id: accounts.id, belongs: belongsTo(communityId) });

/** The account has or had a role in the community. */
export const belongsTo = (communityId: string): SQL<boolean> =>
  sql<boolean>`exists (select 1 from ${roleAssignments} where ${roleAssignments.accountId} = ${accounts.id} and ${roleAssignments.communityId} = ${communityId})`;

/** A role is seen by its holder and the admin of its community. */
export const roleSight = anyOf<Pick<RoleAssignment, 'accountId'>>(holderOf('accountId'), admin);
export const canSeeRole = roleSight.holds;
