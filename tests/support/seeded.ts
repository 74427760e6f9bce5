import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { inject } from 'vitest';
import { createApp, type Overrides } from '../../src/app.js';
import { type Config, loadConfig } from '../../src/config.js';
import type { Clock } from '../../src/kernel/clock.js';
import { seedDemo } from '../../src/seeds/index.js';
import { startTestApp, type TestApp } from './app.js';
import { createTestDatabase, type TestDatabase, withDatabase } from './database.js';

const TEMPLATE = 'template_demo_estate';
const LOCK = 7_230_101;
/** A Wednesday, ten in the morning in Shanghai: the seed gives the same estate in every run. */
const BEGIN = Date.parse('2026-03-11T10:00:00+08:00');
const keys = { dataKeys: new Map([[1, Buffer.alloc(32, 'test key')]]), indexKeys: new Map([[1, Buffer.alloc(32, 'index key')]]) };

/** Goes on from the moment for which the estate was made. */
function clockFrom(begin: number): Clock {
  const started = performance.now();
  return () => new Date(begin + Math.floor(performance.now() - started));
}

/** The demonstration estate, made by the first test file that asks and copied for the others. */
async function ensureTemplate(): Promise<void> {
  const clusterUrl = inject('clusterUrl');
  const admin = postgres(clusterUrl, { max: 1, onnotice() {} });
  try {
    await admin`select pg_advisory_lock(${LOCK})`;
    const [known] = await admin`select from pg_database where datname = ${TEMPLATE}`;
    if (known) return;
    const draft = `${TEMPLATE}_draft`;
    await admin.unsafe(`drop database if exists ${draft} with (force)`);
    await admin.unsafe(`create database ${draft} template ${inject('templateDatabase')} strategy file_copy`);
    const serving = new URL(withDatabase(clusterUrl, draft));
    serving.username = inject('servingRole');
    serving.password = inject('servingPassword');
    const dataDir = mkdtempSync(join(tmpdir(), 'red-alliance-estate-'));
    const config = { ...loadConfig({ DATA_DIR: dataDir, PORT: '0' }), databaseUrl: serving.href };
    const app = await createApp(
      { ...config, databaseOwnerUrl: withDatabase(clusterUrl, draft), ...keys },
      { clock: () => new Date(BEGIN), seed: seedDemo },
    );
    await app.stop();
    rmSync(dataDir, { recursive: true });
    await admin.unsafe(`alter database ${draft} rename to ${TEMPLATE}`);
  } finally {
    await admin.end();
  }
}

/** The whole application over HTTP on a copy of the demonstration estate, a minute after it was made. */
export async function startSeededApp(
  config: Partial<Config> = {},
  overrides: Overrides = {},
): Promise<{ readonly app: TestApp; readonly database: TestDatabase }> {
  await ensureTemplate();
  const database = await createTestDatabase({ template: TEMPLATE });
  const app = await startTestApp(database, { ...keys, ...config }, { clock: clockFrom(BEGIN + 60_000), ...overrides });
  return { app, database };
}
