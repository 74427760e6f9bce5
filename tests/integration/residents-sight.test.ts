import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logAccess } from '../../src/modules/privacy/access.service.js';
import { canSee, kinshipSight, kinshipVisibleTo, visibleTo } from '../../src/modules/residents/residents.policy.js';
import { createResidentsBulk, findResident, kinOf, residentFacts } from '../../src/modules/residents/residents.service.js';
import { kinships, residents } from '../../src/modules/residents/residents.table.js';
import { ACTORS, scopeOf } from '../support/ask.js';
import { OUTSIDERS, openResidents, rawIdOf } from '../support/residents.js';
import { NOW, WORLD } from '../support/world.js';

const { database, ask, count, grandmother, kin } = await openResidents();

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
          restricted: false,
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
      '{ residents(filter: { phone: "19900004321" }, purpose: CONTACT) { edges { node { maskedName maskedPhone } } } }',
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
    for (const [branch, account, state, at] of [
      [branch1, daughter, 'VERIFIED', NOW],
      [branch2, daughter, 'REVOKED', null],
      [branch1, stranger, 'CLAIMED', null],
    ] as const)
      await database.owner`insert into personal.kinship (community_id, id, branch_id, resident_id, account_id, relation, state, verified_at, created_at)
        select ${community}, gen_random_uuid(), ${branch}, ${rawIdOf(grandmother)}, ${account}, 'OTHER', state::kinship_state, at, now()
        from (values ('REJECTED', null), ('REVOKED', null), ('REVOKED', now()), (${state}, ${at}::timestamptz)) as made (state, at)`;
    const everybody = scopeOf(database, ACTORS.anonymous).asSystem('seed');
    const rows = await everybody.reading(({ db }) => db.select().from(kinships));
    expect(rows).toHaveLength(12);
    for (const branchIds of [[], [branch1], [branch2], [branch1, branch2]])
      for (const accountId of [daughter, stranger, WORLD.clinic]) {
        const actor = { ...ACTORS.daughter, accountId, branchIds };
        const found = await everybody.reading(({ db }) => db.select().from(kinships).where(kinshipVisibleTo(actor)));
        const behind = await scopeOf(database, actor).reading(({ db }) =>
          db.select().from(kinships).where(kinshipVisibleTo(actor)),
        );
        const expected = rows.filter(row => kinshipSight.holds(actor, row)).map(({ id }) => id);
        expect(new Set(found.map(({ id }) => id))).toEqual(new Set(expected));
        expect(new Set(behind.map(({ id }) => id))).toEqual(new Set(expected));
      }
  });
});
