import { and, asc, eq, sql } from 'drizzle-orm';
import type { Database } from '../../db/client.js';
import { keyset, type ListOrder, toPage } from '../../db/keyset.js';
import { anInteger, aUuid, type Page, type PageWindow } from '../../kernel/page.js';
import { defineLoader } from '../../scope/loader.js';
import type { Scope } from '../../scope/scope.js';
import type { Address, Area, Branch, Building, Community } from './territory.domain.js';
import { areas, branches, buildings, communities } from './territory.table.js';

export const communityById = defineLoader<Community>('communityById', async ({ db }, ids) => {
  const rows = await db
    .select()
    .from(communities)
    .where(sql`${communities.id} = any(${sql.param(ids)})`);
  return new Map(rows.map(row => [row.id, row]));
});

/** The id of the community with this code, or of the first by code: asked before there is a scope. */
export async function communityIdByCode(db: Database, code: string | null): Promise<string | null> {
  const [row] = await db
    .select({ id: communities.id })
    .from(communities)
    .where(code === null ? undefined : eq(communities.code, code))
    .orderBy(asc(communities.code))
    .limit(1);
  return row?.id ?? null;
}

export const areaById = defineLoader<Area>('areaById', async ({ db, communityId }, ids) => {
  const rows = await db
    .select()
    .from(areas)
    .where(and(eq(areas.communityId, communityId), sql`${areas.id} = any(${sql.param(ids)})`));
  return new Map(rows.map(row => [row.id, row]));
});

export const branchById = defineLoader<Branch>('branchById', async ({ db, communityId }, ids) => {
  const rows = await db
    .select()
    .from(branches)
    .where(and(eq(branches.communityId, communityId), sql`${branches.id} = any(${sql.param(ids)})`));
  return new Map(rows.map(row => [row.id, row]));
});

export const buildingById = defineLoader<Building>('buildingById', async ({ db, communityId }, ids) => {
  const rows = await db
    .select()
    .from(buildings)
    .where(and(eq(buildings.communityId, communityId), sql`${buildings.id} = any(${sql.param(ids)})`));
  return new Map(rows.map(row => [row.id, row]));
});

/** All branches, by code: a handful. */
export const allBranches = ({ db, communityId }: Scope): Promise<Branch[]> =>
  db.select().from(branches).where(eq(branches.communityId, communityId)).orderBy(asc(branches.code));

export const allAreas = ({ db, communityId }: Scope): Promise<Area[]> =>
  db.select().from(areas).where(eq(areas.communityId, communityId)).orderBy(asc(areas.code));

export const BY_NUMBER: ListOrder<Building> = {
  name: 'buildings.NUMBER',
  columns: [buildings.blockNo, buildings.entranceNo, buildings.id],
  cursor: [anInteger, anInteger, aUuid],
  descending: false,
  values: ({ blockNo, entranceNo, id }) => [blockNo, entranceNo, id],
};

/** Buildings by block and entrance; of one branch when given. */
export async function pageOfBuildings(
  { db, communityId }: Scope,
  filter: { readonly branchId: string | null },
  window: PageWindow,
): Promise<Page<Building>> {
  const part = keyset(
    BY_NUMBER,
    window,
    eq(buildings.communityId, communityId),
    filter.branchId === null ? undefined : eq(buildings.branchId, filter.branchId),
  );
  const rows = await db
    .select()
    .from(buildings)
    .where(part.where)
    .orderBy(...part.orderBy)
    .limit(part.limit);
  return toPage(BY_NUMBER, window, rows, row => row);
}

/** The buildings that an address means: one stairwell, or all of a block. */
export const buildingsAt = ({ db, communityId }: Scope, { blockNo, entranceNo }: Address): Promise<Building[]> =>
  db
    .select()
    .from(buildings)
    .where(
      and(
        eq(buildings.communityId, communityId),
        eq(buildings.blockNo, blockNo),
        entranceNo === null ? undefined : eq(buildings.entranceNo, entranceNo),
      ),
    )
    .orderBy(asc(buildings.entranceNo));

/** Every building of the community: some hundreds, for computing distances. */
export const allBuildings = ({ db, communityId }: Scope): Promise<Building[]> =>
  db.select().from(buildings).where(eq(buildings.communityId, communityId));

const FIRST_COMMUNITY_LOCK = 7_230_002;

/** True when no community is there. Others who ask the same wait until this transaction ends, which may take minutes. */
export async function isUnsettled({ db }: Scope): Promise<boolean> {
  await db.execute(sql`set local lock_timeout = '10min'`);
  await db.execute(sql`set local statement_timeout = '10min'`);
  await db.execute(sql`select pg_advisory_xact_lock(${FIRST_COMMUNITY_LOCK})`);
  return (await communityIdByCode(db, null)) === null;
}

export async function insertCommunity({ db }: Scope, community: Community, createdAt: Date): Promise<void> {
  await db.insert(communities).values({ ...community, createdAt });
}

export async function insertAreas({ db, communityId }: Scope, rows: readonly Area[]): Promise<void> {
  await db.insert(areas).values(rows.map(row => ({ ...row, communityId })));
}

export async function insertBranches({ db, communityId }: Scope, rows: readonly Branch[]): Promise<void> {
  await db.insert(branches).values(rows.map(row => ({ ...row, communityId })));
}

export async function insertBuildings({ db, communityId }: Scope, rows: readonly Building[]): Promise<void> {
  await db.insert(buildings).values(rows.map(row => ({ ...row, communityId })));
}

/** Every community of the database: for work that no request asks for. */
export const allCommunityIds = async (db: Database): Promise<readonly string[]> =>
  (await db.select({ id: communities.id }).from(communities).orderBy(asc(communities.id))).map(({ id }) => id);
