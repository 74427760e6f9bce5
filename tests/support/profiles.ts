import type { Vault } from '../../src/kernel/vault.js';
import type { Profile } from '../../src/modules/residents/residents.domain.js';
import { openProfile, sealProfile } from '../../src/modules/residents/sealing.repo.js';
import { testVault } from './ask.js';
import type { TestDatabase } from './database.js';
import { NOW, WORLD } from './world.js';

const SOMEBODY: Profile = {
  sex: 'FEMALE',
  birthDate: '1940-03-03',
  storey: null,
  careCategories: [],
  abilityLevel: null,
  languages: [],
};

/** Columns of a resident written past all walls: what is known of them, sealed as the house does it. */
export function profileColumns(id: string, profile: Partial<Profile> = {}, communityId: string = WORLD.community) {
  const { profileSealed, birthYearIndex, careIndex } = sealProfile({ vault: testVault, communityId }, id, {
    ...SOMEBODY,
    ...profile,
  });
  return { profile_sealed: profileSealed, birth_year_index: birthYearIndex, care_index: careIndex };
}

interface Home {
  readonly communityId?: string;
  readonly branchId?: string;
  readonly buildingId?: string;
}
/** A whole row of `personal.resident`, of a person without a name. */
export const residentRow = (id: string, { communityId, branchId, buildingId }: Home = {}, profile: Partial<Profile> = {}) => ({
  community_id: communityId ?? WORLD.community,
  id,
  branch_id: branchId ?? WORLD.branch1,
  building_id: buildingId ?? WORLD.building1,
  name_sealed: Buffer.alloc(1),
  name_index: Buffer.alloc(1),
  ...profileColumns(id, profile, communityId),
  residency_status: 'PRESENT',
  created_at: NOW,
});

/** What a resident's row holds, opened by whoever has the keys. */
export const profileIn = (
  row: { readonly id: string; readonly community_id: string; readonly profile_sealed: Buffer },
  vault: Vault = testVault,
): Profile => openProfile({ vault, communityId: row.community_id }, row.id, row.profile_sealed);

/** Makes the table `clear.resident`: every resident with what is known of them in columns, for questions in plain SQL. */
export async function exposeProfiles({ owner }: Pick<TestDatabase, 'owner'>, vault: Vault): Promise<void> {
  const rows = await owner<{ id: string; community_id: string; profile_sealed: Buffer }[]>`
    select id, community_id, profile_sealed from personal.resident`;
  const known = rows.map(row => {
    const { birthDate, careCategories, abilityLevel, storey, sex } = profileIn(row, vault);
    return { id: row.id, birth_date: birthDate, care_categories: careCategories, ability_level: abilityLevel, storey, sex };
  });
  await owner`create schema clear`;
  await owner`create table clear.resident as select * from personal.resident join jsonb_to_recordset(${owner.json(known)})
    as p (id uuid, birth_date date, care_categories text[], ability_level text, storey int, sex text) using (id)`;
}
