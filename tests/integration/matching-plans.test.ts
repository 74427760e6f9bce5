import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRandom } from '../../bench/support/instances.js';
import type { Actor } from '../../src/kernel/actor.js';
import { newId } from '../../src/kernel/ids.js';
import { loadFacts } from '../../src/modules/matching/facts.service.js';
import { IN_RANK, pageOfMatches } from '../../src/modules/matching/matching.service.js';
import { failedRules } from '../../src/modules/matching/planner/rules.js';
import { byRank, costOf, DEFAULT_WEIGHTS, rankOf } from '../../src/modules/matching/planner/scoring.js';
import { planInThread } from '../../src/modules/matching/planning.runner.js';
import { createPlan, failInterruptedPlans, pageOfUnmatched, stopPlanRuns } from '../../src/modules/matching/plans.service.js';
import { isAllowed, readWorld } from '../support/allowed.js';
import { ACTORS, scopeOf } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { clearEstate, insertEstate } from '../support/estate.js';
import { planInput, randomFacts } from '../support/facts.js';
import { problemOf, referenceSolve } from '../support/matching.js';
import { untilSettled } from '../support/plans.js';
import { NOW, seedWorld, WORLD } from '../support/world.js';

const database = await createTestDatabase();
const scope = (actor: Actor) => scopeOf(database, actor);
const now = NOW.getTime();
beforeAll(() => seedWorld(database));

const key = () => newId();
const all = { limit: 10_000, backward: false, from: null };

async function readyPlan(actor: Actor, branchId: string | null) {
  const command = { branchId, idempotencyKey: key() };
  const created = await untilSettled(
    () => createPlan(scope(actor), command),
    answer => (answer.ok ? answer.value.state : undefined),
  );
  if (!created.ok) throw new Error(JSON.stringify(created.failure));
  const plan = created.value;
  expect(plan).toMatchObject({ state: 'READY', progress: 100, failure: null });
  const matches = (await pageOfMatches(scope(actor), { planId: plan.id }, IN_RANK, all)).edges.map(({ node }) => node);
  const unmatched = (await pageOfUnmatched(scope(actor), plan.id, null, all)).edges.map(({ node }) => node);
  return { plan, matches, unmatched };
}

describe('a plan of a random estate', () => {
  afterEach(() => clearEstate(database));

  it.each([
    [1, WORLD.branch1],
    [2, WORLD.branch1],
    [3, WORLD.branch2],
    [4, null],
    [5, null],
  ])('obeys every rule, is optimal on both levels and tells the truth (estate %i)', async (seed, branchId) => {
    await insertEstate(database, createRandom(seed), { needs: 120, sessions: 60 });
    const actor = branchId === null ? ACTORS.admin : branchId === WORLD.branch1 ? ACTORS.secretary1 : ACTORS.secretary2;
    const { plan, matches, unmatched } = await readyPlan(actor, branchId);
    const world = await readWorld(database);
    const needs = world.needs.filter(({ branch_id }) => branchId === null || branch_id === branchId);
    const pool = world.sessions.filter(({ starts_at }) => !starts_at || starts_at < plan.horizonEnd);

    const needById = new Map(needs.map(need => [need.id, need]));
    const sessionById = new Map(pool.map(session => [session.id, session]));
    expect(matches.length).toBeGreaterThan(3);
    for (const { needId, sessionId } of matches) expect(isAllowed(needById.get(needId)!, sessionById.get(sessionId)!)).toBe(true);

    // Both levels against a solver that shares nothing with ours but the numbers.
    const facts = await loadFacts(
      scope(actor),
      'TEST',
      { needs: { needIds: needs.map(({ id }) => id) }, sessions: { sessionIds: pool.map(({ id }) => id) } },
      DEFAULT_WEIGHTS,
    );
    const eligible = facts.needs.filter(({ id, urgency, isOpen, matchable }) => {
      expect(needById.get(id)?.urgency).toBe(urgency);
      return urgency !== 'P0' && isOpen && matchable;
    });
    const ranked = eligible.map(need => ({ need, rank: rankOf(need, DEFAULT_WEIGHTS, now) })).sort(byRank);
    const problem = problemOf(
      facts.sessions.map(({ id }) => sessionById.get(id)!.free),
      ranked.map(({ need }, i) => ({
        quantity: needById.get(need.id)!.open,
        rank: ranked.length - i,
        pairs: facts.sessions.flatMap((session, j) =>
          isAllowed(needById.get(need.id)!, sessionById.get(session.id)!)
            ? [[j, costOf(need, session, DEFAULT_WEIGHTS, now).total] as const]
            : [],
        ),
      })),
    );
    const best = referenceSolve(problem);
    const servedOf = (id: string): number =>
      matches.filter(({ needId }) => needId === id).reduce((total, { quantity }) => total + quantity, 0);
    expect(ranked.map(({ need }) => servedOf(need.id))).toEqual(best.served);
    expect(matches.reduce((total, { quantity, cost }) => total + BigInt(quantity * cost), 0n)).toBe(best.cost);

    // Every unserved need is there with what is missing and with a reason that is true.
    const position = new Map(ranked.map(({ need }, i) => [need.id, i + 1]));
    expect(unmatched.map(({ needId, quantity }) => [needId, quantity])).toEqual(
      ranked.flatMap(({ need }) => {
        const missing = needById.get(need.id)!.open - servedOf(need.id);
        return missing > 0 ? [[need.id, missing]] : [];
      }),
    );
    for (const { needId, reason, certificate, quantity } of unmatched) {
      const need = needById.get(needId)!;
      const allowed = pool.filter(session => isAllowed(need, session));
      expect(certificate.possible).toBe(allowed.length);
      expect(certificate.sessionIds.slice(0, allowed.length).sort()).toEqual(allowed.map(({ id }) => id).sort());
      for (const { needs: held, waiting } of certificate.holders)
        expect(waiting.reduce((total, band) => total + band.needs, 0)).toBe(held);
      expect(reason === 'ALL_FULL' || reason === 'PARTLY_SERVED').toBe(allowed.length > 0);
      if (reason === 'PARTLY_SERVED') expect(quantity).toBeLessThan(need.open);
      if (reason === 'NO_OFFER_OF_CATEGORY') {
        const any = pool.some(
          session =>
            session.offer_state === 'PUBLISHED' &&
            session.session_state === 'SCHEDULED' &&
            session.capacity_unit === need.capacity_unit &&
            session.pacts.some((pact: string) => pact.startsWith(need.branch_id)) &&
            (session.category_code === need.category_code ||
              (session.covers_children && need.path.includes(`${session.category_code}/`))),
        );
        expect(any).toBe(false);
      }
      for (const session of allowed) {
        const holders = matches.filter(({ sessionId }) => sessionId === session.id);
        expect(holders.reduce((total, { quantity: held }) => total + held, 0)).toBe(session.free);
        for (const holder of holders) expect(position.get(holder.needId)).toBeLessThanOrEqual(position.get(needId)!);
      }
    }
    const { byUrgency, supply } = plan.totals!;
    expect(byUrgency.reduce((total, { needs: count }) => total + count, 0)).toBe(ranked.length);
    expect(supply.reduce((total, { used }) => total + used, 0)).toBe(
      matches.reduce((total, { quantity }) => total + quantity, 0),
    );
    for (const match of matches) {
      const { costParts, rankParts } = match.explanation as unknown as {
        readonly [K in 'costParts' | 'rankParts']: readonly { value: number }[];
      };
      expect(costParts.reduce((total, { value }) => total + value, 0)).toBe(match.cost);
      expect(rankParts.reduce((total, { value }) => total + value, 0)).toBe(match.points);
    }
  });

  it('judges every single pair as the rules read, not only those it picks', async () => {
    await insertEstate(database, createRandom(11), { needs: 150, sessions: 90 });
    const world = await readWorld(database);
    const { needs, sessions } = await loadFacts(
      scope(ACTORS.admin),
      'TEST',
      { needs: { needIds: world.needs.map(({ id }) => id) }, sessions: { sessionIds: world.sessions.map(({ id }) => id) } },
      DEFAULT_WEIGHTS,
    );
    const [needById, sessionById] = [new Map(needs.map(need => [need.id, need])), new Map(sessions.map(one => [one.id, one]))];
    let possible = 0;
    for (const need of world.needs)
      for (const session of world.sessions) {
        const [facts, other] = [needById.get(need.id)!, sessionById.get(session.id)!];
        const allowed = failedRules(facts, other, now).length === 0 && facts.open > 0;
        expect(allowed, `${need.id} ${session.id}`).toBe(isAllowed(need, session));
        if (allowed) possible++;
      }
    expect(possible).toBeGreaterThan(100);
  });

  it('asks the database as often for many needs as for few', async () => {
    const counts: number[] = [];
    for (const needs of [20, 200]) {
      await insertEstate(database, createRandom(5), { needs, sessions: 40 });
      database.statements();
      await readyPlan(ACTORS.secretary1, WORLD.branch1);
      counts.push(database.statements().filter(text => !text.includes('"progress"')).length);
      await clearEstate(database);
    }
    expect(counts[1]).toBe(counts[0]);
  });

  it('leaves one line in the access log, on whose behalf', async () => {
    await insertEstate(database, createRandom(5), { needs: 20, sessions: 10 });
    await readyPlan(ACTORS.secretary1, WORLD.branch1);
    const log = await database.owner`select account_id, purpose, action, detail from personal.access_log`;
    expect(log).toMatchObject([{ account_id: WORLD.secretary1, purpose: 'matching', action: 'MATCH_PLAN' }]);
    expect(log[0]?.detail.residents).toBeGreaterThan(0);
  });
});

describe('starting a run', () => {
  beforeEach(() => insertEstate(database, createRandom(1), { needs: 60, sessions: 30 }));
  afterEach(() => clearEstate(database));

  it('is for who runs the branch', async () => {
    const tried = [
      [ACTORS.secretary2, WORLD.branch1],
      [ACTORS.officer, WORLD.branch1],
      [ACTORS.clinic, WORLD.branch1],
      [ACTORS.secretary1, null],
    ] as const;
    for (const [actor, branchId] of tried)
      expect(await createPlan(scope(actor), { branchId, idempotencyKey: key() })).toMatchObject({
        failure: { code: 'FORBIDDEN' },
      });
    expect(await createPlan(scope(ACTORS.admin), { branchId: newId(), idempotencyKey: key() })).toMatchObject({
      failure: { code: 'NOT_FOUND' },
    });
    await readyPlan(ACTORS.secretary1, WORLD.branch1);
  });

  it('happens once for one key, and one at a time for one branch', async () => {
    const command = { branchId: WORLD.branch1, idempotencyKey: key() };
    const [a, b] = await Promise.all([
      createPlan(scope(ACTORS.secretary1), command),
      createPlan(scope(ACTORS.secretary1), command),
    ]);
    expect(a.ok && b.ok && a.value.id === b.value.id).toBe(true);
    await stopPlanRuns();
    const race = await Promise.all(
      Array.from({ length: 6 }, () => createPlan(scope(ACTORS.secretary1), { branchId: WORLD.branch1, idempotencyKey: key() })),
    );
    const started = race.flatMap(result => (result.ok ? [result.value.id] : []));
    expect(started).toHaveLength(1);
    for (const result of race) if (!result.ok) expect(result.failure).toEqual({ code: 'RUN_IN_PROGRESS', planId: started[0] });
    const other = await createPlan(scope(ACTORS.secretary2), { branchId: WORLD.branch2, idempotencyKey: key() });
    expect(other.ok).toBe(true);
  });

  it('reports all that is wrong, and refuses to pin what the rules forbid', async () => {
    const world = await readWorld(database);
    const need = world.needs.find(
      ({ branch_id, state, urgency }) => branch_id === WORLD.branch1 && state === 'OPEN' && urgency !== 'P0',
    )!;
    const forbidden = world.sessions.find(session => !isAllowed(need, session))!;
    const pair = { needId: need.id, sessionId: forbidden.id, reason: 'OTHER' as const };
    const base = { branchId: WORLD.branch1, idempotencyKey: key() };
    expect(
      await createPlan(scope(ACTORS.secretary1), { ...base, horizonDays: 93, pinned: [pair], forbidden: [pair] }),
    ).toMatchObject({
      failure: {
        code: 'INVALID_INPUT',
        problems: [
          { path: ['horizonDays'], rule: 'MAX' },
          { path: ['forbidden'], rule: 'NOT_ALLOWED' },
        ],
      },
    });
    expect(await createPlan(scope(ACTORS.secretary1), { ...base, until: NOW })).toMatchObject({
      failure: { problems: [{ path: ['until'], rule: 'ENDS_BEFORE_START' }] },
    });
    expect(await createPlan(scope(ACTORS.secretary1), { ...base, pinned: [pair] })).toMatchObject({
      failure: { code: 'NOT_POSSIBLE' },
    });
    const elsewhere = world.needs.find(({ branch_id }) => branch_id === WORLD.branch2)!;
    expect(await createPlan(scope(ACTORS.secretary1), { ...base, pinned: [{ ...pair, needId: elsewhere.id }] })).toMatchObject({
      failure: { code: 'NOT_FOUND' },
    });
  });

  it('leaves no run behind for ever when the process dies', async () => {
    await database.owner`insert into match_policy (community_id, version, weights, reason, valid_from) values (${WORLD.community}, 1, ${database.owner.json(DEFAULT_WEIGHTS)}, 'test', ${NOW}) on conflict do nothing`;
    const left = newId();
    await database.owner`insert into match_plan (community_id, id, branch_id, state, policy_version, horizon_start, horizon_end, created_at)
      values (${WORLD.community}, ${left}, ${WORLD.branch1}, 'RUNNING', 1, ${NOW}, ${new Date(now + 1)}, ${NOW})`;
    expect(await createPlan(scope(ACTORS.secretary1), { branchId: WORLD.branch1, idempotencyKey: key() })).toMatchObject({
      failure: { code: 'RUN_IN_PROGRESS', planId: left },
    });
    expect(await failInterruptedPlans(database.serving.db, NOW, { alone: false })).toBe(0);
    expect(await failInterruptedPlans(database.serving.db, NOW, { alone: true })).toBe(1);
    const [plan] = await database.owner`select state, failure, finished_at from match_plan where id = ${left}`;
    expect(plan).toEqual({ state: 'FAILED', failure: 'INTERRUPTED', finished_at: NOW });
    await readyPlan(ACTORS.secretary1, WORLD.branch1);
  });

  it('takes over from a run that nobody finished', async () => {
    await readyPlan(ACTORS.secretary1, WORLD.branch1);
    const [abandoned] =
      await database.owner`update match_plan set state = 'RUNNING', created_at = ${new Date(now - 3_600_000)} returning id`;
    await readyPlan(ACTORS.secretary1, WORLD.branch1);
    const [plan] = await database.owner`select state, failure from match_plan where id = ${abandoned!.id}`;
    expect(plan).toEqual({ state: 'FAILED', failure: 'INTERRUPTED' });
  });

  it('says so when a run is stopped', async () => {
    const started = createPlan(scope(ACTORS.secretary1), { branchId: WORLD.branch1, idempotencyKey: key() });
    for (;;) {
      const [row] = await database.owner`select state from match_plan`;
      if (row?.state === 'RUNNING') break;
    }
    // The thread starts after the facts are loaded; stopping is asked until there is one to stop.
    let plan = null;
    while (!plan) {
      await stopPlanRuns();
      plan = await Promise.race([started, new Promise<null>(resolve => setTimeout(resolve, 5, null))]);
    }
    expect(plan).toMatchObject({ ok: true });
    const [row] = await database.owner`select state, failure from match_plan`;
    expect(['READY', 'FAILED']).toContain(row?.state);
    if (row?.state === 'FAILED') expect(row.failure).toBe('INTERRUPTED');
  });
});

it('a large plan leaves the event loop to others', async () => {
  const { needs, sessions } = randomFacts(createRandom(9), 2500, 1000);
  let turns = 0;
  const timer = setInterval(() => turns++, 5);
  const progress: number[] = [];
  const plan = await planInThread(planInput(needs, sessions), percent => progress.push(percent));
  clearInterval(timer);
  expect(plan.matches.length).toBeGreaterThan(500);
  expect(progress.length).toBeGreaterThan(5);
  expect(progress).toEqual([...progress].sort((a, b) => a - b));
  // On the loop itself the timer would not fire at all before the plan is there.
  expect(turns).toBeGreaterThan(5);
});
