import { and, eq } from 'drizzle-orm';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildSchema } from '../../src/graphql/schema.js';
import type { AccountActor, Actor } from '../../src/kernel/actor.js';
import { newId } from '../../src/kernel/ids.js';
import { allianceResolvers } from '../../src/modules/alliance/alliance.mutations.graphql.js';
import { OFFER_STATES, type Offer } from '../../src/modules/offers/offers.domain.js';
import { offersResolvers } from '../../src/modules/offers/offers.mutations.graphql.js';
import { canSee, canSeeSession, sessionVisibleTo, visibleTo } from '../../src/modules/offers/offers.policy.js';
import { offers, sessions } from '../../src/modules/offers/offers.table.js';
import { taxonomyResolvers } from '../../src/modules/taxonomy/taxonomy.graphql.js';
import { territoryResolvers } from '../../src/modules/territory/territory.graphql.js';
import { ACTORS, createAsk, gid } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { insertOffer, insertSession } from '../support/offers.js';
import { seedWorld, WORLD } from '../support/world.js';

const database = await createTestDatabase();
const ask = createAsk(
  buildSchema([...territoryResolvers, ...allianceResolvers, ...taxonomyResolvers, ...offersResolvers]),
  database,
);
beforeAll(() => seedWorld(database));

const sessionOffer = and(eq(offers.communityId, sessions.communityId), eq(offers.id, sessions.offerId));

describe('sight of offers and sessions', () => {
  const today = '2026-12-01';
  it('is the same rule in SQL and as a predicate, for random actors and rows', async () => {
    await database.owner`delete from session`;
    await database.owner`delete from offer`;
    for (const [n, state] of (['INVITED', 'APPLIED', 'SUSPENDED', 'ENDED'] as const).entries())
      await database.owner`insert into organization (id, code, name, kind, created_at) values (${newId()}, ${`R${n}0`}, ${state}, 'PRIVATE', now())`;
    await database.owner`insert into membership (community_id, id, branch_id, organization_id, state, since, created_at)
      select ${WORLD.community}, gen_random_uuid(), ${WORLD.branch1}, id, name::membership_state, case when name in ('SUSPENDED', 'ENDED') then date '2026-01-01' end, now() from organization where code like 'R_0'`;
    const organizationIds = (await database.owner`select id from organization`).map(({ id }) => id as string);
    const made: Offer[] = [];
    for (const organizationId of organizationIds)
      for (const state of OFFER_STATES)
        for (const validUntil of ['2026-11-30', '2026-12-01']) {
          const offer = await insertOffer(database, { organizationId, state, validUntil });
          for (const sessionState of ['SCHEDULED', 'CANCELLED'] as const)
            await insertSession(database, { offerId: offer.id, state: sessionState });
          made.push(offer);
        }
    const all = await database.serving.db
      .select({ session: sessions, offer: offers })
      .from(sessions)
      .innerJoin(offers, sessionOffer);
    const partners =
      await database.owner`select organization_id, branch_id from membership where state in ('ACTIVE', 'SUSPENDED', 'ENDED')`;
    const isPartner = (actor: AccountActor, organizationId: string) =>
      partners.some(row => row.organization_id === organizationId && actor.branchIds.includes(row.branch_id));
    const some = (ids: readonly string[]) => fc.subarray([...ids]);
    const actors = fc.record({
      kind: fc.constant('ACCOUNT' as const),
      accountId: fc.constant<string>(WORLD.stranger),
      roles: some(['COMMUNITY_ADMIN', 'BRANCH_SECRETARY', 'LIAISON', 'SUBDISTRICT']) as fc.Arbitrary<AccountActor['roles']>,
      branchIds: some([WORLD.branch1, WORLD.branch2]),
      secretaryBranchIds: some([WORLD.branch1]),
      organizationIds: some(organizationIds),
      memberBranchIds: some([WORLD.branch2]),
      kinIds: fc.constant([]),
      client: fc.constant(null),
    });
    const known: Actor[] = [...Object.values(ACTORS), { kind: 'SYSTEM', purpose: 'matching', behalfOf: null }];
    for (const actor of [...known, ...fc.sample(actors, 60)]) {
      const partner = (id: string) => actor.kind === 'ACCOUNT' && isPartner(actor, id);
      const seen = await database.serving.db.select({ id: offers.id }).from(offers).where(visibleTo(actor, today));
      expect(seen.map(({ id }) => id).sort()).toEqual(
        made
          .filter(offer => canSee(actor, offer, today, partner(offer.organizationId)))
          .map(({ id }) => id)
          .sort(),
      );
      const seenSessions = await database.serving.db
        .select({ id: sessions.id })
        .from(sessions)
        .innerJoin(offers, sessionOffer)
        .where(sessionVisibleTo(actor, today));
      expect(seenSessions.map(({ id }) => id).sort()).toEqual(
        all
          .filter(({ session, offer }) => canSeeSession(actor, offer, session, today, partner(offer.organizationId)))
          .map(({ session }) => session.id)
          .sort(),
      );
      const [draft] = made.filter(({ state, organizationId }) => state === 'DRAFT' && organizationId === WORLD.clinic);
      const { data } = await ask(actor, 'query($id: ID!) { node(id: $id) { id } offer(id: $id) { id } }', {
        id: gid('Offer', draft?.id ?? ''),
      });
      const mine =
        actor.kind === 'ACCOUNT' && (actor.roles.includes('COMMUNITY_ADMIN') || actor.organizationIds.includes(WORLD.clinic));
      expect([data?.node !== null, data?.offer !== null]).toEqual([mine, mine]);
    }
  });
});
