import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import { afterAll, inject } from 'vitest';
import { type Connection, connect } from '../../src/db/client.js';
import { expectNoSilentWrites } from './silent.js';

export interface TestDatabase {
  /** As the serving role: neither owner nor superuser, walls apply. */
  readonly serving: Connection;
  /** As the superuser, past every wall: for fixtures and for looking at what is really stored. */
  readonly owner: postgres.Sql;
  /** Of the serving role. */
  readonly url: string;
  readonly ownerUrl: string;
  /** Statements the serving connection sent since the last call. */
  readonly statements: () => readonly string[];
}

/** A database of its own for a test file, cloned from the migrated template or another one, and dropped after the file. */
export async function createTestDatabase({
  max = 4,
  template = inject('templateDatabase'),
  quiet = [] as readonly string[],
} = {}): Promise<TestDatabase> {
  const clusterUrl = inject('clusterUrl');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const admin = postgres(clusterUrl, { max: 1, onnotice() {} });
  await admin.unsafe(`create database ${name} template ${template} strategy file_copy`);
  const ownerUrl = withDatabase(clusterUrl, name);
  const servingUrl = new URL(ownerUrl);
  servingUrl.username = inject('servingRole');
  servingUrl.password = inject('servingPassword');
  let sent: string[] = [];
  const listen = expectNoSilentWrites(quiet);
  const serving = connect(servingUrl.href, {
    max,
    onStatement(text, connection) {
      sent.push(text);
      listen(text, connection);
    },
  });
  const owner = postgres(ownerUrl, { max: 2, onnotice() {} });
  afterAll(async () => {
    await serving.close();
    await owner.end();
    await admin.unsafe(`drop database ${name} with (force)`);
    await admin.end();
  });
  return {
    serving,
    owner,
    url: servingUrl.href,
    ownerUrl,
    statements() {
      const taken = sent;
      sent = [];
      return taken;
    },
  };
}

export function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}
