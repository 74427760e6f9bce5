import { sql } from 'drizzle-orm';
import { actAs } from '../../db/acting.js';
import type { Database } from '../../db/client.js';
import type { AccountActor, Role } from '../../kernel/actor.js';
import { memberships } from '../alliance/alliance.table.js';
import { kinships } from '../residents/residents.table.js';
import { branches } from '../territory/territory.table.js';
import { accounts, refreshTokens, roleAssignments } from './identity.table.js';

type Row = {
  readonly roles: readonly Role[];
  readonly branch_ids: readonly string[];
  readonly secretary_branch_ids: readonly string[];
  readonly organization_ids: readonly string[];
  readonly member_branch_ids: readonly string[];
  readonly kin_ids: readonly string[];
  readonly until: string | null;
};

export interface RightsOf {
  readonly communityId: string;
  readonly accountId: string;
  /** The session that must still be open; null: whoever asks has none. */
  readonly sessionId: string | null;
}

/**
 * Everything that policies ask about an account in a community, by one statement: roles valid now and what follows from
 * them, memberships and verified kinship as they are now; and when a role next begins or ends by itself. Null when the account
 * is not active or the session has ended. It runs as the account itself, since kinship stands behind row-level security.
 */
export async function loadRights(
  db: Database,
  of: RightsOf,
  now: Date,
): Promise<{ readonly actor: AccountActor; readonly until: Date | null } | null> {
  const [row] = await db.transaction(async tx => {
    // Sent together, in this order: two messages, one wait.
    const [, rows] = await Promise.all([
      actAs(tx, of.communityId, { ...NOTHING, accountId: of.accountId }),
      tx.execute<Row>(rights(of, now)),
    ]);
    return rows;
  });
  if (!row) return null;
  const actor: AccountActor = {
    kind: 'ACCOUNT',
    accountId: of.accountId,
    roles: row.roles,
    branchIds: row.branch_ids,
    secretaryBranchIds: row.secretary_branch_ids,
    organizationIds: row.organization_ids,
    memberBranchIds: row.member_branch_ids,
    kinIds: row.kin_ids,
    client: null,
  };
  return { actor, until: row.until === null ? null : new Date(row.until) };
}

/** The same without a session: for work that the account is not here for. */
export async function loadActor(db: Database, communityId: string, accountId: string, now: Date): Promise<AccountActor | null> {
  return (await loadRights(db, { communityId, accountId, sessionId: null }, now))?.actor ?? null;
}

const NOTHING = {
  kind: 'ACCOUNT',
  roles: [],
  branchIds: [],
  secretaryBranchIds: [],
  organizationIds: [],
  memberBranchIds: [],
  kinIds: [],
  client: null,
} as const;

const rights = ({ communityId, accountId, sessionId }: RightsOf, now: Date) => sql`
  with held as (
    select role, branch_id, area_id, organization_id from ${roleAssignments}
    where account_id = ${accountId} and community_id = ${communityId}
      and valid_from <= ${now.toISOString()}::timestamptz
      and (valid_until is null or valid_until > ${now.toISOString()}::timestamptz)
  ), place as (
    select b.id,
      exists (select 1 from held where role = 'COMMUNITY_ADMIN' or (role = 'BRANCH_SECRETARY' and branch_id = b.id)) as run,
      exists (select 1 from held where branch_id = b.id or area_id = b.area_id) as watched
    from ${branches} b where b.community_id = ${communityId}
  )
  select
    array(select role::text from held group by role order by role) as roles,
    array(select id from place where run or watched order by id) as branch_ids,
    array(select id from place where run order by id) as secretary_branch_ids,
    array(select distinct organization_id from held where organization_id is not null order by 1) as organization_ids,
    array(select distinct m.branch_id from ${memberships} m join held on held.organization_id = m.organization_id
      where m.community_id = ${communityId} and m.state = 'ACTIVE' order by 1) as member_branch_ids,
    array(select k.resident_id from ${kinships} k
      where k.community_id = ${communityId} and k.account_id = ${accountId} and k.state = 'VERIFIED' order by 1) as kin_ids,
    (select min(edge) from ${roleAssignments}, unnest(array[valid_from, valid_until]) as edge
      where account_id = ${accountId} and community_id = ${communityId} and edge > ${now.toISOString()}::timestamptz) as until
  from ${accounts} where id = ${accountId} and active
    and (${sessionId}::uuid is null or exists (select 1 from ${refreshTokens}
      where family_id = ${sessionId}::uuid and account_id = ${accountId} and revoked_at is null))`;
