import { and, eq, type SQL } from 'drizzle-orm';
import { admin, where } from '../../db/rules.js';
import { type Actor, isAdmin, isInPerson } from '../../kernel/actor.js';
import { apiClients } from './clients.table.js';

/** Programs are let in and shut out by the admin of the community in person: a program lets in no other one. */
export const canManageClients = (actor: Actor): boolean => isInPerson(actor) && isAdmin(actor);

/** A program is seen by the admin of its community. */
export const clientSight = admin;
export const clientVisibleTo = (actor: Actor, communityId: string): SQL | undefined =>
  and(eq(apiClients.communityId, communityId), where(clientSight, actor, {}));
