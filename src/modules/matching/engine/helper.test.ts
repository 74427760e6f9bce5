import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { estate } from '../../../../bench/support/instances.js';
import { costsOf } from './costs.js';
import { hasHelpers, isNeeded, type Job, planParts } from './helper.js';
import { copyPart, createPartsRoom, divide, join, type PartsRoom } from './parts.js';
import { plan, solutionOf } from './plan.js';
import { Scratch } from './scratch.js';
import { solve } from './solver.js';
import type { Problem, Solution } from './types.js';
import { inRankOrder } from './validate.js';

const large = estate({ needs: 8000, sessions: 2500, pairsPerNeed: 30, supply: 1, seed: 42 });
const order = inRankOrder(large.needRank);
const costs = costsOf(large);
const parts = divide(large, order, new Scratch(ArrayBuffer))!;
const createRoom = (): PartsRoom => createPartsRoom(parts, costs, new Scratch(SharedArrayBuffer));
const copy = (part: number, room: PartsRoom): void => copyPart(parts, part, large, costs, room);

const alone = (problem: Problem): Solution =>
  solutionOf(
    Scratch.lend(ArrayBuffer, scratch => plan(problem, costs, order, scratch)),
    problem.pairSession.length,
  );

/** This thread does nothing for so many milliseconds, not even listen. */
const stall = (milliseconds: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
};

describe('helpers', () => {
  it('plan what is there while this thread still copies, and as this thread would', async () => {
    let byHelper = 0;
    for (let attempt = 0; byHelper < 2; attempt++) {
      expect(attempt).toBeLessThan(50);
      expect(hasHelpers()).toBe(true);
      const room = createRoom();
      room.usedCount.fill(-1);
      const copyLast = (part: number): void => {
        // A helper has none of it while it starts.
        for (let wait = 0; part === 2 && wait < 100 && room.usedCount[1] === -1; wait++) stall(10);
        if (part === 2) byHelper = room.usedCount.filter(count => count >= 0).length;
        copy(part, room);
      };
      expect(planParts(room, copyLast, new Scratch(ArrayBuffer))).toBe(true);
      expect(solutionOf(join(large, parts, room), large.pairSession.length)).toEqual(alone(large));
      await new Promise(resolve => setTimeout(resolve, 50));
    }
  });

  it('that are more than there are other cores for go again', () => {
    const job: Job = { room: createRoom(), state: new Int32Array(4) };
    const needed = Array.from({ length: 10 }, () => isNeeded(job));
    const atWork = Math.max(1, Math.min(3, availableParallelism() - 1));
    expect(needed).toEqual(needed.map((_, i) => i < atWork));
  });

  it('share with this thread, whoever is faster, and change nothing', async () => {
    const solution = alone(large);
    for (let round = 0; round < 20; round++) {
      expect(solve(large)).toEqual(solution);
      if (round % 3 === 0) await new Promise(resolve => setTimeout(resolve, 1));
    }
  });

  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const script = `
    import { estate } from ${JSON.stringify(new URL('../../../../bench/support/instances.ts', import.meta.url).href)};
    import { solve } from ${JSON.stringify(new URL('./solver.ts', import.meta.url).href)};
    const problem = estate({ needs: 8000, sessions: 2500, pairsPerNeed: 30, supply: 1, seed: 42 });
    for (let i = 0; i < 3; i++) solve(problem);
  `;

  it('keep no process alive', () => {
    const { status, stderr } = spawnSync(process.execPath, ['--import', loader, '--input-type=module', '--eval', script], {
      cwd: fileURLToPath(new URL('.', import.meta.url)),
      timeout: 20_000,
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
  });

  it('work for a thread that is not the first, and end with it', async () => {
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(script)}`), { execArgv: ['--import', loader] });
    const code = await new Promise((resolve, reject) => worker.on('exit', resolve).on('error', reject));
    expect(code).toBe(0);
  });

  it('are not asked again once one fails, and this thread plans alone', async () => {
    expect(hasHelpers()).toBe(true);
    const room = createRoom();
    let isPosted = false;
    // Only helpers have no rows to look at.
    const broken = Object.defineProperty({ ...room }, 'rowStart', {
      enumerable: true,
      get: () => (isPosted ? room.rowStart : null),
    });
    for (let attempt = 0, isDone = true; isDone; attempt++) {
      expect(attempt).toBeLessThan(50);
      isPosted = false;
      const copyFirst = (part: number): void => {
        isPosted = true;
        copy(part, room);
        if (part === 0) stall(200);
      };
      isDone = planParts(broken, copyFirst, new Scratch(ArrayBuffer));
      await new Promise(resolve => setTimeout(resolve, 50));
    }
    expect(hasHelpers()).toBe(false);
    expect(solve(large)).toEqual(alone(large));
  });
});
