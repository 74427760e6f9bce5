import { and, eq, gte, type SQL, sql } from 'drizzle-orm';
import { byteStrings } from '../../db/columns.js';
import { keyset, type ListOrder, toPage } from '../../db/keyset.js';
import { events } from '../../db/log.table.js';
import { announceRights } from '../../db/rights.js';
import { newId } from '../../kernel/ids.js';
import { aUuid, type Page, type PageWindow } from '../../kernel/page.js';
import type { KinshipRelation } from '../../kernel/vocabulary.js';
import { defineLoader } from '../../scope/loader.js';
import type { Scope } from '../../scope/scope.js';
import { accounts } from '../identity/identity.table.js';
import { consents } from '../privacy/consents.table.js';
import type { Kinship } from './kinships.domain.js';
import type { KinshipState } from './residents.domain.js';
import { kinshipVisibleTo } from './residents.policy.js';
import { kinships, residents } from './residents.table.js';
import { namesLike } from './sealing.repo.js';

export const kinshipById = defineLoader<Kinship>('kinshipById', (scope, ids) =>
  scope.reading(async ({ db, communityId, actor }) => {
    const rows = await db
      .select()
      .from(kinships)
      .where(and(eq(kinships.communityId, communityId), sql`${kinships.id} = any(${sql.param(ids)})`, kinshipVisibleTo(actor)));
    return new Map(rows.map(row => [row.id, row]));
  }),
);

/** Of these residents, the one who is the caller. */
export const isOneself = defineLoader<true>('isOneself', (scope, residentIds) =>
  scope.reading(async ({ db, communityId, actor }) => {
    if (actor.kind !== 'ACCOUNT') return new Map();
    const rows = await db
      .select({ residentId: kinships.residentId })
      .from(kinships)
      .where(
        and(
          eq(kinships.communityId, communityId),
          eq(kinships.accountId, actor.accountId),
          sql`${kinships.residentId} = any(${sql.param(residentIds)})`,
          eq(kinships.relation, 'SELF'),
          eq(kinships.state, 'VERIFIED'),
        ),
      );
    return new Map(rows.map(({ residentId }) => [residentId, true]));
  }),
);

/** What the caller is to a resident by a link that is verified at this moment; null when there is none. */
export async function relationTo({ db, communityId, actor }: Scope, residentId: string): Promise<KinshipRelation | null> {
  if (actor.kind !== 'ACCOUNT') return null;
  const [row] = await db
    .select({ relation: kinships.relation })
    .from(kinships)
    .where(
      and(
        eq(kinships.communityId, communityId),
        eq(kinships.residentId, residentId),
        eq(kinships.accountId, actor.accountId),
        eq(kinships.state, 'VERIFIED'),
      ),
    );
  return row?.relation ?? null;
}

/** The name that accounts go by, for those who may see the link. */
export const claimantName = defineLoader<string>('claimantName', async ({ db }, ids) => {
  const rows = await db
    .select({ id: accounts.id, displayName: accounts.displayName })
    .from(accounts)
    .where(sql`${accounts.id} = any(${sql.param(ids)})`);
  return new Map(rows.map(({ id, displayName }) => [id, displayName]));
});

export const KINSHIPS: ListOrder<Kinship> = {
  name: 'kinships.ID',
  columns: [kinships.id],
  cursor: [aUuid],
  descending: false,
  values: ({ id }) => [id],
};

export interface KinshipFilter {
  readonly branchId?: string | null;
  readonly residentId?: string | null;
  readonly states?: readonly KinshipState[] | null;
}

export async function pageOfKinships(
  { db, communityId, actor }: Scope,
  { branchId, residentId, states }: KinshipFilter,
  window: PageWindow,
): Promise<Page<Kinship>> {
  const part = keyset(
    KINSHIPS,
    window,
    eq(kinships.communityId, communityId),
    kinshipVisibleTo(actor),
    branchId == null ? undefined : eq(kinships.branchId, branchId),
    residentId == null ? undefined : eq(kinships.residentId, residentId),
    states?.length ? sql`${kinships.state} = any(${sql.param(states)}::kinship_state[])` : undefined,
  );
  const rows = await db
    .select()
    .from(kinships)
    .where(part.where)
    .orderBy(...part.orderBy)
    .limit(part.limit);
  return toPage(KINSHIPS, window, rows, row => row);
}

const byId = (communityId: string, id: string): SQL | undefined =>
  and(eq(kinships.communityId, communityId), eq(kinships.id, id));

export async function lockKinship({ db, communityId, actor }: Scope, id: string): Promise<Kinship | null> {
  const [row] = await db
    .select()
    .from(kinships)
    .where(and(byId(communityId, id), kinshipVisibleTo(actor)))
    .for('update');
  return row ?? null;
}

export async function saveKinship(
  { db, communityId }: Scope,
  { id, accountId, state, verifiedBy, verifiedAt, version }: Kinship,
): Promise<void> {
  await db.update(kinships).set({ state, verifiedBy, verifiedAt, version }).where(byId(communityId, id));
  await announceRights(db, [accountId]);
}

/** What stands beside a record moves along with it: links and consents. */
export async function moveToBranch({ db, communityId }: Scope, residentId: string, branchId: string): Promise<void> {
  for (const table of [kinships, consents])
    await db
      .update(table)
      .set({ branchId })
      .where(and(eq(table.communityId, communityId), eq(table.residentId, residentId)));
}

/** Ends every link and claim that still stands; as they stood before. */
export async function endKinships(
  { db, communityId }: Scope,
  residentId: string,
): Promise<readonly { readonly id: string; readonly state: KinshipState }[]> {
  const standing = await db
    .select({ id: kinships.id, state: kinships.state, accountId: kinships.accountId })
    .from(kinships)
    .where(
      and(
        eq(kinships.communityId, communityId),
        eq(kinships.residentId, residentId),
        sql`${kinships.state} in ('CLAIMED', 'VERIFIED')`,
      ),
    )
    .for('update');
  if (standing.length)
    await db
      .update(kinships)
      .set({ state: 'REVOKED', version: sql`${kinships.version} + 1` })
      .where(
        and(eq(kinships.communityId, communityId), sql`${kinships.id} = any(${sql.param(standing.map(({ id }) => id))}::uuid[])`),
      );
  await announceRights(
    db,
    standing.map(({ accountId }) => accountId),
  );
  return standing;
}

/** Links and claims of accounts to a person, whoever's they are. For a system purpose. */
export const linksTo = ({ db, communityId }: Scope, residentId: string, limit: number): Promise<Kinship[]> =>
  db
    .select()
    .from(kinships)
    .where(and(eq(kinships.communityId, communityId), eq(kinships.residentId, residentId)))
    .orderBy(kinships.id)
    .limit(limit);

/** How many claims an account has made since. */
export async function countClaims({ db, communityId }: Scope, accountId: string, since: Date): Promise<number> {
  const [row] = await db
    .select({ count: sql<number>`count(*)::int` })
    .from(events)
    .where(
      and(
        eq(events.communityId, communityId),
        eq(events.subjectType, 'Account'),
        eq(events.subjectId, accountId),
        eq(events.kind, 'KINSHIP_CLAIM_RECEIVED'),
        gte(events.at, since),
      ),
    );
  return row?.count ?? 0;
}

/** More people of one name in one block are told apart at the counter. */
const MOST = 5;

/**
 * Claims kinship with whoever of this name lives in these buildings, in one statement whether there is somebody or not. A pair
 * that is claimed or verified already stays as it is.
 */
export async function claimByName(
  scope: Scope,
  claim: {
    readonly accountId: string;
    readonly buildingIds: readonly string[];
    readonly name: string;
    readonly relation: KinshipRelation;
  },
): Promise<readonly { readonly id: string; readonly branchId: string }[]> {
  const { db, communityId } = scope;
  const at = scope.now();
  const ids = Array.from({ length: MOST }, () => newId(at.getTime()));
  const rows = await db.execute<{ id: string; branch_id: string }>(sql`
    insert into ${kinships} (community_id, id, branch_id, resident_id, account_id, relation, state, created_at)
    select ${communityId}::uuid, made.id, found.branch_id, found.id, ${claim.accountId}::uuid, ${claim.relation}::kinship_relation, 'CLAIMED', ${at.toISOString()}::timestamptz
    from (
      select ${residents.id}, ${residents.branchId}, row_number() over (order by ${residents.id}) as place from ${residents}
      where ${residents.communityId} = ${communityId} and ${residents.nameIndex} = any(${byteStrings(namesLike(scope, claim.name))})
        and ${residents.buildingId} = any(${sql.param(claim.buildingIds)}::uuid[])
    ) found
    join unnest(${sql.param(ids)}::uuid[]) with ordinality as made (id, place) using (place)
    on conflict do nothing
    returning id, branch_id`);
  return rows.map(row => ({ id: row.id, branchId: row.branch_id }));
}
