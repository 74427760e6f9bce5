import { randomUUID } from 'node:crypto';
import type { TransactionSql } from 'postgres';
import { createResidentsBulk } from '../../src/modules/residents/residents.service.js';
import { ACTORS, scopeOf } from './ask.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { seedWorld, WORLD } from './world.js';

export const READABLE = ['resident', 'kinship', 'need_detail', 'consent'] as const;
export const CANARY = { name: '金丝雀阿婆', phone: '13987654321', room: '金屋4711', birthDate: '1931-07-19' };
export const [MOTHER, NEIGHBOR, ELSEWHERE, ABROAD] = [1, 2, 3, 4].map(n => `00000000-0000-7000-8000-00000000090${n}`) as [
  string,
  string,
  string,
  string,
];

async function populate(at: TestDatabase): Promise<void> {
  await seedWorld(at);
  const w = WORLD;
  await at.owner.unsafe(`insert into building (community_id, id, branch_id, block_no, entrance_no, storeys, dwellings, east_m, north_m)
    values ('${w.otherCommunity}', '${w.building1}', '${w.otherBranch}', 1, 1, 6, 12, 0, 0)`);
  const person = { sex: 'FEMALE', residencyStatus: 'PRESENT', ...CANARY } as const;
  const here = await createResidentsBulk(scopeOf(at, ACTORS.anonymous), [
    { ...person, id: MOTHER, buildingId: w.building1 },
    { ...person, id: NEIGHBOR, buildingId: w.building2 },
    { ...person, id: ELSEWHERE, buildingId: w.building3 },
  ]);
  const abroad = await createResidentsBulk(scopeOf(at, ACTORS.anonymous, { communityId: w.otherCommunity }), [
    { ...person, id: ABROAD, buildingId: w.building1 },
  ]);
  if (!here.ok || !abroad.ok) throw new Error('the people behind the wall were refused');
  for (const [id, branch, account] of [
    [MOTHER, w.branch1, w.daughter],
    [ELSEWHERE, w.branch2, w.stranger],
  ] as const) {
    await at.owner.unsafe(`insert into personal.consent (community_id, id, branch_id, resident_id, purpose, data_class, relation, method, notice_version, granted_at)
      values ('${w.community}', '${randomUUID()}', '${branch}', '${id}', 'SHARE_WITH_ORGANIZATION', 'GENERAL', 'SELF', 'PAPER', '2026-11', now())`);
    await at.owner.unsafe(`insert into personal.kinship (community_id, id, branch_id, resident_id, account_id, relation, state, verified_at, created_at)
      values ('${w.community}', '${randomUUID()}', '${branch}', '${id}', '${account}', 'DAUGHTER', 'VERIFIED', now(), now())`);
    await at.owner.unsafe(`insert into personal.need_detail (community_id, need_id, branch_id, beneficiary_id, requester_account_id, description_sealed)
      values ('${w.community}', '${randomUUID()}', '${branch}', '${id}', '${account}', '\\x00')`);
  }
}

export interface Settings {
  readonly community?: string;
  readonly branches?: string;
  readonly kin?: string;
  readonly account?: string;
  readonly system?: string;
}
export const idsIn = (tx: TransactionSql, table: string): Promise<string[]> =>
  tx
    .unsafe(`select * from personal.${table}`)
    .then(rows => rows.map(row => row.resident_id ?? row.beneficiary_id ?? row.id).sort());
export const secretary1: Settings = { community: WORLD.community, branches: WORLD.branch1, account: WORLD.secretary1 };
export const secretary2: Settings = { community: WORLD.community, branches: WORLD.branch2, account: WORLD.secretary2 };
export const daughter: Settings = { community: WORLD.community, branches: '', kin: MOTHER, account: WORLD.daughter };
export const REFUSED = /row-level security/;
export const DENIED = /permission denied/;

class Undo {}

/** A database with people behind the wall, and raw SQL that asks for them. */
export async function openWall(options: Parameters<typeof createTestDatabase>[0] = {}) {
  const database = await createTestDatabase(options);
  await populate(database);
  /** Raw SQL as the serving role, telling the wall whatever the caller likes; rolled back. */
  async function raw<T>(settings: Settings, work: (tx: TransactionSql) => Promise<T>): Promise<T> {
    let result: T | undefined;
    await database.serving.client
      .begin(async tx => {
        for (const [name, value] of Object.entries(settings)) await tx`select set_config(${`app.${name}`}, ${value}, true)`;
        result = await work(tx);
        throw new Undo();
      })
      .catch((error: unknown) => {
        if (!(error instanceof Undo)) throw error;
      });
    return result as T;
  }
  return { database, raw };
}
