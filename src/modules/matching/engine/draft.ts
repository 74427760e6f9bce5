import type { Box } from './box.js';
import type { Instance } from './instance.js';
import { spentOn, type Worth } from './objective.js';
import { solve } from './solver.js';
import type { Solution } from './types.js';

/** Needs and sessions that are connected by pairs or caps: what one flow decides together. */
export interface Block {
  /** In rank order. */
  readonly needs: Int32Array;
  readonly columns: Int32Array;
  readonly caps: readonly { readonly needs: Int32Array; readonly limit: number }[];
}

/** A flow in a block, only the arcs that are used, and what it is worth by need of the block. */
export interface BlockPlan extends Worth {
  readonly arcs: Int32Array;
  readonly amounts: Float64Array;
}

/** A transport problem being written down row by row, from the highest rank to the lowest. */
export interface Draft {
  readonly rowStart: number[];
  readonly quantity: number[];
  readonly place: number[];
  /** The arc of each entry, whose cost it has; -1 costs nothing. */
  readonly arc: number[];
}

export const createDraft = (): Draft => ({ rowStart: [0], quantity: [], place: [], arc: [] });

/** Ends a row; what was entered since the row before is where its quantity may go. */
export const endRow = (draft: Draft, quantity: number): void => {
  draft.quantity.push(quantity);
  draft.rowStart.push(draft.place.length);
};

export const solveDraft = (instance: Instance, draft: Draft, capacity: Float64Array): Solution => {
  const { arcPair, problem } = instance;
  const { arc } = draft;
  const rows = draft.quantity.length;
  const pairCost = new Int32Array(arc.length);
  const needRank = new Int32Array(rows);
  for (let i = 0; i < arc.length; i++) if (arc[i]! >= 0) pairCost[i] = problem.pairCost[arcPair[arc[i]!]!]!;
  for (let row = 0; row < rows; row++) needRank[row] = rows - row;
  const { pairChange } = problem;
  return solve({
    needCount: rows,
    sessionCount: capacity.length,
    pairStart: new Int32Array(draft.rowStart),
    pairSession: new Int32Array(draft.place),
    pairCost,
    ...(pairChange && { pairChange: Uint8Array.from(arc, at => (at < 0 ? 0 : pairChange[arcPair[at]!]!)) }),
    needQuantity: new Float64Array(draft.quantity),
    needRank,
    sessionCapacity: capacity,
  });
};

/** The arcs of a need that a box leaves it. */
export const openArcs = ({ arcStart, arcPair, arcColumn }: Instance, box: Box, need: number): readonly number[] => {
  const open: number[] = [];
  for (let arc = arcStart[need]!; arc < arcStart[need + 1]!; arc++)
    if (box.forbidden[arcPair[arc]!] === 0 && box.columnHigh[arcColumn[arc]!]! > 0) open.push(arc);
  return open;
};

/** At each member its position in a list; 0 elsewhere. */
export const positionsOf = (members: Int32Array, count: number): Int32Array => {
  const position = new Int32Array(count);
  for (let i = 0; i < members.length; i++) position[members[i]!] = i;
  return position;
};

/** Gathers the used arcs of a solved draft, those of several rows or places of one as one. */
export const planOf = (
  { problem, arcPair }: Instance,
  draft: Draft,
  quantities: Float64Array,
  served: Float64Array,
): BlockPlan => {
  const used = new Map<number, number>();
  for (let i = 0; i < quantities.length; i++) {
    const arc = draft.arc[i]!;
    if (quantities[i]! > 0 && arc >= 0) used.set(arc, (used.get(arc) ?? 0) + quantities[i]!);
  }
  const arcs = new Int32Array([...used.keys()]);
  const amounts = new Float64Array([...used.values()]);
  const pairs = arcs.map(arc => arcPair[arc]!);
  return { arcs, amounts, served, ...spentOn(problem, pairs, amounts) };
};
