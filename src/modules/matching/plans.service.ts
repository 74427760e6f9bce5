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
  ReasonRequired,
  RunInProgress,
} from '../../kernel/failures.js';
import { newId } from '../../kernel/ids.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { Scope } from '../../scope/scope.js';
import { branchById } from '../territory/territory.service.js';
import {
  DEFAULT_BUDGET_SECONDS,
  DEFAULT_HORIZON_DAYS,
  GIVEN_UP_MS,
  MAX_BUDGET_SECONDS,
  MAX_HORIZON_DAYS,
  MAX_PAIRS,
  type MatchPlan,
} from './matching.domain.js';
import { canPlan, canSeePlan } from './matching.policy.js';
import { insertNotes } from './overrides.repo.js';
import { judgeOverrides, type PlanPair } from './plan-overrides.service.js';
import { pairKey } from './planner/candidates.js';
import { failPlan, insertPlan, lockRuns, planById, runsInTheWay } from './plans.repo.js';
import { ensurePolicy } from './policies.repo.js';
import { startRun } from './runs.service.js';

export { CHANGES_IN_ORDER, countChanges, pageOfChanges } from './changes.repo.js';
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
export { cancelPlan, stopPlanRuns } from './runs.service.js';

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
  readonly pinned?: readonly PlanPair[] | null;
  readonly forbidden?: readonly PlanPair[] | null;
  readonly dryRun?: boolean | null;
  readonly budgetSeconds?: number | null;
  readonly idempotencyKey: string;
}

/** How long a mutation waits for a small plan, in milliseconds. */
const WAIT_MS = 2000;

type Created = Result<
  MatchPlan,
  NotFound | Forbidden | InvalidInput | ReasonRequired | NotPossible | RunInProgress | IdempotencyKeyReused
>;

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
  const judged = checked.ok
    ? await judgeOverrides(scope, branchId, { pinned: pinned ?? [], forbidden: forbidden ?? [] })
    : checked;
  const now = scope.now();
  const from = command.from && command.from > now ? command.from : now;
  let isNew = false;
  const created = await scope.transaction(
    (tx): Promise<Created> =>
      tx.once(
        { operation: 'branchMatchPlanCreate', key: command.idempotencyKey, input: command },
        async (): Promise<Created> => {
          if (!judged.ok) return judged;
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
            ...judged.value.pairs,
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
          await insertNotes(tx, judged.value.notes);
          await tx.append({
            kind: 'MATCH_PLAN_CREATED',
            subject: { type: 'MatchPlan', id: plan.id },
            branchId,
            to: 'QUEUED',
            data: { dryRun: plan.dryRun, policyVersion, pinned: plan.pinned.length, forbidden: plan.forbidden.length },
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

/**
 * Takes the place for a run, from a dead process's run if need be. A run of the whole community stands in the way of every
 * branch's, and the other way round: each would propose places that the other counts as free. Asked one after the other.
 */
async function claimRun(tx: Scope, plan: MatchPlan): Promise<Result<null, RunInProgress>> {
  await lockRuns(tx);
  for (const running of await runsInTheWay(tx, plan.branchId)) {
    if (tx.now().getTime() - running.createdAt.getTime() < GIVEN_UP_MS)
      return fail({ code: 'RUN_IN_PROGRESS', planId: running.id });
    await failPlan(tx, running.id, 'INTERRUPTED');
  }
  await insertPlan(tx, plan);
  return ok(null);
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

async function settledWithin(run: Promise<void>, milliseconds: number): Promise<void> {
  const waiting = new AbortController();
  await Promise.race([run, sleep(milliseconds, undefined, { signal: waiting.signal }).catch(() => undefined)]);
  waiting.abort();
}
