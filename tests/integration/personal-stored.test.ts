import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { buildSchema } from '../../src/graphql/schema.js';
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
  const allRows = async (): Promise<ReadonlyMap<string, string>> => {
    const tables = await owner`select format('%I.%I', table_schema, table_name) as name from information_schema.tables
      where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'`;
    const dumps = tables.map(async ({ name }) => {
      const rows = await owner.unsafe(`select t::text as text from ${name} t`);
      return [name as string, rows.map(({ text }) => text).join('\n')] as const;
    });
    return new Map(await Promise.all(dumps));
  };

  it('shows no canary in any table after every way in was used', async () => {
    const input = {
      ...CANARY,
      buildingId: gid('Building', WORLD.building1),
      sex: 'FEMALE',
      residencyStatus: 'PRESENT',
      idempotencyKey: randomUUID(),
    };
    const run = async (
      actor: (typeof ACTORS)[keyof typeof ACTORS],
      mutation: string,
      type: string,
      of: object,
      fields: string,
    ) => {
      const answer = await ask(
        actor,
        `mutation($input: ${type}!) { ${mutation}(input: $input) { ${fields} userErrors { code } } }`,
        { input: of },
      );
      expect(answer.errors).toBeUndefined();
      return answer.data?.[mutation];
    };
    const { resident } = await run(ACTORS.officer, 'residentCreate', 'ResidentCreateInput', input, 'resident { id }');
    const change = {
      residentId: resident.id,
      expectedVersion: 1,
      name: `${CANARY.name}二`,
      phone: CANARY.phone,
      room: CANARY.room,
    };
    expect((await run(ACTORS.officer, 'residentUpdate', 'ResidentUpdateInput', change, 'resident { id }')).userErrors).toEqual(
      [],
    );
    const look = { residentId: resident.id, purpose: 'CONTACT', fields: ['NAME', 'PHONE', 'ROOM', 'BIRTH_DATE'] };
    const { values } = await run(
      ACTORS.officer,
      'residentReveal',
      'ResidentRevealInput',
      look,
      'values { name phone room birthDate }',
    );
    expect(values).toEqual({ ...CANARY, name: change.name, phone: `+86${CANARY.phone}` });
    const claim = { address: '9-1', residentName: change.name, relation: 'SON', idempotencyKey: randomUUID() };
    await run(ACTORS.daughter, 'kinshipClaim', 'KinshipClaimInput', claim, 'submitted');
    await run(
      ACTORS.daughter,
      'kinshipClaim',
      'KinshipClaimInput',
      { ...claim, residentName: `${CANARY.name}不在`, idempotencyKey: randomUUID() },
      'submitted',
    );

    const dump = await allRows();
    expect([...dump.keys()]).toEqual(expect.arrayContaining(['public.event', 'public.idempotency_key', 'personal.resident']));
    expect(dump.get('public.event')).toContain('RESIDENT_CHANGED');
    expect(dump.get('personal.access_log')).toContain('RESIDENT_REVEALED');
    const secrets = [CANARY.name, CANARY.phone, CANARY.room];
    const forms = secrets.flatMap(secret => [
      secret,
      Buffer.from(secret).toString('hex'),
      Buffer.from(secret).toString('base64').slice(0, 10),
    ]);
    for (const [table, text] of dump) {
      for (const form of forms) expect(text.includes(form), `${form} in ${table}`).toBe(false);
      if (!table.startsWith('personal.')) expect(text.includes(CANARY.birthDate), `birth date in ${table}`).toBe(false);
    }
  });

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
