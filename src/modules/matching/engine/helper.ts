import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type PartsRoom, planPart } from './parts.js';
import type { Scratch } from './scratch.js';

/** Counters of a job, in shared memory: helpers that came, parts that were taken, that are there to be planned, and that are planned. */
const CAME = 0;
const TAKEN = 1;
const READY = 2;
const DONE = 3;
const COUNTERS = 4;
/** Added to what is done by a helper that fails. */
const FAILED = 1 << 20;

/** What threads share: parts, and who has got how far. */
export interface Job {
  readonly room: PartsRoom;
  readonly state: Int32Array;
}

/** So many helpers work on a job, one for each core that this thread leaves idle. More find nothing to do: the largest parts decide. */
const AT_WORK = Math.max(1, Math.min(3, availableParallelism() - 1));
/**
 * To a short job one more is called than is needed, and whoever comes last goes again. A kernel may put a thread that wakes after a
 * while on the core of the one that woke it, and leave it there for milliseconds although another core is idle; the next to wake goes
 * to that one. Measured on two cores, where a plan takes 4 ms and all have slept before: with one helper half of the plans take half
 * as long again. A long job can wait for that, and needs no room in one more thread.
 */
const CALLED = AT_WORK + 1;
const PAIRS_OF_SHORT_JOB = 1_000_000;

/** How long to wait for another thread: far more than it ever needs, in milliseconds. */
const patience = ({ pairSession }: PartsRoom): number => 10_000 + pairSession.length / 100;

const helpers: Worker[] = [];
/** Once a helper could not be started or did not answer, this thread goes on alone. */
let alone = false;

const dismiss = (): void => {
  alone = true;
  for (const helper of helpers.splice(0)) void helper.terminate();
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

/** Plans one part after the other that no other thread has taken, until there are none. */
export const takeParts = ({ room, state }: Job, scratch: Scratch): void => {
  for (let part = Atomics.add(state, TAKEN, 1); part < room.count; part = Atomics.add(state, TAKEN, 1)) {
    for (let ready = Atomics.load(state, READY); ready <= part; ready = Atomics.load(state, READY))
      if (Atomics.wait(state, READY, ready, patience(room)) === 'timed-out') throw new Error('no part came');
    planPart(room, part, scratch);
    Atomics.add(state, DONE, 1);
    Atomics.notify(state, DONE);
  }
};

/** Whether one more helper is of use. */
export const isNeeded = ({ state }: Job): boolean => Atomics.add(state, CAME, 1) < AT_WORK;

/** Says that this thread will not do what it has taken. */
export const fail = ({ state }: Job): void => {
  Atomics.add(state, DONE, FAILED);
  Atomics.notify(state, DONE);
};

/** Whether there are threads to be helped by: this thread's own, started at the first question; they keep no process alive. */
export const hasHelpers = (): boolean => {
  try {
    while (!alone && helpers.length < CALLED) helpers.push(start());
  } catch {
    dismiss();
  }
  return helpers.length > 0;
};

/**
 * Plans all parts, with the helpers where there are any: each takes the next part as soon as it has planned one, and they begin
 * while parts are still being copied. A helper that is still starting finds nothing left to do.
 *
 * @param room in shared memory where there are helpers.
 * @param copy writes a part into the room.
 * @returns whether all plans are there; where a helper fails none is asked again.
 */
export const planParts = (room: PartsRoom, copy: (part: number) => void, scratch: Scratch): boolean => {
  // Of this job only: a helper that comes too late must see that, whatever lies in the room now.
  const job: Job = { room, state: new Int32Array(new SharedArrayBuffer(COUNTERS * Int32Array.BYTES_PER_ELEMENT)) };
  const { state } = job;
  const called = room.pairSession.length < PAIRS_OF_SHORT_JOB ? CALLED : AT_WORK;
  for (const helper of helpers.slice(0, called)) helper.postMessage(job);
  for (let part = 0; part < room.count; part++) {
    copy(part);
    Atomics.store(state, READY, part + 1);
    Atomics.notify(state, READY);
  }
  takeParts(job, scratch);
  for (let done = Atomics.load(state, DONE); done < room.count; done = Atomics.load(state, DONE))
    if (Atomics.wait(state, DONE, done, patience(room)) === 'timed-out') break;
  if (Atomics.load(state, DONE) === room.count) return true;
  dismiss();
  return false;
};
