import { accountOf } from '../../kernel/actor.js';
import type {
  Forbidden,
  IdempotencyKeyReused,
  InvalidState,
  NotFound,
  ReasonRequired,
  StaleVersion,
} from '../../kernel/failures.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { Scope } from '../../scope/scope.js';
import type { Need } from '../needs/needs.domain.js';
import { type Answer, answerRecord, type Confirmer, type NeedStage, type ServiceRecord, stageOf } from './records.domain.js';
import { emptyRecords, handledFor, handlingsByNeed, recordByReferral, saveConfirmation } from './records.repo.js';
import type { Referral } from './referrals.domain.js';
import { canSee, sidesOf } from './referrals.policy.js';
import { lockReferral, referralById, saveReferral } from './referrals.repo.js';
import { isFamily } from './referrals.service.js';

export { recordByReferral } from './records.repo.js';

export interface ConfirmReferral extends Pick<Answer, 'to' | 'reason'> {
  readonly referralId: string;
  readonly expectedVersion: number;
  readonly idempotencyKey?: string | null;
}

type Confirmed = Result<Referral, NotFound | Forbidden | StaleVersion | InvalidState | ReasonRequired | IdempotencyKeyReused>;

/**
 * The receiving side says whether help arrived as recorded (回访): the branch by its call-back, or the family. Never whoever
 * delivered: a record that its own author confirms shows nothing.
 */
export const confirmReferral = (scope: Scope, command: ConfirmReferral) =>
  scope.transaction(
    (tx): Promise<Confirmed> =>
      tx.once(
        { operation: 'referralConfirm', key: command.idempotencyKey, input: command },
        () => confirm(tx, command),
        async id => {
          const referral = await tx.load(referralById, id);
          const family = await isFamily(tx, referral);
          return referral && canSee(tx.actor, referral, family) ? referral : null;
        },
      ),
  );

/** As whom the caller may speak for the receiving side of a referral that they see; null for whoever delivered or wrote the record. */
export function answersAs(
  { actor }: Scope,
  referral: Referral,
  { family, record }: { readonly family: boolean; readonly record: ServiceRecord | null },
): Confirmer | null {
  const sides = sidesOf(actor, referral, family);
  if (sides.includes('PERFORMER') || (record !== null && record.recordedBy === accountOf(actor))) return null;
  return sides.includes('REQUESTER') ? 'BRANCH' : family ? 'FAMILY' : null;
}

async function confirm(tx: Scope, { referralId, expectedVersion, to, reason }: ConfirmReferral): Promise<Confirmed> {
  const referral = await lockReferral(tx, referralId);
  const family = await isFamily(tx, referral);
  if (!referral || !canSee(tx.actor, referral, family)) return fail({ code: 'NOT_FOUND', path: ['referralId'] });
  const record = await tx.load(recordByReferral, referral.id);
  const by = accountOf(tx.actor);
  const as = answersAs(tx, referral, { family, record });
  if (as === null) return fail({ code: 'FORBIDDEN' });
  if (referral.version !== expectedVersion) return fail({ code: 'STALE_VERSION', currentVersion: referral.version });
  if (referral.state !== 'COMPLETED' || !record) return fail({ code: 'INVALID_STATE', from: referral.state, to });
  const answered = answerRecord(record, { to, reason, as, by, at: tx.now() });
  if (!answered.ok) return answered;
  const next = { ...referral, version: referral.version + 1 };
  await saveConfirmation(tx, answered.value);
  await saveReferral(tx, next);
  await tx.append({
    kind: `REFERRAL_${to}`,
    subject: { type: 'Referral', id: referral.id },
    branchId: referral.branchId,
    from: record.confirmation,
    to,
    reason: answered.value.disputeReason,
  });
  return ok(next);
}

/** How far a need has come, in the words of those who work on it. */
export const needStage = async (scope: Scope, { id, state }: Pick<Need, 'id' | 'state'>): Promise<NeedStage> =>
  stageOf(state, state === 'OPEN' || state === 'FULFILLED' ? ((await scope.load(handlingsByNeed, id)) ?? []) : []);

/** Takes from the records of these needs what could tell of a person. Answers with how many there were. */
export const eraseRecordTexts = (tx: Scope, needIds: readonly string[]): Promise<number> => emptyRecords(tx, needIds);

/** What became of these needs, oldest first: who was asked, what was said, what was delivered. For a system purpose. */
export const servicesAbout = (tx: Scope, needIds: readonly string[]) => handledFor(tx, needIds);
