import { type SQL, sql } from 'drizzle-orm';
import type { Scope } from '../../scope/scope.js';
import { accessLog } from './access.table.js';
import {
  type BreachCase,
  type BreachFindings,
  CLASS_OF_ACTION,
  DATA_CLASSES,
  type DataClass,
  MAX_BREACH_PEOPLE,
} from './breach.domain.js';

/** What the access log says of a span of time and some accounts. For a system purpose. */
export async function findingsOf({ db, communityId }: Scope, { from, until, accountIds }: BreachCase): Promise<BreachFindings> {
  const looked: SQL = sql`from ${accessLog} l where l.community_id = ${communityId} and l.at >= ${from.toISOString()}::timestamptz and l.at < ${until.toISOString()}::timestamptz
    and l.resident_id is not null and l.account_id is not null
    and (cardinality(${sql.param(accountIds)}::uuid[]) = 0 or l.account_id = any(${sql.param(accountIds)}::uuid[]))`;
  const people = await db.execute<{ id: string; total: number }>(
    sql`select id, count(*) over ()::int as total from (select distinct l.resident_id as id ${looked}) found order by id limit ${MAX_BREACH_PEOPLE}`,
  );
  const actors = await db.execute<{
    account_id: string;
    role: string;
    looks: number;
    people: number;
    first_at: Date;
    last_at: Date;
  }>(
    sql`select l.account_id, l.actor_role as role, count(*)::int as looks, count(distinct l.resident_id)::int as people, min(l.at) as first_at, max(l.at) as last_at
      ${looked} group by 1, 2 order by looks desc, 1, 2`,
  );
  const codes = await db.execute<{ code: string; people: number }>(
    sql`select coalesce(field, action) as code, count(distinct resident_id)::int as people
      from (select l.action, l.resident_id, l.detail ${looked}) seen
      left join lateral unnest(string_to_array(seen.detail->>'fields', ',')) field on true group by 1`,
  );
  const byClass = new Map(codes.map(({ code, people }) => [CLASS_OF_ACTION[code] ?? code, people]));
  return {
    people: people[0]?.total ?? 0,
    residentIds: people.map(({ id }) => id),
    classes: DATA_CLASSES.flatMap((dataClass: DataClass) => {
      const count = byClass.get(dataClass);
      return count === undefined ? [] : [{ dataClass, people: count }];
    }),
    actors: actors.map(({ account_id, role, looks, people, first_at, last_at }) => ({
      accountId: account_id,
      role,
      looks,
      people,
      firstAt: new Date(first_at),
      lastAt: new Date(last_at),
    })),
  };
}
