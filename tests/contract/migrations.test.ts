import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { connect } from '../../src/db/client.js';
import { isMigrated, migrate, migrationCount, migrationsFolder } from '../../src/db/migrate.js';
import { createScratch } from '../support/scratch.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('migrations', () => {
  it('are complete: nothing is left to generate', () => {
    // Within the repository, because drizzle-kit takes paths relative to it.
    const copy = mkdtempSync(join(root, 'node_modules', '.drizzle-'));
    afterAll(() => rmSync(copy, { recursive: true }));
    cpSync(migrationsFolder, join(copy, 'out'), { recursive: true });
    const config = join(copy, 'drizzle.config.ts');
    writeFileSync(
      config,
      `import base from '../../drizzle.config.js';\nexport default { ...base, out: ${JSON.stringify(join(copy, 'out'))} };\n`,
    );
    const { stdout, stderr, status } = spawnSync(join(root, 'node_modules/.bin/drizzle-kit'), ['generate', '--config', config], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1' },
    });
    expect([status, stderr]).toEqual([0, expect.any(String)]);
    expect(readdirSync(join(copy, 'out')), stdout).toEqual(readdirSync(migrationsFolder));
  });

  it('bring an empty database up, by three processes at once, each once', async () => {
    const { url, owner } = await createScratch();
    const serving = connect(url, { max: 1 });
    expect(await isMigrated(serving.db)).toBe(false);
    await Promise.all([1, 2, 3].map(() => migrate(url, inject('servingRole'))));
    expect(await isMigrated(serving.db)).toBe(true);
    await serving.close();
    const applied = await owner`select name from drizzle.__drizzle_migrations order by name`;
    const folders = readdirSync(migrationsFolder, { withFileTypes: true }).filter(entry => entry.isDirectory());
    expect(applied.map(row => row.name)).toEqual(folders.map(({ name }) => name).sort());
    expect(applied).toHaveLength(migrationCount());
  });

  it('leave the serving role neither ownership nor more than it needs', async () => {
    const { url, owner } = await createScratch();
    await migrate(url, inject('servingRole'));
    const [role] =
      await owner`select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles where rolname = ${inject('servingRole')}`;
    expect(Object.values(role ?? {})).toEqual([false, false, false, false]);
    const owned = await owner`select count(*)::int as count from pg_class where relowner = ${inject('servingRole')}::regrole`;
    expect(owned[0]?.count).toBe(0);
    const mayWrite =
      await owner`select has_table_privilege(${inject('servingRole')}, 'drizzle.__drizzle_migrations', 'insert') as migrations,
      has_table_privilege(${inject('servingRole')}, 'public.event', 'update') as events, has_schema_privilege(${inject('servingRole')}, 'public', 'create') as tables`;
    expect(mayWrite[0]).toEqual({ migrations: false, events: false, tables: false });
  });
});
