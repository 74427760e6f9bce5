import { extendSchema, parse } from 'graphql';
import { expect, it } from 'vitest';
import { createSchema } from '../../src/app.js';
import { createAdmission, type Leave } from '../../src/http/admission.js';
import { startTestApp } from '../support/app.js';
import { createTestDatabase } from '../support/database.js';

/** What one connection lets in: eight run, and four times as many wait. */
const PLACES = 8;
const WAITING = 4 * PLACES;
const MORE = 50;

const { promise: gate, resolve: open } = Promise.withResolvers<number>();
const database = await createTestDatabase();
const schema = extendSchema(createSchema(), parse('extend type Query { gate: Int }'));
Object.assign(schema.getQueryType()?.getFields().gate ?? {}, { resolve: () => gate });
const app = await startTestApp(database, { poolSize: 1 }, { schema });

it('a crowd is told in time that the house is full, those within are served, and health is told meanwhile', async () => {
  const statuses: number[] = [];
  const count = (status: number): number => statuses.filter(known => known === status).length;
  const asked = Array.from({ length: PLACES + WAITING + MORE }, async () => {
    const { status, headers, json } = await app.post({ query: '{ gate }' });
    statuses.push(status);
    if (status === 503) expect([headers.get('retry-after'), json.errors[0].extensions.code]).toEqual(['1', 'OVERLOADED']);
  });
  const within = Promise.all(asked);
  await expect.poll(() => count(503), { timeout: 60_000 }).toBeGreaterThanOrEqual(MORE);
  expect((await fetch(`${app.url}/healthz`)).status).toBe(200);
  await expect.poll(() => count(503), { timeout: 60_000 }).toBe(WAITING + MORE);
  expect([count(200), (await fetch(`${app.url}/healthz`)).status]).toEqual([0, 200]);
  open(7);
  await within;
  expect(count(200)).toBe(PLACES);
  expect((await app.post({ query: '{ gate }' })).json.data).toEqual({ gate: 7 });
});

it('whoever finds no room to wait is told without waiting, and a place that is left goes to whoever waits longest', async () => {
  const admission = createAdmission({ places: 1, patienceMs: 600_000 });
  const leave = admission.enter() as Leave;
  const waiting = Array.from({ length: 4 }, () => admission.enter() as Promise<Leave | null>);
  expect([admission.enter(), admission.running()]).toEqual([null, 1]);
  for (const [i, first] of waiting.entries()) {
    if (i === 0) leave();
    const next = await first;
    expect([admission.running(), typeof next]).toEqual([1, 'function']);
    next?.();
    next?.();
  }
  expect(admission.running()).toBe(0);
});
