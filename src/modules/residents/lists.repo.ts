import { and, eq, or, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { byteStrings } from '../../db/columns.js';
import { keyset, type ListOrder, toPage } from '../../db/keyset.js';
import { aUuid, type Page, type PageWindow } from '../../kernel/page.js';
import type { CareCategory } from '../../kernel/vocabulary.js';
import type { Scope } from '../../scope/scope.js';
import { toE164 } from './phone.js';
import { birthYearsUntil, type ResidencyStatus, type Resident } from './residents.domain.js';
import { listedFor } from './residents.policy.js';
import { columns, onFile, toResident } from './residents.repo.js';
import { residents } from './residents.table.js';
import { birthYearsLike, careLike, namesLike, openProfile, phonesLike } from './sealing.repo.js';

export const BY_ID: ListOrder<Pick<Resident, 'id'>> = {
  name: 'residents.ID',
  columns: [residents.id],
  cursor: [aUuid],
  descending: false,
  values: ({ id }) => [id],
};

/** What may narrow a list of residents; names and phones are compared whole, through their blind indexes. */
export interface ResidentFilter {
  readonly branchId?: string | null | undefined;
  readonly name?: string | null | undefined;
  readonly phone?: string | null | undefined;
  readonly bornBy?: string | null | undefined;
  readonly careCategories?: readonly CareCategory[] | null | undefined;
  readonly buildingIds?: readonly string[] | null | undefined;
  readonly residencyStatuses?: readonly ResidencyStatus[] | null | undefined;
}

/** Whole years of birth are compared in SQL; those of the last year who are old enough are named. */
interface BornBy {
  readonly before: readonly number[];
  readonly ids: readonly string[];
}
type Narrowed = Omit<ResidentFilter, 'bornBy'> & { readonly bornBy: BornBy | null };

function listWhere(scope: Scope, filter: Narrowed): SQL | undefined {
  const { branchId, name, phone, bornBy, careCategories, buildingIds, residencyStatuses } = filter;
  const e164 = phone == null ? null : toE164(phone);
  const isOneOf = (column: SQLWrapper, values: readonly Buffer[]): SQL => sql`${column} = any(${byteStrings(values)})`;
  return and(
    eq(residents.communityId, scope.communityId),
    onFile,
    listedFor(scope.actor),
    branchId == null ? undefined : eq(residents.branchId, branchId),
    name == null ? undefined : isOneOf(residents.nameIndex, namesLike(scope, name)),
    phone == null ? undefined : e164 === null ? sql`false` : isOneOf(residents.phoneIndex, phonesLike(scope, e164)),
    bornBy === null
      ? undefined
      : or(
          isOneOf(residents.birthYearIndex, birthYearsLike(scope, bornBy.before)),
          sql`${residents.id} = any(${sql.param(bornBy.ids)}::uuid[])`,
        ),
    careCategories?.length ? sql`${residents.careIndex} && ${sql.param(careLike(scope, careCategories))}::integer[]` : undefined,
    buildingIds == null ? undefined : sql`${residents.buildingId} = any(${sql.param(buildingIds)}::uuid[])`,
    residencyStatuses?.length
      ? sql`${residents.residencyStatus} = any(${sql.param(residencyStatuses)}::residency_status[])`
      : undefined,
  );
}

/** Birth dates are sealed: of the one year that a day cuts in two the dates are opened, so that lists and counts are exact. */
async function narrowed(scope: Scope, { bornBy, ...filter }: ResidentFilter): Promise<Narrowed> {
  if (bornBy == null) return { ...filter, bornBy: null };
  const year = Number(bornBy.slice(0, 4));
  const candidates = await scope.db
    .select({ id: residents.id, profileSealed: residents.profileSealed })
    .from(residents)
    .where(
      and(
        listWhere(scope, { ...filter, bornBy: null }),
        sql`${residents.birthYearIndex} = any(${byteStrings(birthYearsLike(scope, [year]))})`,
      ),
    );
  const ids = candidates.flatMap(({ id, profileSealed }) =>
    openProfile(scope, id, profileSealed).birthDate <= bornBy ? [id] : [],
  );
  return { ...filter, bornBy: { before: birthYearsUntil(year - 1, bornBy), ids } };
}

/** A page of the list, and how many there are in all when `counted`. */
export async function listOfResidents(
  scope: Scope,
  filter: ResidentFilter,
  window: PageWindow,
  counted: boolean,
): Promise<{ readonly page: Page<Resident>; readonly totalCount: number | null }> {
  const where = listWhere(scope, await narrowed(scope, filter));
  const part = keyset(BY_ID, window, where);
  const rows = await scope.db
    .select(columns)
    .from(residents)
    .where(part.where)
    .orderBy(...part.orderBy)
    .limit(part.limit);
  const page = toPage(BY_ID, window, rows, row => toResident(scope, row));
  if (!counted) return { page, totalCount: null };
  const [row] = await scope.db.select({ count: sql<number>`count(*)::int` }).from(residents).where(where);
  return { page, totalCount: row?.count ?? 0 };
}
