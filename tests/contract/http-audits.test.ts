import { type AuditResult, serverAudits } from 'graphql-http';
import { expect, it } from 'vitest';
import { startTestApp } from '../support/app.js';
import { createTestDatabase } from '../support/database.js';
import { seedWorld } from '../support/world.js';

/** GET with parameters only: the price of asking for a header that other sites cannot send. */
const NOTICED = ['5A70', '6A70', 'D6D5'];

it('answers as GraphQL over HTTP asks: 58 of 61 audits, and three notices of CSRF prevention', async () => {
  const database = await createTestDatabase();
  await seedWorld(database);
  const { url } = await startTestApp(database);
  const results: AuditResult[] = [];
  for (const audit of serverAudits({ url: `${url}/graphql`, fetchFn: fetch })) results.push(await audit.fn());
  const not = (...statuses: string[]) => results.filter(({ status }) => statuses.includes(status));
  expect(not('warn', 'error').map(({ id, name, ...rest }) => [id, name, 'reason' in rest ? rest.reason : ''])).toEqual([]);
  expect(
    not('notice')
      .map(({ id }) => id)
      .sort(),
  ).toEqual(NOTICED);
  expect(not('ok')).toHaveLength(58);
});
