import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { createSchema } from '../../src/app.js';
import type { Actor } from '../../src/kernel/actor.js';
import { ACTORS, createAsk, gid } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { insertProposals } from '../support/proposals.js';
import { insertScene } from '../support/scene.js';
import { NOW, seedWorld, WORLD } from '../support/world.js';

const database = await createTestDatabase();
const ask = createAsk(createSchema(), database);
beforeAll(() => seedWorld(database));

const errors =
  'userErrors { code path ... on InvalidStateError { from to } ... on StaleVersionError { currentVersion } ... on RemainingError { remaining } ... on InvalidInputError { rule } ... on NotPossibleError { reasons } }';
const referral =
  'referral { id number state reason version quantity origin availableTransitions respondBy need { id state coverage { committed fulfilled open } } session { quantity { reserved remaining } } organization { name } branch { code } serviceRecord { quantity receivedBy } }';
const run = async (actor: Actor, name: string, input: object, what = referral, options = {}) => {
  const answer = await ask(
    actor,
    `mutation($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { ${what} ${errors} } }`,
    { input },
    options,
  );
  return answer.data?.[name] ?? answer;
};
const key = () => ({ idempotencyKey: randomUUID() });
const setUp = async (capacity = 3, count = 2) => {
  const made = await insertProposals(database, { capacity, count });
  return {
    ...made,
    needs: made.needIds.map(id => gid('Need', id)),
    matches: made.matchIds.map(id => gid('Match', id)),
    session: gid('Session', made.sessionId),
  };
};
const accepted = async () => {
  const made = await setUp();
  const payload = await run(ACTORS.clinic, 'matchAccept', { matchId: made.matches[0], ...key() });
  expect(payload.userErrors).toEqual([]);
  return { ...made, referral: payload.referral };
};
const record = {
  startedAt: new Date(NOW.getTime() - 3_600_000).toISOString(),
  endedAt: NOW.toISOString(),
  quantity: 1,
  receivedBy: 'BENEFICIARY',
  evidence: [{ kind: 'SIGNATURE', reference: 'A-17' }],
  place: '服务中心',
};

describe('a proposal', () => {
  it('is accepted by its own organisation only, and becomes a promise', async () => {
    const { matches, needs } = await setUp();
    const input = { matchId: matches[0], ...key() };
    expect((await run(ACTORS.anonymous, 'matchAccept', input)).errors[0].extensions.code).toBe('UNAUTHENTICATED');
    for (const actor of [ACTORS.barber, ACTORS.secretary1, ACTORS.admin, ACTORS.daughter, ACTORS.subdistrict]) {
      expect((await run(actor, 'matchAccept', input)).userErrors).toMatchObject([{ code: 'NOT_FOUND', path: ['matchId'] }]);
    }
    const payload = await run(ACTORS.clinic, 'matchAccept', input);
    expect(payload).toMatchObject({
      userErrors: [],
      referral: {
        state: 'ACCEPTED',
        origin: 'PROPOSAL',
        number: expect.stringMatching(/^R-B1-2026-\d{4}$/),
        version: 1,
        session: { quantity: { reserved: 1, remaining: 2 } },
        organization: { name: '社区卫生服务中心' },
        branch: { code: 'B1' },
      },
    });
    expect(payload.referral.availableTransitions.sort()).toEqual(['CANCELLED', 'COMPLETED', 'FAILED', 'IN_PROGRESS', 'ON_HOLD']);
    const replayed = await run(ACTORS.clinic, 'matchAccept', input);
    expect(replayed.referral.id).toBe(payload.referral.id);
    expect((await run(ACTORS.clinic, 'matchAccept', { ...input, ...key() })).userErrors).toMatchObject([
      { code: 'INVALID_STATE' },
    ]);
    expect((await run(ACTORS.clinic, 'matchAccept', { ...input, matchId: matches[1] })).userErrors).toMatchObject([
      { code: 'IDEMPOTENCY_KEY_REUSED' },
    ]);
    const staff = await ask(
      ACTORS.secretary1,
      'query($id: ID!) { need(id: $id) { coverage { committed open } referrals { edges { node { state availableTransitions } } } } }',
      { id: needs[0] },
    );
    expect(staff.data?.need).toEqual({
      coverage: { committed: 1, open: 0 },
      referrals: { edges: [{ node: { state: 'ACCEPTED', availableTransitions: ['CANCELLED', 'ENTERED_IN_ERROR'] } }] },
    });
  });

  it('that is declined leaves the need open with its old rank, and is not proposed again', async () => {
    const { matches, needs, needIds, offerId } = await setUp();
    const before = await database.owner`select submitted_at, left_out, state, committed from need where id = ${needIds[0] ?? ''}`;
    expect(
      (await run(ACTORS.barber, 'matchDecline', { matchId: matches[0], reason: 'WRONG_TIME' }, 'match { id state }')).userErrors,
    ).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect(
      (await run(ACTORS.clinic, 'matchDecline', { matchId: matches[0], reason: 'WRONG_TIME' }, 'match { id state }')).match,
    ).toMatchObject({ state: 'DECLINED' });
    expect(
      await database.owner`select submitted_at, left_out, state, committed from need where id = ${needIds[0] ?? ''}`,
    ).toEqual(before);
    expect(
      await database.owner`select reason, session_id is null as whole from pair_exclusion where need_id = ${needIds[0] ?? ''} and offer_id = ${offerId}`,
    ).toMatchObject([{ reason: 'WRONG_TIME', whole: false }]);
    expect((await run(ACTORS.clinic, 'matchAccept', { matchId: matches[0], ...key() })).userErrors).toMatchObject([
      { code: 'INVALID_STATE', from: 'DECLINED' },
    ]);
    expect((await ask(ACTORS.secretary1, 'query($id: ID!) { need(id: $id) { state } }', { id: needs[0] })).data?.need).toEqual({
      state: 'OPEN',
    });
  });

  it('beyond the places is refused with what is left, and nothing moves', async () => {
    const { matches, needIds } = await setUp(1);
    await run(ACTORS.clinic, 'matchAccept', { matchId: matches[0], ...key() });
    expect((await run(ACTORS.clinic, 'matchAccept', { matchId: matches[1], ...key() })).userErrors).toMatchObject([
      { code: 'CAPACITY_EXCEEDED', remaining: 0 },
    ]);
    expect(
      await database.owner`select m.state, n.committed::int from match m join need n on n.id = m.need_id where n.id = ${needIds[1] ?? ''}`,
    ).toMatchObject([{ state: 'PROPOSED', committed: 0 }]);
  });
});

describe('a referral', () => {
  it('is seen by both sides only, by no route by others', async () => {
    const { referral, needs, session } = await accepted();
    const query = `query($id: ID!, $need: ID!, $session: ID!) { node(id: $id) { id } referral(id: $id) { id } referrals(first: 100) { edges { node { id } } }
      need(id: $need) { referrals { edges { node { id } } } } session(id: $session) { referrals { edges { node { id } } } } }`;
    for (const [name, actor] of Object.entries(ACTORS)) {
      const { data } = await ask(actor, query, { id: referral.id, need: needs[0], session });
      const holds = (list: { edges: { node: { id: string } }[] } | undefined) =>
        list?.edges.some(({ node }) => node.id === referral.id) ?? false;
      const sees = ['admin', 'secretary1', 'officer', 'clinic'].includes(name);
      expect([
        name,
        data?.node !== null,
        data?.referral !== null,
        holds(data?.referrals),
        holds(data?.session?.referrals),
      ]).toEqual([name, sees, sees, sees, sees]);
      if (!sees) expect(holds(data?.need?.referrals)).toBe(false);
    }
    const filtered = await ask(
      ACTORS.secretary2,
      'query($filter: ReferralFilterInput) { referrals(filter: $filter) { totalCount edges { node { id } } } }',
      { filter: { branchId: gid('Branch', WORLD.branch1) } },
    );
    expect(filtered.data?.referrals).toEqual({ totalCount: 0, edges: [] });
  });

  it('goes through service to a record, and the need is fulfilled', async () => {
    const { referral, session, needIds } = await accepted();
    const step = (version: number) => ({ referralId: referral.id, expectedVersion: version });
    expect((await run(ACTORS.secretary1, 'referralStart', step(1))).userErrors).toMatchObject([{ code: 'INVALID_STATE' }]);
    expect((await run(ACTORS.secretary2, 'referralStart', step(1))).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect((await run(ACTORS.barber, 'referralStart', step(1))).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect((await run(ACTORS.clinic, 'referralStart', step(1))).referral).toMatchObject({ state: 'IN_PROGRESS', version: 2 });
    expect((await run(ACTORS.clinic, 'referralStart', step(1))).userErrors).toMatchObject([
      { code: 'STALE_VERSION', currentVersion: 2 },
    ]);
    expect((await run(ACTORS.clinic, 'referralHold', { ...step(2), reason: 'WEATHER' })).referral).toMatchObject({
      state: 'ON_HOLD',
      reason: 'WEATHER',
    });
    expect((await run(ACTORS.clinic, 'referralResume', step(3))).referral).toMatchObject({ state: 'IN_PROGRESS', reason: null });
    const tomorrow = new Date(NOW.getTime() + 86_400_000).toISOString();
    expect(
      (await run(ACTORS.clinic, 'referralComplete', { ...step(4), record: { ...record, quantity: 2, endedAt: tomorrow } }))
        .userErrors,
    ).toMatchObject([
      { path: ['record', 'endedAt'], rule: 'NOT_ALLOWED' },
      { path: ['record', 'quantity'], rule: 'MAX' },
    ]);
    const done = await run(ACTORS.clinic, 'referralComplete', { ...step(4), record });
    expect(done.referral).toMatchObject({
      state: 'COMPLETED',
      availableTransitions: [],
      serviceRecord: { quantity: 1, receivedBy: 'BENEFICIARY' },
      session: { quantity: { reserved: 1 } },
    });
    expect(
      await database.owner`select state, committed::int, fulfilled::int from need where id = ${needIds[0] ?? ''}`,
    ).toMatchObject([{ state: 'FULFILLED', committed: 0, fulfilled: 1 }]);
    const undone = await run(ACTORS.secretary1, 'referralMarkAsError', { ...step(5), reason: 'ENTERED_BY_MISTAKE' });
    expect(undone.referral).toMatchObject({
      state: 'ENTERED_IN_ERROR',
      need: { state: 'OPEN', coverage: { committed: 0, fulfilled: 0, open: 1 } },
    });
    expect(
      (await ask(ACTORS.anonymous, 'query($id: ID!) { session(id: $id) { quantity { reserved } } }', { id: session })).data
        ?.session.quantity,
    ).toEqual({ reserved: 0 });
    const log =
      await database.owner`select kind from event where subject_type = 'Referral' and subject_id = ${Buffer.from(referral.id, 'base64url').subarray(16, 32).toString('hex')}::uuid order by id`;
    expect(log.map(({ kind }) => kind)).toEqual(
      ['ACCEPTED', 'IN_PROGRESS', 'ON_HOLD', 'IN_PROGRESS', 'COMPLETED', 'ENTERED_IN_ERROR'].map(state => `REFERRAL_${state}`),
    );
  });

  it.each([
    ['the organisation', ACTORS.clinic, 'referralCancel', 'CANCELLED', 1],
    ['the organisation', ACTORS.clinic, 'referralFail', 'FAILED', 0],
    ['the branch', ACTORS.officer, 'referralCancel', 'CANCELLED', 0],
  ] as const)('that %s ends early gives back what it held', async (_who, actor, verb, state, excluded) => {
    const { referral, session, needIds } = await accepted();
    const input = { referralId: referral.id, expectedVersion: 1, reason: 'STAFF_SHORTAGE' };
    const { reason, ...without } = input;
    expect((await run(actor, verb, without)).errors).toHaveLength(1);
    expect((await run(actor, verb, input)).referral).toMatchObject({ state, reason });
    expect(
      (await ask(ACTORS.anonymous, 'query($id: ID!) { session(id: $id) { quantity { reserved } } }', { id: session })).data
        ?.session.quantity,
    ).toEqual({ reserved: 0 });
    expect(await database.owner`select state, committed::int from need where id = ${needIds[0] ?? ''}`).toMatchObject([
      { state: 'OPEN', committed: 0 },
    ]);
    expect(await database.owner`select 1 from pair_exclusion where need_id = ${needIds[0] ?? ''}`).toHaveLength(excluded);
  });

  it('moved by two at once moves once', async () => {
    const { referral } = await accepted();
    const input = { referralId: referral.id, expectedVersion: 1 };
    const both = await Promise.all([
      run(ACTORS.clinic, 'referralStart', input),
      run(ACTORS.clinic, 'referralCancel', { ...input, reason: 'OTHER' }),
      run(ACTORS.secretary1, 'referralCancel', { ...input, reason: 'OTHER' }),
    ]);
    expect(both.filter(payload => payload.referral)).toHaveLength(1);
    expect(both.filter(payload => !payload.referral).map(payload => payload.userErrors[0].code)).toEqual([
      'STALE_VERSION',
      'STALE_VERSION',
    ]);
  });
});

describe('a claim and a request', () => {
  it('a claim is promised at once, for its own sessions and by the hard rules', async () => {
    const { needs, session } = await setUp();
    const input = { needId: needs[0], sessionId: session, ...key() };
    expect((await run(ACTORS.barber, 'needClaim', input)).userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
    expect((await run(ACTORS.secretary1, 'needClaim', input)).userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
    expect((await run(ACTORS.stranger, 'needClaim', input)).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    for (const quantity of [0, -1])
      expect((await run(ACTORS.clinic, 'needClaim', { ...input, quantity, ...key() })).userErrors).toMatchObject([
        { path: ['quantity'], rule: 'MIN' },
      ]);
    expect((await run(ACTORS.clinic, 'needClaim', { ...input, quantity: 2, ...key() })).userErrors).toMatchObject([
      { code: 'QUANTITY_EXCEEDED', remaining: 1 },
    ]);
    expect((await run(ACTORS.clinic, 'needClaim', { ...input, quantity: 2 ** 53, ...key() })).errors).toHaveLength(1);
    const claimed = await run(ACTORS.clinic, 'needClaim', input);
    expect(claimed).toMatchObject({ userErrors: [], referral: { state: 'ACCEPTED', origin: 'CLAIM' } });
    expect((await run(ACTORS.clinic, 'needClaim', input)).referral.id).toBe(claimed.referral.id);
    const again = await run(ACTORS.clinic, 'needClaim', { ...input, ...key() });
    expect(again.referral).toBeNull();
  });

  it('a repeated claim gets its first answer, also after the need is done and the offer is gone, but not somebody who left', async () => {
    const { needs, session, offerId } = await setUp();
    const input = { needId: needs[0], sessionId: session, ...key() };
    const first = await run(ACTORS.clinic, 'needClaim', input);
    await run(ACTORS.clinic, 'referralComplete', { referralId: first.referral.id, expectedVersion: 1, record });
    await database.owner`update offer set state = 'WITHDRAWN' where id = ${offerId}`;
    expect((await run(ACTORS.clinic, 'needClaim', { ...input, ...key() })).referral).toBeNull();
    expect((await run(ACTORS.clinic, 'needClaim', input)).referral).toMatchObject({ id: first.referral.id, state: 'COMPLETED' });
    const left = { ...ACTORS.clinic, organizationIds: [], memberBranchIds: [] };
    expect((await run(left, 'needClaim', input)).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
  });

  it('a repeated step with its key gets its first answer, without one it is stale', async () => {
    const { referral, matches } = await accepted();
    const input = { referralId: referral.id, expectedVersion: 1, ...key() };
    const all = await Promise.all(Array.from({ length: 10 }, () => run(ACTORS.clinic, 'referralStart', input)));
    expect(new Set(all.map(payload => payload.referral?.version))).toEqual(new Set([2]));
    expect((await run(ACTORS.clinic, 'referralStart', { ...input, idempotencyKey: null })).userErrors).toMatchObject([
      { code: 'STALE_VERSION' },
    ]);
    const decline = { matchId: matches[1], reason: 'TOO_FAR', ...key() };
    const twice = await Promise.all([1, 2].map(() => run(ACTORS.clinic, 'matchDecline', decline, 'match { state }')));
    expect(twice).toMatchObject([1, 2].map(() => ({ match: { state: 'DECLINED' }, userErrors: [] })));
  });

  it('an answer is expected in working days from the moment of asking, however long the draft lay', async () => {
    const { needs, session, sessionId } = await setUp();
    await database.owner`update session set starts_at = '2026-12-15T01:00Z', ends_at = '2026-12-15T04:00Z' where id = ${sessionId}`;
    const input = { needId: needs[0], sessionId: session, draft: true, ...key() };
    const { referral: draft } = await run(ACTORS.secretary1, 'referralRequest', input);
    expect(draft).toMatchObject({ state: 'DRAFT', respondBy: null });
    const friday = new Date('2026-12-04T08:30:00Z');
    const submit = { referralId: draft.id, expectedVersion: 1 };
    const { referral: asked } = await run(ACTORS.secretary1, 'referralSubmit', submit, referral, { now: () => friday });
    expect(asked).toMatchObject({ state: 'REQUESTED', respondBy: '2026-12-09T08:30:00.000Z' });
    const straight = { needId: needs[1], sessionId: session, ...key() };
    const { referral: second } = await run(ACTORS.secretary1, 'referralRequest', straight, referral, { now: () => friday });
    expect(second.respondBy).toBe('2026-12-09T08:30:00.000Z');
  });

  it('a request waits for the organisation, which may refuse', async () => {
    const { needs, session } = await setUp();
    const input = { needId: needs[0], sessionId: session, draft: true, ...key() };
    expect((await run(ACTORS.clinic, 'referralRequest', input)).userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
    expect((await run(ACTORS.secretary2, 'referralRequest', input)).userErrors).toMatchObject([
      { code: 'NOT_FOUND', path: ['needId'] },
    ]);
    const { referral: draft } = await run(ACTORS.secretary1, 'referralRequest', input);
    expect(draft).toMatchObject({
      state: 'DRAFT',
      session: { quantity: { reserved: 0 } },
      availableTransitions: ['REQUESTED', 'ENTERED_IN_ERROR'],
    });
    expect(
      (await ask(ACTORS.clinic, 'query($id: ID!) { referral(id: $id) { id } }', { id: draft.id })).data?.referral,
    ).toBeNull();
    const step = (expectedVersion: number) => ({ referralId: draft.id, expectedVersion });
    expect((await run(ACTORS.secretary1, 'referralSubmit', step(1))).referral).toMatchObject({
      state: 'REQUESTED',
      session: { quantity: { reserved: 0 } },
    });
    expect((await run(ACTORS.secretary1, 'referralAccept', step(2))).userErrors).toMatchObject([{ code: 'INVALID_STATE' }]);
    expect((await run(ACTORS.clinic, 'referralReject', { ...step(2), reason: 'NO_CAPACITY' })).referral).toMatchObject({
      state: 'REJECTED',
      reason: 'NO_CAPACITY',
    });
    const second = (await run(ACTORS.secretary1, 'referralRequest', { needId: needs[1], sessionId: session, ...key() })).referral;
    expect(second.respondBy).toBe('2026-12-04T01:00:00.000Z');
    expect((await run(ACTORS.clinic, 'referralAccept', { referralId: second.id, expectedVersion: 1 })).referral).toMatchObject({
      state: 'ACCEPTED',
      session: { quantity: { reserved: 1 } },
    });
  });
});

it('an organisation finds what it has promised for a day, and nobody else does', async () => {
  const { referral: promised, sessionId } = await accepted();
  await database.owner`update session set starts_at = '2026-12-20T01:00Z', ends_at = '2026-12-20T04:00Z' where id = ${sessionId}`;
  const find = async (actor: Actor, from: string | null, until: string | null) =>
    (
      await ask(
        actor,
        'query($from: DateTime, $until: DateTime) { referrals(filter: { from: $from, until: $until }) { totalCount edges { node { id } } } }',
        { from, until },
      )
    ).data?.referrals;
  const found = { totalCount: 1, edges: [{ node: { id: promised.id } }] };
  const nothing = { totalCount: 0, edges: [] };
  expect(await find(ACTORS.clinic, '2026-12-20T00:00:00Z', '2026-12-21T00:00:00Z')).toEqual(found);
  expect(await find(ACTORS.secretary1, '2026-12-20T03:59:00Z', null)).toEqual(found);
  expect(await find(ACTORS.clinic, '2026-12-20T04:00:00Z', null)).toEqual(nothing);
  expect(await find(ACTORS.clinic, '2026-12-19T00:00:00Z', '2026-12-20T01:00:00Z')).toEqual(nothing);
  for (const actor of [ACTORS.anonymous, ACTORS.barber, ACTORS.secretary2, ACTORS.daughter, ACTORS.subdistrict])
    expect(await find(actor, '2026-12-20T00:00:00Z', '2026-12-21T00:00:00Z')).toEqual(nothing);
});

it('a page of referrals costs the same number of statements whatever its length', async () => {
  const query =
    'query($n: Int) { referrals(first: $n) { edges { node { state organization { name } branch { code } session { place } } } } }';
  const count = async (n: number) => {
    database.statements();
    const { data } = await ask(ACTORS.clinic, query, { n });
    return [data?.referrals.edges.length, database.statements().length];
  };
  const [, one] = await count(1);
  expect(await count(8)).toEqual([8, one]);
  expect(one).toBeLessThanOrEqual(7);
});

describe('kin with another role', () => {
  it('follow what is done for their mother as every family does', async () => {
    const scene = await insertScene(database);
    const pair = { needId: gid('Need', scene.need), sessionId: gid('Session', scene.session) };
    const { referral: made } = await run(ACTORS.barber, 'needClaim', { ...pair, ...key() });
    const query = 'query($id: ID!) { referral(id: $id) { id need { id } } referrals { totalCount edges { node { id } } } }';
    const nobody = await ask(ACTORS.stranger, query, { id: made.id });
    expect(nobody.data).toEqual({ referral: null, referrals: { totalCount: 0, edges: [] } });
    const kin = await ask({ ...ACTORS.stranger, kinIds: [scene.person] }, query, { id: made.id });
    expect(kin.data).toEqual({
      referral: { id: made.id, need: { id: pair.needId } },
      referrals: { totalCount: 1, edges: [{ node: { id: made.id } }] },
    });
  });
});
