import { setTimeout as sleep } from 'node:timers/promises';
import type { TestDatabase } from './database.js';

/** Waits until no run of the engine is under way, however busy the machine is. */
export async function settledPlans({ owner }: TestDatabase): Promise<void> {
  while ((await owner`select 1 from match_plan where state in ('QUEUED', 'RUNNING')`).length) await sleep(10);
}
