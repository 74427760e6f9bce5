import { type SQL, sql } from 'drizzle-orm';
import { type Actor, worksFor } from '../../kernel/actor.js';
import type { LoggedAccess } from './access.domain.js';
import { accessLog } from './access.table.js';

type Told = Pick<LoggedAccess, 'residentId' | 'branchId'>;

/** Who looked at somebody is told to verified kin (and so to the person), and to the staff of the branch that looked after them then. */
export const canBeTold = (actor: Actor, { residentId, branchId }: Told): boolean =>
  actor.kind === 'SYSTEM' ||
  (actor.kind === 'ACCOUNT' && (actor.kinIds.includes(residentId) || (branchId !== null && worksFor(actor, branchId))));
export function toldTo(actor: Actor): SQL {
  if (actor.kind !== 'ACCOUNT') return actor.kind === 'SYSTEM' ? sql`true` : sql`false`;
  return sql`(${accessLog.residentId} = any(${sql.param(actor.kinIds)}::uuid[]) or ${accessLog.branchId} = any(${sql.param(actor.branchIds)}::uuid[]))`;
}
