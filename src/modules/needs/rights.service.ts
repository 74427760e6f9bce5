import type { Scope } from '../../scope/scope.js';
import type { Building } from '../territory/territory.domain.js';
import { detailsAbout, emptyNeeds, lockNeedsOf, openAccessNotes, openDescription } from './details.repo.js';
import { isAlive, moveNeed, type Need } from './needs.domain.js';
import { lockNeeds, type NeedRow, needById, saveNeed } from './needs.repo.js';

/** The needs of somebody who is to be erased. */
export interface EndedNeeds {
  /** Numbers of those that somebody has promised to serve: they deliver or call off first. Nothing was changed if there are any. */
  readonly promised: readonly string[];
  readonly needs: readonly Pick<Need, 'id' | 'submittedAt'>[];
}

/**
 * Withdraws what a person still asks for, unless somebody has promised to serve it. The needs are locked, so that a promise made at
 * the same moment either comes first and is told, or finds the need withdrawn.
 */
export async function endNeedsOf(tx: Scope, residentId: string): Promise<EndedNeeds> {
  const held = [...(await lockNeedsOf(tx, residentId)).values()];
  const alive = held.filter(({ state }) => isAlive(state));
  const promised = alive.filter(({ committed }) => committed > 0).map(({ number }) => number);
  if (promised.length) return { promised, needs: [] };
  for (const need of alive) {
    const reason = 'NO_LONGER_WANTED';
    const moved = moveNeed(need, 'WITHDRAWN', { sides: ['REQUESTER'], at: tx.now(), reason });
    if (!moved.ok) throw new Error('a need that nobody has promised to serve could not be withdrawn');
    await saveNeed(tx, moved.value);
    const { id, branchId, state: from } = need;
    await tx.append({ kind: 'NEED_WITHDRAWN', subject: { type: 'Need', id }, branchId, from, to: 'WITHDRAWN', reason });
  }
  return { promised, needs: held };
}

/** Closes those of these needs that were submitted and never verified. They are locked by the caller. For a job. */
export async function expireUnverified(tx: Scope, needIds: readonly string[]): Promise<void> {
  const waiting = [...(await lockNeeds(tx, needIds)).values()].filter(({ state }) => state === 'SUBMITTED');
  for (const need of waiting) {
    const moved = moveNeed(need, 'EXPIRED', { sides: ['SYSTEM'], at: tx.now() });
    if (!moved.ok) throw new Error('a need that nobody verified could not be closed');
    await saveNeed(tx, moved.value);
    const { id, branchId } = need;
    await tx.append({ kind: 'NEED_EXPIRED', subject: { type: 'Need', id }, branchId, from: 'SUBMITTED', to: 'EXPIRED' });
  }
}

/** Takes from closed needs what tells of a person: words, access notes, times, floor, languages. */
export const eraseNeedTexts = async (tx: Scope, needIds: readonly string[]): Promise<void> => {
  if (needIds.length) await emptyNeeds(tx, needIds);
};

/** A need of a person with the words that were said about it. */
export interface NeedTold {
  readonly need: NeedRow;
  readonly building: Building | null;
  readonly description: string | null;
  readonly accessNotes: string | null;
  readonly requestedBy: string | null;
}

/** What a person asked for, oldest first, at most `limit`. For a system purpose. */
export async function needsAbout(tx: Scope, residentId: string, limit: number): Promise<readonly NeedTold[]> {
  const details = await detailsAbout(tx, residentId, limit);
  return Promise.all(
    details.map(async detail => {
      const need = await tx.load(needById, detail.needId);
      if (!need) throw new Error('words without a need');
      const [description, accessNotes] = [openDescription(tx, detail), openAccessNotes(tx, detail)];
      return { need, building: detail.building, description, accessNotes, requestedBy: detail.requesterAccountId };
    }),
  );
}
