import { GraphQLError } from 'graphql';
import { describe, expect, it } from 'vitest';
import { type AccountActor, type Actor, ANONYMOUS, type ApiClientGrant } from '../kernel/actor.js';
import { createBuckets } from '../kernel/bucket.js';
import type { Scope } from '../scope/scope.js';
import { createBudgets } from './budgets.js';

const NOW = new Date('2026-03-11T10:00:00Z');
const accountOf = (accountId: string, client: ApiClientGrant | null = null): AccountActor => ({
  kind: 'ACCOUNT',
  accountId,
  roles: [],
  branchIds: [],
  secretaryBranchIds: [],
  organizationIds: [],
  memberBranchIds: [],
  kinIds: [],
  client,
});
const scopeOf = (actor: Actor, address: string | null = '203.0.113.7') =>
  ({ actor, now: () => NOW, parts: { address } }) as Scope;
const priceOf = (points: number, secrets = 0) => ({ points, secrets });
const sizes = { account: 100, anonymous: 50, secrets: 3 };

async function codeOf(work: Promise<unknown>): Promise<unknown> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  return error instanceof GraphQLError ? [error.extensions.code, error.extensions.budget] : error;
}

describe('a budget', () => {
  it('is of the program, with its own quota where it has one, and of the account beside it', async () => {
    const budgets = createBudgets(createBuckets(), sizes);
    const client = { id: 'c1', scopes: [] };
    const own = await budgets.open(scopeOf(accountOf('a', { ...client, pointsPerMinute: 500 })));
    const plain = await budgets.open(scopeOf(accountOf('a', { ...client, id: 'c2' })));
    const person = await budgets.open(scopeOf(accountOf('a')));
    expect([own, plain, person].map(({ capacity, remaining }) => [capacity, remaining])).toEqual([
      [500, 499],
      [100, 99],
      [100, 99],
    ]);
    await own.pay(priceOf(500));
    expect(await codeOf(own.pay(priceOf(2)))).toEqual(['RATE_LIMITED', 'client']);
    expect(await codeOf(budgets.open(scopeOf(accountOf('b', { ...client, pointsPerMinute: 500 }))))).toEqual([
      'RATE_LIMITED',
      'client',
    ]);
    expect([plain.remaining, person.remaining]).toEqual([99, 99]);
    expect(own.headers.get('x-ratelimit-resource')).toBe('client');
  });

  it('is of the network where an IPv6 address is one of many', async () => {
    const budgets = createBudgets(createBuckets(), sizes);
    await (await budgets.open(scopeOf(ANONYMOUS, '2001:db8:1:2::1'))).pay(priceOf(50));
    expect(await codeOf(budgets.open(scopeOf(ANONYMOUS, '2001:db8:1:2:ffff::2')))).toEqual(['RATE_LIMITED', 'anonymous']);
    expect((await budgets.open(scopeOf(ANONYMOUS, '2001:db8:1:3::1'))).remaining).toBe(49);
  });

  it('pays for what was refused once, and not beside what was paid', async () => {
    const budgets = createBudgets(createBuckets(), sizes);
    const refused = await budgets.open(scopeOf(ANONYMOUS));
    await refused.payRefused();
    await refused.payRefused();
    expect(refused.remaining).toBe(40);
    const paid = await budgets.open(scopeOf(ANONYMOUS));
    await paid.pay(priceOf(20));
    await paid.payRefused();
    expect(paid.remaining).toBe(20);
  });

  it('may lie in a store that several processes share', async () => {
    const shared = createBuckets();
    const store = { pour: async (pour: Parameters<typeof shared.pour>[0]) => shared.pour(pour) };
    const [one, other] = [createBudgets(store, sizes), createBudgets(store, sizes)];
    await (await one.open(scopeOf(accountOf('a')))).pay(priceOf(60));
    expect((await other.open(scopeOf(accountOf('a')))).remaining).toBe(39);
  });

  it('of secrets is of the address, whoever asks', async () => {
    const budgets = createBudgets(createBuckets(), sizes);
    await (await budgets.open(scopeOf(accountOf('a')))).pay(priceOf(1, 2));
    await (await budgets.open(scopeOf(ANONYMOUS))).pay(priceOf(1, 1));
    expect(await codeOf((await budgets.open(scopeOf(accountOf('b')))).pay(priceOf(1, 1)))).toEqual(['RATE_LIMITED', 'secrets']);
  });
});
