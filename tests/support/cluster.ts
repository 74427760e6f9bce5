import postgres from 'postgres';
import type { TestProject } from 'vitest/node';
import { startEmbedded } from '../../src/db/embedded.js';
import { migrate } from '../../src/db/migrate.js';

const TEMPLATE = 'template_red_alliance';
const SERVING_ROLE = 'red_alliance_app';
const SERVING_PASSWORD = 'serving';

declare module 'vitest' {
  interface ProvidedContext {
    /** Superuser URL of the maintenance database. */
    readonly clusterUrl: string;
    /** Migrated database to clone. */
    readonly templateDatabase: string;
    readonly servingRole: string;
    readonly servingPassword: string;
  }
}

/** One real PostgreSQL for a run of the tests, in a directory of its own, so that several runs do not meet. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cluster = await startEmbedded({ ephemeral: true });
  const admin = postgres(cluster.ownerUrl, { max: 1, onnotice() {} });
  await admin.unsafe(`create role ${SERVING_ROLE} login password '${SERVING_PASSWORD}'`);
  await admin.unsafe(`create database ${TEMPLATE}`);
  await admin.end();
  await migrate(cluster.url(TEMPLATE), SERVING_ROLE);
  project.provide('clusterUrl', cluster.ownerUrl);
  project.provide('templateDatabase', TEMPLATE);
  project.provide('servingRole', SERVING_ROLE);
  project.provide('servingPassword', SERVING_PASSWORD);
  return () => cluster.stop();
}
