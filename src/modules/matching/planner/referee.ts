import highsModule, { type Highs, type Model } from 'highs';
import type { Constraints } from '../engine/constraints.js';
import type { Referee } from '../engine/referee.js';
import type { Problem } from '../engine/solver.js';

/**
 * HiGHS calculates with floating point: a switch (0 or 1) may be off by 10^-6, and lets that share of the quantity it switches
 * through. With quantities up to 10^4 that is 0.01 of a unit at most, which rounding removes; of larger ones it may not judge.
 */
const MOST = 10_000;
/** The same bound for objectives: far below the 2^53 / 10^6 from which a unit is lost in the tolerance. */
const MOST_SPENT = 1e9;

/** Seconds; HiGHS takes no infinite limit here. */
const LONGEST = 1e6;

/** A mixed-integer program being written down row by row. */
interface Program {
  readonly upper: number[];
  readonly rowStart: number[];
  readonly index: number[];
  readonly value: number[];
  readonly rowLower: number[];
  readonly rowUpper: number[];
}

type Term = readonly [column: number, factor: number];

const addColumn = (program: Program, upper: number): number => program.upper.push(upper) - 1;

const addRow = (program: Program, lower: number, upper: number, terms: readonly Term[]): number => {
  for (const [column, factor] of terms) {
    program.index.push(column);
    program.value.push(factor);
  }
  program.rowStart.push(program.index.length);
  program.rowUpper.push(upper);
  return program.rowLower.push(lower) - 1;
};

/** By session, its places as far as anybody asks for them: more say nothing, and would only be large numbers. */
const placesOf = ({ needCount, pairStart, pairSession, needQuantity, sessionCapacity }: Problem): Float64Array => {
  const asked = new Float64Array(sessionCapacity.length);
  for (let need = 0; need < needCount; need++)
    for (let pair = pairStart[need]!; pair < pairStart[need + 1]!; pair++)
      asked[pairSession[pair]!] = asked[pairSession[pair]!]! + needQuantity[need]!;
  return asked.map((quantity, session) => Math.min(quantity, sessionCapacity[session]!));
};

/** Columns 0 to `pairs - 1` are the quantities by pair, rows 0 to `needs - 1` what needs receive. */
const write = (problem: Problem, rules: Constraints, places: Float64Array): Program => {
  const { needCount, sessionCount, pairStart, pairSession, needQuantity, sessionCapacity } = problem;
  const program: Program = { upper: [], rowStart: [0], index: [], value: [], rowLower: [], rowUpper: [] };
  const none = Number.NEGATIVE_INFINITY;
  const ofSession: Term[][] = Array.from({ length: sessionCount }, () => []);
  const ofNeed: Term[][] = Array.from({ length: needCount }, () => []);
  const pairNeed: number[] = [];
  for (let need = 0; need < needCount; need++) {
    for (let pair = pairStart[need]!; pair < pairStart[need + 1]!; pair++) {
      const session = pairSession[pair]!;
      const column = addColumn(program, Math.min(needQuantity[need]!, places[session]!));
      ofNeed[need]!.push([column, 1]);
      ofSession[session]!.push([column, 1]);
      pairNeed.push(need);
    }
  }
  const pairUpper = [...program.upper];
  for (let need = 0; need < needCount; need++) addRow(program, 0, needQuantity[need]!, ofNeed[need]!);
  for (let session = 0; session < sessionCount; session++) addRow(program, 0, places[session]!, ofSession[session]!);

  /** A column that is 1 when any of the terms is used; then they are at least `least` together. */
  const addSwitch = (terms: readonly Term[], least: number, most: number): number => {
    const column = addColumn(program, 1);
    addRow(program, none, 0, [...terms, [column, -most]]);
    if (least > 0) addRow(program, 0, Number.POSITIVE_INFINITY, [...terms, [column, -Math.min(least, most + 1)]]);
    return column;
  };
  const held = new Map<number, number>();
  const switchOf = (session: number): number => {
    const known = held.get(session) ?? addSwitch(ofSession[session]!, rules.sessionMinimum[session] ?? 0, places[session]!);
    held.set(session, known);
    return known;
  };
  for (const [session, least] of rules.sessionMinimum.entries()) if (least > 0) switchOf(session);
  for (const [need, least] of rules.needMinimum.entries()) if (least > 0) addSwitch(ofNeed[need]!, least, needQuantity[need]!);
  const used = new Map<number, number>();
  const usedOf = (pair: number): number => {
    const known = used.get(pair) ?? (pairUpper[pair]! <= 1 ? pair : addSwitch([[pair, 1]], 0, pairUpper[pair]!));
    used.set(pair, known);
    return known;
  };
  const exclude = (list: Int32Array, columnOf: (thing: number) => number): void => {
    for (let i = 0; i < list.length; i += 2) {
      const both: Term[] = [
        [columnOf(list[i]!), 1],
        [columnOf(list[i + 1]!), 1],
      ];
      addRow(program, none, 1, both);
    }
  };
  exclude(rules.exclusivePairs, usedOf);
  exclude(rules.exclusiveSessions, switchOf);

  for (let i = 0; i < rules.togetherNeeds.length; i += 2) {
    const needs = [rules.togetherNeeds[i]!, rules.togetherNeeds[i + 1]!];
    if (needs.some(need => needQuantity[need] === 0)) continue;
    const shared = new Map<number, number>();
    for (const need of needs) {
      for (let pair = pairStart[need]!; pair < pairStart[need + 1]!; pair++) {
        const session = pairSession[pair]!;
        const column = shared.get(session) ?? addColumn(program, 1);
        shared.set(session, column);
        addRow(program, 0, 0, [
          [pair, 1],
          [column, -needQuantity[need]!],
        ]);
      }
    }
    for (const [session, column] of shared) {
      const isShared = needs.every(need => pairSession.subarray(pairStart[need]!, pairStart[need + 1]!).includes(session));
      if (!isShared) program.upper[column] = 0;
    }
    addRow(
      program,
      none,
      1,
      [...shared.values()].map(column => [column, 1]),
    );
  }

  for (const { needs, limit } of rules.caps)
    addRow(
      program,
      none,
      limit,
      [...needs].flatMap(need => ofNeed[need]!),
    );

  const reserved = new Map<number, Map<number, number>>();
  for (const quota of rules.quotas) {
    const groups = reserved.get(quota.session) ?? new Map<number, number>();
    reserved.set(quota.session, groups.set(quota.group, (groups.get(quota.group) ?? 0) + quota.places));
  }
  for (const [session, groups] of reserved) {
    const open = sessionCapacity[session]! - [...groups.values()].reduce((sum, own) => sum + own, 0);
    const byGroup = new Map<number, Term[]>();
    for (const [pair] of ofSession[session]!) {
      const group = rules.needGroup[pairNeed[pair]!]!;
      byGroup.set(group, [...(byGroup.get(group) ?? []), [pair, 1]]);
    }
    // What a group takes beyond its own places, it takes from the open ones.
    const beyond = [...byGroup].map(([group, terms]): Term => {
      const column = addColumn(program, Math.min(open, places[session]!));
      addRow(program, none, Math.min(groups.get(group) ?? 0, places[session]!), [...terms, [column, -1]]);
      return [column, 1];
    });
    addRow(program, none, Math.min(open, places[session]!), beyond);
  }
  return program;
};

/** Needs in rank order, in runs short enough that one objective can weigh them lexicographically: each run's weights stay below {@link MOST}. */
const runsOf = ({ needRank, needQuantity }: Problem): readonly (readonly Term[])[] => {
  const order = [...needRank.keys()].sort((a, b) => needRank[a]! - needRank[b]!);
  const runs: Term[][] = [];
  let weight = Number.POSITIVE_INFINITY;
  for (const need of order) {
    if (needQuantity[need] === 0) continue;
    if (weight * needQuantity[need]! > MOST) {
      runs.push([]);
      weight = 1;
    }
    runs.at(-1)!.push([need, weight]);
    weight *= needQuantity[need]! + 1;
  }
  return runs.reverse();
};

const judge = (highs: Highs, model: Model, program: Program, problem: Problem, milliseconds: number): Float64Array | null => {
  const { pairSession, pairCost, pairChange, needCount, pairStart } = problem;
  const started = performance.now();
  const all = { kind: 'range', from: 0, to: program.upper.length - 1 } as const;
  /** Minimizes; the best values, or null when time ran out. */
  const minimize = (costs: Float64Array): Float64Array | null => {
    const left = (milliseconds - (performance.now() - started)) / 1000;
    if (left <= 0) return null;
    model.changeColsCost(all, costs);
    model.zeroAllClocks();
    model.options.set('time_limit', Math.min(left, LONGEST));
    model.run();
    if (model.getModelStatus() !== highs.constants.modelStatus.optimal) return null;
    const colValue = model.getSolution().colValue;
    model.setSolution({ colValue });
    return colValue;
  };
  const perPair = (costOf: (pair: number) => number): Float64Array => {
    const costs = new Float64Array(program.upper.length);
    for (let pair = 0; pair < pairSession.length; pair++) costs[pair] = costOf(pair);
    return costs;
  };
  const pairNeed = new Int32Array(pairSession.length);
  for (let need = 0; need < needCount; need++) pairNeed.fill(need, pairStart[need]!, pairStart[need + 1]!);
  for (const run of runsOf(problem)) {
    const weight = new Float64Array(needCount);
    for (const [need, factor] of run) weight[need] = factor;
    const values = minimize(perPair(pair => -weight[pairNeed[pair]!]!));
    if (values === null) return null;
    for (const [need] of run) {
      let served = 0;
      for (let pair = pairStart[need]!; pair < pairStart[need + 1]!; pair++) served += Math.round(values[pair]!);
      model.changeRowBounds(need, served, served);
    }
  }
  if (pairChange) {
    const values = minimize(perPair(pair => pairChange[pair]!));
    if (values === null) return null;
    let changes = 0;
    for (let pair = 0; pair < pairSession.length; pair++) changes += pairChange[pair]! * Math.round(values[pair]!);
    const changed = [...pairChange.keys()].filter(pair => pairChange[pair] === 1);
    model.addRow(0, changes, { indices: changed, values: changed.map(() => 1) });
  }
  const values = minimize(perPair(pair => pairCost[pair]!));
  return values && Float64Array.from(pairSession, (_, pair) => Math.round(values[pair]!));
};

/**
 * Loads HiGHS (WebAssembly, one thread, blocks while it works) as the engine's referee. The optimum on all levels is found one
 * level after the other: a run of needs weighed against each other, their quantities then held fixed; last the cost.
 */
export const loadReferee = async (): Promise<Referee> => {
  // The package declares itself as CommonJS but is loaded as a module, so its types have the loader one level too deep.
  const highs = await (highsModule as unknown as typeof highsModule.default)();
  return (problem, rules, milliseconds) => {
    const { needCount, pairStart, pairCost, needQuantity } = problem;
    let spent = 0;
    for (let need = 0; need < needCount; need++) {
      const dearest = pairCost.subarray(pairStart[need]!, pairStart[need + 1]!).reduce((most, cost) => Math.max(most, cost), 0);
      spent += dearest * needQuantity[need]!;
    }
    const places = placesOf(problem);
    const isLarge = (quantity: number): boolean => quantity > MOST;
    if (spent > MOST_SPENT || needQuantity.some(isLarge) || places.some(isLarge)) return null;
    const program = write(problem, rules, places);
    const count = program.upper.length;
    if (count === 0) return new Float64Array(0);
    try {
      return highs.withModel(
        {
          numCols: count,
          numRows: program.rowLower.length,
          colCost: new Float64Array(count),
          colLower: new Float64Array(count),
          colUpper: program.upper,
          rowLower: program.rowLower,
          rowUpper: program.rowUpper,
          matrix: {
            format: 'csr',
            numRows: program.rowLower.length,
            numCols: count,
            starts: program.rowStart,
            indices: program.index,
            values: program.value,
          },
          integrality: new Int32Array(count).fill(highs.constants.variableType.integer),
        },
        model => {
          // All objectives are whole numbers: what is less than 1 from the best bound is the best.
          model.options.set({ output_flag: false, mip_rel_gap: 0, mip_abs_gap: 0.5 });
          return judge(highs, model, program, problem, milliseconds);
        },
      );
    } catch {
      // Out of its memory, or stuck in its numbers: a solver that fails cannot tell, and the plan goes on without it.
      return null;
    }
  };
};
