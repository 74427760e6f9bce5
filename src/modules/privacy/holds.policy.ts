import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { type Actor, isAdmin, worksFor } from '../../kernel/actor.js';
import type { LegalHold } from './erasure.domain.js';
import { legalHolds } from './erasure.table.js';

/** Only the admin decides that the law keeps something. */
export const canHold = (actor: Actor, { branchId }: Pick<LegalHold, 'branchId'>): boolean =>
  isAdmin(actor) && worksFor(actor, branchId);

/** In force on a day. The same rule, for one and in SQL. */
export const isInForce = ({ until, liftedAt }: Pick<LegalHold, 'until' | 'liftedAt'>, today: string): boolean =>
  liftedAt === null && until >= today;
export const inForce = (today: string): SQL => sql`(${legalHolds.liftedAt} is null and ${legalHolds.until} >= ${today}::date)`;

/** The law keeps this person's data for now. */
export const isHeld = (communityId: string, residentId: SQLWrapper, today: string): SQL =>
  sql`exists (select from ${legalHolds} where ${legalHolds.communityId} = ${communityId}::uuid
    and ${legalHolds.residentId} = ${residentId} and ${inForce(today)})`;
