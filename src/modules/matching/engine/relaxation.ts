import type { Box } from './box.js';
import { exceedsCaps, narrowToCaps } from './caps.js';
import { type Block, type BlockPlan, createDraft, endRow, openArcs, planOf, positionsOf, solveDraft } from './draft.js';
import type { Instance } from './instance.js';
import { flowWithLoads } from './loads.js';
import { compare } from './objective.js';

/**
 * The best flow of a block within a box, and a bound on what any plan in it is worth: the exact optimum, on all levels, of
 * bounds on needs, forbidden pairs, and either caps or what columns must hold. Where both are at stake, the flow holds what it
 * must and may exceed caps, and the worth is that of the lesser of the two optima.
 *
 * @returns null when no plan is in the box.
 */
export const relax = (instance: Instance, block: Block, box: Box): BlockPlan | null => {
  const { needs, columns, caps } = block;
  if (needs.some(need => box.needLow[need]! > box.needHigh[need]!)) return null;
  if (columns.some(column => box.columnLow[column]! > box.columnHigh[column]!)) return null;
  if (exceedsCaps(caps, box)) return null;
  const high = box.needHigh.slice();
  narrowToCaps(caps, box, new Float64Array(high.length), high);
  const free = flowUnderCaps(instance, block, box, high.slice());
  if (free === null) return null;
  const load = new Float64Array(instance.columnCapacity.length);
  for (let i = 0; i < free.arcs.length; i++) {
    const column = instance.arcColumn[free.arcs[i]!]!;
    load[column] = load[column]! + free.amounts[i]!;
  }
  if (columns.every(column => load[column]! >= box.columnLow[column]!)) return free;
  const loaded = flowWithLoads(instance, block, box, high);
  if (loaded === null || compare(loaded, free) <= 0) return loaded;
  const { served, change, cost } = free;
  return { ...loaded, served, change, cost };
};

/**
 * The best flow under caps when no column must hold anything.
 *
 * A need that must get something becomes two rows: its must, above all others, and the rest at its own rank. Serving in this
 * order never takes back what was served, so all musts are met if any flow meets them, and each later row gets the most that is
 * possible beside them. Caps: see {@link narrowToCaps}.
 *
 * @param high by need, what it may get at most as far as is known; narrowed here.
 */
const flowUnderCaps = (instance: Instance, { needs, columns, caps }: Block, box: Box, high: Float64Array): BlockPlan | null => {
  const position = positionsOf(columns, instance.columnCapacity.length);
  const capacity = Float64Array.from(columns, column => box.columnHigh[column]!);
  const open = Array.from(needs, need => openArcs(instance, box, need));
  for (;;) {
    const draft = createDraft();
    const rowNeed: number[] = [];
    const addRow = (i: number, quantity: number): void => {
      if (quantity === 0) return;
      for (const arc of open[i]!) {
        draft.place.push(position[instance.arcColumn[arc]!]!);
        draft.arc.push(arc);
      }
      endRow(draft, quantity);
      rowNeed.push(i);
    };
    for (let i = 0; i < needs.length; i++) addRow(i, box.needLow[needs[i]!]!);
    const musts = rowNeed.length;
    for (let i = 0; i < needs.length; i++) addRow(i, high[needs[i]!]! - box.needLow[needs[i]!]!);
    const { pairQuantity, unserved } = solveDraft(instance, draft, capacity);
    for (let row = 0; row < musts; row++) if (unserved[row]! > 0) return null;
    const served = new Float64Array(needs.length);
    for (const [row, i] of rowNeed.entries()) served[i] = served[i]! + draft.quantity[row]! - unserved[row]!;
    if (caps.length > 0) {
      const byNeed = new Float64Array(high.length);
      for (let i = 0; i < needs.length; i++) byNeed[needs[i]!] = served[i]!;
      if (narrowToCaps(caps, box, byNeed, high)) continue;
    }
    return planOf(instance, draft, pairQuantity, served);
  }
};
