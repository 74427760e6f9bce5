import { setTimeout as sleep } from 'node:timers/promises';

export interface Repeating {
  /** Done when the turn that is under way is. */
  stop(): Promise<void>;
}

/** Does something again and again, so many milliseconds between the end of one turn and the next; a turn that fails is told of and left. */
export function repeat(milliseconds: number, work: () => Promise<unknown>, onError: (error: unknown) => void): Repeating {
  const stopping = new AbortController();
  const run = async () => {
    while (!stopping.signal.aborted) {
      await work().catch(onError);
      await sleep(milliseconds, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const done = run();
  return {
    stop() {
      stopping.abort();
      return done;
    },
  };
}
