import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { afterAll, expect, it } from 'vitest';
import { createApp } from '../../src/app.js';
import { loadConfig } from '../../src/config.js';
import { eventually } from '../../src/db/embedded/processes.js';

import { parseGlobalId } from '../../src/graphql/global-id.js';
import { verifyChain } from '../../src/modules/audit/verification.service.js';
import { type Caller, callerOf, type Reply, tokenOf } from '../support/caller.js';
import { branchOf, matchesOf, planFor, publish } from '../support/journey.js';
import { processesIn, type ServerProcess, startProcess } from '../support/process.js';

type Data = Reply['data'];
const BRANCHES = ['b1', 'b2', 'b3', 'b4'] as const;
const CONNECTIONS = 20;
const ENOUGH = 60;
/** In the description of every need that the race submits, and of no other. */
const MARK = '竞赛';

const parent = realpathSync(mkdtempSync(join(tmpdir(), 'red alliance kill ')));
chmodSync(parent, 0o755);
const dataDir = join(parent, 'data');
const servers: ServerProcess[] = [];
afterAll(async () => {
  for (const { child, ended } of servers) {
    child.kill('SIGKILL');
    await ended;
  }
  await eventually(() => !processesIn(dataDir).length, 20_000);
  rmSync(parent, { recursive: true, force: true });
});

let url = '';
async function start(): Promise<ServerProcess> {
  const server = await startProcess(dataDir);
  servers.push(server);
  url = server.url;
  return server;
}

const tokens = new Map<string, Promise<string>>();
/** Whoever signed in once keeps their token, also over a restart. */
async function as(login: string): Promise<Caller> {
  const token = tokens.get(login) ?? tokenOf(url, login);
  tokens.set(login, token);
  return callerOf(url, { authorization: `Bearer ${await token}` });
}

/** One write that is told apart by its key. */
interface Job {
  readonly login: string;
  readonly mutation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly object: string;
  readonly state: string;
  /** What the server said before it died; null when it did not get to it. */
  answer: Data | null;
}

const job = (login: string, mutation: string, object: string, state: string, input: Job['input']): Job => ({
  login,
  mutation,
  object,
  state,
  input: { ...input, idempotencyKey: randomUUID() },
  answer: null,
});

const send = async ({ login, mutation, object, state, input }: Job): Promise<Data> =>
  (await as(login)).change(mutation, input, `${object} { id ${state} }`);

const liaisonOf = ({ code }: { readonly code: string }) => `liaison.${code.toLowerCase()}`;

/** Every proposal of a branch accepted and, at the same time, its need claimed: only one of the two can be. */
async function proposals(branch: string): Promise<Job[]> {
  const secretary = await as(`secretary.${branch}`);
  const plan = await planFor(secretary, await branchOf(secretary));
  await publish(plan, secretary);
  return (await matchesOf(secretary, plan.id)).flatMap(({ id, need, session, organization, quantity }) => [
    job(liaisonOf(organization), 'matchAccept', 'referral', 'state', { matchId: id }),
    job(liaisonOf(organization), 'needClaim', 'referral', 'state', { needId: need.id, sessionId: session.id, quantity }),
  ]);
}

/** Far more claims of one session than it has places. */
async function oversubscribed(): Promise<{ readonly sessionId: string; readonly places: number; readonly jobs: Job[] }> {
  const [secretary, officer] = await Promise.all([as('secretary.b1'), as('officer.east')]);
  const branchId = await branchOf(secretary);
  const from = new Date(Date.now() + 2 * 86_400_000).toISOString();
  const { branch } = await secretary.read(
    `query($id: ID!, $from: DateTime!) { branch(id: $id) {
      sessions(first: 100, filter: { from: $from, categories: ["LEGAL_ADVICE"], withFreePlaces: true }) {
        edges { node { id time { startsAt } quantity { remaining } offer { organization { code } } } } } } }`,
    { id: branchId, from },
  );
  const session = branch.sessions.edges.map(({ node }: Data) => node).find(({ time }: Data) => time !== null);
  const needs: Data[] = await Promise.all(
    Array.from({ length: session.quantity.remaining + 15 }, (_, i) =>
      officer.changed(
        'needSubmit',
        { group: `第${i}批租户`, branchId, categoryCode: 'LEGAL_ADVICE', idempotencyKey: randomUUID() },
        'need { id }',
      ),
    ),
  );
  const login = liaisonOf(session.offer.organization);
  const jobs = needs.map(({ need }) =>
    job(login, 'needClaim', 'referral', 'state', { needId: need.id, sessionId: session.id, quantity: 1 }),
  );
  return { sessionId: session.id, places: session.quantity.remaining, jobs };
}

async function submissions(count: number): Promise<Job[]> {
  const branchId = await branchOf(await as('secretary.b1'));
  return Array.from({ length: count }, (_, i) =>
    job('officer.east', 'needSubmit', 'need', 'state', {
      group: `第${i}组`,
      branchId,
      categoryCode: 'VENUE',
      description: `${MARK}第${i}号`,
    }),
  );
}

const shuffled = <T>(list: readonly T[]): T[] =>
  list
    .map(item => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);

/** Sends everything from many connections, plans among it, and kills in the middle of it. */
async function raceAndKill(jobs: readonly Job[], kill: () => void): Promise<readonly Job[]> {
  const queue = [...jobs];
  const plans: Job[] = [];
  let answered = 0;
  let planning = 0;
  let dead = false;
  const run = async (one: Job): Promise<void> => {
    try {
      one.answer = await send(one);
      answered++;
    } catch (error) {
      if (!dead) throw error;
    }
  };
  const writer = async (): Promise<void> => {
    for (let next = queue.shift(); next && !dead; next = queue.shift()) await run(next);
  };
  const planner = async (branch: string): Promise<void> => {
    const login = `secretary.${branch}`;
    const branchId = await branchOf(await as(login));
    while (!dead) {
      const plan = job(login, 'branchMatchPlanCreate', 'matchPlan', 'status', { branchId, dryRun: true });
      plans.push(plan);
      planning++;
      await run(plan);
      planning--;
    }
  };
  const all = Promise.all([...Array.from({ length: CONNECTIONS }, writer), ...BRANCHES.map(planner)]);
  while (answered < ENOUGH || planning === 0) await sleep(2);
  expect(queue.length).toBeGreaterThan(0);
  dead = true;
  kill();
  await all;
  return [...jobs, ...plans];
}

const postmaster = (): number => Number(readFileSync(join(dataDir, 'cluster/postmaster.pid'), 'utf8').split('\n')[0]);

/** What was acknowledged is there as it was, and nothing else stands half done. Then everything is sent once more. */
async function expectKept(jobs: readonly Job[]): Promise<void> {
  for (const branch of BRANCHES) {
    const { running, queued } = await (await as(`secretary.${branch}`)).read(
      '{ running: matchPlans(status: RUNNING) { totalCount } queued: matchPlans(status: QUEUED) { totalCount } }',
    );
    expect([branch, running.totalCount, queued.totalCount]).toEqual([branch, 0, 0]);
  }
  expect(jobs.filter(({ answer }) => answer === null).length).toBeGreaterThan(0);
  for (const one of jobs) {
    const retried = await send(one);
    const first = one.answer?.[one.object];
    if (first) {
      // It ended well where it was quicker than the kill.
      const cutShort = one.mutation === 'branchMatchPlanCreate' && ['QUEUED', 'RUNNING'].includes(first[one.state]);
      expect([one.mutation, retried]).toEqual([
        one.mutation,
        { [one.object]: cutShort ? { id: first.id, status: expect.stringMatching(/^(FAILED|READY)$/) } : first, userErrors: [] },
      ]);
    }
    one.answer = retried;
  }
}

it('keeps every acknowledged write when it is killed in the middle of a race', { timeout: 480_000 }, async () => {
  let server = await start();
  const accepts = (await Promise.all(BRANCHES.map(proposals))).flat();
  const { sessionId, places, jobs: claims } = await oversubscribed();
  const submits = await submissions(120);
  const logins = new Set([...accepts, ...claims].map(({ login }) => login)).values();
  const signingIn = async (): Promise<void> => {
    for (const login of logins) await as(login);
  };
  // A few at a time: hashes are heavy, and a server that is asked for all of them at once sheds the rest.
  await Promise.all(Array.from({ length: 4 }, signingIn));
  const mixed = shuffled([...claims, ...accepts, ...submits]);
  const half = Math.ceil(mixed.length / 2);
  const all: Job[] = [];
  const process = () => server.child.kill('SIGKILL');
  const machine = () => {
    globalThis.process.kill(postmaster(), 'SIGKILL');
    process();
  };
  for (const [jobs, kill] of [
    [mixed.slice(0, half), process],
    [mixed.slice(half), machine],
  ] as const) {
    const sent = await raceAndKill(jobs, kill);
    expect(await server.ended).toBe('SIGKILL');
    server = await start();
    await expectKept(sent);
    all.push(...sent);
  }

  const officer = await as('officer.east');
  const { needs, session } = await officer.read(
    `query($session: ID!, $text: String!) { needs(filter: { text: $text }) { totalCount } session(id: $session) { quantity { remaining } } }`,
    { session: sessionId, text: MARK },
  );
  expect(needs.totalCount).toBe(submits.length);
  expect(session.quantity.remaining).toBe(0);
  expect(claims.filter(({ answer }) => answer?.referral).length).toBeLessThanOrEqual(places);

  server.child.kill('SIGTERM');
  expect(await server.ended).toBe(0);
  await expect.poll(() => processesIn(dataDir), { timeout: 20_000 }).toEqual([]);
  await expectSound(all.flatMap(({ object, answer }) => answer?.[object]?.id ?? []));
});

/** What the database holds agrees with itself, and the log tells of all that was acknowledged. */
async function expectSound(ids: readonly string[]): Promise<void> {
  const app = await createApp({ ...loadConfig({}), port: 0, dataDir, demoData: false, logLevel: 'silent' });
  try {
    const { slowDb } = app.house;
    const [community] = await slowDb.execute<{ id: string }>(sql`select id from community`);
    const system = { kind: 'SYSTEM', purpose: 'sealing', behalfOf: null } as const;
    expect(await verifyChain(app.house.scopeOf(community?.id ?? '', system), { full: true })).toMatchObject({ broken: null });
    const raw = [...new Set(ids)].map(id => parseGlobalId(id)?.id);
    const [logged] = await slowDb.execute(
      sql`select count(distinct subject_id)::int as count from event where subject_id = any(${sql.param(raw)}::uuid[])`,
    );
    expect(logged).toEqual({ count: raw.length });
    const wrong = await slowDb.execute(sql`
      with held as (select r.community_id, r.session_id, r.need_id, r.state,
          case when r.state = 'COMPLETED' then coalesce(s.quantity, 0) when r.state in ('ACCEPTED', 'IN_PROGRESS', 'ON_HOLD') then r.quantity else 0 end as quantity
        from referral r left join service_record s on s.community_id = r.community_id and s.referral_id = r.id)
      select s.id, 'places' as what from session s
        where s.reserved > s.capacity or s.reserved <> (select coalesce(sum(h.quantity), 0) from held h where h.community_id = s.community_id and h.session_id = s.id)
      union all select n.id, 'quantity' from need n
        where n.committed + n.fulfilled > n.quantity
          or n.committed <> (select coalesce(sum(h.quantity), 0) from held h where h.community_id = n.community_id and h.need_id = n.id and h.state <> 'COMPLETED')
      union all select m.id, 'match' from match m
        where (m.state = 'ACCEPTED') <> exists (select from referral r where r.community_id = m.community_id and r.match_id = m.id)
      union all select p.id, 'plan' from match_plan p where p.state in ('QUEUED', 'RUNNING')`);
    expect([...wrong]).toEqual([]);
  } finally {
    await app.stop();
  }
}
