import { parentPort, workerData } from 'node:worker_threads';
import { ProofFailed } from './engine/solver.js';
import { computePlan, type PlanInput, type PlanOutcome } from './planner/planning.js';
import { loadReferee } from './planner/referee.js';
import { type SimulationInput, type SimulationOutcome, simulate } from './planner/simulation.js';

export type ThreadTask =
  | { readonly kind: 'PLAN'; readonly input: PlanInput }
  | { readonly kind: 'SIMULATION'; readonly input: SimulationInput };

/** What the thread says while it works, and once at its end. */
export type ThreadMessage =
  | { readonly kind: 'PROGRESS'; readonly percent: number }
  | { readonly kind: 'DONE'; readonly outcome: PlanOutcome | SimulationOutcome }
  | { readonly kind: 'PROOF_FAILED'; readonly details: string };

const say = (message: ThreadMessage): void => parentPort?.postMessage(message);

let told = 0;
const tell = (percent: number): void => {
  if (percent > told) say({ kind: 'PROGRESS', percent });
  told = Math.max(told, percent);
};

const { kind, input } = workerData as ThreadTask;
const clock = (): number => performance.now();

/** How long a plan is searched before the referee is loaded, which takes a while itself; nearly all plans are proven by then. */
const ALONE_MS = 500;

async function plan(input: PlanInput): Promise<PlanOutcome> {
  const end = clock() + input.budget;
  const alone = computePlan({ ...input, budget: Math.min(input.budget, ALONE_MS) }, tell, { clock });
  if (alone.proof.proven || clock() >= end) return alone;
  const referee = await loadReferee();
  return computePlan({ ...input, budget: Math.max(0, end - clock()) }, tell, { clock, referee });
}

try {
  say({ kind: 'DONE', outcome: kind === 'PLAN' ? await plan(input) : simulate(input, { clock }) });
} catch (error) {
  if (!(error instanceof ProofFailed)) throw error;
  say({ kind: 'PROOF_FAILED', details: error.message });
}
