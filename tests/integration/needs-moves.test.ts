import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ok } from '../../src/kernel/result.js';
import { NEED_STATES } from '../../src/modules/needs/needs.domain.js';
import {
  commitQuantity,
  expireNeeds,
  fulfilQuantity,
  releaseQuantity,
  reopenQuantity,
} from '../../src/modules/needs/needs.service.js';
import { ACTORS, gid, scopeOf } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { daughter, hoursFromNow, PEOPLE, rawIdOf, setUpNeeds } from '../support/needs.js';
import { insertProposals } from '../support/proposals.js';
import { NOW, WORLD } from '../support/world.js';

const database = await createTestDatabase({ max: 6, quiet: ['need'] });
const { ask, submit, act } = await setUpNeeds(database);
const neighbor = gid('Resident', PEOPLE.neighbor);

const fresh = async (input: Readonly<Record<string, unknown>> = {}, actor: Parameters<typeof submit>[0] = ACTORS.officer) => {
  const { need, userErrors } = await submit(actor, { residentId: neighbor, ...input });
  expect(userErrors).toEqual([]);
  return need as { readonly id: string; readonly version: number };
};
const staff = () => scopeOf(database, ACTORS.officer);
const stored = async (globalId: string) =>
  (
    await database.owner`select state, version, quantity::int, committed::int, fulfilled::int, closed_at from need where id = ${rawIdOf(globalId)}`
  )[0];
const kindsOf = async (globalId: string): Promise<string[]> =>
  (await database.owner`select kind from event where subject_id = ${rawIdOf(globalId)} order by id`).map(({ kind }) => kind);

const ENDS = [
  ['Reject', { reason: 'OUT_OF_SCOPE' }, 'REJECTED', false],
  ['Transfer', { target: 'GRID' }, 'TRANSFERRED', true],
  ['Withdraw', { reason: 'NO_LONGER_WANTED' }, 'WITHDRAWN', true],
  ['MarkUnmet', { reason: 'NO_SUPPLY' }, 'UNMET', true],
  ['Fulfill', {}, 'FULFILLED', true],
] as const;

describe('ends', () => {
  it.each(ENDS)('%s: not by strangers, partners or of another branch; by staff once', async (verb, how, state, whenOpen) => {
    const need = await fresh({ verified: whenOpen });
    const input = { needId: need.id, expectedVersion: 1, ...how };
    for (const actor of [ACTORS.secretary2, ACTORS.stranger, ACTORS.subdistrict, ACTORS.daughter])
      expect(await act(actor, verb, input)).toEqual({ need: null, userErrors: [{ code: 'NOT_FOUND', path: ['needId'] }] });
    expect((await act(ACTORS.barber, verb, input)).userErrors).toMatchObject([{ code: whenOpen ? 'FORBIDDEN' : 'NOT_FOUND' }]);
    expect(await stored(need.id)).toMatchObject({ version: 1, closed_at: null });
    expect((await act(ACTORS.officer, verb, { ...input, expectedVersion: 7 })).userErrors).toEqual([
      { code: 'STALE_VERSION', path: null, currentVersion: 1 },
    ]);
    const done = await act(ACTORS.officer, verb, input);
    expect(done).toMatchObject({ need: { state, version: 2, availableTransitions: [] }, userErrors: [] });
    expect(await stored(need.id)).toMatchObject({ state, version: 2, closed_at: NOW });
    expect((await act(ACTORS.officer, verb, { ...input, expectedVersion: 2 })).userErrors).toEqual([
      { code: 'INVALID_STATE', path: null, from: state, to: state },
    ]);
    expect((await kindsOf(need.id)).at(-1)).toBe(`NEED_${state}`);
  });

  it('takes only reasons that go with the end', async () => {
    const need = await fresh();
    for (const [verb, reason] of [
      ['Withdraw', 'NO_SUPPLY'],
      ['MarkUnmet', 'NO_LONGER_WANTED'],
    ] as const)
      expect((await act(ACTORS.officer, verb, { needId: need.id, expectedVersion: 1, reason })).userErrors).toMatchObject([
        { code: 'INVALID_INPUT', path: ['reason'], rule: 'NOT_ALLOWED' },
      ]);
  });

  it('lets the daughter withdraw what she asked for her mother, and nothing else', async () => {
    const need = await fresh({ residentId: gid('Resident', PEOPLE.mother) }, daughter);
    const seen = await ask(daughter, 'query($id: ID!) { need(id: $id) { availableTransitions } }', { id: need.id });
    expect(seen.data?.need.availableTransitions).toEqual(['WITHDRAWN']);
    const input = { needId: need.id, expectedVersion: 1 };
    expect((await act(daughter, 'Reject', { ...input, reason: 'OTHER' })).userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
    expect((await act(daughter, 'UrgencySet', { ...input, urgency: 'P1', reason: 'HEALTH' })).userErrors).toMatchObject([
      { code: 'FORBIDDEN' },
    ]);
    expect(await act(daughter, 'Withdraw', { ...input, reason: 'SOLVED_OTHERWISE' })).toMatchObject({
      need: { state: 'WITHDRAWN', closeReason: 'SOLVED_OTHERWISE' },
    });
  });

  it('gives a repeat with the same key the first answer', async () => {
    const need = await fresh();
    const input = { needId: need.id, expectedVersion: 1, reason: 'OTHER', idempotencyKey: randomUUID() };
    const first = await act(ACTORS.officer, 'Withdraw', input);
    expect(first.need.version).toBe(2);
    expect(await act(ACTORS.officer, 'Withdraw', input)).toEqual(first);
    expect((await act(ACTORS.officer, 'Withdraw', { ...input, reason: 'REPEATED' })).userErrors).toMatchObject([
      { code: 'IDEMPOTENCY_KEY_REUSED' },
    ]);
  });
});

describe('merging', () => {
  it('keeps the earlier time of the two, and says so on both', async () => {
    const late = await fresh({ quantity: 3 });
    const { need: early } = await submit(ACTORS.officer, { residentId: neighbor }, { now: () => hoursFromNow(-48) });
    const { need: elsewhere } = await submit(ACTORS.secretary2, { residentId: gid('Resident', PEOPLE.farOff) });
    const input = { needId: early.id, expectedVersion: 1 };
    expect((await act(ACTORS.officer, 'Merge', { ...input, intoId: elsewhere.id })).userErrors).toMatchObject([
      { code: 'NOT_FOUND', path: ['intoId'] },
    ]);
    expect((await act(ACTORS.admin, 'Merge', { ...input, intoId: elsewhere.id })).userErrors).toMatchObject([
      { path: ['intoId'], rule: 'NOT_ALLOWED' },
    ]);
    expect((await act(ACTORS.officer, 'Merge', { ...input, intoId: early.id })).userErrors).toMatchObject([
      { path: ['intoId'], rule: 'NOT_ALLOWED' },
    ]);
    const merged = await act(ACTORS.officer, 'Merge', { ...input, intoId: late.id });
    expect(merged).toMatchObject({
      need: { state: 'MERGED', mergedInto: { id: late.id, version: 2, submittedAt: hoursFromNow(-48).toISOString() } },
      userErrors: [],
    });
    expect(await stored(late.id)).toMatchObject({ quantity: 3, state: 'OPEN' });
    expect(await kindsOf(late.id)).toContain('NEED_ABSORBED');
    const third = await fresh();
    expect(
      (await act(ACTORS.officer, 'Merge', { needId: third.id, expectedVersion: 1, intoId: early.id })).userErrors,
    ).toMatchObject([{ code: 'INVALID_STATE', path: ['intoId'], from: 'MERGED' }]);
  });

  it('two that are merged into each other at once: one wins, nobody waits in a circle', async () => {
    for (let round = 0; round < 10; round++) {
      const [a, b] = [await fresh(), await fresh()];
      const both = await Promise.all([
        act(ACTORS.officer, 'Merge', { needId: a.id, expectedVersion: 1, intoId: b.id }),
        act(ACTORS.secretary1, 'Merge', { needId: b.id, expectedVersion: 1, intoId: a.id }),
      ]);
      expect(both.filter(({ need }) => need)).toHaveLength(1);
      expect([(await stored(a.id))?.state, (await stored(b.id))?.state].sort()).toEqual(['MERGED', 'OPEN']);
    }
  });
});

describe('corrections', () => {
  it('of two at once on one version one is stale', async () => {
    const need = await fresh();
    const input = { needId: need.id, expectedVersion: 1 };
    const both = await Promise.all([
      act(ACTORS.officer, 'Update', { ...input, quantity: 2 }),
      act(ACTORS.secretary1, 'UrgencySet', { ...input, urgency: 'P1', reason: 'HEALTH' }),
    ]);
    expect(both.filter(answer => answer.need)).toHaveLength(1);
    expect(both.flatMap(answer => answer.userErrors)).toEqual([{ code: 'STALE_VERSION', path: null, currentVersion: 2 }]);
  });

  it('leaves what is left out, empties what is null, and checks the rest', async () => {
    const need = await fresh({ description: '水管漏水', accessNotes: '敲门要响', quantity: 2, deadline: hoursFromNow(5) });
    const input = { needId: need.id, expectedVersion: 1 };
    expect((await act(ACTORS.officer, 'Update', { ...input, quantity: 0, floor: 99 })).userErrors).toMatchObject([
      { path: ['quantity'], rule: 'MIN', limit: 1 },
      { path: ['floor'], rule: 'MAX', limit: 6 },
    ]);
    const { need: changed } = await act(ACTORS.officer, 'Update', {
      ...input,
      accessNotes: null,
      deadline: null,
      categoryCode: 'FREE_CLINIC',
    });
    expect(changed).toMatchObject({
      description: '水管漏水',
      accessNotes: null,
      quantity: 2,
      version: 2,
      category: { code: 'FREE_CLINIC' },
    });
    expect(
      (await act(ACTORS.officer, 'Update', { ...input, expectedVersion: 2, categoryCode: 'NO_SUCH' })).userErrors,
    ).toMatchObject([{ code: 'NOT_FOUND', path: ['categoryCode'] }]);
    const found = (text: string) =>
      ask(ACTORS.officer, 'query($text: String) { needs(filter: { text: $text }) { edges { node { id } } } }', { text });
    expect((await found('漏水')).data?.needs.edges).toEqual([{ node: { id: need.id } }]);
    await act(ACTORS.officer, 'Update', { ...input, expectedVersion: 2, description: '换灯泡' });
    expect((await found('漏水')).data?.needs.edges).toEqual([]);
    expect((await found('灯泡')).data?.needs.edges).toEqual([{ node: { id: need.id } }]);
  });

  it('lets the daughter correct times and words until staff have verified it', async () => {
    const need = await fresh({ residentId: gid('Resident', PEOPLE.mother) }, daughter);
    const input = { needId: need.id, expectedVersion: 1 };
    expect((await act(daughter, 'Update', { ...input, quantity: 9 })).userErrors).toMatchObject([
      { code: 'FORBIDDEN', path: ['quantity'] },
    ]);
    expect((await act(daughter, 'Update', { ...input, description: '请下午来' })).need).toMatchObject({
      description: '请下午来',
      version: 2,
    });
    await act(ACTORS.officer, 'Verify', { ...input, expectedVersion: 2 });
    expect((await act(daughter, 'Update', { ...input, expectedVersion: 3, description: 'x' })).userErrors).toMatchObject([
      { code: 'FORBIDDEN' },
    ]);
  });

  it('lets a colleague of the liaison who asked correct times, not words that only the asker may read', async () => {
    const { need } = await submit(ACTORS.barber, {
      residentId: null,
      organizationId: gid('Organization', WORLD.barber),
      branchId: gid('Branch', WORLD.branch1),
      description: '借活动场地',
    });
    const colleague = { ...ACTORS.barber, accountId: WORLD.stranger };
    const input = { needId: need.id, expectedVersion: 1 };
    expect((await act(colleague, 'Update', { ...input, description: '改' })).userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
    expect((await act(colleague, 'Update', { ...input, wheelchair: true })).need).toMatchObject({
      version: 2,
      description: null,
    });
    expect((await act(ACTORS.barber, 'Update', { ...input, expectedVersion: 2, wheelchair: null })).need).toMatchObject({
      description: '借活动场地',
    });
  });
});

describe('coverage', () => {
  it('promises, takes back, delivers; done when all is delivered; opened again when it never was', async () => {
    const need = await fresh({ quantity: 3 });
    const id = rawIdOf(need.id);
    const run = <T>(work: (tx: Parameters<typeof commitQuantity>[0]) => Promise<T>) =>
      staff().transaction(async tx => ok(await work(tx)));
    expect((await run(tx => commitQuantity(tx, id, 2))).value).toEqual({ ok: true, value: null });
    expect((await run(tx => commitQuantity(tx, id, 2))).value).toEqual({
      ok: false,
      failure: { code: 'QUANTITY_EXCEEDED', remaining: 1 },
    });
    expect((await act(ACTORS.officer, 'Withdraw', { needId: need.id, expectedVersion: 1, reason: 'OTHER' })).userErrors).toEqual([
      { code: 'INVALID_INPUT', path: ['needId', 'committed'], rule: 'MAX', limit: 0 },
    ]);
    expect((await act(ACTORS.officer, 'Update', { needId: need.id, expectedVersion: 1, quantity: 1 })).userErrors).toMatchObject([
      { path: ['quantity'], rule: 'MIN', limit: 2 },
    ]);
    expect(
      (await act(ACTORS.officer, 'Update', { needId: need.id, expectedVersion: 1, categoryCode: 'FREE_CLINIC' })).userErrors,
    ).toMatchObject([{ path: ['categoryCode'], rule: 'NOT_ALLOWED' }]);
    const seen = await ask(
      ACTORS.officer,
      'query($id: ID!) { need(id: $id) { availableTransitions coverage { asked committed fulfilled open } } }',
      { id: need.id },
    );
    expect(seen.data?.need).toEqual({ availableTransitions: [], coverage: { asked: 3, committed: 2, fulfilled: 0, open: 1 } });
    await run(tx => releaseQuantity(tx, id, 1));
    await run(tx => releaseQuantity(tx, id, 0));
    await run(tx => fulfilQuantity(tx, id, 1));
    expect(await stored(need.id)).toMatchObject({ state: 'OPEN', committed: 0, fulfilled: 1, version: 1 });
    await run(tx => commitQuantity(tx, id, 2));
    await run(tx => fulfilQuantity(tx, id, 2));
    expect(await stored(need.id)).toMatchObject({ state: 'FULFILLED', committed: 0, fulfilled: 3, version: 2, closed_at: NOW });
    expect((await run(tx => commitQuantity(tx, id, 1))).value).toEqual({
      ok: false,
      failure: { code: 'INVALID_STATE', from: 'FULFILLED', to: 'OPEN' },
    });
    await run(tx => reopenQuantity(tx, id, 2));
    expect(await stored(need.id)).toMatchObject({ state: 'OPEN', fulfilled: 1, version: 3, closed_at: null });
    expect(await kindsOf(need.id)).toEqual(['NEED_SUBMITTED', 'NEED_OPENED', 'NEED_FULFILLED', 'NEED_REOPENED']);
    await expect(run(tx => releaseQuantity(tx, id, 1))).rejects.toThrow();
    await expect(run(tx => fulfilQuantity(tx, id, 1))).rejects.toThrow();
    await expect(run(tx => reopenQuantity(tx, id, 2))).rejects.toThrow();
  });

  it('never promises more than is asked, nor closes over a promise, however many come at once', async () => {
    for (let round = 0; round < 5; round++) {
      const need = await fresh({ quantity: 10 });
      const id = rawIdOf(need.id);
      const racing = Array.from({ length: 30 }, () => staff().transaction(tx => commitQuantity(tx, id, 1)));
      const [closing, ...promises] = await Promise.all([
        act(ACTORS.officer, 'Withdraw', { needId: need.id, expectedVersion: 1, reason: 'OTHER' }),
        ...racing,
      ]);
      const kept = promises.filter(promise => promise.ok).length;
      const row = await stored(need.id);
      expect(row).toMatchObject({ committed: kept, state: closing.need ? 'WITHDRAWN' : 'OPEN' });
      expect(kept).toBe(closing.need ? 0 : 10);
    }
  });

  it('counts what is proposed, and tells the right unit of it', async () => {
    const { needIds } = await insertProposals(database, { capacity: 3, count: 2 });
    const { data } = await ask(
      ACTORS.officer,
      'query($id: ID!) { need(id: $id) { coverage { asked proposed committed open } description } }',
      {
        id: gid('Need', needIds[0] ?? ''),
      },
    );
    expect(data?.need).toEqual({ coverage: { asked: 1, proposed: 1, committed: 0, open: 1 }, description: null });
  });
});

describe('expiry', () => {
  it('closes what is past its deadline and in nobody’s hands, once, however often it runs', async () => {
    const due = await fresh({ deadline: hoursFromNow(1) });
    const unverified = await fresh({ deadline: hoursFromNow(1), verified: false });
    const promised = await fresh({ deadline: hoursFromNow(1) });
    const later = await fresh({ deadline: hoursFromNow(9) });
    await staff().transaction(tx => commitQuantity(tx, rawIdOf(promised.id), 1));
    const [offer, session] =
      (await database.owner`select offer_id, id from session limit 1`).map(row => [row.offer_id, row.id])[0] ?? [];
    expect(offer).toBeDefined();
    const asked = await fresh({ deadline: hoursFromNow(1) });
    await database.owner`insert into referral (community_id, id, number, need_id, session_id, organization_id, branch_id, origin, state, quantity, created_at)
      values (${WORLD.community}, ${randomUUID()}, 'R-1', ${rawIdOf(asked.id)}, ${session}, ${WORLD.clinic}, ${WORLD.branch1}, 'REQUEST', 'REQUESTED', 1, ${NOW})`;
    const at = hoursFromNow(2);
    const closed = await Promise.all(
      Array.from({ length: 4 }, () => expireNeeds(scopeOf(database, ACTORS.anonymous, { now: () => at }), at)),
    );
    expect(closed.reduce((a, b) => a + b)).toBe(2);
    const states = await Promise.all([due, unverified, promised, later, asked].map(async need => (await stored(need.id))?.state));
    expect(states).toEqual(['EXPIRED', 'EXPIRED', 'OPEN', 'OPEN', 'OPEN']);
    expect(await kindsOf(unverified.id)).toEqual(['NEED_SUBMITTED', 'NEED_EXPIRED']);
    expect(await expireNeeds(scopeOf(database, ACTORS.anonymous), at)).toBe(0);
  });
});

it('a state that the database knows is one that we know', async () => {
  const rows = await database.owner`select unnest(enum_range(null::need_state))::text as state`;
  expect(rows.map(({ state }) => state)).toEqual([...NEED_STATES]);
});
