import { randomUUID } from 'node:crypto';
import { createSchema } from '../../src/app.js';
import { toGlobalId } from '../../src/graphql/global-id.js';
import { layOver } from '../../src/graphql/permissions.js';
import type { Role } from '../../src/kernel/actor.js';
import { type Audience, SUBJECTS } from '../../src/kernel/permissions.js';
import { permissions } from '../../src/modules/index.js';
import { type Caller, callerOf, signIn } from './caller.js';
import { everyRole, twinOf } from './callers.js';
import type { TestDatabase } from './database.js';
import { branchOf, planFor, publish } from './journey.js';
import { meet, Reading, type Standings } from './reading.js';
import { startSeededApp } from './seeded.js';
import { NODE_TYPES, type Stand, standingsOf } from './standing.js';

const TODAY = '2026-03-11';
/** Objects of one kind that are kept to be asked for. */
const ENOUGH = 20;

/** Words about a person of the first branch and her need: nobody else may find or be shown them. Beside them, words of nobody. */
export const CANARY: Readonly<Record<string, string>> = {
  name: '锦雀鸣',
  phone: '13987650321',
  text: '檐下铜铃',
  room: '金屋4711',
};
export const GIBBERISH: Readonly<Record<string, string>> = {
  name: '乌有氏',
  phone: '13987650322',
  text: '海底石磬',
  room: '银屋4712',
};

export interface Somebody {
  readonly login: string | null;
  readonly caller: Caller;
  readonly standings: Standings;
  /** Ids by type, those that they see and those that they do not, each kind of object and standing by itself. */
  readonly kinds: ReadonlyMap<string, Readonly<Record<'seen' | 'unseen', readonly (readonly string[])[]>>>;
  /** All that they are to anything. */
  readonly whole: ReadonlySet<Audience>;
  readonly knowsCanary: boolean;
}

/**
 * The demonstration estate in full work: plans, proposals, promises, a membership on hold, urgent needs, a person whose words are
 * known; a second community with the same rows; somebody of every role, and nobody.
 */
export async function besieged() {
  const schema = createSchema();
  const table = layOver(schema, permissions);
  const reading = new Reading(schema, table);
  const { app, database } = await startSeededApp({ costLimit: 10_000_000 });
  const { owner } = database;
  const [community] = await owner<{ id: string }[]>`select id from community`;
  const communityId = community?.id ?? '';
  const gid = (type: string, id: string) => toGlobalId(type, communityId, id);

  const first = await signIn(app.url, 'secretary.b1');
  await publish(await planFor(first, await branchOf(first)), first);
  // Of an organization that is in no other alliance, and has more proposals besides.
  const [proposed] = await owner`select min(m.id::text) as id, o.id as organization, lower(o.code) as code from match m
    join organization o on o.id = m.organization_id where m.state = 'PROPOSED' group by o.id
    order by (select count(*) from membership where organization_id = o.id and state = 'ACTIVE'), count(*) desc, o.code limit 1`;
  const liaison = await signIn(app.url, `liaison.${proposed?.code}`);
  await liaison.changed('matchAccept', { matchId: gid('Match', proposed?.id), idempotencyKey: randomUUID() }, 'referral { id }');
  await planFor(first, await branchOf(first));
  const admin = await signIn(app.url, 'admin');
  await planFor(admin, null, { dryRun: true, budgetSeconds: 0 });
  const [held] = await owner`select id from membership where branch_id in (select id from branch where code = 'B1')
    and organization_id <> ${proposed?.organization} limit 1`;
  await admin.changed(
    'membershipSuspend',
    { membershipId: gid('Membership', held?.id), expectedVersion: 1 },
    'membership { id }',
  );
  await owner`update need set urgency = 'P0' where id in (select id from need n where state = 'OPEN' and committed = 0
    and category_code in (select code from service_category where matchable) and not exists (select from match where need_id = n.id) limit 20)`;
  await owner`update need set requester_kind = 'ORGANIZATION', requester_organization_id = ${proposed?.organization}
    where id in (select id from need where branch_id in (select id from branch where code = 'B2') limit 3)`;
  await owner`update session set resource_keys = '{SENSORY_ROOM}' where starts_at is not null`;
  await owner`update match_policy set created_by = (select id from identity.account where login = 'admin')`;
  await owner`update personal.need_detail set requester_account_id = (select id from identity.account where login = 'family.1')
    where need_id in (select need_id from referral where state = 'COMPLETED' and branch_id in (select id from branch where code = 'B1') limit 3)`;
  await owner`insert into cooperation_rating (community_id, referral_id, score, rated_at, version) select community_id, id, 4, now(), 1 from referral
    where state in ('ACCEPTED', 'COMPLETED') on conflict do nothing`;
  const delivered =
    await owner`update service_record r set confirmation = 'CONFIRMED', confirmed_as = 'BRANCH', confirmed_at = ${app.house.now()}
    from referral f where f.id = r.referral_id and f.state = 'COMPLETED' and f.branch_id in (select id from branch where code = 'B1')
      and not exists (select from personal.service_rating g where g.referral_id = f.id) returning f.id`;
  for (const { id } of delivered)
    await first.changed(
      'referralRateService',
      { referralId: gid('Referral', id), score: 2, note: '下次早点来' },
      'referral { id }',
    );
  const [place] = await owner`select id from building where branch_id in (select id from branch where code = 'B1') limit 1`;
  const { name, phone, room, text } = CANARY;
  const person = { name, phone, room, sex: 'FEMALE', birthDate: '1940-02-03', residencyStatus: 'PRESENT' };
  const home = { buildingId: gid('Building', place?.id), idempotencyKey: randomUUID() };
  const { resident } = await first.changed('residentCreate', { ...person, ...home }, 'resident { id }');
  const asked = { residentId: resident.id, categoryCode: 'HAIRCUT', description: text, accessNotes: text };
  const { need } = await first.changed('needSubmit', { ...asked, idempotencyKey: randomUUID() }, 'need { id }');

  const kindsOf = (stands: readonly Stand[], type: string) => {
    const kinds = [...Map.groupBy(stands, ({ who, kind }) => [kind, ...[...who].sort()].join()).values()];
    const [seen = [], unseen = []] = [true, false].map(sees => kinds.filter(([one]) => reading.maySee(type, one?.who) === sees));
    const some = (kind: readonly Stand[]) => kind.slice(0, ENOUGH).map(({ id }) => id);
    return { seen: seen.map(some), unseen: unseen.map(some) };
  };

  const logins = await everyRole(database, `liaison.${proposed?.code}`);
  await askForRights({
    admin,
    first,
    second: await signIn(app.url, 'secretary.b2'),
    owner,
    residentId: resident.id,
    communityId,
  });
  const [branch] = await owner`select id, area_id as area from branch where code = 'B2'`;
  const west = { role: 'ESTATE_OFFICER', areaId: gid('Area', branch?.area), limitedToBranchIds: [gid('Branch', branch?.id)] };
  const everything = SUBJECTS.map(subject => `${subject}:write`);
  const program = await programOf(app.url, admin, everything, west);
  const stranger = await programOf(app.url, admin, ['taxonomy:read'], west);
  const deputy = await programOf(app.url, admin, everything, { role: 'COMMUNITY_ADMIN' });
  // Asking is not to be noted, and costs more than a program may spend.
  await owner`update identity.api_client set last_used_at = '2100-01-01', points_per_minute = 999999999`;
  const twinId = await twinOf(database, communityId);
  const people = new Map<Role | 'ANONYMOUS' | 'PROGRAM', Somebody>();
  for (const [who, login] of [...logins, ['PROGRAM', program.login] as const]) {
    const person = login === null ? callerOf(app.url) : null;
    const caller = person ?? (who === 'PROGRAM' ? program.caller : await signIn(app.url, login ?? ''));
    const parts = await Promise.all(NODE_TYPES.map(type => standingsOf(database, { login, communityId, today: TODAY }, type)));
    const standings = new Map(parts.flat().map(({ id, who }) => [id, who]));
    const kinds = new Map(parts.map((part, i) => [NODE_TYPES[i] ?? '', kindsOf(part, NODE_TYPES[i] ?? '')]));
    const whole = new Set([...standings.values()].flatMap(set => [...set]));
    const knowsCanary =
      reading.maySee('Resident', standings.get(resident.id)) ||
      meet(table.field('Need', 'description')?.who ?? [], standings.get(need.id));
    people.set(who, { login, caller, standings, kinds, whole, knowsCanary });
  }
  return { schema, table, reading, app, database, people, twinId, stranger: stranger.caller, deputy: deputy.caller };
}

interface Rights {
  readonly admin: Caller;
  readonly first: Caller;
  readonly second: Caller;
  readonly owner: TestDatabase['owner'];
  readonly residentId: string;
  readonly communityId: string;
}
/** What is asked about the person's data and about somebody's kin, also by somebody whose link is over; what the law keeps; who is invited. */
async function askForRights({ admin, first, second, owner, residentId, communityId }: Rights): Promise<void> {
  const once = () => ({ idempotencyKey: randomUUID() });
  const { text } = CANARY;
  const onBehalf = { relation: 'DAUGHTER', channel: 'COUNTER' };
  const [kin] = await owner`select k.resident_id as id from personal.kinship k join identity.account a on a.id = k.account_id
    where a.login = 'family.1' and k.state = 'VERIFIED'`;
  for (const id of [residentId, toGlobalId('Resident', communityId, kin?.id)]) {
    for (const kind of ['DELETE', 'CORRECT', 'EXPLAIN'])
      await admin.changed(
        'personalInfoRequestCreate',
        { residentId: id, kind, onBehalf, words: id === residentId ? text : '另有话说', ...once() },
        'request { id }',
      );
    await admin.changed(
      'legalHoldSet',
      { residentId: id, reason: 'DISPUTE', until: '2026-06-30', ...once() },
      'legalHold { id }',
    );
  }
  await owner`update personal.info_request set requested_by = (select id from identity.account where login = 'a.volunteer'), on_behalf = false
    where kind = 'EXPLAIN' and resident_id = ${kin?.id}`;
  for (const [inviter, branch] of [
    [admin, 'B1'],
    [first, 'B1'],
    [second, 'B2'],
  ] as const) {
    const [member] = await owner`select organization_id as id from membership where state = 'ACTIVE'
      and branch_id in (select id from branch where code = ${branch}) limit 1`;
    const organizationId = toGlobalId('Organization', null, member?.id);
    await inviter.changed('invitationCreate', { role: 'LIAISON', organizationId, ...once() }, 'invitation { id }');
  }
}

/** A program with a role of its own, over HTTP by its key. */
async function programOf(url: string, admin: Caller, scopes: readonly string[], role: Readonly<Record<string, unknown>>) {
  const input = { name: '对接程序', scopes, ...role, idempotencyKey: randomUUID() };
  const { key, apiClient } = await admin.changed('apiClientCreate', input, 'key apiClient { account { login } }');
  return { caller: callerOf(url, { authorization: `Bearer ${key}` }), login: apiClient.account.login as string };
}
