import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSchema } from '../../src/app.js';
import type { Actor } from '../../src/kernel/actor.js';
import { newId } from '../../src/kernel/ids.js';
import { loadFacts } from '../../src/modules/matching/facts.service.js';
import { DEFAULT_WEIGHTS } from '../../src/modules/matching/planner/scoring.js';
import { ACTORS, createAsk, gid, scopeOf } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { clearEstate } from '../support/estate.js';
import { untilSettled } from '../support/plans.js';
import { at, insertScene } from '../support/scene.js';
import { NOW, seedWorld, WORLD } from '../support/world.js';

const database = await createTestDatabase({ max: 8 });
const { owner } = database;
const ask = createAsk(createSchema(), database);
const c = WORLD.community;
beforeAll(() => seedWorld(database));
afterEach(() => clearEstate(database));

let scene: Awaited<ReturnType<typeof insertScene>>;
beforeEach(async () => {
  scene = await insertScene(database);
});

/** A need for a haircut of branch 1, of the person of the scene unless it says otherwise. */
async function insertNeed({
  person = scene.person as string | null,
  urgency = 'P3',
  quantity = 1,
  minimum = 1,
  together = null as string | null,
} = {}) {
  const id = newId();
  await owner`insert into need (community_id, id, number, branch_id, category_code, beneficiary_kind, requester_kind, channel, state, urgency, quantity, minimum_quantity, together_with_id, modes, submitted_at, opened_at)
    values (${c}, ${id}, ${id}, ${WORLD.branch1}, 'HAIRCUT', ${person ? 'RESIDENT' : 'GROUP'}, 'OFFICER', 'COUNTER', 'OPEN', ${urgency}, ${quantity}, ${minimum}, ${together}, '{ON_SITE}', ${at(-60)}, ${at(-60)})`;
  if (together) await owner`update need set together_with_id = ${id} where id = ${together}`;
  await owner`insert into personal.need_detail (community_id, need_id, branch_id, beneficiary_id, description_sealed) values (${c}, ${id}, ${WORLD.branch1}, ${person}, '')`;
  return id;
}
/** Another session of the barber, of one hour, so many hours from now. */
async function insertSession(
  hours: number,
  { keys = [] as string[], minimum = 0, capacity = 3, building = WORLD.building2 as string } = {},
) {
  const id = newId();
  await owner`insert into session (community_id, id, offer_id, starts_at, ends_at, capacity, minimum_attendance, resource_keys, building_id, created_at)
    values (${c}, ${id}, ${scene.offer}, ${at(hours)}, ${at(hours + 1)}, ${capacity}, ${minimum}, ${keys}, ${building}, ${NOW})`;
  return id;
}
async function insertPromise(needId: string, sessionId: string, { state = 'ACCEPTED', closedAt = null as Date | null } = {}) {
  const id = newId();
  await owner`insert into referral (community_id, id, number, need_id, session_id, organization_id, branch_id, origin, state, quantity, reason, closed_at, created_at)
    values (${c}, ${id}, ${id}, ${needId}, ${sessionId}, ${WORLD.barber}, ${WORLD.branch1}, 'CLAIM', ${state}, 1, 'OTHER', ${closedAt}, ${NOW})`;
  if (state !== 'COMPLETED') await owner`update session set reserved = reserved + 1 where id = ${sessionId}`;
  if (state === 'COMPLETED')
    await owner`insert into service_record (community_id, id, referral_id, started_at, ended_at, quantity, received_by, recorded_at)
      values (${c}, ${newId()}, ${id}, ${at(-30)}, ${at(-29)}, 1, 'BENEFICIARY', ${NOW})`;
  return id;
}

const WHY =
  'query($need: ID!, $session: ID!) { whyNot(needId: $need, sessionId: $session) { possible reasons { code rule sentence } } }';
const why = async (actor: Actor, need: string, session: string) => {
  const { data, errors } = await ask(actor, WHY, { need: gid('Need', need), session: gid('Session', session) });
  expect(errors).toBeUndefined();
  return data?.whyNot;
};
async function run(actor: Actor, name: string, input: object, what: string) {
  const { data, errors } = await ask(
    actor,
    `mutation($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { ${what} userErrors { code path ... on NotPossibleError { reasons } ... on InvalidInputError { rule limit } } } }`,
    { input: { ...input, ...(name === 'referralAccept' ? {} : { idempotencyKey: newId() }) } },
  );
  expect(errors).toBeUndefined();
  return data?.[name];
}
const claim = (actor: Actor, needId: string, sessionId: string, quantity = 1) =>
  run(actor, 'needClaim', { needId: gid('Need', needId), sessionId: gid('Session', sessionId), quantity }, 'referral { id }');
const moved = async () => [
  ...(await owner`select (select sum(reserved)::int from session) as reserved, (select sum(committed)::int from need) as committed`),
];

describe('somebody who is promised to be elsewhere', () => {
  beforeEach(async () => {
    await insertPromise(await insertNeed(), await insertSession(47));
  });

  it('is told of to staff, with the way from there, and to no partner, who might ask at every hour', async () => {
    expect(await why(ACTORS.secretary1, scene.need, scene.session)).toMatchObject({ possible: true });
    const overlapping = await insertSession(47.5);
    const reasons = [{ code: 'PERSON_BUSY', rule: 4, sentence: '服务对象届时另有服务安排,或来不及赶到。' }];
    expect(await why(ACTORS.secretary1, scene.need, overlapping)).toEqual({ possible: false, reasons });
    // 300 m east and 100 m south: almost seven minutes.
    expect(
      await why(ACTORS.secretary1, scene.need, await insertSession(48 + 6 / 60, { building: WORLD.building3 })),
    ).toMatchObject({ possible: false });
    expect(
      await why(ACTORS.secretary1, scene.need, await insertSession(48 + 7 / 60, { building: WORLD.building3 })),
    ).toMatchObject({ possible: true });
    expect(await why(ACTORS.barber, scene.need, overlapping)).toEqual({ possible: true, reasons: [] });
    for (const actor of [ACTORS.anonymous, ACTORS.secretary2, ACTORS.clinic, ACTORS.daughter])
      expect(await why(actor, scene.need, overlapping)).toBeNull();
  });

  it('is not promised to be in two places, whoever promises', async () => {
    const overlapping = await insertSession(47.5);
    const before = await moved();
    const refused = { referral: null, userErrors: [{ code: 'NOT_POSSIBLE', reasons: ['NOT_ELIGIBLE'] }] };
    expect(await claim(ACTORS.barber, scene.need, overlapping)).toMatchObject(refused);
    const pair = { needId: gid('Need', scene.need), sessionId: gid('Session', overlapping), quantity: 1 };
    expect(await run(ACTORS.secretary1, 'referralRequest', pair, 'referral { id }')).toMatchObject({
      referral: null,
      userErrors: [{ code: 'NOT_POSSIBLE', reasons: ['PERSON_BUSY'] }],
    });
    // What was proposed or asked for before the other promise was made.
    const [plan, match] = [newId(), newId()];
    await owner`insert into match_policy (community_id, version, weights, reason, valid_from) values (${c}, 1, ${owner.json(DEFAULT_WEIGHTS)}, 'test', ${NOW}) on conflict do nothing`;
    await owner`insert into match_plan (community_id, id, branch_id, state, policy_version, horizon_start, horizon_end, created_at) values (${c}, ${plan}, ${WORLD.branch1}, 'PUBLISHED', 1, ${NOW}, ${at(500)}, ${NOW})`;
    await owner`insert into match (community_id, id, plan_id, need_id, session_id, organization_id, branch_id, quantity, state, rank_position, tier, points, cost, explanation)
      values (${c}, ${match}, ${plan}, ${scene.need}, ${overlapping}, ${WORLD.barber}, ${WORLD.branch1}, 1, 'PROPOSED', 1, 3, 0, 0, '{}')`;
    expect(await run(ACTORS.barber, 'matchAccept', { matchId: gid('Match', match) }, 'referral { id }')).toMatchObject(refused);
    expect(
      (await run(ACTORS.clinic, 'matchAccept', { matchId: gid('Match', match) }, 'referral { id }')).userErrors,
    ).toMatchObject([{ code: 'NOT_FOUND' }]);
    const asked = newId();
    await owner`insert into referral (community_id, id, number, need_id, session_id, organization_id, branch_id, origin, state, quantity, created_at)
      values (${c}, ${asked}, ${asked}, ${scene.need}, ${overlapping}, ${WORLD.barber}, ${WORLD.branch1}, 'REQUEST', 'REQUESTED', 1, ${NOW})`;
    const accept = { referralId: gid('Referral', asked), expectedVersion: 1 };
    expect(await run(ACTORS.barber, 'referralAccept', accept, 'referral { id }')).toMatchObject(refused);
    expect((await run(ACTORS.clinic, 'referralAccept', accept, 'referral { id }')).userErrors).toMatchObject([
      { code: 'NOT_FOUND' },
    ]);
    expect(await moved()).toEqual(before);
    // Nobody looks behind the wall for who has no say in it.
    expect(
      await owner`select distinct account_id from personal.access_log where action = 'MATCH_CHECK' and account_id = ${WORLD.liaisonClinic}`,
    ).toEqual([]);
    // It is free again when the other falls through.
    await owner`update referral set state = 'CANCELLED' where state = 'ACCEPTED'`;
    expect((await run(ACTORS.barber, 'matchAccept', { matchId: gid('Match', match) }, 'referral { id }')).userErrors).toEqual([]);
  });
});

describe('a helper', () => {
  it('who is promised in one session is not promised in another at the same time, whoever comes', async () => {
    const [taken, other] = [
      await insertSession(60, { keys: ['chair-1'] }),
      await insertSession(60.5, { keys: ['chair-2', 'chair-1'] }),
    ];
    expect(await why(ACTORS.secretary1, scene.need, other)).toMatchObject({ possible: true });
    await insertPromise(await insertNeed({ person: null }), taken);
    const reasons = [{ code: 'HELPER_BUSY', rule: 4 }];
    for (const actor of [ACTORS.secretary1, ACTORS.barber])
      expect(await why(actor, scene.need, other)).toMatchObject({ possible: false, reasons });
    expect((await claim(ACTORS.barber, scene.need, other)).userErrors).toMatchObject([
      { code: 'NOT_POSSIBLE', reasons: ['HELPER_BUSY'] },
    ]);
    expect((await claim(ACTORS.barber, scene.need, taken)).userErrors).toEqual([]);
    expect(await why(ACTORS.secretary1, scene.need, await insertSession(61, { keys: ['chair-1'] }))).toMatchObject({
      reasons: [{ code: 'NEED_COVERED' }],
    });
  });
});

describe('needs as they may be claimed', () => {
  it('go together: where one is promised the other may follow, and nowhere else', async () => {
    const he = await insertNeed({ person: null, together: scene.need });
    expect((await claim(ACTORS.barber, scene.need, scene.session)).userErrors).toEqual([]);
    expect((await claim(ACTORS.barber, he, scene.far)).userErrors).toMatchObject([
      { code: 'NOT_POSSIBLE', reasons: ['TOGETHER'] },
    ]);
    expect((await claim(ACTORS.barber, he, scene.session)).userErrors).toEqual([]);
  });

  it('take their portion at once, or what is left of them', async () => {
    const group = await insertNeed({ person: null, quantity: 5, minimum: 3 });
    expect((await claim(ACTORS.barber, group, scene.session, 2)).userErrors).toMatchObject([
      { path: ['quantity'], rule: 'MIN', limit: 3 },
    ]);
    expect((await claim(ACTORS.barber, group, scene.session, 3)).userErrors).toEqual([]);
    expect((await claim(ACTORS.barber, group, scene.far, 1)).userErrors).toMatchObject([
      { path: ['quantity'], rule: 'MIN', limit: 2 },
    ]);
    expect((await claim(ACTORS.barber, group, scene.far, 2)).userErrors).toEqual([]);
  });
});

describe('a plan', () => {
  const CREATE = `mutation($input: BranchMatchPlanCreateInput!) { branchMatchPlanCreate(input: $input) { matchPlan { id version status proven proofSentence budgetSeconds gap { rankPosition cost }
    matches(first: 50) { edges { node { need { id } session { id } } } } unmatched(first: 50) { edges { node { reason sentence need { id } certificate { possible blocked { code sessions } } } } } }
    userErrors { code path ... on InvalidInputError { rule limit } } } }`;
  const create = async (input: object = {}, actor: Actor = ACTORS.secretary1) => {
    const given = { branchId: gid('Branch', WORLD.branch1), idempotencyKey: newId(), ...input };
    return untilSettled(
      async () => {
        const { data, errors } = await ask(actor, CREATE, { input: given });
        expect(errors).toBeUndefined();
        return data?.branchMatchPlanCreate;
      },
      ({ matchPlan }) => matchPlan?.status,
    );
  };

  it('keeps the rules, says that it is proven, and why somebody is left out', async () => {
    await owner`delete from session where id = ${scene.far}`;
    const rival = await insertNeed({ urgency: 'P4' });
    const { matchPlan } = await create({ budgetSeconds: 30 });
    const lecture = await insertSession(200, { minimum: 3 });
    expect(matchPlan).toMatchObject({
      status: 'READY',
      proven: true,
      gap: null,
      budgetSeconds: 30,
      proofSentence: '已证明:在所有规则之内没有更好的方案。',
    });
    expect(matchPlan.matches.edges).toHaveLength(2);
    await insertSession(48.5);
    await owner`update session set capacity = 1 where minimum_attendance = 0`;
    const { matchPlan: next } = await create();
    expect(next).toMatchObject({ budgetSeconds: 10, matches: { edges: [{ node: { need: { id: gid('Need', scene.need) } } }] } });
    expect(next.unmatched.edges).toMatchObject([
      {
        node: {
          need: { id: gid('Need', rival) },
          reason: 'PERSON_BUSY',
          sentence: expect.stringContaining('1 个未达最低开办人数'),
          certificate: {
            possible: 3,
            blocked: [
              { code: 'ALL_FULL', sessions: 1 },
              { code: 'MINIMUM_NOT_REACHED', sessions: 1 },
              { code: 'PERSON_BUSY', sessions: 1 },
            ],
          },
        },
      },
    ]);
    expect(JSON.stringify(next)).not.toContain(gid('Session', lecture));
  });

  it('takes the time that it is given, up to two minutes', async () => {
    expect((await create({ budgetSeconds: 0 })).matchPlan).toMatchObject({ status: 'READY', budgetSeconds: 0 });
    expect((await create({ budgetSeconds: 121 })).userErrors).toMatchObject([
      { path: ['budgetSeconds'], rule: 'MAX', limit: 120 },
    ]);
    expect((await create({ budgetSeconds: -1 })).userErrors).toMatchObject([{ path: ['budgetSeconds'], rule: 'MIN', limit: 0 }]);
    for (const actor of [ACTORS.secretary2, ACTORS.officer, ACTORS.barber])
      expect((await create({ budgetSeconds: 1 }, actor)).userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
  });

  it('looks at the rules again when it is published, and says what fell out', async () => {
    await owner`update session set minimum_attendance = 2`;
    await insertNeed({ person: null });
    const { matchPlan } = await create();
    expect(matchPlan.matches.edges).toHaveLength(2);
    await owner`update need set state = 'WITHDRAWN', closed_at = ${NOW} where id = ${scene.need}`;
    const published = await run(
      ACTORS.secretary1,
      'matchPlanPublish',
      { planId: matchPlan.id, expectedVersion: matchPlan.version },
      'fellOut { state fellOutBecause { code sentence } }',
    );
    expect(published.userErrors).toEqual([]);
    expect(published.fellOut.map(({ fellOutBecause }: any) => fellOutBecause.map(({ code }: any) => code)).sort()).toEqual([
      ['MINIMUM_NOT_REACHED'],
      ['NEED_NOT_OPEN'],
    ]);
    expect(await owner`select 1 from match where state = 'PROPOSED'`).toHaveLength(0);
  });
});

describe('facts', () => {
  it('know one person in two needs without an id, and what the caps of a policy have seen of them', async () => {
    const [again, others] = [await insertNeed(), await insertNeed({ person: null })];
    await insertPromise(again, scene.far);
    await insertPromise(await insertNeed(), scene.session, { state: 'COMPLETED', closedAt: at(-24 * 5) });
    await insertPromise(await insertNeed(), scene.session, { state: 'COMPLETED', closedAt: at(-24 * 50) });
    await insertPromise(await insertNeed(), scene.session, { state: 'CANCELLED' });
    const caps = [
      { category: 'HAIRCUT', times: 9, days: 30 },
      { category: 'MEDICAL_ACCESS', times: 9, days: 30 },
      { category: 'HAIRCUT', times: 9, days: 60 },
    ];
    const { needs } = await loadFacts(
      scopeOf(database, ACTORS.secretary1),
      'TEST',
      { needs: { needIds: [scene.need, again, others] }, sessions: { sessionIds: [scene.session] } },
      { ...DEFAULT_WEIGHTS, caps },
    );
    const of = (id: string) => needs.find(need => need.id === id)!;
    expect(of(scene.need).personKey).not.toBeNull();
    expect(of(again).personKey).toBe(of(scene.need).personKey);
    expect(of(others)).toMatchObject({ personKey: null, promises: [], usedOfCaps: [0, 0, 0] });
    expect(of(scene.need).usedOfCaps).toEqual([2, 0, 3]);
    expect(of(scene.need).promises).toMatchObject([{ sessionId: scene.far, place: { eastM: 20, northM: 100 } }]);
    expect(JSON.stringify(needs)).not.toContain(scene.person);
  });
});
