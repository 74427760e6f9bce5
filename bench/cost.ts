import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { getIntrospectionQuery } from 'graphql';
import { addDays, atLocal, localDate } from '../src/kernel/clock.js';
import { DEMO_PASSWORD } from '../src/seeds/index.js';
import { correlation, median, round, spread, table } from './support/figures.js';
import { knownText, operationText } from './support/operations.js';
import { ask, signIn, startServer } from './support/server.js';

/**
 * Holds the price of operations against the time that they take, one caller at a time, and prints Markdown.
 * `npx tsx bench/cost.ts [--rounds 15]`
 */
const { values: options } = parseArgs({ options: { rounds: { type: 'string', default: '15' } } });
const rounds = Number(options.rounds);

interface Asked {
  readonly name: string;
  readonly token: string | null;
  readonly query: string;
  /** New for each asking: a mutation is done once for each key. */
  readonly variables: () => object;
}

interface Measured {
  readonly points: number;
  readonly milliseconds: readonly number[];
}

async function priced(url: string, { token, query, variables, name }: Asked): Promise<{ points: number; milliseconds: number }> {
  const body = JSON.stringify({ query, variables: variables() });
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const begun = performance.now();
  const answer = await fetch(`${url}/graphql`, { method: 'POST', headers, body });
  const { errors, extensions } = (await answer.json()) as {
    readonly errors?: unknown;
    readonly extensions?: { readonly cost: { readonly requested: number } };
  };
  const milliseconds = performance.now() - begun;
  if (errors || !extensions) throw new Error(`${name}: ${JSON.stringify(errors)}`);
  return { points: extensions.cost.requested, milliseconds };
}

/** What is asked, by whom, with ids of the estate. */
async function everything(url: string): Promise<readonly Asked[]> {
  const [secretary, subdistrict] = [await signIn(url, 'secretary.b1'), await signIn(url, 'subdistrict')];
  const found = await ask<{
    readonly branches: readonly { readonly id: string; readonly code: string }[];
    readonly needs: { readonly edges: readonly { readonly node: { readonly id: string } }[] };
    readonly sessions: { readonly edges: readonly { readonly node: { readonly id: string } }[] };
    readonly residents: { readonly edges: readonly { readonly node: { readonly id: string } }[] };
  }>(
    url,
    secretary,
    `{ branches { id code } needs(first: 100, filter: { states: [OPEN] }) { edges { node { id } } }
      sessions(first: 1) { edges { node { id } } } residents(first: 1) { edges { node { id } } } }`,
  );
  const branchId = found.branches.find(({ code }) => code === 'B1')?.id;
  const needIds = found.needs.edges.map(({ node }) => node.id);
  const [needId, sessionId] = [needIds[0], found.sessions.edges[0]?.node.id];
  const residentId = found.residents.edges[0]?.node.id;
  const today = localDate(new Date());
  const month = { from: `${addDays(today, -30).slice(0, 7)}-01`, until: `${today.slice(0, 7)}-01` };
  const year = { from: addDays(today, -180), until: addDays(today, 180) };
  const asked = (name: string, query: string, variables: () => object = () => ({}), token: string | null = secretary): Asked => ({
    name,
    token,
    query,
    variables,
  });
  return [
    asked('the door alone', operationText('q0-door.graphql')),
    asked('one need', operationText('q1-need.graphql'), () => ({ id: needId })),
    asked('20 needs', operationText('q2-needs.graphql')),
    asked('100 needs', operationText('q2-needs.graphql'), () => ({ first: 100 })),
    asked(
      '100 needs by id',
      'query($ids: [ID!]!) { nodes(ids: $ids) { ... on Need { id number branch { id } building { id } } } }',
      () => ({
        ids: needIds,
      }),
    ),
    asked('100 needs, counted', '{ needs(first: 100) { totalCount edges { node { id number } } } }'),
    asked('100 offers', operationText('q3-offers.graphql')),
    asked('the needs that wait', knownText('question-04-waiting-needs.graphql'), () => ({ branchId, first: 50 })),
    asked('unused capacity', knownText('question-11-unused-capacity.graphql'), () => ({
      branchId,
      from: atLocal(year.from),
      until: atLocal(year.until),
    })),
    asked('who can serve a need', operationText('suggestions.graphql'), () => ({ id: needId })),
    asked('the same of 20 needs', operationText('suggestions-page.graphql')),
    asked('where more would help', knownText('question-11-where-more-would-help.graphql'), () => ({ branchId })),
    asked('what if', knownText('question-12-what-if.graphql'), () => ({
      input: { branchId, changes: [{ addSessions: { likeSessionId: sessionId, count: 2 } }] },
    })),
    asked('fairness of a month', knownText('question-21-fairness-of-a-month.graphql'), () => ({ period: month }), subdistrict),
    asked('outcomes of a branch', knownText('question-21-outcomes-of-a-branch.graphql'), () => ({ branchId, period: year })),
    asked('why not', 'query($n: ID!, $s: ID!) { whyNot(needId: $n, sessionId: $s) { reasons { code sentence } } }', () => ({
      n: needId,
      s: sessionId,
    })),
    asked('a need is taken down', knownText('question-07-needs-at-the-counter.graphql'), () => ({
      input: { residentId, categoryCode: 'HAIRCUT', description: '理发', channel: 'COUNTER', idempotencyKey: randomUUID() },
    })),
    asked('a need is placed', knownText('question-05-serve-it-now.graphql'), () => ({
      input: { needId, idempotencyKey: randomUUID() },
    })),
    asked(
      'signing in',
      'mutation($input: SignInInput!) { signIn(input: $input) { accessToken } }',
      () => ({ input: { login: 'secretary.b1', password: DEMO_PASSWORD } }),
      null,
    ),
    asked('the whole schema', getIntrospectionQuery()),
    asked('names of types', '{ __schema { types { name } } }'),
  ];
}

const directory = mkdtempSync(join(tmpdir(), 'red-alliance-bench-'));
const server = await startServer(join(directory, 'data'));
try {
  const operations = await everything(server.url);
  const measured = new Map<Asked, Measured>();
  // In turns, so that what else the machine does falls on all; the first turn warms up.
  for (let turn = 0; turn <= rounds; turn++) {
    for (const operation of operations) {
      const { points, milliseconds } = await priced(server.url, operation);
      const before = measured.get(operation)?.milliseconds ?? [];
      measured.set(operation, { points, milliseconds: turn === 0 ? [] : [...before, milliseconds] });
    }
  }
  const results = [...measured].map(([{ name }, { points, milliseconds }]) => ({
    name,
    points,
    milliseconds,
    ms: median(milliseconds),
  }));
  const rows = results.map(({ name, points, milliseconds, ms }) => [
    name,
    points,
    round(ms),
    spread(milliseconds),
    round(points / ms),
  ]);
  console.log(`Medians of ${rounds} turns.\n`);
  console.log(table(['operation', 'points', 'ms', 'least – most', 'points/ms'], rows));
  const [points, times] = [results.map(result => result.points), results.map(({ ms }) => ms)];
  console.log(
    `\nCorrelation of points and milliseconds: ${correlation(points.map(Math.log1p), times.map(Math.log)).toFixed(2)} of their logarithms.`,
  );
} finally {
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
}
