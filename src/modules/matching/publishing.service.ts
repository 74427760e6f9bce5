import type { Forbidden, IdempotencyKeyReused, InvalidState, NotFound, StaleVersion } from '../../kernel/failures.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { Scope } from '../../scope/scope.js';
import { type Facts, loadFacts } from './facts.service.js';
import type { Match, MatchPlan } from './matching.domain.js';
import { canPlan, canSeePlan } from './matching.policy.js';
import { pairKey } from './planner/candidates.js';
import type { NeedFacts, SessionFacts } from './planner/facts.js';
import { fallOut, type Proposable } from './planner/falling-out.js';
import { failures } from './planner/rules.js';
import { type Cap, respondBy } from './planner/scoring.js';
import { planById } from './plans.repo.js';
import { policyOfPlan } from './policies.repo.js';
import {
  countLeftOut,
  type FellOut,
  freshSessions,
  lapseProposals,
  lockNeeds,
  lockPlan,
  lockProposals,
  type Proposed,
  plannedMatches,
  setContinued,
  setFellOut,
  setProposed,
  setPublished,
} from './publishing.repo.js';

export interface PublishPlan {
  readonly planId: string;
  readonly expectedVersion: number;
  readonly idempotencyKey: string;
}

type Published = Result<MatchPlan, NotFound | Forbidden | StaleVersion | InvalidState | IdempotencyKeyReused>;

/**
 * Shows a plan's matches to their organizations as proposals. Each match is checked again as things stand now; one that no
 * longer holds falls out with its reasons. A proposal promises nothing and reserves nothing: acceptance does, by its own
 * conditional statements. Open proposals of earlier plans of the same branch lapse: this plan weighed their needs anew. Those that it
 * keeps as they were go on in it, with the time to answer that they had; who answers the earlier one answers the newest.
 */
export async function publishPlan(scope: Scope, command: PublishPlan): Promise<Published> {
  const { planId, expectedVersion } = command;
  const plan = await scope.load(planById, planId);
  if (!plan || !canSeePlan(scope.actor, plan)) return fail({ code: 'NOT_FOUND', path: ['planId'] });
  if (!canPlan(scope.actor, plan.branchId)) return fail({ code: 'FORBIDDEN' });
  // Facts about people are read under a named purpose, which a transaction cannot change into: hence before it. What moves
  // fast (quantities, states) is read again within, under locks on the needs.
  const planned = await plannedMatches(scope, planId);
  const { weights } = await policyOfPlan(scope, plan);
  const facts = await loadFacts(
    scope,
    'MATCH_PUBLISH',
    { needs: { needIds: distinct(planned, 'needId') }, sessions: { sessionIds: distinct(planned, 'sessionId') } },
    weights,
  );
  return scope.transaction(
    (tx): Promise<Published> =>
      tx.once(
        { operation: 'matchPlanPublish', key: command.idempotencyKey, input: command },
        async (): Promise<Published> => {
          const locked = await lockPlan(tx, planId);
          if (!locked) return fail({ code: 'NOT_FOUND', path: ['planId'] });
          if (locked.version !== expectedVersion) return fail({ code: 'STALE_VERSION', currentVersion: locked.version });
          if (locked.state !== 'READY' || locked.dryRun)
            return fail({ code: 'INVALID_STATE', from: locked.dryRun ? 'DRY_RUN' : locked.state, to: 'PUBLISHED' });
          await lockProposals(tx, locked.branchId);
          const lapsed = await lapseProposals(tx, locked.branchId);
          const { kept, fallen } = await checkAgain(tx, planned, facts, deadlinesOf(lapsed, tx.now()), weights.caps ?? []);
          await setPublished(tx, locked);
          if (kept.length) await setProposed(tx, kept);
          if (fallen.length) await setFellOut(tx, fallen);
          const inTime = lapsed.filter(({ respondBy: by }) => by === null || by > tx.now());
          const continued = continuedIn(inTime, planned, kept);
          if (continued.size) await setContinued(tx, continued);
          const keptIds = new Set(kept.map(({ id }) => id));
          await countLeftOut(
            tx,
            planId,
            distinct(
              planned.filter(({ id }) => keptIds.has(id)),
              'needId',
            ),
          );
          await appendAll(tx, plan, { planned, lapsed, fallen, continued });
          const published = await tx.load(planById, planId);
          if (!published) throw new Error('a locked plan vanished');
          return ok(published);
        },
        id => tx.load(planById, id),
      ),
  );
}

const distinct = (matches: readonly Match[], key: 'needId' | 'sessionId'): string[] => [
  ...new Set(matches.map(match => match[key])),
];

type Lapsed = Awaited<ReturnType<typeof lapseProposals>>;

/** By pair, until when its organization was asked before: a proposal that a new plan keeps is no new question. */
const deadlinesOf = (lapsed: Lapsed, now: Date): ReadonlyMap<string, Date> =>
  new Map(lapsed.flatMap(({ respondBy: by, ...pair }) => (by !== null && by > now ? [[pairKey(pair), by] as const] : [])));

/**
 * Goes through the matches in rank order, spending what needs still ask and sessions still have; what is left must keep the rules
 * about more than one pair, too.
 */
async function checkAgain(
  tx: Scope,
  planned: readonly Match[],
  facts: Facts,
  deadlines: ReadonlyMap<string, Date>,
  caps: readonly Cap[],
): Promise<{ readonly kept: readonly Proposed[]; readonly fallen: readonly FellOut[] }> {
  const now = tx.now();
  const lockedNeeds = await lockNeeds(tx, distinct(planned, 'needId'));
  const current = await freshSessions(tx, distinct(planned, 'sessionId'));
  const open = new Map(lockedNeeds.map(({ id, open }) => [id, open]));
  const free = new Map(current.map(({ id, free }) => [id, free]));
  const needs = new Map(facts.needs.map(need => [need.id, need]));
  const sessions = new Map(facts.sessions.map(session => [session.id, session]));
  const needNow = new Map(lockedNeeds.map(row => [row.id, row]));
  const sessionNow = new Map(current.map(row => [row.id, row]));
  const possible: (Proposable & Proposed)[] = [];
  const fallen: FellOut[] = [];
  for (const { id, needId, sessionId, quantity } of planned) {
    const [before, state, session, offer] = [
      needs.get(needId),
      needNow.get(needId),
      sessions.get(sessionId),
      sessionNow.get(sessionId),
    ];
    if (!before || !state || !session || !offer) {
      fallen.push({ id, reasons: ['NEED_NOT_OPEN'] });
      continue;
    }
    const need: NeedFacts = { ...before, isOpen: state.state === 'OPEN', urgency: state.urgency };
    const asNow: SessionFacts = {
      ...session,
      isPublished: offer.offerState === 'PUBLISHED',
      isCancelled: offer.state === 'CANCELLED',
    };
    const reasons = [...failures(need, asNow, now.getTime())].map(({ code }): string => code);
    if ((open.get(needId) ?? 0) < quantity) reasons.push('NEED_COVERED');
    if ((free.get(sessionId) ?? 0) < quantity) reasons.push('SESSION_FULL');
    if (reasons.length) {
      fallen.push({ id, reasons });
      continue;
    }
    open.set(needId, (open.get(needId) ?? 0) - quantity);
    free.set(sessionId, (free.get(sessionId) ?? 0) - quantity);
    const asked = deadlines.get(pairKey({ needId, sessionId }));
    possible.push({
      id,
      need,
      session: { ...asNow, free: offer.free },
      quantity,
      respondBy: asked ?? respondBy(state.urgency, now, offer.startsAt?.getTime() ?? null),
    });
  }
  const out = fallOut(possible, caps);
  for (const [id, reason] of out) fallen.push({ id, reasons: [reason] });
  return { kept: possible.filter(({ id }) => !out.has(id)), fallen };
}

/** By earlier proposal that still had time, which one of this plan is the same: whoever has the earlier one before them answers it. */
function continuedIn(inTime: Lapsed, planned: readonly Match[], kept: readonly Proposed[]): ReadonlyMap<string, string> {
  const proposed = new Set(kept.map(({ id }) => id));
  const now = new Map(planned.filter(({ id }) => proposed.has(id)).map(match => [pairKey(match), match]));
  return new Map(
    inTime.flatMap(earlier => {
      const later = now.get(pairKey(earlier));
      return later && later.quantity === earlier.quantity ? [[earlier.id, later.id] as const] : [];
    }),
  );
}

interface Outcome {
  readonly planned: readonly Match[];
  readonly lapsed: Lapsed;
  readonly fallen: readonly FellOut[];
  readonly continued: ReadonlyMap<string, string>;
}

async function appendAll(tx: Scope, plan: MatchPlan, { planned, lapsed, fallen, continued }: Outcome): Promise<void> {
  const reasonsOf = new Map(fallen.map(({ id, reasons }) => [id, reasons]));
  const moves = [
    ...lapsed.map(({ id, branchId }) => {
      const reason = continued.has(id) ? 'CONTINUED' : 'SUPERSEDED';
      return { id, branchId, from: 'PROPOSED', to: 'LAPSED' as const, reason };
    }),
    ...planned.map(({ id, branchId }) => {
      const reasons = reasonsOf.get(id);
      const to = reasons ? ('FELL_OUT' as const) : ('PROPOSED' as const);
      return { id, branchId, from: 'PLANNED', to, reason: reasons?.join() ?? null };
    }),
  ];
  await tx.append({
    kind: 'MATCH_PLAN_PUBLISHED',
    subject: { type: 'MatchPlan', id: plan.id },
    branchId: plan.branchId,
    from: 'READY',
    to: 'PUBLISHED',
    data: { proposed: planned.length - fallen.length, fellOut: fallen.length, superseded: lapsed.length },
  });
  const CHUNK = 1000;
  for (let start = 0; start < moves.length; start += CHUNK) {
    await tx.append(
      ...moves.slice(start, start + CHUNK).map(({ id, ...move }) => ({
        ...move,
        kind: `MATCH_${move.to}` as const,
        subject: { type: 'Match', id },
      })),
    );
  }
}
