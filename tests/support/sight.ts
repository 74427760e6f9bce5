import { toGlobalId } from '../../src/graphql/global-id.js';
import type { TestDatabase } from './database.js';

/** Types of which somebody sees some and not others, or none. What everybody may see is not among them. */
export const GUARDED = [
  'Need',
  'Match',
  'MatchPlan',
  'Referral',
  'Resident',
  'Kinship',
  'Consent',
  'Pact',
  'Membership',
  'Account',
  'RoleAssignment',
] as const;
export type Guarded = (typeof GUARDED)[number];

/** Who sees what (reference for the policies): written a second time, in plain SQL, from the words of the schema. `me` is who asks. */
const SIGHT: Readonly<Record<Guarded, readonly [table: string, seen: string]>> = {
  Need: [
    `need t join service_category c on c.code = t.category_code left join personal.need_detail d on d.need_id = t.id`,
    `t.branch_id = any(me.branches) or t.requester_organization_id = any(me.organizations)
      or (t.state = 'OPEN' and t.urgency <> 'P0' and c.matchable and t.branch_id = any(me.alliances))
      or (me.family and (d.beneficiary_id = any(me.kin) or d.requester_account_id = me.id))`,
  ],
  Match: [
    'match t',
    `t.branch_id = any(me.branches) or (t.organization_id = any(me.organizations) and t.state not in ('PLANNED', 'FELL_OUT'))`,
  ],
  MatchPlan: ['match_plan t', 't.branch_id = any(me.branches)'],
  Referral: [
    'referral t left join personal.need_detail d on d.need_id = t.need_id',
    `t.branch_id = any(me.branches) or (t.state <> 'DRAFT' and (t.organization_id = any(me.organizations)
      or (me.family and (d.beneficiary_id = any(me.kin) or d.requester_account_id = me.id))))`,
  ],
  Resident: ['personal.resident t', 't.branch_id = any(me.branches) or t.id = any(me.kin)'],
  Kinship: ['personal.kinship t', 't.branch_id = any(me.branches) or (t.account_id = me.id and t.verified_at is not null)'],
  Consent: ['personal.consent t', 't.branch_id = any(me.branches) or t.resident_id = any(me.kin)'],
  Pact: [
    'pact t join membership m on m.id = t.membership_id',
    'me.subdistrict or m.branch_id = any(me.branches) or m.organization_id = any(me.organizations)',
  ],
  Membership: [
    'membership t',
    `t.state = 'ACTIVE' or me.subdistrict or t.branch_id = any(me.branches) or t.organization_id = any(me.organizations)`,
  ],
  Account: ['identity.account t', 't.id = me.id'],
  RoleAssignment: ['identity.role_assignment t', 't.account_id = me.id'],
};

/** An account with what its roles give it; for no login, nobody. */
const ME = `
  with held as (select r.* from identity.role_assignment r join identity.account a on a.id = r.account_id where a.login = $1),
  me as (select
    (select id from identity.account where login = $1) as id,
    array(select b.id from branch b where exists (select from held where branch_id = b.id or area_id = b.area_id)) as branches,
    array(select organization_id from held where organization_id is not null) as organizations,
    array(select branch_id from membership where state = 'ACTIVE' and organization_id in (select organization_id from held)) as alliances,
    array(select resident_id from personal.kinship where state = 'VERIFIED' and account_id in (select account_id from held)) as kin,
    exists (select from held where role = 'FAMILY') as family, exists (select from held where role = 'SUBDISTRICT') as subdistrict)`;

export interface Sighted {
  readonly seen: readonly string[];
  readonly unseen: readonly string[];
}
const FEW = 400;

/** Global ids of all objects of a type, by whether somebody sees them: every one that they do, and some of the others from everywhere. */
export async function sightOf({ owner }: TestDatabase, login: string | null, type: Guarded): Promise<Sighted> {
  const [table, seen] = SIGHT[type];
  const rows = await owner.unsafe<{ id: string; seen: boolean }[]>(
    `${ME} select t.id, coalesce(${seen}, false) as seen from ${table}, me order by md5(t.id::text)`,
    [login ?? ''],
  );
  const [community] = await owner<{ id: string }[]>`select id from community`;
  const ids = (wanted: boolean): string[] =>
    rows
      .filter(row => row.seen === wanted)
      .map(({ id }) => toGlobalId(type, type === 'Account' ? null : (community?.id ?? ''), id));
  return { seen: ids(true), unseen: ids(false).slice(0, FEW) };
}
