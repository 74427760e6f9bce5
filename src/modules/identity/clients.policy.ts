import { eq, type SQL, sql } from 'drizzle-orm';
import { type Actor, isAdmin } from '../../kernel/actor.js';
import { apiClients } from './clients.table.js';

/** Programs are let in and shut out by the admin of the community in person: a program lets in no other one. */
export const canManageClients = (actor: Actor): boolean => actor.kind === 'ACCOUNT' && actor.client === null && isAdmin(actor);

/** A program is seen by the admin of its community. */
export const clientVisibleTo = (actor: Actor, communityId: string): SQL =>
  isAdmin(actor) ? eq(apiClients.communityId, communityId) : sql`false`;
