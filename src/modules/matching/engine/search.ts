import { boxOf, type Decision, type Path } from './box.js';
import { type Breach, createBreachFinder, type Flow } from './branching.js';
import type { Block, BlockPlan } from './draft.js';
import { Heap } from './heap.js';
import type { Instance } from './instance.js';
import { compare, type Worth } from './objective.js';
import { relax } from './relaxation.js';

/** A box and the best flow in it: nothing in the box is worth more. */
interface Node extends Worth {
  readonly path: Path | null;
  readonly plans: readonly BlockPlan[];
  /** A rule that the flow breaks; null when it breaks none and so is the best plan of the box. */
  readonly breach: Breach | null;
}

export interface Found {
  readonly pairQuantity: Float64Array;
  readonly worth: Worth;
  /** What is still possible at most; null when nothing better than what was found. */
  readonly bound: Worth | null;
  readonly nodes: number;
}

/**
 * Branch and bound: boxes of plans, each bounded by its best flow ({@link relax}); a box whose flow breaks a rule is cut in two
 * by one of them. The best box is opened first; from there the search follows the better half down until it is done or worth
 * nothing, which finds good plans early. Only blocks that a decision touches are solved again.
 *
 * @param goOn asked before each box; when it says no, the best plan so far is returned with what the open boxes still promise.
 */
export const search = (instance: Instance, blocks: readonly Block[], goOn: (nodes: number) => boolean): Found => {
  const { problem } = instance;
  const findBreaches = createBreachFinder(instance);
  const blockOfNeed = new Int32Array(problem.needCount);
  const blockOfSession = new Int32Array(problem.sessionCount);
  for (const [at, { needs, columns }] of blocks.entries()) {
    for (const need of needs) blockOfNeed[need] = at;
    for (const column of columns) blockOfSession[instance.columnSession[column]!] = at;
  }
  const blockOf = (decision: Decision): number => {
    if (decision.kind === 'FORBID') return blockOfNeed[instance.pairNeed[decision.pair]!]!;
    if (decision.kind === 'NEED') return blockOfNeed[decision.index]!;
    if (decision.kind === 'COLUMN') return blockOfSession[instance.columnSession[decision.index]!]!;
    return blockOfSession[decision.session]!;
  };
  let nodes = 0;

  /** The flow of a box; null when it is empty or cannot beat `rival`. */
  const evaluate = (before: Node | null, decisions: readonly Decision[], rival: Worth | null): Node | null => {
    nodes++;
    const path: Path = { decisions, before: before?.path ?? null };
    const box = boxOf(instance, path);
    const touched = new Set(decisions.map(blockOf));
    const plans: BlockPlan[] = [];
    for (const [at, block] of blocks.entries()) {
      const plan = before && !touched.has(at) ? before.plans[at]! : relax(instance, block, box);
      if (plan === null) return null;
      plans.push(plan);
    }
    const worth = worthOf(instance, blocks, plans);
    if (rival && compare(worth, rival) <= 0) return null;
    return { ...worth, path, plans, breach: chosen(findBreaches(box, flowOf(instance, plans))) };
  };

  const root = evaluate(null, [], null);
  if (root === null) throw new Error('the plan that serves nobody obeys all rules, but was not found: a bug of this engine');
  let best = root;
  while (best.breach) best = evaluate(best, best.breach.repair, null)!;

  const open = new Heap<Node>((one, other) => compare(one, other) > 0);
  open.push(root);
  let stopped = false;
  while (!stopped && open.size > 0 && compare(open.first, best) > 0) {
    let node: Node | null = open.pop();
    while (node?.breach) {
      if (!goOn(nodes)) {
        stopped = true;
        open.push(node);
        break;
      }
      const children: Node[] = [];
      for (const way of node.breach.ways) {
        const child = evaluate(node, way, best);
        if (child === null) continue;
        if (child.breach) children.push(child);
        else best = child;
      }
      node = null;
      for (const child of children) {
        if (compare(child, best) <= 0) continue;
        if (node === null) node = child;
        else if (compare(child, node) > 0) {
          open.push(node);
          node = child;
        } else open.push(child);
      }
    }
  }
  const bound = open.size > 0 && compare(open.first, best) > 0 ? open.first : null;
  return { pairQuantity: flowOf(instance, best.plans).pairQuantity, worth: best, bound, nodes };
};

/** The breach that concerns the highest rank: there the halves differ most. */
const chosen = (breaches: readonly Breach[]): Breach | null =>
  breaches.reduce<Breach | null>((first, breach) => (first && first.need <= breach.need ? first : breach), null);

const worthOf = (instance: Instance, blocks: readonly Block[], plans: readonly BlockPlan[]): Worth => {
  const served = new Float64Array(instance.problem.needCount);
  let [change, cost] = [0n, 0n];
  for (const [at, plan] of plans.entries()) {
    const { needs } = blocks[at]!;
    for (let i = 0; i < needs.length; i++) served[needs[i]!] = plan.served[i]!;
    change += plan.change;
    cost += plan.cost;
  }
  return { served, change, cost };
};

const flowOf = (instance: Instance, plans: readonly BlockPlan[]): Flow => {
  const { problem, arcPair, arcColumn, pairNeed, columnSession, columnCapacity } = instance;
  const pairQuantity = new Float64Array(problem.pairSession.length);
  const served = new Float64Array(problem.needCount);
  const columnLoad = new Float64Array(columnCapacity.length);
  const sessionLoad = new Float64Array(problem.sessionCount);
  for (const { arcs, amounts } of plans) {
    for (let i = 0; i < arcs.length; i++) {
      const [pair, column, amount] = [arcPair[arcs[i]!]!, arcColumn[arcs[i]!]!, amounts[i]!];
      pairQuantity[pair] = pairQuantity[pair]! + amount;
      served[pairNeed[pair]!] = served[pairNeed[pair]!]! + amount;
      columnLoad[column] = columnLoad[column]! + amount;
      sessionLoad[columnSession[column]!] = sessionLoad[columnSession[column]!]! + amount;
    }
  }
  return { pairQuantity, served, columnLoad, sessionLoad };
};
