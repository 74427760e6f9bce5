import { type Actor, accountOf } from '../../kernel/actor.js';
import { allOf, checkCount, checkInteger } from '../../kernel/check.js';
import { DAY } from '../../kernel/clock.js';
import type { Forbidden, InvalidInput, NotFound, Problem, TookTooLong, TooManyAttempts } from '../../kernel/failures.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { Scope } from '../../scope/scope.js';
import { branchById } from '../territory/territory.service.js';
import { DEFAULT_HORIZON_DAYS, MAX_HORIZON_DAYS } from './matching.domain.js';
import { canPlan } from './matching.policy.js';
import { loadPastFacts, loadPlanFacts, PAST_DAYS, type PlanFacts } from './plan-facts.service.js';
import { morningsBetween } from './planner/replay.js';
import type { SimulatedChange, SimulationOutcome } from './planner/simulation.js';
import { Interrupted, simulateInThread } from './planning.runner.js';
import { mergeWeights, type WeightsChange } from './policies.domain.js';
import { currentPolicy } from './policies.repo.js';

/** Which data a simulation plans: what is open and scheduled now, or the last month, morning after morning. */
export const SIMULATION_PERIODS = ['NOW', 'LAST_MONTH'] as const;
export type SimulationPeriod = (typeof SIMULATION_PERIODS)[number];

export interface SimulatePlan {
  /** Null: the whole community. */
  readonly branchId?: string | null;
  readonly period?: SimulationPeriod | null;
  readonly horizonDays?: number | null;
  readonly changes: readonly SimulatedChange[];
  readonly weights?: WeightsChange | null;
}

export const MAX_SIMULATED_CHANGES = 20;
export const MAX_ADDED_SESSIONS = 50;
const MAX_CAPACITY = 1_000_000_000_000;
/** Shorter than what an operation may take; what is larger is planned as a dry run, which is polled. */
const TIME_MS = 9000;
/** How long each of the two plans may search for what rules about more than one pair allow. */
const BUDGET_MS = 3000;
/** How many compute at once in this process, each for another caller. */
const MAX_AT_ONCE = 2;

const busy = new Set<string>();

type Simulated = Result<SimulationOutcome, NotFound | Forbidden | InvalidInput | TooManyAttempts | TookTooLong>;

/**
 * Answers what a plan would be if something were otherwise; writes nothing but the access log. One at a time for a caller. It
 * stops when the caller goes away, and after nine seconds.
 */
export async function simulatePlan(scope: Scope, command: SimulatePlan): Promise<Simulated> {
  const { branchId = null } = command;
  if (branchId !== null && !(await scope.load(branchById, branchId))) return fail({ code: 'NOT_FOUND', path: ['branchId'] });
  if (!canPlan(scope.actor, branchId)) return fail({ code: 'FORBIDDEN' });
  const policy = await currentPolicy(scope);
  const weights = mergeWeights(policy.weights, command.weights ?? {});
  const checked = allOf(...problemsOf(command), weights.ok ? [] : weights.failure.problems);
  if (!weights.ok) return fail(checked.ok ? weights.failure : checked.failure);
  if (!checked.ok) return checked;
  const caller = callerOf(scope.actor);
  if (busy.has(caller) || busy.size >= MAX_AT_ONCE)
    return fail({ code: 'TOO_MANY_ATTEMPTS', retryAfterSeconds: Math.ceil(TIME_MS / 1000) });
  busy.add(caller);
  try {
    const timeout = AbortSignal.timeout(TIME_MS);
    const signal = scope.parts.signal ? AbortSignal.any([timeout, scope.parts.signal]) : timeout;
    const isPast = command.period === 'LAST_MONTH';
    const facts = await load(scope, command, policy.weights);
    const unknown = unknownIn(command.changes, facts);
    if (unknown) return fail({ code: 'NOT_FOUND', path: unknown });
    const until = scope.now().getTime();
    const now = until - (isPast ? PAST_DAYS * DAY : 0);
    const plan = {
      ...facts,
      now,
      policyVersion: policy.version,
      weights: policy.weights,
      pinned: [],
      forbidden: [],
      budget: BUDGET_MS,
    };
    const mornings = isPast ? morningsBetween(now, until) : null;
    return ok(await simulateInThread({ plan, mornings, changes: command.changes, weights: weights.value }, signal));
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    return fail({ code: 'TOOK_TOO_LONG' });
  } finally {
    busy.delete(caller);
  }
}

const callerOf = (actor: Actor): string => accountOf(actor) ?? '';

const load = (
  scope: Scope,
  { branchId = null, period, horizonDays }: SimulatePlan,
  weights: Parameters<typeof loadPlanFacts>[3],
) => {
  if (period === 'LAST_MONTH') return loadPastFacts(scope, 'MATCH_SIMULATE', branchId, weights);
  const from = scope.now();
  const until = new Date(from.getTime() + (horizonDays ?? DEFAULT_HORIZON_DAYS) * DAY);
  return loadPlanFacts(scope, 'MATCH_SIMULATE', { branchId, from, until }, weights);
};

function problemsOf({ changes, horizonDays, period }: SimulatePlan): (Problem | null)[] {
  const ofChanges = changes.flatMap((change, i) => {
    const at = ['changes', String(i)];
    if (change.kind === 'ADD_SESSIONS')
      return [
        checkInteger([...at, 'addSessions', 'count'], change.count, { min: 1, max: MAX_ADDED_SESSIONS }),
        checkInteger([...at, 'addSessions', 'capacity'], change.capacity, { max: MAX_CAPACITY }),
      ];
    return change.kind === 'SET_CAPACITY'
      ? [checkInteger([...at, 'setCapacity', 'capacity'], change.capacity, { max: MAX_CAPACITY })]
      : [];
  });
  return [
    checkCount(['changes'], changes, { max: MAX_SIMULATED_CHANGES }),
    checkInteger(['horizonDays'], horizonDays, { min: 1, max: MAX_HORIZON_DAYS }),
    period === 'LAST_MONTH' && horizonDays != null ? { path: ['horizonDays'], rule: 'NOT_ALLOWED' } : null,
    ...ofChanges,
  ];
}

/** The path of the first change that names a session or offer which the plan would not use. */
function unknownIn(changes: readonly SimulatedChange[], { sessions }: PlanFacts): readonly string[] | null {
  for (const [i, change] of changes.entries()) {
    const named =
      change.kind === 'ADD_SESSIONS' ? change.like : change.kind === 'CANCEL_OFFER' ? change.offerId : change.sessionId;
    const isThere = sessions.some(({ id, offerId }) => (change.kind === 'CANCEL_OFFER' ? offerId : id) === named);
    if (!isThere) return ['changes', String(i)];
  }
  return null;
}
