import { type Actor, isAdmin, isSubdistrict, worksFor } from '../../kernel/actor.js';

/** Staff of a branch read how its needs fared; of the whole community (null) its administrator does. */
export const readsFairness = (actor: Actor, branchId: string | null): boolean =>
  branchId === null ? isAdmin(actor) : worksFor(actor, branchId);

/**
 * The subdistrict reads aggregates of the whole community, no single record, and nothing below a branch's total that could be
 * set against another table: numbers of one branch by itself are for its staff.
 */
export const readsAggregates = (actor: Actor, branchId: string | null): boolean => branchId === null && isSubdistrict(actor);
