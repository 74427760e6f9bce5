import { accountOf } from '../../kernel/actor.js';
import type {
  CapacityExceeded,
  IdempotencyKeyReused,
  InvalidInput,
  InvalidState,
  NotFound,
  NotPossible,
  QuantityExceeded,
  ReasonRequired,
  StaleVersion,
} from '../../kernel/failures.js';
import { NOWHERE, newId } from '../../kernel/ids.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { Scope } from '../../scope/scope.js';
import { clashesOf, excludePair } from '../matching/matching.service.js';
import { findNeed, fulfilQuantity, releaseQuantity, reopenQuantity } from '../needs/needs.service.js';
import { releaseCapacity, sessionById } from '../offers/offers.service.js';
import { answerBy, changeOf, hold, type Promised } from './pairing.service.js';
import { checkRecord, NOT_YET_CONFIRMED, type RecordFields } from './records.domain.js';
import { insertRecords, recordByReferral } from './records.repo.js';
import {
  isLive,
  moveReferral,
  type Referral,
  type ReferralReason,
  type ReferralState,
  referralSteps,
} from './referrals.domain.js';
import { canSee, sidesOf } from './referrals.policy.js';
import { isFamilyOfNeed, lockReferral, referralById, saveReferral } from './referrals.repo.js';

export { acceptProposal, claimNeed, declineProposal, requestReferral } from './pairing.service.js';
export {
  countReferrals,
  NEWEST,
  pageOfReferrals,
  type ReferralFilter,
  referralById,
} from './referrals.repo.js';

/** A referral by id, as far as the caller may see it. */
export async function findReferral(scope: Scope, id: string): Promise<Referral | null> {
  const referral = await scope.load(referralById, id);
  const family = await isFamily(scope, referral);
  return referral && canSee(scope.actor, referral, family) ? referral : null;
}

/** The states into which the caller may move a referral that they see. */
export const transitionsOf = async (scope: Scope, referral: Referral): Promise<ReferralState[]> =>
  referralSteps(referral.state, sidesOf(scope.actor, referral, await isFamily(scope, referral)));

/** Asked also of a referral that is not there: the caller must not feel the difference. */
export const isFamily = async (scope: Scope, referral: Pick<Referral, 'needId'> | null): Promise<boolean> =>
  (await scope.load(isFamilyOfNeed, referral?.needId ?? NOWHERE)) ?? false;

async function letGo(tx: Scope, { sessionId, needId }: Referral, quantity: number): Promise<void> {
  await releaseCapacity(tx, sessionId, quantity);
  await releaseQuantity(tx, needId, quantity);
}

export interface MoveReferral {
  readonly referralId: string;
  readonly expectedVersion: number;
  readonly reason?: ReferralReason | null;
  readonly idempotencyKey?: string | null;
}

type Moved = Result<
  Referral,
  | NotFound
  | StaleVersion
  | InvalidState
  | ReasonRequired
  | InvalidInput
  | NotPossible
  | CapacityExceeded
  | QuantityExceeded
  | IdempotencyKeyReused
>;

/** Runs a step in its transaction, at most once per key where there is one. */
const moving = (scope: Scope, operation: string, command: MoveReferral, step: (tx: Scope) => Promise<Moved>) =>
  scope.transaction(
    (tx): Promise<Moved> =>
      tx.once(
        { operation, key: command.idempotencyKey, input: command },
        () => step(tx),
        id => findReferral(tx, id),
      ),
  );

/** Moves a referral one step; what it held is taken or given back in the same transaction. Completing has its own use case. */
export async function changeReferral(
  scope: Scope,
  to: Exclude<ReferralState, 'DRAFT' | 'COMPLETED'>,
  command: MoveReferral,
): Promise<Moved> {
  // Facts about people are read before the transaction, which cannot change its actor, and told within.
  const clashes = to === 'ACCEPTED' ? await clashesOf(scope, { referralId: command.referralId }) : [];
  const refused: Promised = clashes.length ? fail({ code: 'NOT_POSSIBLE', reasons: clashes.map(({ code }) => code) }) : ok(null);
  return moving(scope, `referral:${to}`, command, tx => move(tx, to, command, () => ok(null), refused));
}

export interface CompleteReferral extends MoveReferral {
  readonly record: RecordFields;
}

/** Delivered: needs a record of what really happened. What was promised and not delivered goes back to session and need. */
export const completeReferral = (scope: Scope, command: CompleteReferral) =>
  moving(scope, 'referral:COMPLETED', command, tx =>
    move(tx, 'COMPLETED', command, async referral => {
      const checked = checkRecord(command.record, referral, tx.now());
      if (!checked.ok) return checked;
      await insertRecords(tx, [
        {
          ...command.record,
          ...NOT_YET_CONFIRMED,
          id: newId(),
          referralId: referral.id,
          recordedBy: accountOf(tx.actor),
          recordedAt: tx.now(),
        },
      ]);
      return ok(command.record.quantity);
    }),
  );

/**
 * `prove` checks and writes what the step asks for; it answers with the quantity delivered when the step delivers. `refused` is
 * told to who could otherwise have taken the step, and undoes it.
 */
async function move(
  tx: Scope,
  to: ReferralState,
  { referralId, expectedVersion, reason = null }: MoveReferral,
  prove: (referral: Referral) => Promise<Result<number, InvalidInput>> | Result<null>,
  refused: Promised = ok(null),
): Promise<Moved> {
  const referral = await lockReferral(tx, referralId);
  const family = await isFamily(tx, referral);
  if (!referral || !canSee(tx.actor, referral, family)) return fail({ code: 'NOT_FOUND', path: ['referralId'] });
  if (referral.version !== expectedVersion) return fail({ code: 'STALE_VERSION', currentVersion: referral.version });
  const sides = sidesOf(tx.actor, referral, family);
  const moved = moveReferral(referral, to, {
    sides,
    reason,
    at: tx.now(),
    answerBy: to === 'REQUESTED' ? await answerDue(tx, referral) : null,
  });
  if (!moved.ok) return moved;
  const proven = await prove(referral);
  if (!proven.ok) return proven as Moved;
  // Told first, so that what follows from it (a need that is done) comes behind it in every timeline.
  await tx.append(changeOf(moved.value, referral.state, proven.value === null ? {} : { delivered: proven.value }));
  const settled = await settle(tx, referral, to, proven.value);
  if (!settled.ok) return settled;
  if (!refused.ok) return refused;
  if (to === 'REJECTED' || (to === 'CANCELLED' && sides.includes('PERFORMER')))
    await excludePair(tx, referral, reason ?? 'OTHER');
  await saveReferral(tx, moved.value);
  return moved;
}

/** Until when the organization should answer when it is asked now: a draft may have lain for a while. */
async function answerDue(tx: Scope, { needId, sessionId }: Referral): Promise<Date | null> {
  const [need, session] = await Promise.all([findNeed(tx, needId), tx.load(sessionById, sessionId)]);
  return need && session && answerBy(need.urgency, session, tx.now());
}

/** Moves places and quantities to where the new state wants them. */
async function settle(tx: Scope, referral: Referral, to: ReferralState, delivered: number | null): Promise<Promised> {
  const { state, needId, sessionId, quantity } = referral;
  if (to === 'ACCEPTED') return hold(tx, referral);
  if (to === 'COMPLETED' && delivered !== null) {
    await releaseCapacity(tx, sessionId, quantity - delivered);
    await releaseQuantity(tx, needId, quantity - delivered);
    await fulfilQuantity(tx, needId, delivered);
  } else if (isLive(state) && !isLive(to)) {
    await letGo(tx, referral, quantity);
  } else if (state === 'COMPLETED') {
    const record = await tx.load(recordByReferral, referral.id);
    const undone = record?.quantity ?? 0;
    await releaseCapacity(tx, sessionId, undone);
    await reopenQuantity(tx, needId, undone);
  }
  return ok(null);
}
