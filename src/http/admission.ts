/** Leaves the place that was taken. */
export type Leave = () => void;

/** How many operations run and wait at once. */
export interface Admission {
  /** A place, at once or after a short wait; null when the house is full: better told now than served too late. */
  readonly enter: () => Leave | Promise<Leave | null> | null;
  readonly running: () => number;
}

/** Lets `places` run, and as many again four times wait for `patienceMs` at most. */
export function createAdmission({ places, patienceMs }: { readonly places: number; readonly patienceMs: number }): Admission {
  let running = 0;
  const waiting = new Set<(leave: Leave | null) => void>();

  function take(): Leave {
    running++;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      running--;
      const [next] = waiting;
      if (next) next(take());
    };
  }

  function wait(): Promise<Leave | null> {
    return new Promise(resolve => {
      const settle = (leave: Leave | null) => {
        clearTimeout(timer);
        waiting.delete(settle);
        resolve(leave);
      };
      const timer = setTimeout(() => settle(null), patienceMs);
      waiting.add(settle);
    });
  }

  return {
    enter: () => (running < places ? take() : waiting.size < places * 4 ? wait() : null),
    running: () => running,
  };
}
