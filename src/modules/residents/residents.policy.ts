import { type SQL, sql } from 'drizzle-orm';
import { type Actor, accountOf, worksFor } from '../../kernel/actor.js';
import type { Kinship } from './kinships.domain.js';
import type { KinshipState, Resident } from './residents.domain.js';
import { kinships, residents } from './residents.table.js';

const isAccount = (actor: Actor, accountId: string): boolean => actor.kind === 'ACCOUNT' && actor.accountId === accountId;
const branchesOf = (actor: Actor): readonly string[] => (actor.kind === 'ACCOUNT' ? actor.branchIds : []);

/** Staff of the branch see the record (L3), kin with a verified link theirs; a named system purpose computes over all. */
export const canSee = (actor: Actor, { id, branchId }: Pick<Resident, 'id' | 'branchId'>): boolean =>
  actor.kind === 'SYSTEM' || worksFor(actor, branchId) || (actor.kind === 'ACCOUNT' && actor.kinIds.includes(id));
export const visibleTo = (actor: Actor): SQL =>
  actor.kind === 'SYSTEM'
    ? sql`true`
    : sql`(${residents.branchId} = any(${sql.param(branchesOf(actor))}::uuid[]) or ${residents.id} = any(${sql.param(actor.kind === 'ACCOUNT' ? actor.kinIds : [])}::uuid[]))`;

/**
 * Registers of people are for those who work with them: staff list and search their own branches, nobody else does. One branch is
 * compared plainly, so that the index gives the order, too.
 */
export function listedFor(actor: Actor): SQL {
  const [only, ...others] = branchesOf(actor);
  return only !== undefined && !others.length
    ? sql`${residents.branchId} = ${only}::uuid`
    : sql`${residents.branchId} = any(${sql.param(branchesOf(actor))}::uuid[])`;
}

/** An assessment of ability is the staff's; kin see it only where that was consented to. */
export const canSeeAssessment = (actor: Actor, { branchId }: Pick<Resident, 'branchId'>): boolean => worksFor(actor, branchId);

/** Staff of the branch see every link and claim; an account its own once they were verified: an open claim would tell that the person exists. */
export const canSeeKinship = (actor: Actor, { branchId, accountId, verifiedAt }: Kinship): boolean =>
  worksFor(actor, branchId) || (isAccount(actor, accountId) && verifiedAt !== null);
export const kinshipVisibleTo = (actor: Actor): SQL =>
  sql`(${kinships.branchId} = any(${sql.param(branchesOf(actor))}::uuid[]) or (${kinships.accountId} = ${accountOf(actor)}::uuid and ${kinships.verifiedAt} is not null))`;

/** Staff decide on claims, but nobody on their own; either side ends a link. */
export const canMoveKinship = (actor: Actor, { branchId, accountId }: Kinship, to: KinshipState): boolean =>
  to === 'REVOKED'
    ? worksFor(actor, branchId) || isAccount(actor, accountId)
    : worksFor(actor, branchId) && !isAccount(actor, accountId);
