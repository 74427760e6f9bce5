import { and, desc, eq, type SQL, sql } from 'drizzle-orm';
import { keyset, type ListOrder, toPage } from '../../db/keyset.js';
import { accountOf } from '../../kernel/actor.js';
import { newId } from '../../kernel/ids.js';
import { vouchFor } from '../../kernel/looks.js';
import { aUuid, type Page, type PageWindow } from '../../kernel/page.js';
import type { Scope } from '../../scope/scope.js';
import { residents } from '../residents/residents.table.js';
import { type AccessEntry, type LoggedAccess, rolesOfLook } from './access.domain.js';
import { toldTo } from './access.policy.js';
import { accessLog } from './access.table.js';

/** The role in which somebody looks at resident `r`. */
function roleAt({ actor }: Scope): SQL {
  if (actor.kind === 'SYSTEM') return sql`${`SYSTEM:${actor.purpose}`}::text`;
  if (actor.kind === 'ANONYMOUS') return sql`'ANONYMOUS'::text`;
  const { asStaff, otherwise } = rolesOfLook(actor);
  return sql`case when r.branch_id = any(${sql.param(actor.branchIds)}::uuid[]) or r.id is null then ${asStaff}::text
    when r.id = any(${sql.param(actor.kinIds)}::uuid[]) then 'FAMILY' else ${otherwise}::text end`;
}

/**
 * Writes down looks in one statement, a row for each person shown or one without a person, and for each look the event that vouches
 * for its rows as they are stored.
 */
export async function insertAccess(scope: Scope, ...entries: readonly AccessEntry[]): Promise<void> {
  if (!entries.length) return;
  const { actor, communityId, parts } = scope;
  const at = scope.now();
  const looks = entries.map(
    ({ action, residentId = null, residentIds = residentId === null ? [] : [residentId], purpose, detail = {} }) =>
      (residentIds.length ? residentIds : [null]).map(shown => ({
        id: newId(at.getTime()),
        resident_id: shown,
        purpose: purpose ?? (actor.kind === 'SYSTEM' ? actor.purpose : null),
        action,
        detail,
      })),
  );
  const rows = await scope.db
    .insert(accessLog)
    .select(
      sql`select ${communityId}::uuid, made.id, ${at.toISOString()}::timestamptz, ${accountOf(actor)}::uuid, ${roleAt(scope)},
        made.purpose, made.action, made.resident_id, r.branch_id, ${parts.requestId}::text, made.detail
      from jsonb_to_recordset(${JSON.stringify(looks.flat())}::text::jsonb)
        as made (id uuid, resident_id uuid, purpose system_purpose, action text, detail jsonb)
      left join ${residents} r on r.community_id = ${communityId} and r.id = made.resident_id`,
    )
    .returning();
  const stored = new Map(rows.map(row => [row.id, row]));
  await scope.append(...looks.map(look => vouchFor(look.flatMap(({ id }) => stored.get(id) ?? []))));
}

export const LATEST: ListOrder<LoggedAccess> = {
  name: 'accessLog.LATEST',
  columns: [accessLog.id],
  cursor: [aUuid],
  descending: true,
  values: ({ id }) => [id],
};

const columns = {
  id: accessLog.id,
  at: accessLog.at,
  residentId: sql<string>`${accessLog.residentId}`,
  branchId: accessLog.branchId,
  accountId: accessLog.accountId,
  actorRole: accessLog.actorRole,
  systemPurpose: accessLog.purpose,
  action: accessLog.action,
  detail: accessLog.detail,
};

/** Looks at these people, newest first, as far as the caller may know of them. */
export async function pageOfAccess(
  { db, communityId, actor }: Scope,
  residentIds: readonly string[],
  window: PageWindow,
): Promise<Page<LoggedAccess>> {
  const about = sql`${accessLog.residentId} = any(${sql.param(residentIds)}::uuid[])`;
  const part = keyset(LATEST, window, eq(accessLog.communityId, communityId), about, toldTo(actor));
  const rows = await db
    .select(columns)
    .from(accessLog)
    .where(part.where)
    .orderBy(...part.orderBy)
    .limit(part.limit);
  return toPage(LATEST, window, rows, row => row);
}

/** Every look at a person, newest first. */
export const allAccess = ({ db, communityId }: Scope, residentId: string, limit: number): Promise<LoggedAccess[]> =>
  db
    .select(columns)
    .from(accessLog)
    .where(and(eq(accessLog.communityId, communityId), eq(accessLog.residentId, residentId)))
    .orderBy(desc(accessLog.id))
    .limit(limit);
