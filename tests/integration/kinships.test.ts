import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Actor } from '../../src/kernel/actor.js';
import { loadActor } from '../../src/modules/identity/identity.service.js';
import { ACTORS } from '../support/ask.js';
import { openResidents, rawIdOf } from '../support/residents.js';
import { NOW, WORLD } from '../support/world.js';

const { database, ask, grandmother, kin } = await openResidents();

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
