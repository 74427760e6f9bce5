import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { createSchema } from '../../src/app.js';
import type { Actor } from '../../src/kernel/actor.js';
import { ACTORS, createAsk, gid } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { insertProposals } from '../support/proposals.js';
import { NOW, seedWorld } from '../support/world.js';

const database = await createTestDatabase();
const ask = createAsk(createSchema(), database);
beforeAll(() => seedWorld(database));

const SHOWN =
  'referral { id state version serviceRecord { confirmation disputeReason confirmedAs confirmedAt evidence { kind showsMinors } } need { stage } } userErrors { code path ... on InvalidStateError { from to } ... on StaleVersionError { currentVersion } }';
const run = async (actor: Actor, name: string, input: object) => {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
  const answer = await ask(actor, `mutation($input: ${type}!) { ${name}(input: $input) { ${SHOWN} } }`, { input });
  return answer.data?.[name] ?? answer;
};
const key = () => ({ idempotencyKey: randomUUID() });

const record = {
  startedAt: new Date(NOW.getTime() - 3_600_000).toISOString(),
  endedAt: NOW.toISOString(),
  quantity: 1,
  receivedBy: 'BENEFICIARY',
};
const promised = async () => {
  const { matchIds, needIds } = await insertProposals(database, { capacity: 2, count: 1 });
  const { referral } = await run(ACTORS.clinic, 'matchAccept', { matchId: gid('Match', matchIds[0] ?? ''), ...key() });
  return { referralId: referral.id as string, needId: needIds[0] ?? '' };
};
const delivered = async (more: object = {}) => {
  const { referralId, needId } = await promised();
  const { referral } = await run(ACTORS.clinic, 'referralComplete', {
    referralId,
    expectedVersion: 1,
    record: { ...record, ...more },
  });
  expect(referral).toMatchObject({ state: 'COMPLETED', serviceRecord: { confirmation: 'AWAITING', confirmedAt: null } });
  return { referralId, needId, step: { referralId, expectedVersion: 2 } };
};
const stored = async () => [
  await database.owner`select * from service_record order by id`,
  await database.owner`select * from referral order by id`,
  await database.owner`select * from event order by id`,
];

describe('a record', () => {
  it('is confirmed by the branch or the family, never by who delivered, and not by strangers', async () => {
    const { step } = await delivered();
    const before = await stored();
    for (const name of ['referralConfirm', 'referralDispute']) {
      const input = name === 'referralConfirm' ? step : { ...step, reason: 'NOT_RECEIVED' };
      for (const actor of [ACTORS.secretary2, ACTORS.barber, ACTORS.daughter, ACTORS.subdistrict])
        expect((await run(actor, name, input)).userErrors).toMatchObject([{ code: 'NOT_FOUND', path: ['referralId'] }]);
      expect((await run(ACTORS.clinic, name, input)).userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
      expect((await run(ACTORS.anonymous, name, input)).errors[0].extensions.code).toBe('UNAUTHENTICATED');
    }
    expect(await stored()).toEqual(before);
    const { referral, userErrors } = await run(ACTORS.secretary1, 'referralConfirm', step);
    expect(userErrors).toEqual([]);
    expect(referral).toMatchObject({
      version: 3,
      state: 'COMPLETED',
      serviceRecord: { confirmation: 'CONFIRMED', confirmedAs: 'BRANCH', confirmedAt: NOW.toISOString() },
      need: { stage: 'FULFILLED' },
    });
  });

  it('is confirmed once: by a version that is old, again, or before anything was delivered it is refused', async () => {
    const open = await promised();
    expect(
      (await run(ACTORS.secretary1, 'referralConfirm', { referralId: open.referralId, expectedVersion: 1 })).userErrors,
    ).toMatchObject([{ code: 'INVALID_STATE', from: 'ACCEPTED', to: 'CONFIRMED' }]);
    const { step } = await delivered();
    expect((await run(ACTORS.secretary1, 'referralConfirm', { ...step, expectedVersion: 1 })).userErrors).toMatchObject([
      { code: 'STALE_VERSION', currentVersion: 2 },
    ]);
    const input = { ...step, ...key() };
    const first = await run(ACTORS.secretary1, 'referralConfirm', input);
    expect(await run(ACTORS.secretary1, 'referralConfirm', input)).toEqual(first);
    expect((await run(ACTORS.secretary1, 'referralConfirm', { ...step, expectedVersion: 3 })).userErrors).toMatchObject([
      { code: 'INVALID_STATE', from: 'CONFIRMED', to: 'CONFIRMED' },
    ]);
  });

  it('that is confirmed twice at once is confirmed once', async () => {
    const { step } = await delivered();
    const both = await Promise.all([1, 2].map(() => run(ACTORS.secretary1, 'referralConfirm', step)));
    expect(both.map(({ userErrors }) => userErrors[0]?.code ?? 'OK').sort()).toEqual(['OK', 'STALE_VERSION']);
  });

  it('that is disputed keeps the need waiting until it is cleared up, and tells the timeline', async () => {
    const { step, needId } = await delivered();
    const { referral } = await run(ACTORS.secretary1, 'referralDispute', { ...step, reason: 'LESS_THAN_RECORDED' });
    expect(referral).toMatchObject({
      serviceRecord: { confirmation: 'DISPUTED', disputeReason: 'LESS_THAN_RECORDED' },
      need: { stage: 'AWAITING_CONFIRMATION' },
    });
    expect((await run(ACTORS.secretary1, 'referralConfirm', { ...step, expectedVersion: 3 })).referral).toMatchObject({
      serviceRecord: { confirmation: 'CONFIRMED', disputeReason: null },
      need: { stage: 'FULFILLED' },
    });
    const { data } = await ask(ACTORS.secretary1, 'query($id: ID!) { need(id: $id) { timeline { kind labelZh } } }', {
      id: gid('Need', needId),
    });
    expect(data?.need.timeline.slice(-2)).toEqual([
      { kind: 'REFERRAL_DISPUTED', labelZh: '回访有异议,正在核实' },
      { kind: 'REFERRAL_CONFIRMED', labelZh: '已回访确认' },
    ]);
  });

  it('shows no face of a minor without the consent of a guardian, and never where that is kept', async () => {
    const { referralId } = await promised();
    const photo = { kind: 'PHOTO', reference: 'P-1', showsMinors: true };
    const completing = (evidence: object[]) =>
      run(ACTORS.clinic, 'referralComplete', { referralId, expectedVersion: 1, record: { ...record, evidence } });
    expect((await completing([photo])).userErrors).toMatchObject([
      { code: 'INVALID_INPUT', path: ['record', 'evidence', '0', 'guardianConsent'] },
    ]);
    const { referral } = await completing([{ ...photo, guardianConsent: 'C-9' }]);
    expect(referral.serviceRecord.evidence).toEqual([{ kind: 'PHOTO', showsMinors: true }]);
  });
});

describe('the stage of needs', () => {
  it('is read for a whole page in one statement', async () => {
    for (let i = 0; i < 3; i++) await delivered();
    database.statements();
    const { data } = await ask(
      ACTORS.secretary1,
      '{ needs(first: 50, filter: { states: [FULFILLED] }) { edges { node { stage } } } }',
    );
    expect(data?.needs.edges.length).toBeGreaterThan(2);
    expect(database.statements().filter(text => text.includes('service_record'))).toHaveLength(1);
  });
});
