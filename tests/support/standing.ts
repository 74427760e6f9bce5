import { toGlobalId } from '../../src/graphql/global-id.js';
import type { Audience } from '../../src/kernel/permissions.js';
import type { TestDatabase } from './database.js';

type Standing = Partial<Record<Audience, string>>;

const PUBLIC: Standing = { ANYBODY: 'true' };
const ofBranch = (column: string): Standing => ({
  STAFF: `${column} = any(me.branches)`,
  SECRETARY: `${column} = any(me.run)`,
});
const family = (detail: string): string =>
  `(me.family or cardinality(me.kin) > 0) and (${detail}.beneficiary_id = any(me.kin) or ${detail}.requester_account_id = me.id)`;
const offered = (state: string): Standing => ({
  ANYBODY: `o.state = 'PUBLISHED' and (o.valid_until is null or o.valid_until >= $3::date) and ${state}`,
  ORGANIZATION: 'o.organization_id = any(me.organizations)',
  STAFF: `o.state <> 'DRAFT' and exists (select from membership m where m.community_id = o.community_id and m.organization_id = o.organization_id
    and m.branch_id = any(me.branches) and (m.state in ('ACTIVE', 'SUSPENDED') or m.since is not null))`,
});

/**
 * What a caller is to an object of a type (reference for the policies): written a second time, in plain SQL, from the words of the
 * schema. `me` is who asks, `$3` is today.
 */
const STANDINGS: Readonly<Record<string, readonly [from: string, is: Standing]>> = {
  Community: ['(select id, id as community_id from community) t', PUBLIC],
  Area: ['area t', PUBLIC],
  Branch: ['branch t', { ...PUBLIC, ...ofBranch('t.id'), PARTNER: 't.id = any(me.alliances)' }],
  Building: ['building t', { ...PUBLIC, ...ofBranch('t.branch_id') }],
  Organization: [
    '(select *, $2::uuid as community_id from organization) t',
    {
      ...PUBLIC,
      ORGANIZATION: 't.id = any(me.organizations)',
      PERFORMER: 't.id = any(me.organizations)',
      // What is proposed to it is shown to staff as far as it is of their branch.
      STAFF: 'cardinality(me.branches) > 0',
    },
  ],
  Offer: ['offer t join offer o on o.community_id = t.community_id and o.id = t.id', offered('true')],
  Session: ['session t join offer o on o.community_id = t.community_id and o.id = t.offer_id', offered(`t.state = 'SCHEDULED'`)],
  Need: [
    `need t join service_category c on c.code = t.category_code
      left join personal.need_detail d on d.community_id = t.community_id and d.need_id = t.id`,
    {
      ...ofBranch('t.branch_id'),
      ORGANIZATION: 't.requester_organization_id = any(me.organizations)',
      PARTNER: `t.state = 'OPEN' and t.urgency <> 'P0' and c.matchable and t.branch_id = any(me.alliances)`,
      KIN: family('d'),
    },
  ],
  Match: [
    'match t',
    {
      ...ofBranch('t.branch_id'),
      PERFORMER: `t.organization_id = any(me.organizations) and t.state not in ('PLANNED', 'FELL_OUT')`,
    },
  ],
  MatchPlan: [
    'match_plan t',
    {
      STAFF: 't.branch_id = any(me.branches)',
      SECRETARY: 't.branch_id = any(me.run) or (me.admin and t.branch_id is null)',
      ADMIN: 'me.admin and t.branch_id is null',
    },
  ],
  Referral: [
    'referral t left join personal.need_detail d on d.community_id = t.community_id and d.need_id = t.need_id',
    {
      ...ofBranch('t.branch_id'),
      PERFORMER: `t.organization_id = any(me.organizations) and t.state <> 'DRAFT'`,
      KIN: `t.state <> 'DRAFT' and ${family('d')}`,
    },
  ],
  Resident: ['personal.resident t', { ...ofBranch('t.branch_id'), KIN: 't.id = any(me.kin)' }],
  Kinship: ['personal.kinship t', { ...ofBranch('t.branch_id'), SELF: 't.account_id = me.id and t.verified_at is not null' }],
  Membership: [
    'membership t',
    { ANYBODY: `t.state = 'ACTIVE'`, ...ofBranch('t.branch_id'), ORGANIZATION: 't.organization_id = any(me.organizations)' },
  ],
  Pact: [
    'pact t join membership m on m.community_id = t.community_id and m.id = t.membership_id',
    { ...ofBranch('m.branch_id'), ORGANIZATION: 'm.organization_id = any(me.organizations)' },
  ],
  Account: [
    '(select *, $2::uuid as community_id from identity.account) t',
    {
      SELF: 't.id = me.id',
      ADMIN: 'me.admin and exists (select from identity.role_assignment r where r.account_id = t.id and r.community_id = $2)',
    },
  ],
  RoleAssignment: ['identity.role_assignment t', { SELF: 't.account_id = me.id' }],
  Invitation: [
    'identity.invitation t',
    {
      ADMIN: 'me.admin and not me.program',
      SECRETARY: 'cardinality(me.run) > 0 and t.invited_by = me.id and not me.program',
    },
  ],
  ApiClient: ['identity.api_client t', {}],
  AuditEvent: ['event t join event_seal s on s.community_id = t.community_id and s.event_id = t.id', {}],
  Consent: ['personal.consent t', { ...ofBranch('t.branch_id'), KIN: 't.resident_id = any(me.kin)' }],
  PersonalInfoRequest: [
    'personal.info_request t',
    { ...ofBranch('t.branch_id'), KIN: 't.resident_id = any(me.kin)', SELF: 't.requested_by = me.id' },
  ],
  LegalHold: ['personal.legal_hold t', { ...ofBranch('t.branch_id'), KIN: 't.resident_id = any(me.kin)' }],
};
export const NODE_TYPES = Object.keys(STANDINGS);

/** What holds for whatever the object is, unless its type says otherwise. */
const ALWAYS: Standing = {
  ACCOUNT: 'me.id is not null',
  ADMIN: 'me.admin',
  SUBDISTRICT: 'me.subdistrict',
  AUDITOR: 'me.auditor',
  ANY_STAFF: 'cardinality(me.branches) > 0',
};

/** An account with what its roles give it in the community `$2`; for no login, nobody. */
const ME = `
  with held as (select r.* from identity.role_assignment r join identity.account a on a.id = r.account_id
    where a.login = $1 and r.community_id = $2),
  narrowed as (select c.branch_ids from identity.api_client c join identity.account a on a.id = c.account_id
    where a.login = $1 and cardinality(c.branch_ids) > 0),
  me as (select
    (select id from identity.account where login = $1) as id,
    exists (select from identity.api_client c join identity.account a on a.id = c.account_id where a.login = $1) as program,
    exists (select from held where role = 'AUDITOR') as auditor,
    exists (select from held where role = 'COMMUNITY_ADMIN') as admin,
    array(select b.id from branch b where b.community_id = $2
      and exists (select from held where branch_id = b.id or area_id = b.area_id or role = 'COMMUNITY_ADMIN')
      and not exists (select from narrowed where b.id <> all(branch_ids))) as branches,
    array(select b.id from branch b where b.community_id = $2
      and exists (select from held where role = 'COMMUNITY_ADMIN' or (role = 'BRANCH_SECRETARY' and branch_id = b.id))) as run,
    array(select organization_id from held where organization_id is not null) as organizations,
    array(select branch_id from membership where community_id = $2 and state = 'ACTIVE'
      and organization_id in (select organization_id from held)) as alliances,
    array(select resident_id from personal.kinship where community_id = $2 and state = 'VERIFIED'
      and account_id in (select account_id from held)) as kin,
    exists (select from held where role = 'FAMILY') as family, exists (select from held where role = 'SUBDISTRICT') as subdistrict)`;

/** Objects that there are more of by every question: what somebody is to them is what they are to anything. */
export const GROWING: ReadonlySet<string> = new Set(['AuditEvent']);

const GLOBAL: ReadonlySet<string> = new Set(['Community', 'Organization', 'Account']);

export interface Stand {
  readonly id: string;
  readonly who: ReadonlySet<Audience>;
  /** Its state, and whether it is of an organization of theirs: what hidden objects may differ in. */
  readonly kind: string;
}

/** What somebody is to each object of a type, by global id: null as login is nobody. */
export async function standingsOf(
  { owner }: TestDatabase,
  { login, communityId, today }: { readonly login: string | null; readonly communityId: string; readonly today: string },
  type: string,
): Promise<readonly Stand[]> {
  const [from, own] = STANDINGS[type] ?? ['', {}];
  const is = Object.entries({ ...ALWAYS, ...own });
  const rows = await owner.unsafe<{ id: string; who: Audience[]; kind: string }[]>(
    `${ME} select t.id, concat_ws(' ', to_jsonb(t) ->> 'state', to_jsonb(t) ->> 'organization_id' = any(me.organizations::text[])) as kind,
        array_remove(array[${is.map(([who, holds]) => `case when ${holds} then '${who}' end`).join()}], null) as who
      from ${from}, me where t.community_id = $2 and $3::date is not null order by md5(t.id::text)`,
    [login ?? '', communityId, today],
  );
  return rows.map(({ id, who, kind }) => ({
    id: toGlobalId(type, GLOBAL.has(type) ? null : communityId, id),
    who: new Set(who),
    kind,
  }));
}
