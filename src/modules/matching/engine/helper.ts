import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type PartsRoom, planPart } from './parts.js';
import type { Scratch } from './scratch.js';

/** Counters of a job, in shared memory: parts that were taken, that are there to be planned, and that are planned. */
const TAKEN = 0;
const READY = 1;
const DONE = 2;
/** Added to what is done by a helper that fails. */
const FAILED = 1 << 20;

/** What two threads share: parts, and who has got how far. */
export interface Job {
  readonly room: PartsRoom;
  readonly state: Int32Array;
}

/** How long to wait for the other thread: far more than it ever needs, in milliseconds. */
const patience = ({ pairSession }: PartsRoom): number => 10_000 + pairSession.length / 100;

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

/** Plans one part after the other that the other thread has not taken, until there are none. */
export const takeParts = ({ room, state }: Job, scratch: Scratch): void => {
  for (let part = Atomics.add(state, TAKEN, 1); part < room.count; part = Atomics.add(state, TAKEN, 1)) {
    for (let ready = Atomics.load(state, READY); ready <= part; ready = Atomics.load(state, READY))
      if (Atomics.wait(state, READY, ready, patience(room)) === 'timed-out') throw new Error('no part came');
    planPart(room, part, scratch);
    Atomics.add(state, DONE, 1);
    Atomics.notify(state, DONE);
  }
};

/** Says that this thread will not do what it has taken. */
export const fail = ({ state }: Job): void => {
  Atomics.add(state, DONE, FAILED);
  Atomics.notify(state, DONE);
};

/** Whether there is a second thread to be helped by: one for each thread, started at the first question; it keeps no process alive. */
export const hasHelper = (): boolean => {
  if (!alone && !helper) {
    try {
      helper = start();
    } catch {
      alone = true;
    }
  }
  return helper !== undefined;
};

/**
 * Plans all parts, with the helper where there is one: each takes the next part as soon as it has planned one, and the helper begins
 * while parts are still being copied. A helper that is still starting finds nothing left to do.
 *
 * @param room in shared memory where there is a helper.
 * @param copy writes a part into the room.
 * @returns whether all plans are there; a helper that fails is not asked again.
 */
export const planParts = (room: PartsRoom, copy: (part: number) => void, scratch: Scratch): boolean => {
  // Of this job only: a helper that comes too late must see that, whatever lies in the room now.
  const job: Job = { room, state: new Int32Array(new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT)) };
  const { state } = job;
  helper?.postMessage(job);
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
