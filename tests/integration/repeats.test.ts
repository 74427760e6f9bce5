import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildSchema } from '../../src/graphql/schema.js';
import type { Actor } from '../../src/kernel/actor.js';
import { allianceResolvers } from '../../src/modules/alliance/alliance.mutations.graphql.js';
import { identityResolvers } from '../../src/modules/identity/identity.mutations.graphql.js';
import { offersResolvers } from '../../src/modules/offers/offers.mutations.graphql.js';
import { taxonomyResolvers } from '../../src/modules/taxonomy/taxonomy.graphql.js';
import { territoryResolvers } from '../../src/modules/territory/territory.graphql.js';
import { ACTORS, createAsk, gid } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { insertOffer, insertSession } from '../support/offers.js';
import { seedWorld, WORLD } from '../support/world.js';

const database = await createTestDatabase();
const ask = createAsk(
  buildSchema([...territoryResolvers, ...taxonomyResolvers, ...allianceResolvers, ...offersResolvers, ...identityResolvers]),
  database,
);
beforeAll(() => seedWorld(database));

const { admin, barber, clinic, secretary1, secretary2, anonymous } = ACTORS;

async function run(actor: Actor, mutation: string, what: string, input: object) {
  const source = `mutation($input: ${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input!) { ${mutation}(input: $input) { ${what} userErrors { code } } }`;
  const { data, errors } = await ask(actor, source, { input });
  return data?.[mutation] ?? { userErrors: errors?.map(({ extensions }) => ({ code: extensions?.code })) };
}

const stored = async (statement: string): Promise<string> => {
  const id = randomUUID();
  await database.owner.unsafe(statement.replaceAll('$id', id).replaceAll('$community', WORLD.community));
  return id;
};
const offer = async (state: 'PUBLISHED' | 'PAUSED' = 'PUBLISHED') => (await insertOffer(database, { state })).id;
const session = async () => (await insertSession(database, { offerId: await offer() })).id;
const membership = async () => {
  const [row] = await database.owner`select id from membership where organization_id = ${WORLD.barber}`;
  await database.owner`update membership set state = 'ACTIVE', version = 1 where id = ${row?.id}`;
  return row?.id as string;
};
const paused = async () => {
  const id = await membership();
  await database.owner`update membership set state = 'SUSPENDED' where id = ${id}`;
  return id;
};
const pact = async () =>
  stored(`insert into pact (community_id, id, membership_id, number, starts_on, ends_on, items, state, created_at)
    select '$community', '$id', id, '$id', '2026-06-01', '2027-05-31', '["理发"]', 'DRAFT', now() from membership where organization_id = '${WORLD.barber}'`);
const account = async () => {
  const id = await stored(
    `insert into identity.account (id, login, display_name, password_hash, created_at) values ('$id', '$id', '小赵', '-', now())`,
  );
  await stored(
    `insert into identity.role_assignment (id, account_id, community_id, role, valid_from) values ('$id', '${id}', '$community', 'FAMILY', now() - interval '400 days')`,
  );
  return id;
};
const role = async () => {
  const [row] = await database.owner`select id from identity.role_assignment where account_id = ${await account()}`;
  return row?.id as string;
};

interface Step {
  readonly mutation: string;
  readonly field: string;
  readonly type: string;
  readonly by: Actor;
  readonly of: () => Promise<string>;
  readonly more?: object;
  readonly event: string;
  /** Somebody to whom it is not there, or not allowed. */
  readonly not: Actor;
}

const REASON = { reason: 'STAFF_SHORTAGE' };
const STEPS: readonly Step[] = [
  {
    mutation: 'offerPublish',
    field: 'offer',
    type: 'Offer',
    by: barber,
    of: async () => withSession(await offer('PAUSED')),
    event: 'OFFER_PUBLISHED',
    not: clinic,
  },
  {
    mutation: 'offerPause',
    field: 'offer',
    type: 'Offer',
    by: barber,
    of: offer,
    more: REASON,
    event: 'OFFER_PAUSED',
    not: secretary1,
  },
  {
    mutation: 'offerWithdraw',
    field: 'offer',
    type: 'Offer',
    by: barber,
    of: offer,
    more: REASON,
    event: 'OFFER_WITHDRAWN',
    not: clinic,
  },
  { mutation: 'offerAssure', field: 'offer', type: 'Offer', by: barber, of: offer, event: 'OFFER_ASSURED', not: clinic },
  {
    mutation: 'sessionCapacityChange',
    field: 'session',
    type: 'Session',
    by: barber,
    of: session,
    more: { ...REASON, capacity: 4 },
    event: 'SESSION_RESIZED',
    not: secretary1,
  },
  {
    mutation: 'sessionCancel',
    field: 'session',
    type: 'Session',
    by: barber,
    of: session,
    more: REASON,
    event: 'SESSION_CANCELLED',
    not: clinic,
  },
  {
    mutation: 'membershipSuspend',
    field: 'membership',
    type: 'Membership',
    by: secretary1,
    of: membership,
    event: 'MEMBERSHIP_SUSPENDED',
    not: secretary2,
  },
  {
    mutation: 'membershipActivate',
    field: 'membership',
    type: 'Membership',
    by: secretary1,
    of: paused,
    event: 'MEMBERSHIP_ACTIVE',
    not: secretary2,
  },
  { mutation: 'pactSign', field: 'pact', type: 'Pact', by: barber, of: pact, event: 'PACT_SIGNED', not: clinic },
  { mutation: 'pactTerminate', field: 'pact', type: 'Pact', by: secretary1, of: pact, event: 'PACT_TERMINATED', not: secretary2 },
  {
    mutation: 'accountDeactivate',
    field: 'account',
    type: 'Account',
    by: admin,
    of: account,
    event: 'ACCOUNT_DEACTIVATED',
    not: secretary1,
  },
  {
    mutation: 'roleEnd',
    field: 'roleAssignment',
    type: 'RoleAssignment',
    by: admin,
    of: role,
    event: 'ROLE_ENDED',
    not: secretary1,
  },
  {
    mutation: 'membershipEnd',
    field: 'membership',
    type: 'Membership',
    by: barber,
    of: membership,
    event: 'MEMBERSHIP_ENDED',
    not: clinic,
  },
];

async function withSession(offerId: string): Promise<string> {
  await insertSession(database, { offerId });
  return offerId;
}

describe('a step that is asked for again with its key', () => {
  it.each(STEPS)(
    '$mutation happened once, and answers as it did',
    async ({ mutation, field, type, by, of, more, event, not }) => {
      const id = await of();
      const key = randomUUID();
      const input = {
        [`${field}Id`]: gid(type, id),
        ...(mutation === 'roleEnd' ? {} : { expectedVersion: 1 }),
        ...more,
        idempotencyKey: key,
      };
      const what = `${field} { id ${type === 'RoleAssignment' ? 'validUntil' : 'version'} }`;
      for (const outsider of [not, anonymous])
        expect((await run(outsider, mutation, what, input)).userErrors).toMatchObject([
          { code: expect.stringMatching(/NOT_FOUND|FORBIDDEN|UNAUTHENTICATED/) },
        ]);
      const answers = await Promise.all([1, 2, 3].map(() => run(by, mutation, what, input)));
      expect(answers[0].userErrors).toEqual([]);
      expect(answers).toEqual([answers[0], answers[0], answers[0]]);
      const [count] = await database.owner`select count(*)::int from event where subject_id = ${id} and kind = ${event}`;
      expect(count).toEqual({ count: 1 });
      expect((await run(not, mutation, what, input)).userErrors).not.toEqual([]);
      const later = await run(by, mutation, what, { ...input, idempotencyKey: randomUUID() });
      expect(later.userErrors).toMatchObject([{ code: expect.stringMatching(/STALE_VERSION|INVALID_STATE|NOT_FOUND/) }]);
      const other = gid(type, await of());
      if (other !== gid(type, id))
        expect((await run(by, mutation, what, { ...input, [`${field}Id`]: other })).userErrors).toMatchObject([
          { code: 'IDEMPOTENCY_KEY_REUSED' },
        ]);
    },
  );
});
