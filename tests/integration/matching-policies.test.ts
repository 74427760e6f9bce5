import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildSchema } from '../../src/graphql/schema.js';
import type { Actor } from '../../src/kernel/actor.js';
import { newId } from '../../src/kernel/ids.js';
import { resolvers } from '../../src/modules/index.js';
import { DEFAULT_WEIGHTS } from '../../src/modules/matching/planner/scoring.js';
import { createPlan } from '../../src/modules/matching/plans.service.js';
import { ensurePolicy } from '../../src/modules/matching/policies.repo.js';
import { adoptPolicy, currentPolicy } from '../../src/modules/matching/policies.service.js';
import { ACTORS, createAsk, gid, scopeOf } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { clearEstate } from '../support/estate.js';
import { settledPlans } from '../support/plans.js';
import { at, insertScene } from '../support/scene.js';
import { NOW, seedWorld, WORLD } from '../support/world.js';

const database = await createTestDatabase({ quiet: ['match_policy'] });
const { owner } = database;
const ask = createAsk(buildSchema(resolvers), database);
beforeAll(async () => {
  await seedWorld(database);
  await owner`insert into identity.account (id, login, display_name, password_hash, created_at) values (${WORLD.admin}, 'admin', '社区管理员', 'x', now())`;
});
afterEach(async () => {
  await clearEstate(database);
  await owner.unsafe('truncate match_policy, idempotency_key cascade');
});

const ADOPT = `mutation($input: MatchPolicyAdoptInput!) { matchPolicyAdopt(input: $input) {
  matchPolicy { version reason validFrom validUntil adoptedBy { displayName } weights { rank { lift { fromP4 fromP3 fromP2 } waiting age80 careCategories { category points } } cost { days { each max } newHelper } } }
  userErrors { code path ... on InvalidInputError { rule limit } ... on StaleVersionError { currentVersion } } } }`;
const adopt = async (actor: Actor, input: Readonly<Record<string, unknown>>, options = {}) => {
  const given = { weights: {}, reason: '试行', expectedVersion: 1, idempotencyKey: newId(), ...input };
  const { data, errors } = await ask(actor, ADOPT, { input: given }, options);
  expect(errors).toBeUndefined();
  return data?.matchPolicyAdopt;
};
const READ = `query($version: Int) { community { matchPolicy(version: $version) { version reason validFrom validUntil weights { rank { waiting } } }
  matchPolicies(first: 10) { totalCount edges { node { version validFrom validUntil } } } } }`;
const read = async (actor: Actor, variables = {}, options = {}) => (await ask(actor, READ, variables, options)).data?.community;

describe('the policy of a community', () => {
  it('is the default until somebody adopts another', async () => {
    expect(await read(ACTORS.secretary1)).toEqual({
      matchPolicy: {
        version: 1,
        reason: null,
        validFrom: null,
        validUntil: null,
        weights: { rank: { waiting: DEFAULT_WEIGHTS.rank.waiting } },
      },
      matchPolicies: { totalCount: 1, edges: [{ node: { version: 1, validFrom: null, validUntil: null } }] },
    });
  });

  it('is read by everybody with an account, and by nobody else', async () => {
    for (const actor of Object.values(ACTORS)) {
      const { matchPolicy, matchPolicies } = await read(actor);
      const readable = actor !== ACTORS.anonymous;
      expect([matchPolicy !== null, matchPolicies !== null]).toEqual([readable, readable]);
    }
    expect((await read(ACTORS.secretary1, { version: 2 })).matchPolicy).toBeNull();
  });

  it('is changed by the administrator alone', async () => {
    for (const [name, actor] of Object.entries(ACTORS)) {
      if (actor === ACTORS.admin || actor === ACTORS.anonymous) continue;
      expect([name, (await adopt(actor, {})).userErrors]).toEqual([name, [{ code: 'FORBIDDEN', path: null }]]);
    }
    const input = { weights: {}, reason: 'x', expectedVersion: 1, idempotencyKey: newId() };
    expect((await ask(ACTORS.anonymous, ADOPT, { input })).errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
    expect(await owner`select 1 from match_policy`).toHaveLength(0);
  });

  it('caps known categories only', async () => {
    const caps = [{ category: 'HAIRCUT', times: 1, days: 28 }];
    const unknown = await adopt(ACTORS.admin, { weights: { caps: [...caps, { ...caps[0], category: 'NO_SUCH' }] } });
    expect(unknown.userErrors).toMatchObject([{ code: 'NOT_FOUND', path: ['weights', 'caps', '1', 'category'] }]);
    expect((await adopt(ACTORS.admin, { weights: { caps } })).userErrors).toEqual([]);
    const asked = '{ community { matchPolicy { weights { caps { category times days } } } } }';
    expect((await ask(ACTORS.secretary1, asked)).data?.community.matchPolicy.weights.caps).toEqual(caps);
  });

  it('changes what is named, keeps the rest, and says who and why', async () => {
    const made = await adopt(ACTORS.admin, {
      reason: ' 等待时间加倍 ',
      weights: {
        rank: { lift: { fromP2: 0 }, waiting: 4, careCategories: [{ category: 'VETERAN', points: 30 }] },
        cost: { newHelper: 500 },
      },
    });
    expect(made.userErrors).toEqual([]);
    expect(made.matchPolicy).toMatchObject({
      version: 2,
      reason: '等待时间加倍',
      validFrom: NOW.toISOString(),
      validUntil: null,
      adoptedBy: { displayName: '社区管理员' },
      weights: {
        rank: { lift: { fromP4: 170, fromP3: 170, fromP2: 0 }, waiting: 4, age80: 150 },
        cost: { days: { each: 100, max: 2500 }, newHelper: 500 },
      },
    });
    const groups = Object.fromEntries(
      made.matchPolicy.weights.rank.careCategories.map(({ category, points }: any) => [category, points]),
    );
    expect(groups).toEqual({ ...DEFAULT_WEIGHTS.rank.careCategories, VETERAN: 30 });
    expect((await read(ACTORS.barber)).matchPolicy).toMatchObject({ version: 2, weights: { rank: { waiting: 4 } } });
    const [event] = await owner`select kind, from_state, to_state, actor_id from event`;
    expect(event).toEqual({ kind: 'MATCH_POLICY_ADOPTED', from_state: '1', to_state: '2', actor_id: WORLD.admin });
    const seen = await ask(ACTORS.barber, '{ community { matchPolicy { reason adoptedBy { login } } } }');
    expect(seen.data?.community.matchPolicy).toEqual({ reason: '等待时间加倍', adoptedBy: null });
  });

  it('tells all that is wrong with a change', async () => {
    expect((await adopt(ACTORS.admin, { reason: ' ', validFrom: at(-1) })).userErrors).toEqual([
      { code: 'INVALID_INPUT', path: ['reason'], rule: 'REQUIRED', limit: null },
      { code: 'INVALID_INPUT', path: ['validFrom'], rule: 'IN_THE_PAST', limit: null },
    ]);
    expect((await adopt(ACTORS.admin, { validFrom: at(24 * 367) })).userErrors).toEqual([
      { code: 'INVALID_INPUT', path: ['validFrom'], rule: 'MAX', limit: 366 },
    ]);
    const weights = { rank: { lift: { fromP3: 10_000 }, waiting: -1 }, cost: { floors: { each: 10_000 } } };
    expect((await adopt(ACTORS.admin, { weights })).userErrors).toEqual([
      { code: 'INVALID_INPUT', path: ['weights', 'rank', 'lift', 'fromP3'], rule: 'MAX', limit: 9999 },
      { code: 'INVALID_INPUT', path: ['weights', 'rank', 'waiting'], rule: 'MIN', limit: 0 },
      { code: 'INVALID_INPUT', path: ['weights', 'cost', 'floors', 'each'], rule: 'MAX', limit: 9999 },
    ]);
    expect((await adopt(ACTORS.admin, { expectedVersion: 3 })).userErrors).toEqual([
      { code: 'STALE_VERSION', path: null, currentVersion: 1 },
    ]);
    expect(await owner`select 1 from match_policy`).toHaveLength(0);
  });

  it('holds from its day on; an announced version gives way to a later one that begins before', async () => {
    const february = at(24 * 62);
    await adopt(ACTORS.admin, { validFrom: february, weights: { rank: { waiting: 9 } } });
    const day = (when: Date) => ({ now: () => when });
    expect((await read(ACTORS.officer)).matchPolicy).toMatchObject({ version: 1, validUntil: february.toISOString() });
    expect((await read(ACTORS.officer, {}, day(february))).matchPolicy).toMatchObject({ version: 2 });
    // What the third does not name comes from the first: the second would not hold by then.
    const january = at(24 * 31);
    const third = await adopt(ACTORS.admin, { expectedVersion: 2, validFrom: january, weights: { cost: { newHelper: 1 } } });
    expect(third.matchPolicy.weights).toMatchObject({ rank: { waiting: 2 }, cost: { newHelper: 1 } });
    expect((await read(ACTORS.officer, {}, day(february))).matchPolicy).toMatchObject({ version: 3 });
    expect((await read(ACTORS.officer)).matchPolicies).toEqual({
      totalCount: 3,
      edges: [
        { node: { version: 3, validFrom: january.toISOString(), validUntil: null } },
        { node: { version: 2, validFrom: february.toISOString(), validUntil: january.toISOString() } },
        { node: { version: 1, validFrom: null, validUntil: january.toISOString() } },
      ],
    });
  });

  it('is made once for a key, and of two administrators one comes first', async () => {
    const command = { weights: {}, reason: 'x', expectedVersion: 1, idempotencyKey: newId() };
    const repeated = await Promise.all([1, 2, 3].map(() => adoptPolicy(scopeOf(database, ACTORS.admin), command)));
    for (const made of repeated) expect(made).toMatchObject({ ok: true, value: { version: 2 } });
    expect(await adoptPolicy(scopeOf(database, ACTORS.admin), { ...command, reason: 'y' })).toMatchObject({
      failure: { code: 'IDEMPOTENCY_KEY_REUSED' },
    });
    const race = await Promise.all(
      [1, 2, 3].map(() =>
        adoptPolicy(scopeOf(database, ACTORS.admin), { ...command, expectedVersion: 2, idempotencyKey: newId() }),
      ),
    );
    expect(race.filter(({ ok }) => ok)).toHaveLength(1);
    for (const made of race) if (!made.ok) expect(made.failure).toEqual({ code: 'STALE_VERSION', currentVersion: 3 });
    expect(await owner`select version from match_policy order by version`).toMatchObject([
      { version: 1 },
      { version: 2 },
      { version: 3 },
    ]);
  });
});

it('versions are read in as many statements as one', async () => {
  const ALL =
    '{ community { matchPolicies(first: 20) { totalCount edges { node { version validUntil adoptedBy { login } weights { rank { age80 } } } } } } }';
  const counts: number[] = [];
  for (const expectedVersion of [1, 2, 3]) {
    expect((await adopt(ACTORS.admin, { expectedVersion })).userErrors).toEqual([]);
    database.statements();
    const { data } = await ask(ACTORS.admin, ALL);
    counts.push(database.statements().length);
    expect(data?.community.matchPolicies.edges[0].node.adoptedBy).toEqual({ login: 'admin' });
  }
  expect(counts).toEqual([counts[0], counts[0], counts[0]]);
});

describe('plans', () => {
  it('are computed by the version they were asked for, and keep it', async () => {
    await insertScene(database);
    const first = await createPlan(scopeOf(database, ACTORS.secretary1), { branchId: WORLD.branch1, idempotencyKey: newId() });
    if (!first.ok) throw new Error(first.failure.code);
    await settledPlans(database);
    await adopt(ACTORS.admin, { weights: { rank: { waiting: 0 } } });
    const second = await createPlan(scopeOf(database, ACTORS.secretary1), { branchId: WORLD.branch1, idempotencyKey: newId() });
    if (!second.ok) throw new Error(second.failure.code);
    await settledPlans(database);
    const LOOK = `query($id: ID!) { matchPlan(id: $id) { policyVersion policy { version weights { rank { waiting } } }
      matches(first: 1) { edges { node { explanation { policyVersion rankParts { code } } } } } } }`;
    const look = async (id: string) => (await ask(ACTORS.secretary1, LOOK, { id: gid('MatchPlan', id) })).data?.matchPlan;
    const codes = (plan: any): string[] => plan.matches.edges[0].node.explanation.rankParts.map(({ code }: any) => code);
    const [before, after] = [await look(first.value.id), await look(second.value.id)];
    expect(before).toMatchObject({ policyVersion: 1, policy: { version: 1, weights: { rank: { waiting: 2 } } } });
    expect(after).toMatchObject({ policyVersion: 2, policy: { version: 2, weights: { rank: { waiting: 0 } } } });
    expect(codes(before)).toContain('WAITING');
    expect(codes(after)).not.toContain('WAITING');
  });

  it('that wait for their run go by their own version, though another is valid by then', async () => {
    await insertScene(database);
    const announced = await adopt(ACTORS.admin, { validFrom: at(1), weights: { rank: { waiting: 0 } } });
    expect(announced.userErrors).toEqual([]);
    database.statements();
    // Two hours pass between the writing of the plan and its run.
    let isWritten = false;
    const now = (): Date => {
      isWritten ||= database.statements().some(text => text.startsWith('insert into "match_plan"'));
      return isWritten ? at(2) : NOW;
    };
    const late = scopeOf(database, ACTORS.secretary1, { now });
    const created = await createPlan(late, { branchId: WORLD.branch1, idempotencyKey: newId() });
    if (!created.ok) throw new Error(created.failure.code);
    expect(isWritten).toBe(true);
    expect(created.value.policyVersion).toBe(1);
    await settledPlans(database);
    expect((await currentPolicy(scopeOf(database, ACTORS.secretary1, { now: () => at(2) }))).version).toBe(2);
    const parts =
      await owner`select distinct part->>'code' as code from match, jsonb_array_elements(explanation->'rankParts') part`;
    expect(parts.map(({ code }) => code)).toContain('WAITING');
  });

  it('are refused by no policy that another request writes down first', async () => {
    const scope = () => scopeOf(database, ACTORS.admin);
    const written = await Promise.all(
      [1, 2, 3].map(() => scope().transaction(async tx => ({ ok: true, value: await ensurePolicy(tx) }) as const)),
    );
    for (const { value } of written) expect(value.version).toBe(1);
  });
});
