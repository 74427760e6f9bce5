import { parentPort } from 'node:worker_threads';
import { fail, type Job, takeParts } from './helper.js';
import { Scratch } from './scratch.js';

/** The helper thread: plans parts that it is shown, as long as there are any. */
parentPort?.on('message', (job: Job) => {
  let isDone = false;
  try {
    Scratch.lend(ArrayBuffer, scratch => takeParts(job, scratch));
    isDone = true;
  } finally {
    if (!isDone) fail(job);
  }
});
