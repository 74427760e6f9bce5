import { admin, anyOf, auditor } from '../../db/rules.js';
import type { Actor } from '../../kernel/actor.js';

/** Who reads the event log as evidence and has it verified: the administrator of the community, and its auditor, who sees no person. */
export const auditSight = anyOf<unknown>(admin, auditor);
export const canAudit = (actor: Actor): boolean => auditSight.holds(actor, null);
