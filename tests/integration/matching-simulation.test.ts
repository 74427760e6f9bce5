import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRandom } from '../../bench/support/instances.js';
import { buildSchema } from '../../src/graphql/schema.js';
import type { Actor } from '../../src/kernel/actor.js';
import { newId } from '../../src/kernel/ids.js';
import { resolvers } from '../../src/modules/index.js';
import { simulatePlan } from '../../src/modules/matching/simulation.service.js';
import { ACTORS, createAsk, gid, scopeOf } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { clearEstate, insertEstate } from '../support/estate.js';
import { settledPlans } from '../support/plans.js';
import { at, insertScene } from '../support/scene.js';
import { seedWorld, WORLD } from '../support/world.js';

const database = await createTestDatabase({ max: 8 });
const { owner } = database;
const ask = createAsk(buildSchema(resolvers), database);
beforeAll(() => seedWorld(database));
afterEach(() => clearEstate(database));

const FIGURES = 'needs served partly waitingHours distanceM';
const SIMULATE = `query($input: MatchPlanSimulateInput!) { matchPlanSimulate(input: $input) { simulation { total { before { ${FIGURES} } after { ${FIGURES} } } byUrgency { urgency before { served } after { served } }
  branches { branch { code } before { served } after { served } } supply { category { code } freeBefore freeAfter usedBefore usedAfter } proposals { kept moved dropped } gainingCount losingCount gaining { id } losing(first: 2) { id } }
  userErrors { code path ... on InvalidInputError { rule limit } } } }`;
async function simulate(input: Record<string, unknown>, actor: Actor = ACTORS.secretary1) {
  const { data, errors } = await ask(actor, SIMULATE, { input: { branchId: gid('Branch', WORLD.branch1), ...input } });
  expect(errors).toBeUndefined();
  return data?.matchPlanSimulate;
}
/** Everything that a simulation must leave as it is. */
const stored = async () => {
  const [counts] =
    await owner`select (select count(*)::int from match_plan) as plans, (select count(*)::int from match) as matches, (select count(*)::int from event where kind <> 'PERSONAL_DATA_READ') as events,
    (select sum(capacity)::int from session) as places, (select count(*)::int from match_policy) as policies, (select count(*)::int from plan_change) as changes`;
  return { ...counts };
};

describe('a simulation', () => {
  let scene: Awaited<ReturnType<typeof insertScene>>;
  beforeEach(async () => {
    scene = await insertScene(database, { capacity: 1 });
    for (let i = 0; i < 3; i++)
      await owner`insert into need (community_id, id, number, branch_id, category_code, beneficiary_kind, requester_kind, channel, state, urgency, quantity, modes, submitted_at, opened_at)
        values (${WORLD.community}, ${newId()}, ${`N-${i + 2}`}, ${WORLD.branch1}, 'HAIRCUT', 'GROUP', 'OFFICER', 'COUNTER', 'OPEN', 'P3', 1, '{ON_SITE}', ${at(-40 - i)}, ${at(-39)})`;
  });

  it('compares two plans and writes nothing but one line in the access log', async () => {
    const before = await stored();
    const { simulation, userErrors } = await simulate({
      changes: [{ addSessions: { likeSessionId: gid('Session', scene.session), count: 2, startsAt: at(96).toISOString() } }],
    });
    expect(userErrors).toEqual([]);
    expect(simulation).toMatchObject({
      total: { before: { needs: 4, served: 2 }, after: { needs: 4, served: 4 } },
      branches: [{ branch: { code: 'B1' }, before: { served: 2 }, after: { served: 4 } }],
      supply: [{ category: { code: 'HAIRCUT' }, freeBefore: 2, freeAfter: 4, usedBefore: 2, usedAfter: 4 }],
      gainingCount: 2,
      losingCount: 0,
    });
    expect(simulation.gaining).toHaveLength(2);
    expect(await stored()).toEqual(before);
    const log = await owner`select account_id, action from personal.access_log`;
    expect(log).toMatchObject([{ account_id: WORLD.secretary1, action: 'MATCH_SIMULATE' }]);
  });

  it.each([
    ['a clinic cancelled', () => ({ changes: [{ cancelOfferId: gid('Offer', scene.offer) }] }), 0],
    ['a session cancelled', () => ({ changes: [{ cancelSessionId: gid('Session', scene.far) }] }), 1],
    ['more places', () => ({ changes: [{ setCapacity: { sessionId: gid('Session', scene.far), capacity: 2 } }] }), 3],
    ['other weights', () => ({ weights: { rank: { waiting: 4 } } }), 2],
  ])('of %s', async (_, input, served) => {
    const { simulation, userErrors } = await simulate(input());
    expect(userErrors).toEqual([]);
    expect([simulation.total.before.served, simulation.total.after.served]).toEqual([2, served]);
  });

  it('of the last month plans each morning of it, with what was asked and offered by then', async () => {
    const plain = await owner`select id from need where id <> ${scene.need} order by number`;
    const [monday, later, old] = plain.map(({ id }) => id as string);
    await owner`update offer set published_at = ${at(-1000)}`;
    await owner`update session set created_at = ${at(-25)}, starts_at = ${at(-20)}, ends_at = ${at(-18)}, reserved = 1 where id = ${scene.session}`;
    await owner`update session set created_at = ${at(-25)}, starts_at = ${at(-10)}, ends_at = ${at(-8)} where id = ${scene.far}`;
    await owner`update need set state = 'FULFILLED', fulfilled = quantity, closed_at = ${at(-1)} where id = ${scene.need}`;
    // Monday's plan is made 24 hours ago: it knows of the first, not of the second; the third has waited for two months.
    await owner`update need set submitted_at = ${at(-24)} where id = ${monday!}`;
    await owner`update need set submitted_at = ${at(-23)} where id = ${later!}`;
    await owner`update need set submitted_at = ${at(-60 * 24)}, urgency = 'P4' where id = ${old!}`;
    const lift = { fromP4: 0, fromP3: 0, fromP2: 0 };
    const { simulation } = await simulate({ period: 'LAST_MONTH', weights: { rank: { lift } } });
    // Two places for three who had asked: by default two months of waiting count as P2; under strict tiers a P3 comes before a P4.
    expect(simulation.total).toMatchObject({ before: { needs: 4, served: 2 }, after: { needs: 4, served: 2 } });
    expect([simulation.losing, simulation.gaining]).toEqual([[{ id: gid('Need', old!) }], [{ id: gid('Need', monday!) }]]);
    expect(simulation.supply).toEqual([
      { category: { code: 'HAIRCUT' }, freeBefore: 2, freeAfter: 2, usedBefore: 2, usedAfter: 2 },
    ]);
    // Whoever gave up an hour before Monday's plan had asked, and gets nothing of it.
    await owner`update need set state = 'WITHDRAWN', closed_at = ${at(-25)} where id = ${old!}`;
    const givenUp = (await simulate({ period: 'LAST_MONTH', weights: { rank: { lift } } })).simulation;
    expect(givenUp).toMatchObject({ total: { before: { needs: 4, served: 2 } }, gainingCount: 0, losingCount: 0 });
    await owner`update need set closed_at = ${at(-31 * 24)} where id = ${old!}`;
    expect((await simulate({ period: 'LAST_MONTH' })).simulation.total.before).toMatchObject({ needs: 3, served: 2 });
  });

  it('refuses what is malformed, each at its place', async () => {
    const session = gid('Session', scene.session);
    const refused = async (input: Record<string, unknown>) => (await simulate(input)).userErrors;
    expect(await refused({ changes: [{}] })).toMatchObject([{ code: 'INVALID_INPUT', path: ['changes', '0'], rule: 'REQUIRED' }]);
    expect(await refused({ changes: [{ cancelSessionId: session, cancelOfferId: gid('Offer', scene.offer) }] })).toMatchObject([
      { code: 'INVALID_INPUT', path: ['changes', '0'] },
    ]);
    expect(await refused({ changes: [{ cancelSessionId: gid('Offer', scene.offer) }] })).toMatchObject([{ code: 'INVALID_ID' }]);
    expect(await refused({ changes: [{ cancelSessionId: gid('Session', newId()) }] })).toMatchObject([
      { code: 'NOT_FOUND', path: ['changes', '0'] },
    ]);
    expect(
      await refused({
        horizonDays: 93,
        changes: [{ addSessions: { likeSessionId: session, count: 51 } }],
        weights: { cost: { newHelper: 99_999 } },
      }),
    ).toMatchObject([
      { path: ['horizonDays'], rule: 'MAX', limit: 92 },
      { path: ['changes', '0', 'addSessions', 'count'], rule: 'MAX', limit: 50 },
      { path: ['weights', 'cost', 'newHelper'], rule: 'MAX' },
      { path: ['weights', 'cost'], rule: 'MAX' },
    ]);
  });

  it('is for who may plan there', async () => {
    expect((await simulate({}, ACTORS.secretary2)).userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
    expect((await simulate({}, ACTORS.officer)).userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
    expect((await simulate({}, ACTORS.barber)).userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
    expect((await simulate({ branchId: null })).userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
    expect((await simulate({ branchId: gid('Branch', newId()) })).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect((await simulate({ branchId: null }, ACTORS.admin)).simulation.total.before.needs).toBe(4);
    const anonymous = await ask(ACTORS.anonymous, SIMULATE, { input: {} });
    expect(anonymous.errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
  });

  it('is one at a time for a caller', async () => {
    const answers = await Promise.all([simulate({}), simulate({}), simulate({})]);
    const codes = answers.map(({ userErrors }) => userErrors[0]?.code ?? 'OK').sort();
    expect(codes).toEqual(['OK', 'TOO_MANY_ATTEMPTS', 'TOO_MANY_ATTEMPTS']);
    expect((await simulate({})).userErrors).toEqual([]);
  });

  it('stops when nobody waits for it', async () => {
    const gone = new AbortController();
    const scope = scopeOf(database, ACTORS.secretary1);
    Object.assign(scope.parts, { signal: gone.signal });
    const answer = simulatePlan(scope, { branchId: WORLD.branch1, changes: [] });
    setTimeout(() => gone.abort(), 60);
    expect(await answer).toEqual({ ok: false, failure: { code: 'TOOK_TOO_LONG' } });
    expect((await simulate({})).userErrors).toEqual([]);
  });
});

describe('scarcity of a branch', () => {
  const SCARCITY = `query($id: ID!) { branch(id: $id) { scarcity(first: 3) { plan { id } supplies { category { code } day sessions unservedNeeds changesSaved costSaved sentence } } } }`;
  const CREATE = `mutation($input: BranchMatchPlanCreateInput!) { branchMatchPlanCreate(input: $input) { matchPlan { id } } }`;
  const scarcity = async (actor: Actor) =>
    (await ask(actor, SCARCITY, { id: gid('Branch', WORLD.branch1) })).data?.branch.scarcity;

  it('comes from the latest plan, for the staff of the branch alone', async () => {
    await insertEstate(database, createRandom(81), { needs: 120, sessions: 30, branchIds: [WORLD.branch1] });
    expect(await scarcity(ACTORS.secretary1)).toBeNull();
    const input = { branchId: gid('Branch', WORLD.branch1), dryRun: true, idempotencyKey: newId() };
    const made = (await ask(ACTORS.secretary1, CREATE, { input })).data?.branchMatchPlanCreate.matchPlan;
    await settledPlans(database);
    const found = await scarcity(ACTORS.officer);
    expect(found.plan.id).toBe(made.id);
    expect(found.supplies).toHaveLength(3);
    const counts: number[] = found.supplies.map(({ unservedNeeds }: { unservedNeeds: number }) => unservedNeeds);
    expect(counts).toEqual([...counts].sort((a, b) => b - a));
    expect(found.supplies[0].sentence).toMatch(/多一个名额/);
    for (const actor of [ACTORS.secretary2, ACTORS.barber, ACTORS.subdistrict, ACTORS.daughter, ACTORS.anonymous])
      expect(await scarcity(actor)).toBeNull();
    database.statements();
    await scarcity(ACTORS.secretary1);
    expect(database.statements()).toHaveLength(3);
  });
});
