import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ACTORS, gid } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { daughter, hoursFromNow, operation, PEOPLE, rawIdOf, setUpNeeds } from '../support/needs.js';
import { WORLD } from '../support/world.js';

const database = await createTestDatabase({ max: 6 });
const { ask, submit, act, count } = await setUpNeeds(database);

const mother = gid('Resident', PEOPLE.mother);
const farOff = gid('Resident', PEOPLE.farOff);
const branch1 = gid('Branch', WORLD.branch1);
const NOT_FOUND = { need: null, userErrors: [{ code: 'NOT_FOUND', path: ['residentId'] }] };

describe('who may ask for whom', () => {
  it.each(['clinic', 'barber', 'stranger', 'daughter', 'subdistrict', 'secretary2'] as const)(
    'a person on file is not there for %s, and nothing changes',
    async who => {
      expect(await submit(ACTORS[who], {})).toMatchObject(NOT_FOUND);
      expect(await count('need')).toBe(0);
      expect(await database.owner`select kind from event where kind like 'NEED%'`).toEqual([]);
    },
  );

  it('refuses whoever has not signed in', async () => {
    await expect(submit(ACTORS.anonymous, {})).rejects.toMatchObject({ extensions: { code: 'UNAUTHENTICATED' } });
  });

  it('takes a beneficiary of another branch for none, and nothing changes', async () => {
    const before = await Promise.all(['need', 'event', 'personal.need_detail', 'idempotency_key'].map(count));
    expect(await submit(ACTORS.secretary1, { residentId: farOff })).toMatchObject(NOT_FOUND);
    expect(await submit(daughter, { residentId: farOff })).toMatchObject(NOT_FOUND);
    expect(await Promise.all(['need', 'event', 'personal.need_detail', 'idempotency_key'].map(count))).toEqual(before);
  });

  it('lets a daughter ask for her mother; staff verify it', async () => {
    const { need, userErrors, emergencyAdvice } = await submit(daughter, { description: '头发长了,腿脚不便' });
    expect(userErrors).toEqual([]);
    expect(emergencyAdvice).toBeNull();
    expect(need).toMatchObject({
      number: 'N-B1-2026-0001',
      state: 'SUBMITTED',
      urgency: 'P3',
      floor: 5,
      noLift: true,
      quantity: 1,
      modes: ['ON_SITE', 'HOME', 'ONLINE'],
      requesterKind: 'FAMILY',
      channel: 'WECHAT',
      beneficiaryKind: 'RESIDENT',
      openedAt: null,
    });
    expect((await act(daughter, 'Verify', { needId: need.id, expectedVersion: 1 })).userErrors).toEqual([
      { code: 'FORBIDDEN', path: null },
    ]);
    expect((await act(ACTORS.secretary2, 'Verify', { needId: need.id, expectedVersion: 1 })).userErrors).toEqual([
      { code: 'NOT_FOUND', path: ['needId'] },
    ]);
    const verified = await act(ACTORS.officer, 'Verify', {
      needId: need.id,
      expectedVersion: 1,
      categoryCode: 'HOME_MEDICAL',
      urgency: 'P2',
    });
    expect(verified).toMatchObject({
      need: { state: 'OPEN', version: 2, urgency: 'P2', category: { code: 'HOME_MEDICAL' } },
      userErrors: [],
    });
  });

  it('keeps what was said sealed', async () => {
    const rows = await database.owner`select description_sealed as sealed from personal.need_detail`;
    expect(rows).toHaveLength(1);
    expect(rows[0]?.sealed.includes(Buffer.from('头发'))).toBe(false);
  });

  it.each([
    ['a walk-in', { residentId: null, address: '9幢2单元' }, 'address'],
    ['a place', { residentId: null, buildingId: gid('Building', WORLD.building1) }, 'buildingId'],
    ['a group', { residentId: null, group: '环卫工人', branchId: branch1 }, 'branchId'],
  ] as const)('lets staff of the branch only ask for %s', async (_what, input, path) => {
    for (const actor of [daughter, ACTORS.secretary2, ACTORS.stranger])
      expect(await submit(actor, input)).toMatchObject({ need: null, userErrors: [{ code: 'FORBIDDEN', path: [path] }] });
    expect(await submit(ACTORS.officer, input)).toMatchObject({
      need: { state: 'OPEN', noLift: path === 'buildingId' },
      userErrors: [],
    });
  });

  it('lets a liaison ask for the own organization, in branches it is a member of', async () => {
    const input = {
      residentId: null,
      organizationId: gid('Organization', WORLD.barber),
      branchId: branch1,
      categoryCode: 'FUNDING',
    };
    expect(await submit(ACTORS.clinic, input)).toMatchObject({ userErrors: [{ code: 'FORBIDDEN', path: ['organizationId'] }] });
    expect(await submit(ACTORS.barber, { ...input, branchId: gid('Branch', WORLD.branch2) })).toMatchObject({
      userErrors: [{ code: 'FORBIDDEN', path: ['branchId'] }],
    });
    const { need } = await submit(ACTORS.barber, input);
    expect(need).toMatchObject({ state: 'SUBMITTED', beneficiaryKind: 'ORGANIZATION', requesterKind: 'ORGANIZATION' });
    const own =
      '{ needs(filter: { states: [SUBMITTED] }) { edges { node { requesterOrganization { name } beneficiaryOrganization { name } timeline { kind } } } } }';
    expect((await ask(ACTORS.barber, own)).data?.needs.edges).toEqual([
      {
        node: {
          requesterOrganization: { name: '美发店' },
          beneficiaryOrganization: { name: '美发店' },
          timeline: [{ kind: 'NEED_SUBMITTED' }],
        },
      },
    ]);
    expect((await ask(ACTORS.clinic, own)).data?.needs.edges).toEqual([]);
  });

  it('asks for exactly one beneficiary', async () => {
    expect((await submit(ACTORS.officer, { residentId: null })).userErrors).toEqual([
      { code: 'INVALID_INPUT', path: ['residentId'], rule: 'REQUIRED', limit: null },
    ]);
    expect((await submit(ACTORS.officer, { group: '快递员', address: '9-2' })).userErrors).toEqual(
      ['address', 'group'].map(path => ({ code: 'INVALID_INPUT', path: [path], rule: 'NOT_ALLOWED', limit: null })),
    );
    expect((await submit(ACTORS.officer, { residentId: null, group: ' ' })).userErrors).toMatchObject([
      { path: ['group'], rule: 'REQUIRED' },
    ]);
    expect((await submit(ACTORS.officer, { residentId: null, group: '快递员' })).userErrors).toMatchObject([
      { path: ['branchId'], rule: 'REQUIRED' },
    ]);
    expect((await submit(ACTORS.admin, { branchId: gid('Branch', WORLD.branch2) })).userErrors).toMatchObject([
      { path: ['branchId'], rule: 'NOT_ALLOWED' },
    ]);
  });

  it('leaves urgency, verification and the requester to staff', async () => {
    for (const [input, path] of [
      [{ urgency: 'P0' }, 'urgency'],
      [{ urgency: 'P2' }, 'urgency'],
      [{ verified: true }, 'verified'],
      [{ requesterKind: 'OFFICER' }, 'requesterKind'],
      [{ channel: 'COUNTER' }, 'channel'],
    ] as const)
      expect((await submit(daughter, input)).userErrors).toEqual([
        { code: 'INVALID_INPUT', path: [path], rule: 'NOT_ALLOWED', limit: null },
      ]);
    expect(
      await submit(ACTORS.officer, { verified: false, urgency: 'P1', requesterKind: 'STEWARD', channel: 'PHONE' }),
    ).toMatchObject({
      need: { state: 'SUBMITTED', urgency: 'P1', requesterKind: 'STEWARD', channel: 'PHONE' },
    });
  });

  it('opens P0 at once, with advice in the language of the caller, and never offers it', async () => {
    const input = {
      urgency: 'P0',
      verified: false,
      categoryCode: 'MEDICAL_ACCESS',
      residentId: gid('Resident', PEOPLE.neighbor),
    };
    const zh = await submit(ACTORS.officer, input);
    expect(zh).toMatchObject({ need: { state: 'OPEN', urgency: 'P0' } });
    expect(zh.emergencyAdvice).toMatch(/110.*119.*120/);
    const en = await submit(ACTORS.officer, input, { locale: 'en' });
    expect(en.emergencyAdvice).toMatch(/^This is urgent.*110.*119.*120/);
    const query = 'query($id: ID!) { need(id: $id) { id } node(id: $id) { id } }';
    expect((await ask(ACTORS.clinic, query, { id: zh.need.id })).data).toEqual({ need: null, node: null });
    expect((await ask(ACTORS.officer, query, { id: zh.need.id })).data?.need).toEqual({ id: zh.need.id });
  });

  it('lets a resident ask for herself once staff know that it is she', async () => {
    const mother = { ...ACTORS.daughter, accountId: ACTORS.subdistrict.accountId, kinIds: [PEOPLE.mother] };
    const link = async (state: string) =>
      database.owner`insert into personal.kinship (community_id, id, branch_id, resident_id, account_id, relation, state, verified_at, created_at)
        values (${WORLD.community}, ${randomUUID()}, ${WORLD.branch1}, ${PEOPLE.mother}, ${mother.accountId}, 'SELF', ${state}, now(), now())`;
    await link('REVOKED');
    expect((await submit(mother, { description: '一' })).need).toMatchObject({ requesterKind: 'FAMILY' });
    await link('VERIFIED');
    expect(await submit(mother, { description: '二' })).toMatchObject({
      need: { requesterKind: 'SELF', channel: 'WECHAT', state: 'SUBMITTED' },
      userErrors: [],
    });
    expect((await submit(mother, { requesterKind: 'FAMILY' })).userErrors).toMatchObject([{ path: ['requesterKind'] }]);
    expect((await submit(daughter, { requesterKind: 'SELF' })).userErrors).toMatchObject([{ path: ['requesterKind'] }]);
    expect(await submit({ ...mother, kinIds: [] }, {})).toMatchObject(NOT_FOUND);
  });
});

describe('question 7: a need at the counter', () => {
  const counter = operation('question-07-needs-at-the-counter');
  const input = {
    categoryCode: 'FREE_CLINIC',
    residentId: gid('Resident', PEOPLE.neighbor),
    channel: 'COUNTER',
    requesterKind: 'SELF',
  };

  it('is one operation; the same matter within 24 hours is a warning', async () => {
    const first = (
      await ask(ACTORS.officer, counter, { input: { ...input, idempotencyKey: randomUUID() } }, { now: () => hoursFromNow(-23) })
    ).data?.needSubmit;
    expect(first).toMatchObject({ need: { state: 'OPEN' }, possibleDuplicate: null, userErrors: [] });
    expect(first.need.availableTransitions).toEqual(['FULFILLED', 'MERGED', 'TRANSFERRED', 'WITHDRAWN', 'UNMET']);
    const second = (await ask(ACTORS.officer, counter, { input: { ...input, idempotencyKey: randomUUID() } })).data?.needSubmit;
    expect(second).toMatchObject({ need: { state: 'OPEN' }, possibleDuplicate: { number: first.need.number }, userErrors: [] });
    const other = (
      await ask(ACTORS.officer, counter, { input: { ...input, categoryCode: 'HAIRCUT', idempotencyKey: randomUUID() } })
    ).data?.needSubmit;
    expect(other.possibleDuplicate).toBeNull();
  });

  it('warns no longer after 24 hours, nor of what was withdrawn', async () => {
    const late = () => hoursFromNow(24.1);
    const options = { now: late };
    const place = { residentId: null, buildingId: gid('Building', WORLD.building2), categoryCode: 'SAFETY_ENV' };
    const first = (await submit(ACTORS.officer, place)).need;
    expect((await submit(ACTORS.officer, place, options)).possibleDuplicate).toBeNull();
    const second = await submit(ACTORS.officer, place);
    expect(second.possibleDuplicate).toMatchObject({ id: first.id });
    await act(ACTORS.officer, 'Withdraw', { needId: first.id, expectedVersion: 1, reason: 'REPEATED' });
    await act(ACTORS.officer, 'Withdraw', { needId: second.need.id, expectedVersion: 1, reason: 'REPEATED' });
    expect((await submit(ACTORS.officer, { ...place, idempotencyKey: randomUUID() })).possibleDuplicate).toBeNull();
  });
});

describe('idempotency', () => {
  it('makes one need of fifty requests with one key, and gives all the same answer', async () => {
    const before = await count('need');
    const idempotencyKey = randomUUID();
    const input = {
      idempotencyKey,
      residentId: gid('Resident', PEOPLE.neighbor),
      windows: [{ startsAt: hoursFromNow(2), endsAt: hoursFromNow(3) }],
    };
    const answers = await Promise.all(Array.from({ length: 50 }, () => submit(ACTORS.officer, input)));
    expect(new Set(answers.map(answer => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ userErrors: [], need: { state: 'OPEN' } });
    expect(await count('need')).toBe(before + 1);
    const later = await submit(ACTORS.officer, input, { now: () => hoursFromNow(100) });
    expect(later.need).toEqual(answers[0].need);
    expect((await submit(ACTORS.officer, { ...input, quantity: 2 })).userErrors).toEqual([
      { code: 'IDEMPOTENCY_KEY_REUSED', path: ['idempotencyKey'] },
    ]);
    expect((await submit(ACTORS.secretary1, input)).need.id).not.toBe(answers[0].need.id);
  });

  it('numbers needs of a branch without gaps, whoever comes at once', async () => {
    const made = await Promise.all(
      Array.from({ length: 20 }, () => submit(ACTORS.secretary2, { residentId: farOff, idempotencyKey: randomUUID() })),
    );
    const numbers = made.map(({ need }) => need.number).sort();
    expect(numbers).toEqual(Array.from({ length: 20 }, (_, i) => `N-B2-2026-${String(i + 1).padStart(4, '0')}`));
  });
});

describe('hostile and careless input', () => {
  const problem = (path: readonly string[], rule: string, limit: number | null = null) => ({
    code: 'INVALID_INPUT',
    path,
    rule,
    limit,
  });
  const window = (from: number, to: number) => ({ startsAt: hoursFromNow(from), endsAt: hoursFromNow(to) });

  it('answers each with its rule, all at once, and loses nothing', async () => {
    const before = await Promise.all(['need', 'event', 'register', 'idempotency_key'].map(count));
    const { userErrors } = await submit(ACTORS.officer, {
      quantity: 0,
      windows: [window(3, 2), window(4, 4), window(5, 6)],
      deadline: hoursFromNow(-1),
      modes: [],
      acceptsCostFen: -1,
      floor: 7,
      description: '长'.repeat(100_000),
      accessNotes: 'a\u0000b',
    });
    expect(userErrors).toEqual([
      problem(['quantity'], 'MIN', 1),
      problem(['windows', '0', 'endsAt'], 'ENDS_BEFORE_START'),
      problem(['windows', '1', 'endsAt'], 'ENDS_BEFORE_START'),
      problem(['deadline'], 'IN_THE_PAST'),
      problem(['modes'], 'REQUIRED', 1),
      problem(['acceptsCostFen'], 'MIN', 0),
      problem(['floor'], 'MAX', 6),
      problem(['description'], 'TOO_LONG', 2000),
      problem(['accessNotes'], 'BAD_FORMAT'),
    ]);
    expect(await Promise.all(['need', 'event', 'register', 'idempotency_key'].map(count))).toEqual(before);
  });

  it.each([
    [{ quantity: -1 }, problem(['quantity'], 'MIN', 1)],
    [{ windows: Array.from({ length: 15 }, () => window(1, 2)) }, problem(['windows'], 'TOO_MANY', 14)],
    [{ windows: [window(-3, -2), window(-1, 0)] }, problem(['windows'], 'IN_THE_PAST')],
    [{ description: '\ud800' }, problem(['description'], 'BAD_FORMAT')],
    [{ categoryCode: 'A\u0000' }, problem(['categoryCode'], 'BAD_FORMAT')],
    [{ categoryCode: 'X'.repeat(100_000) }, problem(['categoryCode'], 'TOO_LONG', 40)],
    [{ categoryCode: 'NO_SUCH' }, { code: 'NOT_FOUND', path: ['categoryCode'] }],
    [{ residentId: gid('Need', PEOPLE.mother) }, { code: 'INVALID_ID', path: ['residentId'] }],
    [{ residentId: 'x' }, { code: 'INVALID_ID', path: ['residentId'] }],
    [{ residentId: gid('Resident', randomUUID().replace(/-4/, '-7')) }, { code: 'NOT_FOUND', path: ['residentId'] }],
    [
      { residentId: null, address: "9幢'; drop table need" },
      { code: 'NOT_FOUND', path: ['address'] },
    ],
  ])('%#', async (input, expected) => {
    expect((await submit(ACTORS.officer, input)).userErrors).toEqual([expected]);
  });

  it.each([2 ** 53, 1.5, Number.NaN])('does not take %d for a quantity', async quantity => {
    await expect(submit(ACTORS.officer, { quantity })).rejects.toThrow();
  });

  it('refuses ids of another community', async () => {
    const { need, userErrors } = await submit(ACTORS.officer, {}, { communityId: WORLD.otherCommunity });
    expect([need, userErrors]).toEqual([null, [{ code: 'NOT_FOUND', path: ['residentId'] }]]);
  });

  it('keeps emoji and the largest quantity as they are', async () => {
    const { need } = await submit(ACTORS.officer, {
      description: '👵🏼 理发',
      quantity: Number.MAX_SAFE_INTEGER,
      residentId: mother,
    });
    const { data } = await ask(ACTORS.officer, 'query($id: ID!) { need(id: $id) { description quantity coverage { open } } }', {
      id: need.id,
    });
    expect(data?.need).toEqual({
      description: '👵🏼 理发',
      quantity: Number.MAX_SAFE_INTEGER,
      coverage: { open: Number.MAX_SAFE_INTEGER },
    });
    expect(rawIdOf(need.id)).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('a repeat after the role is gone', () => {
  const former = { ...ACTORS.secretary1, roles: ['LIAISON'], branchIds: [], secretaryBranchIds: [] } as const;
  const noLonger = { ...daughter, kinIds: [], accountId: ACTORS.secretary1.accountId } as const;

  it('of a submission tells nothing of the need', async () => {
    const input = { idempotencyKey: randomUUID(), description: '重复提交' };
    const { need } = await submit(ACTORS.secretary1, input);
    expect(need).toMatchObject({ state: 'OPEN' });
    const before = await count('need');
    for (const actor of [former, noLonger])
      expect(await submit(actor, input)).toMatchObject({ need: null, userErrors: [{ code: 'NOT_FOUND' }] });
    expect((await submit(ACTORS.secretary1, input)).need).toEqual(need);
    expect(await count('need')).toBe(before);
  });

  it('of a step tells nothing of the need', async () => {
    const { need } = await submit(ACTORS.secretary1, { verified: false });
    const input = { needId: need.id, expectedVersion: 1, idempotencyKey: randomUUID() };
    expect(await act(ACTORS.secretary1, 'Verify', input)).toMatchObject({ need: { state: 'OPEN' }, userErrors: [] });
    for (const actor of [former, noLonger])
      expect(await act(actor, 'Verify', input)).toMatchObject({ need: null, userErrors: [{ code: 'NOT_FOUND' }] });
  });
});
