import { parentPort } from 'node:worker_threads';
import { fail, isNeeded, type Job, takeParts } from './helper.js';
import { Scratch } from './scratch.js';

/** A helper thread: plans parts that it is shown, as long as there are any. */
parentPort?.on('message', (job: Job) => {
  if (!isNeeded(job)) return;
  let isDone = false;
  try {
    Scratch.lend(ArrayBuffer, scratch => takeParts(job, scratch));
    isDone = true;
  } finally {
    if (!isDone) fail(job);
  }
});
