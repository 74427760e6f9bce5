import { and, eq } from 'drizzle-orm';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AccountActor, Actor } from '../../src/kernel/actor.js';
import { ROLES } from '../../src/kernel/actor.js';
import { newId } from '../../src/kernel/ids.js';
import { URGENCIES } from '../../src/kernel/vocabulary.js';
import { NEED_STATES } from '../../src/modules/needs/needs.domain.js';
import { canSeeNeed, isFamily, visibleTo } from '../../src/modules/needs/needs.policy.js';
import { findNeed, listNeeds } from '../../src/modules/needs/needs.service.js';
import { needs } from '../../src/modules/needs/needs.table.js';
import { serviceCategories } from '../../src/modules/taxonomy/taxonomy.table.js';
import { ACTORS, scopeOf } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { PEOPLE, setUpNeeds } from '../support/needs.js';
import { NOW, WORLD } from '../support/world.js';

const database = await createTestDatabase();
await setUpNeeds(database);

const BRANCHES = [WORLD.branch1, WORLD.branch2];
const ORGANIZATIONS = [WORLD.clinic, WORLD.barber];
const ACCOUNTS = [WORLD.daughter, WORLD.liaisonBarber];
const RESIDENTS = Object.values(PEOPLE);

interface Row {
  readonly id: string;
  readonly branchId: string;
  readonly state: (typeof NEED_STATES)[number];
  readonly urgency: (typeof URGENCIES)[number];
  readonly matchable: boolean;
  readonly requesterOrganizationId: string | null;
  readonly beneficiaryId: string | null;
  readonly requesterAccountId: string | null;
}

const anyNeed: fc.Arbitrary<Omit<Row, 'id'>> = fc.record({
  branchId: fc.constantFrom(...BRANCHES),
  state: fc.oneof(
    { weight: 3, arbitrary: fc.constant('OPEN' as const) },
    { weight: 2, arbitrary: fc.constantFrom(...NEED_STATES) },
  ),
  urgency: fc.constantFrom(...URGENCIES),
  matchable: fc.boolean(),
  requesterOrganizationId: fc.option(fc.constantFrom(...ORGANIZATIONS)),
  beneficiaryId: fc.option(fc.constantFrom(...RESIDENTS)),
  requesterAccountId: fc.option(fc.constantFrom(...ACCOUNTS)),
});
const anyAccount: fc.Arbitrary<AccountActor> = fc.record({
  kind: fc.constant('ACCOUNT' as const),
  accountId: fc.constantFrom(...ACCOUNTS, WORLD.stranger),
  roles: fc.subarray([...ROLES]),
  branchIds: fc.oneof(fc.constant([]), fc.subarray(BRANCHES)),
  secretaryBranchIds: fc.constant([]),
  organizationIds: fc.oneof(fc.constant([]), fc.subarray(ORGANIZATIONS)),
  memberBranchIds: fc.subarray(BRANCHES),
  kinIds: fc.oneof(fc.constant([]), fc.subarray(RESIDENTS)),
  client: fc.constant(null),
});
const anybody: fc.Arbitrary<Actor> = fc.oneof(
  { weight: 20, arbitrary: anyAccount },
  { weight: 1, arbitrary: fc.constant(ACTORS.anonymous) },
);

const rows: Row[] = fc.sample(anyNeed, { numRuns: 150, seed: 7 }).map(row => ({ ...row, id: newId() }));

beforeAll(async () => {
  const c = WORLD.community;
  await database.owner.begin(async tx => {
    for (const row of rows) {
      const { id, state } = row;
      await tx`insert into need (community_id, id, number, branch_id, category_code, beneficiary_kind, requester_kind, requester_organization_id, channel, state, urgency, quantity, modes, submitted_at, merged_into_id, transferred_to)
        values (${c}, ${id}, ${`X-${id}`}, ${row.branchId}, ${row.matchable ? 'HAIRCUT' : 'SAFETY_ENV'}, 'RESIDENT', 'OFFICER', ${row.requesterOrganizationId}, 'COUNTER', ${state}, ${row.urgency}, 1, '{HOME}', ${NOW},
          ${state === 'MERGED' ? (rows[0]?.id ?? null) : null}, ${state === 'TRANSFERRED' ? 'GRID' : null})`;
      await tx`insert into personal.need_detail (community_id, need_id, branch_id, beneficiary_id, requester_account_id, description_sealed) values (${c}, ${id}, ${row.branchId}, ${row.beneficiaryId}, ${row.requesterAccountId}, '')`;
    }
  });
});

const expected = (actor: Actor): string[] =>
  rows
    .filter(row => canSeeNeed(actor, { ...row, category: { matchable: row.matchable } }, isFamily(actor, row)))
    .map(({ id }) => id)
    .sort();

describe('who sees which need', () => {
  it('is the same rule for one and for a list, for random people and needs', async () => {
    const seen = new Set<number>();
    await fc.assert(
      fc.asyncProperty(anybody, async actor => {
        const found = await scopeOf(database, actor).reading(({ db }) =>
          db
            .select({ id: needs.id })
            .from(needs)
            .innerJoin(serviceCategories, eq(serviceCategories.code, needs.categoryCode))
            .where(and(eq(needs.communityId, WORLD.community), visibleTo(actor))),
        );
        expect(found.map(({ id }) => id).sort()).toEqual(expected(actor));
        seen.add(found.length);
      }),
      { numRuns: 150, seed: 11 },
    );
    expect(seen.size).toBeGreaterThan(10);
  });

  it('is the same by id and by list', async () => {
    for (const actor of fc.sample(anybody, { numRuns: 25, seed: 3 })) {
      const scope = scopeOf(database, actor);
      const byId = await Promise.all(rows.map(({ id }) => findNeed(scope, id)));
      const visible = byId.flatMap(need => need?.id ?? []).sort();
      expect(visible).toEqual(expected(actor));
      const listed = await listNeeds(scope, {}, 'NEWEST', { limit: 100, backward: false, from: null }, true);
      expect(listed.totalCount).toBe(visible.length);
    }
  });

  it('is nothing for the subdistrict, the public, and another community', async () => {
    expect(expected(ACTORS.subdistrict)).toEqual([]);
    expect(expected(ACTORS.anonymous)).toEqual([]);
    const elsewhere = scopeOf(database, ACTORS.admin, { communityId: WORLD.otherCommunity });
    expect(await findNeed(elsewhere, rows[0]?.id ?? '')).toBeNull();
  });
});
