import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { graphql } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyset } from '../../src/db/keyset.js';
import { eventSeals } from '../../src/db/log.table.js';
import { sealAll } from '../../src/db/sealer.js';
import { buildSchema } from '../../src/graphql/schema.js';
import { type AccountActor, type Actor, roleUsed } from '../../src/kernel/actor.js';
import { DAY } from '../../src/kernel/clock.js';
import type { EventKind } from '../../src/kernel/event-kinds.js';
import { EVENT_KINDS } from '../../src/kernel/event-kinds.js';
import { newId } from '../../src/kernel/ids.js';
import { ok } from '../../src/kernel/result.js';
import type { AuditFilter } from '../../src/modules/audit/audit.domain.js';
import { listWhere, NEWEST_EVENTS } from '../../src/modules/audit/audit.repo.js';
import { signHeads } from '../../src/modules/audit/audit.service.js';
import { createJournal } from '../../src/modules/audit/journal.js';
import { resolvers } from '../../src/modules/index.js';
import { Scope } from '../../src/scope/scope.js';
import { ACTORS, type Answer, gid, scopeOf } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { NOW, seedWorld, WORLD } from '../support/world.js';

const database = await createTestDatabase();
const { owner } = database;
const directory = mkdtempSync(join(tmpdir(), 'red-alliance-heads-'));
afterAll(() => rmSync(directory, { recursive: true }));
const journal = createJournal(directory, new Map([[1, Buffer.alloc(32, 'an audit key')]]));
const schema = buildSchema(resolvers);

const auditor: AccountActor = { ...ACTORS.subdistrict, accountId: newId(), roles: ['AUDITOR'] };
const CLIENT = newId();
const robot: AccountActor = { ...ACTORS.secretary1, client: { id: CLIENT, scopes: ['needs:write'] } };
const NEED = newId();
const LATER = new Date(NOW.getTime() + DAY);

const scope = (actor: Actor, at = NOW, communityId: string = WORLD.community) =>
  new Scope({ ...scopeOf(database, actor, { now: () => at, communityId }).parts, journal });
const ask = (actor: Actor, source: string, variableValues = {}, communityId: string = WORLD.community) =>
  graphql({ schema, source, variableValues, contextValue: scope(actor, LATER, communityId) }) as Promise<Answer>;

const write = (actor: Actor, kind: EventKind, at = NOW, more = {}) =>
  scope(actor, at).transaction(async tx => {
    await tx.append({ kind, subject: { type: 'Need', id: newId() }, branchId: WORLD.branch1, ...more });
    return ok(null);
  });
const seal = (at: Date) => sealAll(database.serving.db, () => at);

beforeAll(async () => {
  await seedWorld(database);
  for (const [login, id] of Object.entries({ admin: WORLD.admin, 'secretary.b1': WORLD.secretary1, daughter: WORLD.daughter }))
    await owner`insert into identity.account (id, login, display_name, password_hash, created_at) values (${id}, ${login}, ${login}, 'x', now())`;
  await write(ACTORS.admin, 'MATCH_POLICY_ADOPTED', NOW, { subject: { type: 'Community', id: WORLD.community }, branchId: null });
  await write(ACTORS.secretary1, 'NEED_OPENED', NOW, { subject: { type: 'Need', id: NEED }, from: 'SUBMITTED', to: 'OPEN' });
  await write(ACTORS.daughter, 'NEED_WITHDRAWN', NOW, { subject: { type: 'Need', id: NEED }, reason: 'SOLVED' });
  await seal(NOW);
  await write(robot, 'NEED_CHANGED', LATER, { data: { fields: ['quantity'] } });
  await write(ACTORS.secretary2, 'NEED_CHANGED', LATER, { branchId: WORLD.branch2 });
  await scope(ACTORS.clinic, LATER)
    .asSystem('upkeep')
    .transaction(async tx => {
      await tx.append({ kind: 'NEED_EXPIRED', subject: { type: 'Need', id: newId() }, branchId: WORLD.branch2 });
      return ok(null);
    });
  await seal(LATER);
  await write(ACTORS.admin, 'NEED_CHANGED', LATER);
});

const EVENT = `id position hash sealedAt at kind labelZh labelEn subjectType subjectId branch { code } role systemPurpose actorId actor { login }
  clientId requestId from to reason evidence`;
const LIST = `query($filter: AuditEventFilterInput, $first: Int, $after: String, $last: Int, $before: String) {
  auditEvents(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
    edges { cursor node { ${EVENT} } } pageInfo { hasNextPage hasPreviousPage } totalCount } }`;
const list = async (actor: Actor, filter: object = {}, more = {}) => {
  const { data, errors } = await ask(actor, LIST, { filter, ...more });
  expect(errors).toBeUndefined();
  return data?.auditEvents.edges.map(({ node }: { node: object }) => node);
};
const positions = async (filter: object, more = {}) =>
  (await list(ACTORS.admin, filter, more)).map(({ position }: { position: number }) => position);

describe('auditEvents', () => {
  it('shows sealed events, newest first, with who did what to which thing, and the evidence', async () => {
    const events = await list(ACTORS.admin);
    expect(events.map(({ position }: { position: number }) => position)).toEqual([6, 5, 4, 3, 2, 1]);
    expect(events[2]).toMatchObject({ kind: 'NEED_CHANGED', role: 'BRANCH_SECRETARY', clientId: gid('ApiClient', CLIENT) });
    expect(events[4]).toEqual({
      id: expect.any(String),
      position: 2,
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      sealedAt: NOW.toISOString(),
      at: NOW.toISOString(),
      kind: 'NEED_OPENED',
      labelZh: '需求已核实',
      labelEn: 'Need verified',
      subjectType: 'Need',
      subjectId: gid('Need', NEED),
      branch: { code: 'B1' },
      role: 'BRANCH_SECRETARY',
      systemPurpose: null,
      actorId: gid('Account', WORLD.secretary1),
      actor: { login: 'secretary.b1' },
      clientId: null,
      requestId: 'test',
      from: 'SUBMITTED',
      to: 'OPEN',
      reason: null,
      evidence: expect.any(String),
    });
    expect(events[0]).toMatchObject({
      role: null,
      systemPurpose: 'upkeep',
      actorId: gid('Account', WORLD.liaisonClinic),
      actor: null,
    });
    let previous = '0'.repeat(64);
    for (const { hash, evidence } of [...events].reverse()) {
      expect(createHash('sha256').update(evidence).digest('hex')).toBe(hash);
      expect(JSON.parse(evidence)[3]).toBe(previous);
      previous = hash;
    }
  });

  it.each([
    ['of a kind', { kind: 'NEED_CHANGED' }, [5, 4]],
    ['about a thing', { subjectId: gid('Need', NEED) }, [3, 2]],
    ['in a branch', { branchId: gid('Branch', WORLD.branch2) }, [6, 5]],
    ['by an account', { actorId: gid('Account', WORLD.secretary1) }, [4, 2]],
    ['through a program', { clientId: gid('ApiClient', CLIENT) }, [4]],
    ['since a moment', { from: LATER }, [6, 5, 4]],
    ['before a moment', { until: LATER }, [3, 2, 1]],
    ['since a moment to come', { from: new Date(LATER.getTime() + 1) }, []],
    ['before a moment to come', { until: new Date(LATER.getTime() + 1), kind: 'NEED_EXPIRED' }, [6]],
    ['by all of that', { actorId: gid('Account', WORLD.secretary1), kind: 'NEED_CHANGED', from: LATER }, [4]],
    ['about a thing of another community', { subjectId: foreign('Need') }, []],
  ])('finds events %s', async (_name, filter, expected) => {
    expect(await positions(filter)).toEqual(expected);
  });

  it('pages both ways by position', async () => {
    const { data } = await ask(ACTORS.admin, LIST, { first: 2 });
    const { edges, pageInfo } = data?.auditEvents ?? {};
    expect(pageInfo).toEqual({ hasNextPage: true, hasPreviousPage: false });
    expect(await positions({}, { first: 2, after: edges[1].cursor })).toEqual([4, 3]);
    expect(await positions({}, { last: 1, before: edges[1].cursor })).toEqual([6]);
  });

  it('is for the administrator and the auditor: for others, and for both in other communities, there is nothing', async () => {
    const [{ id }] = await list(ACTORS.admin, {}, { first: 1 });
    const NODE = 'query($id: ID!) { node(id: $id) { ... on AuditEvent { position } } community { auditHead { position hash } } }';
    const empty = { node: null, community: { auditHead: null } };
    for (const [name, actor] of Object.entries({ ...ACTORS, auditor })) {
      const may = name === 'admin' || name === 'auditor';
      const { data } = await ask(actor, NODE, { id });
      expect([name, data?.node !== null, data?.community.auditHead !== null]).toEqual([name, may, may]);
      expect([name, (await ask(actor, LIST)).data?.auditEvents === null]).toEqual([name, !may]);
      if (!may) expect(data).toEqual(empty);
      if (!may) expect((await ask(actor, NODE, { id: gid('AuditEvent', newId()) })).data).toEqual(empty);
    }
    const abroad = await ask(ACTORS.admin, LIST, {}, WORLD.otherCommunity);
    expect(abroad.data?.auditEvents.edges).toEqual([]);
  });

  it('shows the auditor who worked for the community, and private persons by their role only', async () => {
    const events = await list(auditor);
    expect(events[4].actor).toEqual({ login: 'secretary.b1' });
    expect(events[3]).toMatchObject({ role: 'FAMILY', actor: null });
    expect((await list(ACTORS.admin))[3].actor).toEqual({ login: 'daughter' });
  });

  it('takes the same few statements for a page of any length', async () => {
    await list(ACTORS.admin, {}, { first: 1 });
    const count = async (first: number) => {
      database.statements();
      await list(ACTORS.admin, {}, { first });
      return database.statements().length;
    };
    expect([await count(1), await count(6)]).toEqual([5, 5]);
  });

  it.each<[keyof AuditFilter, unknown]>([
    ['kind', 'NEED_CHANGED'],
    ['subjectId', NEED],
    ['branchId', WORLD.branch1],
    ['actorId', WORLD.admin],
    ['clientId', CLIENT],
    ['from', NOW],
    ['until', NOW],
  ])('reads a list by %s from an index, in its order', async (name, value) => {
    const page = keyset(NEWEST_EVENTS, { limit: 20, backward: false, from: null }, listWhere(WORLD.community, { [name]: value }));
    const plan = await database.serving.db.transaction(async tx => {
      for (const off of ['enable_sort', 'enable_seqscan', 'enable_bitmapscan'])
        await tx.execute(sql.raw(`set local ${off} = off`));
      const listed = tx
        .select({ one: sql`1` })
        .from(eventSeals)
        .where(page.where)
        .orderBy(...page.orderBy)
        .limit(page.limit);
      return tx.execute<{ 'QUERY PLAN': string }>(sql`explain ${listed}`);
    });
    const text = plan.map(row => row['QUERY PLAN']).join('\n');
    const column = { kind: 'kind', subjectId: 'subject_id', branchId: 'branch_id', actorId: 'actor_id', clientId: 'client_id' }[
      name as 'kind'
    ];
    expect(text).toMatch(column ? new RegExp(`Index Cond: .*\\b${column} = `) : /Index Cond: .*"?position"? (>=|<) /);
    expect(text).not.toMatch(/Seq Scan|Sort/);
  });
});

/** An id of another community. */
function foreign(type: string): string {
  return Buffer.from(gid(type, NEED), 'base64url')
    .fill(Buffer.from(WORLD.otherCommunity.replaceAll('-', ''), 'hex'), 0, 16)
    .toString('base64url');
}

const VERIFY = `mutation($input: AuditVerifyInput!) { auditVerify(input: $input) {
  report { sound flaw position event { position } after complete head { position hash } comparedWith { day position hash publicKey } } userErrors { code } } }`;
const verify = async (actor: Actor, input: object = { full: true }) => (await ask(actor, VERIFY, { input })).data?.auditVerify;

describe('auditVerify', () => {
  it('tells that the chain is sound, against the head of the day before, and is an event itself', async () => {
    await signHeads(scope(ACTORS.admin, LATER));
    const { report, userErrors } = await verify(auditor);
    expect(userErrors).toEqual([]);
    expect(report).toMatchObject({ sound: true, flaw: null, event: null, after: 0, complete: true, head: { position: 6 } });
    expect(report.comparedWith).toMatchObject({ day: '2026-12-01', position: 3, publicKey: journal.publicKey });
    expect((await verify(auditor, {})).report).toMatchObject({ sound: true, after: 3, head: { position: 6 } });
    expect((await verify(auditor, { after: 4 })).report).toMatchObject({ sound: true, after: 4, head: { position: 6 } });
    await seal(LATER);
    const [event] = await list(ACTORS.admin, { kind: 'AUDIT_VERIFIED' }, { last: 1 });
    expect(event).toMatchObject({ role: 'AUDITOR', subjectId: gid('Community', WORLD.community), to: 'SOUND' });
    const HEAD =
      '{ community { auditHead { position hash sealedAt publicKey signed { day position hash signedAt signature } } } }';
    const { auditHead } = (await ask(auditor, HEAD)).data?.community ?? {};
    expect(auditHead).toMatchObject({ position: 11, publicKey: journal.publicKey, signed: { position: 3, day: '2026-12-01' } });
    expect(JSON.parse(event.evidence).at(-1)).toEqual({ after: 0, complete: true, hash: report.head.hash, position: 6 });
  });

  it('is refused to everybody else, and writes nothing then', async () => {
    const [before] = await owner`select count(*) from event`;
    for (const [name, actor] of Object.entries(ACTORS)) {
      if (name === 'admin' || name === 'anonymous') continue;
      expect([name, await verify(actor)]).toEqual([name, { report: null, userErrors: [{ code: 'FORBIDDEN' }] }]);
    }
    expect((await ask(ACTORS.anonymous, VERIFY, { input: {} })).errors?.[0]?.extensions).toMatchObject({
      code: 'UNAUTHENTICATED',
    });
    expect(await owner`select count(*) from event`).toEqual([before]);
  });

  it('points at the flaw', async () => {
    await owner`update event set reason = 'FORGED' where id = (select event_id from event_seal where community_id = ${WORLD.community} and position = 2)`;
    expect((await verify(ACTORS.admin)).report).toMatchObject({
      sound: false,
      flaw: 'WRONG_HASH',
      position: 2,
      event: { position: 2 },
      head: { position: 1 },
    });
  });
});

describe('the role used', () => {
  const everything: AccountActor = {
    ...ACTORS.clinic,
    roles: ['BRANCH_SECRETARY', 'ESTATE_OFFICER', 'LIAISON', 'FAMILY'],
    branchIds: [WORLD.branch1, WORLD.branch2],
    secretaryBranchIds: [WORLD.branch1],
    memberBranchIds: [WORLD.branch1, WORLD.otherBranch],
  };
  it.each([
    ['the strongest that reaches the branch', everything, WORLD.branch1, 'BRANCH_SECRETARY'],
    ['not one of another branch', everything, WORLD.branch2, 'ESTATE_OFFICER'],
    ['that of a partner where nothing stronger reaches', everything, WORLD.otherBranch, 'LIAISON'],
    ['the family’s where no other reaches', everything, newId(), 'FAMILY'],
    ['for what belongs to no branch, none that is of a branch', everything, null, 'LIAISON'],
    ['the administrator’s everywhere', ACTORS.admin, newId(), 'COMMUNITY_ADMIN'],
    ['the strongest where none reaches', ACTORS.secretary1, null, 'BRANCH_SECRETARY'],
    ['none of an account without a role', { ...ACTORS.daughter, roles: [] }, WORLD.branch1, null],
  ] as const)('is %s', (_name, actor, branchId, role) => {
    expect(roleUsed(actor, branchId)).toBe(role);
  });
});

describe('the kinds of events', () => {
  it('have labels in both languages', () => {
    for (const [kind, [zh, en]] of Object.entries(EVENT_KINDS)) {
      expect(kind).toMatch(/^[A-Z]+(_[A-Z]+)+$/);
      expect([kind, /\p{Script=Han}/u.test(zh), /^[A-Z][\x20-\x7e]+$/.test(en)]).toEqual([kind, true, true]);
    }
  });
});
