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
import { NOW, seedWorld, WORLD } from '../support/world.js';

const database = await createTestDatabase({ max: 8 });
const { owner } = database;
const ask = createAsk(buildSchema(resolvers), database);
beforeAll(() => seedWorld(database));
afterEach(() => clearEstate(database));

const CHANGES = `changes(first: 100) { totalCount edges { node { kind quantity cause sentence reasons { code } takenBy { tier needs } need { id } from { id } to { id } } } }`;
const CREATE = `mutation($input: BranchMatchPlanCreateInput!) { branchMatchPlanCreate(input: $input) { matchPlan { id version status ${CHANGES}
  kept: changes(kind: KEPT) { totalCount } matches(first: 100) { edges { node { id need { id } session { id } quantity } } } } userErrors { code ... on RunInProgressError { planId } } } }`;
const PUBLISH = `mutation($input: MatchPlanPublishInput!) { matchPlanPublish(input: $input) { matchPlan { id } userErrors { code } } }`;
const CANCEL = `mutation($input: MatchPlanCancelInput!) { matchPlanCancel(input: $input) { matchPlan { id status finishedAt matches { totalCount } } userErrors { code ... on InvalidStateError { from to } } } }`;

async function create(input: Record<string, unknown> = {}, actor: Actor = ACTORS.secretary1) {
  const given = { branchId: gid('Branch', WORLD.branch1), idempotencyKey: newId(), ...input };
  return untilSettled(
    async () => {
      const { data, errors } = await ask(actor, CREATE, { input: given });
      expect(errors).toBeUndefined();
      return data?.branchMatchPlanCreate;
    },
    ({ matchPlan }) => matchPlan?.status,
  );
}
async function publish(plan: { id: string; version: number }, actor: Actor = ACTORS.secretary1) {
  const input = { planId: plan.id, expectedVersion: plan.version, idempotencyKey: newId() };
  const { data } = await ask(actor, PUBLISH, { input });
  expect(data?.matchPlanPublish.userErrors).toEqual([]);
}
const pairs = (plan: any) =>
  plan.matches.edges.map(({ node }: any) => `${node.need.id} ${node.session.id} ${node.quantity}`).sort();
const changes = (plan: any) => plan.changes.edges.map(({ node }: any) => node);

describe('a plan made again while proposals are out', () => {
  it('keeps all of them when nothing changed, with the time to answer that they had', async () => {
    await insertEstate(database, createRandom(51), { needs: 80, sessions: 60, branchIds: [WORLD.branch1] });
    const first = (await create()).matchPlan;
    expect(new Set(changes(first).map(({ kind }: any) => kind))).toEqual(new Set(['NEW']));
    const asked = await owner`select id, left_out from need`;
    await publish(first);
    // Publishing counts who was left out, and being left out gives points: that alone may change who comes first.
    for (const { id, left_out } of asked) await owner`update need set left_out = ${left_out} where id = ${id}`;
    await owner`update match set respond_by = respond_by - interval '1 minute' where state = 'PROPOSED'`;
    const due = async () =>
      (await owner`select need_id, session_id, respond_by from match where state = 'PROPOSED' order by need_id, session_id`).map(
        row => ({ ...row }),
      );
    const before = await due();
    const again = (await create()).matchPlan;
    expect(pairs(again)).toEqual(pairs(first));
    expect(again.kept.totalCount).toBe(again.changes.totalCount);
    expect(again.kept.totalCount).toBe(before.length);
    await publish(again);
    expect(await due()).toEqual(before);
  });

  it('lets whoever has an earlier proposal before them answer it still, as far as it stayed as it was', async () => {
    const MATCH = 'query($id: ID!) { node(id: $id) { ... on Match { state continuedAs { id state } } } }';
    const ACCEPT = `mutation($input: MatchAcceptInput!) { matchAccept(input: $input) { referral { match { id } } userErrors { code path ... on InvalidStateError { from } } } }`;
    const DECLINE = `mutation($input: MatchDeclineInput!) { matchDecline(input: $input) { match { id state } userErrors { code path } } }`;
    const seen = async (actor: Actor, id: string) => (await ask(actor, MATCH, { id })).data?.node;
    await insertScene(database);
    const plans = [];
    for (let n = 0; n < 3; n++) {
      const { matchPlan } = await create();
      await publish(matchPlan);
      plans.push(matchPlan.matches.edges[0].node.id as string);
    }
    const [first = '', second = '', third = ''] = plans;
    for (const actor of [ACTORS.barber, ACTORS.secretary1])
      for (const id of [first, second])
        expect(await seen(actor, id)).toEqual({ state: 'LAPSED', continuedAs: { id: third, state: 'PROPOSED' } });
    expect(await seen(ACTORS.barber, third)).toEqual({ state: 'PROPOSED', continuedAs: null });
    const lapses = await owner`select reason from event where kind = 'MATCH_LAPSED'`;
    expect(lapses.map(({ reason }) => reason)).toEqual(['CONTINUED', 'CONTINUED']);

    const accept = async (actor: Actor, matchId: string) =>
      (await ask(actor, ACCEPT, { input: { matchId, idempotencyKey: newId() } })).data?.matchAccept;
    const decline = async (actor: Actor, matchId: string) =>
      (await ask(actor, DECLINE, { input: { matchId, reason: 'WRONG_TIME', idempotencyKey: newId() } })).data?.matchDecline;
    for (const actor of [ACTORS.clinic, ACTORS.secretary1, ACTORS.daughter]) {
      expect((await accept(actor, first)).userErrors).toMatchObject([{ code: 'NOT_FOUND', path: ['matchId'] }]);
      expect((await decline(actor, first)).userErrors).toMatchObject([{ code: 'NOT_FOUND', path: ['matchId'] }]);
    }
    const both = await Promise.all([accept(ACTORS.barber, first), accept(ACTORS.barber, third)]);
    expect(both.flatMap(({ referral }) => referral ?? [])).toEqual([{ match: { id: third } }]);
    expect(both.flatMap(({ userErrors }) => userErrors)).toEqual([{ code: 'INVALID_STATE', path: null, from: 'ACCEPTED' }]);
  });

  it('answers an earlier proposal by declining the newest, and none that got another quantity', async () => {
    const DECLINE = `mutation($input: MatchDeclineInput!) { matchDecline(input: $input) { match { id state } userErrors { code } } }`;
    const decline = async (matchId: string) =>
      (await ask(ACTORS.barber, DECLINE, { input: { matchId, reason: 'WRONG_TIME', idempotencyKey: newId() } })).data
        ?.matchDecline;
    const { need, far } = await insertScene(database);
    await owner`update session set state = 'CANCELLED' where id = ${far}`;
    const propose = async (): Promise<string> => {
      const { matchPlan } = await create();
      await publish(matchPlan);
      return matchPlan.matches.edges[0].node.id;
    };
    const first = await propose();
    await owner`update need set quantity = 2 where id = ${need}`;
    const larger = await propose();
    expect(await decline(first)).toEqual({ match: null, userErrors: [{ code: 'INVALID_STATE' }] });
    const last = await propose();
    expect(await decline(larger)).toEqual({ match: { id: last, state: 'DECLINED' }, userErrors: [] });
  });

  it('asks anew where an answer did not come in time: the earlier proposal has lapsed for good', async () => {
    await insertScene(database);
    await publish((await create()).matchPlan);
    await owner`update match set respond_by = ${at(-1)}`;
    const { matchPlan } = await create();
    expect(changes(matchPlan)).toMatchObject([{ kind: 'NEW' }]);
    await publish(matchPlan);
    const [lapsed] = await owner`select m.continued_as, e.reason from match m join event e on e.subject_id = m.id
      where m.state = 'LAPSED' and e.kind = 'MATCH_LAPSED'`;
    expect(lapsed).toEqual({ continued_as: null, reason: 'SUPERSEDED' });
  });

  it.each(['another plan of its branch', 'a plan of all branches', 'what is placed between plans'])(
    'comes before or after %s at the same moment: a need is proposed once',
    async what => {
      const { need } = await insertScene(database);
      const isPlaced = what.endsWith('between plans');
      if (isPlaced) {
        await owner`update need set state = 'SUBMITTED'`;
        await publish((await create()).matchPlan);
        await owner`update need set state = 'OPEN'`;
      }
      const { matchPlan } = await create();
      const place = async () => {
        const source = `mutation($input: NeedPlaceInput!) { needPlace(input: $input) { userErrors { code } } }`;
        const { data } = await ask(ACTORS.secretary1, source, { input: { needId: gid('Need', need), idempotencyKey: newId() } });
        expect(data?.needPlace.userErrors).toEqual([]);
      };
      const ofAll = what === 'a plan of all branches' ? { branchId: null } : {};
      const other = isPlaced ? null : (await create(ofAll, ACTORS.admin)).matchPlan;
      let both: Promise<unknown> = Promise.resolve();
      await owner.begin(async tx => {
        await tx`select from need for update`;
        both = Promise.all([publish(matchPlan), other ? publish(other, ACTORS.admin) : place()]);
        // Both have begun and wait, for this or for each other.
        const waiting = () => owner`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
        await expect.poll(async () => (await waiting()).length).toBe(2);
      });
      await both;
      expect(await owner`select need_id from match where state = 'PROPOSED'`).toEqual([{ need_id: need }]);
    },
  );

  it('moves what lost its session, and says why in words', async () => {
    const scene = await insertScene(database);
    await publish((await create()).matchPlan);
    await owner`update session set state = 'CANCELLED' where id = ${scene.session}`;
    expect(changes((await create()).matchPlan)).toEqual([
      {
        kind: 'MOVED',
        quantity: 1,
        cause: 'SESSION_CANCELLED',
        sentence: '改到另一场次:原场次已取消。',
        reasons: [],
        takenBy: [],
        need: { id: gid('Need', scene.need) },
        from: { id: gid('Session', scene.session) },
        to: { id: gid('Session', scene.far) },
      },
    ]);
    await owner`update need set state = 'WITHDRAWN'`;
    expect(changes((await create({ dryRun: true })).matchPlan)).toMatchObject([
      { kind: 'DROPPED', cause: 'NEED_CLOSED', to: null },
    ]);
  });

  it('leaves accepted promises out of it, whatever ranks higher now', async () => {
    const scene = await insertScene(database, { capacity: 1 });
    await owner`update session set state = 'CANCELLED' where id = ${scene.far}`;
    await publish((await create()).matchPlan);
    const [match] = await owner`select id from match where state = 'PROPOSED'`;
    const accept = `mutation($input: MatchAcceptInput!) { matchAccept(input: $input) { userErrors { code } } }`;
    const input = { matchId: gid('Match', match?.id), idempotencyKey: newId() };
    expect((await ask(ACTORS.barber, accept, { input })).data?.matchAccept.userErrors).toEqual([]);
    await owner`insert into need (community_id, id, number, branch_id, category_code, beneficiary_kind, requester_kind, channel, state, urgency, quantity, modes, submitted_at, opened_at)
      values (${WORLD.community}, ${newId()}, 'N-2', ${WORLD.branch1}, 'HAIRCUT', 'GROUP', 'OFFICER', 'COUNTER', 'OPEN', 'P1', 1, '{ON_SITE}', ${at(-1)}, ${at(-1)})`;
    const again = (await create()).matchPlan;
    expect(again).toMatchObject({ matches: { edges: [] }, changes: { edges: [] } });
  });

  it('is no business of another branch, nor of organizations', async () => {
    await insertScene(database);
    const { matchPlan } = await create();
    const look = `query($id: ID!) { matchPlan(id: $id) { ${CHANGES} } }`;
    for (const actor of [ACTORS.secretary2, ACTORS.barber, ACTORS.subdistrict, ACTORS.anonymous])
      expect((await ask(actor, look, { id: matchPlan.id })).data).toEqual({ matchPlan: null });
    expect((await ask(ACTORS.officer, look, { id: matchPlan.id })).data?.matchPlan.changes.totalCount).toBe(1);
  });
});

describe('cancelling a run', () => {
  beforeEach(() => insertEstate(database, createRandom(1), { needs: 60, sessions: 30 }));
  const cancel = async (planId: string, actor: Actor = ACTORS.secretary1, idempotencyKey: string = newId()) => {
    const { data, errors } = await ask(actor, CANCEL, { input: { planId, idempotencyKey } });
    expect(errors).toBeUndefined();
    return data?.matchPlanCancel;
  };
  const underWay = async (): Promise<string> => {
    for (;;) {
      const [row] = await owner`select id from match_plan where state in ('QUEUED', 'RUNNING')`;
      if (row) return row.id;
    }
  };
  const left = async () => {
    const [matches] =
      await owner`select (select count(*)::int from match) + (select count(*)::int from unmatched_need) + (select count(*)::int from plan_change) as rows`;
    return matches?.rows;
  };

  it('stops it, leaves nothing behind, and frees the place for the next', async () => {
    const started = create();
    const id = await underWay();
    const cancelled = await cancel(gid('MatchPlan', id));
    expect(cancelled.userErrors).toEqual([]);
    expect(cancelled.matchPlan).toMatchObject({ status: 'CANCELLED', finishedAt: NOW.toISOString(), matches: { totalCount: 0 } });
    expect((await started).matchPlan).toMatchObject({ status: 'CANCELLED' });
    expect(await left()).toBe(0);
    const events = await owner`select kind from event where kind like 'MATCH_PLAN%' order by id`;
    expect(events.map(({ kind }) => kind)).toEqual(['MATCH_PLAN_CREATED', 'MATCH_PLAN_CANCELLED']);
    expect((await create()).matchPlan.status).toBe('READY');
  });

  it('comes before or after the end of the run, never between', async () => {
    const outcomes = new Set<string>();
    for (let round = 0; round < 6; round++) {
      const started = create();
      const id = await underWay();
      await new Promise(resolve => setTimeout(resolve, round * 130));
      const cancelled = await cancel(gid('MatchPlan', id));
      await started;
      const [plan] =
        await owner`select state, (select count(*)::int from match where plan_id = match_plan.id) as matches from match_plan where id = ${id}`;
      const won = cancelled.userErrors.length === 0;
      if (!won) expect(cancelled.userErrors).toEqual([{ code: 'INVALID_STATE', from: 'READY', to: 'CANCELLED' }]);
      expect(plan?.state).toBe(won ? 'CANCELLED' : 'READY');
      expect(plan?.matches > 0).toBe(!won);
      outcomes.add(plan?.state);
    }
    expect(outcomes.has('CANCELLED')).toBe(true);
  });

  it('is for who may plan there, once for a key', async () => {
    const started = create();
    const id = gid('MatchPlan', await underWay());
    expect((await cancel(id, ACTORS.secretary2)).userErrors).toEqual([{ code: 'NOT_FOUND' }]);
    expect((await cancel(id, ACTORS.barber)).userErrors).toEqual([{ code: 'NOT_FOUND' }]);
    expect((await cancel(id, ACTORS.officer)).userErrors).toEqual([{ code: 'FORBIDDEN' }]);
    const anonymous = await ask(ACTORS.anonymous, CANCEL, { input: { planId: id, idempotencyKey: newId() } });
    expect(anonymous.errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
    const key = newId();
    const twice = await Promise.all([cancel(id, ACTORS.secretary1, key), cancel(id, ACTORS.secretary1, key)]);
    for (const answer of twice) expect(answer).toMatchObject({ matchPlan: { status: 'CANCELLED' }, userErrors: [] });
    await started;
    expect((await cancel(id)).userErrors).toEqual([{ code: 'INVALID_STATE', from: 'CANCELLED', to: 'CANCELLED' }]);
  });
});

describe('two runs at once', () => {
  beforeEach(() => insertEstate(database, createRandom(1), { needs: 40, sessions: 20 }));

  it('of a branch and of the whole community: the later is refused with the id of the one under way', async () => {
    for (let round = 0; round < 3; round++) {
      const race = await Promise.all([
        create(),
        create({ branchId: null }, ACTORS.admin),
        create({ branchId: gid('Branch', WORLD.branch2) }, ACTORS.secretary2),
        create(),
      ]);
      const started: string[] = race.flatMap(({ matchPlan }) => (matchPlan ? [matchPlan.id] : []));
      const [whole] = await owner`select 1 from match_plan where branch_id is null`;
      expect(started).toHaveLength(whole ? 1 : 2);
      for (const { userErrors } of race)
        if (userErrors.length)
          expect([userErrors[0].code, started.includes(userErrors[0].planId)]).toEqual(['RUN_IN_PROGRESS', true]);
      await owner`truncate match_plan, match, unmatched_need, plan_change cascade`;
    }
  });
});
