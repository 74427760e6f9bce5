import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import { createApp } from '../src/app.js';
import { loadConfig } from '../src/config.js';
import { median, quantile, round, spread, table } from './support/figures.js';
import { operationText } from './support/operations.js';
import { ask, currentMain, type Server, signIn, startServer } from './support/server.js';

/**
 * Loads the real server, in a process of its own, with the operations of `operations/` as a branch secretary sends them, and
 * prints Markdown. `npx tsx bench/serving.ts [--seconds 4] [--rounds 3] [--connections 1,16,64] [--main dist/main.js]
 * [--against other/dist/main.js]`; with `--against` both builds are measured in turns and compared.
 */
const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '1,16,64' },
    main: { type: 'string', default: currentMain() },
    against: { type: 'string' },
  },
});
const seconds = Number(options.seconds);
const rounds = Number(options.rounds);
const connections = options.connections.split(',').map(Number);
const SECRETARY = 'secretary.b1';
const WARM_UP_SECONDS = 2;
const SETTLE_MS = 2000;

interface Operation {
  readonly name: string;
  readonly query: string;
  readonly variables: readonly object[];
}
interface Target {
  readonly server: Server;
  readonly token: string;
  readonly operations: readonly Operation[];
}
interface Run {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly failed: number;
}

/** The operations, with the ids of needs that have a referral. */
async function operationsFor(url: string, token: string): Promise<readonly Operation[]> {
  const { referrals } = await ask<{ referrals: { edges: readonly { node: { need: { id: string } | null } }[] } }>(
    url,
    token,
    '{ referrals(first: 20) { edges { node { need { id } } } } }',
  );
  const needs = referrals.edges.flatMap(({ node }) => (node.need ? [{ id: node.need.id }] : []));
  if (!needs.length) throw new Error('the estate has no referrals');
  const operation = (name: string, file: string, variables: readonly object[] = [{}]): Operation => ({
    name,
    query: operationText(file),
    variables,
  });
  return [
    operation('Q0 the door alone', 'q0-door.graphql'),
    operation('Q1 one need', 'q1-need.graphql', needs),
    operation('Q2 20 needs', 'q2-needs.graphql'),
    operation('Q3 100 offers', 'q3-offers.graphql'),
  ];
}

async function load({ server, token }: Target, { query, variables }: Operation, at: number, duration: number): Promise<Run> {
  const times: number[] = [];
  const {
    errors,
    non2xx,
    mismatches,
    duration: took,
  } = await new Promise<autocannon.Result>((resolve, reject) => {
    const run = autocannon(
      {
        url: `${server.url}/graphql`,
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        requests: variables.map(each => ({ body: JSON.stringify({ query, variables: each }) })),
        connections: at,
        duration,
        verifyBody: body => !String(body).includes('"errors":['),
      },
      (error: Error | null, result) => (error ? reject(error) : resolve(result)),
    );
    run.on('response', (_client, _status, _bytes, milliseconds) => times.push(milliseconds));
  });
  return {
    perSecond: times.length / took,
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    failed: errors + non2xx + mismatches,
  };
}

/** Resident memory of a process in MB. */
const memoryOf = ({ pid }: Server): string =>
  round(Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024);

async function measure(targets: readonly Target[]): Promise<ReadonlyMap<string, readonly Run[]>> {
  const runs = new Map<string, Run[]>();
  const [{ operations }] = targets as [Target];
  for (const target of targets) for (const operation of target.operations) await load(target, operation, 16, WARM_UP_SECONDS);
  for (let turn = 0; turn < rounds; turn++) {
    for (const at of connections) {
      for (const i of operations.keys()) {
        for (const [which, target] of targets.entries()) {
          const operation = target.operations[i]!;
          const run = await load(target, operation, at, seconds);
          const key = `${which} ${i} ${at}`;
          runs.set(key, [...(runs.get(key) ?? []), run]);
          process.stderr.write(`${turn + 1}/${rounds} ${operation.name} × ${at}: ${round(run.perSecond)}/s\n`);
        }
      }
    }
  }
  return runs;
}

/** What one request of each sends to the database and back to the caller, once the process is warm. */
async function count(dataDir: string): Promise<{ readonly postgres: string; readonly rows: readonly (readonly string[])[] }> {
  let sent: string[] = [];
  const config = { ...loadConfig({}), dataDir, port: 0 };
  const app = await createApp(config, { onStatement: text => sent.push(text) });
  try {
    const token = await signIn(app.url, SECRETARY);
    const rows: string[][] = [];
    for (const { name, query, variables } of await operationsFor(app.url, token)) {
      await ask(app.url, token, query, variables[0]);
      sent = [];
      const data = await ask<object>(app.url, token, query, variables[0]);
      const control = sent.filter(text => /^(begin|commit|set local)/i.test(text)).length;
      const kilobytes = Buffer.byteLength(JSON.stringify(data)) / 1024;
      rows.push([name, String(sent.length - control), String(control), round(kilobytes)]);
    }
    const [version] = await app.house.db.execute<{ server_version: string }>('show server_version');
    return { postgres: version?.server_version ?? 'unknown', rows };
  } finally {
    await app.stop();
  }
}

const directory = mkdtempSync(join(tmpdir(), 'red-alliance-bench-'));
const mains = [options.main, ...(options.against ? [options.against] : [])];
const targets: Target[] = [];
try {
  for (const [i, main] of mains.entries()) {
    const server = await startServer(join(directory, `data${i}`), main);
    const token = await signIn(server.url, SECRETARY);
    targets.push({ server, token, operations: await operationsFor(server.url, token) });
  }
  const [{ server, operations }] = targets as [Target];
  const startedIn = server.startedIn;
  const before = memoryOf(server);
  const runs = await measure(targets);
  const after = memoryOf(server);
  // What the last run had under way is answered first: nobody waits for it, but the log would tell of it.
  await sleep(SETTLE_MS);
  for (const { server } of targets.splice(0)) await server.stop();

  const head = ['operation', 'connections', 'requests/s', 'least – most', 'p50 ms', 'p99 ms', 'errors'];
  const rows = operations.flatMap(({ name }, i) =>
    connections.map(at => {
      const own = runs.get(`0 ${i} ${at}`) ?? [];
      const speeds = own.map(run => run.perSecond);
      const ratios = (runs.get(`1 ${i} ${at}`) ?? []).map((other, turn) => (speeds[turn] ?? 0) / other.perSecond);
      return [
        name,
        at,
        round(median(speeds)),
        spread(speeds),
        round(median(own.map(run => run.p50))),
        round(median(own.map(run => run.p99))),
        own.reduce((total, run) => total + run.failed, 0),
        ...(ratios.length ? [median(ratios).toFixed(2), spread(ratios, value => value.toFixed(2))] : []),
      ];
    }),
  );
  const { postgres, rows: counts } = await count(join(directory, 'data0'));
  console.log(`${seconds} s a run, medians of ${rounds} runs taken in turns, PostgreSQL ${postgres}.\n`);
  console.log(table(options.against ? [...head, 'ratio to the other', 'least – most'] : head, rows));
  console.log('\nOne request, once the process is warm:\n');
  console.log(table(['operation', 'SQL statements', 'BEGIN, SET, COMMIT', 'kB of data'], counts));
  console.log(
    `\nFirst start with seeding: ${round(startedIn / 1000)} s. Resident memory of the process: ${before} MB before, ${after} MB after.`,
  );
} finally {
  for (const { server } of targets) await server.stop();
  rmSync(directory, { recursive: true, force: true });
}
