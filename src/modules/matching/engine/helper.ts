import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Half } from './halves.js';
import type { Plan } from './plan.js';
import type { Scratch } from './scratch.js';

/** What becomes of a job, in `state[0]`: each step is taken by one thread only, by an atomic exchange. */
export const JOB = { offered: 0, taken: 1, done: 2, withdrawn: 3, failed: 4 } as const;

/** What the helper is handed; all arrays are in shared memory. */
export interface Job {
  readonly half: Pick<Half, 'transport' | 'costs' | 'order'>;
  /** Room for the plan; `usedCount[0]` of the pairs listed are used. */
  readonly answer: Plan;
  readonly usedCount: Int32Array;
  readonly state: Int32Array;
}

/** How long to wait for a helper that has taken a job: far more than it ever needs, in milliseconds. */
const patience = (pairs: number): number => 10_000 + pairs / 100;

let helper: Worker | undefined;
/** Once a helper could not be started or did not answer, this thread goes on alone. */
let alone = false;

const dismiss = (): void => {
  alone = true;
  void helper?.terminate();
  helper = undefined;
};

/** Built code runs as it is; the TypeScript sources need their loader in the new thread, too. */
const start = (): Worker => {
  const isSource = import.meta.url.endsWith('.ts');
  const loader = (): string => `--import=${pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href}`;
  const worker = new Worker(new URL(`./helper.worker.${isSource ? 'ts' : 'js'}`, import.meta.url), {
    name: 'matching helper',
    execArgv: isSource ? [loader()] : [],
  });
  worker.on('error', dismiss);
  worker.on('exit', dismiss);
  worker.unref();
  return worker;
};

/**
 * Offers a half to the one helper thread of this thread, which is started at the first offer and does not keep the process alive.
 *
 * @returns what to call for the plan: it waits for it where the helper has taken the job. Undefined is the answer where the helper
 *   has not (it is still starting, or there is none) or failed: then the half is the caller's again.
 */
export const offer = ({ transport, costs, order }: Half, shared: Scratch): (() => Plan | undefined) => {
  if (!alone && !helper) {
    try {
      helper = start();
    } catch {
      alone = true;
    }
  }
  if (!helper) return () => undefined;
  const { needCount, sessionCount, pairSession } = transport;
  // Of this job only: a helper that finds an older one must see that it was withdrawn, whatever lies in its memory now.
  const state = new Int32Array(new SharedArrayBuffer(4));
  const usedCount = shared.dirtyInt32(1);
  const most = needCount + sessionCount;
  const answer: Plan = {
    usedNeed: shared.dirtyInt32(most),
    usedPair: shared.dirtyInt32(most),
    usedQuantity: shared.dirtyFloat64(most),
    unserved: shared.dirtyFloat64(needCount),
    sessionPrice: shared.dirtyFloat64(sessionCount),
    sessionClaim: shared.dirtyInt32(sessionCount),
  };
  helper.postMessage({ half: { transport, costs, order }, answer, usedCount, state } satisfies Job);
  return () => {
    if (Atomics.compareExchange(state, 0, JOB.offered, JOB.withdrawn) === JOB.offered) return undefined;
    if (Atomics.wait(state, 0, JOB.taken, patience(pairSession.length)) === 'timed-out') dismiss();
    if (Atomics.load(state, 0) !== JOB.done) return undefined;
    const used = usedCount[0]!;
    return {
      ...answer,
      usedNeed: answer.usedNeed.subarray(0, used),
      usedPair: answer.usedPair.subarray(0, used),
      usedQuantity: answer.usedQuantity.subarray(0, used),
    };
  };
};
