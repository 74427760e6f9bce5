/** What is still to happen, in the order of time; of two things at one moment, what was added first. */
export interface Agenda {
  add(at: number, happen: (now: number) => void): void;
  /** Lets everything happen, also what is added on the way. */
  run(): void;
}

interface Entry {
  readonly at: number;
  readonly number: number;
  readonly happen: (now: number) => void;
}

const isBefore = (a: Entry, b: Entry): boolean => a.at < b.at || (a.at === b.at && a.number < b.number);

/** A binary heap. */
export function createAgenda(): Agenda {
  const heap: Entry[] = [];
  let added = 0;
  const swap = (a: number, b: number): void => {
    [heap[a], heap[b]] = [heap[b]!, heap[a]!];
  };
  const take = (): Entry | undefined => {
    if (!heap.length) return undefined;
    swap(0, heap.length - 1);
    const first = heap.pop();
    for (let at = 0; ; ) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2])
        if (child < heap.length && isBefore(heap[child]!, heap[least]!)) least = child;
      if (least === at) return first;
      swap(at, least);
      at = least;
    }
  };
  return {
    add(at, happen) {
      heap.push({ at, number: added++, happen });
      for (let child = heap.length - 1; child > 0; ) {
        const parent = (child - 1) >> 1;
        if (!isBefore(heap[child]!, heap[parent]!)) break;
        swap(child, parent);
        child = parent;
      }
    },
    run() {
      for (let entry = take(); entry; entry = take()) entry.happen(entry.at);
    },
  };
}
