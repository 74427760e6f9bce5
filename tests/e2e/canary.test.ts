import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSchema } from '../../src/app.js';
import { createLog } from '../../src/log.js';
import { type Caller, callerOf, type Reply, signIn } from '../support/caller.js';
import { CANARIES, CONTROL, canariesAmong, canariesIn, dumpOf, walPosition, walSince } from '../support/canaries.js';
import { answersWithinReach, fieldsIn } from '../support/crawl.js';
import { branchOf, matchesOf, planFor, publish, unmatchedOf } from '../support/journey.js';
import { TEXTS } from '../support/personal-fields.js';
import { startSeededApp } from '../support/seeded.js';

// Personal values go in by every door there is and by every mistake that can be made at it; then everything that is kept, logged
// or answered to outsiders is searched for them (security-and-reliability.md §1.5).

const logged: string[] = [];
const log = createLog('trace', { write: line => void logged.push(line) });
const { app, database } = await startSeededApp({ costLimit: 10_000_000 }, { log });
const { owner } = database;
const [secretary, family, liaison, subdistrict] = (await Promise.all(
  ['secretary.b1', 'family.1', 'liaison.u001', 'subdistrict'].map(login => signIn(app.url, login)),
)) as [Caller, Caller, Caller, Caller];
const anonymous = callerOf(app.url);
const begin = await walPosition(database);

const { names, phones, identityNumbers, addresses, texts } = CANARIES;
const branchId = await branchOf(secretary);
const { branch } = await secretary.read('query($id: ID!) { branch(id: $id) { buildings(first: 1) { edges { node { id } } } } }', {
  id: branchId,
});
const buildingId = branch.buildings.edges[0].node.id;
const key = () => ({ idempotencyKey: randomUUID() });
const person = { buildingId, sex: 'FEMALE', birthDate: '1931-07-19', residencyStatus: 'PRESENT', careCategories: ['DEMENTIA'] };
const CREATED = 'resident { id version }';

/** Answers to people who may not know, or to requests that were wrong: none of them holds a canary. */
const answers: string[] = [];
const toldTo = async (caller: Caller, query: string, variables: Readonly<Record<string, unknown>> = {}) => {
  answers.push(JSON.stringify(await caller.ask(query, variables)));
};
const wrong = async (body: unknown, headers: Readonly<Record<string, string>> = {}) => {
  answers.push((await app.post(body, headers)).text);
};

let needId = '';
let residentId = '';
let planId = '';

describe('personal values go in', () => {
  it('by the operations of staff and family', async () => {
    const of = (n: number) => ({ name: names[n], phone: phones[n], room: addresses[n] });
    const first = await secretary.changed('residentCreate', { ...person, ...of(0), ...key() }, CREATED);
    residentId = first.resident.id;
    const second = await secretary.changed('residentCreate', { ...person, ...of(1), ...key() }, CREATED);
    const change = { residentId: second.resident.id, expectedVersion: 1, name: names[2], phone: phones[2] };
    await secretary.changed('residentUpdate', change, CREATED);
    const look = { residentId: first.resident.id, purpose: 'CONTACT', fields: ['NAME', 'PHONE', 'ROOM', 'BIRTH_DATE'] };
    const { values } = await secretary.changed('residentReveal', look, 'values { name phone room birthDate }');
    expect(values).toEqual({ name: names[0], phone: `+86${phones[0]}`, room: addresses[0], birthDate: person.birthDate });
    for (const filter of [{ name: names[0] }, { phone: phones[0] }, { name: names[3] }, { phone: phones[3] }])
      await secretary.read(
        'query($filter: ResidentFilterInput) { residents(filter: $filter, purpose: CONTACT) { totalCount edges { node { maskedName } } } }',
        { filter },
      );
    for (const residentName of [names[0], names[3]])
      await family.changed('kinshipClaim', { address: '9-1', residentName, relation: 'DAUGHTER', ...key() }, 'submitted');

    const description = `${names[0]} ${phones[0]} ${identityNumbers[0]} ${texts[0]}`;
    const asked = {
      residentId: first.resident.id,
      categoryCode: 'HAIRCUT',
      description,
      accessNotes: `${addresses[2]} ${texts[1]} ${phones[4]}`,
      ...key(),
    };
    const { need } = await secretary.changed('needSubmit', asked, 'need { id version description accessNotes }');
    expect(need.description).toBe(description);
    needId = need.id;
    const corrected = {
      needId,
      expectedVersion: need.version,
      description: `${description} ${identityNumbers[1]} ${addresses[3]}`,
    };
    await secretary.changed('needUpdate', corrected, 'need { id }');
    for (const text of [texts[0], names[4], phones[4]])
      await secretary.read('query($text: String) { needs(filter: { text: $text }) { totalCount } }', { text });
  });

  it('as reasons against the engine, into plans that explain themselves', async () => {
    const { need } = await secretary.read(
      'query($id: ID!) { need(id: $id) { suggestions(first: 3) { session { id offer { id } } } } }',
      { id: needId },
    );
    const sessionIds = need.suggestions.map(({ session }: { readonly session: { readonly id: string } }) => session.id);
    expect(sessionIds.length).toBeGreaterThan(1);
    const note = `${texts[2]} ${names[3]} ${identityNumbers[2]}`;
    const pair = { needId, sessionId: sessionIds[0], reason: 'OTHER', note };
    const plan = await planFor(secretary, branchId, { forbidden: [pair] });
    planId = plan.id;
    expect(plan.status).toBe('READY');
    await publish(plan, secretary);
    const request = { needId, sessionId: sessionIds.at(-1), overrideReason: 'OTHER', overrideNote: note, ...key() };
    await secretary.changed('referralRequest', request, 'referral { id }');
  });

  it('as what is said of a service', async () => {
    const { referrals } = await secretary.read(
      `query($id: ID!) { referrals(first: 100, filter: { branchId: $id, states: [COMPLETED] }) { edges { node { id version
        serviceRecord { confirmation } } } } }`,
      { id: branchId },
    );
    const waiting = referrals.edges.find(({ node }: Reply['data']) => node.serviceRecord.confirmation === 'AWAITING').node;
    await secretary.changed('referralConfirm', { referralId: waiting.id, expectedVersion: waiting.version, ...key() }, '');
    const note = `${texts[2]} ${names[3]} ${phones[2]}`;
    const rating = { referralId: waiting.id, score: 2, remarks: ['LATE'], note, ...key() };
    const { referral } = await secretary.changed('referralRateService', rating, 'referral { serviceRating { note } }');
    expect(referral.serviceRating.note).toBe(note);
  });

  it('by mistakes, whose answers do not repeat them', async () => {
    const create = (input: unknown) => ({
      query: 'mutation($input: ResidentCreateInput!) { residentCreate(input: $input) { userErrors { code message path } } }',
      variables: { input },
    });
    const complete = { ...person, name: names[4], phone: phones[4], ...key() };
    for (const input of [
      { ...complete, phone: `${phones[4]}9` },
      { ...complete, birthDate: phones[4] },
      { ...complete, sex: names[4] },
      { ...complete, [phones[4]]: names[4] },
      { ...complete, buildingId: identityNumbers[2] },
      names[4],
    ])
      for (const caller of [secretary, anonymous]) await toldTo(caller, create(input).query, create(input).variables);
    await wrong({ query: `{ residents(filter: { name: "${names[4]}" }` });
    await wrong({ query: `{ residents(filter: { sex: "${names[4]}" }) { totalCount } ${phones[4]} }` });
    await wrong({ query: `query { resident(id: "${phones[4]}") { id } }` });
    await wrong({ query: 'query($first: Int) { needs(first: $first) { totalCount } }', variables: { first: phones[4] } });
    await wrong(`{"query": "${names[4]} ${phones[4]}`);
    await wrong({ query: '{ __typename }' }, { 'x-community': phones[4] });
    await toldTo(
      anonymous,
      'mutation($input: SignInInput!) { signIn(input: $input) { accessToken userErrors { code message } } }',
      {
        input: { login: phones[4], password: identityNumbers[2] },
      },
    );
    const group = { group: `${names[4]} ${phones[4]}`, branchId, categoryCode: 'HAIRCUT', ...key() };
    const refused = await secretary.change('needSubmit', group);
    expect(refused.userErrors).toMatchObject([{ code: 'INVALID_INPUT', path: ['group'] }]);
    answers.push(JSON.stringify(refused));
    expect(answers.filter(answer => canariesIn(answer).length > 0)).toEqual([]);
  });

  it('by statements that the database refuses', async () => {
    const attempts = async () => {
      const input = { ...person, name: names[4], phone: phones[4], room: addresses[3], ...key() };
      await toldTo(
        secretary,
        'mutation($input: ResidentCreateInput!) { residentCreate(input: $input) { resident { id } userErrors { code } } }',
        { input },
      );
      await toldTo(
        secretary,
        'query($filter: ResidentFilterInput) { residents(filter: $filter, purpose: CONTACT) { totalCount } }',
        { filter: { name: names[4], phone: phones[4] } },
      );
      await toldTo(anonymous, 'mutation($input: SignInInput!) { signIn(input: $input) { accessToken } }', {
        input: { login: phones[4], password: identityNumbers[2] },
      });
    };
    await owner`alter table personal.resident add constraint never check (name_index is null) not valid`;
    await attempts();
    await owner`alter table personal.resident drop constraint never`;
    await owner`alter table personal.resident rename column phone_index to phone_gone`;
    await owner`alter table identity.account rename column login to login_gone`;
    await attempts();
    await owner`alter table personal.resident rename column phone_gone to phone_index`;
    await owner`alter table identity.account rename column login_gone to login`;
    expect(logged.join('')).toMatch(/"code":"23514"/);
    expect(logged.join('')).toMatch(/"code":"42703"/);
  });
});

describe('they are found nowhere', () => {
  it('in what outsiders are told, nor in the words of plans', async () => {
    const all = `query($id: ID!, $branch: ID) { need(id: $id) { id number description accessNotes ageBand beneficiary { maskedName maskedPhone }
      timeline { kind } } needs(first: 50, filter: { branchId: $branch }) { totalCount edges { node { id description accessNotes ageBand } } }
      residents { totalCount } }`;
    for (const caller of [liaison, subdistrict, anonymous]) await toldTo(caller, all, { id: needId, branch: branchId });
    await toldTo(
      subdistrict,
      '{ community { fairness(period: { from: "2026-03-01", until: "2026-04-01" }) { overall { people } byBuilding { measures { people } } byCareCategory { careCategory measures { people needs } } } } }',
    );
    await toldTo(
      secretary,
      `query($id: ID!) { branch(id: $id) { fairness(period: { from: "2026-03-01", until: "2026-04-01" }) { overall { people } }
      matchingOutcomes(period: { from: "2026-03-01", until: "2026-04-01" }) { overall { people } } scarcity { supplies { sentence } } } }`,
      {
        id: branchId,
      },
    );
    answers.push(JSON.stringify([await matchesOf(secretary, planId), await unmatchedOf(secretary, planId)]));
    for (const answer of answers) expect(canariesIn(answer), answer.slice(0, 300)).toEqual([]);
    expect(answers.at(-1)?.length).toBeGreaterThan(10_000);
  });

  it('in anything that outsiders can reach; staff reads texts in full, and people masked', async () => {
    const schema = createSchema();
    let masked = 0;
    const check = (answer: unknown, isStaff: boolean): void => {
      for (const [field, text] of fieldsIn(answer)) {
        const mask = field in TEXTS.MASKED ? TEXTS.MASKED[field as keyof typeof TEXTS.MASKED] : null;
        if (mask) expect(text).toMatch(mask);
        masked += mask ? 1 : 0;
        if (canariesIn(text).length) expect(isStaff ? TEXTS.SEALED : [], field).toContain(field);
      }
    };
    for (const caller of [family, liaison, subdistrict])
      for await (const answer of answersWithinReach(schema, caller, [needId, residentId], 0)) check(answer, false);
    const own = `query($id: ID!) { need(id: $id) { __typename description accessNotes beneficiary { __typename maskedName maskedPhone } }
      residents(first: 100) { edges { node { __typename maskedName maskedPhone } } } }`;
    const answer = await secretary.read(own, { id: needId });
    expect(canariesIn(answer.need.description)).not.toEqual([]);
    check(answer, true);
    expect(masked).toBeGreaterThan(100);
  });

  it('in the log', () => {
    const lines = logged.join('');
    expect(lines).toContain('residentCreate');
    expect(logged.filter(line => canariesIn(line).length > 0)).toEqual([]);
  });

  it('in any table, the event log included', async () => {
    const dump = await dumpOf(database);
    for (const [table, text] of dump) {
      expect(canariesIn(text), table).toEqual([]);
      if (!table.startsWith('personal.')) expect(text.includes(person.birthDate), `birth date in ${table}`).toBe(false);
    }
    expect(dump.get('public.event')).toContain('RESIDENT_CHANGED');
    expect(dump.get('personal.access_log')).toContain('RESIDENT_REVEALED');
    for (const table of ['personal.override_note', 'personal.service_rating']) expect(dump.get(table)?.length).toBeGreaterThan(0);
    expect(dump.get('personal.resident')).not.toMatch(/DEMENTIA|LIVING_ALONE|19[0-9]{2}-[01][0-9]-/);
  });

  it('in the write-ahead log, which holds what stands in clear', async () => {
    await owner`update offer set title = ${CONTROL} where id = (select id from offer limit 1)`;
    let found = false;
    for await (const file of walSince(database, begin)) {
      expect(canariesAmong(file)).toEqual([]);
      found ||= file.includes(CONTROL);
    }
    expect(found).toBe(true);
  });
});
