import type { Box } from './box.js';
import { type Block, type BlockPlan, createDraft, endRow, openArcs, planOf, positionsOf, solveDraft } from './draft.js';
import type { Instance } from './instance.js';

/**
 * The best flow of a block when some of its columns must hold something, caps left aside.
 *
 * @param high by need, what it may get at most.
 * @returns null when no flow is in the box.
 */
export const flowWithLoads = (instance: Instance, block: Block, box: Box, high: Float64Array): BlockPlan | null => {
  const served = servedWithLoads(instance, block, box, high);
  return served && placedWithLoads(instance, block, box, served);
};

/**
 * Who is served: one call of `solve` with the roles exchanged. Columns are the rows now, needs the places, and every need has
 * one more row, its *slack*: what it does without, `high - low` at most, which only its own place can take. Rows are served in
 * this order: what columns must hold; what else they can; then the slacks, that of the lowest-ranked need first.
 *
 * Why the result is the best served vector. Plans are the flows that fill every place (served + slack = high), so they are the
 * bases of a polymatroid on the rows, and those that hold what they must are a face of it. Lexicographically best service means
 * least slack for the highest rank, then for the next: a base of greatest weight, where columns weigh nothing and slacks the
 * less the higher their need ranks. The greedy (Edmonds 1970) finds it by taking rows in order of falling weight, and that is
 * what `solve` does on its first level. No plan is in the box iff a must is not met or a place is not filled.
 */
const servedWithLoads = (instance: Instance, { needs, columns }: Block, box: Box, high: Float64Array): Float64Array | null => {
  const position = positionsOf(columns, instance.columnCapacity.length);
  const needsOf: number[][] = Array.from({ length: columns.length }, () => []);
  for (let i = 0; i < needs.length; i++)
    for (const arc of openArcs(instance, box, needs[i]!)) needsOf[position[instance.arcColumn[arc]!]!]!.push(i);

  const draft = createDraft();
  const addRow = (places: readonly number[], quantity: number): void => {
    if (quantity === 0) return;
    for (const place of places) {
      draft.place.push(place);
      draft.arc.push(-1);
    }
    endRow(draft, quantity);
  };
  for (let i = 0; i < columns.length; i++) addRow(needsOf[i]!, box.columnLow[columns[i]!]!);
  const musts = draft.quantity.length;
  for (let i = 0; i < columns.length; i++) addRow(needsOf[i]!, box.columnHigh[columns[i]!]! - box.columnLow[columns[i]!]!);
  const slackRow = new Int32Array(needs.length);
  for (let i = needs.length - 1; i >= 0; i--) {
    slackRow[i] = draft.quantity.length;
    addRow([i], high[needs[i]!]! - box.needLow[needs[i]!]!);
  }
  const most = Float64Array.from(needs, need => high[need]!);
  const { pairQuantity, unserved } = solveDraft(instance, draft, most);
  for (let row = 0; row < musts; row++) if (unserved[row]! > 0) return null;
  const empty = most.slice();
  for (let i = 0; i < pairQuantity.length; i++) empty[draft.place[i]!] = empty[draft.place[i]!]! - pairQuantity[i]!;
  if (empty.some(left => left > 0)) return null;
  return most.map((quantity, i) => {
    const low = box.needLow[needs[i]!]!;
    return quantity === low ? low : low + unserved[slackRow[i]!]!;
  });
};

/**
 * The cheapest way to serve given quantities. A column becomes two places, what it must hold and the rest; *filler* that costs
 * nothing and may only use the rests is exactly as much as there are places beyond what is served. Then everything is served
 * only if every place is full, also the musts, and the second level of `solve` is the least cost.
 */
const placedWithLoads = (instance: Instance, { needs, columns }: Block, box: Box, served: Float64Array): BlockPlan => {
  const position = positionsOf(columns, instance.columnCapacity.length);
  const count = columns.length;
  const capacity = new Float64Array(2 * count);
  let filler = 0n;
  for (let i = 0; i < count; i++) {
    capacity[i] = box.columnLow[columns[i]!]!;
    capacity[count + i] = box.columnHigh[columns[i]!]! - capacity[i]!;
    filler += BigInt(box.columnHigh[columns[i]!]!);
  }
  const draft = createDraft();
  const enter = (place: number, arc: number): void => {
    if (capacity[place] === 0) return;
    draft.place.push(place);
    draft.arc.push(arc);
  };
  for (let i = 0; i < needs.length; i++) {
    if (served[i] === 0) continue;
    for (const arc of openArcs(instance, box, needs[i]!)) {
      const at = position[instance.arcColumn[arc]!]!;
      enter(at, arc);
      enter(count + at, arc);
    }
    endRow(draft, served[i]!);
    filler -= BigInt(served[i]!);
  }
  // Places may be more than the safe integers can count: then the filler is several rows.
  const largest = BigInt(Number.MAX_SAFE_INTEGER);
  for (; filler > 0n; filler -= largest) {
    for (let i = 0; i < count; i++) enter(count + i, -1);
    endRow(draft, Number(filler < largest ? filler : largest));
  }
  const { pairQuantity, unserved } = solveDraft(instance, draft, capacity);
  if (unserved.some(left => left > 0)) throw new Error('quantities that can be served were not: a bug of this engine');
  return planOf(instance, draft, pairQuantity, served);
};
