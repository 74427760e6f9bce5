import { parentPort, workerData } from 'node:worker_threads';
import { mayEntangle } from './constraints-of.js';
import { ProofFailed } from './engine/solver.js';
import { computePlan, type PlanInput, type PlanOutcome, type Tools } from './planning.js';
import { loadReferee } from './referee.js';
import { type SimulationInput, type SimulationOutcome, simulate } from './simulation.js';

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

/** The referee is loaded only where a plan may need it: it takes a while. */
async function toolsFor({ needs, sessions, weights }: PlanInput): Promise<Tools> {
  return mayEntangle(needs, sessions, weights.caps ?? []) ? { clock, referee: await loadReferee() } : { clock };
}

try {
  const outcome = kind === 'PLAN' ? computePlan(input, tell, await toolsFor(input)) : simulate(input, await toolsFor(input.plan));
  say({ kind: 'DONE', outcome });
} catch (error) {
  if (!(error instanceof ProofFailed)) throw error;
  say({ kind: 'PROOF_FAILED', details: error.message });
}
