import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Actor } from '../../src/kernel/actor.js';
import { residentFacts } from '../../src/modules/residents/residents.service.js';
import { ACTORS, gid, scopeOf } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { PEOPLE } from '../support/needs.js';
import { AUNT, CHILD, niece, setUpSharing, WRONG } from '../support/sharing.js';
import { NOW, WORLD } from '../support/world.js';

const database = await createTestDatabase();
const { owner } = database;
const { ask, submit, count, run, link, grant, withdraw, session, rawIdOf } = await setUpSharing(database);
const heard = { relation: 'SELF', method: 'COUNTER' };
const problem = (name: string, rule: string) => ({ code: 'INVALID_INPUT', path: [name], rule });
const events = async (id: string) =>
  owner`select kind, actor_id, actor_role, from_state, to_state, data from event where subject_id = ${rawIdOf(id)} order by id`;
const PAGE = `query($id: ID!) { resident(id: $id) { consentsToHealthMatching consents(first: 50) { edges { node { id state purpose } } } } }`;
const pageOf = async (actor: Actor, id = AUNT) => (await ask(actor, PAGE, { id: gid('Resident', id) })).data?.resident;

beforeEach(() => owner`delete from personal.consent`);

describe('consent', () => {
  it('is given by verified kin with a purpose alone, at once, and read by the branch', async () => {
    const { consent, userErrors } = await grant(niece);
    expect(userErrors).toEqual([]);
    expect(consent).toEqual({
      id: expect.any(String),
      state: 'VALID',
      purpose: 'SHARE_WITH_ORGANIZATION',
      dataClass: 'GENERAL',
      relation: 'OTHER',
      method: 'APP',
      noticeVersion: '2026-11',
      grantedAt: NOW.toISOString(),
      withdrawnAt: null,
      withdrawalRelation: null,
      withdrawalMethod: null,
      recordedBy: '陈家女儿',
      need: null,
      organization: null,
      availableTransitions: ['WITHDRAWN'],
    });
    for (const actor of [niece, ACTORS.secretary1, ACTORS.admin])
      expect((await pageOf(actor)).consents.edges).toEqual([
        { node: { id: consent.id, state: 'VALID', purpose: consent.purpose } },
      ]);
    expect(await events(consent.id)).toEqual([
      {
        kind: 'CONSENT_GRANTED',
        actor_id: WORLD.daughter,
        actor_role: 'FAMILY',
        from_state: null,
        to_state: 'VALID',
        data: {
          relation: 'OTHER',
          method: 'APP',
          residentId: AUNT,
          purpose: 'SHARE_WITH_ORGANIZATION',
          needId: null,
          organizationId: null,
          noticeVersion: '2026-11',
        },
      },
    ]);
  });

  it('is written down by staff who say whom they heard and how', async () => {
    expect((await grant(ACTORS.officer)).userErrors).toEqual([problem('relation', 'REQUIRED'), problem('method', 'REQUIRED')]);
    expect((await grant(ACTORS.officer, { relation: 'SELF', method: 'APP' })).userErrors).toEqual([
      problem('method', 'NOT_ALLOWED'),
    ]);
    expect((await grant(ACTORS.officer, heard)).consent).toMatchObject({ relation: 'SELF', method: 'COUNTER' });
    expect((await grant(niece, { relation: 'SELF' })).userErrors).toEqual([problem('relation', 'NOT_ALLOWED')]);
    expect((await grant(niece, { method: 'PAPER' })).userErrors).toEqual([problem('method', 'NOT_ALLOWED')]);
  });

  it('is not there for anybody else, nor anybody’s to give', async () => {
    const { consent } = await grant(niece);
    const before = await count('event');
    const unknown = gid('Resident', randomUUID());
    for (const name of WRONG) {
      const refused = { consent: null, userErrors: [{ code: 'NOT_FOUND', path: ['residentId'] }] };
      expect(await grant(ACTORS[name], heard), name).toEqual(refused);
      expect(await grant(ACTORS[name], { ...heard, residentId: unknown }), name).toEqual(refused);
      const hidden = { consent: null, userErrors: [{ code: 'NOT_FOUND', path: ['consentId'] }] };
      expect(await withdraw(ACTORS[name], consent.id, heard), name).toEqual(hidden);
      expect(await withdraw(ACTORS[name], gid('Consent', randomUUID()), heard), name).toEqual(hidden);
      expect(await pageOf(ACTORS[name])).toBeNull();
      expect((await ask(ACTORS[name], 'query($id: ID!) { node(id: $id) { id } }', { id: consent.id })).data?.node).toBeNull();
    }
    await expect(grant(ACTORS.anonymous)).rejects.toThrow(/Sign in/);
    await expect(withdraw(ACTORS.anonymous, consent.id)).rejects.toThrow(/Sign in/);
    expect(await count('event')).toBe(before);
    expect(await count('personal.consent')).toBe(1);
  });

  it('is given once: a repeat answers the first, a second tells which there is', async () => {
    const idempotencyKey = randomUUID();
    const first = await grant(niece, { idempotencyKey });
    expect(await grant(niece, { idempotencyKey })).toEqual(first);
    const racing = await Promise.all([1, 2, 3].map(() => grant(niece, { purpose: 'TASK_CARE_NOTES' })));
    expect(racing.map(({ userErrors }) => userErrors[0]?.code ?? 'ok').sort()).toEqual(['DUPLICATE', 'DUPLICATE', 'ok']);
    expect((await grant(ACTORS.officer, heard)).userErrors).toEqual([
      { code: 'DUPLICATE', path: null, existingId: first.consent.id },
    ]);
  });

  it('is taken back as easily, by either side, and kept as history', async () => {
    const { consent } = await grant(ACTORS.officer, heard);
    const idempotencyKey = randomUUID();
    const taken = await withdraw(niece, consent.id, { idempotencyKey });
    expect(taken.consent).toMatchObject({
      id: consent.id,
      state: 'WITHDRAWN',
      withdrawnAt: NOW.toISOString(),
      withdrawalRelation: 'OTHER',
      withdrawalMethod: 'APP',
      relation: 'SELF',
      method: 'COUNTER',
      availableTransitions: [],
    });
    expect(await withdraw(niece, consent.id, { idempotencyKey })).toEqual(taken);
    expect((await withdraw(niece, consent.id)).userErrors).toEqual([
      { code: 'INVALID_STATE', path: null, from: 'WITHDRAWN', to: 'WITHDRAWN' },
    ]);
    const again = (await grant(niece)).consent;
    expect((await withdraw(ACTORS.officer, again.id)).userErrors).toHaveLength(2);
    expect((await withdraw(ACTORS.officer, again.id, { relation: 'SELF', method: 'PHONE' })).consent.state).toBe('WITHDRAWN');
    expect((await pageOf(niece)).consents.edges.map(({ node }: any) => [node.id, node.state])).toEqual([
      [again.id, 'WITHDRAWN'],
      [consent.id, 'WITHDRAWN'],
    ]);
    expect((await events(consent.id)).map(({ kind, actor_id }) => [kind, actor_id])).toEqual([
      ['CONSENT_GRANTED', WORLD.officer],
      ['CONSENT_WITHDRAWN', WORLD.daughter],
    ]);
  });

  it('is nobody’s to give whose link has ended, though the token still says so', async () => {
    await owner`update personal.kinship set state = 'REVOKED' where resident_id = ${AUNT}`;
    expect((await grant(niece)).userErrors).toEqual([{ code: 'NOT_FOUND', path: ['residentId'] }]);
    await owner`update personal.kinship set state = 'VERIFIED' where resident_id = ${AUNT}`;
    expect((await grant(niece)).userErrors).toEqual([]);
  });

  it('of a child is a parent’s or guardian’s to give, until it is fourteen', async () => {
    const child = { residentId: gid('Resident', CHILD) };
    const kin = { ...ACTORS.daughter, kinIds: [CHILD] };
    await link(CHILD, 'SIBLING');
    expect((await grant(kin, child)).userErrors).toEqual([problem('relation', 'NOT_ALLOWED')]);
    expect((await grant(ACTORS.officer, { ...child, ...heard })).userErrors).toEqual([problem('relation', 'NOT_ALLOWED')]);
    const given = await grant(ACTORS.officer, { ...child, relation: 'GUARDIAN', method: 'PAPER' });
    expect(given.consent).toMatchObject({ relation: 'GUARDIAN', dataClass: 'SENSITIVE' });
    expect((await withdraw(kin, given.consent.id)).consent.state).toBe('WITHDRAWN');
    await owner`update personal.kinship set relation = 'PARENT' where resident_id = ${CHILD}`;
    expect((await grant(kin, child)).consent).toMatchObject({ relation: 'PARENT', dataClass: 'SENSITIVE' });
    const birthday = { now: () => new Date('2029-03-01T00:00:00+08:00') };
    const other = { ...child, ...heard, purpose: 'TASK_CARE_NOTES' };
    expect((await grant(ACTORS.officer, other, { now: () => new Date('2029-02-28T23:59:59+08:00') })).consent).toBeNull();
    expect((await grant(ACTORS.officer, other, birthday)).consent).toMatchObject({ relation: 'SELF' });
  });

  it('may be narrowed to a need of theirs or an organization, where the purpose can', async () => {
    const mine = (await submit(ACTORS.officer, { residentId: gid('Resident', AUNT) })).need.id;
    const foreign = (await submit(ACTORS.officer, { residentId: gid('Resident', PEOPLE.mother) })).need.id;
    const organizationId = gid('Organization', WORLD.barber);
    expect((await grant(niece, { needId: mine, organizationId })).consent).toMatchObject({
      need: { id: mine },
      organization: { id: organizationId },
    });
    for (const needId of [foreign, gid('Need', randomUUID())])
      expect((await grant(niece, { needId })).userErrors).toEqual([{ code: 'NOT_FOUND', path: ['needId'] }]);
    expect((await grant(niece, { organizationId: gid('Organization', randomUUID()) })).userErrors).toEqual([
      { code: 'NOT_FOUND', path: ['organizationId'] },
    ]);
    expect((await grant(niece, { purpose: 'HEALTH_MATCHING', needId: mine })).userErrors).toEqual([
      problem('needId', 'NOT_ALLOWED'),
    ]);
    expect((await grant(niece, { noticeVersion: '1999-01' })).userErrors).toEqual([problem('noticeVersion', 'NOT_ALLOWED')]);
    const COVERING = 'query($id: ID!) { need(id: $id) { consents { purpose need { id } } } }';
    await grant(niece);
    expect((await ask(niece, COVERING, { id: mine })).data?.need.consents).toEqual([
      { purpose: 'SHARE_WITH_ORGANIZATION', need: null },
      { purpose: 'SHARE_WITH_ORGANIZATION', need: { id: mine } },
    ]);
    expect((await ask(ACTORS.secretary1, COVERING, { id: foreign })).data?.need.consents).toEqual([]);
    expect((await ask(ACTORS.barber, COVERING, { id: mine })).data?.need.consents).toEqual([]);
  });

  it('to health matching is what matching asks, from the moment it is given to the moment it is taken back', async () => {
    const facts = async () =>
      (await residentFacts(scopeOf(database, ACTORS.clinic).asSystem('matching'), [AUNT])).get(AUNT)?.consentsToHealthMatching;
    expect([(await pageOf(niece)).consentsToHealthMatching, await facts()]).toEqual([false, false]);
    const { consent } = await grant(niece, { purpose: 'HEALTH_MATCHING' });
    expect([(await pageOf(niece)).consentsToHealthMatching, await facts()]).toEqual([true, true]);
    await withdraw(niece, consent.id);
    expect([(await pageOf(niece)).consentsToHealthMatching, await facts()]).toEqual([false, false]);
  });

  it('moves along with the person to another branch', async () => {
    const moving = '00000000-0000-7000-8000-000000000102';
    const { consent } = await grant(ACTORS.officer, { ...heard, residentId: gid('Resident', moving) });
    const input = { residentId: gid('Resident', moving), expectedVersion: 1, buildingId: gid('Building', WORLD.building3) };
    expect((await run(ACTORS.admin, 'residentUpdate', input)).userErrors).toEqual([]);
    expect((await pageOf(ACTORS.secretary2, moving)).consents.edges).toMatchObject([{ node: { id: consent.id } }]);
    expect((await withdraw(ACTORS.officer, consent.id, heard)).userErrors).toEqual([{ code: 'NOT_FOUND', path: ['consentId'] }]);
  });
});

describe('consent at the counter', () => {
  const asked = { residentId: gid('Resident', AUNT) };
  const consents = [
    { purpose: 'SHARE_WITH_ORGANIZATION', ...heard },
    { purpose: 'HEALTH_MATCHING', ...heard },
  ];

  it('is given in the same breath as the need, and for it alone', async () => {
    const { need, userErrors } = await submit(ACTORS.officer, { ...asked, consents });
    expect(userErrors).toEqual([]);
    expect(await owner`select purpose, need_id from personal.consent order by purpose`).toEqual([
      { purpose: 'SHARE_WITH_ORGANIZATION', need_id: rawIdOf(need.id) },
      { purpose: 'HEALTH_MATCHING', need_id: null },
    ]);
    expect((await submit(ACTORS.officer, { ...asked, consents })).userErrors).toEqual([]);
    expect(await count('personal.consent')).toBe(3);
    expect((await submit(niece, { ...asked, consents: [{ purpose: 'TASK_CARE_NOTES' }] })).userErrors).toEqual([]);
  });

  it('takes both down or neither', async () => {
    const before = await count('need');
    const bad = [...consents, { purpose: 'TASK_CARE_NOTES', relation: 'SELF' }];
    expect((await submit(ACTORS.officer, { ...asked, consents: bad })).userErrors).toEqual([
      { code: 'INVALID_INPUT', path: ['consents', '2', 'method'], rule: 'REQUIRED', limit: null },
    ]);
    const nobody = { residentId: null, address: '9-1', consents };
    expect((await submit(ACTORS.officer, nobody)).userErrors).toEqual([
      { code: 'INVALID_INPUT', path: ['consents'], rule: 'NOT_ALLOWED', limit: null },
    ]);
    expect([await count('need'), await count('personal.consent')]).toEqual([before, 0]);
  });
});

describe('what somebody asked us not to do', () => {
  const SHOWN = 'resident { id optedOut restricted version }';
  const about = (input: object) => ({
    residentId: gid('Resident', AUNT),
    reason: 'PREFERS_PEOPLE',
    idempotencyKey: randomUUID(),
    ...input,
  });
  const optOut = (actor: Actor, input: object = {}) =>
    run(actor, 'matchingOptOutSet', about({ optedOut: true, ...input }), SHOWN);
  const restrict = (actor: Actor, input: object = {}) =>
    run(actor, 'processingRestrictionSet', about({ restricted: true, ...input }), SHOWN);
  const BY_HAND = '{ needs(filter: { byHand: true }) { totalCount edges { node { id } } } }';

  it('is said by kin or to staff, and shows in a list for people to act on', async () => {
    const need = (await submit(ACTORS.officer, { residentId: gid('Resident', AUNT) })).need.id;
    const byHand = async (actor: Actor) =>
      (await ask(actor, BY_HAND)).data?.needs.edges.some(({ node }: any) => node.id === need);
    expect(await byHand(ACTORS.secretary1)).toBe(false);
    expect((await optOut(niece)).resident).toMatchObject({ optedOut: true, restricted: false, version: 2 });
    expect(await byHand(ACTORS.secretary1)).toBe(true);
    for (const actor of [ACTORS.secretary2, ACTORS.barber, niece, ACTORS.anonymous]) expect(await byHand(actor)).toBe(false);
    expect((await optOut(ACTORS.officer, { optedOut: false, reason: 'CHANGED_MIND' })).userErrors).toHaveLength(2);
    const back = { optedOut: false, reason: 'CHANGED_MIND', relation: 'SELF', method: 'PHONE' };
    expect((await optOut(ACTORS.officer, back)).resident).toMatchObject({ optedOut: false, version: 3 });
    expect(
      await owner`select kind, actor_id, reason, data from event where subject_id = ${AUNT} and kind = 'MATCHING_OPT_OUT_SET' order by id`,
    ).toEqual([
      {
        kind: 'MATCHING_OPT_OUT_SET',
        actor_id: WORLD.daughter,
        reason: 'PREFERS_PEOPLE',
        data: { optedOut: true, relation: 'OTHER', method: 'APP' },
      },
      {
        kind: 'MATCHING_OPT_OUT_SET',
        actor_id: WORLD.officer,
        reason: 'CHANGED_MIND',
        data: { optedOut: false, relation: 'SELF', method: 'PHONE' },
      },
    ]);
  });

  it('keeps a record out of matching altogether, by hand as well', async () => {
    const { need } = await submit(ACTORS.officer, { residentId: gid('Resident', AUNT) });
    expect((await restrict(niece, { reason: 'DATA_DISPUTED' })).resident.restricted).toBe(true);
    const sessionId = await session();
    const WHY =
      'query($needId: ID!, $sessionId: ID!) { whyNot(needId: $needId, sessionId: $sessionId) { possible reasons { code } } }';
    const why = async (actor: Actor) =>
      (await ask(actor, WHY, { needId: need.id, sessionId: gid('Session', sessionId) })).data?.whyNot.reasons.map(
        ({ code }: any) => code,
      );
    expect(await why(ACTORS.secretary1)).toContain('RESTRICTED');
    expect(await why(ACTORS.barber)).not.toContain('RESTRICTED');
    const pair = {
      needId: need.id,
      sessionId: gid('Session', sessionId),
      quantity: 1,
      overrideReason: 'OTHER',
      idempotencyKey: randomUUID(),
    };
    expect((await run(ACTORS.secretary1, 'referralRequest', pair)).userErrors).toMatchObject([{ code: 'NOT_POSSIBLE' }]);
    expect((await restrict(niece, { restricted: false, reason: 'CHANGED_MIND' })).resident.restricted).toBe(false);
    expect(await why(ACTORS.secretary1)).not.toContain('RESTRICTED');
  });

  it('is nobody else’s to say, and a repeat changes nothing more', async () => {
    const before = [await count('event'), (await owner`select version from personal.resident where id = ${AUNT}`)[0]?.version];
    for (const name of WRONG)
      for (const set of [optOut, restrict]) {
        const refused = { resident: null, userErrors: [{ code: 'NOT_FOUND', path: ['residentId'] }] };
        expect(await set(ACTORS[name], heard), name).toEqual(refused);
        expect(await set(ACTORS[name], { ...heard, residentId: gid('Resident', randomUUID()) }), name).toEqual(refused);
      }
    await expect(optOut(ACTORS.anonymous)).rejects.toThrow(/Sign in/);
    expect([await count('event'), (await owner`select version from personal.resident where id = ${AUNT}`)[0]?.version]).toEqual(
      before,
    );
    const both = `mutation($a: MatchingOptOutSetInput!, $b: MatchingOptOutSetInput!) {
      a: matchingOptOutSet(input: $a) { resident { optedOut } } b: matchingOptOutSet(input: $b) { resident { optedOut } } }`;
    const { data } = await ask(niece, both, { a: about({ optedOut: true }), b: about({ optedOut: false }) });
    expect(data).toEqual({ a: { resident: { optedOut: true } }, b: { resident: { optedOut: false } } });
    const idempotencyKey = randomUUID();
    const first = await restrict(niece, { idempotencyKey });
    expect(await restrict(niece, { idempotencyKey })).toEqual(first);
    await restrict(niece, { restricted: false });
  });
});
