import { mayBeFamily } from '../../kernel/actor.js';
import type { Scope } from '../../scope/scope.js';
import { needDetailById } from './details.repo.js';
import type { Need } from './needs.domain.js';
import { canSeeNeed, isFamily } from './needs.policy.js';
import { type NeedRow, needById } from './needs.repo.js';

/** A need by id, as far as the caller may see it. */
export async function findNeed(scope: Scope, id: string): Promise<NeedRow | null> {
  const need = await scope.load(needById, id);
  if (need && canSeeNeed(scope.actor, need)) return need;
  return (await isFamilyOf(scope, { id })) ? need : null;
}

/** True for verified kin of the beneficiary and the account that asked. Asks behind the wall only for those who can be. */
export const isFamilyOf = async (scope: Scope, { id }: Pick<Need, 'id'>): Promise<boolean> =>
  mayBeFamily(scope.actor) && isFamily(scope.actor, await scope.load(needDetailById, id));
