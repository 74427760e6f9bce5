import { type ConstrainedOptions, type Gap, solveConstrained, verifyConstrained } from './constrained.js';
import type { Constraints } from './constraints.js';
import { changeWeight } from './costs.js';
import { ProofFailed, solve } from './solver.js';
import type { Problem, Solution } from './types.js';
import { inRankOrder } from './validate.js';

/** How long a search may take, on which clock, and who is asked when it gets long. */
export type SearchOptions = ConstrainedOptions;

/** A solution whose prices may count changes of proposals, too. */
export interface SteadySolution extends Solution {
  /** What one change weighs in `sessionPrice`; 0: nothing was proposed, so prices are costs. */
  readonly changeWeight: number;
}

/** The same under rules about more than one pair. */
export interface SteadyConstrainedSolution extends SteadySolution {
  /** No plan that obeys the rules is better. */
  readonly proven: boolean;
  readonly gap: Gap | null;
  /** Needs that were planned by search, because the best flow broke a rule among them; prices prove nothing there. */
  readonly entangled: ReadonlySet<number>;
}

/**
 * The best plan that keeps what was proposed: first the served quantities, lexicographically best in rank order; then as little
 * as possible taken from the proposals, Σ max(0, proposed - pairQuantity); then least cost.
 *
 * A proposal for a part of a need is kept up to its quantity and no further, which a cost per pair cannot say. So a need becomes
 * one row for each of its proposals and one for the rest, neighbors in rank, with the same pairs: rows with the same pairs are
 * served one after the other up to the same total, and in each row every pair but the proposed one is a change. With the world as
 * it was, the one plan without a change is the one that is out. Only a need that is proposed several sessions and now gets less
 * than all of them together may keep less than it could: its first rows are the ones that are served.
 *
 * The plan is proven as that of the problem with these rows.
 *
 * @param proposed by pair: what is proposed and waits for an answer.
 */
export const solveSteady = (problem: Problem, proposed: Float64Array): SteadySolution => {
  if (nothingIn(proposed)) return { ...solve(problem), changeWeight: 0 };
  const rows = rowsOf(problem, proposed, () => false);
  const { pairQuantity, unserved, sessionPrice } = solve(rows.problem);
  return { ...joined(problem, rows, pairQuantity, unserved), sessionPrice, changeWeight: changeWeight(rows.problem) };
};

/**
 * The same among the plans that obey rules. Rows of a need stand for it in every rule that looks at its pairs. Where a rule looks
 * at the need as a whole (a minimum portion, going together) it stays one row, in which every pair but the proposed ones is a
 * change: exact for a need that is proposed whole, and for others a beginning.
 *
 * @throws ProofFailed when the plan does not prove itself.
 */
export const solveSteadyConstrained = (
  problem: Problem,
  proposed: Float64Array,
  constraints: Constraints,
  options: SearchOptions,
): SteadyConstrainedSolution => {
  if (nothingIn(proposed)) {
    const { islands, nodes: _, ...solution } = proven(problem, constraints, options);
    return { ...solution, changeWeight: 0, entangled: new Set(islands.flatMap(({ needs }) => [...needs])) };
  }
  const together = new Set(constraints.togetherNeeds);
  const rows = rowsOf(problem, proposed, need => together.has(need) || (constraints.needMinimum[need] ?? 0) > 0);
  const {
    pairQuantity,
    unserved,
    gap,
    islands,
    nodes: _,
    ...solution
  } = proven(rows.problem, ofRows(problem, rows, constraints), options);
  return {
    ...solution,
    ...joined(problem, rows, pairQuantity, unserved),
    gap: gap?.kind === 'SERVED' ? ofNeed(rows, gap, unserved) : gap,
    changeWeight: changeWeight(rows.problem),
    entangled: new Set(islands.flatMap(({ needs }) => Array.from(needs, row => rows.needOf[row]!))),
  };
};

const nothingIn = (quantities: Float64Array): boolean => quantities.every(quantity => quantity === 0);

function proven(problem: Problem, constraints: Constraints, options: SearchOptions) {
  const solution = solveConstrained(problem, constraints, options);
  const violations = verifyConstrained(problem, constraints, solution);
  if (violations.length > 0)
    throw new ProofFailed(`the plan fails its proof in ${violations.length} places, first: ${JSON.stringify(violations[0])}`);
  return solution;
}

/** A problem in which a need is one or several rows; those of a need follow each other. */
interface Rows {
  readonly problem: Problem;
  readonly needOf: readonly number[];
  /** By pair of a row: the pair of the need. */
  readonly origin: Int32Array;
  /** By need: its first row and the one after its last. */
  readonly firstOf: Int32Array;
  readonly endOf: Int32Array;
}

function rowsOf(problem: Problem, proposed: Float64Array, isWhole: (need: number) => boolean): Rows {
  const { needCount, sessionCount, pairStart, pairSession, pairCost, needQuantity, needRank, sessionCapacity } = problem;
  const needOf: number[] = [];
  const quantities: number[] = [];
  /** The one pair that is no change; -1: none is; -2: those that are proposed. */
  const keeps: number[] = [];
  const add = (need: number, quantity: number, keep: number): void => {
    needOf.push(need);
    quantities.push(quantity);
    keeps.push(keep);
  };
  const [firstOf, endOf] = [new Int32Array(needCount), new Int32Array(needCount)];
  for (const need of inRankOrder(needRank)) {
    firstOf[need] = needOf.length;
    const [start, end] = [pairStart[need]!, pairStart[need + 1]!];
    let left = needQuantity[need]!;
    if (isWhole(need)) add(need, left, nothingIn(proposed.subarray(start, end)) ? -1 : -2);
    else {
      for (let pair = start; pair < end && left > 0; pair++) {
        if (proposed[pair] === 0) continue;
        const quantity = Math.min(left, proposed[pair]!);
        left -= quantity;
        add(need, quantity, pair);
      }
      if (left > 0) add(need, left, -1);
    }
    endOf[need] = needOf.length;
  }

  const count = needOf.length;
  const start = new Int32Array(count + 1);
  for (const [row, need] of needOf.entries()) start[row + 1] = start[row]! + pairStart[need + 1]! - pairStart[need]!;
  const origin = new Int32Array(start[count]!);
  const change = new Uint8Array(start[count]!);
  for (const [row, need] of needOf.entries()) {
    const keep = keeps[row]!;
    for (let at = start[row]!, pair = pairStart[need]!; at < start[row + 1]!; at++, pair++) {
      origin[at] = pair;
      change[at] = keep === -1 || keep === pair || (keep === -2 && proposed[pair]! > 0) ? 0 : 1;
    }
  }
  const split: Problem = {
    needCount: count,
    sessionCount,
    pairStart: start,
    pairSession: Int32Array.from(origin, pair => pairSession[pair]!),
    pairCost: Int32Array.from(origin, pair => pairCost[pair]!),
    pairChange: change,
    needQuantity: Float64Array.from(quantities),
    needRank: Int32Array.from(needOf, (_, row) => count - row),
    sessionCapacity,
  };
  return { problem: split, needOf, origin, firstOf, endOf };
}

/** What rows get, by the needs and pairs that they stand for. */
function joined(problem: Problem, { needOf, origin }: Rows, ofRows: Float64Array, left: Float64Array) {
  const pairQuantity = new Float64Array(problem.pairSession.length);
  const unserved = new Float64Array(problem.needCount);
  for (const [at, pair] of origin.entries()) pairQuantity[pair] = pairQuantity[pair]! + ofRows[at]!;
  for (const [row, need] of needOf.entries()) unserved[need] = unserved[need]! + left[row]!;
  return { pairQuantity, unserved };
}

/** The rules said of rows. Needs that a rule looks at as a whole are one row each. */
function ofRows({ pairStart }: Problem, rows: Rows, rules: Constraints): Constraints {
  const { needOf, firstOf, endOf } = rows;
  const rowsOfNeed = (need: number): readonly number[] =>
    Array.from({ length: endOf[need]! - firstOf[need]! }, (_, i) => firstOf[need]! + i);
  const needOfPair = new Int32Array(pairStart[pairStart.length - 1]!);
  for (let need = 0; need + 1 < pairStart.length; need++) needOfPair.fill(need, pairStart[need]!, pairStart[need + 1]!);
  const copiesOf = (pair: number): readonly number[] => {
    const need = needOfPair[pair]!;
    return rowsOfNeed(need).map(row => rows.problem.pairStart[row]! + pair - pairStart[need]!);
  };
  const exclusivePairs: number[] = [];
  for (let i = 0; i < rules.exclusivePairs.length; i += 2)
    for (const one of copiesOf(rules.exclusivePairs[i]!))
      for (const other of copiesOf(rules.exclusivePairs[i + 1]!)) exclusivePairs.push(one, other);
  const byRow = <T extends Float64Array | Int32Array>(values: T, make: (from: readonly number[]) => T): T =>
    values.length === 0 ? values : make(needOf.map(need => values[need]!));
  return {
    ...rules,
    needMinimum: byRow(rules.needMinimum, from => Float64Array.from(from)),
    needGroup: byRow(rules.needGroup, from => Int32Array.from(from)),
    exclusivePairs: Int32Array.from(exclusivePairs),
    togetherNeeds: rules.togetherNeeds.map(need => firstOf[need]!),
    caps: rules.caps.map(({ needs, limit }) => ({ needs: Int32Array.from([...needs].flatMap(rowsOfNeed)), limit })),
  };
}

/** What is not proven of a row, said of its need: what rows before it get is proven, and those after it might get all they ask. */
function ofNeed(
  { problem, needOf, firstOf, endOf }: Rows,
  { need: row, served, bound }: Gap & { readonly kind: 'SERVED' },
  left: Float64Array,
): Gap {
  const need = needOf[row]!;
  let [before, after, more] = [0, 0, 0];
  for (let other = firstOf[need]!; other < endOf[need]!; other++) {
    if (other === row) continue;
    const got = problem.needQuantity[other]! - left[other]!;
    if (other < row) before += got;
    else {
      after += got;
      more += problem.needQuantity[other]!;
    }
  }
  return { kind: 'SERVED', need, served: before + served + after, bound: before + bound + more };
}
