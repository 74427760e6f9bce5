import type { SQL } from 'drizzle-orm';
import { anyOf, bySystem, holderOf, kinOf, staffOf, where } from '../../db/rules.js';
import { type Actor, accountOf, runs, worksFor } from '../../kernel/actor.js';
import type { PersonalInfoRequest, RequestSide } from './requests.domain.js';
import { infoRequests } from './requests.table.js';

type Asked = Pick<PersonalInfoRequest, 'branchId' | 'residentId' | 'requestedBy' | 'onBehalf'>;

/** The staff of the branch, verified kin (and so the person), and the account that asked, also when its link is over. */
export const requestSight = anyOf<Pick<Asked, 'branchId' | 'residentId' | 'requestedBy'>>(
  bySystem,
  staffOf('branchId'),
  kinOf('residentId'),
  holderOf('requestedBy'),
);
export const visibleTo = (actor: Actor): SQL => where(requestSight, actor, infoRequests);

/** Nobody answers what they asked for themselves. */
const isOwn = (actor: Actor, { requestedBy, onBehalf }: Asked): boolean => !onBehalf && requestedBy === accountOf(actor);

/** On whose sides the caller stands: staff of the branch answer, whoever asked may take it back (staff for whom they took it down). */
export function sidesOf(actor: Actor, request: Asked): RequestSide[] {
  const sides: RequestSide[] = [];
  if (worksFor(actor, request.branchId) && !isOwn(actor, request)) sides.push('STAFF');
  if (request.requestedBy === accountOf(actor) || (request.onBehalf && worksFor(actor, request.branchId)))
    sides.push('REQUESTER');
  return sides;
}

/** Erasure cannot be undone: whoever runs the branch (or the admin) carries it out, and not on their own request. */
export const canErase = (actor: Actor, request: Asked): boolean => runs(actor, request.branchId) && !isOwn(actor, request);
