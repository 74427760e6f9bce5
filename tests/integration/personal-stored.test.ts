import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { buildSchema } from '../../src/graphql/schema.js';
import type { Actor } from '../../src/kernel/actor.js';
import { allianceResolvers } from '../../src/modules/alliance/alliance.mutations.graphql.js';
import { identityResolvers } from '../../src/modules/identity/identity.mutations.graphql.js';
import { residentsResolvers } from '../../src/modules/residents/residents.mutations.graphql.js';
import { findResident } from '../../src/modules/residents/residents.service.js';
import { territoryResolvers } from '../../src/modules/territory/territory.graphql.js';
import { ACTORS, createAsk, gid, scopeOf, testVault } from '../support/ask.js';
import { ABROAD, CANARY, MOTHER, NEIGHBOR, openWall } from '../support/wall.js';
import { WORLD } from '../support/world.js';

const { database } = await openWall();
const { owner } = database;

describe('what is stored', () => {
  const ask = createAsk(
    buildSchema([...territoryResolvers, ...allianceResolvers, ...identityResolvers, ...residentsResolvers]),
    database,
  );
  it('gives equal values one index within a community and another in the next', async () => {
    const rows =
      await owner`select id, phone_index, name_index from personal.resident where id = any(${[MOTHER, NEIGHBOR, ABROAD]}) order by id`;
    const [mother, neighbor, abroad] = rows;
    expect(mother?.phone_index).toEqual(neighbor?.phone_index);
    expect(mother?.name_index).toEqual(neighbor?.name_index);
    expect(mother?.phone_index).not.toEqual(abroad?.phone_index);
    expect(mother?.name_index).not.toEqual(abroad?.name_index);
    expect(mother?.name_index).not.toEqual(mother?.phone_index);
  });

  it('tells by no constraint and no answer that somebody is on file in another branch', async () => {
    const unique = await owner`select indexdef from pg_indexes where schemaname = 'personal' and indexdef like 'CREATE UNIQUE%'
      and indexdef ~ '_(index|sealed)'`;
    expect([...unique]).toEqual([]);
    const create = (actor: Actor, building: string, phone: string) =>
      ask(
        actor,
        'mutation($input: ResidentCreateInput!) { residentCreate(input: $input) { resident { maskedName maskedPhone } userErrors { code } } }',
        {
          input: {
            ...CANARY,
            phone,
            buildingId: gid('Building', building),
            sex: 'FEMALE',
            residencyStatus: 'PRESENT',
            idempotencyKey: randomUUID(),
          },
        },
      );
    const known = await create(ACTORS.secretary2, WORLD.building3, '139 8765 0000');
    expect((await create(ACTORS.secretary1, WORLD.building1, '+86-13987650000')).data).toEqual(known.data);
    const count = async (actor: Actor, filter: object) =>
      (
        await ask(
          actor,
          'query($filter: ResidentFilterInput) { residents(filter: $filter, purpose: CONTACT) { totalCount edges { cursor } } }',
          { filter },
        )
      ).data?.residents;
    const nobody = await count(ACTORS.secretary2, { phone: '13500000000' });
    expect(nobody).toEqual({ totalCount: 0, edges: [] });
    await create(ACTORS.secretary1, WORLD.building1, '13700000001');
    expect(await count(ACTORS.secretary2, { phone: '13700000001' })).toEqual(nobody);
    // However it is typed: full width, country code, separators, a landline with and without its area code's zero.
    for (const phone of ['１３７００００００01', '+86 137-0000-0001', '0086 13700000001', '(137) 0000 0001'])
      expect((await count(ACTORS.secretary1, { phone })).totalCount, phone).toBe(1);
    await create(ACTORS.secretary1, WORLD.building1, '0571-88001234');
    for (const phone of ['057188001234', '+86 571 8800 1234', '０５７１－８８００１２３４'])
      expect((await count(ACTORS.secretary1, { phone })).totalCount, phone).toBe(1);
  });

  it('opens no ciphertext in the place of another', async () => {
    const reading = () => findResident(scopeOf(database, ACTORS.officer), MOTHER);
    const [own] = await owner`select name_sealed, phone_sealed from personal.resident where id = ${MOTHER}`;
    const [other] = await owner`select name_sealed, phone_sealed from personal.resident where id = ${NEIGHBOR}`;
    const [far] = await owner`select name_sealed from personal.resident where id = ${ABROAD}`;
    for (const name of [other?.name_sealed, own?.phone_sealed, far?.name_sealed]) {
      await owner`update personal.resident set name_sealed = ${name} where id = ${MOTHER}`;
      await expect(reading()).rejects.toThrow(/authenticate/);
      const answer = await ask(ACTORS.officer, 'query($id: ID!) { resident(id: $id) { maskedName } }', {
        id: gid('Resident', MOTHER),
      });
      expect(answer.data).toEqual({ resident: null });
    }
    await owner`update personal.resident set name_sealed = ${own?.name_sealed} where id = ${MOTHER}`;
    expect(await reading()).toMatchObject({ maskedName: '金*', maskedPhone: '139****4321' });
    const place = { table: 'personal.resident', column: 'name_sealed', communityId: WORLD.community, rowId: MOTHER };
    expect(testVault.open(place, own?.name_sealed)).toBe(CANARY.name);
  });
});
