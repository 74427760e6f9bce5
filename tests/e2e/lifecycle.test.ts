import { sql } from 'drizzle-orm';
import { extendSchema, type GraphQLSchema, parse } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { createSchema } from '../../src/app.js';
import type { Scope } from '../../src/scope/scope.js';
import { startTestApp } from '../support/app.js';
import { createTestDatabase } from '../support/database.js';
import { seedWorld } from '../support/world.js';

const database = await createTestDatabase();
beforeAll(() => seedWorld(database));

/** With a field that holds a connection for a while. */
function withSleep(): GraphQLSchema {
  const schema: GraphQLSchema = extendSchema(createSchema(), parse('extend type Query { sleep(seconds: Float!): Boolean }'));
  const field = schema.getQueryType()?.getFields().sleep;
  if (field) {
    field.resolve = async (_root: unknown, { seconds }: { seconds?: number }, { db }: Scope) => {
      await db.execute(sql`select pg_sleep(${seconds})`);
      return true;
    };
  }
  return schema;
}

const sleepFor = (seconds: number) => ({ query: `{ sleep(seconds: ${seconds}) }` });
const statusOf = async (url: string) => (await fetch(url).catch(() => null))?.status ?? null;
const pause = (milliseconds: number) => new Promise(resolve => setTimeout(resolve, milliseconds));

describe('too much at once', () => {
  it('sheds what would wait too long, stays alive, and recovers', async () => {
    const app = await startTestApp(database, { poolSize: 1 }, { schema: withSleep() });
    let left = 8;
    const held = Array.from({ length: 8 }, () => app.post(sleepFor(0.3)).finally(() => left--));
    await pause(50);
    const late = await Promise.all(Array.from({ length: 50 }, () => app.post({ query: '{ __typename }' })));
    const shed = late.filter(({ status }) => status === 503);
    expect(shed.length).toBeGreaterThan(0);
    expect(
      shed.every(({ json, headers }) => json.errors[0].extensions.code === 'OVERLOADED' && headers.get('retry-after') === '1'),
    ).toBe(true);
    expect(await statusOf(`${app.url}/healthz`)).toBe(200);
    expect(left).toBeGreaterThan(0);
    expect((await Promise.all(held)).map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect((await app.post({ query: '{ __typename }' })).status).toBe(200);
  });

  it('is alive but not ready while the database does not answer', async () => {
    const app = await startTestApp(database, { poolSize: 1 }, { schema: withSleep() });
    const held = app.post(sleepFor(3));
    await pause(50);
    expect(await Promise.all([statusOf(`${app.url}/healthz`), statusOf(`${app.url}/readyz`)])).toEqual([200, 503]);
    await held;
    expect(await statusOf(`${app.url}/readyz`)).toBe(200);
  });
});

describe('stopping', () => {
  it('says so first, then answers everything in flight', async () => {
    const app = await startTestApp(database, { poolSize: 8, drainDelayMs: 1500 }, { schema: withSleep() });
    const held = Array.from({ length: 50 }, () => app.post(sleepFor(0.1)));
    await pause(100);
    const stopped = app.stop();
    await pause(20);
    expect(await statusOf(`${app.url}/readyz`)).toBe(503);
    expect((await app.post({ query: '{ __typename }' })).headers.get('connection')).toBe('close');
    expect((await Promise.all(held)).map(({ json }) => json.data)).toEqual(Array(50).fill({ sleep: true }));
    await stopped;
    expect(await statusOf(`${app.url}/healthz`)).toBeNull();
    await app.stop();
    const [left] = await database.owner`
      select count(*)::int as connections from pg_stat_activity where datname = current_database() and usename = 'red_alliance_app' and state = 'active'`;
    expect(left?.connections).toBe(0);
  });

  it('does not wait for connections that only stay open', async () => {
    const app = await startTestApp(database);
    await app.post({ query: '{ __typename }' });
    await app.stop();
  });
});

describe('starting', () => {
  it('says which port is taken, and leaves nothing open', async () => {
    const app = await startTestApp(database);
    await expect(startTestApp(database, { port: app.port })).rejects.toMatchObject({ code: 'EADDRINUSE', port: app.port });
  });

  it('refuses in production a role that passes the walls, and demo accounts', async () => {
    const production = {
      production: true,
      jwtSecret: 'x'.repeat(32),
      dataKeys: new Map([[1, Buffer.alloc(32, 1)]]),
      indexKeys: new Map([[1, Buffer.alloc(32, 2)]]),
    };
    await expect(startTestApp(database, { ...production, databaseUrl: database.ownerUrl })).rejects.toThrow(
      /superuser.*owns the tables/,
    );
    await database.owner`insert into identity.account (id, login, display_name, password_hash, is_demo, created_at)
      values (gen_random_uuid(), 'demo.x', 'x', 'x', true, now())`;
    await expect(startTestApp(database, production)).rejects.toThrow(/demo accounts/);
    await database.owner`update identity.account set active = false where is_demo`;
    await startTestApp(database, production);
  });

  it('says plainly that a server cannot be reached', async () => {
    const nowhere = 'postgres://nobody@127.0.0.1:1/nothing';
    await expect(startTestApp(database, { databaseUrl: nowhere, databaseOwnerUrl: null })).rejects.toThrow(
      /^The database does not answer as it should: .*ECONNREFUSED/,
    );
  });
});
