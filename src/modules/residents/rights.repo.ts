import { and, eq, lt, sql } from 'drizzle-orm';
import type { Scope } from '../../scope/scope.js';
import type { Profile } from './residents.domain.js';
import { byId, onFile } from './residents.repo.js';
import { residents } from './residents.table.js';
import { openProfile, sealName, sealPhone, sealProfile, sealRoom } from './sealing.repo.js';

/** The resident, locked until the transaction ends; for a system purpose, which sees everybody. */
export async function holdResident(scope: Scope, id: string): Promise<Held | null> {
  const [row] = await scope.db
    .select({ branchId: residents.branchId, profileSealed: residents.profileSealed })
    .from(residents)
    .where(and(byId(scope.communityId, id), onFile))
    .for('update');
  return row ? { branchId: row.branchId, profile: openProfile(scope, id, row.profileSealed) } : null;
}
export interface Held {
  readonly branchId: string;
  readonly profile: Profile;
}

/** Leaves a shell of which only `profile` says anything: no name, number, room. */
export async function emptyResident(scope: Scope, id: string, profile: Profile): Promise<void> {
  await scope.db
    .update(residents)
    .set({
      ...sealName(scope, id, ''),
      ...sealPhone(scope, id, null),
      ...sealRoom(scope, id, null),
      ...sealProfile(scope, id, profile),
      optedOut: true,
      erasedAt: scope.now(),
      version: sql`${residents.version} + 1`,
    })
    .where(byId(scope.communityId, id));
}

/** Takes their groups of care from shells that were emptied before a moment, up to `limit` of them. How many. */
export async function emptyOldShells(scope: Scope, before: Date, limit: number): Promise<number> {
  const shells = await scope.db
    .select({ id: residents.id, profileSealed: residents.profileSealed })
    .from(residents)
    .where(
      and(
        eq(residents.communityId, scope.communityId),
        lt(residents.erasedAt, before),
        // The first of them says under which key the others are.
        sql`cardinality(${residents.careIndex}) > 1`,
      ),
    )
    .orderBy(residents.id)
    .limit(limit)
    .for('update', { skipLocked: true });
  for (const { id, profileSealed } of shells)
    await scope.db
      .update(residents)
      .set(sealProfile(scope, id, { ...openProfile(scope, id, profileSealed), careCategories: [] }))
      .where(byId(scope.communityId, id));
  return shells.length;
}

/** Writes down what next of kin have proven. */
export async function saveDeath({ db, communityId }: Scope, id: string, deceasedOn: string): Promise<void> {
  await db
    .update(residents)
    .set({ deceasedOn, optedOut: true, version: sql`${residents.version} + 1` })
    .where(byId(communityId, id));
}
