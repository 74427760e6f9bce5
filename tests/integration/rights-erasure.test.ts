import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sealAll } from '../../src/db/sealer.js';
import type { Actor } from '../../src/kernel/actor.js';
import { localDate } from '../../src/kernel/clock.js';
import { verifyChain } from '../../src/modules/audit/verification.service.js';
import { askedNeeds } from '../../src/modules/matching/fairness.repo.js';
import { submitNeed } from '../../src/modules/needs/needs.service.js';
import { carryOutErasure, eraseDue } from '../../src/modules/privacy/erasure.service.js';
import { setHold } from '../../src/modules/privacy/holds.service.js';
import { acceptProposal } from '../../src/modules/referrals/referrals.service.js';
import { ageBand, openProfile } from '../../src/modules/residents/residents.service.js';
import { ACTORS, gid, scopeOf } from '../support/ask.js';
import { rawIdOf } from '../support/needs.js';
import { profileIn } from '../support/profiles.js';
import { insertProposals } from '../support/proposals.js';
import { CANARY, everythingOpened, openRights, whereabouts } from '../support/rights.js';
import { NOW, WORLD } from '../support/world.js';

const rights = await openRights();
const { database, ask, run, done, her, daughter } = rights;
const { owner } = database;
const key = () => ({ idempotencyKey: randomUUID() });
const AT_COUNTER = { relation: 'SELF', channel: 'COUNTER' };
const RECEIPT =
  'receipt { erasedAt backupsUntil erased { needs notes serviceRecords ratings requests links } kept { what why } }';
const erase = (actor: Actor, requestId: string, given = key()) => run(actor, 'residentErase', { requestId, ...given }, RECEIPT);
const askToDelete = async (residentId: string, actor: Actor = ACTORS.officer): Promise<string> => {
  const input = { kind: 'DELETE', residentId, ...(actor === ACTORS.officer && { onBehalf: AT_COUNTER }), ...key() };
  return (await done(actor, 'personalInfoRequestCreate', input, 'request { id }')).request.id;
};

/** Every count that the API tells and that people go into, as the community's admin and the subdistrict get it. */
const counts = async () => {
  const period = { from: '2026-01-01', until: '2027-01-01' };
  const MEASURES = 'measures { needs people servedShare }';
  const ofBranch = await ask(
    ACTORS.admin,
    `query($id: ID!, $period: DatePeriodInput!) { branch(id: $id) { needs { totalCount } sessions(first: 100) { edges { node { quantity { capacity reserved } } } }
      fairness(period: $period) { overall { needs people servedShare } byUrgency { urgency ${MEASURES} } byAgeBand { ageBand ${MEASURES} }
        byCareCategory { careCategory ${MEASURES} } byBuilding { ${MEASURES} } loads { promised delivered } }
      matchingOutcomes(period: $period) { overall { people } } } }`,
    { id: gid('Branch', WORLD.branch1), period },
  );
  expect(ofBranch.errors).toBeUndefined();
  const rows = await scopeOf(database, ACTORS.admin)
    .asSystem('fairness')
    .reading(async tx =>
      (await askedNeeds(tx, [WORLD.branch1], period)).map(({ profileSealed, ...need }) => {
        const person = need.beneficiaryId && profileSealed && openProfile(tx, need.beneficiaryId, profileSealed);
        return { ...need, of: person && [ageBand(person.birthDate, localDate(need.submittedAt)), person.careCategories] };
      }),
    );
  const ledger =
    await owner`select (select count(*)::int from personal.resident) as residents, (select count(*)::int from need) as needs, (select sum(quantity)::int from need) as asked,
    (select sum(fulfilled)::int from need) as fulfilled, (select sum(committed)::int from need) as committed, (select count(*)::int from service_record) as records,
    (select sum(quantity)::int from service_record) as delivered, (select sum(reserved)::int from session) as reserved, (select count(*)::int from referral) as referrals`;
  return { branch: ofBranch.data?.branch, rows, ledger: [...ledger] };
};

describe('a request to delete', () => {
  let requestId: string;

  it('is carried out by nobody but who runs the branch', async () => {
    requestId = await askToDelete(her, daughter);
    for (const name of ['secretary2', 'clinic', 'barber', 'stranger', 'subdistrict'] as const)
      expect((await erase(ACTORS[name], requestId)).userErrors, name).toEqual([{ code: 'NOT_FOUND', path: ['requestId'] }]);
    for (const actor of [daughter, ACTORS.officer])
      expect((await erase(actor, requestId)).userErrors).toEqual([{ code: 'FORBIDDEN', path: null }]);
    const own = { ...ACTORS.secretary1, accountId: WORLD.daughter };
    expect((await erase(own, requestId)).userErrors).toEqual([{ code: 'FORBIDDEN', path: null }]);
    const anonymous = ask(
      ACTORS.anonymous,
      'mutation($input: ResidentEraseInput!) { residentErase(input: $input) { userErrors { code } } }',
      {
        input: { requestId, ...key() },
      },
    );
    expect((await anonymous).errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
  });

  it('waits while the law keeps the data, and tells why', async () => {
    const input = { residentId: her, reason: 'LAWSUIT', until: '2026-12-31' };
    for (const actor of [ACTORS.secretary1, ACTORS.officer, daughter])
      expect((await run(actor, 'legalHoldSet', { ...input, ...key() }, 'legalHold { id }')).userErrors).toEqual([
        { code: 'FORBIDDEN', path: null },
      ]);
    for (const name of ['secretary2', 'clinic', 'subdistrict'] as const)
      expect((await run(ACTORS[name], 'legalHoldSet', { ...input, ...key() }, 'legalHold { id }')).userErrors, name).toEqual([
        { code: 'NOT_FOUND', path: ['residentId'] },
      ]);
    for (const until of ['2026-11-30', '2027-12-31'])
      expect(
        (await run(ACTORS.admin, 'legalHoldSet', { ...input, until, ...key() }, 'legalHold { id }')).userErrors[0].code,
      ).toBe('INVALID_INPUT');
    const { legalHold } = await done(
      ACTORS.admin,
      'legalHoldSet',
      { ...input, ...key() },
      'legalHold { id reason until resident { id } }',
    );
    expect(legalHold).toMatchObject({ reason: 'LAWSUIT', resident: { id: her } });
    expect((await erase(ACTORS.secretary1, requestId)).userErrors).toEqual([
      { code: 'LEGAL_HOLD', path: null, reason: 'LAWSUIT', until: '2026-12-31' },
    ]);
    const told = await ask(
      daughter,
      'query($id: ID!) { node(id: $id) { ... on PersonalInfoRequest { legalHold { reason until } } } }',
      { id: requestId },
    );
    expect(told.data?.node).toEqual({ legalHold: { reason: 'LAWSUIT', until: '2026-12-31' } });
    const lift = { holdId: legalHold.id };
    expect((await run(ACTORS.secretary1, 'legalHoldLift', { ...lift, ...key() }, 'legalHold { id }')).userErrors[0].code).toBe(
      'FORBIDDEN',
    );
    expect((await run(ACTORS.secretary2, 'legalHoldLift', { ...lift, ...key() }, 'legalHold { id }')).userErrors[0].code).toBe(
      'NOT_FOUND',
    );
    await done(ACTORS.admin, 'legalHoldLift', { ...lift, ...key() }, 'legalHold { liftedAt }');
    expect((await run(ACTORS.admin, 'legalHoldLift', { ...lift, ...key() }, 'legalHold { id }')).userErrors[0].code).toBe(
      'INVALID_STATE',
    );
  });

  it('waits while somebody has promised to serve a need, and names it', async () => {
    const [{ number } = { number: '' }] = await owner`select number from need where id = ${rawIdOf(rights.promised)}`;
    expect((await erase(ACTORS.secretary1, requestId)).userErrors).toEqual([
      { code: 'INCOMPLETE', path: null, missing: [`PROMISED:${number}`] },
    ]);
    const [waiting] = await owner`select state from need where id = ${rawIdOf(rights.waiting)}`;
    expect(waiting?.state).toBe('OPEN');
    const { id, version } = rights.promise;
    const input = { referralId: id, expectedVersion: version, reason: 'SOLVED_OTHERWISE', ...key() };
    await done(ACTORS.barber, 'referralCancel', input, 'referral { id }');
  });

  it('takes away all that tells of the person and leaves every count as it was', async () => {
    expect(whereabouts(await everythingOpened(database))).toEqual({
      name: ['personal.resident'],
      phone: ['personal.resident'],
      room: ['personal.resident'],
      description: ['personal.need_detail'],
      accessNotes: ['personal.need_detail'],
      note: ['personal.override_note'],
      place: ['public.service_record'],
      evidence: ['public.service_record'],
      words: ['personal.info_request'],
      rating: ['personal.service_rating'],
    });
    for (const needId of [rights.promised, rights.waiting]) {
      const [{ version } = { version: 0 }] = await owner`select version from need where id = ${rawIdOf(needId)}`;
      const input = { needId, expectedVersion: version, reason: 'NO_LONGER_WANTED', ...key() };
      await done(daughter, 'needWithdraw', input, 'need { id }');
    }
    for (let n = 0; n < 6; n++) await rights.submit(await rights.register({ name: `邻居${n}`, phone: null, room: '101' }), {});
    const agreed = { residentId: her, purpose: 'HEALTH_MATCHING', ...key() };
    const { consent } = await done(daughter, 'consentGrant', agreed, 'consent { id }');
    const before = await counts();
    expect(before.branch.fairness.byCareCategory[0].measures.people).toBe(7);
    const given = key();
    const { receipt, userErrors } = await erase(ACTORS.secretary1, requestId, given);
    expect(userErrors).toEqual([]);
    expect(receipt).toMatchObject({
      erasedAt: NOW.toISOString(),
      backupsUntil: new Date(NOW.getTime() + 30 * 86_400_000).toISOString(),
      erased: { needs: 3, notes: 1, serviceRecords: 1, ratings: 1, requests: 2, links: 1 },
    });
    expect(receipt.kept.length).toBeGreaterThan(2);
    expect(Object.values(whereabouts(await everythingOpened(database))).flat()).toEqual([]);
    expect(await counts()).toEqual(before);
    const [{ id: referralId } = { id: '' }] = await owner`select referral_id as id from personal.service_rating`;
    const late = { referralId: gid('Referral', referralId), score: 1, note: CANARY.rating, ...key() };
    await owner`delete from personal.service_rating`;
    const refused = await run(ACTORS.officer, 'referralRateService', late, 'referral { id }');
    expect(refused.userErrors).toMatchObject([{ code: 'INVALID_STATE' }]);
    expect((await erase(ACTORS.secretary1, requestId, given)).receipt).toEqual(receipt);
    expect((await erase(ACTORS.secretary1, requestId)).userErrors[0].code).toBe('INVALID_STATE');
    const [ended] = await owner`select withdrawn_at, withdrawal_relation, withdrawal_method, withdrawn_by from personal.consent
      where id = ${rawIdOf(consent.id)}`;
    expect(ended).toEqual({
      withdrawn_at: NOW,
      withdrawal_relation: 'DAUGHTER',
      withdrawal_method: 'APP',
      withdrawn_by: WORLD.daughter,
    });
    const [shell] = await owner<
      Parameters<typeof profileIn>[0][]
    >`select id, community_id, phone_index, profile_sealed, erased_at from personal.resident where id = ${rawIdOf(her)}`;
    expect(shell).toMatchObject({ phone_index: null, erased_at: NOW });
    expect(shell && profileIn(shell)).toEqual({
      sex: 'FEMALE',
      storey: null,
      abilityLevel: null,
      birthDate: '1946-01-01',
      careCategories: ['LIVING_ALONE'],
      languages: [],
    });
  });

  it('leaves nobody to be found, opened, asked for or registered again by a late repeat', async () => {
    const SEEN = `query($id: ID!) { resident(id: $id) { id } node(id: $id) { id } residents(filter: { name: "${CANARY.name}" }, purpose: CONTACT) { totalCount } }`;
    for (const actor of [ACTORS.admin, ACTORS.secretary1, daughter, { ...ACTORS.daughter, kinIds: [] }])
      expect((await ask(actor, SEEN, { id: her })).data).toEqual({ resident: null, node: null, residents: { totalCount: 0 } });
    const again = await rights.submit(her).catch(error => error);
    expect(again).toBeInstanceOf(TypeError);
    const states =
      await owner`select state, count(*)::int as n from personal.kinship where resident_id = ${rawIdOf(her)} group by state`;
    expect([...states]).toEqual([{ state: 'REVOKED', n: 1 }]);
    const [left] =
      await owner`select count(*)::int as n from idempotency_key where result_id = ${rawIdOf(her)} and octet_length(input_hash) > 0`;
    expect(left?.n).toBe(0);
    const ofRatings =
      await owner`select octet_length(input_hash) as n from idempotency_key where operation = 'referralRateService'`;
    expect([...ofRatings]).toEqual([{ n: 0 }]);
  });

  it('is told to the account that asked although its link is over, and stays in a sound chain', async () => {
    const now = { ...ACTORS.daughter, kinIds: [] };
    const source =
      'query($id: ID!) { node(id: $id) { ... on PersonalInfoRequest { state words resident { id } receipt { erasedAt } } } }';
    expect((await ask(now, source, { id: requestId })).data?.node).toEqual({
      state: 'DONE',
      words: null,
      resident: null,
      receipt: { erasedAt: NOW.toISOString() },
    });
    const ended =
      await owner`select kind, from_state, reason from event where subject_type = 'PersonalInfoRequest' and to_state in ('DONE', 'REFUSED') order by id`;
    expect([...ended]).toEqual([
      { kind: 'PERSONAL_INFO_REQUEST_REFUSED', from_state: 'RECEIVED', reason: 'NOT_ON_FILE' },
      { kind: 'PERSONAL_INFO_REQUEST_DONE', from_state: 'RECEIVED', reason: null },
    ]);
    await sealAll(database.serving.db, () => NOW);
    expect((await verifyChain(scopeOf(database, ACTORS.anonymous), { full: true })).broken).toBeNull();
    const looks = await owner`select count(*)::int as n from personal.access_log where resident_id = ${rawIdOf(her)}`;
    expect(looks[0]?.n).toBeGreaterThan(3);
  });
});

describe('the due day', () => {
  it('erases who waited so long, but not whom the law keeps', async () => {
    const [free, held] = [
      await rights.register({ name: '王阿大', phone: null }),
      await rights.register({ name: '王阿二', phone: null }),
    ];
    const requests = [await askToDelete(free), await askToDelete(held)];
    await done(
      ACTORS.admin,
      'legalHoldSet',
      { residentId: held, reason: 'AUDIT', until: '2027-03-01', ...key() },
      'legalHold { id }',
    );
    const at = (days: number) => new Date(NOW.getTime() + days * 86_400_000);
    const upkeep = (now: Date) => scopeOf(database, { kind: 'SYSTEM', purpose: 'upkeep', behalfOf: null }, { now: () => now });
    expect(await eraseDue(upkeep(at(14)), at(14))).toBe(0);
    expect(await eraseDue(upkeep(at(16)), at(16))).toBe(1);
    const states = await owner`select state from personal.info_request where id = any(${requests.map(rawIdOf)}) order by id`;
    expect(states.map(({ state }) => state)).toEqual(['DONE', 'RECEIVED']);
    expect(await eraseDue(upkeep(at(92)), at(92))).toBe(1);
  });
});

describe('an erasure at the same moment as', () => {
  const ROUNDS = 6;
  const person = async () => {
    const residentId = await rights.register({ name: '同时' });
    return { residentId, requestId: rawIdOf(await askToDelete(residentId)) };
  };
  const eraseAt = (requestId: string) =>
    carryOutErasure(scopeOf(database, ACTORS.secretary1), { requestId, idempotencyKey: randomUUID() });
  const code = (result: { readonly ok: boolean; readonly failure?: { readonly code: string } }) =>
    result.ok ? 'OK' : result.failure?.code;

  it('a promise: one of the two comes first, and the other finds out', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const { residentId, requestId } = await person();
      const { needIds, matchIds } = await insertProposals(database, { capacity: 1, count: 1 });
      await owner`update personal.need_detail set beneficiary_id = ${rawIdOf(residentId)} where need_id = ${needIds[0] ?? ''}`;
      const accept = () =>
        acceptProposal(scopeOf(database, ACTORS.clinic), { matchId: matchIds[0] ?? '', idempotencyKey: randomUUID() });
      const both = { accepted: accept, erased: () => eraseAt(requestId) };
      const first = round % 2 ? both.accepted() : null;
      const erasing = both.erased();
      const [accepted, erased] = await Promise.all([first ?? both.accepted(), erasing]);
      expect([
        ['OK', 'INCOMPLETE'],
        ['INVALID_STATE', 'OK'],
      ]).toContainEqual([code(accepted), code(erased)]);
      const [need] = await owner`select state, committed::int from need where id = ${needIds[0] ?? ''}`;
      expect(need).toEqual(erased.ok ? { state: 'WITHDRAWN', committed: 0 } : { state: 'OPEN', committed: 1 });
    }
  });

  it('a new need: nothing is asked for somebody who is gone', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const { residentId, requestId } = await person();
      const submit = () =>
        submitNeed(scopeOf(database, ACTORS.officer), {
          categoryCode: 'HAIRCUT',
          residentId: rawIdOf(residentId),
          description: CANARY.description,
          idempotencyKey: randomUUID(),
        });
      const [submitted, erased] = await Promise.all([submit(), eraseAt(requestId)]);
      expect(code(erased)).toBe('OK');
      expect(['OK', 'NOT_FOUND']).toContain(code(submitted));
      const rows =
        await owner`select n.state from need n join personal.need_detail d on d.need_id = n.id where d.beneficiary_id = ${rawIdOf(residentId)}`;
      expect(rows.map(({ state }) => state)).toEqual(submitted.ok ? ['WITHDRAWN'] : []);
    }
    expect(whereabouts(await everythingOpened(database)).description).toEqual([]);
  });

  it('a hold: the hold comes first and holds, or finds nobody', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const { residentId, requestId } = await person();
      const command = {
        residentId: rawIdOf(residentId),
        reason: 'DISPUTE',
        until: '2026-12-24',
        idempotencyKey: randomUUID(),
      } as const;
      const [held, erased] = await Promise.all([setHold(scopeOf(database, ACTORS.admin), command), eraseAt(requestId)]);
      expect([
        ['OK', 'LEGAL_HOLD'],
        ['NOT_FOUND', 'OK'],
      ]).toContainEqual([code(held), code(erased)]);
    }
  });

  it('a plan: what it had placed falls out when it is published', async () => {
    const { residentId, requestId } = await person();
    const { planId, needIds, matchIds } = await insertProposals(database, { capacity: 1, count: 1 });
    await owner`update personal.need_detail set beneficiary_id = ${rawIdOf(residentId)} where need_id = ${needIds[0] ?? ''}`;
    await owner`update match set state = 'PLANNED' where id = ${matchIds[0] ?? ''}`;
    await owner`update match_plan set state = 'READY', published_at = null where id = ${planId}`;
    expect(code(await eraseAt(requestId))).toBe('OK');
    const published = await done(
      ACTORS.secretary1,
      'matchPlanPublish',
      { planId: gid('MatchPlan', planId), expectedVersion: 1, ...key() },
      'fellOut { id }',
    );
    expect(published.fellOut).toEqual([{ id: gid('Match', matchIds[0] ?? '') }]);
  });
});
