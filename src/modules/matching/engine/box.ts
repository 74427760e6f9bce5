import type { Instance } from './instance.js';

/** One step of a search: something a plan must do from here on. Every decision is about one thing and only narrows. */
export type Decision =
  | { readonly kind: 'FORBID'; readonly pair: number }
  | { readonly kind: 'NEED'; readonly index: number; readonly low: number; readonly high: number }
  | { readonly kind: 'COLUMN'; readonly index: number; readonly low: number; readonly high: number }
  | { readonly kind: 'CLOSE'; readonly session: number }
  | { readonly kind: 'HOLD'; readonly session: number };

/** Decisions, newest first; branches share what they have in common. */
export interface Path {
  readonly decisions: readonly Decision[];
  readonly before: Path | null;
}

/** All plans that agree with a path: bounds on what needs receive and columns hold, and pairs that are out. */
export interface Box {
  readonly needLow: Float64Array;
  readonly needHigh: Float64Array;
  readonly columnLow: Float64Array;
  readonly columnHigh: Float64Array;
  /** By session: what all its columns hold together at least. A flow can promise it where there is one column. */
  readonly held: Float64Array;
  readonly forbidden: Uint8Array;
}

export const boxOf = (instance: Instance, path: Path | null): Box => {
  const { problem, rules, columnStart, columnCapacity } = instance;
  const box: Box = {
    needLow: new Float64Array(problem.needCount),
    needHigh: Float64Array.from(problem.needQuantity),
    columnLow: new Float64Array(columnCapacity.length),
    columnHigh: Float64Array.from(columnCapacity),
    held: new Float64Array(problem.sessionCount),
    forbidden: new Uint8Array(problem.pairSession.length),
  };
  for (let at = path; at !== null; at = at.before) {
    for (const decision of at.decisions) {
      switch (decision.kind) {
        case 'FORBID':
          box.forbidden[decision.pair] = 1;
          break;
        case 'NEED':
          narrow(box.needLow, box.needHigh, decision);
          break;
        case 'COLUMN':
          narrow(box.columnLow, box.columnHigh, decision);
          break;
        case 'CLOSE':
          box.columnHigh.fill(0, columnStart[decision.session]!, columnStart[decision.session + 1]!);
          break;
        case 'HOLD': {
          const { session } = decision;
          box.held[session] = rules.sessionMinimum[session]!;
          const only = columnStart[session]!;
          if (only + 1 === columnStart[session + 1]) box.columnLow[only] = Math.max(box.columnLow[only]!, box.held[session]!);
          break;
        }
      }
    }
  }
  return box;
};

const narrow = (
  lows: Float64Array,
  highs: Float64Array,
  { index, low, high }: { readonly index: number; readonly low: number; readonly high: number },
): void => {
  lows[index] = Math.max(lows[index]!, low);
  highs[index] = Math.min(highs[index]!, high);
};
