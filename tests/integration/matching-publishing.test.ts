import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRandom } from '../../bench/support/instances.js';
import { buildSchema } from '../../src/graphql/schema.js';
import type { Actor } from '../../src/kernel/actor.js';
import { newId } from '../../src/kernel/ids.js';
import { resolvers } from '../../src/modules/index.js';
import { ACTORS, createAsk, gid } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { clearEstate, insertEstate } from '../support/estate.js';
import { untilSettled } from '../support/plans.js';
import { profileColumns } from '../support/profiles.js';
import { at, insertScene } from '../support/scene.js';
import { seedWorld, WORLD } from '../support/world.js';

const database = await createTestDatabase({ max: 8 });
const { owner } = database;
const ask = createAsk(buildSchema(resolvers), database);
beforeAll(() => seedWorld(database));
afterEach(() => clearEstate(database));

const c = WORLD.community;

const CREATE = `mutation($input: BranchMatchPlanCreateInput!) { branchMatchPlanCreate(input: $input) { matchPlan { id version status progress dryRun policyVersion branch { code }
  totals { needs pairs byUrgency { urgency needs served } supply { category { code } free used } }
  matches(first: 100) { totalCount edges { node { id state quantity rankPosition need { id number } session { id } organization { id code } explanation { sentence points cost complete rankParts { code points text } costParts { code cost } runnersUp { cost isFull sentence session { id } differences { code cost measured } } } } } }
  unmatched(first: 100) { totalCount edges { node { quantity reason sentence need { id } certificate { possible closedSet promised holders { tier needs waiting { band needs } } sessions { id } } } } } }
  userErrors { code message path ... on NotPossibleError { reasons } ... on RunInProgressError { planId } } } }`;
const PUBLISH = `mutation($input: MatchPlanPublishInput!) { matchPlanPublish(input: $input) { matchPlan { id version status } fellOut { id state fellOutBecause { code sentence } } userErrors { code ... on StaleVersionError { currentVersion } ... on InvalidStateError { from } } } }`;

async function createPlan(actor: Actor = ACTORS.secretary1, input: Record<string, unknown> = {}, options = {}) {
  const variables = { input: { branchId: gid('Branch', WORLD.branch1), idempotencyKey: newId(), ...input } };
  return untilSettled(
    async () => {
      const { data, errors } = await ask(actor, CREATE, variables, options);
      expect(errors).toBeUndefined();
      return data?.branchMatchPlanCreate;
    },
    ({ matchPlan }) => matchPlan?.status,
  );
}
async function publish(actor: Actor, plan: { id: string; version: number }, input: Record<string, unknown> = {}, options = {}) {
  const variables = { input: { planId: plan.id, expectedVersion: plan.version, idempotencyKey: newId(), ...input } };
  const { data, errors } = await ask(actor, PUBLISH, variables, options);
  expect(errors).toBeUndefined();
  return data?.matchPlanPublish;
}

describe('a plan over the API', () => {
  it('is ready at once when it is small, and explained', async () => {
    const scene = await insertScene(database);
    const { matchPlan, userErrors } = await createPlan();
    expect(userErrors).toEqual([]);
    expect(matchPlan).toMatchObject({
      status: 'READY',
      progress: 100,
      dryRun: false,
      policyVersion: 1,
      branch: { code: 'B1' },
      totals: { needs: 1, pairs: 2, supply: [{ category: { code: 'HAIRCUT' }, free: 6, used: 1 }] },
      unmatched: { totalCount: 0, edges: [] },
    });
    const [{ node }] = matchPlan.matches.edges;
    expect(node).toMatchObject({
      state: 'PLANNED',
      quantity: 1,
      rankPosition: 1,
      need: { id: gid('Need', scene.need) },
      session: { id: gid('Session', scene.session) },
      explanation: {
        points: 268,
        cost: 1440,
        complete: true,
        runnersUp: [
          {
            cost: 2040,
            isFull: false,
            sentence: '代价 2040(等待天数 +600)。',
            session: { id: gid('Session', scene.far) },
            differences: [{ code: 'DAYS', cost: 600, measured: 8 }],
          },
        ],
      },
    });
    expect(node.explanation.sentence).toContain('次优场次代价 2040');
  });

  it('says in words why a need stays open', async () => {
    const scene = await insertScene(database, { capacity: 1 });
    await owner`update session set reserved = 1 where id = ${scene.far}`;
    const rival = newId();
    await owner`insert into need (community_id, id, number, branch_id, category_code, beneficiary_kind, requester_kind, channel, state, urgency, quantity, modes, submitted_at, opened_at)
      values (${c}, ${rival}, 'N-2', ${WORLD.branch1}, 'HAIRCUT', 'GROUP', 'OFFICER', 'COUNTER', 'OPEN', 'P1', 1, '{ON_SITE}', ${at(-1)}, ${at(-1)})`;
    const { matchPlan } = await createPlan();
    expect(matchPlan.unmatched).toEqual({
      totalCount: 1,
      edges: [
        {
          node: {
            quantity: 1,
            reason: 'ALL_FULL',
            sentence:
              '能服务的 2 个场次都已约满。其中 1 个已全部承诺,由排序在前的需求占用(P1 档 1 项),其中最后一位为 P1 档,0 分(高 1 档)。',
            need: { id: gid('Need', scene.need) },
            certificate: {
              possible: 2,
              closedSet: 2,
              promised: 1,
              holders: [{ tier: 1, needs: 1, waiting: [{ band: 'UNDER_3_DAYS', needs: 1 }] }],
              sessions: [{ id: gid('Session', scene.session) }, { id: gid('Session', scene.far) }],
            },
          },
        },
      ],
    });
  });

  it('cannot be seen from another branch by any route', async () => {
    await insertScene(database);
    const { matchPlan } = await createPlan();
    const match = matchPlan.matches.edges[0].node.id;
    const look = `query($plan: ID!, $match: ID!, $branch: ID!) { node(id: $plan) { id } other: node(id: $match) { id } nodes(ids: [$plan, $match]) { id } matchPlan(id: $plan) { id } matchPlans(branchId: $branch) { totalCount edges { node { id } } } }`;
    const variables = { plan: matchPlan.id, match, branch: gid('Branch', WORLD.branch1) };
    for (const actor of [
      ACTORS.anonymous,
      ACTORS.secretary2,
      ACTORS.barber,
      ACTORS.clinic,
      ACTORS.daughter,
      ACTORS.subdistrict,
    ]) {
      const { data, errors } = await ask(actor, look, variables);
      expect(errors).toBeUndefined();
      expect(data).toEqual({
        node: null,
        other: null,
        nodes: [null, null],
        matchPlan: null,
        matchPlans: { totalCount: 0, edges: [] },
      });
    }
    const community = await createPlan(ACTORS.admin, { branchId: null });
    expect((await ask(ACTORS.secretary1, look, { ...variables, plan: community.matchPlan.id })).data?.matchPlan).toBeNull();
    for (const actor of [ACTORS.secretary1, ACTORS.officer, ACTORS.admin]) {
      const { data } = await ask(actor, look, variables);
      expect(data).toMatchObject({ node: { id: matchPlan.id }, other: { id: match }, matchPlan: { id: matchPlan.id } });
    }
    expect((await publish(ACTORS.secretary2, matchPlan)).userErrors).toEqual([{ code: 'NOT_FOUND' }]);
    expect((await publish(ACTORS.officer, matchPlan)).userErrors).toEqual([{ code: 'FORBIDDEN' }]);
  });

  it('refuses what is malformed, field by field', async () => {
    const scene = await insertScene(database);
    const pair = { needId: gid('Need', scene.need), sessionId: gid('Session', scene.session), reason: 'HARDSHIP' };
    expect((await createPlan(ACTORS.secretary1, { pinned: [{ ...pair, needId: pair.sessionId }] })).userErrors).toMatchObject([
      { code: 'INVALID_ID', path: ['pinned', '0', 'needId'] },
    ]);
    for (const name of ['pinned', 'forbidden'])
      expect((await createPlan(ACTORS.secretary1, { [name]: [{ ...pair, reason: null }] })).userErrors).toMatchObject([
        { code: 'REASON_REQUIRED', path: [name, '0', 'reason'] },
      ]);
    await owner.unsafe(`update offer set state = 'PAUSED'`);
    expect((await createPlan(ACTORS.secretary1, { pinned: [pair] })).userErrors).toMatchObject([
      { code: 'NOT_POSSIBLE', path: ['pinned'], reasons: ['OFFER_NOT_PUBLISHED'] },
    ]);
    expect((await createPlan(ACTORS.secretary2)).userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
    expect((await ask(ACTORS.anonymous, CREATE, { input: { idempotencyKey: newId() } })).errors?.[0]?.extensions?.code).toBe(
      'UNAUTHENTICATED',
    );
  });
});

describe('publishing', () => {
  const PROPOSALS = `query($id: ID!) { organization(id: $id) { proposals { totalCount edges { node { id state respondBy rankPosition need { id } explanation { points cost sentence options position runnersUp { cost } } } } } } }`;
  const proposalsOf = async (actor: Actor, id: string) =>
    (await ask(actor, PROPOSALS, { id: gid('Organization', id) })).data?.organization.proposals;

  it('asks for an answer by the urgency of a need, though waiting has lifted it before those who were urgent', async () => {
    const scene = await insertScene(database, { capacity: 1 });
    await owner`update need set submitted_at = ${at(-24)} where id = ${scene.need}`;
    await owner`update session set reserved = 1 where id = ${scene.session}`;
    const old = newId();
    await owner`insert into need (community_id, id, number, branch_id, category_code, beneficiary_kind, requester_kind, channel, state, urgency, quantity, modes, submitted_at, opened_at)
      values (${c}, ${old}, 'N-2', ${WORLD.branch1}, 'HAIRCUT', 'GROUP', 'OFFICER', 'COUNTER', 'OPEN', 'P3', 1, '{ON_SITE}', ${at(-100 * 24)}, ${at(-100 * 24)})`;
    const { matchPlan } = await createPlan();
    expect(matchPlan.totals.byUrgency).toEqual([
      { urgency: 'P1', needs: 0, served: 0 },
      { urgency: 'P2', needs: 1, served: 0 },
      { urgency: 'P3', needs: 1, served: 1 },
      { urgency: 'P4', needs: 0, served: 0 },
    ]);
    const [{ node: gap }] = matchPlan.unmatched.edges;
    expect(gap.need.id).toBe(gid('Need', scene.need));
    expect(gap.certificate.holders).toEqual([{ tier: 2, needs: 1, waiting: [{ band: 'LONGER', needs: 1 }] }]);
    await publish(ACTORS.secretary1, matchPlan);
    const { edges } = await proposalsOf(ACTORS.barber, WORLD.barber);
    // Three working days, as of a P3.
    expect(edges.map(({ node }: any) => [node.need.id, node.respondBy])).toEqual([
      [gid('Need', old), '2026-12-04T01:00:00.000Z'],
    ]);
  });

  it('proposes to the organization, with a time to answer by urgency, and nothing of the person', async () => {
    const scene = await insertScene(database);
    const { matchPlan } = await createPlan();
    const published = await publish(ACTORS.secretary1, matchPlan);
    expect(published).toMatchObject({
      matchPlan: { status: 'PUBLISHED', version: matchPlan.version + 1 },
      fellOut: [],
      userErrors: [],
    });
    const proposals = await proposalsOf(ACTORS.barber, WORLD.barber);
    expect(proposals).toMatchObject({
      totalCount: 1,
      edges: [
        {
          node: {
            state: 'PROPOSED',
            respondBy: '2026-12-02T01:00:00.000Z',
            rankPosition: null,
            need: { id: gid('Need', scene.need) },
            explanation: { points: null, cost: null, options: null, position: null, runnersUp: null },
          },
        },
      ],
    });
    expect(JSON.stringify(proposals)).not.toMatch(/86|楼梯/);
    expect(
      (await ask(ACTORS.barber, 'query($id: ID!) { node(id: $id) { id } }', { id: proposals.edges[0].node.id })).data?.node,
    ).not.toBeNull();
    expect((await proposalsOf(ACTORS.clinic, WORLD.barber)).totalCount).toBe(0);
    expect((await publish(ACTORS.secretary1, published.matchPlan)).userErrors).toEqual([
      { code: 'INVALID_STATE', from: 'PUBLISHED' },
    ]);
    const events = await owner`select kind, actor_id from event where kind like 'MATCH%' order by id`;
    expect(events.map(({ kind }) => kind)).toEqual([
      'MATCH_PLAN_CREATED',
      'MATCH_PLAN_READY',
      'MATCH_PLAN_PUBLISHED',
      'MATCH_PROPOSED',
    ]);
    expect(new Set(events.map(({ actor_id }) => actor_id))).toEqual(new Set([WORLD.secretary1]));
  });

  it('happens once for a key, and not for another version nor for a dry run', async () => {
    await insertScene(database);
    const dry = (await createPlan(ACTORS.secretary1, { dryRun: true })).matchPlan;
    expect((await publish(ACTORS.secretary1, dry)).userErrors).toEqual([{ code: 'INVALID_STATE', from: 'DRY_RUN' }]);
    const { matchPlan } = await createPlan();
    expect((await publish(ACTORS.secretary1, { ...matchPlan, version: 7 })).userErrors).toEqual([
      { code: 'STALE_VERSION', currentVersion: matchPlan.version },
    ]);
    const idempotencyKey = newId();
    const answers = await Promise.all([1, 2, 3].map(() => publish(ACTORS.secretary1, matchPlan, { idempotencyKey })));
    for (const answer of answers)
      expect(answer).toMatchObject({ matchPlan: { status: 'PUBLISHED', version: matchPlan.version + 1 }, userErrors: [] });
    expect(await owner`select 1 from event where kind = 'MATCH_PLAN_PUBLISHED'`).toHaveLength(1);
  });

  it.each([
    ['SESSION_FULL', `update session set reserved = capacity`],
    ['SESSION_CANCELLED', `update session set state = 'CANCELLED'`],
    ['OFFER_NOT_PUBLISHED', `update offer set state = 'PAUSED'`],
    ['NEED_NOT_OPEN', `update need set state = 'WITHDRAWN'`],
    ['NEED_COVERED', `update need set committed = quantity`],
    ['P0_TO_OFFICER', `update need set urgency = 'P0'`],
    ['OPTED_OUT', `update personal.resident set opted_out = true`],
    ['TOO_YOUNG', `update offer set min_age_months = 1080`],
    ['NO_PACT', `update pact set state = 'TERMINATED'`],
  ])('looks at each match again: %s', async (reason, change) => {
    await insertScene(database);
    const { matchPlan } = await createPlan();
    await owner.unsafe(change);
    const published = await publish(ACTORS.secretary1, matchPlan);
    expect(published).toMatchObject({ matchPlan: { status: 'PUBLISHED' }, userErrors: [] });
    expect(published.fellOut).toMatchObject([{ state: 'FELL_OUT', fellOutBecause: [{ code: reason }] }]);
    expect((await proposalsOf(ACTORS.barber, WORLD.barber)).totalCount).toBe(0);
    await owner.unsafe(`update pact set state = 'SIGNED'`);
  });

  it('replaces the open proposals of the branch, keeps what was accepted, and counts who was left out', async () => {
    const scene = await insertScene(database, { capacity: 1 });
    await owner`update session set state = 'CANCELLED' where id = ${scene.far}`;
    const rival = newId();
    await owner`insert into need (community_id, id, number, branch_id, category_code, beneficiary_kind, requester_kind, channel, state, urgency, quantity, modes, submitted_at, opened_at, left_out)
      values (${c}, ${rival}, 'N-2', ${WORLD.branch1}, 'HAIRCUT', 'GROUP', 'OFFICER', 'COUNTER', 'OPEN', 'P1', 1, '{ON_SITE}', ${at(-1)}, ${at(-1)}, 2)`;
    const leftOut = async () =>
      Object.fromEntries((await owner`select id, left_out from need`).map(({ id, left_out }) => [id, left_out]));
    await publish(ACTORS.secretary1, (await createPlan()).matchPlan);
    expect(await leftOut()).toEqual({ [rival]: 2, [scene.need]: 1 });
    const [first] = (await proposalsOf(ACTORS.barber, WORLD.barber)).edges;
    await publish(ACTORS.secretary1, (await createPlan()).matchPlan);
    const { edges } = await proposalsOf(ACTORS.barber, WORLD.barber);
    expect(edges).toHaveLength(1);
    expect(edges[0].node.id).not.toBe(first.node.id);
    const states = await owner`select state, count(*)::int from match group by state order by state`;
    expect([...states]).toEqual([
      { state: 'PROPOSED', count: 1 },
      { state: 'LAPSED', count: 1 },
    ]);
    // A proposal is no help yet: it neither raises nor ends the count. A second plan on the same day counts nothing.
    expect(await leftOut()).toEqual({ [rival]: 2, [scene.need]: 1 });
    const nextDay = { now: () => at(24) };
    const { matchPlan } = await createPlan(ACTORS.secretary1, {}, nextDay);
    await publish(ACTORS.secretary1, matchPlan, {}, nextDay);
    expect(await leftOut()).toEqual({ [rival]: 2, [scene.need]: 2 });
    const accept = `mutation($input: MatchAcceptInput!) { matchAccept(input: $input) { referral { state } userErrors { code } } }`;
    const input = { matchId: matchPlan.matches.edges[0].node.id, idempotencyKey: newId() };
    expect((await ask(ACTORS.clinic, accept, { input }, nextDay)).data?.matchAccept.referral).toBeNull();
    expect(await leftOut()).toEqual({ [rival]: 2, [scene.need]: 2 });
    expect((await ask(ACTORS.barber, accept, { input }, nextDay)).data?.matchAccept.referral).toEqual({ state: 'ACCEPTED' });
    expect(await leftOut()).toEqual({ [rival]: 0, [scene.need]: 2 });
  });

  it.each([
    ['opted out of automated matching', `update personal.resident set opted_out = true`],
    ['asked to restrict what is done with their data', `update personal.resident set restricted = true`],
    ['has not agreed to what touches their health', `update service_category set needs_consent = true where code = 'HAIRCUT'`],
  ])('cannot be accepted any more for somebody who since %s', async (_what, change) => {
    await insertScene(database);
    const matchIds: string[] = [];
    for (let n = 0; n < 2; n++) {
      const { matchPlan } = await createPlan();
      await publish(ACTORS.secretary1, matchPlan);
      matchIds.push(matchPlan.matches.edges[0].node.id);
    }
    await owner.unsafe(change);
    const source = `mutation($input: MatchAcceptInput!) { matchAccept(input: $input) { referral { state } userErrors { code ... on NotPossibleError { reasons } } } }`;
    const accept = async (matchId: string) =>
      (await ask(ACTORS.barber, source, { input: { matchId, idempotencyKey: newId() } })).data?.matchAccept;
    const refused = { referral: null, userErrors: [{ code: 'NOT_POSSIBLE', reasons: ['NOT_ELIGIBLE'] }] };
    // By whichever id it ever had: the first one goes on as the second.
    for (const matchId of matchIds) expect(await accept(matchId)).toEqual(refused);
    await owner`update service_category set needs_consent = false where code = 'HAIRCUT'`;
    await owner`update personal.resident set opted_out = false, restricted = false`;
    expect((await accept(matchIds[0] as string)).referral).toEqual({ state: 'ACCEPTED' });
  });

  it('leaves an organization that was asked in time its time to answer', async () => {
    const scene = await insertScene(database);
    await owner`update session set state = 'CANCELLED' where id = ${scene.far}`;
    await owner`update offer set lead_time_minutes = ${40 * 60}`;
    await publish(ACTORS.secretary1, (await createPlan()).matchPlan);
    const due = async () => (await owner`select respond_by from match where state = 'PROPOSED'`).map(row => row.respond_by);
    const before = await due();
    expect(before).toEqual([at(24)]);
    // 38 hours before it begins nobody new can be asked, but who was asked may still say yes.
    const later = { now: () => at(10) };
    const { matchPlan } = await createPlan(ACTORS.secretary1, {}, later);
    expect(matchPlan.matches.edges).toMatchObject([{ node: { session: { id: gid('Session', scene.session) } } }]);
    expect((await publish(ACTORS.secretary1, matchPlan, {}, later)).fellOut).toEqual([]);
    expect(await due()).toEqual(before);
    const again = await createPlan(ACTORS.secretary1, {}, later);
    const tooLate = { now: () => at(25) };
    const published = await publish(ACTORS.secretary1, again.matchPlan, {}, tooLate);
    expect(published.fellOut).toMatchObject([{ fellOutBecause: [{ code: 'LEAD_TIME' }] }]);
    const last = await createPlan(ACTORS.secretary1, {}, tooLate);
    expect(last.matchPlan.unmatched.edges).toMatchObject([{ node: { reason: 'WRONG_TIME' } }]);
  });

  it('lets those who were left out come first the next time, so that nobody who keeps asking waits for ever', async () => {
    const scene = await insertScene(database, { capacity: 1 });
    await owner`update session set state = 'CANCELLED' where id = ${scene.far}`;
    const rival = newId();
    // Has waited longer by five working days of 8.5 hours: 85 points ahead, and one lost plan counts 100.
    await owner`insert into need (community_id, id, number, branch_id, category_code, beneficiary_kind, requester_kind, channel, state, urgency, quantity, modes, submitted_at, opened_at)
      values (${c}, ${rival}, 'N-2', ${WORLD.branch1}, 'HAIRCUT', 'GROUP', 'OFFICER', 'COUNTER', 'OPEN', 'P2', 1, '{ON_SITE}', ${at(-50 - 24 * 7)}, ${at(-49)})`;
    await owner`update personal.resident set ${owner(profileColumns(scene.person, { birthDate: '1970-01-01' }))}`;
    const ids = [gid('Need', scene.need), gid('Need', rival)];
    const served: number[] = [];
    const points: number[][] = [];
    for (let round = 0; round < 3; round++) {
      const { matchPlan } = await createPlan();
      const [{ node }] = matchPlan.matches.edges;
      served.push(ids.indexOf(node.need.id));
      points.push(
        node.explanation.rankParts.filter(({ code }: any) => code === 'LEFT_OUT').map(({ points: value }: any) => value),
      );
      await publish(ACTORS.secretary1, matchPlan);
    }
    expect(served).toEqual([1, 0, 1]);
    expect(points).toEqual([[], [100], [100]]);
  });

  it('makes the last one that was published count, whichever began to be published first', async () => {
    await insertScene(database);
    const [one, other] = [(await createPlan()).matchPlan, (await createPlan()).matchPlan];
    const publishing = (plan: { id: string; version: number }, hours: number) =>
      ask(
        ACTORS.secretary1,
        'mutation($input: MatchPlanPublishInput!) { matchPlanPublish(input: $input) { matchPlan { publishedAt } userErrors { code } } }',
        { input: { planId: plan.id, expectedVersion: plan.version, idempotencyKey: newId() } },
        { now: () => at(hours) },
      );
    const times = [await publishing(one, 1), await publishing(other, 0)].map(({ data }) => data?.matchPlanPublish.matchPlan);
    expect(times).toEqual([at(1), new Date(at(1).getTime() + 1)].map(time => ({ publishedAt: time.toISOString() })));
  });

  it('never takes back an acceptance that came first, and lets one that comes after be of the proposal that goes on', async () => {
    for (let round = 0; round < 8; round++) {
      await insertScene(database);
      await publish(ACTORS.secretary1, (await createPlan()).matchPlan);
      const [{ node }] = (await proposalsOf(ACTORS.barber, WORLD.barber)).edges;
      const next = (await createPlan()).matchPlan;
      const accept = `mutation($input: MatchAcceptInput!) { matchAccept(input: $input) { referral { match { id } } userErrors { code } } }`;
      const [published, accepted] = await Promise.all([
        publish(ACTORS.secretary1, next),
        ask(ACTORS.barber, accept, { input: { matchId: node.id, idempotencyKey: newId() } }),
      ]);
      expect(accepted.errors).toBeUndefined();
      expect(accepted.data?.matchAccept.userErrors).toEqual([]);
      const cameFirst = accepted.data?.matchAccept.referral.match.id === node.id;
      expect(await owner`select quantity::int, committed::int from need`).toEqual([{ quantity: 1, committed: 1 }]);
      expect(await owner`select sum(reserved)::int as reserved from session`).toEqual([{ reserved: 1 }]);
      expect(published.userErrors).toEqual([]);
      expect(published.fellOut).toHaveLength(cameFirst ? 1 : 0);
      const states = await owner`select state from match order by id`;
      expect(states.map(({ state }) => state)).toEqual(cameFirst ? ['ACCEPTED', 'FELL_OUT'] : ['LAPSED', 'ACCEPTED']);
      await clearEstate(database);
    }
  });

  it('asks the database as often for many matches as for few', async () => {
    const counts: number[] = [];
    for (const needs of [30, 200]) {
      await insertEstate(database, createRandom(31), { needs, sessions: 60, branchIds: [WORLD.branch1] });
      await owner.unsafe('update session set capacity = capacity + 3');
      const { matchPlan } = await createPlan();
      expect(matchPlan.matches.totalCount).toBeGreaterThan(needs / 10);
      database.statements();
      await publish(ACTORS.secretary1, matchPlan);
      counts.push(database.statements().length);
      await clearEstate(database);
    }
    expect(counts[1]).toBe(counts[0]);
  });

  it('a proposal not answered in time has lapsed', async () => {
    await insertScene(database);
    await publish(ACTORS.secretary1, (await createPlan()).matchPlan);
    const late = { now: () => at(26) };
    const id = gid('Organization', WORLD.barber);
    expect((await ask(ACTORS.barber, PROPOSALS, { id }, late)).data?.organization.proposals.totalCount).toBe(0);
    const lapsed = await ask(
      ACTORS.barber,
      'query($id: ID!) { organization(id: $id) { proposals(state: LAPSED) { edges { node { id state } } } } }',
      { id },
      late,
    );
    const [{ node }] = lapsed.data!.organization.proposals.edges;
    expect(node.state).toBe('LAPSED');
    const accept = `mutation($input: MatchAcceptInput!) { matchAccept(input: $input) { userErrors { code ... on InvalidStateError { from to } } } }`;
    const { data } = await ask(ACTORS.barber, accept, { input: { matchId: node.id, idempotencyKey: newId() } }, late);
    expect(data?.matchAccept.userErrors).toEqual([{ code: 'INVALID_STATE', from: 'LAPSED', to: 'ACCEPTED' }]);
  });
});

describe('answers', () => {
  let scene: Awaited<ReturnType<typeof insertScene>>;
  beforeEach(async () => {
    scene = await insertScene(database);
  });

  it('a no about the day closes the session, a no about the match the offer, and the need keeps its place', async () => {
    const { matchPlan } = await createPlan();
    await publish(ACTORS.secretary1, matchPlan);
    const id = matchPlan.matches.edges[0].node.id;
    const decline = `mutation($input: MatchDeclineInput!) { matchDecline(input: $input) { match { state } userErrors { code } } }`;
    const input = { matchId: id, reason: 'STAFF_SHORTAGE' };
    expect((await ask(ACTORS.clinic, decline, { input })).data?.matchDecline.userErrors).toEqual([{ code: 'NOT_FOUND' }]);
    expect((await ask(ACTORS.barber, decline, { input })).data?.matchDecline).toEqual({
      match: { state: 'DECLINED' },
      userErrors: [],
    });
    const whyNot = async (session: string) =>
      (
        await ask(
          ACTORS.secretary1,
          'query($need: ID!, $session: ID!) { whyNot(needId: $need, sessionId: $session) { possible reasons { code } } }',
          { need: gid('Need', scene.need), session: gid('Session', session) },
        )
      ).data?.whyNot;
    const refused = { possible: false, reasons: [{ code: 'DECLINED_BEFORE' }] };
    expect(await whyNot(scene.session)).toEqual(refused);
    expect(await whyNot(scene.far)).toEqual({ possible: true, reasons: [] });
    const again = (await createPlan()).matchPlan;
    const [{ node }] = again.matches.edges;
    expect(node.session.id).toBe(gid('Session', scene.far));
    await publish(ACTORS.secretary1, again);
    await ask(ACTORS.barber, decline, { input: { matchId: node.id, reason: 'NOT_QUALIFIED' } });
    await owner`insert into session (community_id, id, offer_id, starts_at, ends_at, capacity, building_id, created_at)
      values (${c}, ${newId()}, ${scene.offer}, ${at(24 * 9)}, ${at(24 * 9 + 3)}, 1, ${WORLD.building2}, ${at(0)})`;
    expect(await whyNot(scene.far)).toEqual(refused);
    expect((await createPlan()).matchPlan.unmatched.edges).toMatchObject([{ node: { reason: 'EXCLUDED' } }]);
    const [need] = await owner`select state, submitted_at from need`;
    expect(need).toEqual({ state: 'OPEN', submitted_at: at(-50) });
  });
});
