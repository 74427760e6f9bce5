import { beforeAll, expect, it, vi } from 'vitest';
import { startUpkeep } from '../../src/upkeep.js';
import { scopeOf } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { insertProposals } from '../support/proposals.js';
import { NOW, seedWorld, WORLD } from '../support/world.js';

const database = await createTestDatabase();
beforeAll(() => seedWorld(database));

it('closes what is past its deadline and in nobody’s hands, and stops when told', async () => {
  const { needIds } = await insertProposals(database, { capacity: 1, count: 2 });
  const [overdue = '', ahead = ''] = needIds;
  await database.owner`update need set deadline = ${new Date(NOW.getTime() - 1)} where id = ${overdue}`;
  await database.owner`update need set deadline = ${new Date(NOW.getTime() + 1)} where id = ${ahead}`;
  const failures: unknown[] = [];
  const upkeep = startUpkeep(
    { slowDb: database.serving.db, now: () => NOW, scopeOf: (communityId, actor) => scopeOf(database, actor, { communityId }) },
    error => failures.push(error),
  );
  const stateOf = async (id: string) =>
    (await database.owner`select state from need where community_id = ${WORLD.community} and id = ${id}`)[0]?.state;
  await vi.waitUntil(async () => (await stateOf(overdue)) === 'EXPIRED', { timeout: 10_000 });
  await upkeep.stop();
  expect(await stateOf(ahead)).toBe('OPEN');
  expect(await database.owner`select actor_role from event where kind = 'NEED_EXPIRED'`).toEqual([
    { actor_role: 'SYSTEM:upkeep' },
  ]);
  expect(failures).toEqual([]);
});
