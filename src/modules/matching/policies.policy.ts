import { type Actor, isAdmin } from '../../kernel/actor.js';

/** A policy is published: whoever has an account in the community reads all versions, announced ones included. */
export const canReadPolicies = (actor: Actor): boolean => actor.kind === 'ACCOUNT';

/** By what needs are ranked is decided by the administrator of the community, for all of its branches. */
export const canAdoptPolicy = (actor: Actor): boolean => isAdmin(actor);
