import type { Box } from './box.js';
import type { Instance } from './instance.js';
import { spentOn } from './objective.js';
import { solve } from './solver.js';
import type { Problem, Solution } from './types.js';

/** Needs and sessions that are connected by pairs or caps: what one flow decides together. */
export interface Block {
  /** In rank order. */
  readonly needs: Int32Array;
  readonly columns: Int32Array;
  readonly caps: readonly { readonly needs: Int32Array; readonly limit: number }[];
}

/** The best flow of a block within a box; only the arcs that are used. */
export interface BlockPlan {
  readonly arcs: Int32Array;
  readonly amounts: Float64Array;
  /** By need of the block. */
  readonly served: Float64Array;
  readonly change: bigint;
  readonly cost: bigint;
}

/** A transport problem being written down row by row. */
interface Draft {
  readonly rowStart: number[];
  readonly quantity: number[];
  readonly place: number[];
  /** The arc of each entry; -1 is filler, which costs nothing. */
  readonly arc: number[];
}

const createDraft = (): Draft => ({ rowStart: [0], quantity: [], place: [], arc: [] });

const endRow = (draft: Draft, quantity: number): void => {
  draft.quantity.push(quantity);
  draft.rowStart.push(draft.place.length);
};

/** Solves a draft whose rows are in rank order already. */
const solveDraft = (draft: Draft, capacity: Float64Array, costs: Instance | null): Solution => {
  const rows = draft.quantity.length;
  const pairOf = (arc: number): number => (arc < 0 || costs === null ? -1 : costs.arcPair[arc]!);
  const pairChange = costs?.problem.pairChange;
  const problem: Problem = {
    needCount: rows,
    sessionCount: capacity.length,
    pairStart: Int32Array.from(draft.rowStart),
    pairSession: Int32Array.from(draft.place),
    pairCost: Int32Array.from(draft.arc, arc => costs?.problem.pairCost[pairOf(arc)] ?? 0),
    ...(pairChange && { pairChange: Uint8Array.from(draft.arc, arc => pairChange[pairOf(arc)] ?? 0) }),
    needQuantity: Float64Array.from(draft.quantity),
    needRank: Int32Array.from(draft.quantity, (_, row) => rows - row),
    sessionCapacity: capacity,
  };
  return solve(problem);
};

/**
 * The exact optimum of a block within a box, on all levels, for every rule that a flow can hold: bounds on needs and columns,
 * forbidden pairs, and caps as long as no column must hold anything. Whatever else is asked only makes plans rarer, so this
 * bounds all plans in the box.
 *
 * @returns null when no plan is in the box.
 */
export const relax = (instance: Instance, block: Block, box: Box): BlockPlan | null => {
  const { needs, columns } = block;
  for (const need of needs) if (box.needLow[need]! > box.needHigh[need]!) return null;
  for (const column of columns) if (box.columnLow[column]! > box.columnHigh[column]!) return null;
  const free = servingUnderCaps(instance, block, box);
  if (free === null) return null;
  const load = new Map<number, number>();
  for (let i = 0; i < free.arcs.length; i++) {
    const column = instance.arcColumn[free.arcs[i]!]!;
    load.set(column, (load.get(column) ?? 0) + free.amounts[i]!);
  }
  const short = (column: number): boolean => (load.get(column) ?? 0) < box.columnLow[column]!;
  if (!columns.some(short)) return free;
  const served = servedWithLoads(instance, block, box);
  return served && placeWithLoads(instance, block, box, served);
};

const isOpen = (instance: Instance, box: Box, arc: number): boolean =>
  box.forbidden[instance.arcPair[arc]!] === 0 && box.columnHigh[instance.arcColumn[arc]!]! > 0;

/** Where each column of a block stands among the places of a draft. */
const positionsOf = (instance: Instance, columns: Int32Array): Int32Array => {
  const position = new Int32Array(instance.columnCapacity.length);
  for (let i = 0; i < columns.length; i++) position[columns[i]!] = i;
  return position;
};

/**
 * The flow without lower bounds on columns.
 *
 * Lower bounds on needs: a need becomes two rows, what it must get above all others and the rest at its own rank. Serving in
 * this order never takes back what was served, so the musts are all met if any plan meets them, and each later row then gets
 * the most that is possible beside them.
 *
 * Caps: in the order of rows, a need may get the limit less what the rows before it get (their quantities are settled by then:
 * a row's service depends on the rows before it only). So a cap is nothing but a smaller quantity for the needs it binds, and
 * once all quantities served are settled it has no say in the costs. The quantities are found by repetition: with every round
 * at least one more capped need, in rank order, has its right quantity for good, as all before it have theirs.
 */
const servingUnderCaps = (instance: Instance, { needs, columns, caps }: Block, box: Box): BlockPlan | null => {
  const { needLow, needHigh } = box;
  const high = new Map<number, number>();
  for (const need of needs) high.set(need, needHigh[need]!);
  const served = new Map<number, number>();
  /** Lowers quantities to what the caps leave beside `served`; true when that changed any. */
  const settle = (): boolean => {
    const left = new Map<number, number>();
    for (const cap of caps) {
      let room = cap.limit;
      for (const need of cap.needs) room -= needLow[need]!;
      for (const need of cap.needs) {
        const rest = Math.max(0, room);
        left.set(need, Math.min(left.get(need) ?? rest, rest));
        room -= Math.max(0, (served.get(need) ?? 0) - needLow[need]!);
      }
    }
    let changed = false;
    for (const [need, rest] of left) {
      const most = Math.min(needHigh[need]!, needLow[need]! + rest);
      if (most === high.get(need)) continue;
      high.set(need, most);
      changed = true;
    }
    return changed;
  };
  for (const cap of caps) if (cap.needs.reduce((sum, need) => sum + needLow[need]!, 0) > cap.limit) return null;
  settle();
  const position = positionsOf(instance, columns);
  const capacity = Float64Array.from(columns, column => box.columnHigh[column]!);
  for (;;) {
    const draft = createDraft();
    const rowNeed: number[] = [];
    const add = (need: number, quantity: number): void => {
      if (quantity === 0) return;
      for (let arc = instance.arcStart[need]!; arc < instance.arcStart[need + 1]!; arc++) {
        if (!isOpen(instance, box, arc)) continue;
        draft.place.push(position[instance.arcColumn[arc]!]!);
        draft.arc.push(arc);
      }
      rowNeed.push(need);
      endRow(draft, quantity);
    };
    for (const need of needs) add(need, needLow[need]!);
    const musts = rowNeed.length;
    for (const need of needs) add(need, high.get(need)! - needLow[need]!);
    const { pairQuantity, unserved } = solveDraft(draft, capacity, instance);
    for (let row = 0; row < musts; row++) if (unserved[row]! > 0) return null;
    served.clear();
    for (let row = 0; row < rowNeed.length; row++)
      served.set(rowNeed[row]!, (served.get(rowNeed[row]!) ?? 0) + draft.quantity[row]! - unserved[row]!);
    if (caps.length > 0 && settle()) continue;
    return planOf(instance, needs, draft.arc, pairQuantity, need => served.get(need) ?? 0);
  }
};

/**
 * Who is served when some columns must hold something: one call of `solve` with the roles exchanged. Columns are the rows now,
 * needs the places, and every need `i` has one more row, its *slack*: what it does without, at most `high - low`, which only
 * its own place can take. Rows are served in this order: what columns must hold; what else they can; then the slacks, that of
 * the lowest-ranked need first.
 *
 * Why the result is the best served vector. Plans are the flows that fill every place (served + slack = high), so they are the
 * bases of a polymatroid on the rows, and those that hold what they must are a face of it. Lexicographically best service means
 * least slack for the highest rank, then for the next: a base of greatest weight, where columns weigh nothing and slacks the
 * less the higher their need ranks. The greedy (Edmonds 1970) finds it by taking rows in order of falling weight, and that is
 * what `solve` does, level 1. The box is empty iff a must is not met or a place is not filled.
 */
const servedWithLoads = (instance: Instance, { needs, columns }: Block, box: Box): Float64Array | null => {
  const position = new Int32Array(instance.problem.needCount);
  for (let i = 0; i < needs.length; i++) position[needs[i]!] = i;
  const open = openArcsByColumn(instance, needs, box);
  const draft = createDraft();
  const addColumn = (column: number, quantity: number): void => {
    if (quantity === 0) return;
    for (const arc of open.get(column) ?? []) {
      draft.place.push(position[instance.pairNeed[instance.arcPair[arc]!]!]!);
      draft.arc.push(-1);
    }
    endRow(draft, quantity);
  };
  for (const column of columns) addColumn(column, box.columnLow[column]!);
  const musts = draft.quantity.length;
  for (const column of columns) addColumn(column, box.columnHigh[column]! - box.columnLow[column]!);
  const slackRow = new Int32Array(needs.length).fill(-1);
  for (let i = needs.length - 1; i >= 0; i--) {
    const slack = box.needHigh[needs[i]!]! - box.needLow[needs[i]!]!;
    if (slack === 0) continue;
    slackRow[i] = draft.quantity.length;
    draft.place.push(i);
    draft.arc.push(-1);
    endRow(draft, slack);
  }
  const high = Float64Array.from(needs, need => box.needHigh[need]!);
  const { pairQuantity, unserved } = solveDraft(draft, high, null);
  for (let row = 0; row < musts; row++) if (unserved[row]! > 0) return null;
  const missing = Float64Array.from(high);
  for (let i = 0; i < draft.place.length; i++) missing[draft.place[i]!] = missing[draft.place[i]!]! - pairQuantity[i]!;
  if (missing.some(left => left > 0)) return null;
  return high.map((most, i) => (slackRow[i]! < 0 ? most : most - draft.quantity[slackRow[i]!]! + unserved[slackRow[i]!]!));
};

const openArcsByColumn = (instance: Instance, needs: Int32Array, box: Box): ReadonlyMap<number, readonly number[]> => {
  const arcs = new Map<number, number[]>();
  for (const need of needs) {
    for (let arc = instance.arcStart[need]!; arc < instance.arcStart[need + 1]!; arc++) {
      if (!isOpen(instance, box, arc)) continue;
      const known = arcs.get(instance.arcColumn[arc]!);
      if (known) known.push(arc);
      else arcs.set(instance.arcColumn[arc]!, [arc]);
    }
  }
  return arcs;
};

/**
 * The cheapest way to serve given quantities when some columns must hold something. A column becomes two places, what it must
 * hold and the rest; *filler* that costs nothing and may only use the rests is exactly as much as there are places beyond what
 * is served. Then everything is served only if every place is full, so also the musts, and level 2 of `solve` is the least cost.
 */
const placeWithLoads = (instance: Instance, { needs, columns }: Block, box: Box, served: Float64Array): BlockPlan => {
  const position = positionsOf(instance, columns);
  const count = columns.length;
  const capacity = new Float64Array(2 * count);
  let filler = 0n;
  for (let i = 0; i < count; i++) {
    capacity[i] = box.columnLow[columns[i]!]!;
    capacity[count + i] = box.columnHigh[columns[i]!]! - capacity[i]!;
    filler += BigInt(box.columnHigh[columns[i]!]!);
  }
  const draft = createDraft();
  for (let i = 0; i < needs.length; i++) {
    const need = needs[i]!;
    if (served[i] === 0) continue;
    filler -= BigInt(served[i]!);
    for (let arc = instance.arcStart[need]!; arc < instance.arcStart[need + 1]!; arc++) {
      if (!isOpen(instance, box, arc)) continue;
      const at = position[instance.arcColumn[arc]!]!;
      for (const place of [at, count + at]) {
        if (capacity[place] === 0) continue;
        draft.place.push(place);
        draft.arc.push(arc);
      }
    }
    endRow(draft, served[i]!);
  }
  const largest = BigInt(Number.MAX_SAFE_INTEGER);
  while (filler > 0n) {
    const quantity = filler < largest ? filler : largest;
    for (let i = 0; i < count; i++) {
      if (capacity[count + i] === 0) continue;
      draft.place.push(count + i);
      draft.arc.push(-1);
    }
    endRow(draft, Number(quantity));
    filler -= quantity;
  }
  const { pairQuantity, unserved } = solveDraft(draft, capacity, instance);
  if (unserved.some(left => left > 0)) throw new Error('quantities that can be served were not: a bug of this engine');
  let at = 0;
  return planOf(instance, needs, draft.arc, pairQuantity, () => served[at++]!);
};

/** Gathers the used arcs, those of both rows or places of one as one. */
const planOf = (
  instance: Instance,
  needs: Int32Array,
  arcs: readonly number[],
  quantities: Float64Array,
  servedOf: (need: number) => number,
): BlockPlan => {
  const used = new Map<number, number>();
  for (let i = 0; i < arcs.length; i++)
    if (quantities[i]! > 0 && arcs[i]! >= 0) used.set(arcs[i]!, (used.get(arcs[i]!) ?? 0) + quantities[i]!);
  const list = Int32Array.from(used.keys());
  const amounts = Float64Array.from(used.values());
  return {
    arcs: list,
    amounts,
    served: Float64Array.from(needs, servedOf),
    ...spentOn(
      instance.problem,
      list.map(arc => instance.arcPair[arc]!),
      amounts,
    ),
  };
};
