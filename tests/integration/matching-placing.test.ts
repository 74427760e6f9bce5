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
import { at, insertScene } from '../support/scene.js';
import { seedWorld, WORLD } from '../support/world.js';

const database = await createTestDatabase({ max: 8 });
const { owner } = database;
const ask = createAsk(buildSchema(resolvers), database);
beforeAll(() => seedWorld(database));
afterEach(() => clearEstate(database));

const PLACEMENT = `placement { matchPlan { id version } changes { kind cause quantity sentence need { id } from { id } to { id } takenBy { tier needs } }
  matches { id state quantity respondBy need { id } session { id } explanation { cost sentence } } unmatched { reason sentence certificate { possible } } } userErrors { code path ... on NotPossibleError { reasons } ... on InvalidStateError { from to } }`;
const PLACE = `mutation($input: NeedPlaceInput!) { needPlace(input: $input) { ${PLACEMENT} } }`;
const REFILL = `mutation($input: SessionRefillInput!) { sessionRefill(input: $input) { ${PLACEMENT} } }`;

const c = WORLD.community;
const branch = gid('Branch', WORLD.branch1);
async function publishPlan(actor: Actor = ACTORS.secretary1, branchId: string | null = branch, more: object = {}) {
  const create = `mutation($input: BranchMatchPlanCreateInput!) { branchMatchPlanCreate(input: $input) { matchPlan { id version status } } }`;
  const publish = `mutation($input: MatchPlanPublishInput!) { matchPlanPublish(input: $input) { matchPlan { id version } userErrors { code } } }`;
  const wanted = { input: { branchId, idempotencyKey: newId(), ...more } };
  const made = await untilSettled(
    async () => (await ask(actor, create, wanted)).data?.branchMatchPlanCreate.matchPlan,
    ({ status }) => status,
  );
  const input = { planId: made.id, expectedVersion: made.version, idempotencyKey: newId() };
  const { data } = await ask(actor, publish, { input });
  expect(data?.matchPlanPublish.userErrors).toEqual([]);
  return data?.matchPlanPublish.matchPlan;
}
async function place(needId: string, actor: Actor = ACTORS.secretary1, idempotencyKey: string = newId()) {
  const { data, errors } = await ask(actor, PLACE, { input: { needId: gid('Need', needId), idempotencyKey } });
  expect(errors).toBeUndefined();
  return data?.needPlace;
}
async function refill(sessionId: string, actor: Actor = ACTORS.secretary1, branchId = branch) {
  const input = { sessionId: gid('Session', sessionId), branchId, idempotencyKey: newId() };
  const { data, errors } = await ask(actor, REFILL, { input });
  expect(errors).toBeUndefined();
  return data?.sessionRefill;
}
async function insertNeed(urgency: string, change: { readonly modes?: string; readonly offerExcluded?: string } = {}) {
  const id = newId();
  await owner`insert into need (community_id, id, number, branch_id, category_code, beneficiary_kind, requester_kind, channel, state, urgency, quantity, modes, submitted_at, opened_at)
    values (${c}, ${id}, ${`N-${id}`}, ${WORLD.branch1}, 'HAIRCUT', 'GROUP', 'OFFICER', 'COUNTER', 'OPEN', ${urgency}, 1, ${change.modes ?? '{ON_SITE}'}, ${at(-1)}, ${at(-1)})`;
  await owner`insert into personal.need_detail (community_id, need_id, branch_id, description_sealed) values (${c}, ${id}, ${WORLD.branch1}, '')`;
  if (change.offerExcluded)
    await owner`insert into pair_exclusion (community_id, id, need_id, offer_id, reason, created_at) values (${c}, ${newId()}, ${id}, ${change.offerExcluded}, 'TOO_FAR', ${at(-1)})`;
  return id;
}
const open = () => owner`select id, need_id, session_id, quantity::int from match where state = 'PROPOSED' order by id`;

describe('a need that arrives after the plan was published', () => {
  it('is proposed at once in the plan that is out, with its reasons', async () => {
    const scene = await insertScene(database);
    const plan = await publishPlan();
    const late = await insertNeed('P3');
    await owner`update need set left_out = 2 where id = ${late}`;
    const { placement, userErrors } = await place(late);
    expect(userErrors).toEqual([]);
    expect(placement).toMatchObject({
      matchPlan: { id: plan.id, version: plan.version + 1 },
      changes: [
        { kind: 'NEW', cause: 'NEWLY_SERVED', need: { id: gid('Need', late) }, to: { id: gid('Session', scene.session) } },
      ],
      matches: [{ state: 'PROPOSED', quantity: 1, session: { id: gid('Session', scene.session) } }],
      unmatched: null,
    });
    expect(placement.matches[0].respondBy).not.toBeNull();
    // Only a promise ends the count of plans that left it out.
    expect(await owner`select left_out from need where id = ${late}`).toMatchObject([{ left_out: 2 }]);
    const proposals = `query($id: ID!) { organization(id: $id) { proposals { totalCount } } }`;
    const { data } = await ask(ACTORS.barber, proposals, { id: gid('Organization', WORLD.barber) });
    expect(data?.organization.proposals.totalCount).toBe(2);
    const events = await owner`select kind from event where kind in ('MATCH_PLAN_AMENDED', 'MATCH_PROPOSED') order by id`;
    expect(events.map(({ kind }) => kind)).toEqual(['MATCH_PROPOSED', 'MATCH_PLAN_AMENDED', 'MATCH_PROPOSED']);
  });

  it('moves a proposal when only that lets it be served, and lists it', async () => {
    const scene = await insertScene(database, { capacity: 1 });
    const [offer] = [newId()];
    await owner`insert into offer (community_id, id, organization_id, category_code, title, state, modes, valid_from, valid_until, created_at, published_at)
      values (${c}, ${offer}, ${WORLD.barber}, 'HAIRCUT', '另一处', 'PUBLISHED', '{ON_SITE}', '2026-11-01', '2027-03-31', ${at(0)}, ${at(0)})`;
    await owner`update session set offer_id = ${offer} where id = ${scene.far}`;
    await publishPlan();
    const [before] = await open();
    const late = await insertNeed('P4', { offerExcluded: offer });
    const { placement } = await place(late);
    expect(placement.changes).toMatchObject([
      {
        kind: 'MOVED',
        cause: 'MADE_ROOM',
        need: { id: gid('Need', scene.need) },
        to: { id: gid('Session', scene.far) },
        takenBy: [{ tier: 4, needs: 1 }],
      },
      { kind: 'NEW', need: { id: gid('Need', late) }, to: { id: gid('Session', scene.session) } },
    ]);
    const [old] = await owner`select state from match where id = ${before?.id}`;
    expect(old?.state).toBe('LAPSED');
    expect((await open()).map(({ need_id, session_id }) => [need_id, session_id]).sort()).toEqual(
      [
        [scene.need, scene.far],
        [late, scene.session],
      ].sort(),
    );
  });

  it('takes the place of the lowest rank below it, says so, and never moves who accepted', async () => {
    const scene = await insertScene(database, { capacity: 1 });
    await owner`update session set state = 'CANCELLED' where id = ${scene.far}`;
    await publishPlan();
    const urgent = await insertNeed('P1');
    const { placement } = await place(urgent);
    expect(placement.changes).toMatchObject([
      { kind: 'NEW', need: { id: gid('Need', urgent) } },
      { kind: 'DROPPED', cause: 'OUTRANKED', need: { id: gid('Need', scene.need) }, to: null, takenBy: [{ tier: 1, needs: 1 }] },
    ]);
    const [gap] = await owner`select need_id, reason from unmatched_need`;
    expect(gap).toEqual({ need_id: scene.need, reason: 'ALL_FULL' });
    const [match] = await open();
    const accept = `mutation($input: MatchAcceptInput!) { matchAccept(input: $input) { userErrors { code } } }`;
    await ask(ACTORS.barber, accept, { input: { matchId: gid('Match', match?.id), idempotencyKey: newId() } });
    const more = await insertNeed('P1');
    const second = await place(more);
    expect(second).toMatchObject({ placement: { changes: [], matches: [], unmatched: { reason: 'ALL_FULL' } }, userErrors: [] });
    expect(second.placement.unmatched.sentence).toContain('已全部承诺');
  });

  it('is proposed again where nobody answered in time', async () => {
    const scene = await insertScene(database);
    await owner`update session set state = 'CANCELLED' where id = ${scene.far}`;
    await publishPlan();
    await owner`update match set respond_by = ${at(-1)}`;
    const { placement, userErrors } = await place(scene.need);
    expect(userErrors).toEqual([]);
    expect(placement.matches).toMatchObject([{ state: 'PROPOSED', need: { id: gid('Need', scene.need) } }]);
    expect(await owner`select 1 from match where respond_by > ${at(0)}`).toHaveLength(1);
  });

  it('is proposed again with another quantity as another question: an earlier id of it answers nothing', async () => {
    const scene = await insertScene(database);
    await owner`update session set state = 'CANCELLED' where id = ${scene.far}`;
    await publishPlan();
    const [first] = await open();
    await publishPlan();
    const [second] = await open();
    // Withdrawn by an amendment, asked for twice since, and proposed again in the same plan.
    await owner`update match set state = 'LAPSED' where id = ${second?.id}`;
    await owner`update need set quantity = 2 where id = ${scene.need}`;
    await place(scene.need);
    expect(await open()).toMatchObject([{ id: second?.id, quantity: 2 }]);
    const earlier = gid('Match', first?.id);
    const { data } = await ask(ACTORS.barber, 'query($id: ID!) { node(id: $id) { ... on Match { continuedAs { id } } } }', {
      id: earlier,
    });
    expect(data?.node).toEqual({ continuedAs: null });
    const answers = [
      ['matchAccept', 'MatchAcceptInput', {}],
      ['matchDecline', 'MatchDeclineInput', { reason: 'WRONG_TIME' }],
    ] as const;
    for (const [name, type, more] of answers) {
      const source = `mutation($input: ${type}!) { ${name}(input: $input) { userErrors { code ... on InvalidStateError { from } } } }`;
      const answered = await ask(ACTORS.barber, source, { input: { matchId: earlier, idempotencyKey: newId(), ...more } });
      expect(answered.data?.[name].userErrors).toEqual([{ code: 'INVALID_STATE', from: 'LAPSED' }]);
    }
    expect(await open()).toHaveLength(1);
  });

  it('leaves what people pinned where it is, and what they forbade alone', async () => {
    const scene = await insertScene(database, { capacity: 1 });
    await owner`update session set state = 'CANCELLED' where id = ${scene.far}`;
    const pair = { needId: gid('Need', scene.need), sessionId: gid('Session', scene.session), reason: 'HARDSHIP' };
    const late = await insertNeed('P4');
    await publishPlan(ACTORS.secretary1, branch, { pinned: [pair] });
    expect((await place(await insertNeed('P1'))).placement).toMatchObject({ changes: [], unmatched: { reason: 'ALL_FULL' } });
    await publishPlan(ACTORS.secretary1, branch, { forbidden: [{ ...pair, needId: gid('Need', late) }] });
    await owner`update session set capacity = 9`;
    expect((await place(late)).placement).toMatchObject({ changes: [], unmatched: { reason: 'EXCLUDED' } });
  });

  it('happens once for a key, and one after the other where two are placed at once', async () => {
    const scene = await insertScene(database, { capacity: 2 });
    await owner`update session set state = 'CANCELLED' where id = ${scene.far}`;
    await publishPlan();
    const late = await insertNeed('P3');
    const key = newId();
    const twice = await Promise.all([place(late, ACTORS.secretary1, key), place(late, ACTORS.secretary1, key)]);
    expect(twice[0]).toEqual(twice[1]);
    expect(twice[0].placement.changes).toHaveLength(1);
    expect(await open()).toHaveLength(2);
    await owner`update session set capacity = 4`;
    const both = [await insertNeed('P2'), await insertNeed('P2')];
    for (const { userErrors } of await Promise.all(both.map(id => place(id)))) expect(userErrors).toEqual([]);
    expect(await open()).toHaveLength(4);
  });

  it('is placed by who runs its branch, when it is open and something is published', async () => {
    await insertScene(database);
    const late = await insertNeed('P3');
    expect((await place(late)).userErrors).toMatchObject([{ code: 'INVALID_STATE', from: 'NOT_PLANNED', to: 'PROPOSED' }]);
    await publishPlan();
    expect((await place(late, ACTORS.secretary2)).userErrors).toMatchObject([{ code: 'NOT_FOUND', path: ['needId'] }]);
    expect((await place(late, ACTORS.stranger)).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect((await place(late, ACTORS.barber)).userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
    expect((await place(late, ACTORS.officer)).userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
    const input = { needId: gid('Need', late), idempotencyKey: newId() };
    expect((await ask(ACTORS.anonymous, PLACE, { input })).errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
    expect(await open()).toHaveLength(2);
    for (const [change, reason] of [
      ["urgency = 'P0'", 'P0_TO_OFFICER'],
      ["urgency = 'P3', state = 'SUBMITTED'", 'NEED_NOT_OPEN'],
      ["state = 'OPEN', committed = quantity", 'NEED_COVERED'],
    ] as const) {
      await owner.unsafe(`update need set ${change} where id = '${late}'`);
      expect((await place(late)).userErrors).toMatchObject([{ code: 'NOT_POSSIBLE', reasons: [reason] }]);
    }
  });

  it('asks the database a fixed number of times, however large the branch', async () => {
    const counts: number[] = [];
    for (const needs of [30, 200]) {
      await insertEstate(database, createRandom(31), { needs, sessions: 60, branchIds: [WORLD.branch1] });
      await publishPlan();
      await owner.unsafe('update session set capacity = capacity + 3');
      const late = await insertNeed('P1');
      database.statements();
      expect((await place(late)).placement.unmatched).toBeNull();
      counts.push(database.statements().length);
      await clearEstate(database);
    }
    // Which of them are sent depends on what is touched; none is sent for each need.
    expect(Math.max(...counts)).toBeLessThanOrEqual(47);
  });
});

describe('places that become free', () => {
  let scene: Awaited<ReturnType<typeof insertScene>>;
  beforeEach(async () => {
    scene = await insertScene(database, { capacity: 1 });
    await owner`update session set state = 'CANCELLED' where id = ${scene.far}`;
  });

  it('go to who comes first among the unserved', async () => {
    const [low, high] = [await insertNeed('P4'), await insertNeed('P3')];
    await publishPlan();
    await owner`update session set capacity = 2 where id = ${scene.session}`;
    const { placement, userErrors } = await refill(scene.session);
    expect(userErrors).toEqual([]);
    expect(placement).toMatchObject({ changes: [{ kind: 'NEW', need: { id: gid('Need', high) } }], unmatched: null });
    const gaps = await owner`select need_id from unmatched_need`;
    expect(gaps.map(({ need_id }) => need_id)).toEqual([low]);
    expect((await refill(scene.session)).placement).toMatchObject({ changes: [], matches: [] });
  });

  it('are given away by who runs the branch', async () => {
    await publishPlan();
    expect((await refill(scene.session, ACTORS.secretary2)).userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
    expect((await refill(scene.session, ACTORS.barber)).userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
    expect((await refill(scene.session, ACTORS.officer)).userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
    expect((await refill(newId())).userErrors).toMatchObject([{ code: 'NOT_FOUND', path: ['sessionId'] }]);
    expect((await refill(scene.far)).userErrors).toMatchObject([{ code: 'NOT_POSSIBLE', reasons: ['SESSION_CANCELLED'] }]);
  });
});
