import { beforeAll, describe, expect, it } from 'vitest';
import { toCursor } from '../../src/kernel/page.js';
import { createNeedsBulk } from '../../src/modules/needs/needs.service.js';
import { ACTORS, gid, scopeOf, testVault } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { daughter, hoursFromNow, operation, PEOPLE, rawIdOf, setUpNeeds } from '../support/needs.js';
import { NOW, WORLD } from '../support/world.js';

const database = await createTestDatabase();
const { ask, submit, act } = await setUpNeeds(database);
const branch1 = gid('Branch', WORLD.branch1);

const EVERYTHING = `id number state urgency quantity modes windows { startsAt endsAt } deadline acceptsCostFen floor noLift wheelchair languages submittedAt
  category { code } branch { code } coverage { open } waiting { days } beneficiaryKind ageBand
  beneficiary { maskedName } beneficiaryGroup beneficiaryOrganization { name } building { address } description accessNotes requesterKind requesterName
  requesterOrganization { name } channel mergedInto { id } timeline { kind labelZh by reason } availableTransitions`;
const HIDDEN = {
  beneficiary: null,
  beneficiaryGroup: null,
  beneficiaryOrganization: null,
  building: null,
  description: null,
  accessNotes: null,
  requesterKind: null,
  requesterName: null,
  requesterOrganization: null,
  channel: null,
  mergedInto: null,
  timeline: null,
  availableTransitions: [],
};

let haircut: string;
beforeAll(async () => {
  const { need } = await submit(daughter, {
    description: '老人腿脚不便,请上门理发',
    accessNotes: '密码锁在左边',
    modes: ['HOME'],
    windows: [{ startsAt: hoursFromNow(48), endsAt: hoursFromNow(52) }],
  });
  haircut = need.id;
  await act(ACTORS.officer, 'Verify', { needId: haircut, expectedVersion: 1 });
  await act(ACTORS.officer, 'UrgencySet', { needId: haircut, expectedVersion: 2, urgency: 'P2', reason: 'WAITED_LONG' });
});

describe('what each sees of a need', () => {
  const one = (actor: Parameters<typeof ask>[0]) =>
    ask(actor, `query($id: ID!) { need(id: $id) { ${EVERYTHING} } node(id: $id) { ... on Need { ${EVERYTHING} } } }`, {
      id: haircut,
    });

  const OUTSIDERS = {
    anonymous: ACTORS.anonymous,
    stranger: ACTORS.stranger,
    subdistrict: ACTORS.subdistrict,
    secretary2: ACTORS.secretary2,
    'kin of somebody else': { ...ACTORS.daughter, accountId: WORLD.stranger, kinIds: [PEOPLE.neighbor] },
  };
  it.each(Object.entries(OUTSIDERS))('%s: nothing by any route', async (_who, actor) => {
    const { data } = await ask(
      actor,
      `query($id: ID!, $branch: ID!, $resident: ID!) { need(id: $id) { id } node(id: $id) { id } nodes(ids: [$id]) { id } needs { totalCount edges { node { id } } }
        branch(id: $branch) { needs { totalCount edges { node { id } } } } resident(id: $resident) { needs { totalCount } }
        mine: needs(filter: { beneficiaryId: $resident }) { totalCount } text: needs(filter: { text: "理发" }) { totalCount } }`,
      { id: haircut, branch: branch1, resident: gid('Resident', PEOPLE.mother) },
    );
    const none = { totalCount: 0, edges: [] };
    expect(data).toEqual({
      need: null,
      node: null,
      nodes: [null],
      needs: none,
      branch: { needs: none },
      resident: null,
      mine: { totalCount: 0 },
      text: { totalCount: 0 },
    });
  });

  it('a partner of the branch: what says nothing about the person', async () => {
    const { data, errors } = await one(ACTORS.barber);
    expect(errors).toBeUndefined();
    expect(data?.need).toMatchObject({
      ...HIDDEN,
      state: 'OPEN',
      urgency: 'P2',
      ageBand: 'EIGHTY_PLUS',
      floor: 5,
      noLift: true,
      category: { code: 'HAIRCUT' },
      branch: { code: 'B1' },
      windows: [{ startsAt: hoursFromNow(48).toISOString(), endsAt: hoursFromNow(52).toISOString() }],
    });
    expect(data?.node).toEqual(data?.need);
    const log = await database.owner`select purpose, account_id, detail from personal.access_log where action = 'NEED_AGE_BANDS'`;
    expect(log).toEqual([{ purpose: 'deidentify', account_id: WORLD.liaisonBarber, detail: { needs: 1, residents: 1 } }]);
    const search = await ask(ACTORS.barber, '{ needs(filter: { text: "理发" }) { totalCount } }');
    expect(search.data?.needs.totalCount).toBe(0);
  });

  it('staff of the branch: all of it, with the notes on the handling', async () => {
    const { data } = await one(ACTORS.secretary1);
    expect(data?.need).toMatchObject({
      beneficiary: { maskedName: '陈*' },
      building: { address: '9幢1单元' },
      description: '老人腿脚不便,请上门理发',
      accessNotes: '密码锁在左边',
      requesterKind: 'FAMILY',
      requesterName: '陈家女儿',
      channel: 'WECHAT',
      availableTransitions: ['FULFILLED', 'MERGED', 'TRANSFERRED', 'WITHDRAWN', 'UNMET'],
      timeline: [
        { kind: 'NEED_SUBMITTED', labelZh: '需求已登记', by: '家属', reason: null },
        { kind: 'NEED_OPENED', labelZh: '已核实,正在寻找服务', by: '小区专员', reason: null },
        { kind: 'NEED_URGENCY_SET', labelZh: '紧急程度已调整', by: '小区专员', reason: 'WAITED_LONG' },
      ],
    });
  });

  it('the family: all of it but the notes; also another daughter who did not ask herself', async () => {
    const sister = { ...daughter, accountId: WORLD.stranger };
    for (const actor of [daughter, sister]) {
      const { data } = await one(actor);
      expect(data?.need).toMatchObject({
        beneficiary: { maskedName: '陈*' },
        description: '老人腿脚不便,请上门理发',
        availableTransitions: ['WITHDRAWN'],
        timeline: [{ kind: 'NEED_SUBMITTED' }, { kind: 'NEED_OPENED' }],
      });
      const { data: lists } = await ask(
        actor,
        'query($id: ID!) { needs { totalCount edges { node { id } } } resident(id: $id) { needs { totalCount edges { node { id description } } } } }',
        { id: gid('Resident', PEOPLE.mother) },
      );
      expect(lists).toEqual({
        needs: { totalCount: 1, edges: [{ node: { id: haircut } }] },
        resident: { needs: { totalCount: 1, edges: [{ node: { id: haircut, description: '老人腿脚不便,请上门理发' } }] } },
      });
    }
  });
});

describe('question 14: where is it', () => {
  it('is one operation in plain words, also of what organizations did', async () => {
    const referral = '00000000-0000-7000-8000-000000000901';
    const [offer, session] = ['00000000-0000-7000-8000-000000000902', '00000000-0000-7000-8000-000000000903'];
    await database.owner.unsafe(`
      insert into offer (community_id, id, organization_id, category_code, title, state, modes, valid_from, valid_until, created_at, published_at)
        values ('${WORLD.community}', '${offer}', '${WORLD.barber}', 'HAIRCUT', '上门理发', 'PUBLISHED', '{HOME}', '2026-11-01', '2027-03-31', now(), now());
      insert into session (community_id, id, offer_id, capacity, created_at) values ('${WORLD.community}', '${session}', '${offer}', 5, now());
      insert into referral (community_id, id, number, need_id, session_id, organization_id, branch_id, origin, state, quantity, created_at)
        values ('${WORLD.community}', '${referral}', 'R-9', '${rawIdOf(haircut)}', '${session}', '${WORLD.barber}', '${WORLD.branch1}', 'CLAIM', 'ACCEPTED', 1, now())`);
    await scopeOf(database, ACTORS.barber).transaction(async tx => {
      await tx.append(
        { kind: 'REFERRAL_REJECTED', subject: { type: 'Referral', id: referral } },
        { kind: 'REFERRAL_ACCEPTED', subject: { type: 'Referral', id: referral }, to: 'ACCEPTED' },
      );
      return { ok: true, value: null };
    });
    const where = operation('question-14-where-is-it');
    expect((await ask(ACTORS.secretary2, where, { needId: haircut })).data).toEqual({ need: null });
    const { data, errors } = await ask(daughter, where, { needId: haircut }, { locale: 'en' });
    expect(errors).toBeUndefined();
    expect(data?.need).toMatchObject({ state: 'OPEN', category: { labelZh: '理发' } });
    expect(data?.need.timeline.map(({ labelEn, by }: { labelEn: string; by: string }) => [labelEn, by])).toEqual([
      ['The need was taken down.', 'family'],
      ['It was verified; help is being looked for.', 'estate officer'],
      ['An organization promised to help.', 'partner organization'],
    ]);
    const staff = await ask(ACTORS.officer, where, { needId: haircut });
    expect(staff.data?.need.timeline.map(({ kind }: { kind: string }) => kind)).toContain('REFERRAL_REJECTED');
  });
});

describe('lists', () => {
  const at = (hours: number): Date => hoursFromNow(hours);
  beforeAll(async () => {
    const base = { channel: 'COUNTER', requesterKind: 'OFFICER', state: 'OPEN', urgency: 'P3' } as const;
    const made = await createNeedsBulk(
      scopeOf(database, ACTORS.admin),
      Array.from({ length: 60 }, (_, i) => ({
        ...base,
        categoryCode: ['HAIRCUT', 'FREE_CLINIC', 'SAFETY_ENV', 'HOME_MEDICAL'][i % 4] ?? '',
        residentId: i % 3 === 2 ? PEOPLE.farOff : PEOPLE.neighbor,
        urgency: (['P1', 'P2', 'P3', 'P4'] as const)[Math.floor(i / 4) % 4] ?? 'P3',
        submittedAt: at(-200 + (i % 30)),
        openedAt: at(-100),
        description: i === 5 ? '想请人修水管,厨房漏水' : `第${i}条`,
      })),
    );
    expect(made.ok).toBe(true);
  });

  const LIST = `query($filter: NeedFilterInput, $order: NeedOrder!, $first: Int, $after: String, $last: Int, $before: String) {
    needs(filter: $filter, order: $order, first: $first, after: $after, last: $last, before: $before) { totalCount edges { cursor node { id submittedAt urgency state category { code } branch { code } } }
      pageInfo { hasNextPage endCursor } } }`;
  const pageOf = async (variables: Readonly<Record<string, unknown>>, actor: Parameters<typeof ask>[0] = ACTORS.secretary1) => {
    const { data, errors } = await ask(actor, LIST, { order: 'WAITING', ...variables });
    if (errors) throw errors[0];
    return data?.needs;
  };

  it.each(['WAITING', 'URGENCY', 'NEWEST'] as const)('%s: pages forward and backward without losing one', async order => {
    const all = await pageOf({ order, first: 100 });
    expect(all.edges).toHaveLength(all.totalCount);
    const forward = [];
    for (let after: string | null = null; ; ) {
      const page: { edges: { node: { id: string } }[]; pageInfo: { hasNextPage: boolean; endCursor: string } } = await pageOf({
        order,
        first: 7,
        after,
      });
      forward.push(...page.edges.map(({ node }) => node.id));
      after = page.pageInfo.endCursor;
      if (!page.pageInfo.hasNextPage) break;
    }
    const ids = all.edges.map(({ node }: { node: { id: string } }) => node.id);
    expect(forward).toEqual(ids);
    const back = await pageOf({ order, last: 3, before: all.edges[10].cursor });
    expect(back.edges.map(({ node }: { node: { id: string } }) => node.id)).toEqual(ids.slice(7, 10));
    const keys = all.edges.map(({ node }: { node: Record<string, string> }) =>
      order === 'WAITING' ? node.submittedAt : order === 'URGENCY' ? `${node.urgency} ${node.submittedAt}` : node.id,
    );
    if (order !== 'NEWEST') expect(keys).toEqual([...keys].sort());
  });

  it('filters: branch, states, categories with what lies below, urgencies, time, text', async () => {
    const count = async (filter: Readonly<Record<string, unknown>>, actor: Parameters<typeof ask>[0] = ACTORS.secretary1) =>
      (await pageOf({ filter, first: 0 }, actor)).totalCount;
    expect(await count({})).toBe(41);
    expect(await count({ branchId: branch1 }, ACTORS.admin)).toBe(41);
    expect(await count({ branchId: gid('Branch', WORLD.branch2) }, ACTORS.admin)).toBe(20);
    expect(await count({ branchId: gid('Branch', WORLD.branch2) })).toBe(0);
    expect(await count({ states: ['OPEN', 'SUBMITTED'] })).toBe(41);
    expect(await count({ states: ['UNMET'] })).toBe(0);
    const below = await pageOf({ filter: { categories: ['MEDICAL_ACCESS'] }, first: 100 });
    expect(new Set(below.edges.map(({ node }: { node: { category: { code: string } } }) => node.category.code))).toEqual(
      new Set(['FREE_CLINIC', 'HOME_MEDICAL']),
    );
    expect(await count({ categories: ['NO_SUCH'] })).toBe(0);
    expect(await count({ categories: ['a\u0000'] })).toBe(0);
    expect((await count({ urgencies: ['P1'] })) + (await count({ urgencies: ['P2', 'P3', 'P4'] }))).toBe(41);
    expect(await count({ submittedFrom: at(-200), submittedUntil: at(-199) })).toBe(2);
    expect(await count({ beneficiaryId: gid('Resident', PEOPLE.mother) })).toBe(1);
    expect(await count({ beneficiaryId: gid('Resident', PEOPLE.farOff) })).toBe(0);
    for (const text of ['漏水', '修水管', '厨房漏']) expect(await count({ text }, ACTORS.admin)).toBe(1);
    expect(await count({ text: '水漏' }, ACTORS.admin)).toBe(0);
    expect(await count({ text: '漏水' }, ACTORS.officer)).toBe(0);
  });

  it('refuses what is no search, no page, no cursor of this list', async () => {
    const code = async (variables: Readonly<Record<string, unknown>>) =>
      pageOf(variables).then(
        () => 'ok',
        error => error.extensions.code,
      );
    const wrong = [
      { filter: { text: '水' } },
      { filter: { text: ',。' } },
      { filter: { text: '长'.repeat(100_000) } },
      { filter: { branchId: gid('Need', WORLD.branch1) } },
      { filter: { branchId: 'x' } },
      { first: -1 },
      { first: 101 },
      { first: 1, last: 1 },
      { after: (await pageOf({ order: 'NEWEST', first: 1 })).edges[0].cursor },
      { after: toCursor('needs.WAITING', ['yesterday', WORLD.branch1]) },
      { after: toCursor('needs.WAITING', [NOW.toISOString(), "' or true"]) },
      { order: 'URGENCY', after: toCursor('needs.URGENCY', ['P9', NOW.toISOString(), WORLD.branch1]) },
    ];
    for (const variables of wrong) expect([variables, await code(variables)]).toEqual([variables, 'BAD_USER_INPUT']);
    expect((await ask(ACTORS.secretary1, LIST, { order: 'OLDEST' })).errors).toHaveLength(1);
  });

  it('a partner lists what is offered in its branches only', async () => {
    const offered = await pageOf({ first: 100 }, ACTORS.barber);
    for (const { node } of offered.edges) expect(node).toMatchObject({ state: 'OPEN', branch: { code: 'B1' } });
    expect(offered.edges.some(({ node }: { node: { category: { code: string } } }) => node.category.code === 'SAFETY_ENV')).toBe(
      false,
    );
    expect(offered.totalCount).toBe(31);
    expect((await pageOf({ first: 100 }, ACTORS.clinic)).totalCount).toBe(46);
  });

  it('question 4 is one operation: what nobody has claimed, longest waiting first', async () => {
    const waiting = operation('question-04-waiting-needs');
    expect((await ask(ACTORS.secretary2, waiting, { branchId: branch1 })).data?.branch.needs).toMatchObject({
      totalCount: 0,
      edges: [],
    });
    const { data, errors } = await ask(ACTORS.secretary1, waiting, { branchId: branch1 });
    expect(errors).toBeUndefined();
    expect(data?.branch.needs.totalCount).toBe(41);
    const since = data?.branch.needs.edges.map(({ node }: { node: { waiting: { since: string } } }) => node.waiting.since);
    expect(since).toEqual([...since].sort());
    // From Sunday 22 November, 17:00 UTC: six full working days of 8.5 hours, and Tuesday from 8:30 to 9:00.
    expect(data?.branch.needs.edges[0].node).toMatchObject({
      waiting: { since: at(-200).toISOString(), workingHours: 51.5, days: 8 },
    });
  });

  const sent = async (actor: Parameters<typeof ask>[0], query: string, first: number): Promise<string[]> => {
    database.statements();
    const { errors } = await ask(actor, query, { first });
    expect(errors).toBeUndefined();
    return [...database.statements()];
  };

  it('takes one statement for a page with branch, category and waiting, however long, and no look behind the wall', async () => {
    const query = `query($first: Int) { needs(filter: { states: [OPEN] }, first: $first) { edges { node {
      id number urgency state category { code labelZh capacityUnit } branch { code name } waiting { since workingHours days } coverage { asked committed open } availableTransitions } } } }`;
    for (const actor of [ACTORS.secretary1, ACTORS.barber])
      for (const first of [2, 20]) {
        const statements = await sent(actor, query, first);
        expect(statements).toHaveLength(1);
        expect(statements.join()).not.toMatch(/personal/);
      }
    expect(await sent(daughter, query, 20)).toHaveLength(8);
  });

  it('takes a fixed number more for what is proposed, ages and details', async () => {
    const with_ = (fields: string) => `query($first: Int) { needs(first: $first) { edges { node { id ${fields} } } } }`;
    const cost = async (fields: string, actor: Parameters<typeof ask>[0] = ACTORS.secretary1) => {
      const counts = [(await sent(actor, with_(fields), 2)).length, (await sent(actor, with_(fields), 20)).length];
      expect(counts[0]).toBe(counts[1]);
      return counts[0];
    };
    expect(await cost('coverage { proposed }')).toBe(2);
    expect(await cost('ageBand', ACTORS.barber)).toBe(7);
    expect(await cost('description accessNotes')).toBe(5);
    expect(await cost('timeline { kind }')).toBe(3);
  });

  it('opens nothing sealed that nobody asked for', async () => {
    let opened = 0;
    const { open } = testVault;
    testVault.open = (...given) => {
      opened++;
      return open(...given);
    };
    try {
      await ask(ACTORS.secretary1, '{ needs { edges { node { id building { address } accessNotes } } } }');
      expect(opened).toBe(0);
      await ask(ACTORS.secretary1, '{ needs(order: NEWEST, first: 3) { edges { node { description } } } }');
      expect(opened).toBe(3);
    } finally {
      testVault.open = open;
    }
  });
});
