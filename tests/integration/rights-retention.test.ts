import { randomUUID } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { newId } from '../../src/kernel/ids.js';
import { RETENTION_CODES } from '../../src/modules/privacy/retention.domain.js';
import { applyRetention } from '../../src/modules/privacy/retention.service.js';
import { startUpkeep } from '../../src/upkeep.js';
import { ACTORS, gid, scopeOf } from '../support/ask.js';
import { rawIdOf } from '../support/needs.js';
import { CANARY, everythingOpened, openRights, whereabouts } from '../support/rights.js';
import { NOW, WORLD } from '../support/world.js';

const rights = await openRights();
const { database, ask, run, done, her } = rights;
const { owner } = database;
const DAY = 86_400_000;
const daysAgo = (days: number) => new Date(NOW.getTime() - days * DAY);
const upkeep = () => scopeOf(database, { kind: 'SYSTEM', purpose: 'upkeep', behalfOf: null });
const key = () => ({ idempotencyKey: randomUUID() });
const close = (needId: string, at: Date) =>
  owner`update need set closed_at = ${at}, opened_at = coalesce(opened_at, ${at}) where id = ${rawIdOf(needId)}`;
const applied = async () =>
  (
    await owner`select data->>'rule' as rule, (data->>'count')::int as count from event where kind = 'RETENTION_APPLIED' order by id`
  ).map(({ rule, count }) => [rule, count]);

describe('what is past its time', () => {
  it('goes, and what is not stays', async () => {
    expect(await applyRetention(upkeep(), NOW)).toBe(0);
    await close(rights.served, daysAgo(729));
    expect(await applyRetention(upkeep(), NOW)).toBe(0);
    expect(whereabouts(await everythingOpened(database)).place).not.toEqual([]);
    await close(rights.served, daysAgo(731));
    const hold = await done(
      ACTORS.admin,
      'legalHoldSet',
      { residentId: her, reason: 'DISPUTE', until: '2026-12-31', ...key() },
      'legalHold { id }',
    );
    expect(await applyRetention(upkeep(), NOW)).toBe(0);
    await done(ACTORS.admin, 'legalHoldLift', { holdId: hold.legalHold.id, ...key() }, 'legalHold { id }');
    expect(await applyRetention(upkeep(), NOW)).toBe(1);
    const where = whereabouts(await everythingOpened(database));
    expect([where.note, where.place, where.evidence, where.rating]).toEqual([[], [], [], []]);
    expect(where.description).toEqual(['personal.need_detail']);
    const [kept] = await owner`select n.quantity::int, r.quantity::int as delivered, n.floor from need n
      join referral f on f.need_id = n.id join service_record r on r.referral_id = f.id where n.id = ${rawIdOf(rights.served)}`;
    expect(kept).toEqual({ quantity: 1, delivered: 1, floor: null });
    expect(await applyRetention(upkeep(), NOW)).toBe(0);
    expect(await applied()).toEqual([['NEED_TEXTS', 1]]);
  });

  it('closes what nobody verified, with its words', async () => {
    const submitted = await rights.submit(her);
    await owner`update need set state = 'SUBMITTED', opened_at = null, submitted_at = ${daysAgo(91)} where id = ${rawIdOf(submitted)}`;
    expect(await applyRetention(upkeep(), NOW)).toBe(1);
    const [need] = await owner`select state, closed_at, emptied_at from need where id = ${rawIdOf(submitted)}`;
    expect(need).toEqual({ state: 'EXPIRED', closed_at: NOW, emptied_at: NOW });
  });

  it('is keys, words, looks and shells in batches, each told in the log', async () => {
    await owner`insert into idempotency_key (community_id, account_id, operation, key, input_hash, created_at)
      select ${WORLD.community}, ${WORLD.officer}, 'x', n::text, '', ${daysAgo(8)} from generate_series(1, 1203) n`;
    await owner`insert into personal.access_log (community_id, id, at, actor_role, action)
      select ${WORLD.community}, gen_random_uuid(), ${daysAgo(1200)}, 'ACCOUNT', 'OLD' from generate_series(1, 3)`;
    await owner`update personal.info_request set state = 'DONE', decided_at = ${daysAgo(1097)}`;
    await owner`update personal.resident set erased_at = ${daysAgo(731)} where id = ${rawIdOf(await rights.register({ name: '空白' }))}`;
    const fresh = (await owner`select count(*)::int as n from idempotency_key where created_at > ${daysAgo(7)}`)[0]?.n;
    await owner`delete from event_unsealed; delete from event where kind = 'RETENTION_APPLIED'`.simple();
    expect(await applyRetention(upkeep(), NOW)).toBe(1208);
    expect(await applied()).toEqual([
      ['REQUEST_WORDS', 1],
      ['ERASED_SHELLS', 1],
      ['ACCESS_LOG', 3],
      ['IDEMPOTENCY_KEYS', 500],
      ['IDEMPOTENCY_KEYS', 500],
      ['IDEMPOTENCY_KEYS', 203],
    ]);
    expect((await owner`select count(*)::int as n from idempotency_key`)[0]?.n).toBe(fresh);
    expect(whereabouts(await everythingOpened(database)).words).toEqual([]);
  });

  it('is told to the admin and auditors by rule, and to nobody else', async () => {
    const REPORT = '{ retentionReport { code version days action since basis lastAppliedAt applied } }';
    const auditor = { ...ACTORS.subdistrict, roles: ['AUDITOR'] as const };
    for (const actor of [ACTORS.admin, auditor]) {
      const { data, errors } = await ask(actor, REPORT);
      expect(errors).toBeUndefined();
      const rows = data?.retentionReport;
      expect(rows.map(({ code }: { code: string }) => code)).toEqual(RETENTION_CODES);
      expect(rows.at(-1)).toMatchObject({ days: 7, action: 'DELETED', applied: 1203, lastAppliedAt: NOW.toISOString() });
      expect(rows[0]).toMatchObject({ since: expect.stringContaining('需求'), basis: expect.stringContaining('第十九条') });
    }
    for (const name of ['secretary1', 'officer', 'clinic', 'daughter', 'subdistrict', 'anonymous'] as const)
      expect((await ask(ACTORS[name], REPORT)).data, name).toEqual({ retentionReport: null });
  });

  it('is consents three years after they ended, and none that is valid or ended since', async () => {
    const resident = rawIdOf(await rights.register({ name: '同意' }));
    const consent = (withdrawn: Date | null) =>
      owner`insert into personal.consent (community_id, id, branch_id, resident_id, purpose, data_class, relation, method, notice_version,
        granted_at, withdrawal_relation, withdrawal_method, withdrawn_at)
      values (${WORLD.community}, ${newId()}, ${WORLD.branch1}, ${resident}, 'HEALTH_MATCHING', 'SENSITIVE', 'SELF', 'PAPER', '2022-01',
        ${daysAgo(1500)}, ${withdrawn && 'SELF'}, ${withdrawn && 'PAPER'}, ${withdrawn})`;
    for (const ended of [daysAgo(1400), daysAgo(1200), daysAgo(1000), null]) await consent(ended);
    await owner`delete from event_unsealed; delete from event where kind = 'RETENTION_APPLIED'`.simple();
    await applyRetention(upkeep(), NOW);
    expect(await applied()).toEqual([['CONSENTS', 2]]);
    const [left] = await owner`select count(*)::int as n from personal.consent where resident_id = ${resident}`;
    expect(left?.n).toBe(2);
    const dropped = database.serving.client`delete from personal.consent`;
    expect((await dropped).count).toBe(0);
  });

  it('goes by itself, once a day', async () => {
    await owner`insert into idempotency_key (community_id, account_id, operation, key, input_hash, created_at)
      values (${WORLD.community}, ${WORLD.officer}, 'x', ${newId()}, '', ${daysAgo(8)})`;
    const due = await rights.register({ name: '到期' });
    const input = { residentId: due, kind: 'DELETE', onBehalf: { relation: 'SELF', channel: 'PHONE' }, ...key() };
    await done(ACTORS.officer, 'personalInfoRequestCreate', input, 'request { id }');
    await owner`update personal.info_request set due_at = ${daysAgo(1)} where resident_id = ${rawIdOf(due)}`;
    const failures: unknown[] = [];
    const parts = { slowDb: database.serving.db, now: () => NOW };
    const job = startUpkeep({ ...parts, scopeOf: (communityId, actor) => scopeOf(database, actor, { communityId }) }, error =>
      failures.push(error),
    );
    const left = async () => (await owner`select from idempotency_key where operation = 'x'`).length;
    await vi.waitUntil(async () => (await left()) === 0, { timeout: 10_000 });
    await job.stop();
    expect(failures).toEqual([]);
    const [gone] = await owner`select erased_at from personal.resident where id = ${rawIdOf(due)}`;
    expect(gone?.erased_at).toEqual(NOW);
  });
});

describe('a breach report', () => {
  const known = {
    from: daysAgo(1).toISOString(),
    until: new Date(NOW.getTime() + DAY).toISOString(),
    cause: '手机遗失',
    harm: '可能被用于诈骗电话',
    measures: '已停用账号',
    advice: '警惕陌生来电',
    contact: '社区党群服务中心',
  };
  const report = (actor: (typeof ACTORS)[keyof typeof ACTORS], input: object = {}) =>
    run(
      actor,
      'breachReportCreate',
      { ...known, ...input },
      'report { people residentIds classes { dataClass people } actors { accountId by looks people } text }',
    );

  it('is for the admin alone', async () => {
    for (const name of ['secretary1', 'secretary2', 'officer', 'clinic', 'daughter', 'subdistrict'] as const)
      expect(await report(ACTORS[name]), name).toEqual({ report: null, userErrors: [{ code: 'FORBIDDEN', path: null }] });
    await expect(report(ACTORS.anonymous)).rejects.toThrow(/Sign in/);
    expect((await report(ACTORS.admin, { until: known.from })).userErrors[0]).toEqual({ code: 'INVALID_INPUT', path: ['until'] });
    expect((await report(ACTORS.admin, { from: daysAgo(100).toISOString() })).userErrors[0]).toEqual({
      code: 'INVALID_INPUT',
      path: ['until'],
    });
    expect((await report(ACTORS.admin, { cause: ' ' })).userErrors[0]).toEqual({ code: 'INVALID_INPUT', path: ['cause'] });
  });

  it('tells whom it concerns, what was seen and by whom, and is itself written down', async () => {
    await owner`truncate personal.access_log`;
    const reveal = { residentId: rights.her, fields: ['NAME', 'PHONE'], purpose: 'CONTACT' };
    await done(ACTORS.officer, 'residentReveal', reveal, 'values { name }');
    await ask(ACTORS.officer, '{ residents(first: 2) { edges { node { id } } } }');
    await ask(ACTORS.secretary1, 'query($id: ID!) { resident(id: $id) { id } }', { id: rights.her });
    const { report: found } = await report(ACTORS.admin, { accountIds: [gid('Account', WORLD.officer)] });
    expect(found).toMatchObject({
      people: 3,
      classes: [
        { dataClass: 'NAME', people: 1 },
        { dataClass: 'PHONE', people: 1 },
        { dataClass: 'MASKED_RECORD', people: 2 },
      ],
      actors: [{ accountId: gid('Account', WORLD.officer), by: '片区社工', looks: 3, people: 3 }],
    });
    expect(found.residentIds).toHaveLength(3);
    for (const said of ['第五十七条', '涉及个人:3 人', '电话:1 人', '片区社工:查阅 3 次', '手机遗失', '已停用账号'])
      expect(found.text).toContain(said);
    expect(found.text).not.toContain(CANARY.name);
    expect((await report(ACTORS.admin)).report.actors).toHaveLength(2);
    const logged = await owner`select account_id, detail from personal.access_log where action = 'BREACH_REPORTED' order by id`;
    expect(logged[0]).toEqual({ account_id: WORLD.admin, detail: { people: 3, accounts: 1 } });
    const [event] = await owner`select data::text as data from event where kind = 'BREACH_REPORTED' limit 1`;
    expect(event?.data).not.toContain('手机遗失');
  });
});
