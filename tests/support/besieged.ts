import { randomUUID } from 'node:crypto';
import { createSchema } from '../../src/app.js';
import { toGlobalId } from '../../src/graphql/global-id.js';
import { layOver } from '../../src/graphql/permissions.js';
import type { Role } from '../../src/kernel/actor.js';
import type { Audience } from '../../src/kernel/permissions.js';
import { permissions } from '../../src/modules/index.js';
import { type Caller, callerOf, signIn } from './caller.js';
import { everyRole, twinOf } from './callers.js';
import { branchOf, planFor, publish } from './journey.js';
import { Reading, type Standings } from './reading.js';
import { startSeededApp } from './seeded.js';
import { NODE_TYPES, standingsOf } from './standing.js';

const TODAY = '2026-03-11';
/** Objects of one kind of standing that are asked for. */
const ENOUGH = 40;

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
  /** Ids by type, those that they see and those that they do not, each kind of standing by itself. */
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
  const [proposed] = await owner`select m.id, lower(o.code) as code from match m
    join organization o on o.id = m.organization_id where m.state = 'PROPOSED' limit 1`;
  const liaison = await signIn(app.url, `liaison.${proposed?.code}`);
  await liaison.changed('matchAccept', { matchId: gid('Match', proposed?.id), idempotencyKey: randomUUID() }, 'referral { id }');
  await planFor(first, await branchOf(first));
  const admin = await signIn(app.url, 'admin');
  const [held] = await owner`select id from membership where branch_id in (select id from branch where code = 'B1') limit 1`;
  await admin.changed(
    'membershipSuspend',
    { membershipId: gid('Membership', held?.id), expectedVersion: 1 },
    'membership { id }',
  );
  await owner`update need set urgency = 'P0' where id in (select id from need n where state = 'OPEN' and committed = 0
    and category_code in (select code from service_category where matchable) and not exists (select from match where need_id = n.id) limit 20)`;
  const [place] = await owner`select id from building where branch_id in (select id from branch where code = 'B1') limit 1`;
  const { name, phone, room, text } = CANARY;
  const person = { name, phone, room, sex: 'FEMALE', birthDate: '1940-02-03', residencyStatus: 'PRESENT' };
  const home = { buildingId: gid('Building', place?.id), idempotencyKey: randomUUID() };
  const { resident } = await first.changed('residentCreate', { ...person, ...home }, 'resident { id }');
  const asked = { residentId: resident.id, categoryCode: 'HAIRCUT', description: text, accessNotes: text };
  const { need } = await first.changed('needSubmit', { ...asked, idempotencyKey: randomUUID() }, 'need { id }');

  const kindsOf = (standings: Standings, type: string) => {
    const seen = new Map<string, string[]>();
    const unseen = new Map<string, string[]>();
    for (const [id, who] of standings) {
      const kinds = reading.maySee(type, who) ? seen : unseen;
      const kind = [...who].sort().join();
      kinds.set(kind, [...(kinds.get(kind) ?? []), id].slice(0, ENOUGH));
    }
    return { seen: [...seen.values()], unseen: [...unseen.values()] };
  };

  const logins = await everyRole(database);
  const twinId = await twinOf(database, communityId);
  const people = new Map<Role | 'ANONYMOUS', Somebody>();
  for (const [who, login] of logins) {
    const caller = login === null ? callerOf(app.url) : await signIn(app.url, login);
    const parts = await Promise.all(NODE_TYPES.map(type => standingsOf(database, { login, communityId, today: TODAY }, type)));
    const standings = new Map(parts.flatMap(part => [...part]));
    const kinds = new Map(parts.map((part, i) => [NODE_TYPES[i] ?? '', kindsOf(part, NODE_TYPES[i] ?? '')]));
    const whole = new Set([...standings.values()].flatMap(set => [...set]));
    const knowsCanary = [need.id, resident.id].some(id =>
      reading.maySee(id === need.id ? 'Need' : 'Resident', standings.get(id)),
    );
    people.set(who, { login, caller, standings, kinds, whole, knowsCanary });
  }
  return { schema, table, reading, app, database, people, twinId };
}
