import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { anyOf, bySystem, kinOf, staffOf, where } from '../../db/rules.js';
import { type Actor, isAdmin, worksFor } from '../../kernel/actor.js';
import type { LegalHold } from './erasure.domain.js';
import { legalHolds } from './erasure.table.js';

/** Staff of the branch and verified kin see what keeps a person's data; whoever erases asks for all of it. */
export const holdSight = anyOf<Pick<LegalHold, 'branchId' | 'residentId'>>(bySystem, staffOf('branchId'), kinOf('residentId'));
export const visibleTo = (actor: Actor): SQL => where(holdSight, actor, legalHolds);

/** Only the admin decides that the law keeps something. */
export const canHold = (actor: Actor, { branchId }: Pick<LegalHold, 'branchId'>): boolean =>
  isAdmin(actor) && worksFor(actor, branchId);

/** In force on a day. */
export const inForce = (today: string): SQL => sql`(${legalHolds.liftedAt} is null and ${legalHolds.until} >= ${today}::date)`;

/** The law keeps this person's data for now. */
export const isHeld = (communityId: string, residentId: SQLWrapper, today: string): SQL =>
  sql`exists (select from ${legalHolds} where ${legalHolds.communityId} = ${communityId}::uuid
    and ${legalHolds.residentId} = ${residentId} and ${inForce(today)})`;
