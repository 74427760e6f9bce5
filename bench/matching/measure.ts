import { type Problem, solve, verify } from '../../src/modules/matching/engine/solver.js';
import { cases } from './cases.js';
import { openLemon } from './lemon.js';

/**
 * Measures one case in a process of its own and prints {@link Measured} as JSON: `measure.ts <case> <runs> [LEMON program]`.
 * Ours and theirs run in turns.
 */
export interface Measured {
  readonly pairs: number;
  /** Milliseconds, run by run: a plan, its proof anew, and LEMON's for both levels and for level 2 alone. */
  readonly times: number[];
  readonly proofs: number[];
  readonly wholes: number[];
  readonly placings: number[];
}

/**
 * A server has planned before: for so long, or so many times, plans are made without timing them, so that the code is compiled, in
 * the helper threads as well.
 */
const WARM = { milliseconds: 4000, runs: 200 };
/** What takes no time is run more often than asked, for as long as this and up to so many times. */
const ENOUGH = { milliseconds: 2000, runs: 50 };

const costOf = ({ pairCost }: Problem, pairQuantity: Float64Array): bigint => {
  let cost = 0n;
  for (const [pair, quantity] of pairQuantity.entries()) if (quantity > 0) cost += BigInt(pairCost[pair]!) * BigInt(quantity);
  return cost;
};

const timed = <T>(work: () => T): readonly [T, number] => {
  const start = performance.now();
  const result = work();
  return [result, performance.now() - start];
};

const [name, runs, program] = process.argv.slice(2);
const problem = cases.find(one => one.name === name)?.make();
if (!problem) throw new RangeError(`no case is called ${name}`);
const measured: Measured = { pairs: problem.pairSession.length, times: [], proofs: [], wholes: [], placings: [] };
const lemon = program ? openLemon(program, problem) : undefined;
const warming = performance.now();
for (let run = 0; run < WARM.runs && performance.now() - warming < WARM.milliseconds; run++) solve(problem);
const start = performance.now();
for (let run = 0; run < Number(runs) || (run < ENOUGH.runs && performance.now() - start < ENOUGH.milliseconds); run++) {
  const [solution, time] = timed(() => solve(problem));
  measured.times.push(time);
  measured.proofs.push(timed(() => verify(problem, solution))[1]);
  if (!lemon) continue;
  const whole = await lemon.whole();
  const placing = await lemon.placing(solution.unserved);
  if (solution.unserved.some((left, need) => left !== whole.unserved[need])) throw new Error('level 1 differs from LEMON');
  const cost = costOf(problem, solution.pairQuantity);
  if (cost !== whole.cost || cost !== placing.cost) throw new Error(`level 2 differs: ${cost}, ${whole.cost}, ${placing.cost}`);
  measured.wholes.push(whole.milliseconds);
  measured.placings.push(placing.milliseconds);
}
lemon?.stop();
console.log(JSON.stringify(measured));
