import { describe, expect, inject, it } from 'vitest';
import { openWall, READABLE, REFUSED } from '../support/wall.js';

const { database } = await openWall();
const { owner } = database;
const role = inject('servingRole');

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
      `update personal.access_log set action = 'x'`,
      'delete from personal.erasure',
      `update personal.erasure set counts = '{}'`,
      'delete from personal.info_request',
      'delete from personal.legal_hold',
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

  it('shows and takes no row without settings, in any table of it, and gives nothing to everybody', async () => {
    const { client } = database.serving;
    const tables =
      await owner`select relname as name from pg_class where relnamespace = 'personal'::regnamespace and relkind in ('r', 'p')
      and has_table_privilege(${role}, oid, 'select')`;
    expect(tables.length).toBeGreaterThanOrEqual(READABLE.length);
    for (const { name } of tables)
      expect(await client.unsafe(`select count(*)::int as n from personal.${name}`), name).toEqual([{ n: 0 }]);
    const open = await owner`select relname from pg_class, aclexplode(relacl) as acl
      where relnamespace in (select oid from pg_namespace where nspname in ('personal', 'identity', 'public')) and acl.grantee = 0`;
    expect([...open]).toEqual([]);
    const [foreign] = await owner`select has_schema_privilege('public', 'personal', 'usage') as uses`;
    expect(foreign).toEqual({ uses: false });
  });

  it('speaks of nobody in the server’s own log', async () => {
    const { client } = database.serving;
    for (const [name, value] of [
      ['log_parameter_max_length_on_error', '0'],
      ['log_statement', 'none'],
      ['log_error_verbosity', 'terse'],
    ] as const)
      expect((await client.unsafe(`show ${name}`))[0], name).toEqual({ [name]: value });
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
