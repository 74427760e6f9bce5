import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { type App, createApp, type Overrides } from '../../src/app.js';
import { type Config, loadConfig } from '../../src/config.js';
import { createLog } from '../../src/log.js';
import type { TestDatabase } from './database.js';
import { expectNoSilentWrites } from './silent.js';

export interface TestApp extends App {
  /** What went to the log, as JSON lines. */
  readonly logged: () => string;
  readonly post: (body: unknown, headers?: Readonly<Record<string, string>>) => Promise<Posted>;
  /** Statements that requests have sent since the last call, but for the look for changes of rights, which comes by the clock. */
  readonly statements: () => readonly string[];
}

export interface Posted {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // The shape depends on the query; tests read it freely.
  readonly json: any;
}

/** What tests ask for in a minute no person does. */
const AMPLE = 999_999_999;

/** The whole application over HTTP on a database of the test's own; stopped after the file. */
export async function startTestApp(
  { url, ownerUrl }: TestDatabase,
  config: Partial<Config> = {},
  overrides: Overrides = {},
): Promise<TestApp> {
  const dataDir = mkdtempSync(join(tmpdir(), 'red-alliance-test-'));
  const lines: string[] = [];
  let sent: string[] = [];
  const listen = expectNoSilentWrites();
  const budgets = { account: AMPLE, anonymous: AMPLE, secrets: AMPLE };
  const app = await createApp(
    { ...loadConfig({}), port: 0, databaseUrl: url, databaseOwnerUrl: ownerUrl, dataDir, demoData: false, budgets, ...config },
    {
      log: createLog('info', { write: line => void lines.push(line) }),
      onStatement(text, connection) {
        // What a process asks for by itself is no part of what an operation costs.
        if (!text.includes('"rights_change" where')) sent.push(text);
        listen(text, connection);
      },
      ...overrides,
    },
  );
  afterAll(async () => {
    await app.stop();
    rmSync(dataDir, { recursive: true });
  });
  return {
    ...app,
    logged: () => lines.join(''),
    async post(body, headers = {}) {
      const answer = await fetch(`${app.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
      return read(answer);
    },
    statements() {
      const taken = sent;
      sent = [];
      return taken;
    },
  };
}

export async function read(answer: Response): Promise<Posted> {
  const text = await answer.text();
  const isJson = answer.headers.get('content-type')?.includes('json') ?? false;
  return { status: answer.status, headers: answer.headers, text, json: isJson ? JSON.parse(text) : null };
}
