import type { EventKind } from '../../kernel/event-kinds.js';
import type { IdempotencyKeyReused, InvalidInput, NotFound } from '../../kernel/failures.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { Scope } from '../../scope/scope.js';
import { findResident, type Resident, type ResidentObjections, saveObjections } from '../residents/residents.service.js';
import { logAccess } from './access.service.js';
import { spokenFor, type Word } from './consents.service.js';
import type { ObjectionReason } from './objections.domain.js';

interface Objection extends Word {
  readonly residentId: string;
  readonly reason: ObjectionReason;
  readonly idempotencyKey: string;
}
export interface SetOptOut extends Objection {
  readonly optedOut: boolean;
}
export interface SetRestriction extends Objection {
  readonly restricted: boolean;
}

type Done = Result<Resident, NotFound | InvalidInput | IdempotencyKeyReused>;

/** Whether a person is matched automatically (PIPL art. 24); without it staff arrange everything by hand, and claims are people's. */
export const setOptOut = (scope: Scope, { optedOut, ...command }: SetOptOut): Promise<Done> =>
  object(scope, 'matchingOptOutSet', 'MATCHING_OPT_OUT_SET', command, { optedOut });

/** Whether a record is only kept (PIPL art. 44): no matching, nothing shown to organizations, whatever was agreed to. */
export const setRestriction = (scope: Scope, { restricted, ...command }: SetRestriction): Promise<Done> =>
  object(scope, 'processingRestrictionSet', 'PROCESSING_RESTRICTION_SET', command, { restricted });

/**
 * Kin speak for a resident without being let to write the record: who may is asked as the caller, the one column is written
 * under the purpose `objection`, and that is written down.
 */
async function object(
  scope: Scope,
  operation: string,
  kind: EventKind,
  { idempotencyKey, residentId, ...said }: Objection,
  change: Partial<ResidentObjections>,
): Promise<Done> {
  const spoken = await scope.reading(tx => spokenFor(tx, residentId, said));
  if (!spoken.ok) return spoken;
  const { resident, relation, method } = spoken.value;
  const { reason } = said;
  const changed = await scope.asSystem('objection').transaction(tx =>
    tx.once(
      { operation, key: idempotencyKey, input: { residentId, ...said, ...change } },
      async (): Promise<Result<{ readonly id: string }, never>> => {
        await saveObjections(tx, residentId, change);
        await logAccess(tx, { action: kind, residentId, detail: { reason } });
        const data = { ...change, relation, method };
        const { branchId } = resident;
        await tx.append({ kind, subject: { type: 'Resident', id: residentId }, branchId, reason, data });
        return ok({ id: residentId });
      },
      async id => ({ id }),
    ),
  );
  if (!changed.ok) return changed;
  // In a transaction of the caller's, after which what was loaded before the change is forgotten.
  return scope.transaction(async (tx): Promise<Done> => {
    const seen = await findResident(tx, residentId);
    return seen ? ok(seen) : fail({ code: 'NOT_FOUND', path: ['residentId'] });
  });
}
