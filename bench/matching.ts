import { cpus } from 'node:os';
import { type Problem, solve } from '../src/modules/matching/engine/solver.js';
import { chain, estate, funds, oneForAll, tangle } from './support/instances.js';

/**
 * Times the matching engine, proof included. `npx tsx bench/matching.ts [runs] [name…]` runs the instances whose names contain
 * one of the words (all by default) and prints milliseconds.
 */
const SUPPLIES = [
  ['scarce', 0.75],
  ['balanced', 1],
  ['ample', 1.4],
] as const;

const SIZES = [
  ['community', 3000, 1000],
  ['subdistrict', 30_000, 10_000],
  ['district', 200_000, 60_000],
] as const;

interface Case {
  readonly name: string;
  readonly make: () => Problem;
}

const cases: readonly Case[] = [
  ...SIZES.flatMap(([size, needs, sessions]) =>
    SUPPLIES.map(([word, supply]) => ({
      name: `${size} ${word}`,
      make: () => estate({ needs, sessions, pairsPerNeed: 30, supply, seed: 1 }),
    })),
  ),
  ...SUPPLIES.map(([word, supply]) => ({
    name: `one giant component ${word}`,
    make: () => tangle({ needs: 30_000, sessions: 10_000, pairsPerNeed: 30, supply, costs: 9999, seed: 2 }),
  })),
  {
    name: 'all costs equal',
    make: () => tangle({ needs: 30_000, sessions: 10_000, pairsPerNeed: 30, supply: 1, costs: 0, seed: 3 }),
  },
  { name: 'chain of 20,000', make: () => chain(20_000) },
  { name: 'one session for 200,000', make: () => oneForAll(200_000, 5000) },
  ...SUPPLIES.map(([word, supply]) => ({
    name: `400 needs of money over 1,000 funds ${word}`,
    make: () => funds({ needs: 400, funds: 1000, largest: 10 ** 12, supply, seed: 4 }),
  })),
];

const [runsText = '5', ...words] = process.argv.slice(2);
const runs = Number(runsText);
if (!Number.isInteger(runs) || runs < 1) throw new RangeError(`runs must be a whole number above 0, got ${runsText}`);

const ms = (milliseconds: number): string => milliseconds.toFixed(milliseconds < 10 ? 1 : 0);

console.log(`${cpus()[0]?.model ?? 'unknown processor'} × ${cpus().length}, Node ${process.version}, median of ${runs}\n`);
console.log('| instance | pairs | served | ms | least – most |');
console.log('| --- | ---: | ---: | ---: | ---: |');
for (const { name, make } of cases) {
  if (words.length > 0 && !words.some(word => name.includes(word))) continue;
  const problem = make();
  const times: number[] = [];
  let served = 0;
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    const { unserved } = solve(problem);
    times.push(performance.now() - start);
    served = unserved.reduce((count, left) => count + (left === 0 ? 1 : 0), 0);
  }
  times.sort((a, b) => a - b);
  const share = `${((100 * served) / problem.needCount).toFixed(1)} %`;
  const spread = `${ms(times[0]!)} – ${ms(times[runs - 1]!)}`;
  console.log(`| ${name} | ${problem.pairSession.length} | ${share} | ${ms(times[runs >> 1]!)} | ${spread} |`);
}
console.log(`\nPeak memory of the process, instances included: ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`);
