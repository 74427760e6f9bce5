import { parentPort } from 'node:worker_threads';
import { JOB, type Job } from './helper.js';
import { plan } from './plan.js';
import { Scratch } from './scratch.js';

/** The helper thread: plans what it is handed, unless it comes too late. */
parentPort?.on('message', ({ half, answer, usedCount, state }: Job) => {
  if (Atomics.compareExchange(state, 0, JOB.offered, JOB.taken) !== JOB.offered) return;
  let outcome: number = JOB.failed;
  try {
    const own = Scratch.lend(ArrayBuffer, scratch => plan(half.transport, half.costs, half.order, scratch));
    answer.usedNeed.set(own.usedNeed);
    answer.usedPair.set(own.usedPair);
    answer.usedQuantity.set(own.usedQuantity);
    answer.unserved.set(own.unserved);
    answer.sessionPrice.set(own.sessionPrice);
    answer.sessionClaim.set(own.sessionClaim);
    usedCount[0] = own.usedPair.length;
    outcome = JOB.done;
  } finally {
    Atomics.store(state, 0, outcome);
    Atomics.notify(state, 0);
  }
});
