import type { Constraints } from './constraints.js';
import type { Problem } from './types.js';

/**
 * Sessions with quotas made plain: each session is one *column* of places or several, and a pair is an *arc* to each column that
 * its need may use.
 *
 * Why this is exact. With `r` places reserved for each group and `o` open to all, loads `l` by group fit iff
 * `Σ max(0, l - r) ≤ o`. That is so iff they can be laid into columns of `r` and `o` places: each group fills its own column
 * first, and only what is beyond goes to the open one. All columns of a session cost the same.
 */
export interface Columns {
  /** Columns of session `j`: from `columnStart[j]` up to, not including, `columnStart[j + 1]`. */
  readonly columnStart: Int32Array;
  readonly columnSession: Int32Array;
  readonly columnCapacity: Float64Array;
  /** Arcs of need `i`: from `arcStart[i]` up to, not including, `arcStart[i + 1]`. */
  readonly arcStart: Int32Array;
  readonly arcPair: Int32Array;
  readonly arcColumn: Int32Array;
}

export const columnsOf = (problem: Problem, { quotas, needGroup }: Constraints): Columns => {
  const { needCount, sessionCount, pairStart, pairSession, sessionCapacity } = problem;
  const quotasOf: (typeof quotas)[number][][] = Array.from({ length: sessionCount }, () => []);
  for (const quota of quotas) quotasOf[quota.session]!.push(quota);
  const columnStart = new Int32Array(sessionCount + 1);
  const columns: { readonly session: number; readonly group: number | null; readonly places: number }[] = [];
  for (const [session, reserved] of quotasOf.entries()) {
    const open = sessionCapacity[session]! - reserved.reduce((sum, { places }) => sum + places, 0);
    columns.push({ session, group: null, places: open }, ...reserved);
    columnStart[session + 1] = columns.length;
  }
  const arcStart = new Int32Array(needCount + 1);
  const [arcPair, arcColumn]: [number[], number[]] = [[], []];
  for (let need = 0; need < needCount; need++) {
    for (let pair = pairStart[need]!; pair < pairStart[need + 1]!; pair++) {
      const session = pairSession[pair]!;
      for (let column = columnStart[session]!; column < columnStart[session + 1]!; column++) {
        const { group } = columns[column]!;
        if (group !== null && group !== needGroup[need]) continue;
        arcPair.push(pair);
        arcColumn.push(column);
      }
    }
    arcStart[need + 1] = arcPair.length;
  }
  return {
    columnStart,
    columnSession: Int32Array.from(columns, ({ session }) => session),
    columnCapacity: Float64Array.from(columns, ({ places }) => places),
    arcStart,
    arcPair: Int32Array.from(arcPair),
    arcColumn: Int32Array.from(arcColumn),
  };
};
