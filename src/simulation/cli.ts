import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readSeedData } from '../seeds/data.js';
import { numberOf } from '../seeds/numbers.js';
import { createProgress } from '../seeds/progress.js';
import { filesOf, simulate } from './simulate.js';

const USAGE = `Lives one year of the estate with a noticeboard, with greedy ranking and with the engine, and writes what came of it.

  npm run simulate -- [--months 1-24] [--scale 1-20] [--seed N] [--out FOLDER]

  --months  stretches of thirty days in which needs come in (12)
  --scale   residents, offers and needs as multiples of the estate's own (1)
  --seed    another number, another year (1)
  --out     where year.md and its pictures go (docs/matching)`;

function main(): void {
  const { values } = parseArgs({
    options: {
      months: { type: 'string', default: '12' },
      scale: { type: 'string', default: '1' },
      seed: { type: 'string', default: '1' },
      out: { type: 'string', default: 'docs/matching' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const options = {
    months: numberOf('months', values.months, 1, 24),
    scale: numberOf('scale', values.scale, 1, 20),
    seed: numberOf('seed', values.seed, 0, 999_999_999),
  };
  const progress = createProgress(process.stderr, 'days');
  const data = readSeedData();
  const simulation = simulate(data, options, progress.show);
  progress.end();
  mkdirSync(values.out, { recursive: true });
  for (const [name, text] of filesOf(data, options, simulation)) writeFileSync(join(values.out, name), text);
}

try {
  main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
