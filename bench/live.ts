import { createLive } from '../src/modules/matching/engine/live.js';
import { type Problem, type Solution, solve } from '../src/modules/matching/engine/solver.js';
import { quantile, round, table } from './support/figures.js';
import { createRandom, estate } from './support/instances.js';

/**
 * How steady a plan is and how fast single changes are, at subdistrict size, engine alone, and prints Markdown.
 * `npx tsx bench/live.ts [arrivals]`
 */
const SUPPLIES = [
  ['scarce', 0.75],
  ['balanced', 1],
  ['ample', 1.4],
] as const;
const CANCELLED = 0.03;

const [arrivalsText = '400'] = process.argv.slice(2);
const arrivals = Number(arrivalsText);
if (!Number.isInteger(arrivals) || arrivals < 1)
  throw new RangeError(`arrivals must be a whole number above 0, got ${arrivalsText}`);

const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(2)} %`;

/** Using another session than the proposed ones changes the proposal of a need. */
const changesOf = ({ pairStart, needCount, pairSession }: Problem, { pairQuantity }: Solution): Uint8Array => {
  const change = new Uint8Array(pairSession.length);
  for (let need = 0; need < needCount; need++) {
    const [start, end] = [pairStart[need]!, pairStart[need + 1]!];
    if (pairQuantity.subarray(start, end).some(quantity => quantity > 0))
      for (let pair = start; pair < end; pair++) if (pairQuantity[pair] === 0) change[pair] = 1;
  }
  return change;
};

/** Units of a plan, without those in cancelled sessions, and how many of them another plan takes away. */
const brokenBy = (problem: Problem, before: Solution, after: Solution, isCancelled: Uint8Array) => {
  let [untouched, broken] = [0, 0];
  for (const [pair, session] of problem.pairSession.entries()) {
    const held = before.pairQuantity[pair]!;
    if (held === 0 || isCancelled[session] === 1) continue;
    untouched += 1;
    if (after.pairQuantity[pair]! < held) broken += 1;
  }
  return { untouched, broken };
};

const steadiness: (readonly (string | number)[])[] = [];
const online: (readonly (string | number)[])[] = [];
for (const [supply, share] of SUPPLIES) {
  const problem = estate({ needs: 30_000, sessions: 10_000, pairsPerNeed: 30, supply: share, seed: 1 });
  const plan = solve(problem);

  const random = createRandom(5);
  const isCancelled = Uint8Array.from(problem.sessionCapacity, () => (random() < CANCELLED ? 1 : 0));
  const left = { ...problem, sessionCapacity: problem.sessionCapacity.map((places, i) => (isCancelled[i] === 1 ? 0 : places)) };
  const kept = solve({ ...left, pairChange: changesOf(problem, plan) });
  const scratch = solve(left);
  if (kept.unserved.some((quantity, need) => quantity !== scratch.unserved[need]))
    throw new Error('steadiness must not change who is served');
  const { untouched, broken } = brokenBy(problem, plan, kept, isCancelled);
  const anew = brokenBy(problem, plan, scratch, isCancelled).broken;
  const lost = isCancelled.reduce((count, cancelled) => count + cancelled, 0);
  steadiness.push([supply, lost, untouched, broken, percent(broken, untouched), anew, percent(anew, untouched)]);

  const [placing, refilling] = [[] as number[], [] as number[]];
  const started = performance.now();
  const withoutAll = createLive(problem, plan);
  const built = performance.now() - started;
  if (withoutAll.free.length !== problem.sessionCount) throw new Error('the structure is of another problem');
  const newcomers = Array.from({ length: arrivals }, () => Math.floor(random() * problem.needCount));
  const needQuantity = Float64Array.from(problem.needQuantity);
  for (const need of newcomers) needQuantity[need] = 0;
  const live = createLive(problem, solve({ ...problem, needQuantity }));
  for (const need of newcomers) live.unserved[need] = 0;
  for (const need of newcomers) {
    const session = Math.floor(random() * problem.sessionCount);
    live.unserved[need] = problem.needQuantity[need]! - problem.pairStart[need + 1]! + problem.pairStart[need]!;
    live.unserved[need] = problem.needQuantity[need]!;
    for (let pair = problem.pairStart[need]!; pair < problem.pairStart[need + 1]!; pair++)
      live.unserved[need] -= live.pairQuantity[pair]!;
    let begun = performance.now();
    live.placeNeed(need);
    placing.push(performance.now() - begun);
    begun = performance.now();
    live.addPlaces(session, 1);
    refilling.push(performance.now() - begun);
  }
  for (const [change, times] of [
    ['a need arrives', placing],
    ['a place becomes free', refilling],
  ] as const)
    online.push([
      `${supply}, ${change}`,
      round(built),
      (1000 * quantile(times, 0.5)).toFixed(1),
      (1000 * quantile(times, 0.99)).toFixed(0),
      (1000 * Math.max(...times)).toFixed(0),
    ]);
}

console.log(
  `30,000 needs, 10,000 sessions; 3 % of the sessions are cancelled and the plan is made again, with its proposals out and from scratch. Both serve the same needs; a proposal that was not in a cancelled session is broken when its need goes elsewhere or loses a place.\n`,
);
console.log(table(['supply', 'cancelled', 'proposals untouched', 'broken', 'share', 'broken from scratch', 'share'], steadiness));
console.log(`\n${arrivals} of each, one after the other on the same plan:\n`);
console.log(table(['supply, change', 'built in ms', 'p50 µs', 'p99 µs', 'most µs'], online));
