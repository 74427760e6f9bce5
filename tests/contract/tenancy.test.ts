import { describe, expect, it } from 'vitest';
import { createScratch, migrationStatements } from '../support/scratch.js';

const { owner } = await createScratch();
/** Of all communities, or of none: accounts, and what is written often but has no community. */
const REFERENCE = /^"identity"\./;
const CREATE = /^CREATE TABLE ((?:"\w+"\.)?"(\w+)") \((.*)\);?$/s;

/** A tenant's table spread over shards by its tenant; other statements as they are. */
function sharded(statement: string): readonly string[] {
  const [, name = '', bare = '', body = ''] = CREATE.exec(statement.replace(/^(--.*\n)+/, '')) ?? [];
  if (!name || REFERENCE.test(name) || !/^\s*"community_id" uuid/m.test(body)) return [statement];
  const schema = name.includes('.') ? `${name.split('.')[0]}.` : '';
  return [
    statement.replace(/\);?$/, ') PARTITION BY HASH ("community_id");'),
    ...[0, 1].map(n => `CREATE TABLE ${schema}"${bare}_${n}" PARTITION OF ${name} FOR VALUES WITH (MODULUS 2, REMAINDER ${n});`),
  ];
}
const run = async (statements: readonly string[]) => {
  for (const statement of statements.flatMap(sharded)) await owner.unsafe(statement);
};

describe('the tenant column', async () => {
  await run(migrationStatements());

  it('lets PostgreSQL spread every tenant table over shards', async () => {
    const spread = await owner`select relname from pg_class where relkind = 'p' order by relname`;
    const tables = await owner`
      select c.table_name from information_schema.columns c
      join pg_class t on t.relname = c.table_name and t.relkind in ('r', 'p') and not t.relispartition
      where c.column_name = 'community_id' and c.table_schema in ('public', 'personal') order by c.table_name`;
    expect(spread.length).toBeGreaterThan(10);
    expect(spread.map(row => row.relname)).toEqual(tables.map(row => row.table_name));
  });

  it('comes first in every primary key and unique index', async () => {
    const late = await owner`
      select t.relname as table, i.relname as index from pg_index x
      join pg_class t on t.oid = x.indrelid and t.relkind = 'p' and x.indisunique
      join pg_class i on i.oid = x.indexrelid
      left join pg_attribute a on a.attrelid = t.oid and a.attnum = x.indkey[0]
      where a.attname is distinct from 'community_id'`;
    expect(late.map(({ table, index }) => `${table}: ${index}`)).toEqual([]);
  });

  it('comes first in every foreign key between tenant tables, on both sides', async () => {
    const crossing = await owner`
      select c.conrelid::regclass::text as table, c.conname as name from pg_constraint c
      join pg_class t on t.oid = c.conrelid and t.relkind = 'p' and c.conparentid = 0
      join pg_class f on f.oid = c.confrelid and f.relkind = 'p'
      join pg_attribute a on a.attrelid = t.oid and a.attnum = c.conkey[1]
      join pg_attribute b on b.attrelid = f.oid and b.attnum = c.confkey[1]
      where c.contype = 'f' and (a.attname <> 'community_id' or b.attname <> 'community_id')`;
    expect(crossing.map(({ table, name }) => `${table}: ${name}`)).toEqual([]);
  });

  it('leaves no foreign key without an index that begins with its columns', async () => {
    const slow = await owner`
      select c.conrelid::regclass::text as table, c.conname as name from pg_constraint c
      where c.contype = 'f' and c.conparentid = 0 and not exists (
        select from pg_index x where x.indrelid = c.conrelid and x.indpred is null
          and (select array_agg(k order by k) from unnest(c.conkey) k)
            = (select array_agg(k order by k) from unnest((x.indkey::int2[])[0:cardinality(c.conkey) - 1]) k))
      order by 1, 2`;
    expect(slow.map(({ table, name }) => `${table}: ${name}`)).toEqual([]);
  });

  it('is not pointed at from outside, and there are no triggers', async () => {
    const inward = await owner`
      select c.conname from pg_constraint c join pg_class t on t.oid = c.conrelid and t.relkind = 'r' and not t.relispartition
      join pg_class f on f.oid = c.confrelid and f.relkind = 'p' where c.contype = 'f'`;
    expect(inward).toHaveLength(0);
    expect(await owner`select tgname from pg_trigger where not tgisinternal`).toHaveLength(0);
  });
});

describe('a table that forgets the tenant', () => {
  it.each([
    ['in its primary key', ['CREATE TABLE "a" (\n"community_id" uuid NOT NULL,\n"id" uuid PRIMARY KEY\n);']],
    [
      'in a unique constraint',
      ['CREATE TABLE "b" (\n"community_id" uuid,\n"id" uuid,\n"no" int UNIQUE,\nPRIMARY KEY("community_id","id")\n);'],
    ],
    [
      'in a unique index',
      [
        'CREATE TABLE "c" (\n"community_id" uuid,\n"id" uuid,\nPRIMARY KEY("community_id","id")\n);',
        'CREATE UNIQUE INDEX "x" ON "c" ("id");',
      ],
    ],
    [
      'in a foreign key',
      [
        'CREATE TABLE "d" (\n"community_id" uuid,\n"id" uuid,\nPRIMARY KEY("community_id","id")\n);',
        'ALTER TABLE "d" ADD CONSTRAINT "y" FOREIGN KEY ("id") REFERENCES "branch"("id");',
      ],
    ],
  ])('%s is refused', async (_where, statements) => {
    await expect(run(statements)).rejects.toThrow(/partition|unique constraint/);
  });
});

describe('the personal schema', () => {
  it('stands behind forced row-level security, with policies that ask nothing of other tables', async () => {
    const open = await owner`
      select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'personal' and c.relkind in ('r', 'p') and not c.relispartition
        and not (c.relrowsecurity and c.relforcerowsecurity)`;
    expect(open.map(row => row.relname)).toEqual([]);
    const nested = await owner`
      select policyname from pg_policies where schemaname = 'personal'
        and (coalesce(qual, '') || coalesce(with_check, '')) ~* '\\mselect\\M'`;
    expect(nested).toHaveLength(0);
    const bare = await owner`
      select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'personal' and c.relkind in ('r', 'p') and not c.relispartition
        and not exists (select from pg_policies p where p.schemaname = 'personal' and p.tablename = c.relname)`;
    expect(bare.map(row => row.relname)).toEqual([]);
  });

  it('is seen through no view that passes its walls', async () => {
    const views = await owner`
      select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('v', 'm') and n.nspname in ('public', 'personal', 'identity')
        and not coalesce('security_invoker=true' = any(c.reloptions), false)`;
    expect(views.map(row => row.relname)).toEqual([]);
  });
});
