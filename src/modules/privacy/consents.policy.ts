import { type SQL, sql } from 'drizzle-orm';
import { type Actor, worksFor } from '../../kernel/actor.js';
import type { Consent } from './consents.domain.js';
import { consents } from './consents.table.js';

/** Staff of the branch and verified kin see a person's consents; organizations learn only what follows for their own work. */
export const canSeeConsent = (actor: Actor, { branchId, residentId }: Pick<Consent, 'branchId' | 'residentId'>): boolean =>
  worksFor(actor, branchId) || (actor.kind === 'ACCOUNT' && actor.kinIds.includes(residentId));

export const visibleTo = (actor: Actor): SQL =>
  actor.kind === 'ACCOUNT'
    ? sql`(${consents.branchId} = any(${sql.param(actor.branchIds)}::uuid[]) or ${consents.residentId} = any(${sql.param(actor.kinIds)}::uuid[]))`
    : sql`false`;
