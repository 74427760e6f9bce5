import { expect, it } from 'vitest';
import { listResidents, type ResidentSearch } from '../../src/modules/residents/residents.service.js';
import { ACTORS, scopeOf, testVault } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { fillRegister } from '../support/register.js';
import { seedWorld, WORLD } from '../support/world.js';

const database = await createTestDatabase();
const { owner } = database;
await seedWorld(database);
const communityId = WORLD.community;
await fillRegister(owner, testVault, { communityId, branchId: WORLD.branch1, buildingId: WORLD.building1 }, 300);
await fillRegister(owner, testVault, { communityId, branchId: WORLD.branch2, buildingId: WORLD.building3 }, 12_000);
await owner`vacuum analyze personal.resident`;

/** The plans that the server makes, behind the wall, for the very texts that the house sends. */
async function plansOf(search: ResidentSearch): Promise<readonly string[]> {
  database.statements();
  // Rows of nobody do not open: that is after the statements were sent.
  await listResidents(
    scopeOf(database, ACTORS.secretary1),
    search,
    { limit: 20, backward: false, from: null },
    { counted: true, purpose: 'CASE_WORK' },
  ).catch((error: Error) => expect(error.message).toMatch(/unknown data key|authenticate/));
  const texts = database.statements().filter(text => text.startsWith('select') && text.includes('"personal"."resident"'));
  expect(texts.length).toBeGreaterThan(0);
  return database.serving.client.begin(async tx => {
    await tx`select set_config('app.community', ${communityId}, true), set_config('app.branches', ${WORLD.branch1}, true),
      set_config('app.system', '', true), set_config('app.kin', '', true)`;
    const plans: string[] = [];
    for (const text of texts) {
      const rows = await tx.unsafe(`explain (generic_plan, costs off) ${text}`);
      plans.push(rows.map(row => row['QUERY PLAN']).join('\n'));
    }
    return plans;
  });
}

it.each<[string, ResidentSearch, RegExp]>([
  ['a branch', {}, /resident_by_branch/],
  ['a name', { name: '张三丰' }, /resident_by_name/],
  ['a phone', { phone: '13812341234' }, /resident_by_phone/],
  ['an age', { minAge: 80, branchId: WORLD.branch1 }, /resident_by_birth/],
])('the register is narrowed by an index, not read through, behind its wall: %s', async (_what, search, index) => {
  for (const plan of await plansOf(search)) {
    expect(plan).not.toMatch(/Seq Scan on resident/);
    expect(plan).toMatch(index);
    // The wall is asked of the rows that the index gives.
    expect(plan).toMatch(/current_setting\('app\.branches'/);
  }
});

it('compares in policies and in indexes by operators that PostgreSQL lets before the wall', async () => {
  const functions =
    await owner`select proname, proleakproof from pg_proc where oid in ('uuid_eq'::regproc, 'byteaeq'::regproc) order by 1`;
  expect([...functions]).toEqual([
    { proname: 'byteaeq', proleakproof: true },
    { proname: 'uuid_eq', proleakproof: true },
  ]);
});
