import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { createTestDatabase } from '../support/database.js';

// What is not caught here ends the process: the runner reports it as an error of this file.
const database = await createTestDatabase();
const { db } = database.serving;
type Tx = Parameters<Parameters<typeof db.transaction>[0]>[0];

const cut = async (tx: Tx): Promise<void> => {
  const [row] = await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`);
  await database.owner`select pg_terminate_backend(${row?.pid ?? 0})`;
  await sleep(50);
};
const lost = expect.objectContaining({
  cause: expect.objectContaining({ code: expect.stringMatching(/^(CONNECTION_CLOSED|57P01)$/) }),
});

describe('a transaction whose connection closes', () => {
  it.each<[when: string, work: (tx: Tx) => Promise<unknown>]>([
    ['during a statement', tx => tx.execute(sql`select pg_terminate_backend(pg_backend_pid()), pg_sleep(1)`)],
    ['between two statements', async tx => [await cut(tx), await tx.execute(sql`select 1`)]],
    ['before it would have been committed', cut],
    [
      'and goes on after the error',
      async tx => {
        await cut(tx);
        for (let i = 0; i < 3; i++) await tx.execute(sql`select 1`).catch(() => sleep(10));
      },
    ],
    [
      'and ends with another error',
      async tx => {
        await cut(tx);
        throw new Error('something else');
      },
    ],
  ])('%s fails, and others go on', async (_, work) => {
    await expect(db.transaction(work)).rejects.toThrow();
    // Each of the pool's connections, once it is made again, may tell the next who uses it what the last was told; no more than that.
    const next = () => db.transaction(tx => tx.execute<{ one: number }>(sql`select 1 as one`));
    const answers = await Promise.allSettled(Array.from({ length: 40 }, next));
    expect(answers.filter(({ status }) => status === 'rejected').length).toBeLessThanOrEqual(2);
    expect((await Promise.all(Array.from({ length: 40 }, next))).every(([row]) => row?.one === 1)).toBe(true);
  });

  it('tells its work that it is over', async () => {
    const told: unknown[] = [];
    const work = async (tx: Tx): Promise<void> => {
      await cut(tx);
      await tx.execute(sql`select 1`).catch(error => told.push(error));
    };
    await expect(db.transaction(work)).rejects.toThrow();
    await sleep(100);
    expect(told).toEqual([lost]);
  });
});
