import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import postgres from 'postgres';
import { afterAll, inject } from 'vitest';
import { migrationsFolder } from '../../src/db/migrate.js';

/** An empty database of the test's own, dropped after the file. */
export async function createScratch(): Promise<{ readonly url: string; readonly owner: postgres.Sql }> {
  const clusterUrl = inject('clusterUrl');
  const name = `scratch_${randomBytes(6).toString('hex')}`;
  const admin = postgres(clusterUrl, { max: 1, onnotice() {} });
  await admin.unsafe(`create database ${name} template template0`);
  const url = new URL(clusterUrl);
  url.pathname = `/${name}`;
  const owner = postgres(url.href, { max: 1, onnotice() {} });
  afterAll(async () => {
    await owner.end();
    await admin.unsafe(`drop database ${name} with (force)`);
    await admin.end();
  });
  return { url: url.href, owner };
}

/** The statements of every migration, in order. */
export const migrationStatements = (): readonly string[] =>
  readdirSync(migrationsFolder, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
    .flatMap(name => readFileSync(`${migrationsFolder}/${name}/migration.sql`, 'utf8').split('--> statement-breakpoint'))
    .map(statement => statement.trim())
    .filter(Boolean);
