import { randomUUID } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import type { TransactionSql } from 'postgres';
import { describe, expect, it } from 'vitest';
import { residents } from '../../src/modules/residents/residents.table.js';
import { ACTORS, scopeOf } from '../support/ask.js';
import { residentRow } from '../support/profiles.js';
import {
  ABROAD,
  DENIED,
  daughter,
  ELSEWHERE,
  idsIn,
  MOTHER,
  NEIGHBOR,
  openWall,
  READABLE,
  REFUSED,
  type Settings,
  secretary1,
  secretary2,
} from '../support/wall.js';
import { WORLD } from '../support/world.js';

const { database, raw } = await openWall({ quiet: ['personal.resident'] });
/** One connection that all actors take in turn. */
const { database: narrow } = await openWall({ max: 1, quiet: ['personal.resident'] });
const { owner } = database;

const insertResident = (
  tx: TransactionSql,
  { community = WORLD.community, branch = WORLD.branch1 as string, building = WORLD.building1 as string },
) =>
  tx`insert into personal.resident ${tx(residentRow(randomUUID(), { communityId: community, branchId: branch, buildingId: building }))}`;
const insertKinship = (
  tx: TransactionSql,
  { branch = WORLD.branch1 as string, account = WORLD.daughter as string, state = 'CLAIMED' },
) =>
  tx`insert into personal.kinship (community_id, id, branch_id, resident_id, account_id, relation, state, verified_at, created_at)
    values (${WORLD.community}, ${randomUUID()}, ${branch}, ${NEIGHBOR}, ${account}, 'SON', ${state}::kinship_state, now(), now())`;
const insertDetail = (tx: TransactionSql, { community = WORLD.community as string, branch = WORLD.branch1 as string }) =>
  tx`insert into personal.need_detail (community_id, need_id, branch_id, description_sealed) values (${community}, ${randomUUID()}, ${branch}, '\\x00')`;
const insertAccess = (tx: TransactionSql) =>
  tx`insert into personal.access_log (community_id, id, at, actor_role, action) values (${WORLD.community}, ${randomUUID()}, now(), 'ACCOUNT', 'X')`;

describe('without a word of who asks', () => {
  const EMPTY = { community: '', branches: '', kin: '', account: '', system: '' };

  it.each<[string, Settings]>([
    ['nothing set', {}],
    ['everything empty', EMPTY],
    ['a community alone', { ...EMPTY, community: WORLD.community }],
    ['branches without a community', { ...EMPTY, branches: WORLD.branch1 }],
    ['a system purpose without a community', { ...EMPTY, system: 'seed' }],
  ])('shows no row and takes none: %s', async (_what, settings) => {
    for (const table of READABLE) expect(await raw(settings, tx => idsIn(tx, table)), table).toEqual([]);
    expect(await raw(settings, tx => tx`update personal.resident set opted_out = true`.then(({ count }) => count))).toBe(0);
    expect(await raw(settings, tx => tx`delete from personal.resident`.then(({ count }) => count))).toBe(0);
    await expect(raw(settings, tx => insertResident(tx, {}))).rejects.toThrow(REFUSED);
    await expect(raw(settings, tx => insertKinship(tx, {}))).rejects.toThrow(REFUSED);
    await expect(raw(settings, tx => insertDetail(tx, {}))).rejects.toThrow(REFUSED);
    if (!settings.community) await expect(raw(settings, insertAccess)).rejects.toThrow(REFUSED);
  });

  it.each([
    'true',
    '%',
    WORLD.branch1.slice(0, -1),
    WORLD.branch1.replaceAll('-', ''),
    WORLD.branch1.slice(18) + WORLD.branch1.slice(0, 18),
    `${WORLD.branch1.slice(0, 18)},${WORLD.branch1.slice(18)}`,
  ])('shows nothing for a setting that is no list of ids: %s', async branches => {
    for (const table of READABLE) expect(await raw({ ...secretary1, account: '', branches }, tx => idsIn(tx, table))).toEqual([]);
  });
});

describe('raw SQL behind the wall', () => {
  it("shows a secretary her branch's rows and none of another's", async () => {
    expect(await raw(secretary1, tx => idsIn(tx, 'resident'))).toEqual([MOTHER, NEIGHBOR]);
    expect(await raw(secretary2, tx => idsIn(tx, 'resident'))).toEqual([ELSEWHERE]);
    for (const table of ['kinship', 'need_detail', 'consent']) {
      expect(await raw(secretary1, tx => idsIn(tx, table)), table).toEqual([MOTHER]);
      expect(await raw(secretary2, tx => idsIn(tx, table)), table).toEqual([ELSEWHERE]);
    }
    for (const id of [MOTHER, NEIGHBOR])
      expect(await raw(secretary2, tx => tx`select id from personal.resident where id = ${id}`.then(rows => [...rows]))).toEqual(
        [],
      );
  });

  it('shows kin exactly her mother, to read and not to write', async () => {
    for (const table of READABLE) expect(await raw(daughter, tx => idsIn(tx, table)), table).toEqual([MOTHER]);
    expect(await raw(daughter, tx => tx`update personal.resident set opted_out = true`.then(({ count }) => count))).toBe(0);
    expect(await raw(daughter, tx => tx`delete from personal.resident`.then(({ count }) => count))).toBe(0);
    expect(await raw(daughter, tx => tx`delete from personal.kinship`.then(({ count }) => count))).toBe(0);
    await expect(raw(daughter, tx => insertResident(tx, {}))).rejects.toThrow(REFUSED);
  });

  it('lets an account neither make nor verify its own link, only end it', async () => {
    for (const state of ['CLAIMED', 'VERIFIED', 'REVOKED'])
      await expect(
        raw(daughter, tx => insertKinship(tx, { state })),
        state,
      ).rejects.toThrow(REFUSED);
    for (const change of [
      `resident_id = '${NEIGHBOR}'`,
      `account_id = '${WORLD.stranger}', state = 'REVOKED'`,
      `state = 'CLAIMED'`,
    ])
      await expect(
        raw(daughter, tx => tx.unsafe(`update personal.kinship set ${change}`)),
        change,
      ).rejects.toThrow(REFUSED);
    expect(await raw(daughter, tx => tx`update personal.kinship set state = 'REVOKED'`.then(({ count }) => count))).toBe(1);
  });

  it('lets family take down and correct what is asked for them, and nothing else', async () => {
    const ask = (tx: TransactionSql, beneficiary: string | null, requester: string) =>
      tx`insert into personal.need_detail (community_id, need_id, branch_id, beneficiary_id, requester_account_id, description_sealed)
        values (${WORLD.community}, ${randomUUID()}, ${WORLD.branch1}, ${beneficiary}, ${requester}, '\\x00')`.then(
        ({ count }) => count,
      );
    await expect(raw(daughter, tx => ask(tx, MOTHER, WORLD.stranger))).rejects.toThrow(REFUSED);
    await expect(raw(daughter, tx => ask(tx, NEIGHBOR, WORLD.daughter))).rejects.toThrow(REFUSED);
    await expect(raw(daughter, tx => insertDetail(tx, {}))).rejects.toThrow(REFUSED);
    expect(await raw(daughter, tx => ask(tx, MOTHER, WORLD.daughter))).toBe(1);
    expect(await raw({ ...daughter, kin: '' }, tx => ask(tx, null, WORLD.daughter))).toBe(1);
    const write = (change: string) => raw(daughter, tx => tx.unsafe(`${change}`).then(({ count }) => count));
    for (const column of ['branch_id', 'beneficiary_id', 'requester_account_id', 'building_id', 'need_id', 'community_id'])
      await expect(write(`update personal.need_detail set ${column} = ${column}`), column).rejects.toThrow(DENIED);
    await expect(write('delete from personal.need_detail')).rejects.toThrow(DENIED);
    expect(await write(`update personal.need_detail set description_sealed = '\\x01'`)).toBe(1);
    const deletes = await owner`select policyname from pg_policies where tablename = 'need_detail' and cmd in ('ALL', 'DELETE')
      and (qual like '%app.kin%' or qual like '%app.account%')`;
    expect([...deletes]).toEqual([]);
  });

  it('lets kin give consent in their own name and take it back, and rewrite none', async () => {
    const give = (tx: TransactionSql, { resident = MOTHER, by = WORLD.daughter as string, method = 'APP' }) =>
      tx`insert into personal.consent (community_id, id, branch_id, resident_id, purpose, data_class, relation, method, notice_version, granted_by, granted_at)
        values (${WORLD.community}, ${randomUUID()}, ${WORLD.branch1}, ${resident}, 'TASK_CARE_NOTES', 'SENSITIVE', 'DAUGHTER', ${method}::consent_method, '2026-11', ${by}, now())`.then(
        ({ count }) => count,
      );
    const takeBack = (tx: TransactionSql, by: string, method: string) =>
      tx`update personal.consent set withdrawn_at = now(), withdrawal_relation = 'DAUGHTER', withdrawal_method = ${method}::consent_method, withdrawn_by = ${by}`.then(
        ({ count }) => count,
      );
    expect(await raw(daughter, tx => give(tx, {}))).toBe(1);
    expect(await raw(daughter, tx => takeBack(tx, WORLD.daughter, 'APP'))).toBe(1);
    for (const wrong of [{ resident: NEIGHBOR }, { by: WORLD.stranger }, { method: 'PAPER' }])
      await expect(raw(daughter, tx => give(tx, wrong))).rejects.toThrow(REFUSED);
    await expect(raw(daughter, tx => takeBack(tx, WORLD.stranger, 'APP'))).rejects.toThrow(REFUSED);
    await expect(raw(daughter, tx => takeBack(tx, WORLD.daughter, 'PAPER'))).rejects.toThrow(REFUSED);
    for (const settings of [daughter, secretary1]) {
      const rewrite = raw(settings, tx => tx`update personal.consent set purpose = 'HEALTH_MATCHING'`);
      await expect(rewrite).rejects.toThrow(DENIED);
      expect(await raw(settings, tx => tx`delete from personal.consent`.then(({ count }) => count))).toBe(0);
    }
  });

  it('moves no row to another branch or community, nor puts one there', async () => {
    for (const table of READABLE)
      for (const change of [`branch_id = '${WORLD.branch2}'`, `community_id = '${WORLD.otherCommunity}'`])
        await expect(
          raw(secretary1, tx => tx.unsafe(`update personal.${table} set ${change}`)),
          `${table} ${change}`,
        ).rejects.toThrow(table === 'need_detail' ? DENIED : table === 'consent' ? /denied|row-level/ : REFUSED);
    await expect(raw(secretary1, tx => insertResident(tx, { branch: WORLD.branch2, building: WORLD.building3 }))).rejects.toThrow(
      REFUSED,
    );
    await expect(raw(secretary1, tx => insertKinship(tx, { branch: WORLD.branch2 }))).rejects.toThrow(REFUSED);
    await expect(raw(secretary1, tx => insertDetail(tx, { branch: WORLD.branch2 }))).rejects.toThrow(REFUSED);
    await expect(raw(secretary1, tx => insertDetail(tx, { community: WORLD.otherCommunity }))).rejects.toThrow(REFUSED);
    await expect(raw({ ...secretary1, community: WORLD.otherCommunity }, insertAccess)).rejects.toThrow(REFUSED);
    expect(await raw(secretary1, tx => insertResident(tx, {}).then(({ count }) => count))).toBe(1);
  });

  it('ends a system purpose at the community', async () => {
    const system = { community: WORLD.community, system: 'matching' };
    expect(await raw(system, tx => idsIn(tx, 'resident'))).toEqual([MOTHER, NEIGHBOR, ELSEWHERE]);
    expect(await raw({ ...system, community: WORLD.otherCommunity }, tx => idsIn(tx, 'resident'))).toEqual([ABROAD]);
    await expect(raw(system, tx => tx`update personal.resident set community_id = ${WORLD.otherCommunity}`)).rejects.toThrow(
      REFUSED,
    );
  });
});

describe('a pooled connection', () => {
  const seen = (actor: Parameters<typeof scopeOf>[1]) =>
    scopeOf(narrow, actor).reading(async ({ db }) =>
      (await db.select({ id: residents.id }).from(residents)).map(({ id }) => id).sort(),
    );
  const kin = { ...ACTORS.daughter, kinIds: [MOTHER] };

  it('serves one actor after another, each with their own rows', async () => {
    const [first] = await narrow.serving.client`select pg_backend_pid() as pid`;
    for (let round = 0; round < 3; round++) {
      expect(await seen(ACTORS.admin)).toEqual([MOTHER, NEIGHBOR, ELSEWHERE]);
      expect(await seen(ACTORS.secretary2)).toEqual([ELSEWHERE]);
      expect(await seen(kin)).toEqual([MOTHER]);
      expect(await seen(ACTORS.clinic)).toEqual([]);
      expect(await seen(ACTORS.anonymous)).toEqual([]);
      expect(await narrow.serving.db.select().from(residents)).toEqual([]);
    }
    expect((await narrow.serving.client`select pg_backend_pid() as pid`)[0]).toEqual(first);
  });

  it('forgets who asked when the transaction ends, in whatever way', async () => {
    const left = async () =>
      (
        await narrow.serving.client`select concat(current_setting('app.community', true), current_setting('app.account', true),
          current_setting('app.branches', true), current_setting('app.kin', true), current_setting('app.system', true)) as left`
      )[0]?.left;
    const scope = scopeOf(narrow, { ...kin, branchIds: [WORLD.branch1] });
    await scope.reading(async ({ db }) => {
      const [within] = await db.execute<{ kin: string }>(sql`select current_setting('app.kin') as kin`);
      expect(within?.kin).toBe(MOTHER);
    });
    expect(await left()).toBe('');
    await scope.transaction(async () => ({ ok: false, failure: { code: 'NOT_FOUND' } }) as const);
    expect(await left()).toBe('');
    await expect(scope.reading(({ db }) => db.execute(sql`select 1 / 0`))).rejects.toThrow();
    expect(await left()).toBe('');
    await scope.asSystem('matching').reading(({ db }) => db.execute(sql`select 1`));
    expect(await left()).toBe('');
  });

  it('keeps fifty actors at once apart', async () => {
    const actors = [ACTORS.secretary1, ACTORS.secretary2, kin, ACTORS.clinic, ACTORS.admin];
    const rows = [[MOTHER, NEIGHBOR], [ELSEWHERE], [MOTHER], [], [MOTHER, NEIGHBOR, ELSEWHERE]];
    const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => seen(actors[n % 5] ?? ACTORS.anonymous)));
    answers.forEach((answer, n) => {
      expect(answer).toEqual(rows[n % 5]);
    });
  });
});

describe('the first statement of a transaction', () => {
  const scope = () => scopeOf(narrow, ACTORS.secretary1);
  const count = sql<number>`count(*)::int`;
  const ways: Record<string, () => Promise<unknown>> = {
    'a select of the builder': () =>
      scope().reading(({ db }) =>
        db
          .select({ count })
          .from(residents)
          .then(rows => rows[0]?.count),
      ),
    'a select by a parameter': () =>
      scope().reading(({ db }) =>
        db
          .select({ count })
          .from(residents)
          .where(eq(residents.branchId, WORLD.branch1))
          .then(rows => rows[0]?.count),
      ),
    'raw SQL': () =>
      scope().reading(({ db }) =>
        db.execute<{ count: number }>(sql`select count(*)::int as count from ${residents}`).then(rows => rows[0]?.count),
      ),
    'a write of the builder': () =>
      scope().reading(({ db }) =>
        db
          .update(residents)
          .set({ optedOut: false })
          .returning({ id: residents.id })
          .then(rows => rows.length),
      ),
    'several at once': () =>
      scope()
        .reading(({ db }) => Promise.all([1, 2, 3].map(() => db.select({ count }).from(residents))))
        .then(all => new Set(all.map(rows => rows[0]?.count)))
        .then(([...counts]) => counts[0]),
  };

  it.each(Object.entries(ways))('finds the wall told who asks: %s', async (_way, work) => {
    narrow.statements();
    expect(await work()).toBe(2);
    const [begin, told, first, ...rest] = narrow.statements();
    expect(begin).toMatch(/^begin/);
    expect(told).toMatch(/^set local app\.community = '.*'; .*set local app\.system = ''$/);
    expect(first).toMatch(/"personal"\."resident"/);
    expect(rest.at(-1)).toBe('commit');
    expect(await Promise.all(Array.from({ length: 20 }, work))).toEqual(Array.from({ length: 20 }, () => 2));
  });
});
