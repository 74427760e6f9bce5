import { sql } from 'drizzle-orm';
import type { Vault } from '../kernel/vault.js';
import type { Database } from './client.js';
import type { SealedTable } from './sealed-table.js';

/** Seals an empty text in place of every word that the rows of these needs hold. Answers with the ids of the rows. */
export async function emptyWords(
  { db, vault, communityId }: { readonly db: Database; readonly vault: Vault; readonly communityId: string },
  { name, id, sealed }: SealedTable,
  needIds: readonly string[],
): Promise<readonly string[]> {
  const [table, key] = [sql.join(name.split('.').map(sql.identifier), sql`.`), sql.identifier(id)];
  const rows = await db.execute<{ id: string }>(sql`
    select ${key} as id from ${table} where community_id = ${communityId} and need_id = any(${sql.param(needIds)}::uuid[])`);
  const ids = rows.map(row => row.id);
  if (!ids.length) return ids;
  const emptied = sealed.map(column => {
    const texts = ids.map(rowId => vault.seal({ table: name, column, communityId, rowId }, '').toString('hex'));
    return { column: sql.identifier(column), texts: sql`${sql.param(texts)}::text[]` };
  });
  await db.execute(sql`
    update ${table} t set ${sql.join(
      emptied.map(({ column }) => sql`${column} = decode(made.${column}, 'hex')`),
      sql`, `,
    )}
    from unnest(${sql.param(ids)}::uuid[], ${sql.join(
      emptied.map(({ texts }) => texts),
      sql`, `,
    )}) as made (id, ${sql.join(
      emptied.map(({ column }) => column),
      sql`, `,
    )})
    where t.community_id = ${communityId} and t.${key} = made.id`);
  return ids;
}
