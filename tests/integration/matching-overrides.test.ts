import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildSchema } from '../../src/graphql/schema.js';
import type { Actor } from '../../src/kernel/actor.js';
import { newId } from '../../src/kernel/ids.js';
import { resolvers } from '../../src/modules/index.js';
import { noteOf } from '../../src/modules/matching/decisions.service.js';
import { ACTORS, createAsk, gid, scopeOf } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { clearEstate } from '../support/estate.js';
import { settledPlans } from '../support/plans.js';
import { insertScene } from '../support/scene.js';
import { seedWorld, WORLD } from '../support/world.js';

const database = await createTestDatabase();
const { owner } = database;
const ask = createAsk(buildSchema(resolvers), database);
beforeAll(() => seedWorld(database));
afterEach(() => clearEstate(database));

const DECISION = `decision { rankPosition suggestionPosition suggestionCount override { kind reason note }
  explanation { policyVersion tier points cost rankParts { code points } costParts { code cost } } }`;

async function change(actor: Actor, name: string, input: Readonly<Record<string, unknown>>, selection: string) {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
  const source = `mutation($input: ${type}!) { ${name}(input: $input) { ${selection} userErrors { code path } } }`;
  const { data, errors } = await ask(actor, source, { input: { idempotencyKey: newId(), ...input } });
  expect(errors).toBeUndefined();
  return data?.[name];
}
const pair = (needId: string, sessionId: string) => ({ needId: gid('Need', needId), sessionId: gid('Session', sessionId) });
const request = (input: Readonly<Record<string, unknown>>, actor: Actor = ACTORS.secretary1) =>
  change(actor, 'referralRequest', input, `referral { id origin ${DECISION} }`);
const PLAN = `query($id: ID!) { matchPlan(id: $id) { id version matches(first: 5) { edges { node { id session { id } } } }
  pinned { reason note need { id } session { id } } forbidden { reason note session { id } } } }`;
async function publishedPlan(input: Readonly<Record<string, unknown>> = {}) {
  const branchId = gid('Branch', WORLD.branch1);
  const made = await change(ACTORS.secretary1, 'branchMatchPlanCreate', { branchId, ...input }, 'matchPlan { id }');
  expect(made.userErrors).toEqual([]);
  await settledPlans(database);
  const plan = (await ask(ACTORS.secretary1, PLAN, made.matchPlan)).data?.matchPlan;
  await change(ACTORS.secretary1, 'matchPlanPublish', { planId: plan.id, expectedVersion: plan.version }, 'matchPlan { id }');
  return plan;
}
const NEEDS_REASON = [{ code: 'REASON_REQUIRED', path: ['overrideReason'] }];

describe('a request by the branch', () => {
  it('for the first suggestion goes with the engine, and remembers what it said', async () => {
    const { need, session } = await insertScene(database);
    const { referral, userErrors } = await request(pair(need, session));
    expect(userErrors).toEqual([]);
    const { explanation, ...decision } = referral.decision;
    expect(decision).toEqual({ rankPosition: null, suggestionPosition: 1, suggestionCount: 2, override: null });
    expect(explanation).toMatchObject({ policyVersion: 1, tier: 2, points: 268, cost: 1440 });
    const sum = (parts: any[], name: string) => parts.reduce((total, part) => total + part[name], 0);
    expect([sum(explanation.rankParts, 'points'), sum(explanation.costParts, 'cost')]).toEqual([268, 1440]);
  });

  it('for another session is an override: refused without a reason, kept with it', async () => {
    const { need, far } = await insertScene(database);
    expect(await request(pair(need, far))).toEqual({ referral: null, userErrors: NEEDS_REASON });
    expect(await owner`select 1 from referral`).toHaveLength(0);
    const { referral } = await request({ ...pair(need, far), overrideReason: 'SAME_HELPER', overrideNote: ' 只认得老师傅 ' });
    expect(referral.decision).toMatchObject({
      suggestionPosition: 2,
      override: { kind: 'NOT_FIRST_SUGGESTION', reason: 'SAME_HELPER', note: '只认得老师傅' },
    });
    const [event] = await owner<{ data: object }[]>`select data from event where kind = 'REFERRAL_REQUESTED'`;
    expect(event?.data).toMatchObject({ override: 'NOT_FIRST_SUGGESTION', overrideReason: 'SAME_HELPER' });
  });

  it('is measured by the open proposals of the need where there are some', async () => {
    const { need, session, far } = await insertScene(database);
    const forbidden = [{ ...pair(need, session), reason: 'NOT_SUITABLE', note: '当天就医' }];
    const plan = await publishedPlan({ forbidden });
    expect(plan.forbidden).toEqual([{ reason: 'NOT_SUITABLE', note: '当天就医', session: { id: gid('Session', session) } }]);
    expect(plan.matches.edges).toMatchObject([{ node: { session: { id: gid('Session', far) } } }]);
    expect((await request(pair(need, session))).userErrors).toEqual(NEEDS_REASON);
    const against = await request({ ...pair(need, session), overrideReason: 'PERSON_PREFERS' });
    expect(against.referral.decision).toMatchObject({
      override: { kind: 'AGAINST_PROPOSAL', reason: 'PERSON_PREFERS', note: null },
    });
    const along = await request({ ...pair(need, far), overrideReason: 'OTHER' });
    expect(along.referral.decision).toMatchObject({ override: null });
  });

  it('overrides nothing where the engine has nothing to say', async () => {
    const { need, far } = await insertScene(database);
    await owner`update personal.resident set opted_out = true`;
    const { referral, userErrors } = await request(pair(need, far));
    expect(userErrors).toEqual([]);
    expect(referral.decision).toMatchObject({ suggestionPosition: null, suggestionCount: 0, override: null });
  });
});

describe('an organization', () => {
  it('claims as it likes: its own right is no override', async () => {
    const { need, far } = await insertScene(database);
    const { referral, userErrors } = await change(ACTORS.barber, 'needClaim', pair(need, far), 'referral { id }');
    expect(userErrors).toEqual([]);
    const LOOK = `query($id: ID!) { referral(id: $id) { ${DECISION} } }`;
    expect((await ask(ACTORS.secretary1, LOOK, { id: referral.id })).data?.referral.decision).toMatchObject({
      suggestionPosition: 2,
      override: null,
    });
    // What the engine said of the person is for the branch alone.
    expect((await ask(ACTORS.barber, LOOK, { id: referral.id })).data).toEqual({ referral: { decision: null } });
    for (const actor of [ACTORS.secretary2, ACTORS.clinic, ACTORS.subdistrict, ACTORS.daughter, ACTORS.anonymous])
      expect((await ask(actor, LOOK, { id: referral.id })).data).toEqual({ referral: null });
  });

  it('that accepts a pinned proposal carries the reason of the pin', async () => {
    const { need, far } = await insertScene(database);
    const plan = await publishedPlan({ pinned: [{ ...pair(need, far), reason: 'HARDSHIP', note: '独居' }] });
    expect(plan.pinned).toEqual([
      { reason: 'HARDSHIP', note: '独居', need: { id: gid('Need', need) }, session: { id: gid('Session', far) } },
    ]);
    const [{ node }] = plan.matches.edges;
    const { referral } = await change(ACTORS.barber, 'matchAccept', { matchId: node.id }, 'referral { id }');
    const { data } = await ask(ACTORS.officer, `query($id: ID!) { referral(id: $id) { ${DECISION} } }`, { id: referral.id });
    expect(data?.referral.decision).toMatchObject({
      rankPosition: 1,
      suggestionPosition: 2,
      suggestionCount: 2,
      override: { kind: 'PINNED', reason: 'HARDSHIP', note: '独居' },
      explanation: { policyVersion: 1, tier: 2 },
    });
  });

  it('that accepts what the engine proposed overrides nothing', async () => {
    await insertScene(database);
    const plan = await publishedPlan();
    const [{ node }] = plan.matches.edges;
    const { referral } = await change(ACTORS.barber, 'matchAccept', { matchId: node.id }, 'referral { id }');
    const { data } = await ask(ACTORS.officer, `query($id: ID!) { referral(id: $id) { ${DECISION} } }`, { id: referral.id });
    expect(data?.referral.decision).toMatchObject({ rankPosition: 1, suggestionPosition: 1, suggestionCount: 2, override: null });
  });
});

describe('what staff write about an override', () => {
  it('is sealed, behind the wall, and never changed', async () => {
    const { need, far } = await insertScene(database);
    await request({ ...pair(need, far), overrideReason: 'SAME_HELPER', overrideNote: '只认得老师傅' });
    const [kept] = await owner`select id, branch_id, need_id, written_by, note_sealed from personal.override_note`;
    expect(kept).toMatchObject({ branch_id: WORLD.branch1, need_id: need, written_by: WORLD.secretary1 });
    expect(kept!.note_sealed.toString()).not.toContain('师傅');
    const [referral] = await owner`select decision from referral`;
    expect(JSON.stringify(referral)).not.toContain('师傅');
    const noteFor = (actor: Actor) => noteOf(scopeOf(database, actor), { noteId: kept!.id });
    for (const actor of [ACTORS.secretary1, ACTORS.officer, ACTORS.admin]) expect(await noteFor(actor)).toBe('只认得老师傅');
    for (const actor of [ACTORS.secretary2, ACTORS.barber, ACTORS.daughter, ACTORS.subdistrict, ACTORS.anonymous])
      expect(await noteFor(actor)).toBeNull();
    const { client } = database.serving;
    const changed = await client.begin(async tx => {
      await tx`select set_config('app.community', ${WORLD.community}, true), set_config('app.branches', ${WORLD.branch1}, true),
        set_config('app.system', 'matching', true)`;
      return tx`update personal.override_note set note_sealed = ''`;
    });
    expect(changed.count).toBe(0);
    await expect(client`update personal.override_note set note_sealed = '', need_id = need_id`).rejects.toThrow(
      /permission denied/,
    );
    await expect(client`delete from personal.override_note`).rejects.toThrow(/permission denied/);
  });

  it('has its bounds, told at its path', async () => {
    const { need, far } = await insertScene(database);
    const long = 'x'.repeat(201);
    expect((await request({ ...pair(need, far), overrideReason: 'OTHER', overrideNote: long })).userErrors).toEqual([
      { code: 'INVALID_INPUT', path: ['overrideNote'] },
    ]);
    const { userErrors } = await change(
      ACTORS.secretary1,
      'branchMatchPlanCreate',
      { branchId: gid('Branch', WORLD.branch1), pinned: [{ ...pair(need, far), reason: 'OTHER', note: long }] },
      'matchPlan { id }',
    );
    expect(userErrors).toEqual([{ code: 'INVALID_INPUT', path: ['pinned', '0', 'note'] }]);
    expect(await owner`select 1 from personal.override_note`).toHaveLength(0);
  });
});
