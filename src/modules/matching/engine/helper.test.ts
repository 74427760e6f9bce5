import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { createRandom, estate, tangle } from '../../../../bench/support/instances.js';
import { between, randomProblem } from '../../../../tests/support/matching.js';
import { costsOf } from './costs.js';
import { divide, extract, type Half, join } from './halves.js';
import { offer } from './helper.js';
import { type Plan, plan, solutionOf } from './plan.js';
import { Scratch } from './scratch.js';
import { solve } from './solver.js';
import type { Problem, Solution } from './types.js';
import { inRankOrder } from './validate.js';

const planned = ({ transport, costs, order }: Pick<Half, 'transport' | 'costs' | 'order'>): Plan =>
  Scratch.lend(ArrayBuffer, scratch => plan(transport, costs, order, scratch));
const alone = (problem: Problem): Solution =>
  solutionOf(
    planned({ transport: problem, costs: costsOf(problem), order: inRankOrder(problem.needRank) }),
    problem.pairSession.length,
  );
const joined = (problem: Problem, parts: readonly (readonly [Half, Plan])[]): Solution =>
  solutionOf(join(problem, parts), problem.pairSession.length);

/** Offers a half until the helper has it, which it has not while it starts. */
const helped = async (half: Half): Promise<Plan> => {
  for (;;) {
    const collect = offer(half, shared);
    await new Promise(resolve => setTimeout(resolve, 20));
    const solution = collect();
    if (solution) return solution;
  }
};

/** In memory that no plan uses again. */
const shared = new Scratch(SharedArrayBuffer);

const halvesOf = (problem: Problem): readonly [Half, Half] | undefined => {
  const division = divide(problem);
  if (!division) return undefined;
  const [costs, order] = [costsOf(problem), inRankOrder(problem.needRank)];
  return [
    extract(division, 1, problem, costs, order, new Scratch(ArrayBuffer)),
    extract(division, 2, problem, costs, order, shared),
  ];
};

describe('halves', () => {
  it('give the same plan as the whole, number by number', () => {
    const random = createRandom(41);
    let divided = 0;
    for (let round = 0; round < 600; round++) {
      const problem = randomProblem(random, {
        needs: between(random, 2, 30),
        sessions: between(random, 2, 40),
        density: 0.02 + 0.06 * random(),
        quantity: () => between(random, 0, [1, 5, 10 ** 12][round % 3]!),
        capacity: () => between(random, 0, [2, 9, 10 ** 12][round % 3]!),
        cost: () => between(random, 0, 9999),
        ...(round % 2 === 0 ? { change: random() } : {}),
      });
      const halves = halvesOf(problem);
      if (!halves) continue;
      divided++;
      const parts = halves.map(half => [half, planned(half)] as const);
      expect(joined(problem, parts), `round ${round}`).toEqual(alone(problem));
    }
    expect(divided).toBeGreaterThan(300);
  });

  it('are not made of one component', () => {
    expect(halvesOf(tangle({ needs: 40, sessions: 10, pairsPerNeed: 5, supply: 1, costs: 9999, seed: 1 }))).toBeUndefined();
  });
});

describe('the helper', () => {
  const large = estate({ needs: 8000, sessions: 2500, pairsPerNeed: 30, supply: 1, seed: 42 });

  it('plans its half as this thread would', async () => {
    const [own, lent] = halvesOf(large)!;
    const solution = await helped(lent);
    expect(solution).toEqual(planned(lent));
    expect(
      joined(large, [
        [own, planned(own)],
        [lent, solution],
      ]),
    ).toEqual(alone(large));
  });

  it('is not waited for when it comes too late, and changes nothing', () => {
    const solution = alone(large);
    for (let round = 0; round < 3; round++) expect(solve(large)).toEqual(solution);
  });

  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const script = `
    import { estate } from ${JSON.stringify(new URL('../../../../bench/support/instances.ts', import.meta.url).href)};
    import { solve } from ${JSON.stringify(new URL('./solver.ts', import.meta.url).href)};
    const problem = estate({ needs: 8000, sessions: 2500, pairsPerNeed: 30, supply: 1, seed: 42 });
    for (let i = 0; i < 3; i++) solve(problem);
  `;

  it('keeps no process alive', () => {
    const { status, stderr } = spawnSync(process.execPath, ['--import', loader, '--input-type=module', '--eval', script], {
      cwd: fileURLToPath(new URL('.', import.meta.url)),
      timeout: 20_000,
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
  });

  it('works for a thread that is not the first, and ends with it', async () => {
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(script)}`), { execArgv: ['--import', loader] });
    const code = await new Promise((resolve, reject) => worker.on('exit', resolve).on('error', reject));
    expect(code).toBe(0);
  });

  it('that fails gives its half back, and is not asked again', async () => {
    const [, lent] = halvesOf(large)!;
    const broken = { ...lent, transport: { ...lent.transport, needQuantity: null as never } };
    for (const half of [broken, lent]) {
      const collect = offer(half, shared);
      await new Promise(resolve => setTimeout(resolve, 300));
      expect(collect()).toBeUndefined();
    }
  });
});
