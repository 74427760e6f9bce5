import { setTimeout as sleep } from 'node:timers/promises';
import { accountOf } from '../../kernel/actor.js';
import { allOf, checkCount, checkInteger, checkSpan } from '../../kernel/check.js';
import { DAY } from '../../kernel/clock.js';
import type {
  Forbidden,
  IdempotencyKeyReused,
  InvalidInput,
  NotFound,
  NotPossible,
  Problem,
  RunInProgress,
} from '../../kernel/failures.js';
import { newId } from '../../kernel/ids.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import { Scope } from '../../scope/scope.js';
import { allBranches, branchById } from '../territory/territory.service.js';
import { pairKey } from './candidates.js';
import type { PairIds } from './facts.js';
import { loadFacts } from './facts.service.js';
import {
  DEFAULT_BUDGET_SECONDS,
  DEFAULT_HORIZON_DAYS,
  GIVEN_UP_MS,
  MAX_BUDGET_SECONDS,
  MAX_HORIZON_DAYS,
  MAX_PAIRS,
  type MatchPlan,
  type PlanFailure,
} from './matching.domain.js';
import { canPlan, canSeePlan } from './matching.policy.js';
import { ProofFailed } from './planning.js';
import { Interrupted, planInThread, stopThreads } from './planning.runner.js';
import { failPlan, insertPlan, planById, runningPlan, saveOutcome, setProgress } from './plans.repo.js';
import { currentPolicy, ensurePolicy } from './policies.repo.js';
import { failedRules } from './rules.js';

export {
  countPlans,
  countUnmatched,
  failInterruptedPlans,
  NEWEST_PLANS,
  pageOfPlans,
  pageOfUnmatched,
  planById,
  UNMATCHED_IN_RANK,
} from './plans.repo.js';

/** A plan that the caller may see; null otherwise. */
export async function findPlan(scope: Scope, id: string): Promise<MatchPlan | null> {
  const plan = await scope.load(planById, id);
  return plan && canSeePlan(scope.actor, plan) ? plan : null;
}

export interface CreatePlan {
  /** Null: the whole community. */
  readonly branchId?: string | null;
  /** From now, unless `from` and `until` say it. */
  readonly horizonDays?: number | null;
  readonly from?: Date | null;
  readonly until?: Date | null;
  readonly pinned?: readonly PairIds[] | null;
  readonly forbidden?: readonly PairIds[] | null;
  readonly dryRun?: boolean | null;
  readonly budgetSeconds?: number | null;
  readonly idempotencyKey: string;
}

/** How long a mutation waits for a small plan, in milliseconds. */
const WAIT_MS = 2000;

type Created = Result<MatchPlan, NotFound | Forbidden | InvalidInput | NotPossible | RunInProgress | IdempotencyKeyReused>;

/**
 * Starts a run of the engine for a branch, or for the community (administrator). The plan is written at once and computed in a
 * thread; what is small enough is ready when this answers, the rest is polled. One run a branch at a time.
 */
export async function createPlan(scope: Scope, command: CreatePlan): Promise<Created> {
  const { branchId = null, pinned, forbidden } = command;
  if (branchId !== null && !(await scope.load(branchById, branchId))) return fail({ code: 'NOT_FOUND', path: ['branchId'] });
  if (!canPlan(scope.actor, branchId)) return fail({ code: 'FORBIDDEN' });
  // Judged now, told within: a repeat gets its first answer also when the same input would no longer pass.
  const checked = checkPlan(scope, command);
  const pins = checked.ok ? await checkPins(scope, branchId, pinned ?? []) : checked;
  const now = scope.now();
  const from = command.from && command.from > now ? command.from : now;
  let isNew = false;
  const created = await scope.transaction(
    (tx): Promise<Created> =>
      tx.once(
        { operation: 'branchMatchPlanCreate', key: command.idempotencyKey, input: command },
        async (): Promise<Created> => {
          if (!pins.ok) return pins;
          const { version: policyVersion } = await ensurePolicy(tx);
          const plan: MatchPlan = {
            id: newId(),
            branchId,
            state: 'QUEUED',
            progress: 0,
            dryRun: command.dryRun ?? false,
            policyVersion,
            horizonStart: from,
            horizonEnd: command.until ?? new Date(from.getTime() + (command.horizonDays ?? DEFAULT_HORIZON_DAYS) * DAY),
            pinned: pinned ?? [],
            forbidden: forbidden ?? [],
            budgetSeconds: command.budgetSeconds ?? DEFAULT_BUDGET_SECONDS,
            totals: null,
            proof: null,
            failure: null,
            createdBy: accountOf(tx.actor),
            createdAt: now,
            finishedAt: null,
            publishedAt: null,
            version: 1,
          };
          const taken = await claimRun(tx, plan);
          if (!taken.ok) return taken;
          await tx.append({
            kind: 'MATCH_PLAN_CREATED',
            subject: { type: 'MatchPlan', id: plan.id },
            branchId,
            to: 'QUEUED',
            data: { dryRun: plan.dryRun, policyVersion },
          });
          isNew = true;
          return ok(plan);
        },
        id => tx.load(planById, id),
      ),
  );
  if (!created.ok || !isNew) return created;
  await settledWithin(startRun(scope, created.value), WAIT_MS);
  return ok((await scope.load(planById, created.value.id)) ?? created.value);
}

/** Takes the branch's one place for a run, from a dead process's run if need be. */
async function claimRun(tx: Scope, plan: MatchPlan): Promise<Result<null, RunInProgress>> {
  for (;;) {
    if (await insertPlan(tx, plan)) return ok(null);
    const running = await runningPlan(tx, plan.branchId);
    if (!running) continue;
    if (tx.now().getTime() - running.createdAt.getTime() < GIVEN_UP_MS)
      return fail({ code: 'RUN_IN_PROGRESS', planId: running.id });
    await failPlan(tx, running.id, 'INTERRUPTED');
  }
}

function checkPlan(
  scope: Scope,
  { horizonDays, from, until, pinned, forbidden, budgetSeconds }: CreatePlan,
): Result<null, InvalidInput> {
  const now = scope.now();
  const start = from && from > now ? from : now;
  const pins = new Set((pinned ?? []).map(pairKey));
  const both = (forbidden ?? []).some(pair => pins.has(pairKey(pair)));
  const tooFar = until && until.getTime() - start.getTime() > MAX_HORIZON_DAYS * DAY;
  const problems: (Problem | null)[] = [
    until && horizonDays != null ? { path: ['horizonDays'], rule: 'NOT_ALLOWED' } : null,
    tooFar ? { path: ['until'], rule: 'MAX', limit: MAX_HORIZON_DAYS } : null,
    both ? { path: ['forbidden'], rule: 'NOT_ALLOWED' } : null,
  ];
  return allOf(
    checkInteger(['horizonDays'], horizonDays, { min: 1, max: MAX_HORIZON_DAYS }),
    checkInteger(['budgetSeconds'], budgetSeconds, { max: MAX_BUDGET_SECONDS }),
    checkSpan(['until'], start, until),
    checkCount(['pinned'], pinned, { max: MAX_PAIRS }),
    checkCount(['forbidden'], forbidden, { max: MAX_PAIRS }),
    problems,
  );
}

/** Nobody may pin what the rules forbid. */
async function checkPins(
  scope: Scope,
  branchId: string | null,
  pinned: readonly PairIds[],
): Promise<Result<null, NotFound | NotPossible>> {
  if (!pinned.length) return ok(null);
  const { weights } = await currentPolicy(scope);
  const { needs, sessions } = await loadFacts(
    scope,
    'MATCH_PINS',
    {
      needs: { needIds: [...new Set(pinned.map(({ needId }) => needId))] },
      sessions: { sessionIds: [...new Set(pinned.map(({ sessionId }) => sessionId))] },
    },
    weights,
  );
  const broken = new Set<string>();
  for (const { needId, sessionId } of pinned) {
    const need = needs.find(({ id }) => id === needId);
    const session = sessions.find(({ id }) => id === sessionId);
    if (!need || !session || (branchId !== null && need.branchId !== branchId))
      return fail({ code: 'NOT_FOUND', path: ['pinned'] });
    for (const { code } of failedRules(need, session, scope.now().getTime())) broken.add(code);
  }
  return broken.size ? fail({ code: 'NOT_POSSIBLE', reasons: [...broken], path: ['pinned'] }) : ok(null);
}

const runs = new Set<Promise<void>>();

/** Starts computing and remembers the run until it ends; it never rejects. */
function startRun(scope: Scope, plan: MatchPlan): Promise<void> {
  const run = runPlan(new Scope({ ...scope.parts, db: scope.parts.slowDb }), plan).finally(() => runs.delete(run));
  runs.add(run);
  return run;
}

/** Stops all runs of this process and waits until each is marked as failed. For the process' end. */
export async function stopPlanRuns(): Promise<void> {
  await stopThreads();
  await Promise.all(runs);
}

async function runPlan(scope: Scope, plan: MatchPlan): Promise<void> {
  let shown = Promise.resolve<unknown>(null);
  let shownAt = 0;
  const show = (percent: number): void => {
    if (Date.now() - shownAt < 500) return;
    shownAt = Date.now();
    // Best effort: the run goes on without.
    shown = shown.then(() => setProgress(scope, plan.id, percent)).catch(() => undefined);
  };
  try {
    await setProgress(scope, plan.id, 1);
    const { weights } = await currentPolicy(scope);
    const branchIds = plan.branchId === null ? (await allBranches(scope)).map(({ id }) => id) : [plan.branchId];
    const facts = await loadFacts(
      scope,
      'MATCH_PLAN',
      { needs: { branchIds }, sessions: { branchIds, from: plan.horizonStart, until: plan.horizonEnd } },
      weights,
    );
    const outcome = await planInThread(
      {
        ...facts,
        now: scope.now().getTime(),
        policyVersion: plan.policyVersion,
        weights,
        pinned: plan.pinned,
        forbidden: plan.forbidden,
        budget: plan.budgetSeconds * 1000,
      },
      show,
    );
    await shown;
    await scope.transaction(async tx => {
      if (await saveOutcome(tx, plan.id, outcome)) await tx.append(endOf(plan, 'READY'));
      return ok(null);
    });
  } catch (error) {
    await giveUp(scope, plan, error);
  }
}

const endOf = ({ id, branchId }: MatchPlan, to: 'READY' | 'FAILED', reason: string | null = null) => ({
  kind: `MATCH_PLAN_${to}`,
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

async function settledWithin(run: Promise<void>, milliseconds: number): Promise<void> {
  const waiting = new AbortController();
  await Promise.race([run, sleep(milliseconds, undefined, { signal: waiting.signal }).catch(() => undefined)]);
  waiting.abort();
}
