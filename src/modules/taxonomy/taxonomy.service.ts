import type { Scope } from '../../scope/scope.js';
import type { Category } from './taxonomy.domain.js';
import { allCategories } from './taxonomy.repo.js';

// The taxonomy is public (L0) and changed by releases only: reads carry no rule of their own.
export { allCategories, categoriesByParent, categoryByCode, insertCategories } from './taxonomy.repo.js';

/** The tree, or the part of it at and below `root`; empty for an unknown root. */
export async function categoriesWithin(scope: Scope, root: string | null): Promise<readonly Category[]> {
  const all = await allCategories(scope);
  if (root === null) return all;
  const top = all.find(({ code }) => code === root);
  return top ? all.filter(({ path }) => path.startsWith(top.path)) : [];
}
