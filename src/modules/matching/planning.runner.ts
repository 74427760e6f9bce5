import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { ProofFailed } from './engine/solver.js';
import type { PlanInput, PlanOutcome } from './planning.js';
import type { ThreadMessage } from './planning.worker.js';

/** The thread was stopped before it had an answer. */
export class Interrupted extends Error {}

const threads = new Set<Worker>();

/** Built code runs as it is; the TypeScript sources (tests, development) need their loader in the new thread, too. */
function startThread(input: PlanInput): Worker {
  const isSource = import.meta.url.endsWith('.ts');
  const loader = (): string => pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  return new Worker(new URL(`./planning.worker.${isSource ? 'ts' : 'js'}`, import.meta.url), {
    name: 'matching',
    workerData: input,
    execArgv: isSource ? ['--import', loader()] : [],
  });
}

/**
 * Computes a plan in a thread of its own, so that requests are served meanwhile.
 *
 * @throws ProofFailed when the solver's answer did not prove itself; Interrupted when the thread was stopped.
 */
export function planInThread(input: PlanInput, onProgress: (percent: number) => void): Promise<PlanOutcome> {
  const thread = startThread(input);
  threads.add(thread);
  const outcome = new Promise<PlanOutcome>((resolve, reject) => {
    thread.on('message', (message: ThreadMessage) => {
      if (message.kind === 'PROGRESS') onProgress(message.percent);
      else if (message.kind === 'DONE') resolve(message.outcome);
      else reject(new ProofFailed(message.details));
    });
    thread.on('error', reject);
    thread.on('exit', () => reject(new Interrupted('the matching thread ended without an answer')));
  });
  return outcome.finally(() => threads.delete(thread));
}

/** Stops all threads; their runs end as interrupted. */
export const stopThreads = (): Promise<unknown> => Promise.all([...threads].map(thread => thread.terminate()));
