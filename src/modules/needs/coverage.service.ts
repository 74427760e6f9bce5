import type { InvalidState, QuantityExceeded } from '../../kernel/failures.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { Scope } from '../../scope/scope.js';
import { closeOverdue, deliver, giveBack, lockOverdue, takeOpen, undeliver } from './coverage.repo.js';
import { type NeedState, openQuantity } from './needs.domain.js';
import { lockNeeds } from './needs.repo.js';

// These move what is promised and delivered, inside the transaction of a referral. `n` counts in the category's unit.

/** Promises `n` of an open need: one conditional statement, so that it is never promised twice. */
export async function commitQuantity(
  tx: Scope,
  needId: string,
  n: number,
): Promise<Result<null, QuantityExceeded | InvalidState<NeedState>>> {
  if (await takeOpen(tx, needId, n)) return ok(null);
  const need = (await lockNeeds(tx, [needId])).get(needId);
  if (!need) throw new Error('a need that was promised to is gone');
  if (need.state !== 'OPEN') return fail({ code: 'INVALID_STATE', from: need.state, to: 'OPEN' });
  return fail({ code: 'QUANTITY_EXCEEDED', remaining: openQuantity(need) });
}

/** Takes back a promise of `n`; the need keeps its place in the queue. */
export async function releaseQuantity(tx: Scope, needId: string, n: number): Promise<void> {
  if (n > 0 && !(await giveBack(tx, needId, n))) throw new Error('more taken back than was promised');
}

/** Delivers `n` of what was promised. When nothing is left the need is FULFILLED, and the log says so. */
export async function fulfilQuantity(tx: Scope, needId: string, n: number): Promise<void> {
  if (n === 0) return;
  const need = await deliver(tx, needId, n);
  if (!need) throw new Error('more delivered than was promised');
  const { branchId, state } = need;
  if (state === 'FULFILLED')
    await tx.append({ kind: 'NEED_FULFILLED', subject: { type: 'Need', id: needId }, branchId, from: 'OPEN', to: 'FULFILLED' });
}

/** Undoes a delivery of `n` that never was; a need that counted as done is open again. */
export async function reopenQuantity(tx: Scope, needId: string, n: number): Promise<void> {
  if (n === 0) return;
  const undone = await undeliver(tx, needId, n);
  if (!undone) throw new Error('more undone than was delivered');
  const { branchId, reopened } = undone;
  if (reopened)
    await tx.append({ kind: 'NEED_REOPENED', subject: { type: 'Need', id: needId }, branchId, from: 'FULFILLED', to: 'OPEN' });
}

const CHUNK = 500;

/**
 * Closes what is past its deadline and in nobody's hands (no referral asked, promised or under way). For a job; may run
 * several times at once. Answers with how many it closed.
 */
export async function expireNeeds(scope: Scope, at: Date): Promise<number> {
  for (let total = 0; ; ) {
    const closed = await scope.transaction(async tx => {
      const due = await lockOverdue(tx, at, CHUNK);
      if (!due.length) return ok(0);
      await closeOverdue(
        tx,
        due.map(({ id }) => id),
        at,
      );
      await tx.append(
        ...due.map(({ id, branchId, state }) => ({
          kind: 'NEED_EXPIRED' as const,
          subject: { type: 'Need', id },
          branchId,
          from: state,
          to: 'EXPIRED',
        })),
      );
      return ok(due.length);
    });
    total += closed.value;
    if (closed.value < CHUNK) return total;
  }
}
