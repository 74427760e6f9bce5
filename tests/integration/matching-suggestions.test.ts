import { readFileSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../bench/support/instances.js';
import { buildSchema } from '../../src/graphql/schema.js';
import { newId } from '../../src/kernel/ids.js';
import { resolvers } from '../../src/modules/index.js';
import { failedRules } from '../../src/modules/matching/matching.service.js';
import { isAllowed, readWorld } from '../support/allowed.js';
import { ACTORS, createAsk, gid, scopeOf } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { clearEstate, insertEstate } from '../support/estate.js';
import { at, insertScene } from '../support/scene.js';
import { seedWorld, WORLD } from '../support/world.js';

const database = await createTestDatabase({ max: 8 });
const { owner } = database;
const ask = createAsk(buildSchema(resolvers), database);
beforeAll(() => seedWorld(database));
afterEach(() => clearEstate(database));

const operation = (name: string): string =>
  readFileSync(new URL(`../../schema/operations/${name}.graphql`, import.meta.url), 'utf8');

describe('question 5: who can serve this need, and why', () => {
  it('is answered in full for staff, best first, with sums that add up', async () => {
    const scene = await insertScene(database);
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
    const scene = await insertScene(database);
    const everything = `query($organizationId: ID!, $need: ID!, $session: ID!) { organization(id: $organizationId) { suggestedNeeds { position subjectToCheck need { id } explanation {
      urgency tier liftedBy points cost distanceM options complete sentence rankParts { code points measured text } costParts { code cost measured text } runnersUp { cost } } } }
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
      urgency: 'P2',
      tier: 2,
      liftedBy: 0,
      points: null,
      cost: null,
      distanceM: null,
      options: null,
      complete: false,
      runnersUp: null,
    });
    expect(data?.need.suggestions).toHaveLength(2);
    expect(data?.whyNot).toMatchObject({ possible: true, reasons: [], explanation: { points: null, cost: null } });
    const staff = await ask(ACTORS.secretary1, everything, variables);
    expect(JSON.stringify(staff.data)).toMatch(/AGE_80.*86/);
  });

  it('tells a partner whom waiting has lifted, in the order that follows, and no more than urgency and waiting', async () => {
    const scene = await insertScene(database);
    await owner`update need set submitted_at = ${at(-24)} where id = ${scene.need}`;
    const old = newId();
    await owner`insert into need (community_id, id, number, branch_id, category_code, beneficiary_kind, requester_kind, channel, state, urgency, quantity, modes, submitted_at, opened_at)
      values (${WORLD.community}, ${old}, 'N-2', ${WORLD.branch1}, 'HAIRCUT', 'GROUP', 'OFFICER', 'COUNTER', 'OPEN', 'P4', 1, '{ON_SITE}', ${at(-70 * 24)}, ${at(-70 * 24)})`;
    const query = `query($organizationId: ID!) { organization(id: $organizationId) { suggestedNeeds { need { id urgency } explanation { urgency tier liftedBy points sentence } } } }`;
    for (const [actor, inFull] of [
      [ACTORS.barber, false],
      [ACTORS.secretary1, true],
    ] as const) {
      const { data, errors } = await ask(actor, query, us);
      expect(errors).toBeUndefined();
      expect(data?.organization.suggestedNeeds).toMatchObject([
        { need: { id: gid('Need', old), urgency: 'P4' }, explanation: { urgency: 'P4', tier: 2, liftedBy: 2 } },
        { need: { id: gid('Need', scene.need), urgency: 'P2' }, explanation: { urgency: 'P2', tier: 2, liftedBy: 0 } },
      ]);
      const [{ explanation }] = data!.organization.suggestedNeeds;
      expect(explanation.points === null).toBe(!inFull);
      expect(explanation.sentence).toContain('紧急程度 P4,等候已久,按 P2 排序');
    }
    for (const actor of [ACTORS.secretary2, ACTORS.clinic, ACTORS.anonymous])
      expect((await ask(actor, query, us)).data?.organization?.suggestedNeeds ?? []).toEqual([]);
  });

  it('is one operation, by tier and waiting, within the category', async () => {
    const scene = await insertScene(database);
    const { data, errors } = await ask(ACTORS.barber, operation('question-06-needs-for-us'), us);
    expect(errors).toBeUndefined();
    expect(data?.organization.suggestedNeeds).toMatchObject([
      { need: { id: gid('Need', scene.need), ageBand: 'EIGHTY_PLUS' }, session: { id: gid('Session', scene.session) } },
    ]);
    const other = await ask(ACTORS.barber, operation('question-06-needs-for-us'), { ...us, category: 'MEDICAL_ACCESS' });
    expect(other.data?.organization.suggestedNeeds).toEqual([]);
  });

  it('cannot be turned into a question about where or who somebody is', async () => {
    const scene = await insertScene(database);
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
    const scene = await insertScene(database);
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
    const scene = await insertScene(database);
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
    const scene = await insertScene(database);
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
    const scene = await insertScene(database);
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
