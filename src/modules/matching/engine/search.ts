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
  /** Whether the flow breaks no rule, and so is the best plan of the box. */
  readonly isPlan: boolean;
}

/** A plan that obeys all rules. */
export interface Candidate {
  readonly pairQuantity: Float64Array;
  readonly worth: Worth;
}

export interface Found extends Candidate {
  /** What is still possible at most; null when nothing better than what was found. */
  readonly bound: Worth | null;
  readonly nodes: number;
  /** Whether it was another solver that said that nothing is better. */
  readonly judged: boolean;
}

export interface SearchOptions {
  /** Asked before each cut; when it says no, the best plan so far is returned with what the open boxes still promise. */
  readonly goOn: () => boolean;
  /** The best plan as another solver has it, if it can tell. */
  readonly ask: (() => Candidate | null) | null;
  /** After so many flows. */
  readonly askAfter: number;
}

/** A search that can be taken up again where it was left. */
export type Search = (options: SearchOptions) => Found;

/** How many breaches of a flow are tried before one is chosen to cut by. */
const TRIED = 16;

/**
 * Branch and bound: boxes of plans, each bounded by its best flow ({@link relax}); a box whose flow breaks a rule is cut by it.
 * The best box is opened first; from there the search follows the best part down until it is done or worth nothing, which finds
 * good plans early. Only blocks that a decision touches are solved again. Where that takes long, another solver is asked once,
 * and believed if its plan is neither worse than the best that is known nor better than what the open boxes promise.
 */
export const createSearch = (instance: Instance, blocks: readonly Block[]): Search => {
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

  /** The flow of a box; null when the box is empty or cannot beat `rival`. */
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
    return { ...worth, path, plans, isPlan: findBreaches(box, flowOf(instance, plans)).length === 0 };
  };

  /** Found anew where they are wanted: they take much room, and of most boxes they are never wanted. */
  const breachesOf = ({ path, plans }: Node): readonly Breach[] => findBreaches(boxOf(instance, path), flowOf(instance, plans));

  const root = evaluate(null, [], null);
  if (root === null) throw new Error('the plan that serves nobody obeys all rules, but was not found: a bug of this engine');
  let best = root;
  while (!best.isPlan) {
    const breaches = breachesOf(best);
    const some = breaches.slice(0, Math.ceil(breaches.length / 4));
    best = evaluate(
      best,
      some.flatMap(({ repair }) => repair),
      null,
    )!;
  }

  /**
   * Cuts a box by the breach of the first few whose best part is worth least; parts come best first. A breach of which no part
   * is left ends the box, and one with a single part costs nothing.
   */
  const partsOf = (node: Node, goOn: () => boolean): readonly Node[] => {
    let chosen: readonly Node[] | null = null;
    for (const { ways } of breachesOf(node).slice(0, TRIED)) {
      const parts: Node[] = [];
      for (const way of ways) {
        const part = evaluate(node, way, best);
        if (part === null) continue;
        if (part.isPlan) best = part;
        else parts.push(part);
      }
      parts.sort((one, other) => compare(other, one));
      if (chosen === null || isSmaller(parts, chosen)) chosen = parts;
      if (parts.length <= 1) return parts;
      if (!goOn()) break;
    }
    return chosen ?? [];
  };

  const open = new Heap<Node>((one, other) => compare(one, other) > 0);
  open.push(root);
  let judgment: Candidate | null = null;
  let asked = false;
  const isOpen = (): boolean => judgment === null && open.size > 0 && compare(open.first, best) > 0;
  const found = (): Found => ({
    ...(judgment ?? { pairQuantity: flowOf(instance, best.plans).pairQuantity, worth: best }),
    bound: isOpen() ? open.first : null,
    nodes,
    judged: judgment !== null,
  });
  return ({ goOn, ask, askAfter }) => {
    while (isOpen()) {
      if (ask && !asked && nodes >= askAfter) {
        asked = true;
        const answer = ask();
        if (answer && compare(answer.worth, best) >= 0 && compare(answer.worth, open.first) <= 0) judgment = answer;
      }
      let node = judgment ? undefined : open.pop();
      while (node && compare(node, best) > 0) {
        if (!goOn()) {
          open.push(node);
          return found();
        }
        const [first, ...others]: readonly Node[] = partsOf(node, goOn);
        for (const other of others) open.push(other);
        node = first;
      }
    }
    return found();
  };
};

/** Whether less is left of a box in some parts than in others: by the best part first. */
const isSmaller = (parts: readonly Node[], others: readonly Node[]): boolean => {
  for (let i = 0; i < Math.min(parts.length, others.length); i++) {
    const difference = compare(parts[i]!, others[i]!);
    if (difference !== 0) return difference < 0;
  }
  return parts.length < others.length;
};

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
