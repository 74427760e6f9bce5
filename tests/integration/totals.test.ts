import { expect, it } from 'vitest';
import { createRandom } from '../../bench/support/instances.js';
import { createSchema } from '../../src/app.js';
import { ACTORS, createAsk, gid } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { insertEstate } from '../support/estate.js';
import { seedWorld, WORLD } from '../support/world.js';

const database = await createTestDatabase();
await seedWorld(database);
await insertEstate(database, createRandom(3), { needs: 60, sessions: 20 });
const ask = createAsk(createSchema(), database);

/** Lists of or about people, with filters that cut them differently. Rows of nobody: names are not asked for. */
const LISTS: Readonly<Record<string, readonly string[]>> = {
  needs: [
    '',
    'filter: { states: [OPEN] }',
    'filter: { categories: ["HAIRCUT"], urgencies: [P2] }',
    'filter: { text: "样本" }',
    'filter: { unclaimed: true }',
    `filter: { branchId: "${gid('Branch', WORLD.branch2)}" }`,
  ],
  referrals: [''],
  matchPlans: [''],
  residents: ['filter: { name: "没有此人" }, purpose: CONTACT', 'filter: { phone: "13800000000" }, purpose: CONTACT'],
};

it.each(Object.keys(ACTORS) as (keyof typeof ACTORS)[])('a total tells %s no more than the list does', async actor => {
  for (const [list, filters] of Object.entries(LISTS)) {
    for (const filter of filters) {
      const query = `{ ${list}(${[filter, 'first: 100'].filter(Boolean).join(', ')}) { totalCount edges { cursor } pageInfo { hasNextPage } } }`;
      const { data, errors } = await ask(ACTORS[actor], query);
      expect(errors, query).toBeUndefined();
      const told = data?.[list];
      expect(told.pageInfo.hasNextPage, query).toBe(false);
      expect(told.totalCount, query).toBe(told.edges.length);
    }
  }
});
