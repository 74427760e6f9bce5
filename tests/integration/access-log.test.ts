import { beforeAll, describe, expect, it } from 'vitest';
import { createSchema } from '../../src/app.js';
import { logAccess } from '../../src/modules/privacy/access.service.js';
import { accessLog } from '../../src/modules/privacy/access.table.js';
import { ACTORS, createAsk, scopeOf } from '../support/ask.js';
import { openResidents, rawIdOf } from '../support/residents.js';
import { WORLD } from '../support/world.js';

const { database, register, grandmother, kin } = await openResidents();
const ask = createAsk(createSchema(), database);
const { owner } = database;
const her = rawIdOf(grandmother);
let neighbor: string;
beforeAll(async () => {
  neighbor = (await register(ACTORS.officer, { name: '李秀英', phone: null, careCategories: [] })).resident.id;
});

const written = () =>
  owner`select account_id, actor_role, action, resident_id, branch_id, detail from personal.access_log order by id`;
const forget = () => owner`truncate personal.access_log`;

describe('what counts as a look', () => {
  const OPEN = 'query($id: ID!, $purpose: AccessPurpose) { resident(id: $id, purpose: $purpose) { maskedName } }';

  it('is opening a record, by any path, with the stated purpose or the usual one', async () => {
    await forget();
    await ask(ACTORS.officer, OPEN, { id: grandmother, purpose: 'HOME_VISIT' });
    await ask(kin, OPEN, { id: grandmother });
    await ask(ACTORS.secretary1, 'query($id: ID!) { node(id: $id) { ... on Resident { maskedName } } }', { id: grandmother });
    await ask(kin, '{ viewer { residents { id } } }');
    const about = { action: 'RESIDENT_OPENED', resident_id: her, branch_id: WORLD.branch1 };
    const family = { ...about, account_id: WORLD.daughter, actor_role: 'FAMILY', detail: { purpose: 'FAMILY_CARE' } };
    expect(await written()).toEqual([
      { ...about, account_id: WORLD.officer, actor_role: 'ESTATE_OFFICER', detail: { purpose: 'HOME_VISIT' } },
      family,
      { ...about, account_id: WORLD.secretary1, actor_role: 'BRANCH_SECRETARY', detail: { purpose: 'CASE_WORK' } },
      family,
    ]);
  });

  it('is everybody whom a list shows, by what they were found; and that a search met nobody', async () => {
    await forget();
    const LIST = `query($filter: ResidentFilterInput) { residents(first: 5, filter: $filter, purpose: CARE_PLANNING) { edges { node { id } } } }`;
    await ask(ACTORS.officer, LIST, { filter: {} });
    await ask(ACTORS.officer, LIST, { filter: { name: '没有此人', minAge: 80 } });
    const rows = await written();
    expect(rows.map(({ resident_id, detail }) => [resident_id, detail])).toEqual([
      [her, { purpose: 'CARE_PLANNING' }],
      [rawIdOf(neighbor), { purpose: 'CARE_PLANNING' }],
      [null, { purpose: 'CARE_PLANNING', by: 'name,minAge' }],
    ]);
    expect(rows.every(({ action }) => action === 'RESIDENTS_LISTED')).toBe(true);
  });

  it('is not what others ask in vain', async () => {
    await forget();
    for (const actor of [ACTORS.secretary2, ACTORS.clinic, ACTORS.daughter, ACTORS.subdistrict, ACTORS.anonymous]) {
      await ask(actor, OPEN, { id: grandmother, purpose: 'EMERGENCY' });
      await ask(actor, '{ residents { edges { node { id } } } }');
    }
    expect((await written()).map(({ account_id, resident_id }) => [account_id, resident_id])).toEqual([[WORLD.secretary2, null]]);
  });

  it('shows nothing when it cannot be written', async () => {
    await owner.unsafe('alter table personal.access_log add constraint closed check (false) not valid');
    const answers = [
      await ask(ACTORS.officer, OPEN, { id: grandmother }),
      await ask(ACTORS.officer, '{ residents { edges { node { maskedName } } } }'),
    ];
    await owner.unsafe('alter table personal.access_log drop constraint closed');
    expect(answers.map(({ errors }) => errors?.length)).toEqual([1, 1]);
    expect(JSON.stringify(answers.map(({ data }) => data))).not.toContain('陈*');
  });

  it.each([{ name: '陈桂花' }, { phone: '19900000001' }, { minAge: 80 }, { careCategories: ['LIVING_ALONE'] }])(
    'has a purpose where staff search by %j',
    async filter => {
      const source = 'query($filter: ResidentFilterInput) { residents(filter: $filter) { totalCount } }';
      expect((await ask(ACTORS.officer, source, { filter })).errors?.[0]?.extensions).toMatchObject({
        code: 'BAD_USER_INPUT',
        argument: 'purpose',
      });
      expect((await ask(ACTORS.clinic, source, { filter })).data).toEqual({ residents: { totalCount: 0 } });
    },
  );
});

describe('the log', () => {
  const LOG = 'edges { node { action label by byYou purpose fields organization { code } resident { id } } }';
  const OF = `query($id: ID!) { resident(id: $id) { accessLog(first: 100) { ${LOG} } } }`;
  const MINE = `{ myAccessLog(first: 100) { ${LOG} } }`;
  const nodes = (connection: { readonly edges: readonly { readonly node: Record<string, unknown> }[] }) =>
    connection.edges.map(({ node }) => node);

  beforeAll(async () => {
    await forget();
    await ask(
      ACTORS.officer,
      `mutation($input: ResidentRevealInput!) { residentReveal(input: $input) { userErrors { code } } }`,
      {
        input: { residentId: grandmother, fields: ['PHONE', 'ROOM'], purpose: 'HOME_VISIT' },
      },
    );
    await logAccess(scopeOf(database, ACTORS.clinic).asSystem('rights'), {
      action: 'SHARED_WITH_ORGANIZATION',
      residentId: her,
      detail: { organizationId: WORLD.clinic, purpose: 'SERVICE_DELIVERY', fields: 'PHONE' },
    });
    await logAccess(scopeOf(database, ACTORS.officer), { action: 'RESIDENT_OPENED', residentId: rawIdOf(neighbor) });
  });

  it('tells the family who looked at what and why, by position, and nothing of other people', async () => {
    const told = nodes((await ask(kin, MINE)).data?.myAccessLog);
    expect(told).toEqual([
      {
        action: 'SHARED_WITH_ORGANIZATION',
        label: '向服务单位提供',
        by: '系统',
        byYou: false,
        purpose: 'SERVICE_DELIVERY',
        fields: ['PHONE'],
        organization: { code: 'T001' },
        resident: { id: grandmother },
      },
      {
        action: 'RESIDENT_REVEALED',
        label: '查看明文信息',
        by: '片区社工',
        byYou: false,
        purpose: 'HOME_VISIT',
        fields: ['PHONE', 'ROOM'],
        organization: null,
        resident: { id: grandmother },
      },
    ]);
    expect(nodes((await ask(kin, OF, { id: grandmother })).data?.resident.accessLog).slice(-2)).toEqual(told);
    expect((await ask(kin, MINE, {}, { locale: 'en' })).data?.myAccessLog.edges.at(-1).node).toMatchObject({
      by: 'estate officer',
      label: 'Clear values were shown.',
    });
  });

  it('is for staff of the branch and the admin, too, and for nobody else', async () => {
    for (const name of ['officer', 'secretary1', 'admin'] as const)
      expect(nodes((await ask(ACTORS[name], OF, { id: grandmother })).data?.resident.accessLog).length, name).toBeGreaterThan(1);
    for (const name of ['secretary2', 'clinic', 'daughter', 'subdistrict', 'anonymous'] as const) {
      expect((await ask(ACTORS[name], OF, { id: grandmother })).data, name).toEqual({ resident: null });
      expect((await ask(ACTORS[name], MINE)).data, name).toEqual({ myAccessLog: { edges: [] } });
      expect(await scopeOf(database, ACTORS[name]).reading(({ db }) => db.select().from(accessLog)), name).toEqual([]);
    }
  });

  it('keeps what it holds: the serving role changes nothing and removes only what retention lets go', async () => {
    const { client } = database.serving;
    const change = client`update personal.access_log set action = 'x'`;
    await expect(change).rejects.toThrow(/permission denied/);
    const remove = (purpose: string) =>
      client.begin(async tx => {
        await tx.unsafe(
          `set local app.community = '${WORLD.community}'; set local app.branches = '${WORLD.branch1}'; set local app.system = '${purpose}'`,
        );
        return (await tx`delete from personal.access_log returning id`).length;
      });
    await owner`insert into personal.access_log (community_id, id, at, actor_role, action)
      values (${WORLD.community}, gen_random_uuid(), now() - interval '3 years 1 day', 'ACCOUNT', 'OLD')`;
    const before = (await written()).length;
    for (const purpose of ['', 'upkeep', 'rights']) expect(await remove(purpose), purpose).toBe(0);
    expect(await remove('retention')).toBe(1);
    expect((await written()).map(({ action }) => action)).not.toContain('OLD');
    expect(await written()).toHaveLength(before - 1);
  });
});
