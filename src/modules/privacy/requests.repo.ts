import { and, eq, lte, type SQL, sql } from 'drizzle-orm';
import { keyset, type ListOrder, toPage } from '../../db/keyset.js';
import type { SealedTable } from '../../db/sealed-table.js';
import { anInstant, aUuid, type Page, type PageWindow } from '../../kernel/page.js';
import { defineLoader } from '../../scope/loader.js';
import type { Scope } from '../../scope/scope.js';
import { isHeld } from './holds.policy.js';
import type { PersonalInfoRequest, RequestKind, RequestState } from './requests.domain.js';
import { visibleTo } from './requests.policy.js';
import { infoRequests } from './requests.table.js';

/** With its words, still sealed. */
export type RequestRow = typeof infoRequests.$inferSelect;

const TABLE = 'personal.info_request';
const WORDS = 'words_sealed';
export const sealedRequests: SealedTable = { name: TABLE, id: 'id', sealed: [WORDS], indexes: {} };

const placeOf = ({ communityId }: Scope, rowId: string) => ({ table: TABLE, column: WORDS, communityId, rowId });
export const openWords = (scope: Scope, { id, wordsSealed }: Pick<RequestRow, 'id' | 'wordsSealed'>): string | null =>
  wordsSealed && scope.vault.open(placeOf(scope, id), wordsSealed);

/** Requests that the caller may see; the others are not there. */
export const requestById = defineLoader<RequestRow>('infoRequestById', (scope, ids) =>
  scope.reading(async ({ db, communityId, actor }) => {
    const rows = await db
      .select()
      .from(infoRequests)
      .where(
        and(
          eq(infoRequests.communityId, communityId),
          sql`${infoRequests.id} = any(${sql.param(ids)}::uuid[])`,
          visibleTo(actor),
        ),
      );
    return new Map(rows.map(row => [row.id, row]));
  }),
);

export const BY_DUE: ListOrder<PersonalInfoRequest> = {
  name: 'infoRequests.DUE',
  columns: [infoRequests.dueAt, infoRequests.id],
  cursor: [anInstant, aUuid],
  descending: false,
  values: ({ dueAt, id }) => [dueAt.toISOString(), id],
};

export interface RequestFilter {
  readonly branchId?: string | null;
  readonly residentId?: string | null;
  readonly kinds?: readonly RequestKind[] | null;
  readonly states?: readonly RequestState[] | null;
}

/** What is due first comes first. */
export async function pageOfRequests(
  { db, communityId, actor }: Scope,
  { branchId, residentId, kinds, states }: RequestFilter,
  window: PageWindow,
): Promise<Page<RequestRow>> {
  const part = keyset(
    BY_DUE,
    window,
    eq(infoRequests.communityId, communityId),
    visibleTo(actor),
    branchId == null ? undefined : eq(infoRequests.branchId, branchId),
    residentId == null ? undefined : eq(infoRequests.residentId, residentId),
    kinds?.length ? sql`${infoRequests.kind} = any(${sql.param(kinds)}::info_request_kind[])` : undefined,
    states?.length ? sql`${infoRequests.state} = any(${sql.param(states)}::info_request_state[])` : undefined,
  );
  const rows = await db
    .select()
    .from(infoRequests)
    .where(part.where)
    .orderBy(...part.orderBy)
    .limit(part.limit);
  return toPage(BY_DUE, window, rows, row => row);
}

const byId = (communityId: string, id: string): SQL | undefined =>
  and(eq(infoRequests.communityId, communityId), eq(infoRequests.id, id));

export async function lockRequest({ db, communityId, actor }: Scope, id: string): Promise<RequestRow | null> {
  const [row] = await db
    .select()
    .from(infoRequests)
    .where(and(byId(communityId, id), visibleTo(actor)))
    .for('update');
  return row ?? null;
}

export type NewRequest = Omit<RequestRow, 'communityId' | 'wordsSealed'> & { readonly words: string | null };

/** Writes it down, unless one of the kind is open for this person; says which is. */
export async function insertRequest(scope: Scope, { words, ...row }: NewRequest): Promise<{ readonly openId: string | null }> {
  const { db, communityId, vault } = scope;
  const wordsSealed = words === null ? null : vault.seal(placeOf(scope, row.id), words);
  const taken = await db
    .insert(infoRequests)
    .values({ ...row, communityId, wordsSealed })
    .onConflictDoNothing()
    .returning({ id: infoRequests.id });
  if (taken.length) return { openId: null };
  const [open] = await db
    .select({ id: infoRequests.id })
    .from(infoRequests)
    .where(
      and(
        eq(infoRequests.communityId, communityId),
        eq(infoRequests.residentId, row.residentId),
        eq(infoRequests.kind, row.kind),
        sql`${infoRequests.state} in ('RECEIVED', 'IN_PROGRESS')`,
      ),
    );
  if (!open) throw new Error('the request that stood in the way is gone');
  return { openId: open.id };
}

export async function saveRequest({ db, communityId }: Scope, request: PersonalInfoRequest): Promise<void> {
  const { id, state, decidedAt, decidedBy, refusalReason, version } = request;
  await db.update(infoRequests).set({ state, decidedAt, decidedBy, refusalReason, version }).where(byId(communityId, id));
}

/** All requests about somebody, locked. For a system purpose. */
export const lockRequestsOf = ({ db, communityId }: Scope, residentId: string): Promise<RequestRow[]> =>
  db
    .select()
    .from(infoRequests)
    .where(and(eq(infoRequests.communityId, communityId), eq(infoRequests.residentId, residentId)))
    .orderBy(infoRequests.id)
    .for('update');

/** Takes the words from all requests about somebody. */
export async function emptyRequests({ db, communityId }: Scope, residentId: string): Promise<void> {
  await db
    .update(infoRequests)
    .set({ wordsSealed: null })
    .where(and(eq(infoRequests.communityId, communityId), eq(infoRequests.residentId, residentId)));
}

/** Requests to delete whose time has come and which nothing by law holds up. */
export async function dueErasures(
  { db, communityId }: Scope,
  at: Date,
  today: string,
  limit: number,
): Promise<readonly string[]> {
  const rows = await db
    .select({ id: infoRequests.id })
    .from(infoRequests)
    .where(
      and(
        eq(infoRequests.communityId, communityId),
        eq(infoRequests.kind, 'DELETE'),
        sql`${infoRequests.state} in ('RECEIVED', 'IN_PROGRESS')`,
        lte(infoRequests.dueAt, at),
        sql`not ${isHeld(communityId, infoRequests.residentId, today)}`,
      ),
    )
    .orderBy(infoRequests.dueAt)
    .limit(limit);
  return rows.map(({ id }) => id);
}
