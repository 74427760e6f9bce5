import { and, eq, type SQL, sql } from 'drizzle-orm';
import { keyset, type ListOrder, toPage } from '../../db/keyset.js';
import { anInteger, type Page, type PageWindow } from '../../kernel/page.js';
import type { Scope } from '../../scope/scope.js';
import type { ChangeCause, ChangeDetails, ChangeKind, PlanChange, PlannedChange } from './matching.domain.js';
import { planChanges } from './matching.table.js';

const CHUNK = 1000;

/** Writes changes of a plan down, numbered from `position` on. */
export async function insertChanges(
  { db, communityId }: Scope,
  planId: string,
  occasionId: string | null,
  changes: readonly PlannedChange[],
  position: number,
): Promise<void> {
  for (let start = 0; start < changes.length; start += CHUNK) {
    await db.insert(planChanges).values(
      changes.slice(start, start + CHUNK).map(({ details, ...change }, i) => ({
        ...change,
        communityId,
        planId,
        occasionId,
        position: position + start + i,
        details: { ...details },
      })),
    );
  }
}

/** The number that the next change of a plan gets; for whoever holds the plan's lock. */
export async function nextPosition({ db, communityId }: Scope, planId: string): Promise<number> {
  const [row] = await db
    .select({ next: sql<number>`coalesce(max(${planChanges.position}), 0) + 1`.mapWith(Number) })
    .from(planChanges)
    .where(and(eq(planChanges.communityId, communityId), eq(planChanges.planId, planId)));
  return row?.next ?? 1;
}

export interface ChangeFilter {
  readonly planId: string;
  readonly kind?: ChangeKind | null;
  readonly occasionId?: string;
}
const where = (communityId: string, { planId, kind, occasionId }: ChangeFilter): SQL | undefined =>
  and(
    eq(planChanges.communityId, communityId),
    eq(planChanges.planId, planId),
    kind == null ? undefined : eq(planChanges.kind, kind),
    occasionId === undefined ? undefined : eq(planChanges.occasionId, occasionId),
  );

export const CHANGES_IN_ORDER: ListOrder<Pick<PlanChange, 'position'>> = {
  name: 'planChanges.POSITION',
  columns: [planChanges.position],
  cursor: [anInteger],
  descending: false,
  values: ({ position }) => [position],
};

type Row = typeof planChanges.$inferSelect;
// What is written here is what we read: jsonb and text have no closed type of their own.
const toChange = ({ cause, details, ...row }: Row): PlanChange => ({
  ...row,
  cause: cause as ChangeCause | null,
  details: details as unknown as ChangeDetails,
});

/** Changes of a plan that the caller was found to see, in order. */
export async function pageOfChanges(
  { db, communityId }: Scope,
  filter: ChangeFilter,
  window: PageWindow,
): Promise<Page<PlanChange>> {
  const part = keyset(CHANGES_IN_ORDER, window, where(communityId, filter));
  const rows = await db
    .select()
    .from(planChanges)
    .where(part.where)
    .orderBy(...part.orderBy)
    .limit(part.limit);
  return toPage(CHANGES_IN_ORDER, window, rows.map(toChange), row => row);
}

export async function countChanges({ db, communityId }: Scope, filter: ChangeFilter): Promise<number> {
  const [row] = await db.select({ count: sql<number>`count(*)::int` }).from(planChanges).where(where(communityId, filter));
  return row?.count ?? 0;
}
