import { describe, expect, it } from 'vitest';
import { createNeedsBulk } from '../../src/modules/needs/needs.service.js';
import { ACTORS, scopeOf } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { PEOPLE, setUpNeeds } from '../support/needs.js';
import { WORLD } from '../support/world.js';

const database = await createTestDatabase();
await setUpNeeds(database);

describe('bulk loading', () => {
  const row = {
    categoryCode: 'HAIRCUT',
    residentId: PEOPLE.farOff,
    requesterKind: 'OFFICER',
    channel: 'IMPORT',
    urgency: 'P3',
    state: 'FULFILLED',
    submittedAt: new Date('2025-12-20T02:00:00Z'),
    openedAt: new Date('2025-12-21T02:00:00Z'),
    closedAt: new Date('2026-01-05T02:00:00Z'),
    quantity: 2,
  } as const;
  const load = (rows: Parameters<typeof createNeedsBulk>[1]) => createNeedsBulk(scopeOf(database, ACTORS.admin), rows);

  it('tells what is wrong in every row and loads none', async () => {
    const before = (await database.owner`select count(*)::int as n from need`)[0]?.n;
    const failed = await load([
      row,
      { ...row, closedAt: null },
      { ...row, state: 'UNMET' },
      { ...row, residentId: null, group: '环卫工人' },
      { ...row, quantity: 0, windows: [{ startsAt: new Date('2025-01-01'), endsAt: new Date('2025-01-02') }] },
      { ...row, state: 'SUBMITTED', closedAt: null },
      { ...row, transferredTo: 'GRID' },
      { ...row, categoryCode: 'NO_SUCH', closedAt: new Date('2025-12-20T03:00:00Z') },
    ]);
    expect(failed.ok ? null : failed.failure.problems.map(({ path }) => path.join('.')).sort()).toEqual([
      '1.closedAt',
      '2.closeReason',
      '3.branchId',
      '4.quantity',
      '4.windows',
      '5.openedAt',
      '6.transferredTo',
      '7.categoryCode',
      '7.closedAt',
    ]);
    expect((await database.owner`select count(*)::int as n from need`)[0]?.n).toBe(before);
  });

  it('keeps times, states and history, and numbers by year in the order of submission', async () => {
    const merged = '00000000-0000-7000-8000-000000000801';
    const target = '00000000-0000-7000-8000-000000000802';
    const made = await load([
      { ...row, id: merged, state: 'MERGED', mergedIntoId: target, submittedAt: new Date('2025-12-20T01:00:00Z') },
      { ...row, id: target },
      {
        ...row,
        state: 'WITHDRAWN',
        closeReason: 'DIED_OR_MOVED',
        openedAt: null,
        residentId: null,
        buildingId: WORLD.building3,
        walkIn: true,
      },
      {
        ...row,
        residentId: null,
        group: '环卫工人',
        branchId: WORLD.branch2,
        submittedAt: new Date('2025-12-31T16:00:00Z'),
        openedAt: new Date('2026-01-01T16:00:00Z'),
      },
    ]);
    if (!made.ok) throw new Error(JSON.stringify(made.failure));
    expect(made.value.slice(0, 2)).toEqual([merged, target]);
    const rows =
      await database.owner`select number, state, fulfilled::int, beneficiary_kind as kind from need where id = any(${made.value}::uuid[]) order by array_position(${made.value}::uuid[], id)`;
    expect(rows).toEqual([
      { number: 'N-B2-2025-0001', state: 'MERGED', fulfilled: 0, kind: 'RESIDENT' },
      { number: 'N-B2-2025-0002', state: 'FULFILLED', fulfilled: 2, kind: 'RESIDENT' },
      { number: 'N-B2-2025-0003', state: 'WITHDRAWN', fulfilled: 0, kind: 'RESIDENT' },
      { number: expect.stringMatching(/^N-B2-2026-\d{4}$/), state: 'FULFILLED', fulfilled: 2, kind: 'GROUP' },
    ]);
    const history =
      await database.owner`select kind, at, from_state, to_state, reason, actor_role from event where subject_id = ${made.value[2] ?? ''} order by at`;
    expect(history).toEqual([
      {
        kind: 'NEED_SUBMITTED',
        at: row.submittedAt,
        from_state: null,
        to_state: 'SUBMITTED',
        reason: null,
        actor_role: 'SYSTEM:seed',
      },
      {
        kind: 'NEED_WITHDRAWN',
        at: row.closedAt,
        from_state: 'SUBMITTED',
        to_state: 'WITHDRAWN',
        reason: 'DIED_OR_MOVED',
        actor_role: 'SYSTEM:seed',
      },
    ]);
  });
});
