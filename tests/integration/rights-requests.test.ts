import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { createSchema } from '../../src/app.js';
import type { Actor } from '../../src/kernel/actor.js';
import { ACTORS, createAsk, gid } from '../support/ask.js';
import { openResidents, rawIdOf } from '../support/residents.js';
import { NOW, WORLD } from '../support/world.js';

const { database, register, grandmother, kin } = await openResidents();
const ask = createAsk(createSchema(), database);
const { owner } = database;
const OUTSIDERS = ['secretary2', 'clinic', 'barber', 'stranger', 'daughter', 'subdistrict'] as const;

const FIELDS = `id kind state relation onBehalf channel words deceasedOn dueAt overdue decidedAt refusalReason complaint version availableTransitions
  resident { id } legalHold { reason until } receipt { erasedAt }`;
const ERRORS =
  'userErrors { code path ... on IncompleteError { missing } ... on InvalidInputError { rule } ... on DuplicateError { existingId } }';
const create = async (actor: Actor, input: Readonly<Record<string, unknown>>, locale: 'zh' | 'en' = 'zh') => {
  const given = { residentId: grandmother, idempotencyKey: randomUUID(), ...input };
  const source = `mutation($input: PersonalInfoRequestCreateInput!) { personalInfoRequestCreate(input: $input) { request { ${FIELDS} } ${ERRORS} } }`;
  const { data, errors } = await ask(actor, source, { input: given }, { locale });
  if (errors) throw errors[0];
  return data?.personalInfoRequestCreate;
};
const move = async (actor: Actor, verb: string, { id, version }: { id: string; version: number }, more: object = {}) => {
  const input = { requestId: id, expectedVersion: version, idempotencyKey: randomUUID(), ...more };
  const type = verb === 'Refuse' ? 'Refuse' : 'Move';
  const source = `mutation($input: PersonalInfoRequest${type}Input!) { personalInfoRequest${verb}(input: $input) { request { ${FIELDS} } ${ERRORS} } }`;
  const { data, errors } = await ask(actor, source, { input });
  if (errors) throw errors[0];
  return data?.[`personalInfoRequest${verb}`];
};
const AT_COUNTER = { onBehalf: { relation: 'SELF', channel: 'COUNTER' } };

beforeAll(
  () => owner`insert into personal.kinship (community_id, id, branch_id, resident_id, account_id, relation, state, verified_at, created_at)
    values (${WORLD.community}, ${randomUUID()}, ${WORLD.branch1}, ${rawIdOf(grandmother)}, ${WORLD.daughter}, 'DAUGHTER', 'VERIFIED', ${NOW}, ${NOW})`,
);

describe('a request about personal data', () => {
  it('is not for outsiders to make, see or move: the same as of somebody who is not there', async () => {
    const { request } = await create(ACTORS.officer, { kind: 'COPY', ...AT_COUNTER });
    for (const name of OUTSIDERS) {
      const made = await create(ACTORS[name], { kind: 'ACCESS' });
      expect(made, name).toEqual({ request: null, userErrors: [{ code: 'NOT_FOUND', path: ['residentId'] }] });
      expect(made).toEqual(await create(ACTORS[name], { kind: 'ACCESS', residentId: gid('Resident', randomUUID()) }));
      const seen = await ask(
        ACTORS[name],
        'query($id: ID!) { node(id: $id) { id } personalInfoRequests { edges { node { id } } } }',
        {
          id: request.id,
        },
      );
      expect(seen.data, name).toEqual({ node: null, personalInfoRequests: { edges: [] } });
      for (const verb of ['Start', 'Complete', 'Refuse', 'Withdraw']) {
        const moved = await move(ACTORS[name], verb, request, verb === 'Refuse' ? { reason: 'OTHER' } : {});
        expect(moved, `${name} ${verb}`).toEqual({ request: null, userErrors: [{ code: 'NOT_FOUND', path: ['requestId'] }] });
      }
    }
    const anonymous = await ask(ACTORS.anonymous, '{ personalInfoRequests { edges { node { id } } } }');
    expect(anonymous.data?.personalInfoRequests.edges).toEqual([]);
    expect((await move(ACTORS.secretary1, 'Refuse', request, { reason: 'REPEATED' })).request).toMatchObject({
      state: 'REFUSED',
      refusalReason: 'REPEATED',
      complaint: expect.stringContaining('人民法院'),
      availableTransitions: [],
    });
  });

  it('is made by kin for themselves, with the relation of their link, and due after fifteen days', async () => {
    const { request, userErrors } = await create(kin, { kind: 'CORRECT', words: '母亲的名字是陈桂华' });
    expect(userErrors).toEqual([]);
    expect(request).toMatchObject({
      kind: 'CORRECT',
      state: 'RECEIVED',
      relation: 'DAUGHTER',
      onBehalf: false,
      words: '母亲的名字是陈桂华',
      dueAt: '2026-12-16T16:00:00.000Z',
      overdue: false,
      availableTransitions: ['WITHDRAWN'],
      resident: { id: grandmother },
    });
    const [stored] = await owner`select words_sealed, relation from personal.info_request where id = ${rawIdOf(request.id)}`;
    expect(stored?.words_sealed.toString()).not.toContain('陈桂华');
    const late = await ask(
      ACTORS.officer,
      'query($id: ID!) { node(id: $id) { ... on PersonalInfoRequest { overdue } } }',
      { id: request.id },
      {
        now: () => new Date('2026-12-17T00:00:00+08:00'),
      },
    );
    expect(late.data?.node).toEqual({ overdue: true });
    expect((await create(kin, { kind: 'CORRECT', words: '再说一次' })).userErrors).toEqual([
      { code: 'DUPLICATE', path: null, existingId: request.id },
    ]);
    expect((await move(kin, 'Start', request)).userErrors).toEqual([{ code: 'FORBIDDEN', path: null }]);
    const started = await move(ACTORS.officer, 'Start', request);
    expect(started.request).toMatchObject({ state: 'IN_PROGRESS', version: 2 });
    expect((await move(ACTORS.officer, 'Complete', request)).userErrors[0].code).toBe('STALE_VERSION');
    expect((await move(kin, 'Withdraw', started.request)).request).toMatchObject({ state: 'WITHDRAWN' });
    expect((await move(ACTORS.officer, 'Complete', { ...request, version: 3 })).userErrors[0].code).toBe('INVALID_STATE');
  });

  it.each([
    [{ kind: 'ACCESS' }, 'officer', ['onBehalf'], 'REQUIRED'],
    [{ kind: 'ACCESS', ...AT_COUNTER }, 'kin', ['onBehalf'], 'NOT_ALLOWED'],
    [{ kind: 'CORRECT' }, 'kin', ['words'], 'REQUIRED'],
    [{ kind: 'ACCESS', words: '字'.repeat(1001) }, 'kin', ['words'], 'TOO_LONG'],
    [{ kind: 'ACCESS', deceasedOn: '2026-11-01' }, 'kin', ['deceasedOn'], 'NOT_ALLOWED'],
    [{ kind: 'DECEASED_NEXT_OF_KIN' }, 'kin', ['deceasedOn'], 'REQUIRED'],
    [{ kind: 'DECEASED_NEXT_OF_KIN', deceasedOn: '2026-12-02' }, 'kin', ['deceasedOn'], 'NOT_ALLOWED'],
    [
      { kind: 'DECEASED_NEXT_OF_KIN', deceasedOn: '2026-11-01', ...AT_COUNTER },
      'officer',
      ['onBehalf', 'relation'],
      'NOT_ALLOWED',
    ],
  ])('%j by %s is refused at %j', async (input, who, path, rule) => {
    const actor = who === 'kin' ? kin : ACTORS.officer;
    expect((await create(actor, input)).userErrors).toEqual([{ code: 'INVALID_INPUT', path, rule }]);
  });

  it('takes effect when staff complete it, never by whoever asked for themselves', async () => {
    const own: Actor = { ...ACTORS.officer, accountId: WORLD.daughter, kinIds: kin.kinIds };
    const restriction = (await create(own, { kind: 'RESTRICT' })).request;
    expect(restriction).toMatchObject({ relation: 'DAUGHTER', onBehalf: false, availableTransitions: ['WITHDRAWN'] });
    expect((await move(own, 'Complete', restriction)).userErrors).toEqual([{ code: 'FORBIDDEN', path: null }]);
    expect((await move(ACTORS.officer, 'Complete', restriction)).request).toMatchObject({ state: 'DONE' });
    const death = (await create(kin, { kind: 'DECEASED_NEXT_OF_KIN', deceasedOn: '2026-11-20' })).request;
    expect((await move(ACTORS.secretary1, 'Complete', death)).request).toMatchObject({ state: 'DONE', deceasedOn: '2026-11-20' });
    const seen = await ask(kin, 'query($id: ID!) { resident(id: $id) { optedOut deceasedOn } }', { id: grandmother });
    expect(seen.data?.resident).toEqual({ optedOut: true, deceasedOn: '2026-11-20' });
    const deletion = (await create(kin, { kind: 'DELETE' })).request;
    expect((await move(ACTORS.secretary1, 'Complete', deletion)).userErrors).toEqual([
      { code: 'INCOMPLETE', path: null, missing: ['residentErase'] },
    ]);
    expect((await move(kin, 'Withdraw', deletion)).request).toMatchObject({ state: 'WITHDRAWN' });
    const kinds = await owner`select kind from event where subject_type in ('PersonalInfoRequest', 'Resident') order by id`;
    expect(kinds.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining([
        'PERSONAL_INFO_REQUESTED',
        'PROCESSING_RESTRICTION_SET',
        'RESIDENT_DECEASED',
        'PERSONAL_INFO_REQUEST_DONE',
      ]),
    );
  });

  it('stands in a list with what is due first in front, at a fixed number of statements', async () => {
    const other = (await register(ACTORS.officer, { name: '李秀英' })).resident.id;
    const earlier = { now: () => new Date(NOW.getTime() - 20 * 86_400_000) };
    const input = { kind: 'EXPLAIN', residentId: other, idempotencyKey: randomUUID(), ...AT_COUNTER };
    const source =
      'mutation($input: PersonalInfoRequestCreateInput!) { personalInfoRequestCreate(input: $input) { request { id } } }';
    const { data } = await ask(ACTORS.officer, source, { input }, earlier);
    for (const kind of ['ACCESS', 'COPY', 'EXPLAIN']) await create(kin, { kind });
    const list = async (first: number) => {
      database.statements();
      const answer = await ask(
        ACTORS.secretary1,
        `query($first: Int) { personalInfoRequests(first: $first, states: [RECEIVED]) { edges { node { ${FIELDS} } } } }`,
        { first },
      );
      expect(answer.errors).toBeUndefined();
      return {
        rows: answer.data?.personalInfoRequests.edges.map((edge: { node: object }) => edge.node),
        sent: database.statements().length,
      };
    };
    const [few, many] = [await list(1), await list(20)];
    expect(few.rows).toEqual([expect.objectContaining({ id: data?.personalInfoRequestCreate.request.id, overdue: true })]);
    expect(many.rows).toHaveLength(4);
    expect(many.sent).toBeLessThanOrEqual(few.sent);
  });
});
