import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Caller, everyNode, type Reply } from './caller.js';

const MATCH = `id state quantity version rankPosition organization { id code } session { id offer { id } quantity { remaining } }
  need { id state urgency quantity submittedAt version category { matchable } coverage { open } }
  explanation { tier points cost complete sentence rankParts { code points } costParts { code cost } }`;

export interface Made {
  readonly id: string;
  readonly version: number;
  readonly status: string;
}

/** Starts a plan for a branch, or for the whole community, and waits until it is computed. */
export async function planFor(
  secretary: Caller,
  branchId: string | null,
  more: Readonly<Record<string, unknown>> = {},
): Promise<Made> {
  const input = { branchId, idempotencyKey: randomUUID(), ...more };
  const { matchPlan } = await secretary.changed('branchMatchPlanCreate', input, 'matchPlan { id }');
  for (;;) {
    const { matchPlan: plan } = await secretary.read('query($id: ID!) { matchPlan(id: $id) { id version status } }', matchPlan);
    if (plan.status !== 'QUEUED' && plan.status !== 'RUNNING') return plan;
    await sleep(50);
  }
}

export const publish = ({ id, version }: Made, secretary: Caller) =>
  secretary.changed(
    'matchPlanPublish',
    { planId: id, expectedVersion: version, idempotencyKey: randomUUID() },
    'matchPlan { id version status } fellOut { id }',
  );

/** All matches of a plan, in rank order, as staff read them. */
export const matchesOf = (secretary: Caller, planId: string): Promise<readonly Reply['data'][]> =>
  everyNode(
    secretary,
    `query($planId: ID!, $after: String) { matchPlan(id: $planId) { matches(first: 50, after: $after) {
      edges { node { ${MATCH} } } pageInfo { hasNextPage endCursor } } } }`,
    { planId },
    ({ matchPlan }) => matchPlan.matches,
  );

/** All that a plan leaves open, in rank order. */
export const unmatchedOf = (secretary: Caller, planId: string): Promise<readonly Reply['data'][]> =>
  everyNode(
    secretary,
    `query($planId: ID!, $after: String) { matchPlan(id: $planId) { unmatched(first: 20, after: $after) {
      edges { node { rankPosition quantity reason sentence certificate { ofCategory possible promised failed { code } }
        need { id coverage { open } suggestions(first: 1) { position } } } } pageInfo { hasNextPage endCursor } } } }`,
    { planId },
    ({ matchPlan }) => matchPlan.unmatched,
  );

/** What may keep each pair apart, asked in bundles that stay below the limit of aliases. */
export async function whyNotEach(
  caller: Caller,
  pairs: readonly { readonly needId: string; readonly sessionId: string }[],
): Promise<readonly Reply['data'][]> {
  const answers: Reply['data'][] = [];
  for (let start = 0; start < pairs.length; start += 25) {
    const bundle = pairs.slice(start, start + 25);
    const fields = bundle.map(
      ({ needId, sessionId }, i) => `p${i}: whyNot(needId: "${needId}", sessionId: "${sessionId}") { possible reasons { code } }`,
    );
    const data = await caller.read(`{ ${fields.join(' ')} }`);
    answers.push(...bundle.map((_, i) => data[`p${i}`]));
  }
  return answers;
}

/** The open needs of a branch, who has waited longest first. */
export const openNeeds = (caller: Caller, branchId: string): Promise<readonly Reply['data'][]> =>
  everyNode(
    caller,
    `query($branchId: ID!, $after: String) { branch(id: $branchId) {
      needs(first: 50, after: $after, filter: { states: [OPEN], unclaimed: true }, order: WAITING) { totalCount
        edges { node { id state urgency quantity submittedAt category { matchable } branch { id } waiting { since workingHours } } }
        pageInfo { hasNextPage endCursor } } } }`,
    { branchId },
    ({ branch }) => branch.needs,
  );

/** The branch that a secretary runs. */
export async function branchOf(secretary: Caller): Promise<string> {
  const { viewer } = await secretary.read('{ viewer { roles { branch { id } } } }');
  return viewer.roles[0].branch.id;
}
