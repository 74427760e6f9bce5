import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildSchema } from '../../src/graphql/schema.js';
import type { AccountActor, Actor } from '../../src/kernel/actor.js';
import { allianceResolvers } from '../../src/modules/alliance/alliance.mutations.graphql.js';
import { identityResolvers } from '../../src/modules/identity/identity.mutations.graphql.js';
import { loadActor } from '../../src/modules/identity/identity.service.js';
import { residentsResolvers } from '../../src/modules/residents/residents.mutations.graphql.js';
import { canSee, canSeeKinship, kinshipVisibleTo, visibleTo } from '../../src/modules/residents/residents.policy.js';
import {
  createResidentsBulk,
  findResident,
  kinOf,
  logAccess,
  residentFacts,
} from '../../src/modules/residents/residents.service.js';
import { kinships, residents } from '../../src/modules/residents/residents.table.js';
import { territoryResolvers } from '../../src/modules/territory/territory.graphql.js';
import { ACTORS, createAsk, gid, scopeOf } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { NOW, seedWorld, WORLD } from '../support/world.js';

const database = await createTestDatabase();
const ask = createAsk(
  buildSchema([...territoryResolvers, ...allianceResolvers, ...identityResolvers, ...residentsResolvers]),
  database,
);
const OUTSIDERS = ['anonymous', 'secretary2', 'clinic', 'barber', 'stranger', 'daughter', 'subdistrict'] as const;
const STAFF = ['admin', 'secretary1', 'officer'] as const;

const CREATE = `mutation($input: ResidentCreateInput!) { residentCreate(input: $input) {
  resident { id version } userErrors { code path ... on InvalidInputError { rule limit } } } }`;
const SEEN = `id maskedName maskedPhone ageBand sex storey residencyStatus careCategories abilityLevel languages optedOut
  consentsToHealthMatching version building { address } branch { code }`;
const GRANDMOTHER = {
  name: '陈桂花',
  phone: '199 0000 0001',
  buildingId: gid('Building', WORLD.building1),
  room: '301',
  storey: 3,
  sex: 'FEMALE',
  birthDate: '1938-02-14',
  residencyStatus: 'REGISTERED_AND_PRESENT',
  careCategories: ['LIVING_ALONE', 'LIVING_ALONE'],
  abilityLevel: 'MILD',
  languages: ['HANGZHOU_DIALECT'],
};
const register = async (actor: Actor, input: Readonly<Record<string, unknown>> = {}, idempotencyKey = randomUUID()) =>
  (await ask(actor, CREATE, { input: { ...GRANDMOTHER, ...input, idempotencyKey } })).data?.residentCreate;
const rawIdOf = (globalId: string): string =>
  Buffer.from(globalId, 'base64url')
    .subarray(16, 32)
    .toString('hex')
    .replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
const count = async (table: string): Promise<number> =>
  (await database.owner.unsafe(`select count(*)::int as n from ${table}`))[0]?.n;

let grandmother: string;
let kin: AccountActor;
beforeAll(async () => {
  await seedWorld(database);
  await database.owner.unsafe(`insert into identity.account (id, login, display_name, password_hash, created_at) values
    ('${WORLD.daughter}', 'family.1', '陈家女儿', 'x', now()), ('${WORLD.secretary1}', 'secretary.b1', '书记', 'x', now())`);
  grandmother = (await register(ACTORS.officer)).resident.id;
  kin = { ...ACTORS.daughter, kinIds: [rawIdOf(grandmother)] };
});

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
  const LIST = `query($filter: ResidentFilterInput, $first: Int, $after: String) { residents(filter: $filter, first: $first, after: $after) {
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
    expect(few).toBeLessThanOrEqual(7);
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
      await database.owner`select account_id, action, resident_id, purpose, request_id, detail from personal.access_log order by id`;
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

describe('kinship', () => {
  const CLAIM = `mutation($input: KinshipClaimInput!) { kinshipClaim(input: $input) { submitted userErrors { code path } } }`;
  const claim = (actor: Actor, residentName: string, address = '9幢1单元', idempotencyKey = randomUUID()) =>
    ask(actor, CLAIM, { input: { residentName, address, relation: 'DAUGHTER', idempotencyKey } });
  const LINKS = `query($residentId: ID) { kinships(residentId: $residentId) { edges { node { id state claimant relation verifiedAt availableTransitions resident { id maskedName } } } } }`;
  const links = async (actor: Actor) =>
    (await ask(actor, LINKS, { residentId: grandmother })).data?.kinships.edges.map((edge: { node: unknown }) => edge.node);
  const move = async (actor: Actor, verb: 'Verify' | 'Reject' | 'Revoke', kinshipId: string, idempotencyKey = randomUUID()) =>
    (
      await ask(
        actor,
        `mutation($input: Kinship${verb}Input!) { kinship${verb}(input: $input) { kinship { state version verifiedAt } userErrors { code path } } }`,
        { input: { kinshipId, idempotencyKey, ...(verb === 'Reject' && { reason: 'NO_PROOF' }) } },
      )
    ).data?.[`kinship${verb}`];

  it('answers a claim the same, with the same statements, whether it met anybody or not', async () => {
    expect((await claim(ACTORS.anonymous, '陈桂花')).errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
    const tell = async (name: string) => {
      database.statements();
      const answer = await claim(ACTORS.daughter, name);
      return { answer, statements: database.statements() };
    };
    await tell('无此人一');
    const [miss, hit] = [await tell('无此人二'), await tell('陈桂花')];
    expect(hit.answer).toEqual(miss.answer);
    expect(hit.answer.data).toEqual({ kinshipClaim: { submitted: true, userErrors: [] } });
    const shape = (statements: readonly string[]) =>
      statements.map(text => text.replace(/\$\d+|default/g, '?').split(' values ')[0]);
    expect(shape(hit.statements)).toEqual(shape(miss.statements));
    expect(await links(ACTORS.daughter)).toEqual([]);
    expect((await claim(ACTORS.daughter, '陈桂花', '100幢1单元')).data?.kinshipClaim.userErrors).toEqual([
      { code: 'NOT_FOUND', path: ['address'] },
    ]);
  });

  it('claims a pair once, whatever is tried', async () => {
    const key = randomUUID();
    await Promise.all([1, 2, 3].map(() => claim(ACTORS.daughter, '陈桂花', '9-1', key)));
    await claim(ACTORS.daughter, '陈桂花');
    expect(await links(ACTORS.secretary2)).toEqual([]);
    expect(await links(ACTORS.officer)).toEqual([
      {
        id: expect.any(String),
        state: 'CLAIMED',
        claimant: '陈家女儿',
        relation: 'DAUGHTER',
        verifiedAt: null,
        availableTransitions: ['VERIFIED', 'REJECTED', 'REVOKED'],
        resident: { id: grandmother, maskedName: '陈*' },
      },
    ]);
    expect(
      await database.owner`select purpose, account_id, detail from personal.access_log where action = 'KINSHIP_CLAIMED' order by id`,
    ).toMatchObject([
      { purpose: 'kinship', account_id: WORLD.daughter, detail: { found: 0 } },
      {},
      { detail: { found: 1 } },
      {},
      {},
    ]);
  });

  it('is verified by staff of the branch, then ended by the account; each key moves once', async () => {
    const [{ id }] = await links(ACTORS.officer);
    for (const actor of [ACTORS.daughter, ACTORS.secretary2, ACTORS.clinic, ACTORS.stranger])
      for (const verb of ['Verify', 'Reject', 'Revoke'] as const)
        expect((await move(actor, verb, id)).userErrors).toEqual([{ code: 'NOT_FOUND', path: ['kinshipId'] }]);
    const key = randomUUID();
    const verified = { kinship: { state: 'VERIFIED', version: 2, verifiedAt: NOW.toISOString() }, userErrors: [] };
    expect(await move(ACTORS.officer, 'Verify', id, key)).toEqual(verified);
    expect(await move(ACTORS.officer, 'Verify', id, key)).toEqual(verified);
    expect((await move(ACTORS.secretary1, 'Reject', id)).userErrors[0].code).toBe('INVALID_STATE');
    const asked = async () => (await loadActor(database.serving.db, WORLD.community, WORLD.daughter, NOW))?.kinIds;
    expect(await asked()).toEqual([rawIdOf(grandmother)]);
    expect(await links(kin)).toMatchObject([{ id, availableTransitions: ['REVOKED'], resident: { id: grandmother } }]);
    expect((await move(kin, 'Verify', id)).userErrors[0].code).toBe('FORBIDDEN');
    const ended = randomUUID();
    for (let i = 0; i < 2; i++)
      expect(await move(kin, 'Revoke', id, ended)).toMatchObject({ kinship: { state: 'REVOKED', version: 3 }, userErrors: [] });
    expect(await asked()).toEqual([]);
    expect(
      await database.owner`select kind, from_state, to_state, actor_id from event where subject_id = ${rawIdOf(id)} order by id`,
    ).toEqual([
      { kind: 'KINSHIP_CLAIMED', from_state: null, to_state: 'CLAIMED', actor_id: WORLD.daughter },
      { kind: 'KINSHIP_VERIFIED', from_state: 'CLAIMED', to_state: 'VERIFIED', actor_id: WORLD.officer },
      { kind: 'KINSHIP_REVOKED', from_state: 'VERIFIED', to_state: 'REVOKED', actor_id: WORLD.daughter },
    ]);
  });

  it('has one winner of two decisions at once, and nobody decides on their own claim', async () => {
    await claim(ACTORS.daughter, '陈桂花');
    await claim(ACTORS.secretary1, '陈桂花');
    const open = (await links(ACTORS.officer)).filter(({ state }: { state: string }) => state === 'CLAIMED');
    const own = open.find(({ claimant }: { claimant: string }) => claimant === '书记');
    expect((await move(ACTORS.secretary1, 'Verify', own.id)).userErrors[0].code).toBe('FORBIDDEN');
    const other = open.find(({ claimant }: { claimant: string }) => claimant !== '书记');
    const both = await Promise.all([move(ACTORS.officer, 'Verify', other.id), move(ACTORS.secretary1, 'Reject', other.id)]);
    expect(both.map(({ userErrors }) => userErrors[0]?.code ?? 'ok').sort()).toEqual(['INVALID_STATE', 'ok']);
  });

  it('stops a caller who tries name after name', async () => {
    const answers = [];
    for (let i = 0; i < 11; i++) answers.push((await claim(ACTORS.stranger, `猜${i}`)).data?.kinshipClaim.userErrors[0]?.code);
    expect(answers.filter(Boolean)).toEqual(['TOO_MANY_ATTEMPTS']);
  });
});

describe('for other subjects', () => {
  it('gives facts under a system purpose, of the own people to staff, and of nobody to others', async () => {
    const id = rawIdOf(grandmother);
    const facts = await residentFacts(scopeOf(database, ACTORS.clinic).asSystem('matching'), [id, WORLD.stranger]);
    expect([...facts]).toEqual([
      [
        id,
        {
          id,
          branchId: WORLD.branch1,
          buildingId: WORLD.building1,
          birthDate: '1938-02-14',
          careCategories: ['LIVING_ALONE'],
          storey: 3,
          optedOut: false,
          consentsToHealthMatching: false,
          languages: ['HANGZHOU_DIALECT'],
        },
      ],
    ]);
    expect((await residentFacts(scopeOf(database, ACTORS.secretary1), [id])).size).toBe(1);
    for (const name of OUTSIDERS) expect((await residentFacts(scopeOf(database, ACTORS[name]), [id])).size, name).toBe(0);
  });

  it('knows the kin of the caller', async () => {
    expect((await kinOf(scopeOf(database, kin))).map(({ maskedName }) => maskedName)).toEqual(['陈*']);
    const viewer = '{ viewer { account { login } residents { id maskedName } } }';
    expect((await ask(kin, viewer)).data).toEqual({
      viewer: { account: { login: 'family.1' }, residents: [{ id: grandmother, maskedName: '陈*' }] },
    });
    expect((await ask(ACTORS.daughter, viewer)).data?.viewer.residents).toEqual([]);
    expect(await kinOf(scopeOf(database, ACTORS.officer))).toEqual([]);
    expect(await kinOf(scopeOf(database, ACTORS.anonymous))).toEqual([]);
  });

  it('writes the log within a transaction or in one of its own', async () => {
    const system = scopeOf(database, ACTORS.clinic).asSystem('deidentify');
    await logAccess(system, { action: 'COUNTED', detail: { residents: 3 } });
    await system.reading(tx => logAccess(tx, { action: 'COUNTED' }));
    expect(
      await database.owner`select purpose, account_id, detail from personal.access_log where action = 'COUNTED' order by id`,
    ).toEqual([
      { purpose: 'deidentify', account_id: WORLD.liaisonClinic, detail: { residents: 3 } },
      { purpose: 'deidentify', account_id: WORLD.liaisonClinic, detail: {} },
    ]);
  });

  it('puts thousands on file in seconds, all or none', async () => {
    const person = {
      buildingId: WORLD.building2,
      sex: 'FEMALE',
      birthDate: '1950-05-05',
      residencyStatus: 'PRESENT',
      isTest: true,
    } as const;
    const people = Array.from({ length: 6000 }, (_, n) => ({
      ...person,
      name: `批量${n}`,
      phone: `1990000${String(n).padStart(4, '0')}`,
      room: String(n),
    }));
    const scope = scopeOf(database, ACTORS.anonymous);
    const before = await count('personal.resident');
    expect(await createResidentsBulk(scope, [...people.slice(0, 3), { ...person, name: '', phone: '1' }])).toEqual({
      ok: false,
      failure: {
        code: 'INVALID_INPUT',
        problems: [
          { path: ['3', 'name'], rule: 'REQUIRED' },
          { path: ['3', 'phone'], rule: 'BAD_FORMAT' },
        ],
      },
    });
    expect(await count('personal.resident')).toBe(before);
    const done = await createResidentsBulk(scope, people);
    expect(done.ok && new Set(done.value).size).toBe(6000);
    const found = await ask(
      ACTORS.officer,
      '{ residents(filter: { phone: "19900004321" }) { edges { node { maskedName maskedPhone } } } }',
    );
    expect(found.data?.residents.edges).toEqual([{ node: { maskedName: '批*', maskedPhone: '199****4321' } }]);
  });
});

describe('who may see a person', () => {
  it('is one rule, for a row and in SQL', async () => {
    const rows = [
      { id: rawIdOf(grandmother), branchId: WORLD.branch1 },
      ...(await database.owner`select id, branch_id as "branchId" from personal.resident where branch_id = ${WORLD.branch2} limit 3`),
    ] as { id: string; branchId: string }[];
    const some = (from: readonly string[]) => fc.subarray([...from]);
    const actors = fc.oneof(
      fc.constant(ACTORS.anonymous),
      fc
        .record({
          branchIds: some([WORLD.branch1, WORLD.branch2]),
          kinIds: some(rows.map(({ id }) => id)),
        })
        .map(part => ({ ...ACTORS.daughter, ...part })),
      fc.constant({ kind: 'SYSTEM', purpose: 'matching', behalfOf: null } as const),
    );
    await fc.assert(
      fc.asyncProperty(actors, async actor => {
        const ids = rows.map(({ id }) => id);
        const past = await scopeOf(database, actor)
          .asSystem('seed')
          .reading(async ({ db }) =>
            (await db.select({ id: residents.id }).from(residents).where(visibleTo(actor))).map(({ id }) => id),
          );
        const behind = await Promise.all(ids.map(id => findResident(scopeOf(database, actor), id)));
        rows.forEach((row, at) => {
          expect(past.includes(row.id)).toBe(canSee(actor, row));
          expect(behind[at] !== null).toBe(canSee(actor, row));
        });
      }),
      { numRuns: 30 },
    );
  });

  it('holds for links as well, which an account sees only once they were verified', async () => {
    const { community, branch1, branch2, daughter, stranger } = WORLD;
    for (const [branch, account] of [
      [branch1, daughter],
      [branch2, daughter],
      [branch1, stranger],
    ] as const)
      await database.owner`insert into personal.kinship (community_id, id, branch_id, resident_id, account_id, relation, state, verified_at, created_at)
        select ${community}, gen_random_uuid(), ${branch}, ${rawIdOf(grandmother)}, ${account}, 'OTHER', state::kinship_state, at, now()
        from (values ('REJECTED', null), ('REVOKED', null), ('REVOKED', now())) as made (state, at)`;
    const everybody = scopeOf(database, ACTORS.anonymous).asSystem('seed');
    const rows = await everybody.reading(({ db }) => db.select().from(kinships));
    expect(rows.length).toBeGreaterThan(9);
    for (const branchIds of [[], [branch1], [branch2], [branch1, branch2]])
      for (const accountId of [daughter, stranger, WORLD.clinic]) {
        const actor = { ...ACTORS.daughter, accountId, branchIds };
        const found = await everybody.reading(({ db }) => db.select().from(kinships).where(kinshipVisibleTo(actor)));
        const behind = await scopeOf(database, actor).reading(({ db }) =>
          db.select().from(kinships).where(kinshipVisibleTo(actor)),
        );
        const expected = rows.filter(row => canSeeKinship(actor, row)).map(({ id }) => id);
        expect(new Set(found.map(({ id }) => id))).toEqual(new Set(expected));
        expect(new Set(behind.map(({ id }) => id))).toEqual(new Set(expected));
      }
  });
});
