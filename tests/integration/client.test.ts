import { and, eq, sql } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { branches } from '../../src/modules/territory/territory.table.js';
import { createTestDatabase } from '../support/database.js';
import { seedWorld, WORLD } from '../support/world.js';

const database = await createTestDatabase({ max: 1 });
beforeAll(() => seedWorld(database));

const { db } = database.serving;
type Database = Pick<typeof db, 'select' | 'execute'>;

const codesOf = (handle: Database, id: string) =>
  handle
    .select({ code: branches.code })
    .from(branches)
    .where(and(eq(branches.communityId, WORLD.community), eq(branches.id, id)));
/** How often the connection has run what it keeps of `codesOf`, planned once for all values. */
const kept = async (handle: Database) => {
  const [row] = await handle.execute<{ texts: number; plans: number }>(sql`
    select count(*)::int as texts, coalesce(sum(generic_plans), 0)::int as plans from pg_prepared_statements
    where statement like 'select "code" from "branch"%'`);
  return row;
};

describe('statements', () => {
  it('are kept by their text, whatever the values, also from one transaction to the next', async () => {
    await codesOf(db, WORLD.branch1);
    expect(await codesOf(db, WORLD.branch2)).toHaveLength(1);
    await db.transaction(async tx => {
      await codesOf(tx, WORLD.branch1);
      expect(await kept(tx)).toEqual({ texts: 1, plans: 3 });
    });
    await db.transaction(tx => codesOf(tx, WORLD.branch1));
    expect(await kept(db)).toEqual({ texts: 1, plans: 4 });
  });

  it('with very many parameters are not kept: they come in too many texts', async () => {
    const count = async () => (await db.execute<{ n: number }>(sql`select count(*)::int as n from pg_prepared_statements`))[0]?.n;
    await count();
    const before = await count();
    const values = Array.from({ length: 101 }, (_, i) => sql`(${`${i}`})`);
    await db.execute(sql`select * from (values ${sql.join(values, sql`, `)}) as many (word)`);
    expect(await count()).toBe(before);
  });
});
