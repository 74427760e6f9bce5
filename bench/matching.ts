import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type Case, cases, SUPPLIES } from './matching/cases.js';
import { withLemon } from './matching/lemon.js';
import type { Measured } from './matching/measure.js';
import { median, round, spread, table } from './support/figures.js';

/**
 * Times the matching engine, proof included, against LEMON's network simplex in C++ on the same instances, in turns.
 * `npx tsx bench/matching.ts [runs] [name…]` runs the instances whose names contain one of the words (all by default).
 */
const [runsText = '5', ...words] = process.argv.slice(2);
const runs = Number(runsText);
if (!Number.isInteger(runs) || runs < 1) throw new RangeError(`runs must be a whole number above 0, got ${runsText}`);

/** Where a plan takes less than this, how fast a process is depends on where its threads came to lie: so many are measured. */
const SHORT = { milliseconds: 20, processes: 5 };

const run = (script: string, args: readonly string[], options: readonly string[] = []): string => {
  const path = fileURLToPath(new URL(`matching/${script}`, import.meta.url));
  const { status, stdout } = spawnSync(process.execPath, [...options, '--import', 'tsx', path, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${script} ended with ${status}`);
  return stdout;
};

/** By process. */
const measure = ({ name }: Case, program: string | undefined): readonly Measured[] => {
  const measured: Measured[] = [];
  for (let left = 1; left > 0; left--) {
    measured.push(JSON.parse(run('measure.ts', [name, runsText, ...(program ? [program] : [])])));
    if (measured.length === 1 && median(measured[0]!.times) < SHORT.milliseconds) left = SHORT.processes;
  }
  return measured;
};

const show = (value: number): string => value.toFixed(2);

const cellsOf = ({ name, aim }: Case, measured: readonly Measured[]): readonly (string | number)[] => {
  const all = (of: keyof Omit<Measured, 'pairs'>): readonly number[] => measured.flatMap(one => one[of]);
  const times = all('times');
  const own = [name, measured[0]!.pairs, times.length, round(median(times)), spread(times), round(median(all('proofs')))];
  // Ratios are those of runs that followed each other.
  const ratiosOf = (of: 'wholes' | 'placings') => measured.map(one => one[of].map((theirs, i) => one.times[i]! / theirs));
  const against = (of: 'wholes' | 'placings'): readonly string[] => {
    const ratios = ratiosOf(of).flat();
    if (ratios.length === 0) return ['', ''];
    return [round(median(all(of))), `${show(median(ratios))} (${spread(ratios, show)})`];
  };
  const medians = ratiosOf('wholes').map(median);
  const whole = median(ratiosOf('wholes').flat());
  const verdict = Number.isNaN(whole) ? '' : `${show(aim)} ${whole <= aim ? 'met' : 'missed'}`;
  return [...own, ...against('wholes'), medians.length > 1 ? spread(medians, show) : '', verdict, ...against('placings')];
};

const HEAD = [
  'instance',
  'pairs',
  'runs',
  'ms',
  'least – most',
  'proof anew',
  'LEMON ms',
  'ours ÷ LEMON',
  'by process',
  'aim',
  'LEMON level 2 ms',
  'ours ÷ level 2',
];

withLemon(program => {
  console.log(`${cpus()[0]?.model ?? 'unknown processor'} × ${cpus().length}, Node ${process.version}.`);
  console.log(
    `Medians of ${runs} runs, once warm, of more where they are short; in brackets the least and the most. Short ones are measured in ${SHORT.processes} processes; \`by process\` says between what their medians lay.`,
  );
  console.log('Proof anew: what it takes to verify the finished plan without what the engine hands over to its own proof.');
  if (!program) console.log('No C++ compiler or no LEMON here, so nothing to compare with.');
  console.log(`\n${table(HEAD, [])}`);
  const taken = new Map<string, { readonly pairs: number; readonly milliseconds: number }>();
  for (const one of cases) {
    if (words.length > 0 && !words.some(word => one.name.includes(word))) continue;
    const measured = measure(one, program);
    const milliseconds = median(measured.flatMap(({ times }) => times));
    taken.set(one.name, { pairs: measured[0]!.pairs, milliseconds });
    console.log(`| ${cellsOf(one, measured).join(' | ')} |`);
  }
  const growths = SUPPLIES.flatMap(([supply]) => {
    const [smaller, larger] = [taken.get(`subdistrict ${supply}`), taken.get(`district ${supply}`)];
    if (!smaller || !larger) return [];
    const [more, longer] = [larger.pairs / smaller.pairs, larger.milliseconds / smaller.milliseconds];
    return [
      `${supply} ${longer.toFixed(1)} times the time for ${more.toFixed(1)} times the pairs (pairs^${(Math.log(longer) / Math.log(more)).toFixed(2)})`,
    ];
  });
  if (growths.length > 0) console.log(`\nGrowth from subdistrict to district: ${growths.join('; ')}.`);
  if (words.length === 0) {
    const memory = run('memory.ts', [], ['--expose-gc']).trim();
    console.log(`\nMemory that plans for a balanced district take above the instance, one after the other: ${memory} MB.`);
  }
});
