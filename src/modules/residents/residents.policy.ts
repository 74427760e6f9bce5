import type { SQL } from 'drizzle-orm';
import { allOf, anyOf, bySystem, holderOf, isSet, kinOf, staffOf, where } from '../../db/rules.js';
import { type Actor, accountOf, worksFor } from '../../kernel/actor.js';
import type { Kinship } from './kinships.domain.js';
import type { KinshipState, Resident } from './residents.domain.js';
import { kinships, residents } from './residents.table.js';

/** Staff of the branch see the record (L3), kin with a verified link theirs; a named system purpose computes over all. */
export const residentSight = anyOf<Pick<Resident, 'id' | 'branchId'>>(bySystem, staffOf('branchId'), kinOf('id'));
export const canSee = residentSight.holds;
export const visibleTo = (actor: Actor): SQL => where(residentSight, actor, residents);

/** Registers of people are for those who work with them: staff list and search their own branches, nobody else does. */
export const listedFor = (actor: Actor): SQL => where(staffOf('branchId'), actor, residents);

/** An assessment of ability is the staff's; kin see it only where that was consented to. */
export const canSeeAssessment = (actor: Actor, { branchId }: Pick<Resident, 'branchId'>): boolean => worksFor(actor, branchId);

/** Staff of the branch see every link and claim; an account its own once they were verified: an open claim would tell that the person exists. */
export const kinshipSight = anyOf<Pick<Kinship, 'branchId' | 'accountId' | 'verifiedAt'>>(
  staffOf('branchId'),
  allOf(holderOf('accountId'), isSet('verifiedAt')),
);
export const kinshipVisibleTo = (actor: Actor): SQL => where(kinshipSight, actor, kinships);

/** Staff decide on claims, but nobody on their own; either side ends a link. */
export const canMoveKinship = (actor: Actor, { branchId, accountId }: Kinship, to: KinshipState): boolean => {
  const isOwn = actor.kind === 'ACCOUNT' && accountOf(actor) === accountId;
  return to === 'REVOKED' ? worksFor(actor, branchId) || isOwn : worksFor(actor, branchId) && !isOwn;
};
