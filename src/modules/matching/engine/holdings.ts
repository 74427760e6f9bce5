import type { Problem } from './types.js';

/** Who holds what, ready to be walked both ways. */
export interface Holdings {
  readonly pairQuantity: Float64Array;
  /** By need: what no session serves. */
  readonly unserved: Float64Array;
  /** By session: places that nobody holds. */
  readonly free: Float64Array;
  readonly pairNeed: Int32Array;
  /** The pairs with a quantity of each session, as a linked list; -1 ends it. */
  readonly holderFirst: Int32Array;
  readonly holderNext: Int32Array;
  /** All pairs of each session `s`: `columnPair[columnStart[s]]` up to, not including, `columnPair[columnStart[s + 1]]`. */
  readonly columnStart: Int32Array;
  readonly columnPair: Int32Array;
  /** Moves so much from one pair to another; -1: from nowhere, to nowhere. `unserved` and `free` are the caller's to mind. */
  readonly shift: (from: number, to: number, quantity: number) => void;
}

/** The holdings of a plan, which is copied. What it leaves open and free follows from it. */
export const holdingsOf = (problem: Problem, planned: Float64Array): Holdings => {
  const { needCount, sessionCount, pairStart, pairSession } = problem;
  const pairCount = pairSession.length;
  const pairQuantity = Float64Array.from(planned);
  const unserved = Float64Array.from(problem.needQuantity);
  const free = Float64Array.from(problem.sessionCapacity);
  const pairNeed = new Int32Array(pairCount);
  const holderFirst = new Int32Array(sessionCount).fill(-1);
  const holderNext = new Int32Array(pairCount);
  const holderPrevious = new Int32Array(pairCount);

  const hold = (pair: number): void => {
    const session = pairSession[pair]!;
    const head = holderFirst[session]!;
    holderNext[pair] = head;
    holderPrevious[pair] = -1;
    if (head >= 0) holderPrevious[head] = pair;
    holderFirst[session] = pair;
  };

  const release = (pair: number): void => {
    const next = holderNext[pair]!;
    const previous = holderPrevious[pair]!;
    if (previous >= 0) holderNext[previous] = next;
    else holderFirst[pairSession[pair]!] = next;
    if (next >= 0) holderPrevious[next] = previous;
  };

  const columnStart = new Int32Array(sessionCount + 2);
  for (const session of pairSession) columnStart[session + 2]!++;
  for (let session = 0; session < sessionCount; session++)
    columnStart[session + 2] = columnStart[session + 2]! + columnStart[session + 1]!;
  const columnPair = new Int32Array(pairCount);
  for (let need = 0; need < needCount; need++) {
    const end = pairStart[need + 1]!;
    for (let pair = pairStart[need]!; pair < end; pair++) {
      const session = pairSession[pair]!;
      pairNeed[pair] = need;
      columnPair[columnStart[session + 1]!++] = pair;
      const quantity = pairQuantity[pair]!;
      if (quantity === 0) continue;
      hold(pair);
      unserved[need] = unserved[need]! - quantity;
      free[session] = free[session]! - quantity;
    }
  }

  const shift = (from: number, to: number, quantity: number): void => {
    if (from >= 0) {
      pairQuantity[from] = pairQuantity[from]! - quantity;
      if (pairQuantity[from] === 0) release(from);
    }
    if (to >= 0) {
      if (pairQuantity[to] === 0) hold(to);
      pairQuantity[to] = pairQuantity[to]! + quantity;
    }
  };

  return { pairQuantity, unserved, free, pairNeed, holderFirst, holderNext, columnStart, columnPair, shift };
};
