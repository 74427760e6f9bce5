import { readFileSync } from 'node:fs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRandom } from '../../bench/support/instances.js';
import { buildSchema } from '../../src/graphql/schema.js';
import type { Actor } from '../../src/kernel/actor.js';
import { newId } from '../../src/kernel/ids.js';
import { resolvers } from '../../src/modules/index.js';
import { failedRules } from '../../src/modules/matching/matching.service.js';
import { isAllowed, readWorld } from '../support/allowed.js';
import { ACTORS, createAsk, gid, scopeOf } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { clearEstate, insertEstate } from '../support/estate.js';
import { NOW, seedWorld, WORLD } from '../support/world.js';

const database = await createTestDatabase({ max: 8 });
const { owner } = database;
const ask = createAsk(buildSchema(resolvers), database);
beforeAll(() => seedWorld(database));
afterEach(() => clearEstate(database));

const operation = (name: string): string =>
  readFileSync(new URL(`../../schema/operations/${name}.graphql`, import.meta.url), 'utf8');
const at = (hours: number): Date => new Date(NOW.getTime() + hours * 3_600_000);
const c = WORLD.community;

/** A person of 86 who lives alone on the fifth floor, her need for a haircut, and the barber's session the day after tomorrow. */
async function insertScene({ capacity = 3 } = {}) {
  const [person, need, offer, session, far] = [newId(), newId(), newId(), newId(), newId()];
  await owner.begin(async tx => {
    await tx`insert into personal.resident (community_id, id, branch_id, building_id, name_sealed, name_index, storey, sex, birth_date, residency_status, care_categories, created_at)
      values (${c}, ${person}, ${WORLD.branch1}, ${WORLD.building1}, '', '', 5, 'FEMALE', '1940-03-03', 'PRESENT', '{LIVING_ALONE}', ${NOW})`;
    await tx`insert into need (community_id, id, number, branch_id, category_code, beneficiary_kind, requester_kind, channel, state, urgency, quantity, modes, submitted_at, opened_at)
      values (${c}, ${need}, 'N-1', ${WORLD.branch1}, 'HAIRCUT', 'RESIDENT', 'FAMILY', 'PHONE', 'OPEN', 'P2', 1, '{ON_SITE,HOME}', ${at(-50)}, ${at(-49)})`;
    await tx`insert into personal.need_detail (community_id, need_id, branch_id, beneficiary_id, description_sealed) values (${c}, ${need}, ${WORLD.branch1}, ${person}, '')`;
    await tx`insert into offer (community_id, id, organization_id, category_code, title, state, modes, valid_from, valid_until, created_at, published_at)
      values (${c}, ${offer}, ${WORLD.barber}, 'HAIRCUT', '便民理发', 'PUBLISHED', '{ON_SITE}', '2026-11-01', '2027-03-31', ${NOW}, ${NOW})`;
    await tx`insert into session (community_id, id, offer_id, starts_at, ends_at, capacity, building_id, created_at) values
      (${c}, ${session}, ${offer}, ${at(48)}, ${at(51)}, ${capacity}, ${WORLD.building2}, ${NOW}), (${c}, ${far}, ${offer}, ${at(24 * 8)}, ${at(24 * 8 + 3)}, ${capacity}, ${WORLD.building2}, ${NOW})`;
  });
  return { person, need, offer, session, far };
}

const CREATE = `mutation($input: BranchMatchPlanCreateInput!) { branchMatchPlanCreate(input: $input) { matchPlan { id version status progress dryRun policyVersion branch { code }
  totals { needs pairs tiers { tier needs served } supply { category { code } free used } }
  matches(first: 100) { totalCount edges { node { id state quantity rankPosition need { id number } session { id } organization { id code } explanation { sentence points cost complete rankParts { code points text } costParts { code cost } runnerUp { cost session { id } } } } } }
  unmatched(first: 100) { totalCount edges { node { quantity reason sentence need { id } certificate { possible closedSet promised holders { tier needs } } } } } }
  userErrors { code message path ... on NotPossibleError { reasons } ... on RunInProgressError { planId } } } }`;
const PUBLISH = `mutation($input: MatchPlanPublishInput!) { matchPlanPublish(input: $input) { matchPlan { id version status } fellOut { id state fellOutBecause { code sentence } } userErrors { code ... on StaleVersionError { currentVersion } ... on InvalidStateError { from } } } }`;

async function createPlan(actor: Actor = ACTORS.secretary1, input: Record<string, unknown> = {}, options = {}) {
  const { data, errors } = await ask(
    actor,
    CREATE,
    { input: { branchId: gid('Branch', WORLD.branch1), idempotencyKey: newId(), ...input } },
    options,
  );
  expect(errors).toBeUndefined();
  return data?.branchMatchPlanCreate;
}
async function publish(actor: Actor, plan: { id: string; version: number }, input: Record<string, unknown> = {}) {
  const { data, errors } = await ask(actor, PUBLISH, {
    input: { planId: plan.id, expectedVersion: plan.version, idempotencyKey: newId(), ...input },
  });
  expect(errors).toBeUndefined();
  return data?.matchPlanPublish;
}

describe('question 5: who can serve this need, and why', () => {
  it('is answered in full for staff, best first, with sums that add up', async () => {
    const scene = await insertScene();
    const ids = { needId: gid('Need', scene.need) };
    const { data, errors } = await ask(ACTORS.secretary1, operation('question-05-who-can-serve'), ids);
    expect(errors).toBeUndefined();
    const [best, next] = data!.need.suggestions;
    expect(best).toMatchObject({ position: 1, organization: { name: '美发店' }, session: { id: gid('Session', scene.session) } });
    expect(next).toMatchObject({ position: 2, session: { id: gid('Session', scene.far) } });
    expect(best.explanation.sentence).toBe(
      '紧急程度 P2,268 分(已等待 9 个工作小时、86 岁、重点人群)。匹配代价 1440(步行约 20 米、无电梯楼梯 4 层、2 天后、此前未服务过此人)。',
    );
    expect(best.explanation.costParts.reduce((total: number, { cost }: any) => total + cost, 0)).toBe(best.explanation.cost);
    expect(best.explanation.rankParts.reduce((total: number, { points }: any) => total + points, 0)).toBe(
      best.explanation.points,
    );
    const english = await ask(ACTORS.secretary1, operation('question-05-who-can-serve'), ids, { locale: 'en' });
    expect(english.data?.need.suggestions[0].explanation.sentence).toContain('86 years old');
  });

  it('costs as many statements for a page of needs as for one', async () => {
    await insertEstate(database, createRandom(21), { needs: 60, sessions: 40, branchIds: [WORLD.branch1] });
    const query = `query($id: ID!, $first: Int) { branch(id: $id) { needs(first: $first, filter: { states: [OPEN] }) { edges { node { id suggestions { position explanation { sentence } } } } } } }`;
    const counts: number[] = [];
    for (const first of [1, 30]) {
      database.statements();
      const { data, errors } = await ask(ACTORS.secretary1, query, { id: gid('Branch', WORLD.branch1), first });
      expect(errors).toBeUndefined();
      expect(data?.branch.needs.edges).toHaveLength(first);
      counts.push(database.statements().length);
    }
    expect(counts[1]).toBe(counts[0]);
  });

  it('holds every hard filter on a random estate', async () => {
    await insertEstate(database, createRandom(22), { needs: 60, sessions: 60, branchIds: [WORLD.branch1] });
    const { needs, sessions } = await readWorld(database);
    let suggested = 0;
    for (const need of needs) {
      const { data } = await ask(
        ACTORS.secretary1,
        `query($id: ID!) { need(id: $id) { suggestions(first: 50) { session { id } } } }`,
        { id: gid('Need', need.id) },
      );
      const expected = sessions
        .filter(session => session.free > 0 && isAllowed(need, session))
        .map(({ id }) => gid('Session', id));
      const shown = data?.need.suggestions.map(({ session }: any) => session.id);
      expect(new Set(shown)).toEqual(new Set(expected));
      suggested += expected.length;
    }
    expect(suggested).toBeGreaterThan(20);
  });
});

describe('question 6: needs for us', () => {
  const us = { organizationId: gid('Organization', WORLD.barber) };

  it('tells a partner nothing about the person', async () => {
    const scene = await insertScene();
    const everything = `query($organizationId: ID!, $need: ID!, $session: ID!) { organization(id: $organizationId) { suggestedNeeds { position subjectToCheck need { id } explanation {
      tier points cost distanceM options complete sentence rankParts { code points measured text } costParts { code cost measured text } runnerUp { cost } } } }
      need(id: $need) { suggestions { position explanation { points cost rankParts { code } costParts { code } distanceM sentence } } }
      whyNot(needId: $need, sessionId: $session) { possible reasons { code } explanation { points cost costParts { code } } } }`;
    const variables = { ...us, need: gid('Need', scene.need), session: gid('Session', scene.session) };
    const { data, errors } = await ask(ACTORS.barber, everything, variables);
    expect(errors).toBeUndefined();
    const text = JSON.stringify(data);
    expect(text).not.toMatch(/AGE_80|CARE|FLOORS|DISTANCE|NEW_HELPER|REPEAT|86|楼梯|步行|重点人群/);
    const [suggestion] = data!.organization.suggestedNeeds;
    expect(suggestion).toMatchObject({ position: 1, need: { id: variables.need }, subjectToCheck: false });
    expect(suggestion.explanation).toMatchObject({
      tier: 2,
      points: null,
      cost: null,
      distanceM: null,
      options: null,
      complete: false,
      runnerUp: null,
    });
    expect(data?.need.suggestions).toHaveLength(2);
    expect(data?.whyNot).toMatchObject({ possible: true, reasons: [], explanation: { points: null, cost: null } });
    const staff = await ask(ACTORS.secretary1, everything, variables);
    expect(JSON.stringify(staff.data)).toMatch(/AGE_80.*86/);
  });

  it('is one operation, by urgency and waiting, within the category', async () => {
    const scene = await insertScene();
    const { data, errors } = await ask(ACTORS.barber, operation('question-06-needs-for-us'), us);
    expect(errors).toBeUndefined();
    expect(data?.organization.suggestedNeeds).toMatchObject([
      { need: { id: gid('Need', scene.need), ageBand: 'EIGHTY_PLUS' }, session: { id: gid('Session', scene.session) } },
    ]);
    const other = await ask(ACTORS.barber, operation('question-06-needs-for-us'), { ...us, category: 'MEDICAL_ACCESS' });
    expect(other.data?.organization.suggestedNeeds).toEqual([]);
  });

  it('cannot be turned into a question about where or who somebody is', async () => {
    const scene = await insertScene();
    const look = async () =>
      (await ask(ACTORS.barber, operation('question-06-needs-for-us'), us)).data?.organization.suggestedNeeds;
    const why = async () =>
      (
        await ask(
          ACTORS.barber,
          `query($n: ID!, $s: ID!) { whyNot(needId: $n, sessionId: $s) { possible subjectToCheck reasons { code } } }`,
          {
            n: gid('Need', scene.need),
            s: gid('Session', scene.session),
          },
        )
      ).data?.whyNot;
    const answers = [];
    for (const condition of [
      `eligible_building_ids = '{${WORLD.building1}}'`,
      `eligible_building_ids = '{${WORLD.building2}}'`,
      `eligible_building_ids = '{}', care_categories = '{LIVING_ALONE}'`,
      `care_categories = '{VETERAN}'`,
      `care_categories = '{}', min_age_months = 1032`,
      `min_age_months = 1056`,
    ]) {
      await owner.unsafe(`update offer set ${condition}`);
      answers.push(JSON.stringify([await look(), await why()]));
    }
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain('"subjectToCheck":true');
    await owner.unsafe(`update personal.resident set opted_out = true`);
    expect(await look()).toEqual([]);
    expect(await why()).toMatchObject({ possible: false, reasons: [{ code: 'NOT_ELIGIBLE' }] });
  });

  it('is nobody else’s to ask', async () => {
    const scene = await insertScene();
    const query = `query($organizationId: ID!, $offer: ID!) { organization(id: $organizationId) { suggestedNeeds { position } proposals { edges { node { id } } } } offer(id: $offer) { suggestedNeeds { need { id } } } }`;
    const variables = { ...us, offer: gid('Offer', scene.offer) };
    for (const actor of [ACTORS.anonymous, ACTORS.clinic, ACTORS.stranger, ACTORS.daughter, ACTORS.subdistrict]) {
      const { data } = await ask(actor, query, variables);
      expect(data?.organization).toEqual({ suggestedNeeds: null, proposals: { edges: [] } });
      expect(data?.offer?.suggestedNeeds ?? null).toBeNull();
    }
    const elsewhere = await ask(ACTORS.secretary2, query, variables);
    expect(elsewhere.data?.organization.suggestedNeeds).toEqual([]);
    const own = await ask(ACTORS.barber, query, variables);
    expect(own.data?.offer.suggestedNeeds).toEqual([{ need: { id: gid('Need', scene.need) } }]);
    expect(
      (await ask(ACTORS.barber, `query($offer: ID!) { offer(id: $offer) { suggestedNeeds(first: 51) { position } } }`, variables))
        .errors?.[0]?.extensions?.code,
    ).toBe('BAD_USER_INPUT');
  });
});

describe('whyNot', () => {
  const query = `query($n: ID!, $s: ID!) { whyNot(needId: $n, sessionId: $s) { possible reasons { code rule label sentence numbers { name value } } explanation { cost complete } } }`;

  it('names every rule that fails, or the score', async () => {
    const scene = await insertScene();
    const variables = { n: gid('Need', scene.need), s: gid('Session', scene.session) };
    expect((await ask(ACTORS.officer, query, variables)).data?.whyNot).toEqual({
      possible: true,
      reasons: [],
      explanation: { cost: 1440, complete: true },
    });
    await owner.unsafe(`update offer set min_age_months = 1080, lead_time_minutes = 4320`);
    await owner.unsafe(`update session set reserved = capacity`);
    const { data } = await ask(ACTORS.secretary1, query, variables, { locale: 'en' });
    expect(data?.whyNot).toEqual({
      possible: false,
      explanation: null,
      reasons: [
        {
          code: 'TOO_YOUNG',
          rule: 2,
          label: 'too young',
          sentence: '86 years old on the day of the service; the offer asks for 90 years.',
          numbers: [
            { name: 'ageMonths', value: 1041 },
            { name: 'minAgeMonths', value: 1080 },
          ],
        },
        {
          code: 'LEAD_TIME',
          rule: 4,
          label: 'lead time too short',
          sentence: 'It starts in 2 days; the offer needs 3 days of notice.',
          numbers: [
            { name: 'leadTimeMinutes', value: 4320 },
            { name: 'minutesLeft', value: 2880 },
          ],
        },
        {
          code: 'SESSION_FULL',
          rule: null,
          label: 'session full',
          sentence: 'All 3 places are promised.',
          numbers: [{ name: 'capacity', value: 3 }],
        },
      ],
    });
  });

  it('answers null to who may not ask, and refuses ids of another kind', async () => {
    const scene = await insertScene();
    const variables = { n: gid('Need', scene.need), s: gid('Session', scene.session) };
    for (const actor of [
      ACTORS.anonymous,
      ACTORS.secretary2,
      ACTORS.clinic,
      ACTORS.subdistrict,
      { ...ACTORS.daughter, kinIds: [scene.person] },
    ])
      expect((await ask(actor, query, variables)).data?.whyNot).toBeNull();
    expect((await ask(ACTORS.admin, query, { n: variables.s, s: variables.n })).errors?.[0]?.extensions?.code).toBe(
      'BAD_USER_INPUT',
    );
    expect((await ask(ACTORS.admin, query, { ...variables, n: gid('Need', newId()) })).data?.whyNot).toBeNull();
  });

  it('lets people decide by hand for whom automation is unwanted, without telling a partner more', async () => {
    const scene = await insertScene();
    await owner.unsafe(`update personal.resident set opted_out = true`);
    expect(await failedRules(scopeOf(database, ACTORS.barber), scene.need, scene.session)).toEqual([]);
    await owner.unsafe(`update offer set min_age_months = 1080`);
    expect((await failedRules(scopeOf(database, ACTORS.barber), scene.need, scene.session)).map(({ code }) => code)).toEqual([
      'NOT_ELIGIBLE',
    ]);
    expect((await failedRules(scopeOf(database, ACTORS.secretary1), scene.need, scene.session)).map(({ code }) => code)).toEqual([
      'TOO_YOUNG',
    ]);
  });
});

describe('a plan over the API', () => {
  it('is ready at once when it is small, and explained', async () => {
    const scene = await insertScene();
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
        runnerUp: { cost: 2040, session: { id: gid('Session', scene.far) } },
      },
    });
    expect(node.explanation.sentence).toContain('次优场次代价 2040');
  });

  it('says in words why a need stays open', async () => {
    const scene = await insertScene({ capacity: 1 });
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
              '能服务的 2 个场次都已约满。其中 1 个已全部承诺,由排序在前的需求占用(P1 1 项),其中最后一位为 P1,0 分(紧急程度更高)。',
            need: { id: gid('Need', scene.need) },
            certificate: { possible: 2, closedSet: 2, promised: 1, holders: [{ tier: 1, needs: 1 }] },
          },
        },
      ],
    });
  });

  it('cannot be seen from another branch by any route', async () => {
    await insertScene();
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
    const scene = await insertScene();
    const pair = { needId: gid('Need', scene.need), sessionId: gid('Session', scene.session) };
    expect((await createPlan(ACTORS.secretary1, { pinned: [{ ...pair, needId: pair.sessionId }] })).userErrors).toMatchObject([
      { code: 'INVALID_ID', path: ['pinned', '0', 'needId'] },
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
  const PROPOSALS = `query($id: ID!) { organization(id: $id) { proposals { totalCount edges { node { id state respondBy rankPosition need { id } explanation { points cost sentence } } } } } }`;
  const proposalsOf = async (actor: Actor, id: string) =>
    (await ask(actor, PROPOSALS, { id: gid('Organization', id) })).data?.organization.proposals;

  it('proposes to the organization, with a time to answer by urgency, and nothing of the person', async () => {
    const scene = await insertScene();
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
            explanation: { points: null, cost: null },
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
    await insertScene();
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
    await insertScene();
    const { matchPlan } = await createPlan();
    await owner.unsafe(change);
    const published = await publish(ACTORS.secretary1, matchPlan);
    expect(published).toMatchObject({ matchPlan: { status: 'PUBLISHED' }, userErrors: [] });
    expect(published.fellOut).toMatchObject([{ state: 'FELL_OUT', fellOutBecause: [{ code: reason }] }]);
    expect((await proposalsOf(ACTORS.barber, WORLD.barber)).totalCount).toBe(0);
    await owner.unsafe(`update pact set state = 'SIGNED'`);
  });

  it('replaces the open proposals of the branch, keeps what was accepted, and counts who was left out', async () => {
    const scene = await insertScene({ capacity: 1 });
    await owner`update session set state = 'CANCELLED' where id = ${scene.far}`;
    const rival = newId();
    await owner`insert into need (community_id, id, number, branch_id, category_code, beneficiary_kind, requester_kind, channel, state, urgency, quantity, modes, submitted_at, opened_at, left_out)
      values (${c}, ${rival}, 'N-2', ${WORLD.branch1}, 'HAIRCUT', 'GROUP', 'OFFICER', 'COUNTER', 'OPEN', 'P1', 1, '{ON_SITE}', ${at(-1)}, ${at(-1)}, 2)`;
    const leftOut = async () =>
      Object.fromEntries((await owner`select id, left_out from need`).map(({ id, left_out }) => [id, left_out]));
    await publish(ACTORS.secretary1, (await createPlan()).matchPlan);
    expect(await leftOut()).toEqual({ [rival]: 0, [scene.need]: 1 });
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
    expect(await leftOut()).toEqual({ [rival]: 0, [scene.need]: 2 });
  });

  it('never takes back an acceptance that came first', async () => {
    for (let round = 0; round < 8; round++) {
      await insertScene();
      await publish(ACTORS.secretary1, (await createPlan()).matchPlan);
      const [{ node }] = (await proposalsOf(ACTORS.barber, WORLD.barber)).edges;
      const next = (await createPlan()).matchPlan;
      const accept = `mutation($input: MatchAcceptInput!) { matchAccept(input: $input) { referral { state } userErrors { code } } }`;
      const [published, accepted] = await Promise.all([
        publish(ACTORS.secretary1, next),
        ask(ACTORS.barber, accept, { input: { matchId: node.id, idempotencyKey: newId() } }),
      ]);
      expect(accepted.errors).toBeUndefined();
      const won = accepted.data?.matchAccept.userErrors.length === 0;
      const [need] = await owner`select quantity::int, committed::int from need`;
      const [{ reserved }] = (await owner`select coalesce(sum(reserved), 0)::int as reserved from session`) as any;
      const open = await owner`select 1 from match where state = 'PROPOSED'`;
      expect(need).toEqual({ quantity: 1, committed: won ? 1 : 0 });
      expect(reserved).toBe(won ? 1 : 0);
      expect(published.userErrors).toEqual([]);
      expect(published.fellOut).toHaveLength(won ? 1 : 0);
      expect(open).toHaveLength(won ? 0 : 1);
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
    await insertScene();
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
  beforeEach(() => insertScene());

  it('a declined pair is not proposed again, and the need keeps its place', async () => {
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
    const again = await createPlan();
    expect(again.matchPlan.unmatched.edges).toMatchObject([{ node: { reason: 'EXCLUDED' } }]);
    const [need] = await owner`select state, submitted_at from need`;
    expect(need).toEqual({ state: 'OPEN', submitted_at: at(-50) });
  });
});
