import { sql } from 'drizzle-orm';
import { actAs } from '../../db/acting.js';
import type { Database } from '../../db/client.js';
import type { AccountActor, Role } from '../../kernel/actor.js';
import { memberships } from '../alliance/alliance.table.js';
import { kinships } from '../residents/residents.table.js';
import { branches } from '../territory/territory.table.js';
import { accounts, roleAssignments } from './identity.table.js';

type Row = {
  readonly roles: readonly Role[];
  readonly branch_ids: readonly string[];
  readonly secretary_branch_ids: readonly string[];
  readonly organization_ids: readonly string[];
  readonly member_branch_ids: readonly string[];
  readonly kin_ids: readonly string[];
};

/**
 * Everything that policies ask about an account in a community, by one statement: roles valid now and what follows from
 * them, memberships and verified kinship as they are now. Null when the account is not active. It runs as the account
 * itself, since kinship stands behind row-level security.
 */
export async function loadActor(db: Database, communityId: string, accountId: string, now: Date): Promise<AccountActor | null> {
  const [row] = await db.transaction(async tx => {
    // Sent together, in this order: two messages, one wait.
    const [, rows] = await Promise.all([
      actAs(tx, communityId, { ...NOTHING, accountId }),
      tx.execute<Row>(rights(communityId, accountId, now)),
    ]);
    return rows;
  });
  return row
    ? {
        kind: 'ACCOUNT',
        accountId,
        roles: row.roles,
        branchIds: row.branch_ids,
        secretaryBranchIds: row.secretary_branch_ids,
        organizationIds: row.organization_ids,
        memberBranchIds: row.member_branch_ids,
        kinIds: row.kin_ids,
        client: null,
      }
    : null;
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

const rights = (communityId: string, accountId: string, now: Date) => sql`
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
      where k.community_id = ${communityId} and k.account_id = ${accountId} and k.state = 'VERIFIED' order by 1) as kin_ids
  from ${accounts} where id = ${accountId} and active`;
