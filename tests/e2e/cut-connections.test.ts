import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { signIn } from '../support/caller.js';
import { startSeededApp } from '../support/seeded.js';

const { app, database } = await startSeededApp();

it('survives that all its connections are cut again and again, says so to callers, and goes on', async () => {
  const secretary = await signIn(app.url, 'secretary.b1');
  const codes = new Set<string>();
  let [answered, cutting] = [0, true];
  const ask = async (): Promise<void> => {
    while (cutting) {
      const { errors } = await secretary.ask('{ needs(first: 5) { edges { node { number beneficiary { id } } } } }', {});
      for (const { extensions } of errors) codes.add(extensions.code);
      if (!errors.length) answered++;
    }
  };
  const asking = Array.from({ length: 8 }, ask);
  for (let round = 0; round < 10; round++) {
    await sleep(100);
    await database.owner`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and usename = 'red_alliance_app'`;
  }
  cutting = false;
  await Promise.all(asking);
  expect(answered).toBeGreaterThan(0);
  const late = app
    .logged()
    .split('\n')
    .filter(line => /57014|deadline/.test(line));
  expect([...codes], late.join('\n')).toEqual(['UNAVAILABLE']);

  // The driver tells the next who uses a connection of what the last was told: each of the pool at most once.
  for (let tries = 0; tries < 20; tries++) await secretary.ask('{ branches { code } }', {});
  const { branches } = await secretary.read('{ branches { code } }', {});
  expect(branches).toHaveLength(4);
  expect((await fetch(`${app.url}/readyz`)).status).toBe(200);
});
