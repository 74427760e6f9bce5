import { accountOf } from '../../kernel/actor.js';
import { allOf } from '../../kernel/check.js';
import { addDays, localDate } from '../../kernel/clock.js';
import type { Forbidden, IdempotencyKeyReused, InvalidInput, InvalidState, NotFound } from '../../kernel/failures.js';
import { newId } from '../../kernel/ids.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { Scope } from '../../scope/scope.js';
import { findResident, holdRecord } from '../residents/residents.service.js';
import { type HoldReason, type LegalHold, MAX_HOLD_DAYS } from './erasure.domain.js';
import { canHold } from './holds.policy.js';
import { endHold, holdById, holdOn, insertHold } from './holds.repo.js';

/** A hold by id, for staff of the branch and kin. */
export const findHold = (scope: Scope, id: string): Promise<LegalHold | null> => scope.load(holdById, id);

/** What keeps a person's data from being erased now, as far as the caller may know; null when nothing does. */
export const holdFor = (scope: Scope, residentId: string): Promise<LegalHold | null> => scope.load(holdOn, residentId);

export interface SetHold {
  readonly residentId: string;
  readonly reason: HoldReason;
  readonly until: string;
  readonly idempotencyKey: string;
}
type Set = Result<LegalHold, NotFound | Forbidden | InvalidInput | IdempotencyKeyReused>;

/** Keeps a person's data until the end of a day. The record is locked: an erasure at the same moment comes before or waits behind it. */
export const setHold = (scope: Scope, command: SetHold) =>
  scope.transaction(
    (tx): Promise<Set> =>
      tx.once(
        { operation: 'legalHoldSet', key: command.idempotencyKey, input: command },
        async (): Promise<Set> => {
          const { residentId, reason, until } = command;
          const resident = await holdRecord(tx, residentId);
          if (!resident) {
            const seen = await findResident(tx, residentId, 'RIGHTS_REQUEST');
            return seen ? fail({ code: 'FORBIDDEN' }) : fail({ code: 'NOT_FOUND', path: ['residentId'] });
          }
          const { branchId } = resident;
          if (!canHold(tx.actor, { branchId })) return fail({ code: 'FORBIDDEN' });
          const now = tx.now();
          const today = localDate(now);
          const checked = allOf(
            until < today ? { path: ['until'], rule: 'IN_THE_PAST' } : null,
            until > addDays(today, MAX_HOLD_DAYS) ? { path: ['until'], rule: 'MAX' } : null,
          );
          if (!checked.ok) return checked;
          const made = { id: newId(now.getTime()), setBy: accountOf(tx.actor), setAt: now, liftedAt: null, version: 1 };
          const hold: LegalHold = { ...made, branchId, residentId, reason, until };
          await insertHold(tx, hold);
          const data = { residentId, until };
          await tx.append({ kind: 'LEGAL_HOLD_SET', subject: { type: 'LegalHold', id: hold.id }, branchId, reason, data });
          return ok(hold);
        },
        id => findHold(tx, id),
      ),
  );

type Lifted = Result<LegalHold, NotFound | Forbidden | InvalidState | IdempotencyKeyReused>;

/** Ends a hold before its last day. */
export const liftHold = (scope: Scope, command: { readonly holdId: string; readonly idempotencyKey: string }) =>
  scope.transaction(
    (tx): Promise<Lifted> =>
      tx.once(
        { operation: 'legalHoldLift', key: command.idempotencyKey, input: command },
        async (): Promise<Lifted> => {
          const { holdId: id } = command;
          const hold = await findHold(tx, id);
          if (!hold) return fail({ code: 'NOT_FOUND', path: ['holdId'] });
          if (!canHold(tx.actor, hold)) return fail({ code: 'FORBIDDEN' });
          const at = tx.now();
          if (!(await endHold(tx, id, at))) return fail({ code: 'INVALID_STATE', from: 'LIFTED', to: 'LIFTED' });
          await tx.append({ kind: 'LEGAL_HOLD_LIFTED', subject: { type: 'LegalHold', id }, branchId: hold.branchId });
          return ok({ ...hold, liftedAt: at, version: hold.version + 1 });
        },
        id => findHold(tx, id),
      ),
  );
