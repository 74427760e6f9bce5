import { randomUUID } from 'node:crypto';
import type { Role } from '../../src/kernel/actor.js';
import type { TestDatabase } from './database.js';

/** Roles of which the demonstration has nobody, with what they are narrowed to. */
const MORE: readonly (readonly [login: string, role: Role, branch: string | null])[] = [
  ['a.generalist', 'GENERALIST_WORKER', 'B2'],
  ['a.volunteer', 'VOLUNTEER', null],
  ['a.mediator', 'MEDIATOR', null],
  ['an.auditor', 'AUDITOR', null],
];

/** Somebody of every role, and how they sign in; null signs nobody in. Staff but for the admin belong elsewhere than the first branch. */
export async function everyRole(
  { owner }: TestDatabase,
  liaison: string,
): Promise<ReadonlyMap<Role | 'ANONYMOUS', string | null>> {
  for (const [login, role, branch] of MORE) {
    const id = randomUUID();
    await owner`insert into identity.account (id, login, display_name, password_hash, created_at)
      select ${id}, ${login}, ${role}, password_hash, now() from identity.account where login = 'admin'`;
    await owner`insert into identity.role_assignment (id, account_id, community_id, role, branch_id, valid_from)
      select ${randomUUID()}, ${id}, c.id, ${role}, (select b.id from branch b where b.community_id = c.id and b.code = ${branch}), '2026-01-01' from community c`;
  }
  return new Map<Role | 'ANONYMOUS', string | null>([
    ['ANONYMOUS', null],
    ['COMMUNITY_ADMIN', 'admin'],
    ['BRANCH_SECRETARY', 'secretary.b2'],
    ['ESTATE_OFFICER', 'officer.west'],
    ['LIAISON', liaison],
    ['FAMILY', 'family.1'],
    ['SUBDISTRICT', 'subdistrict'],
    ...MORE.map(([login, role]) => [role, login] as const),
  ]);
}

/** A second community that holds the same rows under the same ids: whoever forgets the community finds them. */
export async function twinOf({ owner }: TestDatabase, communityId: string): Promise<string> {
  const twin = randomUUID();
  const tables = await owner<{ name: string; columns: string[] }[]>`
    select format('%I.%I', table_schema, table_name) as name, array_agg(format('%I', column_name)) as columns
    from information_schema.columns join information_schema.tables t using (table_schema, table_name)
    where table_schema in ('public', 'personal') and t.table_type = 'BASE TABLE' and is_generated = 'NEVER'
      and table_name not in ('access_log', 'event', 'event_seal', 'event_unsealed', 'community')
    group by 1 having bool_or(column_name = 'community_id')`;
  const copies = tables.map(({ name, columns }) => {
    const rest = columns.filter(column => column !== 'community_id').join();
    return `insert into ${name} (community_id, ${rest}) select '${twin}', ${rest} from ${name} where community_id = '${communityId}'`;
  });
  const own = await owner<{ columns: string[] }[]>`
    select array_agg(format('%I', column_name)) as columns from information_schema.columns
    where table_schema = 'public' and table_name = 'community' and column_name not in ('id', 'code')`;
  const rest = own[0]?.columns.join();
  await owner.begin(tx =>
    tx.unsafe(`set local session_replication_role = replica;
    insert into community (id, code, ${rest}) select '${twin}', 'twin', ${rest} from community where id = '${communityId}';
    ${copies.join(';')}`),
  );
  return twin;
}
