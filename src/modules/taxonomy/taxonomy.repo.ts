import { asc, sql } from 'drizzle-orm';
import { isStorable } from '../../kernel/text.js';
import { defineLoader } from '../../scope/loader.js';
import type { Scope } from '../../scope/scope.js';
import type { Category } from './taxonomy.domain.js';
import { serviceCategories } from './taxonomy.table.js';

export const categoryByCode = defineLoader<Category>('categoryByCode', async ({ db }, codes) => {
  const rows = await db
    .select()
    .from(serviceCategories)
    .where(sql`${serviceCategories.code} = any(${sql.param(codes.filter(isStorable))})`);
  return new Map(rows.map(row => [row.code, row]));
});

/** The direct children of categories, by code. */
export const categoriesByParent = defineLoader<readonly Category[]>('categoriesByParent', async ({ db }, codes) => {
  const rows = await db
    .select()
    .from(serviceCategories)
    .where(sql`${serviceCategories.parentCode} = any(${sql.param(codes)})`)
    .orderBy(asc(serviceCategories.code));
  return Map.groupBy(rows, row => row.parentCode ?? '');
});

/** The whole tree, parents before children: less than a hundred rows. */
export const allCategories = ({ db }: Scope): Promise<Category[]> =>
  db.select().from(serviceCategories).orderBy(asc(serviceCategories.path));

/** Parents first: a child's parent must be there. */
export async function insertCategories({ db }: Scope, rows: readonly Category[]): Promise<void> {
  await db
    .insert(serviceCategories)
    .values([...rows])
    .onConflictDoNothing();
}
