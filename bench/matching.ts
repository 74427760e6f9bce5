import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type Problem, solve, verify } from '../src/modules/matching/engine/solver.js';
import { type Lemon, withLemon } from './matching/lemon.js';
import { median, round, spread, table } from './support/figures.js';
import { allForOne, chain, estate, funds, oneForAll, tangle } from './support/instances.js';

/**
 * Times the matching engine, proof included, against LEMON's network simplex in C++ on the same instances, in turns.
 * `npx tsx bench/matching.ts [runs] [name…]` runs the instances whose names contain one of the words (all by default).
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

/** Our time over LEMON's, at most. */
const AIM = { estate: 0.6, shape: 1 };

interface Case {
  readonly name: string;
  /** Of {@link AIM}; that for shapes when left out. */
  readonly aim?: number;
  readonly make: () => Problem;
}

const cases: readonly Case[] = [
  ...SIZES.flatMap(([size, needs, sessions]) =>
    SUPPLIES.map(([word, supply]) => ({
      name: `${size} ${word}`,
      aim: AIM.estate,
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
  { name: 'alternating chain of 20,000', make: () => chain(20_000) },
  { name: 'one session for 200,000', make: () => oneForAll(200_000, 5000) },
  { name: 'one need for 200,000 sessions', make: () => allForOne(200_000) },
  ...SUPPLIES.map(([word, supply]) => ({
    name: `400 needs of money over 1,000 funds ${word}`,
    make: () => funds({ needs: 400, funds: 1000, largest: 10 ** 12, supply, seed: 4 }),
  })),
];

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

/** What takes no time is run more often than asked, for as long as this and up to so many times. */
const ENOUGH = { milliseconds: 6000, runs: 150 };

/**
 * A server has planned before: for so long, or so many times, plans are made without timing them, so that the code is compiled, in
 * the helper threads as well.
 */
const WARM = { milliseconds: 2000, runs: 200 };

interface Compared {
  readonly milliseconds: number;
  readonly cells: readonly string[];
}

/** Ours and theirs in turns; the ratios are those of runs that followed each other. */
const compare = async (problem: Problem, aim: number, runs: number, lemon: Lemon | undefined): Promise<Compared> => {
  const times: number[] = [];
  const proofs: number[] = [];
  const wholes: number[] = [];
  const placings: number[] = [];
  const warming = performance.now();
  for (let run = 0; run < WARM.runs && performance.now() - warming < WARM.milliseconds; run++) solve(problem);
  const start = performance.now();
  for (let run = 0; run < runs || (run < ENOUGH.runs && performance.now() - start < ENOUGH.milliseconds); run++) {
    const [solution, time] = timed(() => solve(problem));
    times.push(time);
    proofs.push(timed(() => verify(problem, solution))[1]);
    if (!lemon) continue;
    const whole = await lemon.whole();
    const placing = await lemon.placing(solution.unserved);
    if (solution.unserved.some((left, need) => left !== whole.unserved[need])) throw new Error('level 1 differs from LEMON');
    const cost = costOf(problem, solution.pairQuantity);
    if (cost !== whole.cost || cost !== placing.cost) throw new Error(`level 2 differs: ${cost}, ${whole.cost}, ${placing.cost}`);
    wholes.push(whole.milliseconds);
    placings.push(placing.milliseconds);
  }
  const show = (value: number): string => value.toFixed(2);
  const milliseconds = median(times);
  const own = [round(milliseconds), spread(times), round(median(proofs))];
  if (wholes.length === 0) return { milliseconds, cells: [...own, '', '', '', '', ''] };
  const ratios = (theirs: readonly number[]): number[] => theirs.map((theirTime, run) => times[run]! / theirTime);
  const against = (theirs: readonly number[]): string[] => [
    round(median(theirs)),
    `${show(median(ratios(theirs)))} (${spread(ratios(theirs), show)})`,
  ];
  const verdict = `${show(aim)} ${median(ratios(wholes)) <= aim ? 'met' : 'missed'}`;
  return { milliseconds, cells: [...own, ...against(wholes), verdict, ...against(placings)] };
};

const [runsText = '5', ...words] = process.argv.slice(2);
const runs = Number(runsText);
if (!Number.isInteger(runs) || runs < 1) throw new RangeError(`runs must be a whole number above 0, got ${runsText}`);

const HEAD = [
  'instance',
  'pairs',
  'ms',
  'least – most',
  'proof anew',
  'LEMON ms',
  'ours ÷ LEMON',
  'aim',
  'LEMON level 2 ms',
  'ours ÷ level 2',
];

await withLemon(async open => {
  console.log(`${cpus()[0]?.model ?? 'unknown processor'} × ${cpus().length}, Node ${process.version}.`);
  console.log(
    `Medians of ${runs} runs, of up to ${ENOUGH.runs} where they are short, once warm; in brackets the least and the most.`,
  );
  console.log('Proof anew: what it takes to verify the finished plan without what the engine hands over to its own proof.');
  if (!open) console.log('No C++ compiler or no LEMON here, so nothing to compare with.');
  console.log(`\n${table(HEAD, [])}`);
  const measured = new Map<string, { readonly pairs: number; readonly milliseconds: number }>();
  for (const { name, make, aim = AIM.shape } of cases) {
    if (words.length > 0 && !words.some(word => name.includes(word))) continue;
    const problem = make();
    const lemon = open?.(problem);
    const pairs = problem.pairSession.length;
    const { milliseconds, cells } = await compare(problem, aim, runs, lemon);
    measured.set(name, { pairs, milliseconds });
    console.log(`| ${[name, pairs, ...cells].join(' | ')} |`);
    lemon?.stop();
  }
  const growths = SUPPLIES.flatMap(([supply]) => {
    const [smaller, larger] = [measured.get(`subdistrict ${supply}`), measured.get(`district ${supply}`)];
    if (!smaller || !larger) return [];
    const [more, longer] = [larger.pairs / smaller.pairs, larger.milliseconds / smaller.milliseconds];
    return [
      `${supply} ${longer.toFixed(1)} times the time for ${more.toFixed(1)} times the pairs (pairs^${(Math.log(longer) / Math.log(more)).toFixed(2)})`,
    ];
  });
  if (growths.length > 0) console.log(`\nGrowth from subdistrict to district: ${growths.join('; ')}.`);
  if (words.length === 0) {
    const script = fileURLToPath(new URL('matching/memory.ts', import.meta.url));
    const { stdout } = spawnSync(process.execPath, ['--expose-gc', '--import', 'tsx', script], { encoding: 'utf8' });
    console.log(`\nMemory that plans for a balanced district take above the instance, one after the other: ${stdout.trim()} MB.`);
  }
});
