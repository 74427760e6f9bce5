import { sql } from 'drizzle-orm';
import type { Database } from './client.js';
import { registers } from './register.table.js';

/** The next `count` numbers of a running register, the first of them. Writers of one register queue until commit. */
export async function nextNumber(db: Database, communityId: string, name: string, count = 1): Promise<number> {
  const [row] = await db
    .insert(registers)
    .values({ communityId, name, last: count })
    .onConflictDoUpdate({ target: [registers.communityId, registers.name], set: { last: sql`${registers.last} + ${count}` } })
    .returning({ last: registers.last });
  if (!row) throw new Error(`register ${name} gave no number`);
  return row.last - count + 1;
}
