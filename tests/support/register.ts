import type postgres from 'postgres';
import type { Vault } from '../../src/kernel/vault.js';
import { birthYearsLike } from '../../src/modules/residents/sealing.repo.js';

/** A branch with somewhere to live, of one community. */
export interface Home {
  readonly communityId: string;
  readonly branchId: string;
  readonly buildingId: string;
}

/** Fills the register with rows of nobody, for plans and timings: with indexes as the vault makes them, and nothing that opens. */
export async function fillRegister(owner: postgres.Sql, vault: Vault, home: Home, count: number): Promise<void> {
  const { communityId, branchId, buildingId } = home;
  const years = Array.from({ length: 100 }, (_, i) => 1925 + i);
  const indexes = birthYearsLike({ vault, communityId }, years).map(bytes => `\\x${bytes.toString('hex')}`);
  await owner`
    insert into personal.resident (community_id, id, branch_id, building_id, name_sealed, name_index, phone_sealed, phone_index, profile_sealed,
      birth_year_index, care_index, residency_status, created_at)
    select ${communityId}::uuid, gen_random_uuid(), ${branchId}::uuid, ${buildingId}::uuid, decode(md5('n' || i), 'hex'), decode(md5('ni' || random()), 'hex'),
      decode(md5('p' || i), 'hex'), decode(md5('pi' || random()), 'hex'), decode(repeat(md5('f' || i), 6), 'hex'),
      (${indexes}::text[]::bytea[])[1 + i % 100], array[-1, i % 9], 'PRESENT', now()
    from generate_series(1, ${count}::int) i`;
}
