import { accountOf } from '../../kernel/actor.js';
import { localDate } from '../../kernel/clock.js';
import type {
  Forbidden,
  IdempotencyKeyReused,
  Incomplete,
  InvalidInput,
  InvalidState,
  LegallyHeld,
  NotFound,
} from '../../kernel/failures.js';
import { newId } from '../../kernel/ids.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { Scope } from '../../scope/scope.js';
import { eraseNotes } from '../matching/decisions.service.js';
import { endNeedsOf, eraseNeedTexts } from '../needs/needs.service.js';
import { eraseRatingNotes } from '../referrals/ratings.service.js';
import { eraseRecordTexts } from '../referrals/records.service.js';
import { eraseResident, holdResident } from '../residents/rights.service.js';
import type { ConsentMethod } from './consents.domain.js';
import { endConsents } from './consents.service.js';
import type { ErasureReceipt } from './erasure.domain.js';
import { forgetTyped, insertReceipt, receiptById, receiptByRequest } from './erasure.repo.js';
import { holdFor } from './holds.service.js';
import { isOpen, moveRequest, type RequestState } from './requests.domain.js';
import { canErase } from './requests.policy.js';
import { dueErasures, emptyRequests, lockRequest, lockRequestsOf, type RequestRow, saveRequest } from './requests.repo.js';
import { findRequest } from './requests.service.js';

/** The receipt of a request that was carried out; for staff of the branch and whoever asked. */
export const receiptOf = (scope: Scope, requestId: string): Promise<ErasureReceipt | null> =>
  scope.load(receiptByRequest, requestId);

export interface EraseResident {
  readonly requestId: string;
  readonly idempotencyKey: string;
}
type Erased = Result<
  ErasureReceipt,
  NotFound | Forbidden | InvalidInput | InvalidState<RequestState> | Incomplete | LegallyHeld | IdempotencyKeyReused
>;

/**
 * Carries out a request to delete (PIPL art. 47). It runs under the purpose `rights`, for what is erased may lie in branches that the
 * person has left; whether the caller may is decided before, at their own sight of the request.
 */
export async function carryOutErasure(scope: Scope, command: EraseResident): Promise<Erased> {
  const request = await findRequest(scope, command.requestId);
  if (!request) return fail({ code: 'NOT_FOUND', path: ['requestId'] });
  if (!canErase(scope.actor, request)) return fail({ code: 'FORBIDDEN' });
  return scope.asSystem('rights').transaction(tx =>
    tx.once(
      { operation: 'residentErase', key: command.idempotencyKey, input: command },
      () => erase(tx, command.requestId),
      id => receiptById(tx, id),
    ),
  );
}

/**
 * One transaction: either all of it is gone, or nothing. Locks are taken in the order request, person, needs, consents; whoever promises to
 * serve a need at the same moment comes first and is told of (INCOMPLETE names the needs), or finds it withdrawn.
 */
async function erase(tx: Scope, requestId: string): Promise<Erased> {
  const request = await lockRequest(tx, requestId);
  if (!request) return fail({ code: 'NOT_FOUND', path: ['requestId'] });
  const { residentId, branchId, kind } = request;
  if (kind !== 'DELETE') return fail({ code: 'INVALID_INPUT', problems: [{ path: ['requestId'], rule: 'NOT_ALLOWED' }] });
  const executedBy = accountOf(tx.actor);
  const erasedAt = tx.now();
  if (!isOpen(request.state)) return fail({ code: 'INVALID_STATE', from: request.state, to: 'DONE' });
  const person = await holdResident(tx, residentId);
  if (!person) return fail({ code: 'NOT_FOUND', path: ['requestId'] });
  const hold = await holdFor(tx, residentId);
  if (hold) return fail({ code: 'LEGAL_HOLD', reason: hold.reason, until: hold.until });
  const { promised, needs } = await endNeedsOf(tx, residentId);
  if (promised.length) return fail({ code: 'INCOMPLETE', missing: promised.map(number => `PROMISED:${number}`) });

  const needIds = needs.map(({ id }) => id);
  await eraseNeedTexts(tx, needIds);
  const notes = await eraseNotes(tx, needIds);
  const serviceRecords = await eraseRecordTexts(tx, needIds);
  const rated = await eraseRatingNotes(tx, needIds);
  const requests = await endRequests(tx, residentId, { requestId, executedBy });
  const countedOn = needs.map(({ submittedAt }) => localDate(submittedAt));
  const { requestedBy, relation, channel } = request;
  await endConsents(tx, residentId, { relation, method: HEARD[channel], by: requestedBy });
  const links = await eraseResident(tx, residentId, person, countedOn);
  await forgetTyped(tx, [residentId, ...needIds, ...rated, ...requests.map(({ id }) => id)]);
  const counts = {
    records: 1,
    needs: needIds.length,
    notes,
    serviceRecords,
    ratings: rated.length,
    requests: requests.length,
    links,
  };
  const receipt = { id: newId(erasedAt.getTime()), branchId, residentId, requestId, erasedAt, executedBy, requestedBy, counts };
  await insertReceipt(tx, receipt);
  return ok(receipt);
}

/** How the word was heard that ends consents, by the way on which the request came. */
const HEARD: Readonly<Record<RequestRow['channel'], ConsentMethod>> = {
  COUNTER: 'COUNTER',
  PHONE: 'PHONE',
  HOTLINE: 'PHONE',
  VISIT: 'VISIT',
  WECHAT: 'APP',
  TERMINAL: 'APP',
  IMPORT: 'PAPER',
};

/** The one that asked for it is done; what else is open has nothing left to be about. The words of all of them go. */
async function endRequests(
  tx: Scope,
  residentId: string,
  { requestId, executedBy: by }: { readonly requestId: string; readonly executedBy: string | null },
): Promise<readonly RequestRow[]> {
  const requests = await lockRequestsOf(tx, residentId);
  for (const request of requests.filter(({ state }) => isOpen(state))) {
    const [to, reason] = request.id === requestId ? (['DONE', null] as const) : (['REFUSED', 'NOT_ON_FILE'] as const);
    const moved = moveRequest(request, to, { by, at: tx.now(), reason });
    if (!moved.ok) throw new Error('an open request could not be ended');
    await saveRequest(tx, moved.value);
    const { id, branchId, state: from } = request;
    const subject = { type: 'PersonalInfoRequest', id };
    await tx.append({ kind: `PERSONAL_INFO_REQUEST_${to}`, subject, branchId, from, to, reason });
  }
  await emptyRequests(tx, residentId);
  return requests;
}

const AT_ONCE = 500;

/** Erases whoever asked for it and has waited to the due day, unless the law keeps it or somebody has promised to serve. How many. */
export async function eraseDue(scope: Scope, at: Date): Promise<number> {
  const sys = scope.asSystem('rights');
  const due = await sys.reading(tx => dueErasures(tx, at, localDate(at), AT_ONCE));
  let erased = 0;
  for (const requestId of due) if ((await sys.transaction(tx => erase(tx, requestId))).ok) erased++;
  return erased;
}
