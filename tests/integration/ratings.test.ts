import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSchema } from '../../src/app.js';
import type { Actor } from '../../src/kernel/actor.js';
import { ACTORS, createAsk, gid } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { clearEstate } from '../support/estate.js';
import { insertProposals, type Proposals } from '../support/proposals.js';
import { NOW, seedWorld, WORLD } from '../support/world.js';

const database = await createTestDatabase();
const { owner } = database;
const ask = createAsk(createSchema(), database);
beforeAll(() => seedWorld(database));
afterEach(() => clearEstate(database));

const DAY = 86_400_000;
const after = (days: number) => ({ now: () => new Date(NOW.getTime() + days * DAY) });
const key = () => ({ idempotencyKey: randomUUID() });
const ERRORS = 'userErrors { code path ... on InvalidStateError { from to } ... on StaleVersionError { currentVersion } }';
const RATING = 'serviceRating { score remarks note ratedAs ratedAt version } cooperationRating { score remarks ratedAt version }';
const run = async (actor: Actor, name: string, input: object, options = {}) => {
  const source = `mutation($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { referral { id ratableUntil ${RATING} } ${ERRORS} } }`;
  const { data, errors } = await ask(actor, source, { input }, options);
  return data?.[name] ?? { errors };
};
const codeOf = ({ userErrors, errors }: any): string => (errors ? errors[0].extensions.code : (userErrors[0]?.code ?? 'OK'));
const seen = async (actor: Actor, options = {}) =>
  (
    await ask(
      actor,
      `query($id: ID!) { referral(id: $id) { ratableUntil ${RATING} } }`,
      { id: gid('Referral', referralId) },
      options,
    )
  ).data?.referral;

const { secretary1, officer, admin, secretary2, clinic, barber, daughter, subdistrict, anonymous } = ACTORS;
const SAID = { score: 4, remarks: ['KIND', 'ON_TIME'], note: '师傅很和气' };
const FOUND = { score: 2, remarks: ['BADLY_DESCRIBED'] };

/** A service of the clinic, delivered and, unless told otherwise, confirmed now; asked for by the daughter's account. */
async function delivered(index = 0, isConfirmed = true): Promise<string> {
  await owner`update personal.need_detail set requester_account_id = ${WORLD.daughter} where need_id = ${proposals.needIds[index]!}`;
  const accepted = await run(clinic, 'matchAccept', { matchId: gid('Match', proposals.matchIds[index]!), ...key() });
  const { id } = accepted.referral;
  const record = { startedAt: new Date(NOW.getTime() - 2 * DAY), endedAt: NOW, quantity: 1, receivedBy: 'BENEFICIARY' };
  expect(codeOf(await run(clinic, 'referralComplete', { referralId: id, expectedVersion: 1, record }))).toBe('OK');
  if (isConfirmed) expect(codeOf(await run(secretary1, 'referralConfirm', { referralId: id, expectedVersion: 2 }))).toBe('OK');
  return id;
}
let proposals: Proposals;
/** Raw id of the first service; `on` names it in inputs. */
let referralId: string;
let on: { referralId: string };
beforeEach(async () => {
  proposals = await insertProposals(database, { capacity: 20, count: 8 });
  const id = await delivered();
  on = { referralId: id };
  const [row] = await owner`select id from referral`;
  referralId = row!.id;
});
const stored = async () => [
  await owner`select * from personal.service_rating`,
  await owner`select * from cooperation_rating`,
  await owner`select kind from event where kind like '%RATED'`,
];

describe('a service', () => {
  it('is rated by the branch or the family, never by who delivered, and by no stranger', async () => {
    for (const actor of [secretary2, barber, { ...daughter, accountId: WORLD.liaisonBarber }, subdistrict] as Actor[])
      expect((await run(actor, 'referralRateService', { ...on, ...SAID })).userErrors).toEqual([
        { code: 'NOT_FOUND', path: ['referralId'] },
      ]);
    expect(codeOf(await run(clinic, 'referralRateService', { ...on, ...SAID }))).toBe('FORBIDDEN');
    expect(codeOf(await run(anonymous, 'referralRateService', { ...on, ...SAID }))).toBe('UNAUTHENTICATED');
    expect((await stored()).flat()).toEqual([]);

    const { referral, userErrors } = await run(officer, 'referralRateService', { ...on, ...SAID });
    expect(userErrors).toEqual([]);
    const said = { ...SAID, ratedAs: 'BRANCH', ratedAt: NOW.toISOString(), version: 1 };
    expect(referral).toMatchObject({ ratableUntil: new Date(NOW.getTime() + 14 * DAY).toISOString(), serviceRating: said });
    for (const actor of [secretary1, officer, admin, daughter]) expect((await seen(actor)).serviceRating).toEqual(said);
    expect(await seen(clinic)).toMatchObject({ ratableUntil: referral.ratableUntil, serviceRating: null });
    for (const actor of [secretary2, barber, subdistrict, anonymous]) expect(await seen(actor)).toBeNull();
  });

  it('is rated by who is both its performer and of the branch for neither side', async () => {
    const both = { ...clinic, branchIds: [WORLD.branch1], roles: ['LIAISON', 'ESTATE_OFFICER'] } as Actor;
    expect(codeOf(await run(both, 'referralRateService', { ...on, ...SAID }))).toBe('FORBIDDEN');
    expect(codeOf(await run(both, 'referralRateCooperation', { ...on, ...FOUND }))).toBe('FORBIDDEN');
    expect((await stored()).flat()).toEqual([]);
  });

  it('is not read by who speaks for the organization, whatever else they are', async () => {
    await run(officer, 'referralRateService', { ...on, ...SAID });
    const alsoFamily = { ...daughter, roles: ['LIAISON', 'FAMILY'], organizationIds: [WORLD.clinic] } as Actor;
    const staffOf = (id: string) => ({ ...officer, roles: ['LIAISON', 'ESTATE_OFFICER'], organizationIds: [id] }) as Actor;
    const list = `query($id: ID!) { branch(id: $id) { serviceRatings { totalCount edges { node { score } } } } }`;
    for (const actor of [alsoFamily, staffOf(WORLD.clinic)]) {
      expect(await seen(actor)).toMatchObject({ serviceRating: null });
      const { data } = await ask(actor, list, { id: gid('Branch', WORLD.branch1) });
      expect(data?.branch.serviceRatings).toEqual({ totalCount: 0, edges: [] });
    }
    const { data } = await ask(staffOf(WORLD.barber), list, { id: gid('Branch', WORLD.branch1) });
    expect(data?.branch.serviceRatings.totalCount).toBe(1);
  });

  it("is the family's to judge: its word replaces what the branch heard, and not the other way round", async () => {
    await run(officer, 'referralRateService', { ...on, ...SAID });
    expect((await run(daughter, 'referralRateService', { ...on, score: 1 })).userErrors).toEqual([
      { code: 'STALE_VERSION', path: null, currentVersion: 1 },
    ]);
    const { referral } = await run(daughter, 'referralRateService', {
      ...on,
      score: 1,
      remarks: ['ASKED_FOR_MONEY'],
      expectedVersion: 1,
    });
    expect(referral.serviceRating).toMatchObject({ score: 1, note: null, ratedAs: 'FAMILY', version: 2 });
    for (const expectedVersion of [null, 2])
      expect(codeOf(await run(secretary1, 'referralRateService', { ...on, ...SAID, expectedVersion }))).toBe('FORBIDDEN');
    expect((await seen(secretary1)).serviceRating).toMatchObject({ score: 1, remarks: ['ASKED_FOR_MONEY'] });
    expect(codeOf(await run(daughter, 'referralRateService', { ...on, score: 3, expectedVersion: 2 }))).toBe('OK');
  });

  it('is rated once when two do at once, and once for a key', async () => {
    const both = await Promise.all([officer, daughter].map(actor => run(actor, 'referralRateService', { ...on, ...SAID })));
    expect(both.map(codeOf).filter(code => code === 'OK')).toHaveLength(1);
    expect(await owner`select version from personal.service_rating`).toEqual([{ version: 1 }]);
    await owner`delete from personal.service_rating`;
    const input = { ...on, ...SAID, ...key() };
    const first = await run(officer, 'referralRateService', input);
    expect(await run(officer, 'referralRateService', input)).toEqual(first);
    expect(codeOf(await run(officer, 'referralRateService', { ...input, score: 5 }))).toBe('IDEMPOTENCY_KEY_REUSED');
    expect(await owner`select version from personal.service_rating`).toEqual([{ version: 1 }]);
  });

  it('is rated within its bounds, and nothing is lost of the first', async () => {
    await run(officer, 'referralRateService', { ...on, ...SAID });
    const wrong = [{ score: 6 }, { score: 0 }, { remarks: ['KIND', 'KIND'] }, { note: 'x'.repeat(201) }];
    for (const more of wrong)
      expect((await run(officer, 'referralRateService', { ...on, ...SAID, ...more, expectedVersion: 1 })).userErrors).toEqual([
        { code: 'INVALID_INPUT', path: [Object.keys(more)[0]] },
      ]);
    expect((await seen(officer)).serviceRating).toMatchObject({ ...SAID, version: 1 });
  });

  it('is rated only while its record is confirmed, for fourteen days', async () => {
    const open = { referralId: await delivered(1, false) };
    for (const [actor, name] of [
      [officer, 'referralRateService'],
      [clinic, 'referralRateCooperation'],
    ] as const) {
      const rate = (of: object, options = {}) => run(actor, name, { ...of, score: 4 }, options);
      expect((await rate(open)).userErrors).toMatchObject([{ code: 'INVALID_STATE', from: 'AWAITING', to: 'RATED' }]);
      expect((await rate(on, after(14))).userErrors).toMatchObject([{ code: 'INVALID_STATE', from: 'CLOSED', to: 'RATED' }]);
      expect(codeOf(await rate(on, after(13.99)))).toBe('OK');
    }
    await run(officer, 'referralDispute', { ...open, expectedVersion: 2, reason: 'NOT_RECEIVED' });
    expect((await run(officer, 'referralRateService', { ...open, score: 1 })).userErrors).toMatchObject([{ from: 'DISPUTED' }]);
    await run(officer, 'referralMarkAsError', { ...on, expectedVersion: 3, reason: 'ENTERED_BY_MISTAKE' });
    expect((await run(officer, 'referralRateService', { ...on, score: 1, expectedVersion: 1 })).userErrors).toMatchObject([
      { from: 'ENTERED_IN_ERROR', to: 'RATED' },
    ]);
    expect((await seen(officer)).ratableUntil).toBeNull();
  });

  it('takes no words while those of its need are taken away', async () => {
    let rated: Promise<any> = Promise.resolve();
    await owner.begin(async tx => {
      await tx`update need set emptied_at = ${NOW} where id = ${proposals.needIds[0]!}`;
      rated = run(officer, 'referralRateService', { ...on, ...SAID });
      const waiting = () => owner`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      await expect.poll(async () => (await waiting()).length).toBe(1);
    });
    expect((await rated).userErrors).toMatchObject([{ code: 'INVALID_STATE', from: 'CLOSED', to: 'RATED' }]);
    expect((await stored()).flat()).toEqual([]);
    expect(codeOf(await run(clinic, 'referralRateCooperation', { ...on, ...FOUND }))).toBe('OK');
  });

  it('leaves its words sealed behind the wall, and what it is about unchangeable', async () => {
    await run(daughter, 'referralRateService', { ...on, ...SAID });
    const [kept] = await owner`select * from personal.service_rating`;
    expect(kept).toMatchObject({
      branch_id: WORLD.branch1,
      need_id: proposals.needIds[0],
      requester_account_id: WORLD.daughter,
      rated_by: WORLD.daughter,
    });
    expect(kept!.note_sealed.toString()).not.toContain('师傅');
    const events = await owner`select data, from_state, to_state, reason from event where kind = 'SERVICE_RATED'`;
    expect([...events]).toEqual([{ data: {}, from_state: null, to_state: null, reason: null }]);
    const { client } = database.serving;
    const asIf = (settings: Record<string, string>) =>
      client.begin(async tx => {
        await tx`select set_config('app.community', ${WORLD.community}, true)`;
        for (const [name, value] of Object.entries(settings)) await tx`select set_config(${`app.${name}`}, ${value}, true)`;
        return (await tx`update personal.service_rating set score = 5 returning 1`).length;
      });
    expect(await asIf({ branches: WORLD.branch2, account: WORLD.liaisonClinic })).toBe(0);
    expect(await asIf({ branches: WORLD.branch1 })).toBe(1);
    // The family corrects it in its own name: what the branch said it replaces, and never the other way round.
    expect(await asIf({ account: WORLD.daughter })).toBe(1);
    await owner`update personal.service_rating set rated_as = 'BRANCH', rated_by = ${WORLD.officer}`;
    await expect(asIf({ account: WORLD.daughter })).rejects.toThrow(/row-level security/);
    for (const column of ['branch_id', 'need_id', 'referral_id', 'beneficiary_id', 'requester_account_id'])
      await expect(client.unsafe(`update personal.service_rating set ${column} = ${column}`)).rejects.toThrow(
        /permission denied/,
      );
    await expect(client`delete from personal.service_rating`).rejects.toThrow(/permission denied/);
  });
});

it('a page of services shows what both sides said in as many statements as one service', async () => {
  await delivered(1);
  await delivered(2);
  const page = async (first: number) => {
    const source = `{ referrals(first: ${first}) { edges { node { ratableUntil ${RATING} } } } }`;
    await ask(secretary1, source);
    database.statements();
    const { data } = await ask(secretary1, source);
    expect(data?.referrals.edges).toHaveLength(first);
    return database.statements().length;
  };
  expect(await page(3)).toBe(await page(1));
  database.statements();
  await run(officer, 'referralRateService', { ...on, ...SAID, ...key() });
  expect(database.statements().length).toBeLessThanOrEqual(18);
});

describe('the cooperation', () => {
  it('is rated by the organization alone', async () => {
    const { userErrors } = await run(barber, 'referralRateCooperation', { ...on, ...FOUND });
    expect(userErrors).toEqual([{ code: 'NOT_FOUND', path: ['referralId'] }]);
    for (const actor of [secretary1, officer, admin, daughter])
      expect(codeOf(await run(actor, 'referralRateCooperation', { ...on, ...FOUND }))).toBe('FORBIDDEN');
    expect(codeOf(await run(anonymous, 'referralRateCooperation', { ...on, ...FOUND }))).toBe('UNAUTHENTICATED');
    expect((await stored()).flat()).toEqual([]);
    const { referral } = await run(clinic, 'referralRateCooperation', { ...on, ...FOUND });
    expect(referral.cooperationRating).toEqual({ ...FOUND, ratedAt: NOW.toISOString(), version: 1 });
    expect(codeOf(await run(clinic, 'referralRateCooperation', { ...on, ...FOUND }))).toBe('STALE_VERSION');
    expect(codeOf(await run(clinic, 'referralRateCooperation', { ...on, score: 3, expectedVersion: 1 }))).toBe('OK');
  });

  it('is told to the branch when its staff can no longer rate, never to the family', async () => {
    await run(clinic, 'referralRateCooperation', { ...on, ...FOUND });
    const staff = [secretary1, officer, admin];
    for (const actor of [...staff, daughter]) expect((await seen(actor)).cooperationRating).toBeNull();
    expect((await seen(clinic)).cooperationRating).toMatchObject(FOUND);
    // What staff said can be corrected by staff: who read the other side first could answer it.
    await run(officer, 'referralRateService', { ...on, ...SAID });
    for (const actor of staff) expect((await seen(actor)).cooperationRating).toBeNull();
    expect((await seen(secretary1, after(14))).cooperationRating).toMatchObject(FOUND);
    await run(daughter, 'referralRateService', { ...on, ...SAID, expectedVersion: 1 });
    for (const actor of staff) expect((await seen(actor)).cooperationRating).toMatchObject(FOUND);
    expect((await seen(daughter, after(14))).cooperationRating).toBeNull();
  });
});

describe('the ratings of a branch', () => {
  const LIST = `query($id: ID!, $maxScore: Int, $after: String) { branch(id: $id) { serviceRatings(first: 2, after: $after, maxScore: $maxScore) {
    totalCount pageInfo { hasNextPage endCursor } edges { node { score note referral { id organization { name } } } } } } }`;
  const list = async (actor: Actor, more: object = {}) =>
    (await ask(actor, LIST, { id: gid('Branch', WORLD.branch1), ...more })).data?.branch.serviceRatings;

  it('are listed for its staff, the latest first, by the worst score they may have', async () => {
    const services = [on.referralId, await delivered(1), await delivered(2)];
    for (const [i, id] of services.entries())
      await run(officer, 'referralRateService', { referralId: id, score: [1, 5, 2][i] }, after(i));
    const first = await list(secretary1);
    expect([first.totalCount, first.edges.map(({ node }: any) => node.score)]).toEqual([3, [2, 5]]);
    const next = await list(secretary1, { after: first.pageInfo.endCursor });
    expect(next.edges.map(({ node }: any) => [node.score, node.referral.id])).toEqual([[1, services[0]]]);
    expect((await list(officer, { maxScore: 2 })).edges.map(({ node }: any) => node.score)).toEqual([2, 1]);
    for (const actor of [secretary2, clinic, barber, daughter, subdistrict, anonymous])
      expect(await list(actor)).toMatchObject({ totalCount: 0, edges: [] });
    await run(officer, 'referralMarkAsError', { ...on, expectedVersion: 3, reason: 'ENTERED_BY_MISTAKE' });
    expect((await list(secretary1)).totalCount).toBe(2);
  });
});

describe('the ratings of an organization', () => {
  const MONTH = `query($id: ID!, $month: LocalDate!) { branch(id: $id) { memberships(first: 5) { edges { node { organization { name }
    ratingsOfMonth(month: $month) { from until completeFrom figures { people services ratings mean good bad remarks { remark share } } } } } } } }`;
  const december = async (actor: Actor, { days = 45, month = '2026-12-01' } = {}) =>
    (await ask(actor, MONTH, { id: gid('Branch', WORLD.branch1), month }, after(days))) as any;
  const ofClinic = ({ data }: any) =>
    data.branch.memberships.edges.find(({ node }: any) => node.organization.name === '社区卫生服务中心').node.ratingsOfMonth;

  it('are told to it and the branch, as figures of five people at least, when the month can no longer change', async () => {
    for (let i = 1; i < 5; i++) await delivered(i);
    const services = await owner`select id from referral order by id`;
    const rate = (i: number, score: number, remarks: string[] = []) =>
      run(officer, 'referralRateService', { referralId: gid('Referral', services[i]!.id), score, remarks });
    for (const i of [0, 1, 2, 3]) await rate(i, 5, ['KIND']);
    expect(ofClinic(await december(clinic))).toEqual({
      from: '2026-12-01',
      until: '2027-01-01',
      completeFrom: '2027-01-14T16:00:00.000Z',
      figures: null,
    });
    await rate(4, 1, ['KIND', 'LATE']);
    const told = {
      people: 5,
      services: 5,
      ratings: 5,
      mean: 4.2,
      good: null,
      bad: null,
      remarks: [{ remark: 'KIND', share: 1 }],
    };
    for (const actor of [clinic, secretary1, officer, admin]) expect(ofClinic(await december(actor)).figures).toEqual(told);
    expect(ofClinic(await december(clinic, { days: 44.6 })).figures).toBeNull();
    expect(ofClinic(await december(clinic, { month: '2026-11-01' })).figures).toBeNull();
    for (const actor of [secretary2, barber, daughter, subdistrict, anonymous])
      expect(ofClinic(await december(actor))).toBeNull();
    for (const month of ['2026-12-02', '9999-12-01']) {
      const { errors } = await december(clinic, { month });
      expect(errors[0].extensions).toMatchObject({
        code: 'BAD_USER_INPUT',
        problems: [{ path: ['month'], rule: 'NOT_ALLOWED' }],
      });
    }
    expect(ofClinic(await december(clinic, { month: '9999-11-01' })).figures).toBeNull();
  });

  it('are read in as many statements for all members as for one, with one line in the access log', async () => {
    database.statements();
    await december({ ...clinic, organizationIds: [WORLD.clinic] });
    const one = database.statements().length;
    await december({ ...secretary1 });
    expect(database.statements()).toHaveLength(one);
    const log = await owner`select account_id, purpose, action from personal.access_log order by id`;
    expect([...log]).toEqual(
      [WORLD.liaisonClinic, WORLD.secretary1].map(account_id => ({ account_id, purpose: 'fairness', action: 'SERVICE_RATINGS' })),
    );
  });
});
