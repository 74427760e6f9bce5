import { DAY } from '../../kernel/clock.js';
import type {
  Forbidden,
  IdempotencyKeyReused,
  InvalidState,
  NotFound,
  NotPossible,
  StaleVersion,
} from '../../kernel/failures.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { Scope } from '../../scope/scope.js';
import { openQuantity } from '../needs/needs.domain.js';
import { findNeed } from '../needs/needs.service.js';
import { findSession, offerById } from '../offers/offers.service.js';
import { branchById } from '../territory/territory.service.js';
import { insertChanges, nextPosition } from './changes.repo.js';
import { DEFAULT_HORIZON_DAYS } from './matching.domain.js';
import { canPlan } from './matching.policy.js';
import { insertProposed, publishedPlan, replaceGaps, touchPlan, withdrawProposals } from './placing.repo.js';
import { loadPlanFacts, type PlanFacts } from './plan-facts.service.js';
import { pairKey } from './planner/candidates.js';
import { computePlacement, type Occasion, type Placement } from './planner/placing.js';
import type { MatchReason } from './planner/rules.js';
import { respondBy } from './planner/scoring.js';
import { policyByVersion } from './policies.repo.js';
import { freshSessions, lockNeeds, lockPlan, lockProposals } from './publishing.repo.js';

export { gapOf } from './placing.repo.js';

/** A change of a published plan that was made: its id is the plan's, the occasion tells its changes from others. */
export interface Placed {
  readonly id: string;
  readonly occasionId: string;
  /** The need that was to be served; null where places were given away. */
  readonly needId: string | null;
}

type Failed = NotFound | Forbidden | InvalidState | NotPossible | StaleVersion | IdempotencyKeyReused;
type Outcome = Result<Placed, Failed>;

export interface PlaceNeed {
  readonly needId: string;
  readonly idempotencyKey: string;
}

/**
 * Serves one need within the plan that its branch has published, without waiting for the next plan. For whoever runs the branch.
 */
export async function placeNeed(scope: Scope, command: PlaceNeed): Promise<Outcome> {
  const { needId } = command;
  const need = await findNeed(scope, needId);
  if (!need) return fail({ code: 'NOT_FOUND', path: ['needId'] });
  if (!canPlan(scope.actor, need.branchId)) return fail({ code: 'FORBIDDEN' });
  const { branchId, urgency, state } = need;
  const isCovered = openQuantity(need) <= 0;
  const unusable =
    urgency === 'P0' ? 'P0_TO_OFFICER' : state !== 'OPEN' ? 'NEED_NOT_OPEN' : isCovered ? 'NEED_COVERED' : 'NOT_MATCHABLE';
  return amend(scope, { operation: 'needPlace', command, branchId, occasion: { kind: 'NEED', needId }, unusable });
}

export interface RefillSession {
  readonly sessionId: string;
  readonly branchId: string;
  readonly idempotencyKey: string;
}

/**
 * Gives the free places of a session to those of a branch's unserved needs that come first and can use them, directly or by
 * moving proposals. For whoever runs the branch.
 */
export async function refillSession(scope: Scope, command: RefillSession): Promise<Outcome> {
  const { sessionId, branchId } = command;
  if (!(await scope.load(branchById, branchId))) return fail({ code: 'NOT_FOUND', path: ['branchId'] });
  if (!canPlan(scope.actor, branchId)) return fail({ code: 'FORBIDDEN' });
  const session = await findSession(scope, sessionId);
  if (!session) return fail({ code: 'NOT_FOUND', path: ['sessionId'] });
  const offer = await scope.load(offerById, session.offerId);
  const isPast = session.startsAt !== null && session.startsAt <= scope.now();
  const isOut = offer?.state !== 'PUBLISHED';
  const unusable =
    session.state === 'CANCELLED' ? 'SESSION_CANCELLED' : isOut ? 'OFFER_NOT_PUBLISHED' : isPast ? 'LEAD_TIME' : 'NOT_A_MEMBER';
  return amend(scope, { operation: 'sessionRefill', command, branchId, occasion: { kind: 'SESSION', sessionId }, unusable });
}

interface Amendment {
  readonly operation: string;
  readonly command: { readonly idempotencyKey: string };
  readonly branchId: string;
  readonly occasion: Occasion;
  /** What to say when the plan has no use for the need or session. */
  readonly unusable: MatchReason;
}

/** How long the rules that look at more than one pair may be searched: somebody waits for the answer. */
const BUDGET_MS = 2000;

/** How often a placement is computed again because the plan, or what it is made of, changed meanwhile. */
const MAX_TRIES = 3;

async function amend(scope: Scope, amendment: Amendment): Promise<Outcome> {
  for (let attempt = 1; ; attempt++) {
    const result = await amendOnce(scope, amendment);
    if (result.ok || result.failure.code !== 'STALE_VERSION' || attempt === MAX_TRIES) return result;
  }
}

/**
 * Computes outside of the transaction, for facts about people are read under a named purpose; within it the plan is locked and
 * must be the one that is out, in the version that was read, and what is touched must be as it was, or all is computed again.
 */
async function amendOnce(scope: Scope, { operation, command, branchId, occasion, unusable }: Amendment): Promise<Outcome> {
  const plan = await publishedPlan(scope, branchId);
  const prepared = plan ? await prepare(scope, plan, branchId, occasion) : null;
  const placedIn = (id: string): Placed => ({
    id,
    occasionId: command.idempotencyKey,
    needId: occasion.kind === 'NEED' ? occasion.needId : null,
  });
  return scope.transaction(
    (tx): Promise<Outcome> =>
      tx.once(
        { operation, key: command.idempotencyKey, input: command },
        async (): Promise<Outcome> => {
          if (!plan || !prepared) return fail({ code: 'INVALID_STATE', from: 'NOT_PLANNED', to: 'PROPOSED' });
          const { placement, facts, isUsable } = prepared;
          if (!isUsable) return fail({ code: 'NOT_POSSIBLE', reasons: [unusable] });
          const locked = await lockPlan(tx, plan.id);
          await lockProposals(tx, branchId);
          const isOut = (await publishedPlan(tx, branchId))?.id === plan.id;
          if (locked?.version !== plan.version || !isOut || !(await isAsRead(tx, placement, facts)))
            return fail({ code: 'STALE_VERSION', currentVersion: locked?.version ?? 0 });
          if ((await withdrawProposals(tx, placement.withdrawn)) !== placement.withdrawn.length)
            return fail({ code: 'STALE_VERSION', currentVersion: locked.version });
          await store(tx, placedIn(plan.id), branchId, operation, placement, facts);
          return ok(placedIn(plan.id));
        },
        async id => placedIn(id),
      ),
  );
}

interface Prepared {
  readonly placement: Placement;
  readonly facts: PlanFacts;
  /** The need or session is among those that a plan of the branch would use. */
  readonly isUsable: boolean;
}

async function prepare(
  scope: Scope,
  { policyVersion, horizonEnd, pinned, forbidden }: NonNullable<Awaited<ReturnType<typeof publishedPlan>>>,
  branchId: string,
  occasion: Occasion,
): Promise<Prepared> {
  const now = scope.now();
  const policy = await policyByVersion(scope, policyVersion);
  if (!policy) throw new Error('versions of the policy are kept for ever');
  const usual = new Date(now.getTime() + DEFAULT_HORIZON_DAYS * DAY);
  const horizon = { branchId, from: now, until: horizonEnd > usual ? horizonEnd : usual };
  const facts = await loadPlanFacts(scope, 'MATCH_PLACE', horizon, policy.weights);
  // What people pinned or forbade in the plan holds as long as it is out.
  const out = new Set(facts.proposals.map(pairKey));
  const pins = pinned.filter(pair => out.has(pairKey(pair)));
  const input = {
    ...facts,
    now: now.getTime(),
    policyVersion,
    weights: policy.weights,
    pinned: pins,
    forbidden,
    budget: BUDGET_MS,
  };
  const isUsable =
    occasion.kind === 'NEED'
      ? facts.needs.some(({ id }) => id === occasion.needId)
      : facts.sessions.some(({ id }) => id === occasion.sessionId);
  return { placement: computePlacement(input, occasion), facts, isUsable };
}

/** Needs and sessions that a placement touches are as they were read; the needs are locked. */
async function isAsRead(tx: Scope, { needIds, changes }: Placement, { needs, sessions }: PlanFacts): Promise<boolean> {
  const sessionIds = [...new Set(changes.flatMap(({ toSessionId }) => toSessionId ?? []))];
  const [needsNow, sessionsNow] = [await lockNeeds(tx, needIds), await freshSessions(tx, sessionIds)];
  const needOf = new Map(needs.map(need => [need.id, need]));
  const sessionOf = new Map(sessions.map(session => [session.id, session]));
  return (
    needsNow.every(({ id, state, urgency, open }) => {
      const need = needOf.get(id);
      return need !== undefined && state === 'OPEN' && urgency === need.urgency && open === need.open;
    }) &&
    sessionsNow.every(({ id, state, offerState, free }) => {
      const session = sessionOf.get(id);
      return session !== undefined && state === 'SCHEDULED' && offerState === 'PUBLISHED' && free === session.free;
    })
  );
}

async function store(
  tx: Scope,
  { id: planId, occasionId }: Placed,
  branchId: string,
  operation: string,
  { proposed, withdrawn, changes, gaps, needIds }: Placement,
  { sessions }: PlanFacts,
): Promise<void> {
  const now = tx.now();
  const startOf = new Map(sessions.map(({ id, time }) => [id, time?.startsAt ?? null]));
  const written = await insertProposed(
    tx,
    planId,
    proposed.map(match => ({
      ...match,
      respondBy: respondBy(match.explanation.urgency, now, startOf.get(match.sessionId) ?? null),
    })),
  );
  if (written.length !== proposed.length) throw new Error('a declined or accepted pair was proposed again');
  await insertChanges(tx, planId, occasionId, changes, await nextPosition(tx, planId));
  await replaceGaps(tx, planId, needIds, gaps);
  if (proposed.length) await touchPlan(tx, planId);
  const matchEvent = (id: string, from: string, to: 'LAPSED' | 'PROPOSED', reason: string | null) => ({
    kind: `MATCH_${to}` as const,
    subject: { type: 'Match', id },
    branchId,
    from,
    to,
    reason,
  });
  await tx.append(
    {
      kind: 'MATCH_PLAN_AMENDED',
      subject: { type: 'MatchPlan', id: planId },
      branchId,
      data: { operation, occasionId, proposed: proposed.length, withdrawn: withdrawn.length },
    },
    ...withdrawn.map(id => matchEvent(id, 'PROPOSED', 'LAPSED', 'AMENDED')),
    ...written.map(({ id }) => matchEvent(id, 'PLANNED', 'PROPOSED', null)),
  );
}
