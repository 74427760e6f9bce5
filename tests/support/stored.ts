import type { TestDatabase } from './database.js';

/** What the database holds, but for what follows from asking: who signed in, what was read, which events were sealed, what was announced. */
export async function everythingStored({ owner }: TestDatabase): Promise<Readonly<Record<string, string>>> {
  const tables = await owner<{ readonly name: string }[]>`
    select format('%I.%I', schemaname, tablename) as name from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema', 'drizzle')
      and tablename not in ('access_log', 'refresh_token', 'event_seal', 'event_unsealed', 'rights_change') order by 1`;
  const stored: Record<string, string> = {};
  for (const { name } of tables) {
    const rows = name === 'public.event' ? `(select * from ${name} where kind <> 'PERSONAL_DATA_READ')` : name;
    const [row] = await owner.unsafe(
      `select count(*) || ' ' || coalesce(md5(string_agg(md5(t::text), '' order by md5(t::text))), '') as digest from ${rows} t`,
    );
    stored[name] = row?.digest;
  }
  return stored;
}
