import { isStaff, speaksFor } from '../../kernel/actor.js';
import { defineLoader } from '../../scope/loader.js';
import type { Scope } from '../../scope/scope.js';
import { branchesOf, categoriesAround, categoriesOffered } from './facts.repo.js';
import { loadFacts, upcoming } from './facts.service.js';
import { readsInFull } from './matching.policy.js';
import { candidatesOf, categoryIndex, inTieOrder } from './planner/candidates.js';
import { explainPair, type ShownExplanation, shownTo } from './planner/explaining.js';
import type { NeedFacts, SessionFacts } from './planner/facts.js';
import { asksOfPerson, failuresInPartialSight } from './planner/partial-sight.js';
import { hasRoomFor } from './planner/rules.js';
import { byRank, costOf, rankOf, tieOf } from './planner/scoring.js';
import { currentPolicy, type MatchPolicy } from './policies.repo.js';

/** A pair worth considering now, best first. */
export interface Suggestion {
  readonly needId: string;
  readonly sessionId: string;
  readonly offerId: string;
  readonly organizationId: string;
  readonly branchId: string;
  /** 1 is best. */
  readonly position: number;
  readonly explanation: ShownExplanation;
  /** The offer asks something of the person that this reader may not know: only the branch can tell whether it holds. */
  readonly subjectToCheck: boolean;
}

/** Sessions with free places that are searched again and again, in an order of their own. */
interface Pool {
  readonly sessions: readonly SessionFacts[];
  readonly positionsFor: (need: NeedFacts) => readonly number[];
}
function poolOf(all: readonly SessionFacts[]): Pool {
  const sessions = inTieOrder(all.filter(({ free }) => free > 0));
  return { sessions, positionsFor: categoryIndex(sessions) };
}

interface Around {
  readonly need: NeedFacts | null;
  readonly sessions: readonly SessionFacts[];
  readonly pool: Pool;
}
const NOTHING: Around = { need: null, sessions: [], pool: poolOf([]) };

/** A need and the sessions of its branch that could be for it; loaded together for all needs that are asked about at once. */
const around = defineLoader<{ readonly needId: string; readonly branchId: string }, Around>(
  'matchingFactsAroundNeed',
  async (scope, keys) => {
    const needIds = keys.map(({ needId }) => needId);
    const branchIds = [...new Set(keys.map(({ branchId }) => branchId))];
    const [{ weights }, categoryCodes] = await Promise.all([currentPolicy(scope), categoriesAround(scope, needIds)]);
    const wanted = { needs: { needIds }, sessions: { branchIds, categoryCodes, ...upcoming(scope.now()) } };
    const { needs, sessions } = await loadFacts(scope, 'MATCH_SUGGESTIONS', wanted, weights);
    const ofBranches = new Map(
      branchIds.map(id => {
        const ofBranch = sessions.filter(({ standing }) => standing.some(({ branchId }) => branchId === id));
        return [id, { sessions: ofBranch, pool: poolOf(ofBranch) }];
      }),
    );
    return new Map(needs.map(need => [need.id, { ...(ofBranches.get(need.branchId) ?? NOTHING), need }]));
  },
  ({ needId }) => needId,
);

export const factsAround = async (scope: Scope, key: { readonly needId: string; readonly branchId: string }): Promise<Around> =>
  (await scope.load(around, key)) ?? NOTHING;

/**
 * Sessions that could serve a need, cheapest first. Staff of its branch see all of them with their whole explanation; an
 * organization sees its own sessions as far as the level before a promise goes; others null.
 */
export async function suggestionsFor(
  scope: Scope,
  { id, branchId }: { readonly id: string; readonly branchId: string },
  first: number,
): Promise<readonly Suggestion[] | null> {
  const inFull = readsInFull(scope.actor, branchId);
  const { actor } = scope;
  if (!inFull && !(actor.kind === 'ACCOUNT' && actor.memberBranchIds.includes(branchId))) return null;
  const [{ need, sessions, pool }, policy] = await Promise.all([
    factsAround(scope, { needId: id, branchId }),
    currentPolicy(scope),
  ]);
  if (!need || need.open <= 0) return [];
  const own = inFull ? pool : poolOf(sessions.filter(({ organizationId }) => speaksFor(actor, organizationId)));
  return bestSessions(need, own, policy, inFull, scope.now().getTime())
    .slice(0, first)
    .map((session, i) => toSuggestion(scope, need, session, policy, inFull, i + 1));
}

const toSuggestion = (
  scope: Scope,
  need: NeedFacts,
  session: SessionFacts,
  policy: MatchPolicy,
  inFull: boolean,
  position: number,
): Suggestion => ({
  needId: need.id,
  sessionId: session.id,
  offerId: session.offerId,
  organizationId: session.organizationId,
  branchId: need.branchId,
  position,
  explanation: shownTo(inFull, explainPair(need, session, policy, scope.now().getTime())),
  subjectToCheck: !inFull && asksOfPerson(session),
});

/** Possible sessions with free places, best first, as far as this reader may be told. */
function bestSessions(
  need: NeedFacts,
  { sessions, positionsFor }: Pool,
  { weights }: MatchPolicy,
  inFull: boolean,
  now: number,
): readonly SessionFacts[] {
  const positions = positionsFor(need).filter(position => hasRoomFor(need, sessions[position]!));
  if (inFull) return candidatesOf(need, sessions, positions, weights, now).map(({ position }) => sessions[position]!);
  // The order must not tell what the explanation hides: dates and the organization's own load are all it goes by.
  const openCost = (session: SessionFacts): number =>
    costOf(need, session, weights, now)
      .parts.filter(({ code }) => code === 'DAYS' || code === 'LOAD')
      .reduce((total, { value }) => total + value, 0);
  return positions
    .map(position => sessions[position]!)
    .filter(session => !failuresInPartialSight(need, session, now).length)
    .map(session => ({ session, cost: openCost(session), tie: tieOf(need.id, session.id) }))
    .sort((a, b) => a.cost - b.cost || a.tie - b.tie)
    .map(({ session }) => session);
}

interface OrganizationFacts {
  readonly needs: readonly NeedFacts[];
  readonly sessions: readonly SessionFacts[];
}

const organizationFacts = defineLoader<OrganizationFacts>('matchingFactsOfOrganization', async (scope, organizationIds) => {
  const { actor } = scope;
  if (actor.kind !== 'ACCOUNT') return new Map();
  const [{ weights }, memberOf, categoryCodes] = await Promise.all([
    currentPolicy(scope),
    branchesOf(scope, organizationIds),
    categoriesOffered(scope, organizationIds),
  ]);
  const mine = new Set([...actor.branchIds, ...actor.memberBranchIds]);
  const { needs, sessions } = await loadFacts(
    scope,
    'MATCH_SUGGESTED_NEEDS',
    {
      needs: { branchIds: memberOf.filter(id => mine.has(id)), categoryCodes },
      sessions: { organizationIds, ...upcoming(scope.now()) },
    },
    weights,
  );
  return new Map(
    organizationIds.map(id => {
      const canRead = (branchId: string): boolean =>
        readsInFull(actor, branchId) || (speaksFor(actor, id) && actor.memberBranchIds.includes(branchId));
      return [
        id,
        {
          needs: needs.filter(({ branchId }) => canRead(branchId)),
          sessions: sessions.filter(({ organizationId }) => organizationId === id),
        },
      ];
    }),
  );
});

export interface SuggestedNeedsFilter {
  readonly offerId?: string | null;
  /** The category itself and everything below it. */
  readonly categoryCode?: string | null;
}

/**
 * Open needs that an organization (or one of its offers) could serve now, each with the session that suits best. For the
 * organization itself at the level before a promise, for staff of a branch those of the branch in full; others null. In rank
 * order; where points would tell what is hidden, by tier and time of submission.
 */
export async function suggestedNeeds(
  scope: Scope,
  organizationId: string,
  { offerId = null, categoryCode = null }: SuggestedNeedsFilter,
  first: number,
): Promise<readonly Suggestion[] | null> {
  const { actor } = scope;
  if (!speaksFor(actor, organizationId) && !isStaff(actor)) return null;
  const [facts, policy] = await Promise.all([scope.load(organizationFacts, organizationId), currentPolicy(scope)]);
  if (!facts) return [];
  const now = scope.now().getTime();
  const pool = poolOf(facts.sessions.filter(session => offerId === null || session.offerId === offerId));
  const found = facts.needs
    .filter(({ categoryPath }) => categoryCode === null || `/${categoryPath}`.includes(`/${categoryCode}/`))
    .flatMap(need => {
      const inFull = readsInFull(actor, need.branchId);
      const [session] = bestSessions(need, pool, policy, inFull, now);
      return session ? [{ need, session, inFull, rank: rankOf(need, policy.weights, now) }] : [];
    });
  const everywhere = found.every(({ inFull }) => inFull);
  const open = (a: (typeof found)[number], b: (typeof found)[number]): number =>
    a.rank.tier - b.rank.tier || a.need.submittedAt - b.need.submittedAt || (a.need.id < b.need.id ? -1 : 1);
  return found
    .sort(everywhere ? byRank : open)
    .slice(0, first)
    .map(({ need, session, inFull }, i) => toSuggestion(scope, need, session, policy, inFull, i + 1));
}
