import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { createSchema } from '../../src/app.js';
import { ACTORS, createAsk, gid } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { clearEstate } from '../support/estate.js';
import { insertScene } from '../support/scene.js';
import { seedWorld, WORLD } from '../support/world.js';

const database = await createTestDatabase();
const { owner } = database;
const ask = createAsk(createSchema(), database);
beforeAll(() => seedWorld(database));

const QUERY = `mutation($input: NeedClaimInput!) { needClaim(input: $input) { referral { state }
  userErrors { code ... on NotPossibleError { reasons } ... on RemainingError { remaining } } } }`;

/** Conditions on the person: which hold of the one in the scene, and which do not. */
const CONDITIONS = {
  fits: [`care_categories = '{LIVING_ALONE}'`, `eligible_building_ids = '{${WORLD.building1}}'`, 'min_age_months = 1030'],
  fails: [`care_categories = '{DEMENTIA}'`, `eligible_building_ids = '{${WORLD.building2}}'`, 'min_age_months = 1060'],
};

/** What claiming answers under each condition, one after the other; none of them may promise anything. */
async function answers(conditions: readonly string[], prepare: (offer: string, session: string) => string, quantity: number) {
  const told = [];
  for (const condition of conditions) {
    await clearEstate(database);
    const scene = await insertScene(database);
    await owner.unsafe(`update offer set ${condition} where id = '${scene.offer}'`);
    await owner.unsafe(prepare(scene.offer, scene.session));
    const input = {
      needId: gid('Need', scene.need),
      sessionId: gid('Session', scene.session),
      quantity,
      idempotencyKey: randomUUID(),
    };
    const { data } = await ask(ACTORS.barber, QUERY, { input });
    told.push(data?.needClaim);
  }
  return told;
}

describe('a claim that cannot succeed', () => {
  it.each([
    ['asks for more than is asked', () => 'select 1', 3],
    ['asks for more than there is room', () => 'select 1', 1_000_000],
    ['has a full session', (_: string, session: string) => `update session set reserved = capacity where id = '${session}'`, 1],
    ['is in a mode that is not wanted', (offer: string) => `update offer set modes = '{ONLINE}' where id = '${offer}'`, 1],
    ['costs too much', (offer: string) => `update offer set cost_fen = 100, volunteer = false where id = '${offer}'`, 1],
  ] as const)('because it %s says the same whoever the person is', async (_name, prepare, quantity) => {
    const [fits, fails] = [await answers(CONDITIONS.fits, prepare, quantity), await answers(CONDITIONS.fails, prepare, quantity)];
    expect(fails).toEqual(fits);
    for (const told of fits) expect(told).toMatchObject({ referral: null, userErrors: [{}] });
  });

  it('otherwise is refused for the person, and holds nothing', async () => {
    const told = await answers(CONDITIONS.fails, () => 'select 1', 1);
    for (const payload of told) expect(payload.userErrors).toEqual([{ code: 'NOT_POSSIBLE', reasons: ['NOT_ELIGIBLE'] }]);
    const [held] = await owner`select sum(reserved)::int as places, (select sum(committed)::int from need) as needs from session`;
    expect(held).toEqual({ places: 0, needs: 0 });
  });
});
