import { and, eq } from 'drizzle-orm';
import { beforeAll, expect, it } from 'vitest';
import { createRandom } from '../../bench/support/instances.js';
import type { AccountActor, Actor } from '../../src/kernel/actor.js';
import { newId } from '../../src/kernel/ids.js';
import { MATCH_STATES } from '../../src/modules/matching/matching.domain.js';
import { canSeeMatch, canSeePlan, matchesVisibleTo, plansVisibleTo } from '../../src/modules/matching/matching.policy.js';
import { matches, matchPlans } from '../../src/modules/matching/matching.table.js';
import { DEFAULT_WEIGHTS } from '../../src/modules/matching/planner/scoring.js';
import { ACTORS } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { insertEstate } from '../support/estate.js';
import { NOW, seedWorld, WORLD } from '../support/world.js';

const database = await createTestDatabase();
const { owner, serving } = database;
const c = WORLD.community;

/** Every plan and match that may matter to a rule: each branch and none, each organization, each state. */
beforeAll(async () => {
  await seedWorld(database);
  await insertEstate(database, createRandom(1), { needs: 8, sessions: 4 });
  await owner`insert into match_policy (community_id, version, weights, reason, valid_from) values (${c}, 1, ${owner.json(DEFAULT_WEIGHTS)}, 'test', ${NOW})`;
  const sessions = await owner`select id from session`;
  const needs = await owner`select id from need`;
  for (const branchId of [WORLD.branch1, WORLD.branch2, null]) {
    for (let i = 0; i < 3; i++) {
      const plan = newId();
      await owner`insert into match_plan (community_id, id, branch_id, state, policy_version, horizon_start, horizon_end, created_at)
        values (${c}, ${plan}, ${branchId}, 'READY', 1, ${NOW}, ${new Date(NOW.getTime() + 1)}, ${NOW})`;
      for (const [n, organization] of [WORLD.clinic, WORLD.barber, WORLD.stranger].entries())
        for (const [s, state] of MATCH_STATES.entries())
          await owner`insert into match (community_id, id, plan_id, need_id, session_id, organization_id, branch_id, quantity, state, rank_position, tier, points, cost, explanation)
            values (${c}, ${newId()}, ${plan}, ${needs[s]!.id}, ${sessions[n]!.id}, ${organization}, ${branchId ?? WORLD.branch1}, 1, ${state}, 1, 1, 0, 0, '{}')`;
    }
  }
});

function randomActors(): Actor[] {
  const random = createRandom(2);
  const some = (list: readonly string[]): string[] => list.filter(() => random() < 0.4);
  const made = Array.from({ length: 60 }, (): AccountActor => {
    const branchIds = some([WORLD.branch1, WORLD.branch2]);
    return {
      ...ACTORS.stranger,
      roles: random() < 0.2 ? ['COMMUNITY_ADMIN'] : ['LIAISON'],
      branchIds,
      secretaryBranchIds: branchIds,
      organizationIds: some([WORLD.clinic, WORLD.barber, WORLD.stranger]),
      memberBranchIds: some([WORLD.branch1, WORLD.branch2]),
    };
  });
  return [...Object.values(ACTORS), ...made];
}

it('the rule for one and the rule for a list say the same', async () => {
  const plans = await serving.db.select().from(matchPlans).where(eq(matchPlans.communityId, c));
  const all = await serving.db.select().from(matches).where(eq(matches.communityId, c));
  let seen = 0;
  for (const actor of randomActors()) {
    const listed = await serving.db
      .select({ id: matchPlans.id })
      .from(matchPlans)
      .where(and(eq(matchPlans.communityId, c), plansVisibleTo(actor)));
    const found = await serving.db
      .select({ id: matches.id })
      .from(matches)
      .where(and(eq(matches.communityId, c), matchesVisibleTo(actor)));
    const ids = (rows: readonly { readonly id: string }[]): string[] => rows.map(({ id }) => id).sort();
    expect(ids(listed)).toEqual(ids(plans.filter(plan => canSeePlan(actor, plan))));
    expect(ids(found)).toEqual(ids(all.filter(match => canSeeMatch(actor, match))));
    seen += listed.length + found.length;
  }
  expect(seen).toBeGreaterThan(100);
});
