import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { openHouse } from '../src/app.js';
import { loadConfig } from '../src/config.js';
import type { AccountActor } from '../src/kernel/actor.js';
import { newId } from '../src/kernel/ids.js';
import { createVault } from '../src/kernel/vault.js';
import { rotateKeys } from '../src/modules/privacy/keys.service.js';
import { createResidentsBulk, listResidents, residentFacts } from '../src/modules/residents/residents.service.js';
import { Scope } from '../src/scope/scope.js';
import { seedDemo } from '../src/seeds/index.js';
import { fillRegister } from '../tests/support/register.js';
import { median, round, spread, table } from './support/figures.js';

/**
 * What the wall costs: lists and counts of a branch in a register of 300,000, the facts of a plan opened, and a change of keys; prints
 * Markdown. `npx tsx bench/wall.ts [residents]`
 */
const [totalText = '300000'] = process.argv.slice(2);
const total = Number(totalText);
const RUNS = 40;
const PLAN = 4000;

const dataDir = mkdtempSync(join(tmpdir(), 'red-alliance-wall-'));
const closing: (() => Promise<unknown>)[] = [];
const one = () => new Map([[1, randomBytes(32)]]);
const keys = { data: one(), index: one(), audit: one() };
try {
  const config = { ...loadConfig({ DATA_DIR: dataDir }), port: 0 };
  const house = await openHouse(config, { keys: { keys: async () => keys } }, step => closing.push(step));
  const communityId = (await seedDemo(house)) ?? '';
  const owner = postgres(house.ownerUrl, { max: 1, onnotice() {} });
  closing.push(() => owner.end());
  // The wall binds the owner of the tables, too.
  await owner`select set_config('app.community', ${communityId}, false), set_config('app.system', 'seed', false)`;
  const homes = await owner<{ branchId: string; buildingId: string }[]>`
    select distinct on (branch_id) branch_id as "branchId", id as "buildingId" from building order by branch_id`;
  const [mine, ...others] = homes;
  if (!mine) throw new Error('the estate has no building');
  for (const home of others)
    await fillRegister(owner, house.vault, { communityId, ...home }, Math.round((total - PLAN) / others.length));
  const staff: AccountActor = {
    kind: 'ACCOUNT',
    accountId: newId(),
    roles: ['BRANCH_SECRETARY'],
    branchIds: [mine.branchId],
    secretaryBranchIds: [mine.branchId],
    organizationIds: [],
    memberBranchIds: [],
    kinIds: [],
    client: null,
  };
  const scope = () => house.scopeOf(communityId, staff);
  const made = await createResidentsBulk(
    scope(),
    Array.from({ length: PLAN }, (_, n) => ({
      name: `测试${n}`,
      phone: `199000${String(n).padStart(5, '0')}`,
      buildingId: mine.buildingId,
      sex: 'FEMALE' as const,
      birthDate: `${1925 + (n % 100)}-0${1 + (n % 9)}-15`,
      residencyStatus: 'PRESENT' as const,
      careCategories: n % 4 ? [] : (['LIVING_ALONE'] as const),
      isTest: true,
    })),
  );
  if (!made.ok) throw new Error('the people were refused');
  await owner`vacuum analyze`;

  const timed = async (work: () => Promise<unknown>, runs = RUNS): Promise<number[]> => {
    await work();
    const times: number[] = [];
    for (let run = 0; run < runs; run++) {
      const begun = performance.now();
      await work();
      times.push(performance.now() - begun);
    }
    return times;
  };
  const page = { limit: 20, backward: false, from: null };
  const rows: (readonly string[])[] = [];
  const measure = async (what: string, work: () => Promise<unknown>, runs?: number): Promise<void> => {
    const times = await timed(work, runs);
    rows.push([what, round(median(times)), spread(times)]);
  };
  const list =
    (search: Parameters<typeof listResidents>[1], counted = false) =>
    () =>
      listResidents(scope(), search, page, { counted, purpose: 'CASE_WORK' });
  await measure('first 20 of the branch', list({}));
  await measure('first 20 of the branch, and how many', list({}, true));
  await measure('one name', list({ name: '测试77' }, true));
  await measure('one phone', list({ phone: '19900000077' }, true));
  await measure('80 and older', list({ minAge: 80 }, true));
  await measure('80 and older, living alone', list({ minAge: 80, careCategories: ['LIVING_ALONE'] }, true));
  await measure(`facts of ${PLAN} for a plan`, () => residentFacts(scope().asSystem('matching'), made.value), 10);

  // Rows of nobody do not open: only real ones are left to rotate.
  await owner`delete from personal.resident where not is_test`;
  const vault = createVault({
    data: new Map([[2, randomBytes(32)], ...keys.data]),
    index: new Map([[2, randomBytes(32)], ...keys.index]),
  });
  const begun = performance.now();
  const report = await rotateKeys(new Scope({ ...scope().parts, vault }));
  const renewed = report.reduce((sum, row) => sum + row.renewed, 0);
  const seconds = (performance.now() - begun) / 1000;

  console.log(`A branch of ${PLAN.toLocaleString('en')} and the estate's own people in a register of ${total.toLocaleString('en')}, through the services: transaction, settings, row-level security and opening what is shown included. Medians of ${RUNS} runs, one after another.

${table(['what', 'ms', 'least – most'], rows)}

A change of both keys renews ${renewed.toLocaleString('en')} rows in ${seconds.toFixed(1)} s: ${Math.round(renewed / seconds).toLocaleString('en')} rows a second, beside whatever else is served.`);
} finally {
  for (const close of closing.reverse()) await close();
  rmSync(dataDir, { recursive: true, force: true });
}
