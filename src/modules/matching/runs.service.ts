import type { Forbidden, IdempotencyKeyReused, InvalidState, NotFound } from '../../kernel/failures.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import { Scope } from '../../scope/scope.js';
import { ProofFailed } from './engine/solver.js';
import type { MatchPlan, PlanFailure } from './matching.domain.js';
import { canPlan, canSeePlan } from './matching.policy.js';
import { loadPlanFacts } from './plan-facts.service.js';
import { Interrupted, planInThread, stopThreads } from './planning.runner.js';
import { cancelRun, failPlan, planById, saveOutcome, setProgress } from './plans.repo.js';
import { policyOfPlan } from './policies.repo.js';

interface Run {
  readonly ended: Promise<void>;
  readonly stop: AbortController;
}
const runs = new Map<string, Run>();

/** Starts computing and remembers the run until it ends; it never rejects. */
export function startRun(scope: Scope, plan: MatchPlan): Promise<void> {
  const stop = new AbortController();
  const ended = runPlan(new Scope({ ...scope.parts, db: scope.parts.slowDb }), plan, stop).finally(() => runs.delete(plan.id));
  runs.set(plan.id, { ended, stop });
  return ended;
}

/** Stops all runs of this process and waits until each is marked as failed. For the process' end. */
export async function stopPlanRuns(): Promise<void> {
  await stopThreads();
  await Promise.all([...runs.values()].map(({ ended }) => ended));
}

async function runPlan(scope: Scope, plan: MatchPlan, stop: AbortController): Promise<void> {
  let shown = Promise.resolve<unknown>(null);
  let shownAt = 0;
  const show = (percent: number): void => {
    if (Date.now() - shownAt < 500) return;
    shownAt = Date.now();
    // Best effort: the run goes on without. One that was cancelled, by whatever process, is found out here.
    const told = async (): Promise<void> => {
      if (!(await setProgress(scope, plan.id, percent))) stop.abort();
    };
    shown = shown.then(told).catch(() => undefined);
  };
  try {
    if (!(await setProgress(scope, plan.id, 1))) return;
    const { weights } = await policyOfPlan(scope, plan);
    const horizon = { branchId: plan.branchId, from: plan.horizonStart, until: plan.horizonEnd };
    const facts = await loadPlanFacts(scope, 'MATCH_PLAN', horizon, weights);
    const { policyVersion, pinned, forbidden, budgetSeconds } = plan;
    const budget = budgetSeconds * 1000;
    const input = { ...facts, now: scope.now().getTime(), policyVersion, weights, pinned, forbidden, budget };
    const outcome = await planInThread(input, show, stop.signal);
    await shown;
    await scope.transaction(async tx => {
      if (await saveOutcome(tx, plan.id, outcome)) await tx.append(endOf(plan, 'READY'));
      return ok(null);
    });
  } catch (error) {
    // Whoever cancelled has written so; there is nothing left to tell.
    if (!stop.signal.aborted) await giveUp(scope, plan, error);
  }
}

const endOf = ({ id, branchId }: MatchPlan, to: 'READY' | 'FAILED' | 'CANCELLED', reason: string | null = null) => ({
  kind: `MATCH_PLAN_${to}` as const,
  subject: { type: 'MatchPlan', id },
  branchId,
  from: 'RUNNING',
  to,
  reason,
});

/** A failed run says so. If even that cannot be written the next start does it. */
async function giveUp(scope: Scope, plan: MatchPlan, error: unknown): Promise<void> {
  const failure: PlanFailure =
    error instanceof ProofFailed ? 'PROOF_FAILED' : error instanceof Interrupted ? 'INTERRUPTED' : 'ERROR';
  process.emitWarning(
    `match plan ${plan.id} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    {
      type: 'MatchPlanFailed',
      code: failure,
    },
  );
  await scope
    .transaction(async tx => {
      if (await failPlan(tx, plan.id, failure)) await tx.append(endOf(plan, 'FAILED', failure));
      return ok(null);
    })
    .catch(() => undefined);
}

export interface CancelPlan {
  readonly planId: string;
  readonly idempotencyKey: string;
}

type Cancelled = Result<MatchPlan, NotFound | Forbidden | InvalidState | IdempotencyKeyReused>;

/**
 * Stops a run that waits or computes: it keeps no match and gives its branch's place free at once. The state decides, in one
 * statement: of a cancellation and a run that ends at the same moment one comes first, and the other does nothing. Its thread is
 * stopped here, or in another process when that next tells its progress.
 */
export async function cancelPlan(scope: Scope, command: CancelPlan): Promise<Cancelled> {
  const { planId, idempotencyKey } = command;
  const plan = await scope.load(planById, planId);
  if (!plan || !canSeePlan(scope.actor, plan)) return fail({ code: 'NOT_FOUND', path: ['planId'] });
  if (!canPlan(scope.actor, plan.branchId)) return fail({ code: 'FORBIDDEN' });
  const cancelled = await scope.transaction(
    (tx): Promise<Cancelled> =>
      tx.once(
        { operation: 'matchPlanCancel', key: idempotencyKey, input: command },
        async (): Promise<Cancelled> => {
          const isCancelled = await cancelRun(tx, planId);
          const now = await tx.load(planById, planId);
          if (!now) throw new Error('plans are kept for ever');
          if (!isCancelled) return fail({ code: 'INVALID_STATE', from: now.state, to: 'CANCELLED' });
          await tx.append(endOf(plan, 'CANCELLED'));
          return ok(now);
        },
        id => tx.load(planById, id),
      ),
  );
  if (cancelled.ok) runs.get(planId)?.stop.abort();
  return cancelled;
}
