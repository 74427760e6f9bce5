import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { buildSchema } from '../../src/graphql/schema.js';
import type { Actor } from '../../src/kernel/actor.js';
import { newId } from '../../src/kernel/ids.js';
import { resolvers } from '../../src/modules/index.js';
import { ACTORS, createAsk, gid } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { clearEstate } from '../support/estate.js';
import { insertProposals, type Proposals } from '../support/proposals.js';
import { NOW, seedWorld, WORLD } from '../support/world.js';

const database = await createTestDatabase();
const { owner } = database;
const ask = createAsk(buildSchema(resolvers), database);
beforeAll(() => seedWorld(database));
afterEach(() => clearEstate(database));

const DECEMBER = { from: '2026-12-01', until: '2027-01-01' };
const SHARES = '{ people ended completed refused calledOff failed rating { people ratings mean } }';
const OUTCOMES = `query($id: ID!, $period: DatePeriodInput!) { branch(id: $id) { matchingOutcomes(period: $period) { from until overall ${SHARES}
  byTier { tier shares ${SHARES} } byPoints { from shares ${SHARES} } byPosition { position shares ${SHARES} } byOrigin { origin shares ${SHARES} }
  byOverride { overridden shares ${SHARES} } byRankPart { code median upTo ${SHARES} above ${SHARES} } byCostPart { code median upTo ${SHARES} above ${SHARES} } } } }`;
async function outcomes(actor: Actor, branch: string = WORLD.branch1, period = DECEMBER) {
  const { data, errors } = await ask(actor, OUTCOMES, { id: gid('Branch', branch), period });
  expect(errors).toBeUndefined();
  return data?.branch.matchingOutcomes;
}

let proposals: Proposals;
const explanation = (days: number) => ({
  policyVersion: 1,
  urgency: 'P3',
  tier: 3,
  liftedBy: 0,
  points: 40,
  rankParts: [{ code: 'WAITING', value: 40, measured: 20 }],
  cost: days * 100,
  costParts: [{ code: 'DAYS', value: days * 100, measured: days }],
  pinned: false,
  options: 2,
  position: 1,
  runnersUp: [],
});
/** Twelve proposals: six for soon, six for a week later. */
beforeEach(async () => {
  proposals = await insertProposals(database, { capacity: 20, count: 12 });
  for (const [i, id] of proposals.matchIds.entries())
    await owner`update match set explanation = ${owner.json(explanation(i < 6 ? 2 : 9))} where id = ${id}`;
});
async function run(actor: Actor, name: string, input: Readonly<Record<string, unknown>>, selection: string) {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
  const source = `mutation($input: ${type}!) { ${name}(input: $input) { ${selection} userErrors { code path } } }`;
  const { data, errors } = await ask(actor, source, { input: { idempotencyKey: newId(), ...input } });
  expect(errors).toBeUndefined();
  expect(data?.[name].userErrors).toEqual([]);
  return data?.[name];
}

it('come from what organizations did with proposals, by what the engine had said of them', async () => {
  for (const id of proposals.matchIds.slice(6))
    await run(ACTORS.clinic, 'matchDecline', { matchId: gid('Match', id), reason: 'WRONG_TIME' }, 'match { id }');
  for (const id of proposals.matchIds.slice(0, 6))
    await run(ACTORS.clinic, 'matchAccept', { matchId: gid('Match', id) }, 'referral { id }');
  // Six were declined, which is an end; of six promises none has ended.
  expect((await outcomes(ACTORS.secretary1)).overall).toEqual({
    people: 6,
    ended: 6,
    completed: 0,
    refused: 1,
    calledOff: 0,
    failed: 0,
    rating: null,
  });
  await owner`update referral set state = 'COMPLETED', closed_at = now()`;
  const report = await outcomes(ACTORS.secretary1);
  expect(report).toMatchObject({
    ...DECEMBER,
    overall: { people: 12, ended: 12, completed: 0.5, refused: 0.5 },
    byTier: [{ tier: 3, shares: { ended: 12 } }],
    byPoints: [{ from: 0, shares: { ended: 12 } }],
    byPosition: [{ position: 'FIRST', shares: { ended: 12 } }],
    byOrigin: [{ origin: 'PROPOSAL', shares: { ended: 12 } }],
    byOverride: [{ overridden: false, shares: { ended: 12 } }],
    byRankPart: [],
    byCostPart: [{ code: 'DAYS', median: 200, upTo: { completed: 1 }, above: { refused: 1 } }],
  });
  expect((await outcomes(ACTORS.secretary1, WORLD.branch1, { from: '2026-11-01', until: '2026-12-01' })).overall).toBeNull();
});

it('carry what people said of what was delivered, as far as five have spoken', async () => {
  for (const id of proposals.matchIds) await run(ACTORS.clinic, 'matchAccept', { matchId: gid('Match', id) }, 'referral { id }');
  await owner`update referral set state = 'COMPLETED', closed_at = now()`;
  await owner`insert into service_record (community_id, id, referral_id, started_at, ended_at, quantity, received_by, recorded_at, confirmation, confirmed_as, confirmed_at)
    select community_id, id, id, ${NOW}, ${NOW}, 1, 'BENEFICIARY', ${NOW}, 'CONFIRMED', 'BRANCH', ${NOW} from referral`;
  const services = await owner`select r.id, (r.decision->>'cost')::int as cost from referral r order by cost, id`;
  const rate = (id: string, score: number) =>
    run(ACTORS.officer, 'referralRateService', { referralId: gid('Referral', id), score }, 'referral { id }');
  for (const { id } of services.slice(0, 4)) await rate(id, 5);
  expect((await outcomes(ACTORS.secretary1)).overall).toMatchObject({ ended: 12, rating: null });
  await rate(services[4]!.id, 5);
  for (const { id } of services.slice(6, 11)) await rate(id, 2);
  expect(await outcomes(ACTORS.secretary1)).toMatchObject({
    overall: { rating: { people: 10, ratings: 10, mean: 3.5 } },
    byTier: [{ tier: 3, shares: { rating: { mean: 3.5 } } }],
    byCostPart: [{ code: 'DAYS', upTo: { rating: { people: 5, mean: 5 } }, above: { rating: { people: 5, mean: 2 } } }],
  });
});

it('are for staff of the branch, and of few people nothing is told', async () => {
  const { anonymous, secretary2, clinic, barber, daughter, subdistrict } = ACTORS;
  for (const actor of [anonymous, secretary2, clinic, barber, daughter, subdistrict]) expect(await outcomes(actor)).toBeNull();
  for (const id of proposals.matchIds.slice(0, 4))
    await run(ACTORS.clinic, 'matchDecline', { matchId: gid('Match', id), reason: 'WRONG_TIME' }, 'match { id }');
  for (const actor of [ACTORS.secretary1, ACTORS.officer, ACTORS.admin])
    expect(await outcomes(actor)).toMatchObject({ overall: null, byTier: [], byCostPart: [] });
});

it('are read in as many statements for two branches as for one, with one line in the access log', async () => {
  const ALL = `query($period: DatePeriodInput!) { branches { matchingOutcomes(period: $period) { overall ${SHARES} byTier { tier } } } }`;
  const counts: number[] = [];
  for (const actor of [ACTORS.secretary1, ACTORS.admin]) {
    database.statements();
    const { errors } = await ask(actor, ALL, { period: DECEMBER });
    expect(errors).toBeUndefined();
    counts.push(database.statements().length);
  }
  expect(counts[1]).toBe(counts[0]);
  const log = await owner`select account_id, purpose, action from personal.access_log order by id`;
  expect(log).toEqual([
    { account_id: WORLD.secretary1, purpose: 'fairness', action: 'MATCHING_OUTCOMES' },
    { account_id: WORLD.admin, purpose: 'fairness', action: 'MATCHING_OUTCOMES' },
  ]);
});
