import type { EventKind } from '../../kernel/event-kinds.js';
import type { InvalidInput, NotFound } from '../../kernel/failures.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { Scope } from '../../scope/scope.js';
import { isAlive, type Need } from './needs.domain.js';
import { canSeeNeed, sidesOf } from './needs.policy.js';
import { lockNeeds, type NeedRow, needById, tie, untie } from './needs.repo.js';
import { findNeed, isFamilyOf } from './sight.service.js';

/**
 * Two needs may ask to go together: to one and the same session, or neither. The tie is kept on both and holds while both
 * wait; when one has come to its end the other goes on alone, and may be tied anew.
 */
export async function companionOf(scope: Scope, { state, togetherWithId }: Need): Promise<NeedRow | null> {
  if (togetherWithId === null || !isAlive(state)) return null;
  const other = await findNeed(scope, togetherWithId);
  return other && isAlive(other.state) ? other : null;
}

type About = Pick<Need, 'id' | 'branchId' | 'categoryCode'>;
const no = fail<InvalidInput>({ code: 'INVALID_INPUT', problems: [{ path: ['togetherWithId'], rule: 'NOT_ALLOWED' }] });

/**
 * The need that another may be tied to, locked: one that the caller answers for or asked for, of the same branch and category,
 * still waiting, and not tied to a third that waits.
 */
export async function lockCompanion(tx: Scope, otherId: string, need: About): Promise<Result<NeedRow, NotFound | InvalidInput>> {
  const other = (await lockNeeds(tx, [otherId])).get(otherId);
  const family = await isFamilyOf(tx, { id: otherId });
  if (!other || !canSeeNeed(tx.actor, other, family) || !sidesOf(tx.actor, other, family).length)
    return fail({ code: 'NOT_FOUND', path: ['togetherWithId'] });
  const alike = other.branchId === need.branchId && other.categoryCode === need.categoryCode;
  if (other.id === need.id || !alike || !isAlive(other.state)) return no;
  if (other.togetherWithId === null || other.togetherWithId === need.id) return ok(other);
  const third = await tx.load(needById, other.togetherWithId);
  return third && isAlive(third.state) ? no : ok(other);
}

/** Ties two needs, each cut loose from whatever it was tied to before. */
export async function goTogether(tx: Scope, need: About, other: About): Promise<void> {
  await tie(tx, need.id, other.id);
  await tx.append(...[need, other].map(one => eventOf('NEED_TIED', one)));
}

/** Cuts the tie of a need, if it has one. */
export async function goAlone(tx: Scope, need: About & Pick<Need, 'togetherWithId'>): Promise<void> {
  if (need.togetherWithId === null) return;
  await untie(tx, [need.id]);
  await tx.append(eventOf('NEED_UNTIED', need));
}

const eventOf = (kind: EventKind, { id, branchId }: About) => ({ kind, subject: { type: 'Need', id }, branchId });
