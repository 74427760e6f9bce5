import { randomUUID } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import type { TransactionSql } from 'postgres';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { buildSchema } from '../../src/graphql/schema.js';
import { allianceResolvers } from '../../src/modules/alliance/alliance.mutations.graphql.js';
import { identityResolvers } from '../../src/modules/identity/identity.mutations.graphql.js';
import { residentsResolvers } from '../../src/modules/residents/residents.mutations.graphql.js';
import { createResidentsBulk, findResident } from '../../src/modules/residents/residents.service.js';
import { residents } from '../../src/modules/residents/residents.table.js';
import { territoryResolvers } from '../../src/modules/territory/territory.graphql.js';
import { ACTORS, createAsk, gid, scopeOf, testVault } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { seedWorld, WORLD } from '../support/world.js';

const database = await createTestDatabase();
/** One connection that all actors take in turn. */
const narrow = await createTestDatabase({ max: 1 });
const { owner } = database;
const role = inject('servingRole');
const READABLE = ['resident', 'kinship', 'need_detail'] as const;
const CANARY = { name: '金丝雀阿婆', phone: '13987654321', room: '金屋4711', birthDate: '1931-07-19' };
const [MOTHER, NEIGHBOR, ELSEWHERE, ABROAD] = [1, 2, 3, 4].map(n => `00000000-0000-7000-8000-00000000090${n}`) as [
  string,
  string,
  string,
  string,
];

async function populate(at: typeof database): Promise<void> {
  await seedWorld(at);
  const w = WORLD;
  await at.owner.unsafe(`insert into building (community_id, id, branch_id, block_no, entrance_no, storeys, dwellings, east_m, north_m)
    values ('${w.otherCommunity}', '${w.building1}', '${w.otherBranch}', 1, 1, 6, 12, 0, 0)`);
  const person = { sex: 'FEMALE', residencyStatus: 'PRESENT', ...CANARY } as const;
  const here = await createResidentsBulk(scopeOf(at, ACTORS.anonymous), [
    { ...person, id: MOTHER, buildingId: w.building1 },
    { ...person, id: NEIGHBOR, buildingId: w.building2 },
    { ...person, id: ELSEWHERE, buildingId: w.building3 },
  ]);
  const abroad = await createResidentsBulk(scopeOf(at, ACTORS.anonymous, { communityId: w.otherCommunity }), [
    { ...person, id: ABROAD, buildingId: w.building1 },
  ]);
  expect([here.ok, abroad.ok]).toEqual([true, true]);
  for (const [id, branch, account] of [
    [MOTHER, w.branch1, w.daughter],
    [ELSEWHERE, w.branch2, w.stranger],
  ] as const) {
    await at.owner.unsafe(`insert into personal.kinship (community_id, id, branch_id, resident_id, account_id, relation, state, verified_at, created_at)
      values ('${w.community}', '${randomUUID()}', '${branch}', '${id}', '${account}', 'DAUGHTER', 'VERIFIED', now(), now())`);
    await at.owner.unsafe(`insert into personal.need_detail (community_id, need_id, branch_id, beneficiary_id, requester_account_id, description_sealed)
      values ('${w.community}', '${randomUUID()}', '${branch}', '${id}', '${account}', '\\x00')`);
  }
}
beforeAll(async () => {
  await populate(database);
  await populate(narrow);
});

interface Settings {
  readonly community?: string;
  readonly branches?: string;
  readonly kin?: string;
  readonly account?: string;
  readonly system?: string;
}
/** Raw SQL as the serving role, telling the wall whatever the caller likes; rolled back. */
async function raw<T>(settings: Settings, work: (tx: TransactionSql) => Promise<T>): Promise<T> {
  let result: T | undefined;
  await database.serving.client
    .begin(async tx => {
      for (const [name, value] of Object.entries(settings)) await tx`select set_config(${`app.${name}`}, ${value}, true)`;
      result = await work(tx);
      throw new Undo();
    })
    .catch((error: unknown) => {
      if (!(error instanceof Undo)) throw error;
    });
  return result as T;
}
class Undo {}
const idsIn = (tx: TransactionSql, table: string): Promise<string[]> =>
  tx
    .unsafe(`select * from personal.${table}`)
    .then(rows => rows.map(row => row.resident_id ?? row.beneficiary_id ?? row.id).sort());
const secretary1: Settings = { community: WORLD.community, branches: WORLD.branch1, account: WORLD.secretary1 };
const secretary2: Settings = { community: WORLD.community, branches: WORLD.branch2, account: WORLD.secretary2 };
const daughter: Settings = { community: WORLD.community, branches: '', kin: MOTHER, account: WORLD.daughter };
const REFUSED = /row-level security/;
const DENIED = /permission denied/;

describe('the catalogue', () => {
  it('has row-level security enabled and forced on every table of the schema', async () => {
    const tables =
      await owner`select relname, relrowsecurity, relforcerowsecurity from pg_class c join pg_namespace n on n.oid = relnamespace
      where nspname = 'personal' and relkind in ('r', 'p') order by relname`;
    expect(tables.map(({ relname }) => relname)).toEqual(expect.arrayContaining(['access_log', ...READABLE]));
    for (const table of tables) expect(table).toMatchObject({ relrowsecurity: true, relforcerowsecurity: true });
  });

  it('has policies without sub-selects and without functions of our own', async () => {
    const policies =
      await owner`select tablename, coalesce(qual, '') || coalesce(with_check, '') as text from pg_policies where schemaname = 'personal'`;
    expect(new Set(policies.map(({ tablename }) => tablename)).size).toBeGreaterThanOrEqual(4);
    for (const { text } of policies) {
      expect(text).not.toMatch(/select/i);
      expect(text).toMatch(/community_id = \(?NULLIF\(current_setting\('app.community'/);
    }
  });

  it('serves with a role that owns nothing, cannot pass the wall, and can become nobody who does', async () => {
    const [found] =
      await owner`select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication from pg_roles where rolname = ${role}`;
    expect(Object.values(found ?? { missing: true })).toEqual([false, false, false, false, false]);
    expect(await owner`select relname from pg_class where relowner = ${role}::regrole`).toEqual([]);
    expect(await owner`select nspname from pg_namespace where nspowner = ${role}::regrole`).toEqual([]);
    expect(await owner`select roleid from pg_auth_members where member = ${role}::regrole`).toEqual([]);
    const { client } = database.serving;
    expect((await client`select current_user as me`)[0]).toEqual({ me: role });
    for (const attempt of [
      'alter table personal.resident disable row level security',
      'alter table personal.resident no force row level security',
      'drop policy resident_wall on personal.resident',
      `create policy open on personal.resident using (true)`,
      'truncate personal.resident',
      `set role ${(await owner`select current_user as me`)[0]?.me}`,
      `alter role ${role} bypassrls`,
      'create view public.window as select * from personal.resident',
      'select * from personal.access_log',
      'delete from personal.access_log',
      `update personal.access_log set action = 'x'`,
      'delete from public.event',
    ])
      await expect(client.unsafe(attempt), attempt).rejects.toThrow(/permission denied|must be owner/);
    await expect(
      client.begin(async tx => {
        await tx`set local row_security = off`;
        await tx`select * from personal.resident`;
      }),
    ).rejects.toThrow(REFUSED);
  });

  it('has no way around: no view that lends its owner, no materialised view, no definer function, no trigger of ours', async () => {
    const ours = owner`select oid from pg_namespace where nspname not in ('pg_catalog', 'information_schema', 'pg_toast')`;
    expect(
      await owner`select relname from pg_class where relnamespace in (${ours}) and (relkind = 'm' or relkind = 'v' and not coalesce(reloptions, '{}') @> '{security_invoker=true}')`,
    ).toEqual([]);
    expect(await owner`select proname from pg_proc where pronamespace in (${ours}) and prosecdef`).toEqual([]);
    expect(await owner`select tgname from pg_trigger where not tgisinternal`).toEqual([]);
  });

  it('has an index for what the policies compare', async () => {
    const indexed = await owner`select tablename, indexdef from pg_indexes where schemaname = 'personal'`;
    for (const table of READABLE)
      expect(
        indexed.some(({ tablename, indexdef }) => tablename === table && indexdef.includes('(community_id, branch_id')),
        table,
      ).toBe(true);
  });
});

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
    expect(await raw(settings, tx => tx`update personal.resident set storey = 1`.then(({ count }) => count))).toBe(0);
    expect(await raw(settings, tx => tx`delete from personal.resident`.then(({ count }) => count))).toBe(0);
    await expect(raw(settings, tx => insertResident(tx, {}))).rejects.toThrow(REFUSED);
    await expect(raw(settings, tx => insertKinship(tx, {}))).rejects.toThrow(REFUSED);
    await expect(raw(settings, tx => insertDetail(tx, {}))).rejects.toThrow(REFUSED);
    if (!settings.community) await expect(raw(settings, insertAccess)).rejects.toThrow(REFUSED);
  });

  it('stops on a setting that is no list of ids instead of showing something', async () => {
    await expect(raw({ ...secretary1, branches: 'true' }, tx => idsIn(tx, 'resident'))).rejects.toThrow(/invalid input syntax/);
  });
});

const insertResident = (
  tx: TransactionSql,
  { community = WORLD.community, branch = WORLD.branch1 as string, building = WORLD.building1 as string },
) =>
  tx`insert into personal.resident (community_id, id, branch_id, building_id, name_sealed, name_index, sex, birth_date, residency_status, created_at)
    values (${community}, ${randomUUID()}, ${branch}, ${building}, '\\x00', '\\x00', 'MALE', '2000-01-01', 'PRESENT', now())`;
const insertKinship = (
  tx: TransactionSql,
  { branch = WORLD.branch1 as string, account = WORLD.daughter as string, state = 'CLAIMED' },
) =>
  tx`insert into personal.kinship (community_id, id, branch_id, resident_id, account_id, relation, state, verified_at, created_at)
    values (${WORLD.community}, ${randomUUID()}, ${branch}, ${NEIGHBOR}, ${account}, 'SON', ${state}::kinship_state, now(), now())`;
const insertDetail = (tx: TransactionSql, { community = WORLD.community as string, branch = WORLD.branch1 as string }) =>
  tx`insert into personal.need_detail (community_id, need_id, branch_id, description_sealed) values (${community}, ${randomUUID()}, ${branch}, '\\x00')`;
const insertAccess = (tx: TransactionSql) =>
  tx`insert into personal.access_log (community_id, id, at, action) values (${WORLD.community}, ${randomUUID()}, now(), 'X')`;

describe('raw SQL behind the wall', () => {
  it("shows a secretary her branch's rows and none of another's", async () => {
    expect(await raw(secretary1, tx => idsIn(tx, 'resident'))).toEqual([MOTHER, NEIGHBOR]);
    expect(await raw(secretary2, tx => idsIn(tx, 'resident'))).toEqual([ELSEWHERE]);
    for (const table of ['kinship', 'need_detail']) {
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
    expect(await raw(daughter, tx => tx`update personal.resident set storey = 1`.then(({ count }) => count))).toBe(0);
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

  it('moves no row to another branch or community, nor puts one there', async () => {
    for (const table of READABLE)
      for (const change of [`branch_id = '${WORLD.branch2}'`, `community_id = '${WORLD.otherCommunity}'`])
        await expect(
          raw(secretary1, tx => tx.unsafe(`update personal.${table} set ${change}`)),
          `${table} ${change}`,
        ).rejects.toThrow(table === 'need_detail' ? DENIED : REFUSED);
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

describe('what is stored', () => {
  const ask = createAsk(
    buildSchema([...territoryResolvers, ...allianceResolvers, ...identityResolvers, ...residentsResolvers]),
    database,
  );
  const allRows = async (): Promise<ReadonlyMap<string, string>> => {
    const tables = await owner`select format('%I.%I', table_schema, table_name) as name from information_schema.tables
      where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'`;
    const dumps = tables.map(async ({ name }) => {
      const rows = await owner.unsafe(`select t::text as text from ${name} t`);
      return [name as string, rows.map(({ text }) => text).join('\n')] as const;
    });
    return new Map(await Promise.all(dumps));
  };

  it('shows no canary in any table after every way in was used', async () => {
    const input = {
      ...CANARY,
      buildingId: gid('Building', WORLD.building1),
      sex: 'FEMALE',
      residencyStatus: 'PRESENT',
      idempotencyKey: randomUUID(),
    };
    const run = async (
      actor: (typeof ACTORS)[keyof typeof ACTORS],
      mutation: string,
      type: string,
      of: object,
      fields: string,
    ) => {
      const answer = await ask(
        actor,
        `mutation($input: ${type}!) { ${mutation}(input: $input) { ${fields} userErrors { code } } }`,
        { input: of },
      );
      expect(answer.errors).toBeUndefined();
      return answer.data?.[mutation];
    };
    const { resident } = await run(ACTORS.officer, 'residentCreate', 'ResidentCreateInput', input, 'resident { id }');
    const change = {
      residentId: resident.id,
      expectedVersion: 1,
      name: `${CANARY.name}二`,
      phone: CANARY.phone,
      room: CANARY.room,
    };
    expect((await run(ACTORS.officer, 'residentUpdate', 'ResidentUpdateInput', change, 'resident { id }')).userErrors).toEqual(
      [],
    );
    const look = { residentId: resident.id, purpose: 'CONTACT', fields: ['NAME', 'PHONE', 'ROOM', 'BIRTH_DATE'] };
    const { values } = await run(
      ACTORS.officer,
      'residentReveal',
      'ResidentRevealInput',
      look,
      'values { name phone room birthDate }',
    );
    expect(values).toEqual({ ...CANARY, name: change.name, phone: `+86${CANARY.phone}` });
    const claim = { address: '9-1', residentName: change.name, relation: 'SON', idempotencyKey: randomUUID() };
    await run(ACTORS.daughter, 'kinshipClaim', 'KinshipClaimInput', claim, 'submitted');
    await run(
      ACTORS.daughter,
      'kinshipClaim',
      'KinshipClaimInput',
      { ...claim, residentName: `${CANARY.name}不在`, idempotencyKey: randomUUID() },
      'submitted',
    );

    const dump = await allRows();
    expect([...dump.keys()]).toEqual(expect.arrayContaining(['public.event', 'public.idempotency_key', 'personal.resident']));
    expect(dump.get('public.event')).toContain('RESIDENT_CHANGED');
    expect(dump.get('personal.access_log')).toContain('RESIDENT_REVEALED');
    const secrets = [CANARY.name, CANARY.phone, CANARY.room];
    const forms = secrets.flatMap(secret => [
      secret,
      Buffer.from(secret).toString('hex'),
      Buffer.from(secret).toString('base64').slice(0, 10),
    ]);
    for (const [table, text] of dump) {
      for (const form of forms) expect(text.includes(form), `${form} in ${table}`).toBe(false);
      if (!table.startsWith('personal.')) expect(text.includes(CANARY.birthDate), `birth date in ${table}`).toBe(false);
    }
  });

  it('gives equal values one index within a community and another in the next', async () => {
    const rows =
      await owner`select id, phone_index, name_index from personal.resident where id = any(${[MOTHER, NEIGHBOR, ABROAD]}) order by id`;
    const [mother, neighbor, abroad] = rows;
    expect(mother?.phone_index).toEqual(neighbor?.phone_index);
    expect(mother?.name_index).toEqual(neighbor?.name_index);
    expect(mother?.phone_index).not.toEqual(abroad?.phone_index);
    expect(mother?.name_index).not.toEqual(abroad?.name_index);
    expect(mother?.name_index).not.toEqual(mother?.phone_index);
  });

  it('opens no ciphertext in the place of another', async () => {
    const reading = () => findResident(scopeOf(database, ACTORS.officer), MOTHER);
    const [own] = await owner`select name_sealed, phone_sealed from personal.resident where id = ${MOTHER}`;
    const [other] = await owner`select name_sealed, phone_sealed from personal.resident where id = ${NEIGHBOR}`;
    const [far] = await owner`select name_sealed from personal.resident where id = ${ABROAD}`;
    for (const name of [other?.name_sealed, own?.phone_sealed, far?.name_sealed]) {
      await owner`update personal.resident set name_sealed = ${name} where id = ${MOTHER}`;
      await expect(reading()).rejects.toThrow(/authenticate/);
      const answer = await ask(ACTORS.officer, 'query($id: ID!) { resident(id: $id) { maskedName } }', {
        id: gid('Resident', MOTHER),
      });
      expect(answer.data).toEqual({ resident: null });
    }
    await owner`update personal.resident set name_sealed = ${own?.name_sealed} where id = ${MOTHER}`;
    expect(await reading()).toMatchObject({ maskedName: '金*', maskedPhone: '139****4321' });
    const place = { table: 'personal.resident', column: 'name_sealed', communityId: WORLD.community, rowId: MOTHER };
    expect(testVault.open(place, own?.name_sealed)).toBe(CANARY.name);
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
          .set({ storey: 2 })
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
