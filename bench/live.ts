import { createLive, type Live } from '../src/modules/matching/engine/live.js';
import { type Problem, type Solution, solve } from '../src/modules/matching/engine/solver.js';
import { solveSteady } from '../src/modules/matching/engine/steady.js';
import { median, quantile, round, table } from './support/figures.js';
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

const [arrivalsText = '40'] = process.argv.slice(2);
const arrivals = Number(arrivalsText);
if (!Number.isInteger(arrivals) || arrivals < 1)
  throw new RangeError(`arrivals must be a whole number above 0, got ${arrivalsText}`);

const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(2)} %`;

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

const timed = (work: () => unknown): number => {
  const begun = performance.now();
  work();
  return performance.now() - begun;
};

const steadiness: (readonly (string | number)[])[] = [];
const online: (readonly (string | number)[])[] = [];
for (const [supply, share] of SUPPLIES) {
  const problem = estate({ needs: 30_000, sessions: 10_000, pairsPerNeed: 30, supply: share, seed: 1 });
  const plan = solve(problem);

  const random = createRandom(5);
  const isCancelled = Uint8Array.from(problem.sessionCapacity, () => (random() < CANCELLED ? 1 : 0));
  const left = { ...problem, sessionCapacity: problem.sessionCapacity.map((places, i) => (isCancelled[i] === 1 ? 0 : places)) };
  const kept = solveSteady(left, plan.pairQuantity);
  const scratch = solve(left);
  if (kept.unserved.some((quantity, need) => quantity !== scratch.unserved[need]))
    throw new Error('steadiness must not change who is served');
  const { untouched, broken } = brokenBy(problem, plan, kept, isCancelled);
  const anew = brokenBy(problem, plan, scratch, isCancelled).broken;
  const lost = isCancelled.reduce((count, cancelled) => count + cancelled, 0);
  steadiness.push([supply, lost, untouched, broken, percent(broken, untouched), anew, percent(anew, untouched)]);

  // Needs that arrive are of the problem but ask for nothing before; places that become free are those of the whole plan.
  const newcomers = [...new Set(Array.from({ length: arrivals }, () => Math.floor(random() * problem.needCount)))];
  const needQuantity = Float64Array.from(problem.needQuantity);
  for (const need of newcomers) needQuantity[need] = 0;
  const asBefore = { ...problem, needQuantity };
  const before = solve(asBefore);
  const built: number[] = [];
  const build = (of: Problem, solution: Solution): Live => {
    let live: Live | undefined;
    built.push(
      timed(() => {
        live = createLive(of, solution);
      }),
    );
    if (!live) throw new Error('nothing was built');
    return live;
  };
  const sessions = newcomers.map(() => Math.floor(random() * problem.sessionCount));
  const arrive = (live: Live, at: number): number =>
    timed(() => live.placeNeed(newcomers[at]!, problem.needQuantity[newcomers[at]!]));
  const open = (live: Live, at: number, places: number): number => timed(() => live.addPlaces(sessions[at]!, places));
  // The best of five, for others run on the same machine.
  const best = (change: () => number): number => Math.min(...Array.from({ length: 5 }, change));
  const fresh = (change: (at: number) => number): number[] => newcomers.map((_, at) => best(() => change(at)));
  const inTurn = (of: Problem, solution: Solution, change: (live: Live, at: number) => number): number[] => {
    const lives = Array.from({ length: 5 }, () => build(of, solution));
    return newcomers.map((_, at) => Math.min(...lives.map(live => change(live, at))));
  };
  const rows = [
    ['a need arrives', fresh(at => arrive(build(asBefore, before), at))],
    ['a place becomes free', fresh(at => open(build(problem, plan), at, 1))],
    ['ten places become free', fresh(at => open(build(problem, plan), at, 10))],
    ['needs arrive one after the other', inTurn(asBefore, before, arrive)],
    ['places become free one after the other', inTurn(problem, plan, (live, at) => open(live, at, 1))],
  ] as const;
  const together = createLive(asBefore, before);
  for (const need of newcomers) together.placeNeed(need, problem.needQuantity[need]);
  if (together.unserved.some((left, need) => left !== plan.unserved[need]))
    throw new Error('all arrivals together must make the plan');
  for (const [change, times] of rows)
    online.push([
      `${supply}, ${change}`,
      round(median(built)),
      (1000 * quantile(times, 0.5)).toFixed(1),
      (1000 * quantile(times, 0.9)).toFixed(0),
      (1000 * Math.max(...times)).toFixed(0),
    ]);
}

console.log(
  `30,000 needs, 10,000 sessions; 3 % of the sessions are cancelled and the plan is made again, with its proposals out and from scratch. Both serve the same needs; a proposal that was not in a cancelled session is broken when its need goes elsewhere or loses a place. No plan that serves the same takes less from the proposals: that is proven with the plan.\n`,
);
console.log(table(['supply', 'cancelled', 'proposals untouched', 'broken', 'share', 'broken from scratch', 'share'], steadiness));
console.log(
  `\n${arrivals} of each: first each on a structure fresh from the plan, which takes as long to build as is said, then on one structure that is never built again. Each is the best of five.\n`,
);
console.log(table(['supply, change', 'built in ms', 'p50 µs', 'p90 µs', 'most µs'], online));
