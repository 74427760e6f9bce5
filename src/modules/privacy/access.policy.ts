import type { SQL } from 'drizzle-orm';
import { anyOf, bySystem, kinOf, staffOf, where } from '../../db/rules.js';
import type { Actor } from '../../kernel/actor.js';
import type { LoggedAccess } from './access.domain.js';
import { accessLog } from './access.table.js';

/** Who looked at somebody is told to verified kin (and so to the person), and to the staff of the branch that looked after them then. */
export const accessSight = anyOf<Pick<LoggedAccess, 'residentId' | 'branchId'>>(
  bySystem,
  kinOf('residentId'),
  staffOf('branchId'),
);
export const toldTo = (actor: Actor): SQL => where(accessSight, actor, accessLog);
