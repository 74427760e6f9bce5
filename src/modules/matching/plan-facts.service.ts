import { DAY } from '../../kernel/clock.js';
import type { Scope } from '../../scope/scope.js';
import { allBranches } from '../territory/territory.service.js';
import { openProposals } from './facts.repo.js';
import { loadFacts } from './facts.service.js';
import type { PlanInput } from './planner/planning.js';
import type { Weights } from './planner/scoring.js';

/** What a plan is made from, as things stand. */
export type PlanFacts = Pick<PlanInput, 'needs' | 'sessions' | 'proposals' | 'bygone'>;

/** Of which branch (null: the whole community) and which dated sessions. */
export interface Horizon {
  readonly branchId: string | null;
  readonly from: Date;
  readonly until: Date;
}

export const branchIdsOf = async (scope: Scope, branchId: string | null): Promise<readonly string[]> =>
  branchId === null ? (await allBranches(scope)).map(({ id }) => id) : [branchId];

/** Both sides of a plan and what is proposed now, in a fixed number of statements; the access log names the action. */
export async function loadPlanFacts(
  scope: Scope,
  action: string,
  { branchId, from, until }: Horizon,
  weights: Weights,
): Promise<PlanFacts> {
  const branchIds = await branchIdsOf(scope, branchId);
  const proposals = await openProposals(scope, { branchId });
  const facts = await loadFacts(scope, action, { needs: { branchIds }, sessions: { branchIds, from, until } }, weights);
  const [needs, sessions] = [new Set(facts.needs.map(({ id }) => id)), new Set(facts.sessions.map(({ id }) => id))];
  const needIds = [...new Set(proposals.map(({ needId }) => needId))].filter(id => !needs.has(id));
  const sessionIds = [...new Set(proposals.map(({ sessionId }) => sessionId))].filter(id => !sessions.has(id));
  const bygone =
    needIds.length || sessionIds.length
      ? await loadFacts(scope, `${action}_BYGONE`, { needs: { needIds }, sessions: { sessionIds } }, weights)
      : { needs: [], sessions: [] };
  return { ...facts, proposals, bygone };
}

/** How far back the data of the last month goes. */
export const PAST_DAYS = 30;

/**
 * The last month as if it lay ahead: needs that were open at some time of it, as they were asked, and the sessions of then with their
 * whole capacity. Nothing is proposed. How often people were served is counted anew: the services of the month itself are among it, and
 * would count twice.
 */
export async function loadPastFacts(scope: Scope, action: string, branchId: string | null, weights: Weights): Promise<PlanFacts> {
  const branchIds = await branchIdsOf(scope, branchId);
  const until = scope.now();
  const from = new Date(until.getTime() - PAST_DAYS * DAY);
  const wanted = { needs: { branchIds, openWithin: { from, until } }, sessions: { branchIds, from, until, past: true } } as const;
  const { needs, sessions } = await loadFacts(scope, action, wanted, weights);
  return {
    needs: needs.map(need => ({ ...need, servedLately: 0, usedOfCaps: need.usedOfCaps.map(() => 0) })),
    sessions: sessions.map(session => ({ ...session, isPublished: true, free: session.capacity })),
    proposals: [],
    bygone: { needs: [], sessions: [] },
  };
}
