import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../src/kernel/actor.js';
import { EXPORTED_COLUMNS } from '../../src/modules/privacy/export.domain.js';
import { ACTORS, gid } from '../support/ask.js';
import { rawIdOf } from '../support/needs.js';
import { insertProposals } from '../support/proposals.js';
import { CANARY, openRights } from '../support/rights.js';
import { NOW, WORLD } from '../support/world.js';

const rights = await openRights();
const { database, ask, run, done, her, daughter } = rights;
const { owner } = database;
const key = () => ({ idempotencyKey: randomUUID() });
const FILE = 'file { schemaVersion generatedAt json text cut }';
const take = (actor: Actor, residentId = her) =>
  run(actor, 'residentDataExport', { residentId, purpose: 'RIGHTS_REQUEST' }, FILE);
const onBehalf = { relation: 'SELF', channel: 'COUNTER' };

beforeAll(async () => {
  await done(
    ACTORS.admin,
    'legalHoldSet',
    { residentId: her, reason: 'AUDIT', until: '2026-12-31', ...key() },
    'legalHold { id }',
  );
  const agreed = { residentId: her, purpose: 'SHARE_WITH_ORGANIZATION', needId: rights.served, ...key() };
  const organizationId = gid('Organization', WORLD.barber);
  const { consent } = await done(daughter, 'consentGrant', { ...agreed, organizationId }, 'consent { id }');
  await done(daughter, 'consentWithdraw', { consentId: consent.id, ...key() }, 'consent { state }');
  await owner`update need set windows = ${owner.json([{ startsAt: NOW.toISOString(), endsAt: NOW.toISOString() }])}, deadline = now() where id = ${rawIdOf(rights.served)}`;
});

/** A proposal that went out for one of her needs, and another that a plan could not serve. */
async function decideOnHer() {
  const { planId, matchIds, needIds } = await insertProposals(database, { capacity: 1, count: 1 });
  await owner`update personal.need_detail set beneficiary_id = ${rawIdOf(her)} where need_id = ${needIds[0] ?? ''}`;
  const explanation = {
    policyVersion: 1,
    urgency: 'P3',
    tier: 3,
    liftedBy: 0,
    points: 12,
    rankParts: [],
    cost: 40,
    costParts: [],
    mode: 'ON_SITE',
    startsAt: NOW.toISOString(),
  };
  const rest = { distanceM: null, pinned: false, options: 1, position: 1, runnersUp: [] };
  await owner`update match set explanation = ${owner.json({ ...explanation, ...rest })} where id = ${matchIds[0] ?? ''}`;
  const certificate = {
    tier: 3,
    liftedBy: 0,
    ofCategory: 0,
    failed: [],
    possible: 0,
    closedSet: 0,
    sessionIds: [],
    promised: 0,
    holders: [],
    lowest: null,
    pinned: 0,
    blocked: [],
  };
  await owner`insert into unmatched_need (community_id, plan_id, need_id, rank_position, quantity, reason, certificate)
    values (${WORLD.community}, ${planId}, ${rawIdOf(rights.waiting)}, 2, 1, 'NO_OFFER_OF_CATEGORY', ${owner.json(certificate)})`;
}

describe('the file', () => {
  it('is for nobody but kin, and for staff only while somebody asks for it', async () => {
    for (const name of ['secretary2', 'clinic', 'barber', 'stranger', 'daughter', 'subdistrict'] as const) {
      const answer = await take(ACTORS[name]);
      expect(answer, name).toEqual({ file: null, userErrors: [{ code: 'NOT_FOUND', path: ['residentId'] }] });
      expect((await ask(ACTORS[name], '{ myData { json } }')).data, name).toEqual({ myData: null });
    }
    for (const name of ['officer', 'secretary1', 'admin'] as const)
      expect((await take(ACTORS[name])).userErrors, name).toEqual([{ code: 'FORBIDDEN', path: ['residentId'] }]);
    expect((await ask(ACTORS.anonymous, '{ myData { json } }')).data).toEqual({ myData: null });
    const asked = await done(
      ACTORS.officer,
      'personalInfoRequestCreate',
      { residentId: her, kind: 'COPY', onBehalf, words: CANARY.words, ...key() },
      'request { id version }',
    );
    expect((await take(ACTORS.officer)).userErrors).toEqual([]);
    const { id: requestId, version: expectedVersion } = asked.request;
    await done(ACTORS.officer, 'personalInfoRequestComplete', { requestId, expectedVersion, ...key() }, 'request { id }');
    expect((await take(ACTORS.officer)).userErrors[0].code).toBe('FORBIDDEN');
    const looks = await owner`select account_id, detail from personal.access_log where action = 'RESIDENT_EXPORTED'`;
    expect([...looks]).toEqual([{ account_id: WORLD.officer, detail: { purpose: 'RIGHTS_REQUEST' } }]);
  });

  it('holds every column about the person, or says in the code why not', async () => {
    const { file } = await take(daughter);
    const data = JSON.parse(file.json);
    const columns =
      await owner`select table_name as "table", column_name as "column" from information_schema.columns where table_schema = 'personal'`;
    const decided = Object.entries(EXPORTED_COLUMNS).flatMap(([table, own]) =>
      Object.keys(own).map(column => `${table}.${column}`),
    );
    expect(decided.sort()).toEqual(columns.map(({ table, column }) => `${table}.${column}`).sort());
    const at = (path: string): unknown => path.split('.').reduce((value: any, part) => value?.[part], data);
    const ways = Object.values(EXPORTED_COLUMNS).flatMap(own => Object.values(own).flatMap(way => ('at' in way ? [way.at] : [])));
    expect(ways.filter(way => at(way) === undefined)).toEqual([]);
    expect(data).toMatchObject({
      schemaVersion: 1,
      record: {
        name: CANARY.name,
        phone: `+86${CANARY.phone}`,
        room: CANARY.room,
        birthDate: '1946-11-30',
        building: '9幢1单元',
        abilityLevel: null,
      },
      links: [{ relation: 'DAUGHTER', state: 'VERIFIED', yours: true }],
      legalHolds: [{ reason: 'AUDIT', until: '2026-12-31' }],
      cut: [],
    });
    expect(data.requests.map(({ kind, words }: { kind: string; words: string }) => [kind, words])).toEqual([
      ['CORRECT', CANARY.words],
      ['COPY', CANARY.words],
    ]);
    const [served] = data.needs;
    expect(data.needs).toHaveLength(3);
    expect(served).toMatchObject({ description: CANARY.description, accessNotes: CANARY.accessNotes, category: '理发' });
    expect(served.services).toMatchObject([
      { organization: '美发店', state: 'COMPLETED', record: { place: CANARY.place, evidence: [{ reference: CANARY.evidence }] } },
    ]);
    expect(served.notesWrittenAt).toHaveLength(1);
    expect(data.accessLog[0]).toMatchObject({ action: 'RESIDENT_EXPORTED', by: 'FAMILY', purpose: 'RIGHTS_REQUEST' });
  });

  it('tells people the same in words, and nothing of others', async () => {
    const { file } = await take(daughter);
    for (const [what, word] of Object.entries(CANARY)) if (what !== 'note') expect(file.text, what).toContain(word);
    for (const said of [
      '【基本信息】',
      '姓名:金丝雀阿婆',
      '关爱类别:独居',
      '状态:',
      '单位:美发店',
      '查阅人:片区社工',
      '【依法留存】',
    ])
      expect(file.text).toContain(said);
    expect(file.text).not.toMatch(/undefined|\[object|[A-Z]{4,}_[A-Z]/);
    for (const text of [file.text, file.json]) {
      for (const stranger of ['陈桂花', '李秀英', '陈家女儿', CANARY.note]) expect(text).not.toContain(stranger);
      expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-7/);
    }
  });

  it('of the caller is found by the verified link to the own record, and tells the assessment', async () => {
    await rights.link(rawIdOf(her), WORLD.stranger, 'SELF');
    const self = { ...ACTORS.stranger, kinIds: [rawIdOf(her)] };
    const { data, errors } = await ask(self, '{ myData { json } }');
    expect(errors).toBeUndefined();
    const own = JSON.parse(data?.myData.json);
    expect(own.record).toMatchObject({ name: CANARY.name, abilityLevel: 'MILD' });
    expect(own.requests[0].words).toBeNull();
    expect((await ask(daughter, '{ myData { json } }')).data).toEqual({ myData: null });
  });

  it('explains every decision, also on a request to explain', async () => {
    await decideOnHer();
    const said = ['紧急程度 P3,12 分。匹配代价 40。', '本总支红盟没有此类资源。'];
    const { file } = await take(daughter);
    const why = JSON.parse(file.json).needs.flatMap((need: any) =>
      need.decisions.map((decision: any) => [decision.kind, decision.organization, decision.why]),
    );
    expect(why.sort()).toEqual([
      ['NOT_SERVED', null, said[1]],
      ['PROPOSED', '社区卫生服务中心', said[0]],
    ]);
    for (const words of said) expect(file.text).toContain(words);
    const asking = { residentId: her, kind: 'EXPLAIN', ...key() };
    const { request } = await done(
      daughter,
      'personalInfoRequestCreate',
      asking,
      'request { id explanations { needNumber why } }',
    );
    expect(request.explanations.map(({ why }: { why: string }) => why).sort()).toEqual([...said].sort());
    const source = 'query($id: ID!) { node(id: $id) { ... on PersonalInfoRequest { explanations { why } } } }';
    expect((await ask(ACTORS.officer, source, { id: request.id })).data?.node.explanations).toHaveLength(2);
    expect((await ask({ ...ACTORS.daughter, kinIds: [] }, source, { id: request.id })).data?.node).toEqual({
      explanations: null,
    });
  });

  it('does not come when the look cannot be written down', async () => {
    await owner.unsafe('alter table personal.access_log add constraint closed check (false) not valid');
    const answer = await take(daughter).catch(error => error);
    await owner.unsafe('alter table personal.access_log drop constraint closed');
    expect(answer).toBeInstanceOf(Error);
  });
});
