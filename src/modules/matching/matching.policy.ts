import type { SQL } from 'drizzle-orm';
import { admin, allOf, anyOf, is, isNull, organizationOf, staffOf, where } from '../../db/rules.js';
import { type Actor, isAdmin, runs, worksFor } from '../../kernel/actor.js';
import { type Match, type MatchPlan, SHOWN_MATCH_STATES } from './matching.domain.js';
import { matches, matchPlans } from './matching.table.js';

/** A plan is for the staff of its branch; one of the whole community for the administrator, who answers for all branches. */
export const planSight = anyOf<Pick<MatchPlan, 'branchId'>>(staffOf('branchId'), allOf(admin, isNull('branchId')));
export const canSeePlan = planSight.holds;
export const plansVisibleTo = (actor: Actor): SQL => where(planSight, actor, matchPlans);

/** Whoever runs the branch plans for it and publishes. */
export const canPlan = (actor: Actor, branchId: string | null): boolean =>
  branchId === null ? isAdmin(actor) : runs(actor, branchId);

/** Staff see every match of their branch; an organization its own from the moment it is proposed. */
export const matchSight = anyOf<Pick<Match, 'branchId' | 'organizationId' | 'state'>>(
  staffOf('branchId'),
  allOf(organizationOf('organizationId', 'PERFORMER'), is('state', ...SHOWN_MATCH_STATES)),
);
export const canSeeMatch = matchSight.holds;
export const matchesVisibleTo = (actor: Actor): SQL => where(matchSight, actor, matches);

/** How much of a pair's explanation a caller reads: staff of the need's branch all of it, others nothing that concerns the person. */
export const readsInFull = (actor: Actor, branchId: string): boolean => worksFor(actor, branchId);
