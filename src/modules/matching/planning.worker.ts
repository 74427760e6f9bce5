import { parentPort, workerData } from 'node:worker_threads';
import { mayEntangle } from './constraints-of.js';
import { computePlan, type PlanInput, type PlanOutcome, ProofFailed } from './planning.js';
import { loadReferee } from './referee.js';

/** What the thread says while it works, and once at its end. */
export type ThreadMessage =
  | { readonly kind: 'PROGRESS'; readonly percent: number }
  | { readonly kind: 'DONE'; readonly outcome: PlanOutcome }
  | { readonly kind: 'PROOF_FAILED'; readonly details: string };

const say = (message: ThreadMessage): void => parentPort?.postMessage(message);

let told = 0;
const tell = (percent: number): void => {
  if (percent > told) say({ kind: 'PROGRESS', percent });
  told = Math.max(told, percent);
};

const clock = (): number => performance.now();

try {
  const input = workerData as PlanInput;
  const entangled = mayEntangle(input.needs, input.sessions, input.weights.caps ?? []);
  const tools = entangled ? { clock, referee: await loadReferee() } : { clock };
  say({ kind: 'DONE', outcome: computePlan(input, tell, tools) });
} catch (error) {
  if (!(error instanceof ProofFailed)) throw error;
  say({ kind: 'PROOF_FAILED', details: error.message });
}
