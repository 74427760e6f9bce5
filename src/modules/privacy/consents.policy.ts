import type { SQL } from 'drizzle-orm';
import { anyOf, kinOf, staffOf, where } from '../../db/rules.js';
import type { Actor } from '../../kernel/actor.js';
import type { Consent } from './consents.domain.js';
import { consents } from './consents.table.js';

/** Staff of the branch and verified kin see a person's consents; organizations learn only what follows for their own work. */
export const consentSight = anyOf<Pick<Consent, 'branchId' | 'residentId'>>(staffOf('branchId'), kinOf('residentId'));
export const canSeeConsent = consentSight.holds;
export const visibleTo = (actor: Actor): SQL => where(consentSight, actor, consents);
