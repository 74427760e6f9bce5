import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildSchema } from '../../src/graphql/schema.js';
import { newId } from '../../src/kernel/ids.js';
import { allianceResolvers } from '../../src/modules/alliance/alliance.mutations.graphql.js';
import { offersResolvers } from '../../src/modules/offers/offers.mutations.graphql.js';
import { taxonomyResolvers } from '../../src/modules/taxonomy/taxonomy.graphql.js';
import { territoryResolvers } from '../../src/modules/territory/territory.graphql.js';
import { ACTORS, createAsk, gid } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { offering, offerMutation } from '../support/offering.js';
import { seedWorld, WORLD } from '../support/world.js';

const database = await createTestDatabase();
const ask = createAsk(
  buildSchema([...territoryResolvers, ...allianceResolvers, ...taxonomyResolvers, ...offersResolvers]),
  database,
);
beforeAll(() => seedWorld(database));

const { run, create } = offering(ask);

describe('careless and hostile fields', () => {
  const bad: [string, object, string, string][] = [
    ['a lead time of −1', { leadTimeMinutes: -1 }, 'leadTimeMinutes', 'MIN'],
    ['a lead time of a year', { leadTimeMinutes: 525_600 }, 'leadTimeMinutes', 'MAX'],
    ['a negative cost', { volunteer: false, costFen: -1 }, 'costFen', 'MIN'],
    ['volunteers who charge', { costFen: 1 }, 'costFen', 'NOT_ALLOWED'],
    ['an end before the start', { validFrom: '2026-12-02', validUntil: '2026-12-01' }, 'validUntil', 'ENDS_BEFORE_START'],
    ['ages upside down', { minAgeMonths: 720, maxAgeMonths: 720 }, 'maxAgeMonths', 'MIN'],
    ['a negative age', { minAgeMonths: -1 }, 'minAgeMonths', 'MIN'],
    ['81 characters', { title: '理'.repeat(81) }, 'title', 'TOO_LONG'],
    ['100,000 characters', { description: '理'.repeat(100_000) }, 'description', 'TOO_LONG'],
    ['NUL', { title: '理\u0000发' }, 'title', 'BAD_FORMAT'],
    ['a lone surrogate', { description: '理\ud800发' }, 'description', 'BAD_FORMAT'],
    ['a filing number with NUL', { filingNumber: '1\u0000' }, 'filingNumber', 'BAD_FORMAT'],
  ];
  it.each(bad)('%s is refused', async (_what, input, path, rule) => {
    expect((await create(ACTORS.clinic, input)).userErrors).toMatchObject([{ code: 'INVALID_INPUT', path: [path], rule }]);
  });

  it('are told all at once', async () => {
    const answer = await create(ACTORS.clinic, { leadTimeMinutes: -1, costFen: -1, minAgeMonths: -1, title: '理'.repeat(81) });
    expect(answer.userErrors).toHaveLength(4);
  });

  it('emoji of several code points count as written and come back the same', async () => {
    expect((await create(ACTORS.clinic, { title: '👨‍👩‍👧 理发 💇' })).offer.title).toBe('👨‍👩‍👧 理发 💇');
  });

  it.each(['2026-02-30', '2026-13-01', '0000-01-01', '2026-1-1', 'tomorrow', 20261201])('the day %s is none', async day => {
    const answer = await ask(ACTORS.clinic, offerMutation('offerCreate'), {
      input: { organizationId: gid('Organization', WORLD.clinic), idempotencyKey: randomUUID(), validFrom: day },
    });
    expect(answer.data).toBeUndefined();
    expect(answer.errors).toHaveLength(1);
  });

  it.each([2 ** 53, 0.5, '5', Number.MAX_VALUE])('%s is no amount of fen', async costFen => {
    const answer = await ask(ACTORS.clinic, offerMutation('offerCreate'), {
      input: { organizationId: gid('Organization', WORLD.clinic), idempotencyKey: randomUUID(), volunteer: false, costFen },
    });
    expect(answer.data).toBeUndefined();
    expect(answer.errors).toHaveLength(1);
  });

  it('ids of other things, other communities and unknown codes are told apart', async () => {
    const branch = { branchIds: [gid('Branch', WORLD.otherBranch)] };
    expect((await create(ACTORS.clinic, branch)).userErrors).toMatchObject([{ code: 'NOT_FOUND', path: ['branchIds'] }]);
    expect((await create(ACTORS.clinic, { branchIds: [gid('Building', WORLD.building1)] })).userErrors).toMatchObject([
      { code: 'INVALID_ID', path: ['branchIds'] },
    ]);
    expect((await create(ACTORS.clinic, { eligibleBuildingIds: [gid('Building', newId())] })).userErrors).toMatchObject([
      { code: 'NOT_FOUND', path: ['eligibleBuildingIds'] },
    ]);
    expect((await create(ACTORS.clinic, { categoryCode: 'NO_SUCH' })).userErrors).toMatchObject([
      { code: 'NOT_FOUND', path: ['categoryCode'] },
    ]);
    expect((await create(ACTORS.clinic, { categoryCode: 'A\u0000' })).userErrors).toMatchObject([
      { code: 'NOT_FOUND', path: ['categoryCode'] },
    ]);
    expect(
      (await run(ACTORS.clinic, 'offerPublish', { offerId: gid('Session', newId()), expectedVersion: 1 })).userErrors,
    ).toMatchObject([{ code: 'INVALID_ID' }]);
  });
});
