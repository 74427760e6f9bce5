import { parentPort } from 'node:worker_threads';
import { JOB, type Job } from './helper.js';
import { plan } from './plan.js';

/** The helper thread: plans what it is handed, unless it comes too late. */
parentPort?.on('message', ({ half, answer, state }: Job) => {
  if (Atomics.compareExchange(state, 0, JOB.offered, JOB.taken) !== JOB.offered) return;
  let outcome: number = JOB.failed;
  try {
    const { pairQuantity, unserved, sessionPrice } = plan(half.problem, half.costs, half.order);
    answer.pairQuantity.set(pairQuantity);
    answer.unserved.set(unserved);
    answer.sessionPrice.set(sessionPrice);
    outcome = JOB.done;
  } finally {
    Atomics.store(state, 0, outcome);
    Atomics.notify(state, 0);
  }
});
