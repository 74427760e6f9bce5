import { type Actor, accountOf, isAdmin } from '../../kernel/actor.js';

/** A policy is published: whoever has an account in the community reads all versions, announced ones included. */
export const canReadPolicies = (actor: Actor): boolean => actor.kind === 'ACCOUNT';

/** By what needs are ranked is decided by the administrator of the community, for all of its branches. */
export const canAdoptPolicy = (actor: Actor): boolean => isAdmin(actor);

/** Who adopted a version had a role here, so the rule for accounts comes down to this: seen by itself and by the administrator. */
export const canSeeAuthor = (actor: Actor, accountId: string): boolean => isAdmin(actor) || accountOf(actor) === accountId;
