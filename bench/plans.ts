import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { median, quantile, round, spread, table } from './support/figures.js';
import { operationText } from './support/operations.js';
import { ask, signIn, startServer } from './support/server.js';

/**
 * Times plans and suggestions over the API of the real server, one caller at a time, and prints Markdown.
 * `npx tsx bench/plans.ts [--rounds 7] [--requests 60] [--scale 1]`; the estate is made for the occasion, so many times as large as
 * the demo estate.
 */
const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    requests: { type: 'string', default: '60' },
    scale: { type: 'string', default: '1' },
  },
});
const rounds = Number(options.rounds);
const requests = Number(options.requests);
const SEED = fileURLToPath(new URL('../src/seeds/cli.ts', import.meta.url));
const POLL_MS = 10;
const PULSE_MS = 5;

interface Plan {
  readonly id: string;
  readonly status: string;
  readonly totals: { readonly needs: number; readonly sessions: number; readonly pairs: number } | null;
}
type Nodes<Name extends string, Node> = { readonly [K in Name]: { readonly edges: readonly { readonly node: Node }[] } };
interface Timed {
  readonly milliseconds: number;
  /** How long a caller of something else had to wait meanwhile, each time. */
  readonly pulses: readonly number[];
  readonly plan: Plan;
}

const CREATE = operationText('plan-create.graphql');
const POLL = operationText('plan.graphql');

/** From the mutation until the plan is ready. */
async function plan(url: string, token: string, branchId: string | null): Promise<Timed> {
  const pulses: number[] = [];
  let ready = false;
  const pulse = (async () => {
    while (!ready) {
      const begun = performance.now();
      await (await fetch(`${url}/healthz`)).arrayBuffer();
      pulses.push(performance.now() - begun);
      await sleep(PULSE_MS);
    }
  })();
  try {
    const begun = performance.now();
    const input = { branchId, dryRun: true, idempotencyKey: randomUUID() };
    const { branchMatchPlanCreate: made } = await ask<{
      branchMatchPlanCreate: { matchPlan: Plan | null; userErrors: readonly unknown[] };
    }>(url, token, CREATE, { input });
    let current = made.matchPlan;
    if (!current) throw new Error(JSON.stringify(made.userErrors));
    while (current.status === 'QUEUED' || current.status === 'RUNNING') {
      await sleep(POLL_MS);
      const { matchPlan }: { matchPlan: Plan } = await ask(url, token, POLL, { id: current.id });
      current = matchPlan;
    }
    if (current.status !== 'READY') throw new Error(`a plan ended as ${current.status}`);
    return { milliseconds: performance.now() - begun, pulses, plan: current };
  } finally {
    ready = true;
    await pulse;
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

const directory = mkdtempSync(join(tmpdir(), 'red-alliance-bench-'));
const data = join(directory, 'data');
const seeding = spawnSync(process.execPath, ['--import', 'tsx', SEED, '--scale', options.scale], {
  env: { ...process.env, DATA_DIR: data },
  encoding: 'utf8',
});
if (seeding.status !== 0) throw new Error(seeding.stderr);
const server = await startServer(data);
try {
  const { url } = server;
  const [secretary, admin] = await Promise.all([signIn(url, 'secretary.b1'), signIn(url, 'admin')]);
  const { branches } = await ask<{ branches: readonly { id: string; code: string }[] }>(url, admin, '{ branches { id code } }');
  const branch = branches.find(({ code }) => code === 'B1') ?? branches[0];
  if (!branch) throw new Error('the estate has no branch');
  const { needs } = await ask<Nodes<'needs', { id: string }>>(
    url,
    secretary,
    '{ needs(first: 20, filter: { states: [OPEN] }) { edges { node { id } } } }',
  );
  const { offers } = await ask<Nodes<'offers', { organization: { id: string } }>>(
    url,
    secretary,
    '{ offers(first: 20) { edges { node { organization { id } } } } }',
  );

  const plans = [
    { name: 'one branch', runs: [] as Timed[], make: () => plan(url, secretary, branch.id) },
    { name: 'the community', runs: [] as Timed[], make: () => plan(url, admin, null) },
  ];
  for (const { make } of plans) await make();
  for (let turn = 0; turn < rounds; turn++) for (const { make, runs } of plans) runs.push(await make());

  const text = {
    need: operationText('suggestions.graphql'),
    page: operationText('suggestions-page.graphql'),
    organization: operationText('suggested-needs.graphql'),
  };
  const pick = <T>(list: readonly T[], turn: number): T => list[turn % list.length]!;
  const questions = [
    {
      name: 'need.suggestions',
      times: [] as number[],
      ask: (turn: number) => ask(url, secretary, text.need, { id: pick(needs.edges, turn).node.id }),
    },
    { name: 'need.suggestions of 20 needs', times: [] as number[], ask: () => ask(url, secretary, text.page) },
    {
      name: 'organization.suggestedNeeds',
      times: [] as number[],
      ask: (turn: number) => ask(url, secretary, text.organization, { id: pick(offers.edges, turn).node.organization.id }),
    },
  ];
  for (let turn = -10; turn < requests; turn++) {
    for (const { ask: send, times } of questions) {
      const took = await timed(() => send(turn + 10));
      if (turn >= 0) times.push(took);
    }
  }

  console.log(
    `From the mutation until the plan is READY, medians of ${rounds}; the last columns: an answer of /healthz meanwhile.\n`,
  );
  console.log(
    table(
      ['plan for', 'needs', 'sessions', 'pairs', 'ms', 'least – most', 'p50 ms', 'p99 ms'],
      plans.map(({ name, runs }) => {
        const times = runs.map(({ milliseconds }) => milliseconds);
        const pulses = runs.flatMap(run => run.pulses);
        const totals = runs[0]?.plan.totals;
        const size = [totals?.needs ?? 0, totals?.sessions ?? 0, totals?.pairs ?? 0];
        return [name, ...size, round(median(times)), spread(times), round(median(pulses)), round(quantile(pulses, 0.99))];
      }),
    ),
  );
  console.log(`\nOne request at a time, ${requests} of each in turns:\n`);
  console.log(
    table(
      ['suggestions', 'p50 ms', 'p99 ms', 'least – most'],
      questions.map(({ name, times }) => [name, round(median(times)), round(quantile(times, 0.99)), spread(times)]),
    ),
  );
} finally {
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
}
