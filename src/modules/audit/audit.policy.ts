import { type Actor, isAdmin, isAuditor } from '../../kernel/actor.js';

/** Who reads the event log as evidence and has it verified: the administrator of the community, and its auditor, who sees no person. */
export const canAudit = (actor: Actor): boolean => isAdmin(actor) || isAuditor(actor);
