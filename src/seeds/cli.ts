import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createApp } from '../app.js';
import { loadConfig } from '../config.js';
import { seedDemo } from './index.js';
import { numberOf } from './numbers.js';
import { createProgress } from './progress.js';

const USAGE = `Fills an empty database with the demonstration estate.

  npm run seed -- [--months 1-60] [--scale 1-100] [--seed N]

  --months  months of history, this one included (1)
  --scale   residents, offers and needs as multiples of the estate's own (1)
  --seed    another number, another estate (1)
The database is the one that the configuration names (DATABASE_URL, DATA_DIR).`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      months: { type: 'string', default: '1' },
      scale: { type: 'string', default: '1' },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const options = {
    months: numberOf('months', values.months, 1, 60),
    scale: numberOf('scale', values.scale, 1, 100),
    seed: numberOf('seed', values.seed, 0, 999_999_999),
  };
  if (existsSync('.env')) process.loadEnvFile('.env');
  const config = loadConfig(process.env);
  if (config.production) throw new Error('Not in production: the estate comes with accounts whose password is published.');
  const progress = createProgress(process.stderr);
  const began = performance.now();
  let communityId: string | null = null;
  const app = await createApp(
    { ...config, port: 0, demoData: true },
    {
      tell: line => console.log(line),
      async seed(house) {
        communityId = await seedDemo(house, { ...options, onProgress: progress.show });
      },
    },
  );
  progress.end();
  await app.stop();
  if (communityId === null)
    throw new Error('The database is not empty: nothing was written. Choose another DATA_DIR or database.');
  console.log(`The estate is there, after ${((performance.now() - began) / 1000).toFixed(1)} s.`);
}

main().catch(error => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
