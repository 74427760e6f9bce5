import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { sealAll } from '../../src/db/sealer.js';
import { canonical, digest, linkText } from '../../src/kernel/chain.js';
import { DAY } from '../../src/kernel/clock.js';
import { newId } from '../../src/kernel/ids.js';
import { ok } from '../../src/kernel/result.js';
import { linksAfter } from '../../src/modules/audit/audit.repo.js';
import { ChainBroken, signHeads } from '../../src/modules/audit/audit.service.js';
import { exportLine, verifyExport } from '../../src/modules/audit/export.js';
import { exportChain } from '../../src/modules/audit/export.service.js';
import { createJournal, headsIn } from '../../src/modules/audit/journal.js';
import { verifyChain } from '../../src/modules/audit/verification.service.js';
import { logAccess } from '../../src/modules/privacy/access.service.js';
import { revealResident } from '../../src/modules/residents/residents.service.js';
import { Scope } from '../../src/scope/scope.js';
import { ACTORS, scopeOf } from '../support/ask.js';
import { MOTHER, openWall } from '../support/wall.js';
import { NOW, WORLD } from '../support/world.js';

const { database, raw } = await openWall();
const { owner } = database;
const directory = mkdtempSync(join(tmpdir(), 'red-alliance-heads-'));
afterAll(() => rmSync(directory, { recursive: true }));
const keys = new Map([[1, Buffer.alloc(32, 'an audit key')]]);
const file = join(directory, `${WORLD.community}.jsonl`);

const scope = ({ at = NOW, actor = ACTORS.admin, communityId = WORLD.community as string, secrets = keys } = {}) =>
  new Scope({ ...scopeOf(database, actor, { communityId, now: () => at }).parts, journal: createJournal(directory, secrets) });
const write = (count: number, communityId?: string) =>
  scope({ communityId: communityId ?? WORLD.community }).transaction(async tx => {
    const event = () => ({
      kind: 'NEED_CHANGED' as const,
      subject: { type: 'Need', id: newId() },
      branchId: WORLD.branch1,
      data: { b: 1, a: { d: 2, c: ['3', null] } },
    });
    await tx.append(...Array.from({ length: count }, event));
    return ok(null);
  });
const seal = (at = NOW) => sealAll(database.serving.db, () => at);
/** As the owner of the tables may, past every constraint. */
const tamper = (statement: string) =>
  owner.unsafe(`set session_replication_role = replica; ${statement}; set session_replication_role = origin`);
const verify = async (options: Parameters<typeof verifyChain>[1] = { full: true }) => {
  const { broken } = await verifyChain(scope(), options);
  return broken && [broken.flaw, broken.position];
};

/** Eleven links: five changes of yesterday, whose head is signed, that it was signed, a change, a look at personal data, and three changes. */
beforeEach(async () => {
  rmSync(directory, { recursive: true });
  await owner`truncate event, event_seal, event_unsealed, personal.access_log`;
  await write(5);
  await seal(new Date(NOW.getTime() - DAY));
  await signHeads(scope());
  await write(1);
  await revealResident(scope({ actor: { ...ACTORS.secretary1 } as never }), {
    residentId: MOTHER,
    fields: ['NAME'],
    purpose: 'CONTACT',
  });
  await write(3);
  await write(2, WORLD.otherCommunity);
  await seal();
});

const at = (position: number) =>
  `(select event_id from event_seal where community_id = '${WORLD.community}' and position = ${position})`;
const ours = `community_id = '${WORLD.community}'`;
const swapped = `update event_seal set position = 99 where ${ours} and position = 9; update event_seal set position = 9 where ${ours} and position = 10;
  update event_seal set position = 10 where ${ours} and position = 99`;
const hashesBack = `update event_seal a set hash = b.hash from event_seal b where a.${ours} and b.${ours} and (a.position, b.position) in ((9, 10), (10, 9))`;

describe('a verification', () => {
  it('finds nothing wrong with what nobody touched, whatever the order of the data, and tells where it ends', async () => {
    await tamper(`update event set data = '{"a": {"c": ["3", null], "d": 2}, "b": 1.0}' where kind = 'NEED_CHANGED'`);
    const report = await verifyChain(scope(), { full: true });
    expect(report).toMatchObject({ broken: null, after: 0, complete: true, head: { position: 11 } });
    expect(report.comparedWith).toMatchObject({ position: 5, day: '2026-11-30' });
    expect(await verifyChain(scope())).toEqual({ ...report, after: 5 });
  });

  it.each([
    ['an edited state', `update event set to_state = 'DONE' where id = ${at(4)}`, 'WRONG_HASH', 4],
    ['edited data', `update event set data = '{"a":1}' where id = ${at(9)}`, 'WRONG_HASH', 9],
    ['another actor', `update event set actor_id = '${WORLD.stranger}' where id = ${at(8)}`, 'WRONG_HASH', 8],
    ['another role', `update event set actor_role = 'LIAISON' where id = ${at(8)}`, 'WRONG_HASH', 8],
    ['a program that was none', `update event set client_id = '${WORLD.stranger}' where id = ${at(8)}`, 'WRONG_HASH', 8],
    ['a changed time', `update event set at = at + interval '1 ms' where id = ${at(1)}`, 'WRONG_HASH', 1],
    [
      'a changed time of sealing',
      `update event_seal set sealed_at = sealed_at - interval '1 h' where ${ours} and position = 10`,
      'WRONG_HASH',
      10,
    ],
    ['a changed hash', `update event_seal set hash = sha256('x') where ${ours} and position = 11`, 'WRONG_HASH', 11],
    ['two events in each other’s place', `${swapped}; ${hashesBack}`, 'WRONG_HASH', 9],
    ['two links in each other’s place', swapped, 'WRONG_HASH', 9],
    ['a removed event', `delete from event where id = ${at(6)}`, 'EVENT_GONE', 6],
    [
      'a removed link',
      `with gone as (delete from event_seal where ${ours} and position = 6 returning event_id) delete from event where id in (select event_id from gone)`,
      'GAP',
      7,
    ],
    ['a removed beginning', `delete from event_seal where ${ours} and position = 1`, 'GAP', 2],
    [
      'a link moved up into the gap of a removed one',
      `delete from event_seal where ${ours} and position = 10; update event_seal set position = 10 where ${ours} and position = 11`,
      'WRONG_HASH',
      10,
    ],
    [
      'an event put in beside the chain',
      `insert into event (community_id, id, at, kind, subject_type, subject_id, actor_role) select community_id, gen_random_uuid(), at, 'ROLE_ASSIGNED', 'X', id, 'SYSTEM' from event where ${ours} limit 1`,
      'NEVER_SEALED',
      null,
    ],
    [
      'an event put in with a link of its own',
      `insert into event_seal (community_id, position, event_id, hash, sealed_at, kind, subject_id) select '${WORLD.community}', 12, gen_random_uuid(), sha256('x'), now(), 'ROLE_ASSIGNED', gen_random_uuid()`,
      'EVENT_GONE',
      12,
    ],
    [
      'an event taken out of the queue',
      `insert into event (community_id, id, at, kind, subject_type, subject_id, actor_role) select community_id, gen_random_uuid(), at, kind, subject_type, subject_id, actor_role from event where ${ours} limit 1; delete from event_unsealed`,
      'NEVER_SEALED',
      null,
    ],
    [
      'a link that hides its event from filters',
      `update event_seal set actor_id = null where ${ours} and position = 8`,
      'MISFILED',
      8,
    ],
    [
      'an event of another community',
      `update event set community_id = '${WORLD.otherCommunity}' where id = ${at(8)}`,
      'EVENT_GONE',
      8,
    ],
    [
      'links of another community',
      `delete from event_seal where ${ours} and position > 9; update event_seal set community_id = '${WORLD.community}', position = 9 + position where not ${ours}; update event set community_id = '${WORLD.community}' where not ${ours}`,
      'WRONG_HASH',
      10,
    ],
    ['a look at somebody else', `update personal.access_log set resident_id = gen_random_uuid()`, 'ACCESS_ALTERED', 8],
    ['a look for another purpose', `update personal.access_log set detail = '{"purpose":"IDENTITY_CHECK"}'`, 'ACCESS_ALTERED', 8],
    ['a look that was removed', `delete from personal.access_log`, 'ACCESS_ALTERED', 8],
    [
      'a look that was put in',
      `insert into personal.access_log (community_id, id, at, actor_role, action) values ('${WORLD.community}', gen_random_uuid(), now(), 'LIAISON', 'RESIDENT_REVEALED')`,
      'ACCESS_UNKNOWN',
      null,
    ],
    [
      'a tail cut off behind the signed head',
      `delete from event where id in (${at(4)}, ${at(5)}); delete from event_seal where ${ours} and position > 3; delete from event where ${ours} and id not in (select event_id from event_seal)`,
      'CUT',
      3,
    ],
  ] as const)('finds %s', async (_name, statement, flaw, position) => {
    await tamper(statement);
    expect(await verify()).toEqual([flaw, position]);
  });
});

/** Makes every link from a position on anew, as somebody could who owns the tables and knows the format. */
async function rewrite(from: number): Promise<void> {
  const system = scope({ actor: { kind: 'SYSTEM', purpose: 'sealing', behalfOf: null } as never });
  let previous = (
    await owner`select encode(hash, 'hex') as hash from event_seal where community_id = ${WORLD.community} and position = ${from - 1}`
  )[0]?.hash as string;
  for (const { seal, event } of await system.reading(tx => linksAfter(tx, from - 1, 100))) {
    if (!event) throw new Error('nothing was taken out');
    previous = digest(linkText(WORLD.community, { ...seal, previous }, event));
    await owner`update event_seal set hash = decode(${previous}, 'hex') where community_id = ${WORLD.community} and position = ${seal.position}`;
  }
}

describe('the heads outside the database', () => {
  it('show a chain that was written anew from a change on, which nothing else does', async () => {
    await tamper(`update event set reason = 'FORGED' where id = ${at(3)}`);
    await rewrite(3);
    expect(await verify()).toEqual(['REWRITTEN', 5]);
    expect(await verify({})).toEqual(['REWRITTEN', null]);
    await writeFile(file, '');
    expect(await verify()).toBeNull();
  });

  it('let a short verification begin where the last one ended: it finds what is newer, a full one everything', async () => {
    await tamper(`update event set reason = 'FORGED' where id = ${at(3)}`);
    expect([await verify({}), await verify()]).toEqual([null, ['WRONG_HASH', 3]]);
    await tamper(`update event set reason = 'FORGED' where id = ${at(9)}`);
    expect(await verify({})).toEqual(['WRONG_HASH', 9]);
    await tamper(`delete from event_seal where ${ours} and position > 4`);
    expect(await verify({})).toEqual(['CUT', null]);
  });

  it('count only as one of our keys signed them', async () => {
    const kept = await readFile(file, 'utf8');
    const foreign = scope({ secrets: new Map([[1, Buffer.alloc(32, 'another key')]]) });
    for (const altered of [
      kept.replace('"position":5', '"position":4'),
      kept.replace('2026-11-30', '2026-11-29'),
      `${kept}{}\n`,
      `\n${kept}`,
    ]) {
      await writeFile(file, altered);
      expect([altered, await verify()]).toEqual([altered, ['HEADS_ALTERED', null]]);
    }
    await writeFile(file, kept);
    expect((await verifyChain(foreign, { full: true })).broken).toMatchObject({ flaw: 'HEADS_ALTERED' });
    const rotated = scope({
      at: new Date(NOW.getTime() + DAY),
      secrets: new Map([[2, Buffer.alloc(32, 'the next key')], ...keys]),
    });
    const [head] = await signHeads(rotated);
    expect(head).toMatchObject({ day: '2026-12-01', position: 11, publicKey: rotated.parts.journal?.publicKey });
    expect((await verifyChain(rotated, { full: true })).broken).toBeNull();
    expect(await verify()).toEqual(['HEADS_ALTERED', null]);
  });

  it('are signed once a day by one of many, days that were missed are caught up, and the signing is in the chain', async () => {
    expect(await signHeads(scope())).toEqual([]);
    const late = new Date(NOW.getTime() + 3 * DAY);
    const added = await Promise.all([1, 2, 3, 4].map(() => signHeads(scope({ at: late }))));
    expect(added.flat().map(({ day, position }) => [day, position])).toEqual([
      ['2026-12-01', 11],
      ['2026-12-02', 11],
      ['2026-12-03', 11],
    ]);
    expect((await readFile(file, 'utf8')).split('\n')).toHaveLength(5);
    await seal(late);
    expect(await verifyChain(scope({ at: late }))).toMatchObject({ broken: null, after: 11, head: { position: 14 } });
    const signed = await owner`select data from event where kind = 'AUDIT_HEAD_SIGNED' order by id`;
    expect(signed.map(({ data }) => data.day)).toEqual(['2026-11-30', '2026-12-01', '2026-12-02', '2026-12-03']);
  });

  it('are written on where a process died in the middle of a line', async () => {
    const kept = await readFile(file, 'utf8');
    await writeFile(file, `${kept}{"format":"red-alli`);
    expect(await verify()).toBeNull();
    const tomorrow = new Date(NOW.getTime() + DAY);
    await signHeads(scope({ at: tomorrow }));
    const text = await readFile(file, 'utf8');
    expect(text.startsWith(kept)).toBe(true);
    expect(
      text
        .trim()
        .split('\n')
        .map(line => JSON.parse(line).day),
    ).toEqual(['2026-11-30', '2026-12-01']);
  });

  it('are not made of a chain that breaks', async () => {
    await tamper(`update event set reason = 'FORGED' where id = ${at(9)}`);
    await expect(signHeads(scope({ at: new Date(NOW.getTime() + DAY) }))).rejects.toThrow(ChainBroken);
    expect((await readFile(file, 'utf8')).trim().split('\n')).toHaveLength(1);
  });
});

describe('a long chain', () => {
  it('is verified in steps when there is no time for all of it', async () => {
    await write(2500);
    await seal();
    const steps: (readonly [number, number, boolean])[] = [];
    for (let after: number | null = null, complete = false; !complete; ) {
      const step = await verifyChain(scope(), { full: true, after, budgetMs: 0 });
      expect(step.broken).toBeNull();
      ({ complete } = step);
      steps.push([step.after, step.head.position, complete]);
      after = step.head.position;
    }
    expect(steps).toEqual([
      [0, 1000, false],
      [1000, 2000, false],
      [2000, 2511, true],
    ]);
    expect((await verifyChain(scope(), { after: 9999 })).broken).toMatchObject({ flaw: 'CUT' });
  });
});

describe('the access log', () => {
  it('may lose what is older than three years', async () => {
    await tamper('delete from personal.access_log');
    const later = (days: number) => verifyChain(scope({ at: new Date(NOW.getTime() + days * DAY) }), { full: true });
    expect((await later(1000)).broken).toMatchObject({ flaw: 'ACCESS_ALTERED', position: 8 });
    expect((await later(1100)).broken).toBeNull();
  });

  it('is shown to the purpose of sealing, staff of the branch, kin and whoever looked in vain, in their own community', async () => {
    await logAccess(scope({ actor: { ...ACTORS.secretary2 } as never }), { action: 'RESIDENTS_LISTED' });
    const rows = (settings: object) => raw(settings, tx => tx`select 1 from personal.access_log`.then(({ length }) => length));
    for (const [seen, settings] of [
      [2, { system: 'sealing' }],
      [1, { branches: WORLD.branch1, account: WORLD.officer }],
      [1, { kin: MOTHER, account: WORLD.daughter }],
      [1, { branches: WORLD.branch2, account: WORLD.secretary2 }],
      // Who looked at somebody and works for their branch no more.
      [0, { account: WORLD.secretary1 }],
      [0, { branches: WORLD.branch2, account: WORLD.secretary1 }],
    ] as const)
      expect([settings, await rows({ community: WORLD.community, ...settings })]).toEqual([settings, seen]);
    for (const settings of [{}, { system: 'sealing' }, { community: WORLD.otherCommunity, system: 'sealing' }])
      expect(await rows(settings)).toBe(0);
  });

  it('may have several entries for one look: the event vouches for all of them', async () => {
    await logAccess(scope().asSystem('matching'), { action: 'LISTED', residentIds: [MOTHER, newId()] });
    const [, second] = await owner`select id from personal.access_log where action = 'LISTED' order by id`;
    await seal();
    expect(await verify()).toBeNull();
    await tamper(`update personal.access_log set at = at - interval '1 h' where id = '${second?.id}'`);
    expect(await verify()).toEqual(['ACCESS_ALTERED', 12]);
  });

  it('has each entry vouched for in the transaction that looked', async () => {
    await logAccess(scope().asSystem('matching'), { action: 'MATCH_PLAN', detail: { needs: 3 } });
    const [entry] = await owner`select id from personal.access_log where action = 'MATCH_PLAN'`;
    const [event] = await owner`select * from event where subject_id = ${entry?.id}`;
    expect(event).toMatchObject({
      kind: 'PERSONAL_DATA_READ',
      subject_type: 'AccessLog',
      actor_role: 'SYSTEM:matching',
      actor_id: WORLD.admin,
      reason: 'matching',
    });
    const [seen] = await owner`select * from event where kind = 'PERSONAL_DATA_READ' and subject_id = ${MOTHER}`;
    expect(seen).toMatchObject({
      subject_type: 'Resident',
      actor_role: 'BRANCH_SECRETARY',
      reason: 'CONTACT',
      request_id: 'test',
    });
  });
});

describe('an exported chain', () => {
  const exported = async () => {
    const lines: string[] = [];
    for await (const line of exportChain(scope())) lines.push(line);
    return lines;
  };
  const check = async (lines: readonly string[]) => {
    const kept = headsIn(await readFile(file, 'utf8'), WORLD.community, new Set([scope().parts.journal?.publicKey ?? '']));
    const { broken } = await verifyExport(Readable.from(lines), WORLD.community, kept);
    return broken && [broken.flaw, broken.position];
  };
  const without = (lines: readonly string[], ...gone: readonly number[]) => lines.filter((_, i) => !gone.includes(i + 1));

  it('is verified by SHA-256 and the signed heads alone', async () => {
    const lines = await exported();
    expect(lines).toHaveLength(11);
    for (const line of lines) expect(digest(line.slice(65))).toBe(line.slice(0, 64));
    expect(await check(lines)).toBeNull();
  });

  it.each<[string, (lines: readonly string[]) => readonly string[], string, number]>([
    [
      'an edited line',
      lines => lines.map((line, i) => (i === 3 ? line.replace('BRANCH', 'BRUNCH').replace('ADMIN', 'ADMAN') : line)),
      'WRONG_HASH',
      4,
    ],
    ['a line taken out', lines => without(lines, 7), 'GAP', 7],
    ['lines in each other’s place', lines => [...lines.slice(0, 2), ...lines.slice(2, 4).reverse(), ...lines.slice(4)], 'GAP', 3],
    ['an end cut off before the head', lines => lines.slice(0, 4), 'CUT', 5],
    ['nothing at all', () => [], 'CUT', 1],
    ['a link made anew on another past', lines => lines.map((line, i) => (i === 8 ? relinked(line) : line)), 'WRONG_HASH', 9],
    ['a line that is none', lines => [...lines, 'x'], 'WRONG_HASH', 12],
  ])('shows %s', async (_name, change, flaw, position) => {
    expect(await check(change(await exported()))).toEqual([flaw, position]);
  });
});

/** The same link upon another hash before it, with the hash that follows. */
function relinked(line: string): string {
  const parts = JSON.parse(line.slice(65));
  parts[3] = 'f'.repeat(64);
  const text = canonical(parts);
  return exportLine(digest(text), text);
}

it('outlives a person: ids only, so it is sound when she is erased', async () => {
  await tamper(`delete from personal.resident where id = '${MOTHER}'`);
  expect(await verify()).toBeNull();
});
