import { beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../src/kernel/actor.js';
import { newId } from '../../src/kernel/ids.js';
import { ACTORS, gid } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { daughter, PEOPLE, rawIdOf, setUpNeeds } from '../support/needs.js';
import { WORLD } from '../support/world.js';

const database = await createTestDatabase();
let needs: Awaited<ReturnType<typeof setUpNeeds>>;
beforeAll(async () => {
  needs = await setUpNeeds(database);
});

const neighbor = { residentId: gid('Resident', PEOPLE.neighbor) };
const submitted = async (actor: Actor, input: object = {}) => {
  const { need, userErrors } = await needs.submit(actor, input as Record<string, unknown>);
  expect(userErrors).toEqual([]);
  return need;
};
const look = async (actor: Actor, id: string) => {
  const { data, errors } = await needs.ask(
    actor,
    'query($id: ID!) { need(id: $id) { version minimumQuantity togetherWith { id } } }',
    { id },
  );
  expect(errors).toBeUndefined();
  return data?.need;
};
const update = (actor: Actor, needId: string, expectedVersion: number, input: object) =>
  needs.act(actor, 'Update', { needId, expectedVersion, ...input });
const no = { code: 'INVALID_INPUT', path: ['togetherWithId'], rule: 'NOT_ALLOWED' };
const notFound = { code: 'NOT_FOUND', path: ['togetherWithId'] };

describe('two needs that go together', () => {
  it('are tied on both sides when the second is taken down, and cut loose on both', async () => {
    const she = await submitted(ACTORS.secretary1);
    const he = await submitted(ACTORS.secretary1, { ...neighbor, togetherWithId: she.id });
    expect(await look(ACTORS.secretary1, he.id)).toMatchObject({ version: 1, togetherWith: { id: she.id } });
    expect(await look(ACTORS.secretary1, she.id)).toMatchObject({ version: 2, togetherWith: { id: he.id } });
    const cut = await update(ACTORS.secretary1, he.id, 1, { togetherWithId: null });
    expect(cut).toMatchObject({ userErrors: [], need: { version: 2 } });
    expect(await look(ACTORS.secretary1, he.id)).toMatchObject({ version: 2, togetherWith: null });
    expect(await look(ACTORS.secretary1, she.id)).toMatchObject({ version: 3, togetherWith: null });
    const events =
      await database.owner`select kind, subject_id from event where kind in ('NEED_TIED', 'NEED_UNTIED') order by id`;
    expect(events.map(({ kind, subject_id }) => [kind, subject_id])).toEqual([
      ['NEED_TIED', rawIdOf(he.id)],
      ['NEED_TIED', rawIdOf(she.id)],
      ['NEED_UNTIED', rawIdOf(he.id)],
    ]);
  });

  it('may be tied later, by an edit of one; a third may not come between while both wait', async () => {
    const [a, b, third] = [
      await submitted(ACTORS.secretary1),
      await submitted(ACTORS.secretary1, neighbor),
      await submitted(ACTORS.secretary1),
    ];
    expect((await update(ACTORS.secretary1, a.id, 1, { togetherWithId: b.id })).userErrors).toEqual([]);
    expect(await look(ACTORS.secretary1, b.id)).toMatchObject({ version: 2, togetherWith: { id: a.id } });
    expect((await update(ACTORS.secretary1, third.id, 1, { togetherWithId: b.id })).userErrors).toMatchObject([no]);
    expect((await needs.submit(ACTORS.secretary1, { togetherWithId: b.id })).userErrors).toMatchObject([no]);
    // Said again it stays as it is.
    expect((await update(ACTORS.secretary1, a.id, 2, { togetherWithId: b.id })).userErrors).toEqual([]);
    // When one is done the other goes alone, and may be tied anew.
    await needs.act(ACTORS.secretary1, 'Withdraw', { needId: a.id, expectedVersion: 3, reason: 'OTHER' });
    expect((await look(ACTORS.secretary1, b.id)).togetherWith).toBeNull();
    expect((await look(ACTORS.secretary1, a.id)).togetherWith).toBeNull();
    expect((await update(ACTORS.secretary1, third.id, 1, { togetherWithId: b.id })).userErrors).toEqual([]);
    expect((await look(ACTORS.secretary1, b.id)).togetherWith).toEqual({ id: third.id });
    expect(
      await database.owner`select count(*)::int from need where together_with_id is not null and id in ${database.owner([a, b, third].map(({ id }) => rawIdOf(id)))}`,
    ).toEqual([{ count: 2 }]);
  });

  it('are of one branch and one category, and two', async () => {
    const here = await submitted(ACTORS.secretary1);
    const elsewhere = await submitted(ACTORS.secretary2, { residentId: gid('Resident', PEOPLE.farOff) });
    const other = await submitted(ACTORS.secretary1, { categoryCode: 'MEDICAL_ACCESS' });
    expect((await update(ACTORS.admin, here.id, 1, { togetherWithId: elsewhere.id })).userErrors).toMatchObject([no]);
    expect((await update(ACTORS.admin, here.id, 1, { togetherWithId: other.id })).userErrors).toMatchObject([no]);
    expect((await update(ACTORS.admin, here.id, 1, { togetherWithId: here.id })).userErrors).toMatchObject([no]);
    expect((await update(ACTORS.admin, here.id, 1, { togetherWithId: gid('Need', newId()) })).userErrors).toMatchObject([
      notFound,
    ]);
    const companion = await submitted(ACTORS.secretary1, { togetherWithId: here.id });
    const moved = await update(ACTORS.secretary1, companion.id, 1, { categoryCode: 'MEDICAL_ACCESS' });
    expect(moved.userErrors).toEqual([]);
    expect((await look(ACTORS.secretary1, here.id)).togetherWith).toBeNull();
  });

  it('are tied only by who answers for both or asked for both', async () => {
    const mothers = await submitted(daughter);
    const neighbors = await submitted(ACTORS.secretary1, neighbor);
    const tie = { togetherWithId: neighbors.id };
    expect((await update(daughter, mothers.id, 1, tie)).userErrors).toMatchObject([notFound]);
    expect((await needs.submit(daughter, tie)).userErrors).toMatchObject([notFound]);
    expect((await update(ACTORS.secretary2, mothers.id, 1, tie)).userErrors).toMatchObject([
      { code: 'NOT_FOUND', path: ['needId'] },
    ]);
    // A partner sees what is open, and still has no say in it.
    expect((await update(ACTORS.barber, neighbors.id, 1, { togetherWithId: mothers.id })).userErrors).toMatchObject([
      { code: 'FORBIDDEN' },
    ]);
    const own = await needs.submit(ACTORS.barber, {
      residentId: null,
      organizationId: gid('Organization', WORLD.barber),
      branchId: gid('Branch', WORLD.branch1),
      ...tie,
    });
    expect(own).toMatchObject({ need: null, userErrors: [notFound] });
    const again = await submitted(daughter, { togetherWithId: mothers.id });
    expect(await look(daughter, again.id)).toMatchObject({ togetherWith: { id: mothers.id } });
    // Who sees one of the two only learns of no other.
    expect(await look(ACTORS.anonymous, again.id)).toBeNull();
    await needs.act(ACTORS.secretary1, 'Verify', { needId: again.id, expectedVersion: 1 });
    expect(await look(ACTORS.barber, again.id)).toMatchObject({ togetherWith: null });
    await needs.act(ACTORS.secretary1, 'Verify', { needId: mothers.id, expectedVersion: 2 });
    expect(await look(ACTORS.barber, again.id)).toMatchObject({ togetherWith: { id: mothers.id } });
  });

  it('cost as many statements to show for many as for few', async () => {
    const page =
      'query($id: ID!) { branch(id: $id) { needs(first: 100, filter: { states: [OPEN] }) { edges { node { togetherWith { id } } } } } }';
    const counts: number[] = [];
    let tiedBefore = 0;
    for (const pairs of [1, 8]) {
      for (let i = 0; i < pairs; i++) {
        const one = await submitted(ACTORS.secretary1);
        await submitted(ACTORS.secretary1, { ...neighbor, togetherWithId: one.id });
      }
      database.statements();
      const { data } = await needs.ask(ACTORS.secretary1, page, { id: gid('Branch', WORLD.branch1) });
      counts.push(database.statements().length);
      const tied = data?.branch.needs.edges.filter(({ node }: { node: { togetherWith: unknown } }) => node.togetherWith).length;
      expect(tied).toBeGreaterThanOrEqual(tiedBefore + 2 * pairs);
      tiedBefore = tied;
    }
    expect(counts[1]).toBe(counts[0]);
  });

  it('tied crosswise at once stay two pairs at most, and nobody waits in a circle', async () => {
    const [a, b, d] = [
      await submitted(ACTORS.secretary1),
      await submitted(ACTORS.secretary1),
      await submitted(ACTORS.secretary1),
    ];
    const all = [
      [a, b],
      [b, d],
      [d, a],
    ] as const;
    const answers = await Promise.all(
      all.map(([one, other]) => update(ACTORS.secretary1, one.id, 1, { togetherWithId: other.id })),
    );
    expect(answers.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(1);
    const tied =
      await database.owner`select id, together_with_id as other from need where id in ${database.owner([a, b, d].map(({ id }) => rawIdOf(id)))} and together_with_id is not null`;
    expect(tied).toHaveLength(2);
    expect(tied[0]?.other).toBe(tied[1]?.id);
  });
});

describe('the portion that a need takes at once', () => {
  it('is at most what is asked, before and after corrections; staff say it', async () => {
    const need = await submitted(ACTORS.secretary1, { quantity: 6, minimumQuantity: 6 });
    expect(await look(ACTORS.secretary1, need.id)).toMatchObject({ minimumQuantity: 6 });
    const tooMuch = { code: 'INVALID_INPUT', path: ['minimumQuantity'], rule: 'MAX' };
    expect((await needs.submit(ACTORS.secretary1, { quantity: 2, minimumQuantity: 3 })).userErrors).toMatchObject([tooMuch]);
    expect((await update(ACTORS.secretary1, need.id, 1, { quantity: 5 })).userErrors).toMatchObject([tooMuch]);
    expect((await update(ACTORS.secretary1, need.id, 1, { quantity: 5, minimumQuantity: 2 })).userErrors).toEqual([]);
    expect(await look(ACTORS.secretary1, need.id)).toMatchObject({ minimumQuantity: 2 });
    const asked = await submitted(daughter, { quantity: 2 });
    expect((await update(daughter, asked.id, 1, { minimumQuantity: 2 })).userErrors).toMatchObject([
      { code: 'FORBIDDEN', path: ['minimumQuantity'] },
    ]);
  });
});
