import type { TestDatabase } from './database.js';

/** A small community for tests: two branches, each with two buildings; three organisations; a few categories. */
export const WORLD = {
  community: id(1),
  otherCommunity: id(2),
  east: id(11),
  west: id(12),
  branch1: id(21),
  branch2: id(22),
  otherBranch: id(23),
  building1: id(31),
  building2: id(32),
  building3: id(33),
  building4: id(34),
  clinic: id(41),
  barber: id(42),
  stranger: id(43),
  admin: id(51),
  secretary1: id(52),
  secretary2: id(53),
  officer: id(54),
  liaisonClinic: id(55),
  liaisonBarber: id(56),
  daughter: id(57),
  subdistrict: id(58),
} as const;

function id(n: number): string {
  return `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
}

/** The moment at which tests happen unless they say otherwise: a Tuesday morning in Shanghai. */
export const NOW = new Date('2026-12-01T01:00:00.000Z');

/** Writes the world past all walls. Clinic is an active member of both branches with a pact in force, barber of branch 1 only, stranger of none. */
export async function seedWorld({ owner }: TestDatabase): Promise<void> {
  const w = WORLD;
  await owner.unsafe(`
    insert into community (id, code, name, subdistrict_name, district_code, subdistrict_code, built_around, created_at) values
      ('${w.community}', 'test', '测试社区', '湖墅街道', '330105', '330105002', 1985, now()),
      ('${w.otherCommunity}', 'other', '另一社区', '湖墅街道', '330105', '330105002', 1990, now());
    insert into area (community_id, id, code, name) values ('${w.community}', '${w.east}', 'EAST', '东片'), ('${w.community}', '${w.west}', 'WEST', '西片'),
      ('${w.otherCommunity}', '${w.east}', 'EAST', '东片');
    insert into branch (community_id, id, area_id, code, name) values
      ('${w.community}', '${w.branch1}', '${w.east}', 'B1', '第一小区党总支'), ('${w.community}', '${w.branch2}', '${w.west}', 'B2', '第二小区党总支'),
      ('${w.otherCommunity}', '${w.otherBranch}', '${w.east}', 'B1', '别处党总支');
    insert into building (community_id, id, branch_id, block_no, entrance_no, storeys, dwellings, has_lift, east_m, north_m) values
      ('${w.community}', '${w.building1}', '${w.branch1}', 9, 1, 6, 12, false, 0, 100), ('${w.community}', '${w.building2}', '${w.branch1}', 9, 2, 6, 12, true, 20, 100),
      ('${w.community}', '${w.building3}', '${w.branch2}', 48, 1, 7, 14, false, 300, 0), ('${w.community}', '${w.building4}', '${w.branch2}', 48, 2, 7, 14, false, 320, 0);
    insert into organization (id, code, name, kind, bigrams, created_at) values
      ('${w.clinic}', 'T001', '社区卫生服务中心', 'MEDICAL', '{社区,区卫,卫生,生服,服务,务中,中心}', now()), ('${w.barber}', 'T002', '美发店', 'PRIVATE', '{美发,发店}', now()), ('${w.stranger}', 'T003', '外来企业', 'PRIVATE', '{外来,来企,企业}', now());
    insert into membership (community_id, id, branch_id, organization_id, state, since, created_at) values
      ('${w.community}', '${id(61)}', '${w.branch1}', '${w.clinic}', 'ACTIVE', '2026-01-01', now()), ('${w.community}', '${id(62)}', '${w.branch2}', '${w.clinic}', 'ACTIVE', '2026-01-01', now()),
      ('${w.community}', '${id(63)}', '${w.branch1}', '${w.barber}', 'ACTIVE', '2026-01-01', now());
    insert into pact (community_id, id, membership_id, number, starts_on, ends_on, items, state, branch_signed_at, organization_signed_at, created_at) values
      ('${w.community}', '${id(71)}', '${id(61)}', 'P-1', '2026-01-01', '2027-12-31', '["义诊"]', 'SIGNED', now(), now(), now()),
      ('${w.community}', '${id(72)}', '${id(62)}', 'P-2', '2026-01-01', '2027-12-31', '["义诊"]', 'SIGNED', now(), now(), now()),
      ('${w.community}', '${id(73)}', '${id(63)}', 'P-3', '2026-01-01', '2027-12-31', '["理发"]', 'SIGNED', now(), now(), now());
    insert into service_category (code, parent_code, path, label_zh, label_en, capacity_unit, matchable, needs_filing, needs_consent) values
      ('MEDICAL_ACCESS', null, 'MEDICAL_ACCESS/', '助医', 'medical access', 'PERSON', true, false, false),
      ('FREE_CLINIC', 'MEDICAL_ACCESS', 'MEDICAL_ACCESS/FREE_CLINIC/', '义诊', 'free clinic', 'PERSON', true, true, false),
      ('HOME_MEDICAL', 'MEDICAL_ACCESS', 'MEDICAL_ACCESS/HOME_MEDICAL/', '上门医疗', 'home medical', 'VISIT', true, false, true),
      ('HAIRCUT', null, 'HAIRCUT/', '理发', 'haircut', 'PERSON', true, false, false),
      ('SAFETY_ENV', null, 'SAFETY_ENV/', '隐患与环境', 'safety and environment', 'ITEM', false, false, false),
      ('FUNDING', null, 'FUNDING/', '资金项目', 'funding', 'FEN', true, false, false);
  `);
}
