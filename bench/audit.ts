import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type App, createApp } from '../src/app.js';
import { loadConfig } from '../src/config.js';
import { type Connection, connect } from '../src/db/client.js';
import { nextNumber } from '../src/db/registers.js';
import { newId } from '../src/kernel/ids.js';
import { ok } from '../src/kernel/result.js';
import { verifyChain } from '../src/modules/audit/verification.service.js';
import { median, quantile, round, spread, table } from './support/figures.js';

/**
 * What the audit chain costs those who write, how soon events are sealed while they do, and how a long backlog is worked off. Prints
 * Markdown. `npx tsx bench/audit.ts [rounds]`
 */
const ROUNDS = Number(process.argv[2] ?? 3);
const WRITERS = 16;
const RUN_MS = 4000;
const BACKLOG = 100_000;
const MB = 2 ** 20;

/** Changes a row of its own in a transaction, again and again; tells how long each took. */
async function write(app: App, communityId: string, withLog: boolean): Promise<readonly number[]> {
  const times: number[] = [];
  const until = performance.now() + RUN_MS;
  const writer = async (name: string): Promise<void> => {
    const scope = app.house.scopeOf(communityId, { kind: 'SYSTEM', purpose: 'seed', behalfOf: null });
    while (performance.now() < until) {
      const begun = performance.now();
      await scope.transaction(async tx => {
        await nextNumber(tx.db, communityId, name);
        if (withLog)
          await tx.append({ kind: 'NEED_CHANGED', subject: { type: 'Need', id: newId() }, data: { fields: ['quantity'] } });
        return ok(null);
      });
      times.push(performance.now() - begun);
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, (_, i) => writer(`bench-${i}`)));
  return times;
}

/** How long after it happened each event is seen at its place by a reader in a process of its own, in milliseconds. */
function follow(url: string, communityId: string): () => Promise<readonly number[]> {
  const reader = fileURLToPath(new URL('audit-reader.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), reader, url, communityId], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return async () => {
    await sleep(1500);
    child.kill('SIGTERM');
    return JSON.parse(await text(child.stdout)) as readonly number[];
  };
}

/** Works off a backlog that is put in by hand; tells how long it took and what memory the process had at most. */
async function workOff(
  { client }: Connection,
  communityId: string,
): Promise<{ readonly seconds: number; readonly memory: number }> {
  await client`with appended as (
      insert into event (community_id, id, at, kind, subject_type, subject_id, actor_role)
      select ${communityId}, gen_random_uuid(), now(), 'NEED_CHANGED', 'Need', gen_random_uuid(), 'ACCOUNT' from generate_series(1, ${BACKLOG})
      returning community_id, id)
    insert into event_unsealed select community_id, id from appended`;
  const begun = performance.now();
  let memory = 0;
  for (let left = true; left; ) {
    memory = Math.max(memory, process.memoryUsage().rss);
    await sleep(50);
    left = (await client`select 1 from event_unsealed where community_id = ${communityId} limit 1`).length > 0;
  }
  return { seconds: (performance.now() - begun) / 1000, memory };
}

const dataDir = mkdtempSync(join(tmpdir(), 'red-alliance-bench-'));
const app = await createApp({ ...loadConfig({}), port: 0, dataDir, demoData: false, poolSize: WRITERS });
const owner = connect(app.house.ownerUrl, { max: 2, statementTimeoutMs: 0 });
try {
  const communityId = newId();
  await owner.client`insert into community (id, code, name, subdistrict_name, district_code, subdistrict_code, created_at)
    values (${communityId}, 'bench', 'bench', 'bench', '330105', '330105002', now())`;
  const runs: { readonly withLog: boolean; readonly perSecond: number; readonly p50: number; readonly p99: number }[] = [];
  const lags: number[] = [];
  for (let round = -1; round < ROUNDS; round++) {
    for (const withLog of [false, true]) {
      const stop = withLog ? follow(app.house.ownerUrl, communityId) : null;
      // Until the reader reads.
      if (stop) await sleep(1500);
      const times = await write(app, communityId, withLog);
      const seen = stop ? await stop() : [];
      // The first round warms up.
      if (round < 0) continue;
      runs.push({ withLog, perSecond: (times.length * 1000) / RUN_MS, p50: quantile(times, 0.5), p99: quantile(times, 0.99) });
      lags.push(...seen);
    }
  }
  const of = (log: boolean) => runs.filter(({ withLog }) => withLog === log);
  const row = (name: string, log: boolean) => [
    name,
    round(median(of(log).map(run => run.perSecond))),
    spread(of(log).map(run => run.perSecond)),
    round(median(of(log).map(run => run.p50))),
    round(median(of(log).map(run => run.p99))),
  ];
  const ratios = of(true).map(({ perSecond }, i) => perSecond / (of(false)[i]?.perSecond ?? Number.NaN));
  console.log(
    `${WRITERS} writers in one community, each in transactions of its own (one upsert of its own row), ${RUN_MS / 1000} s a run, medians of ${ROUNDS} runs taken in turns; the sealer runs all the time.\n`,
  );
  console.log(
    table(
      ['transactions', 'per second', 'least – most', 'p50 ms', 'p99 ms'],
      [row('without the log', false), row('with an event each', true)],
    ),
  );
  const share = (value: number) => value.toFixed(2);
  console.log(`\nWith the log, ${share(median(ratios))} of the transactions per second without it (${spread(ratios, share)}).`);
  console.log(
    `\nFrom the event to its place in the chain, as a reader in another process sees it: p50 ${round(quantile(lags, 0.5))} ms, p99 ${round(quantile(lags, 0.99))} ms, at most ${round(Math.max(...lags))} ms (${lags.length} events).`,
  );
  const before = process.memoryUsage().rss;
  const { seconds, memory } = await workOff(owner, communityId);
  console.log(
    `\nA backlog of ${BACKLOG} unsealed events: worked off in ${round(seconds)} s, ${round(BACKLOG / seconds)} a second; the process had ${round(before / MB)} MB before and ${round(memory / MB)} MB at most.`,
  );
  const begun = performance.now();
  const report = await verifyChain(app.house.scopeOf(communityId, { kind: 'SYSTEM', purpose: 'sealing', behalfOf: null }), {
    full: true,
  });
  if (report.broken) throw new Error(`the chain broke: ${JSON.stringify(report.broken)}`);
  const took = (performance.now() - begun) / 1000;
  console.log(
    `\nA full verification of ${report.head.position} events: ${round(took)} s, ${round(report.head.position / took)} a second.`,
  );
} finally {
  await owner.close();
  await app.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
