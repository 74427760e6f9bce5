import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connect } from '../../src/db/client.js';
import { sealAll, sealCommunity, startSealer } from '../../src/db/sealer.js';
import { newId } from '../../src/kernel/ids.js';
import { fail, ok, type Result } from '../../src/kernel/result.js';
import { verifyChain } from '../../src/modules/audit/verification.service.js';
import { ACTORS, scopeOf } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { NOW, seedWorld, WORLD } from '../support/world.js';

const database = await createTestDatabase({ max: 16 });
const { db } = database.serving;
const { owner } = database;
const CHILD = fileURLToPath(new URL('sealer.child.ts', import.meta.url));
const now = () => NOW;
beforeAll(() => seedWorld(database));
beforeEach(() => owner`truncate event, event_seal, event_unsealed`);

const write = (communityId: string = WORLD.community, { at = NOW, count = 1, keep = true, within = async () => {} } = {}) =>
  scopeOf(database, ACTORS.admin, { communityId, now: () => at }).transaction(async (tx): Promise<Result<null>> => {
    const event = { kind: 'NEED_CHANGED' as const, subject: { type: 'Need', id: newId() }, data: { b: 1, a: { d: 2, c: [3] } } };
    await tx.append(...Array.from({ length: count }, () => event));
    await within();
    return keep ? ok(null) : fail({ code: 'NO' });
  });
const verify = () => verifyChain(scopeOf(database, ACTORS.anonymous));
const positions = async (communityId: string = WORLD.community): Promise<number[]> =>
  (await owner`select position::int from event_seal where community_id = ${communityId} order by position`).map(
    row => row.position,
  );
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

/** Starts a sealer as a process of its own and kills it some milliseconds after its first batch. */
async function killedInTheMiddle(milliseconds: number): Promise<void> {
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD, database.url, WORLD.community], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  await sleep(milliseconds);
  child.kill('SIGKILL');
  expect(await ended).toEqual([null, 'SIGKILL']);
}

describe('sealing', () => {
  it('numbers what 16 writers commit without a gap, while two sealers race and a reader follows', async () => {
    const errors: unknown[] = [];
    const others = [connect(database.url, { max: 2 }), connect(database.url, { max: 2 })];
    const sealers = others.map(({ db }) => startSealer(db, now, error => errors.push(error)));
    const seen: string[] = [];
    let last = 0;
    const follow = async () => {
      const rows = await owner`
        select position::int, event_id from event_seal where community_id = ${WORLD.community} and position > ${last} order by position`;
      for (const { position, event_id } of rows) {
        seen.push(event_id);
        last = position;
      }
    };
    let committed = 0;
    const writer = async (n: number) => {
      for (let i = 0; i < 20; i++) {
        const keep = (n + i) % 5 !== 0;
        const { ok } = await write(undefined, { keep, within: () => sleep((n * i) % 7) });
        if (ok) committed++;
      }
    };
    let writing = true;
    const reader = (async () => {
      while (writing) await follow();
    })();
    await Promise.all(upTo(16).map(writer));
    writing = false;
    await reader;
    await Promise.all(sealers.map(sealer => sealer.stop()));
    await sealAll(db, now);
    await follow();
    await Promise.all(others.map(({ close }) => close()));
    expect(errors).toEqual([]);
    expect(committed).toBe(256);
    expect(await positions()).toEqual(upTo(committed));
    expect(new Set(seen).size).toBe(committed);
    expect(seen).toHaveLength(committed);
    expect(await verify()).toMatchObject({ broken: null, head: { position: committed } });
    expect(await owner`select 1 from event_unsealed`).toHaveLength(0);
  });

  it('puts an event that commits late behind those already sealed', async () => {
    const { promise: release, resolve } = Promise.withResolvers<void>();
    const late = write(undefined, { at: new Date(NOW.getTime() - 60_000), within: () => release });
    await sleep(50);
    await write();
    expect(await sealCommunity(db, WORLD.community, NOW)).toBe(1);
    resolve();
    await late;
    expect(await sealCommunity(db, WORLD.community, NOW)).toBe(1);
    const order = await owner`select e.at from event_seal s join event e on e.id = s.event_id order by s.position`;
    expect(order.map(({ at }) => at.getTime())).toEqual([NOW.getTime(), NOW.getTime() - 60_000]);
  });

  it('keeps the order in which events were appended, takes many batches, and keeps communities apart', async () => {
    await write();
    await write(undefined, { at: new Date(NOW.getTime() + 1000) });
    await write(undefined, { count: 1500, at: new Date(NOW.getTime() + 2000) });
    await write(WORLD.otherCommunity, { count: 2 });
    expect(await sealAll(db, now)).toBe(1504);
    expect(await positions()).toEqual(upTo(1502));
    expect(await positions(WORLD.otherCommunity)).toEqual([1, 2]);
    const [first] = await owner`
      select e.at from event_seal s join event e using (community_id) where s.community_id = ${WORLD.community} and s.position = 1 and e.id = s.event_id`;
    expect(first?.at).toEqual(NOW);
    expect(await verify()).toMatchObject({ broken: null, head: { position: 1502 } });
  });

  it('gives one of two sealers the work and the other none', async () => {
    await write(undefined, { count: 200 });
    const sealed = await Promise.all(upTo(4).map(() => sealCommunity(db, WORLD.community, NOW)));
    expect(sealed.reduce((a, b) => a + b)).toBe(200);
    expect(await positions()).toEqual(upTo(200));
  });

  it('seals within a second, and stops when told', async () => {
    const sealer = startSealer(db, now, () => undefined);
    await sleep(50);
    await write();
    await sleep(950);
    expect(await positions()).toEqual([1]);
    await sealer.stop();
    await write();
    await sleep(700);
    expect(await positions()).toEqual([1]);
  });

  it('loses nothing and repeats nothing when its process is killed in the middle, again and again', async () => {
    await owner`with appended as (
        insert into event (community_id, id, at, kind, subject_type, subject_id, actor_role)
        select ${WORLD.community}, gen_random_uuid(), ${NOW}, 'NEED_CHANGED', 'Need', gen_random_uuid(), 'ACCOUNT' from generate_series(1, 6000)
        returning community_id, id)
      insert into event_unsealed select community_id, id from appended`;
    for (let life = 0; life < 2; life++) await killedInTheMiddle(life * 5);
    expect(await owner`select 1 from event_unsealed`).not.toHaveLength(0);
    // The server notices a moment later that the process is dead, and gives its lock free.
    const isDone = async () => {
      await sealAll(db, now);
      return !(await owner`select 1 from event_unsealed limit 1`).length;
    };
    await expect.poll(isDone, { timeout: 60_000 }).toBe(true);
    expect(await positions()).toEqual(upTo(6000));
    expect(await verify()).toMatchObject({ broken: null, head: { position: 6000 } });
  });

  it('leaves the serving role nothing to change', async () => {
    await write();
    await sealAll(db, now);
    for (const statement of [
      'update event set kind = $$Y$$',
      'delete from event',
      'update event_seal set position = 9',
      'update event_unsealed set event_id = event_id',
      'truncate event_unsealed',
      'delete from event_seal',
    ])
      await expect(database.serving.client.unsafe(statement)).rejects.toThrow(/permission denied/);
  });
});
