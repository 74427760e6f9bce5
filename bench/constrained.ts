import { cpus } from 'node:os';
import { solveConstrained } from '../src/modules/matching/engine/constrained.js';
import type { Problem } from '../src/modules/matching/engine/solver.js';
import { loadReferee } from '../src/modules/matching/planner/referee.js';
import { awkward } from './support/awkward.js';
import { median, round, table } from './support/figures.js';
import { estate } from './support/instances.js';

/**
 * Times the awkward rules on branches of 300 needs and 100 sessions (support/awkward.ts): our search alone, with HiGHS as its
 * referee, and HiGHS alone. `npx tsx bench/constrained.ts [seeds] [seconds]` prints milliseconds, the median and the longest
 * over the seeds; each run ends after the seconds. Money is left out, since HiGHS may not judge it.
 */
const [seeds = 5, seconds = 20] = process.argv.slice(2).map(Number);
const budget = seconds * 1000;
const clock = (): number => performance.now();

const withoutMoney = (problem: Problem): Problem => ({
  ...problem,
  needQuantity: problem.needQuantity.map(quantity => (quantity < 1000 ? quantity : 0)),
});

const timed = <T>(run: () => T): readonly [result: T, milliseconds: number] => {
  const start = clock();
  const result = run();
  return [result, clock() - start];
};

const referee = await loadReferee();
const rows: (readonly (string | number)[])[] = [];
for (const [word, supply] of [
  ['scarce', 0.75],
  ['balanced', 1],
  ['ample', 1.4],
] as const) {
  for (const [crowd, slots] of [
    ['few overlaps', 56],
    ['many overlaps', 20],
  ] as const) {
    for (const minimums of [0, 0.2, 0.4]) {
      const [alone, together, highs, flows]: [number[], number[], number[], number[]] = [[], [], [], []];
      let [proven, agreed, judged] = [0, 0, 0];
      for (let seed = 1; seed <= seeds; seed++) {
        const problem = withoutMoney(estate({ needs: 300, sessions: 100, pairsPerNeed: 30, supply, seed }));
        const rules = awkward(problem, { minimums, slots, seed });
        const [ours, ourTime] = timed(() => solveConstrained(problem, rules, { budget, clock }));
        const [, bothTime] = timed(() => solveConstrained(problem, rules, { budget, clock, referee }));
        const [theirs, theirTime] = timed(() => referee(problem, rules, budget));
        alone.push(ourTime);
        together.push(bothTime);
        highs.push(theirTime);
        flows.push(ours.nodes);
        if (ours.proven) proven++;
        if (theirs) judged++;
        if (theirs && ours.proven && isSame(problem, ours.pairQuantity, theirs)) agreed++;
      }
      const times = (values: readonly number[]): string => `${round(median(values))} (${round(Math.max(...values))})`;
      rows.push([
        `${word}, ${crowd}, ${minimums * 100} % minimums`,
        `${round(median(flows))} (${Math.max(...flows)})`,
        times(alone),
        `${proven}/${seeds}`,
        times(together),
        times(highs),
        `${judged}/${seeds}`,
        `${agreed}`,
      ]);
    }
  }
}

/** Whether two plans serve every need the same at the same cost. */
function isSame(problem: Problem, one: Float64Array, other: Float64Array): boolean {
  let cost = 0;
  for (let need = 0; need < problem.needCount; need++) {
    let more = 0;
    for (let pair = problem.pairStart[need]!; pair < problem.pairStart[need + 1]!; pair++) {
      more += one[pair]! - other[pair]!;
      cost += (one[pair]! - other[pair]!) * problem.pairCost[pair]!;
    }
    if (more !== 0) return false;
  }
  return cost === 0;
}

console.log(
  `${cpus()[0]?.model ?? 'unknown processor'} × ${cpus().length}, Node ${process.version}, median (most) of ${seeds}\n`,
);
console.log(
  table(
    ['300 needs × 100 sessions', 'flows', 'search, ms', 'proven', 'with referee, ms', 'HiGHS, ms', 'proven', 'same plan worth'],
    rows,
  ),
);
