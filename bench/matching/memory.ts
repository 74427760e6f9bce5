import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { solve } from '../../src/modules/matching/engine/solver.js';
import { estate } from '../support/instances.js';

/**
 * Prints what plans for a district, one after the other, take above the instance at most: megabytes resident in the whole process,
 * the helper threads and what the collector has not got back yet included. Needs Linux and `--expose-gc`.
 */
const PLANS = 5;

const megabytes = (field: string): number =>
  Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;

// All threads have their code compiled, and the instance is all there is.
const warm = estate({ needs: 8000, sessions: 2500, pairsPerNeed: 30, supply: 1, seed: 9 });
for (let i = 0; i < 5; i++) {
  solve(warm);
  await pause(100);
}
const problem = estate({ needs: 200_000, sessions: 60_000, pairsPerNeed: 30, supply: 1, seed: 1 });
globalThis.gc?.();
const before = megabytes('VmRSS');
const peaks: string[] = [];
for (let i = 0; i < PLANS; i++) {
  // Resets the peak (proc(5)).
  writeFileSync('/proc/self/clear_refs', '5');
  solve(problem);
  peaks.push((megabytes('VmHWM') - before).toFixed(0));
}
console.log(peaks.join(', '));
