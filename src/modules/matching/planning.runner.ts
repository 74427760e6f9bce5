import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { ProofFailed } from './engine/solver.js';
import type { PlanInput, PlanOutcome } from './planner/planning.js';
import type { SimulationInput, SimulationOutcome } from './planner/simulation.js';
import type { ThreadMessage, ThreadTask } from './planning.worker.js';

/** The thread was stopped before it had an answer. */
export class Interrupted extends Error {}

const threads = new Set<Worker>();

/** Built code runs as it is; the TypeScript sources (tests, development) need their loader in the new thread, too. */
function startThread(task: ThreadTask): Worker {
  const isSource = import.meta.url.endsWith('.ts');
  const loader = (): string => pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  return new Worker(new URL(`./planning.worker.${isSource ? 'ts' : 'js'}`, import.meta.url), {
    name: 'matching',
    workerData: task,
    execArgv: isSource ? ['--import', loader()] : [],
  });
}

/**
 * Computes in a thread of its own, so that requests are served meanwhile.
 *
 * @throws ProofFailed when the solver's answer did not prove itself; Interrupted when the thread was stopped, here by `signal`.
 */
async function inThread(task: ThreadTask, signal?: AbortSignal, onProgress?: (percent: number) => void): Promise<unknown> {
  if (signal?.aborted) throw new Interrupted('stopped before it began');
  const thread = startThread(task);
  threads.add(thread);
  const stop = (): void => void thread.terminate();
  signal?.addEventListener('abort', stop);
  try {
    return await new Promise<unknown>((resolve, reject) => {
      thread.on('message', (message: ThreadMessage) => {
        if (message.kind === 'PROGRESS') onProgress?.(message.percent);
        else if (message.kind === 'DONE') resolve(message.outcome);
        else reject(new ProofFailed(message.details));
      });
      thread.on('error', reject);
      thread.on('exit', () => reject(new Interrupted('the matching thread ended without an answer')));
    });
  } finally {
    signal?.removeEventListener('abort', stop);
    threads.delete(thread);
  }
}

// The thread answers with the outcome of its own task: what crosses is plain data without a type.
export const planInThread = (input: PlanInput, onProgress: (percent: number) => void, signal?: AbortSignal) =>
  inThread({ kind: 'PLAN', input }, signal, onProgress) as Promise<PlanOutcome>;

export const simulateInThread = (input: SimulationInput, signal: AbortSignal) =>
  inThread({ kind: 'SIMULATION', input }, signal) as Promise<SimulationOutcome>;

/** Stops all threads; their runs end as interrupted. */
export const stopThreads = (): Promise<unknown> => Promise.all([...threads].map(thread => thread.terminate()));
