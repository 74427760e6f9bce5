import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../src/kernel/actor.js';
import { createResidentsBulk } from '../../src/modules/residents/residents.service.js';
import { ACTORS, gid, scopeOf } from '../support/ask.js';
import { CREATE, GRANDMOTHER, OUTSIDERS, openResidents, rawIdOf, SEEN, STAFF } from '../support/residents.js';
import { WORLD } from '../support/world.js';

const { database, ask, register, count, grandmother, kin } = await openResidents();

describe('residentCreate', () => {
  it('is for staff of the branch that the building belongs to', async () => {
    const before = await count('personal.resident');
    expect(
      (await ask(ACTORS.anonymous, CREATE, { input: { ...GRANDMOTHER, idempotencyKey: randomUUID() } })).errors?.[0]?.extensions
        ?.code,
    ).toBe('UNAUTHENTICATED');
    for (const name of OUTSIDERS.slice(1))
      expect(await register(ACTORS[name]), name).toEqual({
        resident: null,
        userErrors: [expect.objectContaining({ code: 'FORBIDDEN' })],
      });
    expect(await count('personal.resident')).toBe(before);
    for (const name of STAFF) expect((await register(ACTORS[name], { name: '某人' })).userErrors, name).toEqual([]);
  });

  it('tells all that is wrong and keeps nothing', async () => {
    const before = await count('personal.resident');
    const answer = await register(ACTORS.officer, { name: ' ', phone: '12345', storey: 9, birthDate: '2026-12-02' });
    expect(answer.userErrors).toEqual([
      { code: 'INVALID_INPUT', path: ['name'], rule: 'REQUIRED', limit: null },
      { code: 'INVALID_INPUT', path: ['phone'], rule: 'BAD_FORMAT', limit: null },
      { code: 'INVALID_INPUT', path: ['storey'], rule: 'MAX', limit: 6 },
      { code: 'INVALID_INPUT', path: ['birthDate'], rule: 'NOT_ALLOWED', limit: null },
    ]);
    expect((await register(ACTORS.officer, { buildingId: gid('Building', WORLD.branch1) })).userErrors[0]).toMatchObject({
      code: 'NOT_FOUND',
      path: ['buildingId'],
    });
    expect((await register(ACTORS.officer, { buildingId: gid('Branch', WORLD.branch1) })).userErrors[0].code).toBe('INVALID_ID');
    expect(await count('personal.resident')).toBe(before);
  });

  it('runs once for a key, also when asked eight times at once', async () => {
    const before = await count('personal.resident');
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 8 }, () => register(ACTORS.officer, { name: '只此一人' }, key)));
    expect(new Set(answers.map(({ resident }) => resident.id)).size).toBe(1);
    expect(await count('personal.resident')).toBe(before + 1);
    expect((await register(ACTORS.officer, { name: '另一个人' }, key)).userErrors[0].code).toBe('IDEMPOTENCY_KEY_REUSED');
  });
});

describe('resident', () => {
  const ONE = `query($id: ID!) { resident(id: $id) { ${SEEN} } node(id: $id) { id ... on Resident { maskedName } } }`;

  it('is not there for anybody else, by any route', async () => {
    const missing = gid('Resident', WORLD.stranger);
    for (const name of OUTSIDERS) {
      const answer = await ask(ACTORS[name], ONE, { id: grandmother });
      expect(answer, name).toEqual(await ask(ACTORS[name], ONE, { id: missing }));
      expect(answer.data, name).toEqual({ resident: null, node: null });
      expect(
        (
          await ask(ACTORS[name], 'query($id: ID!) { nodes(ids: [$id]) { id } residents { totalCount edges { node { id } } } }', {
            id: grandmother,
          })
        ).data,
        name,
      ).toEqual({ nodes: [null], residents: name === 'secretary2' ? expect.anything() : { totalCount: 0, edges: [] } });
    }
    expect((await ask(ACTORS.officer, ONE, { id: grandmother }, { communityId: WORLD.otherCommunity })).data).toEqual({
      resident: null,
      node: null,
    });
  });

  it('is masked for staff and kin; an assessment of ability is for staff', async () => {
    const masked = {
      id: grandmother,
      maskedName: '陈*',
      maskedPhone: '199****0001',
      ageBand: 'EIGHTY_PLUS',
      sex: 'FEMALE',
      storey: 3,
      residencyStatus: 'REGISTERED_AND_PRESENT',
      careCategories: ['LIVING_ALONE'],
      abilityLevel: 'MILD',
      languages: ['HANGZHOU_DIALECT'],
      optedOut: false,
      restricted: false,
      consentsToHealthMatching: false,
      version: 1,
      building: { address: '9幢1单元' },
      branch: { code: 'B1' },
    };
    for (const name of STAFF)
      expect((await ask(ACTORS[name], ONE, { id: grandmother })).data, name).toEqual({
        resident: masked,
        node: { id: grandmother, maskedName: '陈*' },
      });
    expect((await ask(kin, ONE, { id: grandmother })).data?.resident).toEqual({ ...masked, abilityLevel: null });
  });
});

describe('residents', () => {
  const LIST = `query($filter: ResidentFilterInput, $first: Int, $after: String) { residents(filter: $filter, first: $first, after: $after, purpose: RECORD_KEEPING) {
    totalCount edges { cursor node { id maskedName building { address } branch { code } } } pageInfo { hasNextPage endCursor } } }`;
  const found = async (filter: Readonly<Record<string, unknown>>, actor: Actor = ACTORS.officer) =>
    (await ask(actor, LIST, { filter })).data?.residents.edges.map((edge: { node: { id: string } }) => edge.node.id);
  let grandfather: string;
  beforeAll(async () => {
    grandfather = (
      await register(ACTORS.admin, {
        name: '李建国',
        phone: '0571-88001234',
        buildingId: gid('Building', WORLD.building3),
        birthDate: '1946-12-01',
        residencyStatus: 'FLOATING',
        careCategories: ['VETERAN'],
        sex: 'MALE',
      })
    ).resident.id;
  });

  it('shows staff their own branches only, kin nothing', async () => {
    expect(await found({ name: '李建国' })).toEqual([]);
    expect(await found({ name: '李建国' }, ACTORS.secretary2)).toEqual([grandfather]);
    expect(await found({ branchId: gid('Branch', WORLD.branch2) })).toEqual([]);
    expect(await found({ branchId: gid('Branch', WORLD.branch2) }, ACTORS.admin)).toEqual([grandfather]);
    expect(await found({}, kin)).toEqual([]);
  });

  it('finds whole names and numbers however they were typed', async () => {
    expect(await found({ name: ' 陈桂花 ' })).toContain(grandmother);
    expect(await found({ name: '陈桂' })).toEqual([]);
    for (const phone of ['19900000001', '+86 199-0000-0001', '１９９ ００００ ０００１'])
      expect(await found({ phone, name: '陈桂花' }), phone).toEqual([grandmother]);
    expect(await found({ phone: '19900000002' })).toEqual([]);
    expect(await found({ phone: 'not a number' })).toEqual([]);
    expect(await found({ phone: '057188001234' }, ACTORS.admin)).toEqual([grandfather]);
  });

  it('narrows by age, group, address and residency', async () => {
    const of = (filter: Readonly<Record<string, unknown>>) =>
      found({ ...filter, branchId: gid('Branch', WORLD.branch2) }, ACTORS.admin);
    expect(await of({ minAge: 80 })).toEqual([grandfather]);
    expect(await of({ minAge: 81 })).toEqual([]);
    expect(await of({ careCategories: ['VETERAN', 'DEMENTIA'] })).toEqual([grandfather]);
    expect(await of({ careCategories: ['DEMENTIA'] })).toEqual([]);
    expect(await of({ address: '４８ 幢' })).toEqual([grandfather]);
    expect(await of({ address: '48幢2单元' })).toEqual([]);
    expect(await of({ address: '哪里' })).toEqual([]);
    expect(await of({ residencyStatuses: ['FLOATING'] })).toEqual([grandfather]);
    expect(await of({ residencyStatuses: ['PRESENT'] })).toEqual([]);
    const answer = await ask(ACTORS.officer, LIST, { filter: { minAge: -1 } });
    expect(answer.errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
  });

  it('costs the same number of statements for a page of any length', async () => {
    const people = Array.from({ length: 30 }, (_, n) => ({
      name: `测试${n}`,
      buildingId: n % 2 ? WORLD.building1 : WORLD.building2,
      sex: 'MALE' as const,
      birthDate: '1990-01-01',
      residencyStatus: 'PRESENT' as const,
      isTest: true,
    }));
    expect((await createResidentsBulk(scopeOf(database, ACTORS.anonymous), people)).ok).toBe(true);
    const cost = async (first: number) => {
      database.statements();
      const { data, errors } = await ask(ACTORS.officer, LIST, { first });
      expect(errors).toBeUndefined();
      expect(data?.residents.edges).toHaveLength(first);
      return database.statements().length;
    };
    const [few, page, many] = [await cost(2), await cost(20), await cost(30)];
    expect([page, many]).toEqual([few, few]);
    // One transaction: who asks, the page, the total, the look and the event that vouches for it; outside it buildings and branches.
    expect(few).toBeLessThanOrEqual(9);
  });

  it('pages through all of them once', async () => {
    const ids: string[] = [];
    let after: string | null = null;
    let total = 0;
    do {
      const page: Readonly<Record<string, any>> = (await ask(ACTORS.officer, LIST, { first: 7, after })).data?.residents;
      ids.push(...page.edges.map((edge: { node: { id: string } }) => edge.node.id));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
      total = page.totalCount;
    } while (after);
    expect(new Set(ids).size).toBe(total);
    expect(ids).toHaveLength(total);
  });
});

describe('residentUpdate', () => {
  const UPDATE = `mutation($input: ResidentUpdateInput!) { residentUpdate(input: $input) {
    resident { ${SEEN} } userErrors { code path ... on StaleVersionError { currentVersion } } } }`;
  const update = async (actor: Actor, input: Readonly<Record<string, unknown>>) =>
    (await ask(actor, UPDATE, { input })).data?.residentUpdate;

  it('is not there for outsiders and forbidden to kin', async () => {
    const input = { residentId: grandmother, expectedVersion: 1, name: '改名' };
    for (const name of OUTSIDERS.slice(1))
      expect((await update(ACTORS[name], input)).userErrors, name).toEqual([{ code: 'NOT_FOUND', path: ['residentId'] }]);
    expect((await update(kin, input)).userErrors).toEqual([{ code: 'FORBIDDEN', path: null }]);
    expect((await update(ACTORS.officer, { ...input, expectedVersion: 7 })).userErrors).toEqual([
      { code: 'STALE_VERSION', path: null, currentVersion: 1 },
    ]);
  });

  it('changes what is given, keeps the rest, and has one winner', async () => {
    const { id } = (await register(ACTORS.officer, { name: '王小明' })).resident;
    const change = { residentId: id, expectedVersion: 1, name: '王大明', phone: null, abilityLevel: null, careCategories: [] };
    const both = await Promise.all([update(ACTORS.officer, change), update(ACTORS.secretary1, change)]);
    expect(both.map(({ userErrors }) => userErrors[0]?.code ?? 'ok').sort()).toEqual(['STALE_VERSION', 'ok']);
    expect(both.find(({ resident }) => resident)?.resident).toMatchObject({
      maskedName: '王*',
      maskedPhone: null,
      abilityLevel: null,
      careCategories: [],
      languages: ['HANGZHOU_DIALECT'],
      storey: 3,
      version: 2,
    });
    const again = await update(ACTORS.officer, { residentId: id, expectedVersion: 2, name: null });
    expect(again.userErrors).toMatchObject([{ code: 'INVALID_INPUT', path: ['name'] }]);
  });

  it('moves somebody to another branch only by whoever works for both, and takes the verified links along', async () => {
    const { id } = (await register(ACTORS.officer, { name: '搬家人' })).resident;
    await database.owner.unsafe(`insert into personal.kinship (community_id, id, branch_id, resident_id, account_id, relation, state, verified_at, created_at)
      values ('${WORLD.community}', '${randomUUID()}', '${WORLD.branch1}', '${rawIdOf(id)}', '${WORLD.stranger}', 'SON', 'VERIFIED', now(), now())`);
    const input = { residentId: id, expectedVersion: 1, buildingId: gid('Building', WORLD.building3) };
    expect((await update(ACTORS.officer, input)).userErrors).toEqual([{ code: 'FORBIDDEN', path: ['buildingId'] }]);
    expect((await update(ACTORS.admin, input)).resident).toMatchObject({
      branch: { code: 'B2' },
      building: { address: '48幢1单元' },
    });
    expect((await ask(ACTORS.officer, 'query($id: ID!) { resident(id: $id) { id } }', { id })).data).toEqual({ resident: null });
    expect(await database.owner`select branch_id from personal.kinship where resident_id = ${rawIdOf(id)}`).toMatchObject([
      { branch_id: WORLD.branch2 },
    ]);
  });
});

describe('residentReveal', () => {
  const REVEAL = `mutation($input: ResidentRevealInput!) { residentReveal(input: $input) {
    values { name phone room birthDate } userErrors { code path } } }`;
  const reveal = (actor: Actor, fields: readonly string[] = ['NAME'], purpose = 'CONTACT', residentId = grandmother) =>
    ask(actor, REVEAL, { input: { residentId, fields, purpose } });

  it('is not there for outsiders and writes nothing', async () => {
    const before = await count('personal.access_log');
    for (const name of OUTSIDERS.slice(1)) {
      const answer = await reveal(ACTORS[name]);
      expect(answer.data?.residentReveal, name).toEqual({
        values: null,
        userErrors: [{ code: 'NOT_FOUND', path: ['residentId'] }],
      });
      expect(answer, name).toEqual(await reveal(ACTORS[name], ['NAME'], 'CONTACT', gid('Resident', WORLD.stranger)));
    }
    expect((await reveal(ACTORS.officer, [])).data?.residentReveal.userErrors[0].code).toBe('INVALID_INPUT');
    expect(await count('personal.access_log')).toBe(before);
  });

  it('shows what was asked for and writes who looked, at what and why', async () => {
    expect((await reveal(ACTORS.officer, ['NAME', 'PHONE'], 'HOME_VISIT')).data?.residentReveal).toEqual({
      values: { name: '陈桂花', phone: '+8619900000001', room: null, birthDate: null },
      userErrors: [],
    });
    expect((await reveal(kin, ['ROOM', 'BIRTH_DATE'], 'FAMILY_CARE')).data?.residentReveal.values).toEqual({
      name: null,
      phone: null,
      room: '301',
      birthDate: '1938-02-14',
    });
    const written =
      await database.owner`select account_id, action, resident_id, purpose, request_id, detail from personal.access_log
        where action = 'RESIDENT_REVEALED' order by id`;
    expect(written).toEqual([
      {
        account_id: WORLD.officer,
        action: 'RESIDENT_REVEALED',
        resident_id: rawIdOf(grandmother),
        purpose: null,
        request_id: 'test',
        detail: { purpose: 'HOME_VISIT', fields: 'NAME,PHONE' },
      },
      expect.objectContaining({ account_id: WORLD.daughter, detail: { purpose: 'FAMILY_CARE', fields: 'ROOM,BIRTH_DATE' } }),
    ]);
  });

  it('shows nothing when the log cannot be written', async () => {
    await database.owner.unsafe(`alter table personal.access_log add constraint closed check (false) not valid`);
    const answer = await reveal(ACTORS.officer, ['NAME', 'PHONE', 'ROOM', 'BIRTH_DATE']);
    await database.owner.unsafe(`alter table personal.access_log drop constraint closed`);
    expect(answer.errors).toHaveLength(1);
    expect(JSON.stringify(answer.data)).not.toContain('陈桂花');
  });
});
