import { and, isNull, or, type SQL, sql } from 'drizzle-orm';
import { type Actor, isAdmin, runs, speaksFor, worksFor } from '../../kernel/actor.js';
import { type Match, type MatchPlan, SHOWN_MATCH_STATES } from './matching.domain.js';
import { matches, matchPlans } from './matching.table.js';

/** A plan is for the staff of its branch; one of the whole community for the administrator, who answers for all branches. */
export const canSeePlan = (actor: Actor, { branchId }: Pick<MatchPlan, 'branchId'>): boolean =>
  branchId === null ? isAdmin(actor) : worksFor(actor, branchId);
export function plansVisibleTo(actor: Actor): SQL {
  if (actor.kind !== 'ACCOUNT') return sql`false`;
  const own = sql`${matchPlans.branchId} = any(${sql.param(actor.branchIds)}::uuid[])`;
  return (isAdmin(actor) ? or(own, isNull(matchPlans.branchId)) : own) ?? own;
}

/** Whoever runs the branch plans for it and publishes. */
export const canPlan = (actor: Actor, branchId: string | null): boolean =>
  branchId === null ? isAdmin(actor) : runs(actor, branchId);

const isShown = (state: Match['state']): boolean => SHOWN_MATCH_STATES.some(shown => shown === state);

/** Staff see every match of their branch; an organization its own from the moment it is proposed. */
export const canSeeMatch = (
  actor: Actor,
  { branchId, organizationId, state }: Pick<Match, 'branchId' | 'organizationId' | 'state'>,
) => worksFor(actor, branchId) || (speaksFor(actor, organizationId) && isShown(state));
export function matchesVisibleTo(actor: Actor): SQL {
  if (actor.kind !== 'ACCOUNT') return sql`false`;
  const ofBranch = sql`${matches.branchId} = any(${sql.param(actor.branchIds)}::uuid[])`;
  const own = and(
    sql`${matches.organizationId} = any(${sql.param(actor.organizationIds)}::uuid[])`,
    sql`${matches.state} = any(${sql.param(SHOWN_MATCH_STATES)}::match_state[])`,
  );
  return or(ofBranch, own) ?? ofBranch;
}

/** How much of a pair's explanation a caller reads: staff of the need's branch all of it, others nothing that concerns the person. */
export const readsInFull = (actor: Actor, branchId: string): boolean => worksFor(actor, branchId);
