import { beforeAll, describe, expect, it } from 'vitest';
import { createSchema } from '../../src/app.js';
import { createApollo } from '../../src/graphql/apollo.js';
import { createBudgets } from '../../src/graphql/budgets.js';
import { createDocuments } from '../../src/graphql/documents.js';
import { layOver } from '../../src/graphql/permissions.js';
import type { Actor } from '../../src/kernel/actor.js';
import { createBuckets } from '../../src/kernel/bucket.js';
import { createLog } from '../../src/log.js';
import { permissions } from '../../src/modules/index.js';
import { ACTORS, gid, scopeOf } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { seedWorld, WORLD } from '../support/world.js';

const database = await createTestDatabase();
const schema = createSchema();
const apollo = await createApollo({
  schema,
  permissions: layOver(schema, permissions),
  log: createLog('silent'),
  costLimit: 1000,
  deadlineMs: 5000,
  introspection: true,
  documents: createDocuments({}),
});
const budgets = createBudgets(createBuckets(), { account: 1e6, anonymous: 1e6, secrets: 1e6 });
beforeAll(() => seedWorld(database));

/** The admin, through a program with these scopes; without any, the person. */
const through = (...scopes: readonly string[]): Actor => ({
  ...ACTORS.admin,
  client: scopes.length ? { id: WORLD.admin, scopes } : null,
});

async function ask(actor: Actor, query: string, variables: Readonly<Record<string, unknown>> = {}) {
  database.statements();
  const scope = scopeOf(database, actor);
  const contextValue = { scope, requestId: 'test', purse: await budgets.open(scope), cost: null };
  const { body, http } = await apollo.executeOperation({ query, variables }, { contextValue });
  if (body.kind !== 'single') throw new Error('one answer was expected');
  const { data, errors } = body.singleResult;
  return { data, errors, status: http.status, statements: database.statements().length };
}
const residents = '{ residents { totalCount } }';

describe('a program', () => {
  it('is refused what its key does not open, before anything is executed', async () => {
    const answer = await ask(through('offers:write'), residents);
    expect(answer).toMatchObject({ status: 403, statements: 0 });
    expect(answer.data).toBeUndefined();
    expect(answer.errors?.[0]).toMatchObject({
      message: expect.stringContaining('residents:read'),
      extensions: { code: 'FORBIDDEN', missingScopes: ['residents:read'] },
    });
  });

  it('reads what it opens, as its account does', async () => {
    expect((await ask(through('residents:read'), residents)).data).toEqual({ residents: { totalCount: 0 } });
    expect((await ask(through(), residents)).data).toEqual({ residents: { totalCount: 0 } });
  });

  it('changes nothing by a key for reading', async () => {
    const pause = `mutation { membershipSuspend(input: { membershipId: "${gid('Membership', WORLD.admin)}", expectedVersion: 1 }) { userErrors { code } } }`;
    expect(await ask(through('alliance:read'), pause)).toMatchObject({
      statements: 0,
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    });
    expect((await ask(through('alliance:write'), pause)).data?.membershipSuspend).toEqual({
      userErrors: [{ code: 'NOT_FOUND' }],
    });
  });

  it('is held to its scopes each time that a kept document is asked with other ids', async () => {
    const source = 'query($ids: [ID!]!) { nodes(ids: $ids) { id } }';
    const branch = gid('Branch', WORLD.branch1);
    expect((await ask(through('territory:read'), source, { ids: [branch] })).data?.nodes).toEqual([{ id: branch }]);
    const reaching = await ask(through('territory:read'), source, { ids: [branch, gid('Resident', WORLD.admin)] });
    expect(reaching).toMatchObject({ status: 403, statements: 0 });
    expect((await ask(through('residents:read'), source, { ids: [branch] })).errors?.[0]?.extensions).toMatchObject({
      missingScopes: ['territory:read'],
    });
  });
});
