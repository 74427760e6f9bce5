import { setTimeout as sleep } from 'node:timers/promises';
import type { TestDatabase } from './database.js';

/** Waits until no run of the engine is under way, however busy the machine is. */
export async function settledPlans({ owner }: TestDatabase): Promise<void> {
  while ((await owner`select 1 from match_plan where state in ('QUEUED', 'RUNNING')`).length) await sleep(10);
}

/**
 * Asks for a plan, again with the same key while the run goes on: on a busy machine the answer comes before it has ended. Where
 * `create` answers with a failure, there is no state to wait for.
 */
export async function untilSettled<Answer>(
  create: () => Promise<Answer>,
  stateOf: (answer: Answer) => string | undefined,
): Promise<Answer> {
  for (;;) {
    const answer = await create();
    if (!['QUEUED', 'RUNNING'].includes(stateOf(answer) ?? '')) return answer;
    await sleep(20);
  }
}
