import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  foreignKey,
  index,
  integer,
  pgEnum,
  pgTable,
  primaryKey,
  smallint,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import { communityId, instant } from '../../db/columns.js';
import { AREA_CODES } from './territory.domain.js';

export const areaCode = pgEnum('area_code', AREA_CODES);

/** A reference table: the tenants themselves. */
export const communities = pgTable(
  'community',
  {
    id: uuid().primaryKey(),
    code: text().notNull().unique('community_code'),
    name: text().notNull(),
    subdistrictName: text('subdistrict_name').notNull(),
    /** GB/T 2260, six digits. */
    districtCode: text('district_code').notNull(),
    /** District code and three digits of the street. */
    subdistrictCode: text('subdistrict_code').notNull(),
    /** The 12-digit statistical code, where it is known. */
    adminCode12: text('admin_code12'),
    builtAround: smallint('built_around'),
    createdAt: instant('created_at').notNull(),
  },
  t => [
    check('community_district_code', sql`${t.districtCode} ~ '^[0-9]{6}$'`),
    check(
      'community_subdistrict_code',
      sql`${t.subdistrictCode} ~ '^[0-9]{9}$' and left(${t.subdistrictCode}, 6) = ${t.districtCode}`,
    ),
    check('community_admin_code', sql`${t.adminCode12} ~ '^[0-9]{12}$' and left(${t.adminCode12}, 9) = ${t.subdistrictCode}`),
  ],
);

export const areas = pgTable(
  'area',
  {
    communityId: communityId().references(() => communities.id),
    id: uuid().notNull(),
    code: areaCode().notNull(),
    name: text().notNull(),
  },
  t => [primaryKey({ columns: [t.communityId, t.id] }), unique('area_code_unique').on(t.communityId, t.code)],
);

export const branches = pgTable(
  'branch',
  {
    communityId: communityId().references(() => communities.id),
    id: uuid().notNull(),
    areaId: uuid('area_id').notNull(),
    code: text().notNull(),
    name: text().notNull(),
  },
  t => [
    primaryKey({ columns: [t.communityId, t.id] }),
    unique('branch_code').on(t.communityId, t.code),
    foreignKey({ name: 'branch_area', columns: [t.communityId, t.areaId], foreignColumns: [areas.communityId, areas.id] }),
    index('branch_by_area').on(t.communityId, t.areaId),
  ],
);

/** One row a stairwell (楼栋 = 幢 + 单元). Places are metres east and north of the service centre. */
export const buildings = pgTable(
  'building',
  {
    communityId: communityId().references(() => communities.id),
    id: uuid().notNull(),
    branchId: uuid('branch_id').notNull(),
    blockNo: smallint('block_no').notNull(),
    entranceNo: smallint('entrance_no').notNull(),
    storeys: smallint().notNull(),
    dwellings: smallint().notNull(),
    hasLift: boolean('has_lift').notNull().default(false),
    eastM: integer('east_m').notNull(),
    northM: integer('north_m').notNull(),
  },
  t => [
    primaryKey({ columns: [t.communityId, t.id] }),
    unique('building_number').on(t.communityId, t.blockNo, t.entranceNo),
    foreignKey({
      name: 'building_branch',
      columns: [t.communityId, t.branchId],
      foreignColumns: [branches.communityId, branches.id],
    }),
    index('building_by_branch').on(t.communityId, t.branchId, t.blockNo, t.entranceNo),
    check('building_numbers', sql`${t.blockNo} > 0 and ${t.entranceNo} > 0 and ${t.storeys} > 0 and ${t.dwellings} >= 0`),
  ],
);
