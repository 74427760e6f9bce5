import { and, eq, gt, gte, isNotNull, lt, lte, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { keyset, type ListOrder, toPage } from '../../db/keyset.js';
import { nextNumber } from '../../db/registers.js';
import { DAY } from '../../kernel/clock.js';
import { anInstant, aUuid, oneOf, type Page, type PageWindow } from '../../kernel/page.js';
import { URGENCIES, type Urgency } from '../../kernel/vocabulary.js';
import { defineLoader } from '../../scope/loader.js';
import type { Scope } from '../../scope/scope.js';
import { matches } from '../matching/matching.table.js';
import { needDetails, residents } from '../residents/residents.table.js';
import type { Category } from '../taxonomy/taxonomy.domain.js';
import { serviceCategories } from '../taxonomy/taxonomy.table.js';
import type { Branch } from '../territory/territory.domain.js';
import { branches } from '../territory/territory.table.js';
import type { Need, NeedOrder, NeedState } from './needs.domain.js';
import { visibleTo } from './needs.policy.js';
import { needs } from './needs.table.js';

/** A need with the two things that every list shows beside it. */
export type NeedRow = Need & { readonly category: Category; readonly branch: Branch };

const columns = { need: needs, category: serviceCategories, branch: branches };
const select = ({ db }: Scope) =>
  db
    .select(columns)
    .from(needs)
    .innerJoin(serviceCategories, eq(serviceCategories.code, needs.categoryCode))
    .innerJoin(branches, and(eq(branches.communityId, needs.communityId), eq(branches.id, needs.branchId)));
const toRow = ({ need, category, branch }: Awaited<ReturnType<typeof select>>[number]): NeedRow => ({
  ...need,
  category,
  branch,
});
const among = (column: SQLWrapper, ids: readonly string[]): SQL => sql`${column} = any(${sql.param(ids)}::uuid[])`;

/** Needs as they stand, without policy. */
export const needById = defineLoader<NeedRow>('needById', async (scope, ids) => {
  const rows = await select(scope).where(and(eq(needs.communityId, scope.communityId), among(needs.id, ids)));
  return new Map(rows.map(row => [row.need.id, toRow(row)]));
});

/** The needs, locked until the transaction ends; in the order of their ids, so that two writers never wait in a circle. */
export async function lockNeeds(scope: Scope, ids: readonly string[]): Promise<ReadonlyMap<string, NeedRow>> {
  const rows = await select(scope)
    .where(and(eq(needs.communityId, scope.communityId), among(needs.id, ids)))
    .orderBy(needs.id)
    .for('update', { of: needs });
  return new Map(rows.map(row => [row.need.id, toRow(row)]));
}

/** What has been proposed to organizations and waits for their answer, in the category's unit. */
export const proposedByNeed = defineLoader<number>('proposedByNeed', async ({ db, communityId }, ids) => {
  const rows = await db
    .select({ needId: matches.needId, total: sql<string>`sum(${matches.quantity})` })
    .from(matches)
    .where(and(eq(matches.communityId, communityId), among(matches.needId, ids), eq(matches.state, 'PROPOSED')))
    .groupBy(matches.needId);
  return new Map(rows.map(({ needId, total }) => [needId, Number(total)]));
});

export const ORDERS: Readonly<Record<NeedOrder, ListOrder<Need>>> = {
  WAITING: {
    name: 'needs.WAITING',
    columns: [needs.submittedAt, needs.id],
    cursor: [anInstant, aUuid],
    descending: false,
    values: ({ submittedAt, id }) => [submittedAt.toISOString(), id],
  },
  URGENCY: {
    name: 'needs.URGENCY',
    columns: [needs.urgency, needs.submittedAt, needs.id],
    cursor: [oneOf(URGENCIES), anInstant, aUuid],
    descending: false,
    values: ({ urgency, submittedAt, id }) => [urgency, submittedAt.toISOString(), id],
  },
  NEWEST: { name: 'needs.NEWEST', columns: [needs.id], cursor: [aUuid], descending: true, values: ({ id }) => [id] },
};

export interface NeedFilter {
  readonly branchId?: string | null;
  readonly states?: readonly NeedState[] | null;
  /** Codes; what lies below them counts too. */
  readonly categories?: readonly string[] | null;
  readonly urgencies?: readonly Urgency[] | null;
  /** Lists of blind index values of which the description must have all of one; finds in branches that the caller works for only. */
  readonly tokenLists?: readonly (readonly number[])[] | null;
  readonly submittedFrom?: Date | null;
  /** Not included. */
  readonly submittedUntil?: Date | null;
  readonly beneficiaryId?: string | null;
  /** Only those of which a part is promised to nobody. */
  readonly unclaimed?: boolean | null;
  /** Only those of people who opted out of automated matching; finds in branches that the caller works for only. */
  readonly byHand?: boolean | null;
}

/** One value is compared plainly, so that the index gives the order too. */
const amongValues = (column: SQLWrapper, type: string, values: readonly string[] | null | undefined): SQL | undefined => {
  if (!values?.length) return undefined;
  return values.length === 1 ? sql`${column} = ${values[0]}` : sql`${column} = any(${sql.param(values)}::${sql.raw(type)}[])`;
};

const detailSays = (condition: SQL): SQL =>
  sql`${needs.id} in (select ${needDetails.needId} from ${needDetails} where ${needDetails.communityId} = ${needs.communityId} and ${condition})`;

function matching({ communityId, actor }: Scope, filter: NeedFilter): SQL | undefined {
  const { branchId, states, categories, urgencies, tokenLists, submittedFrom, submittedUntil, beneficiaryId, unclaimed, byHand } =
    filter;
  const worksIn = actor.kind === 'ACCOUNT' ? actor.branchIds : [];
  return and(
    eq(needs.communityId, communityId),
    visibleTo(actor),
    branchId == null ? undefined : eq(needs.branchId, branchId),
    amongValues(needs.state, 'need_state', states),
    amongValues(needs.urgency, 'urgency', urgencies),
    categories?.length
      ? sql`exists (select 1 from ${serviceCategories} above where above.code = any(${sql.param(categories)}::text[]) and starts_with(${serviceCategories.path}, above.path))`
      : undefined,
    submittedFrom == null ? undefined : gte(needs.submittedAt, submittedFrom),
    submittedUntil == null ? undefined : lt(needs.submittedAt, submittedUntil),
    unclaimed ? sql`${needs.quantity} > ${needs.committed} + ${needs.fulfilled}` : undefined,
    beneficiaryId == null ? undefined : detailSays(sql`${needDetails.beneficiaryId} = ${beneficiaryId}::uuid`),
    tokenLists
      ? and(
          among(needs.branchId, worksIn),
          detailSays(
            sql`(${sql.join(
              tokenLists.map(tokens => sql`${needDetails.descriptionIndex} @> ${sql.param(tokens)}::integer[]`),
              sql` or `,
            )})`,
          ),
        )
      : undefined,
    byHand
      ? and(
          among(needs.branchId, worksIn),
          detailSays(
            sql`${needDetails.beneficiaryId} in (select ${residents.id} from ${residents} where ${residents.communityId} = ${needDetails.communityId} and ${residents.optedOut})`,
          ),
        )
      : undefined,
  );
}

/** A page of what the caller may see. Where filter or policy ask the wall, the scope must be reading. */
export async function pageOfNeeds(
  scope: Scope,
  filter: NeedFilter,
  order: ListOrder<Need>,
  window: PageWindow,
): Promise<Page<NeedRow>> {
  const part = keyset(order, window, matching(scope, filter));
  const rows = await select(scope)
    .where(part.where)
    .orderBy(...part.orderBy)
    .limit(part.limit);
  return toPage({ ...order, values: ({ need }: (typeof rows)[number]) => order.values(need) }, window, rows, toRow);
}

export async function countNeeds(scope: Scope, filter: NeedFilter): Promise<number> {
  const [row] = await scope.db
    .select({ count: sql<number>`count(*)::int` })
    .from(needs)
    .innerJoin(serviceCategories, eq(serviceCategories.code, needs.categoryCode))
    .where(matching(scope, filter));
  return row?.count ?? 0;
}

/** The latest like need of the same beneficiary in the 24 hours before, as far as the caller may see it. */
export async function likeNeed(
  scope: Scope,
  need: Need,
  whom: { readonly beneficiaryId: string | null; readonly buildingId: string | null },
): Promise<NeedRow | null> {
  const { beneficiaryKind, beneficiaryOrganizationId, beneficiaryGroup, branchId, submittedAt } = need;
  const same = {
    ORGANIZATION: sql`${needs.beneficiaryOrganizationId} = ${beneficiaryOrganizationId}::uuid`,
    GROUP: sql`${needs.beneficiaryGroup} = ${beneficiaryGroup}`,
    PLACE: detailSays(sql`${needDetails.buildingId} = ${whom.buildingId}::uuid`),
    RESIDENT: whom.beneficiaryId
      ? detailSays(sql`${needDetails.beneficiaryId} = ${whom.beneficiaryId}::uuid`)
      : detailSays(sql`${needDetails.beneficiaryId} is null and ${needDetails.buildingId} = ${whom.buildingId}::uuid`),
  }[beneficiaryKind];
  const [row] = await select(scope)
    .where(
      and(
        eq(needs.communityId, scope.communityId),
        visibleTo(scope.actor),
        eq(needs.branchId, branchId),
        eq(needs.categoryCode, need.categoryCode),
        eq(needs.beneficiaryKind, beneficiaryKind),
        sql`${needs.state} not in ('REJECTED', 'MERGED', 'WITHDRAWN')`,
        gt(needs.submittedAt, new Date(submittedAt.getTime() - DAY)),
        lte(needs.submittedAt, submittedAt),
        lt(needs.id, need.id),
        same,
      ),
    )
    .orderBy(sql`${needs.id} desc`)
    .limit(1);
  return row ? toRow(row) : null;
}

/** The next `count` numbers of a branch's register of needs in a year, e.g. from `N-B1-2026-0042` on. */
export async function nextNeedNumbers(
  { db, communityId }: Scope,
  branchCode: string,
  year: string,
  count: number,
): Promise<string[]> {
  const register = `N-${branchCode}-${year}`;
  const first = await nextNumber(db, communityId, register, count);
  return Array.from({ length: count }, (_, i) => `${register}-${String(first + i).padStart(4, '0')}`);
}

export async function insertNeeds({ db, communityId }: Scope, rows: readonly Need[]): Promise<void> {
  await db.insert(needs).values(rows.map(row => ({ ...row, modes: [...row.modes], languages: [...row.languages], communityId })));
}

/** Cuts needs loose from what they are tied to, on both sides. */
export const untie = ({ db, communityId }: Scope, ids: readonly string[]) =>
  db
    .update(needs)
    .set({ togetherWithId: null, version: sql`${needs.version} + case when ${among(needs.id, ids)} then 0 else 1 end` })
    .where(
      and(
        eq(needs.communityId, communityId),
        sql`(${among(needs.id, ids)} or ${among(needs.togetherWithId, ids)})`,
        isNotNull(needs.togetherWithId),
      ),
    );

/** Ties two needs to each other and to nothing else; the version of the second grows, that of the first is the caller's. */
export async function tie(scope: Scope, id: string, otherId: string): Promise<void> {
  const { db, communityId } = scope;
  await untie(scope, [id, otherId]);
  await db
    .update(needs)
    .set({
      togetherWithId: sql`case when ${needs.id} = ${id} then ${otherId}::uuid else ${id}::uuid end`,
      version: sql`${needs.version} + case when ${needs.id} = ${id} then 0 else 1 end`,
    })
    .where(and(eq(needs.communityId, communityId), among(needs.id, [id, otherId])));
}

/** Writes everything that can change but the quantities promised and the tie to another need, which move by themselves. */
export async function saveNeed({ db, communityId }: Scope, need: Need): Promise<void> {
  const { id, modes, languages } = need;
  await db
    .update(needs)
    .set({
      categoryCode: need.categoryCode,
      state: need.state,
      urgency: need.urgency,
      quantity: need.quantity,
      minimumQuantity: need.minimumQuantity,
      fulfilled: need.fulfilled,
      windows: need.windows,
      deadline: need.deadline,
      acceptsCostFen: need.acceptsCostFen,
      floor: need.floor,
      noLift: need.noLift,
      wheelchair: need.wheelchair,
      submittedAt: need.submittedAt,
      openedAt: need.openedAt,
      closedAt: need.closedAt,
      closeReason: need.closeReason,
      mergedIntoId: need.mergedIntoId,
      transferredTo: need.transferredTo,
      version: need.version,
      modes: [...modes],
      languages: [...languages],
    })
    .where(and(eq(needs.communityId, communityId), eq(needs.id, id)));
}
