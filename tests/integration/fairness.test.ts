import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildSchema } from '../../src/graphql/schema.js';
import type { Actor } from '../../src/kernel/actor.js';
import { newId } from '../../src/kernel/ids.js';
import type { CareCategory } from '../../src/kernel/vocabulary.js';
import { resolvers } from '../../src/modules/index.js';
import { ACTORS, createAsk, gid } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { clearEstate } from '../support/estate.js';
import { insertOffer, insertSession } from '../support/offers.js';
import { residentRow } from '../support/profiles.js';
import { NOW, seedWorld, WORLD } from '../support/world.js';

const database = await createTestDatabase();
const { owner } = database;
const ask = createAsk(buildSchema(resolvers), database);
beforeAll(() => seedWorld(database));
afterEach(() => clearEstate(database));

const w = WORLD;
const HOUR = 3_600_000;
const hoursAgo = (hours: number): Date => new Date(NOW.getTime() - hours * HOUR);

interface Asked {
  readonly branch?: string;
  readonly building?: string;
  readonly born?: string;
  readonly care?: readonly CareCategory[];
  readonly urgency?: string;
  readonly state?: string;
  readonly category?: string;
  readonly waited?: number;
  readonly leftOut?: number;
}
/** Each of somebody else, submitted in November unless told otherwise. */
async function insertAsked(count: number, asked: Asked): Promise<string[]> {
  const { branch = w.branch1, building = w.building1, born = '1950-01-01', care = [], urgency = 'P3', state = 'OPEN' } = asked;
  const { category = 'HAIRCUT', waited = 48, leftOut = 0 } = asked;
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    const [person, need] = [newId(), newId()];
    ids.push(need);
    const row = residentRow(person, { branchId: branch, buildingId: building }, { birthDate: born, careCategories: care });
    await owner`insert into personal.resident ${owner(row)}`;
    await owner`insert into need (community_id, id, number, branch_id, category_code, beneficiary_kind, requester_kind, channel, state, urgency, quantity, fulfilled, modes, submitted_at, opened_at, closed_at, left_out)
      values (${w.community}, ${need}, ${`N-${need}`}, ${branch}, ${category}, 'RESIDENT', 'SELF', 'PHONE', ${state}, ${urgency}, 1, ${state === 'FULFILLED' ? 1 : 0}, '{ON_SITE}', ${hoursAgo(waited)}, ${hoursAgo(waited)}, ${state === 'OPEN' ? null : hoursAgo(waited - 12)}, ${leftOut})`;
    await owner`insert into personal.need_detail (community_id, need_id, branch_id, beneficiary_id, description_sealed) values (${w.community}, ${need}, ${branch}, ${person}, '')`;
  }
  return ids;
}

const NOVEMBER = { from: '2026-11-01', until: '2026-12-01' };
const GROUP = 'measures { people needs servedShare medianWaitingHours p90WaitingHours waitingGini }';
const REPORT = `{ from until overall { people needs servedShare medianWaitingHours p90WaitingHours waitingGini }
  byUrgency { urgency ${GROUP} } byAgeBand { ageBand ${GROUP} } byCareCategory { careCategory ${GROUP} } byBranch { branch { code } ${GROUP} } byBuilding { building { address } ${GROUP} }
  leftOut { times needs } longestWaiting { waitingHours need { id } } loads { promised delivered organization { code } } loadGini }`;
const OF_BRANCH = `query($id: ID!, $period: DatePeriodInput!) { branch(id: $id) { fairness(period: $period) ${REPORT} } }`;
const OF_COMMUNITY = `query($period: DatePeriodInput!) { community { fairness(period: $period) ${REPORT} } }`;

async function ofBranch(actor: Actor, branch: string = w.branch1, period = NOVEMBER) {
  const { data, errors } = await ask(actor, OF_BRANCH, { id: gid('Branch', branch), period });
  expect(errors).toBeUndefined();
  return data?.branch.fairness;
}
async function ofCommunity(actor: Actor, period = NOVEMBER) {
  const { data, errors } = await ask(actor, OF_COMMUNITY, { period });
  expect(errors).toBeUndefined();
  return data?.community.fairness;
}

describe('the fairness report', () => {
  let longest: string;
  beforeEach(async () => {
    await insertAsked(6, { state: 'FULFILLED', born: '1940-05-05', care: ['LIVING_ALONE'] });
    await insertAsked(5, { building: w.building2, urgency: 'P2', waited: 96, leftOut: 1 });
    [longest = ''] = await insertAsked(1, { building: w.building2, waited: 200 });
    await insertAsked(3, { branch: w.branch2, building: w.building3 });
    // None of these asked to be matched in November.
    await insertAsked(1, { urgency: 'P0', waited: 300 });
    await insertAsked(1, { state: 'SUBMITTED', waited: 300 });
    await insertAsked(1, { state: 'WITHDRAWN', waited: 300 });
    await insertAsked(1, { category: 'SAFETY_ENV', waited: 300 });
    await insertAsked(1, { waited: 24 * 40 });
    await insertAsked(1, { waited: 1 });
  });

  it('measures the needs of a branch for its staff, by whom they concern', async () => {
    const report = await ofBranch(ACTORS.officer);
    expect(report).toMatchObject({
      ...NOVEMBER,
      overall: { people: 12, needs: 12, servedShare: 0.5, medianWaitingHours: 12, p90WaitingHours: 96 },
      byUrgency: [
        { urgency: 'P2', measures: { people: 5, servedShare: 0, medianWaitingHours: 96, waitingGini: 0 } },
        { urgency: 'P3', measures: { people: 7, servedShare: 6 / 7 } },
      ],
      byAgeBand: [
        { ageBand: 'SIXTY_PLUS', measures: { people: 6 } },
        { ageBand: 'EIGHTY_PLUS', measures: { people: 6, servedShare: 1, medianWaitingHours: 12 } },
      ],
      byCareCategory: [{ careCategory: 'LIVING_ALONE', measures: { people: 6 } }],
      byBranch: [{ branch: { code: 'B1' }, measures: { people: 12 } }],
      leftOut: [
        { times: 0, needs: null },
        { times: 1, needs: null },
      ],
      longestWaiting: { waitingHours: 200, need: { id: gid('Need', longest) } },
    });
    expect(report.byBuilding.map(({ building, measures }: any) => [building.address, measures.people]).sort()).toEqual([
      ['9幢1单元', 6],
      ['9幢2单元', 6],
    ]);
  });

  it('tells nothing of fewer than five people, not even by what is left of a total', async () => {
    expect(await ofBranch(ACTORS.secretary2, w.branch2)).toMatchObject({
      overall: null,
      byUrgency: [{ urgency: 'P3', measures: null }],
      byBranch: [{ measures: null }],
      byBuilding: [{ measures: null }],
    });
    const community = await ofCommunity(ACTORS.admin);
    expect(community.overall.people).toBe(15);
    expect(community.byBranch.map(({ measures }: any) => measures)).toEqual([null, null]);
    expect(community.byBuilding.map(({ measures }: any) => measures)).toEqual([null, null, null]);
  });

  it('is for staff of the branch and for the administrator', async () => {
    const { anonymous, secretary2, clinic, barber, stranger, daughter, subdistrict } = ACTORS;
    for (const actor of [anonymous, secretary2, clinic, barber, stranger, daughter, subdistrict])
      expect(await ofBranch(actor)).toBeNull();
    for (const actor of [ACTORS.secretary1, ACTORS.officer, ACTORS.admin]) expect(await ofBranch(actor)).not.toBeNull();
    const { secretary1, officer } = ACTORS;
    for (const actor of [anonymous, secretary1, secretary2, officer, clinic, daughter])
      expect(await ofCommunity(actor)).toBeNull();
  });

  it('gives the subdistrict counts of one month of the whole community, and no single record', async () => {
    const report = await ofCommunity(ACTORS.subdistrict);
    expect(report).toMatchObject({ overall: { people: 15 }, longestWaiting: null });
    expect(report).toEqual({ ...(await ofCommunity(ACTORS.admin)), longestWaiting: null });
    for (const period of [
      { from: '2026-11-01', until: '2026-11-30' },
      { from: '2026-10-01', until: '2026-12-01' },
    ]) {
      const { errors } = await ask(ACTORS.subdistrict, OF_COMMUNITY, { period });
      expect(errors?.[0]?.extensions).toMatchObject({
        code: 'BAD_USER_INPUT',
        problems: [{ path: ['period'], rule: 'NOT_ALLOWED' }],
      });
      expect(await ofCommunity(ACTORS.admin, period)).not.toBeNull();
    }
  });

  it('refuses a period that ends before it starts', async () => {
    const period = { from: '2026-12-01', until: '2026-11-01' };
    const { errors } = await ask(ACTORS.secretary1, OF_BRANCH, { id: gid('Branch', w.branch1), period });
    expect(errors?.[0]?.extensions).toMatchObject({ problems: [{ path: ['period', 'until'], rule: 'ENDS_BEFORE_START' }] });
  });

  it('says what each organization took on, those without a promise included', async () => {
    const offer = await insertOffer(database);
    const session = await insertSession(database, { offerId: offer.id });
    const needs = await owner`select id from need where branch_id = ${w.branch1} order by id limit 4`;
    const states = ['ACCEPTED', 'COMPLETED', 'COMPLETED', 'CANCELLED'];
    for (const [i, { id }] of needs.entries())
      await owner`insert into referral (community_id, id, number, need_id, session_id, organization_id, branch_id, origin, state, quantity, reason, accepted_at, created_at)
        values (${w.community}, ${newId()}, ${`R-${i}`}, ${id}, ${session.id}, ${w.barber}, ${w.branch1}, 'CLAIM', ${states[i]!}, 1, ${states[i] === 'CANCELLED' ? 'WEATHER' : null}, ${hoursAgo(30)}, ${hoursAgo(30)})`;
    const { loads, loadGini } = await ofBranch(ACTORS.secretary1);
    expect(loads).toEqual([
      { promised: 3, delivered: 2, organization: { code: 'T002' } },
      { promised: 0, delivered: 0, organization: { code: 'T001' } },
    ]);
    expect(loadGini).toBeCloseTo(0.5, 12);
    const october = await ofBranch(ACTORS.secretary1, w.branch1, { from: '2026-10-01', until: '2026-11-01' });
    expect([october.loads.map(({ promised }: any) => promised), october.loadGini]).toEqual([[0, 0], null]);
  });

  it('asks as often for four branches as for one, for many needs as for few, and leaves one line a time in the access log', async () => {
    const ALL = `query($period: DatePeriodInput!) { branches { fairness(period: $period) { overall { people } byUrgency { ${GROUP} } loads { promised } } } }`;
    const sent = async (actor: Actor) => {
      database.statements();
      const { data, errors } = await ask(actor, ALL, { period: NOVEMBER });
      expect(errors).toBeUndefined();
      expect(data?.branches.some(({ fairness }: any) => fairness !== null)).toBe(true);
      return database.statements().length;
    };
    const one = await sent(ACTORS.secretary1);
    await insertAsked(20, { urgency: 'P1' });
    expect([await sent(ACTORS.secretary1), await sent(ACTORS.admin)]).toEqual([one, one]);
    const log = await owner`select account_id, purpose, action, detail from personal.access_log order by id`;
    expect(log).toHaveLength(3);
    expect(log[0]).toEqual({
      account_id: w.secretary1,
      purpose: 'fairness',
      action: 'FAIRNESS',
      detail: { needs: 12, residents: 12 },
    });
  });
});
