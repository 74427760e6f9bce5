import { accountOf, speaksFor, worksFor } from '../../kernel/actor.js';
import { allOf, checkInteger, checkText } from '../../kernel/check.js';
import type {
  CapacityExceeded,
  Forbidden,
  IdempotencyKeyReused,
  InvalidInput,
  InvalidState,
  NotFound,
  NotPossible,
  QuantityExceeded,
  ReasonRequired,
} from '../../kernel/failures.js';
import { newId } from '../../kernel/ids.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { ReferralOrigin, Urgency } from '../../kernel/vocabulary.js';
import type { Scope } from '../../scope/scope.js';
import { type Decision, MAX_OVERRIDE_NOTE, type Override, type OverrideReason } from '../matching/decisions.domain.js';
import { decisionOf, decisionOfMatch, keepNote } from '../matching/decisions.service.js';
import {
  acceptMatch,
  clashesOf,
  declineMatch,
  failedRules,
  findMatch,
  type Match,
  matchById,
  respondBy,
} from '../matching/matching.service.js';
import { commitQuantity, findNeed, leastPortion } from '../needs/needs.service.js';
import { findSession, offerById, reserveCapacity } from '../offers/offers.service.js';
import type { Session } from '../offers/sessions.domain.js';
import type { Referral, ReferralReason, ReferralState } from './referrals.domain.js';
import { sidesOf } from './referrals.policy.js';
import { insertReferrals, nextReferralNumber, referralById } from './referrals.repo.js';

export type Promised = Result<null, CapacityExceeded | QuantityExceeded | InvalidState | NotPossible>;

/** Takes places of the session and a part of the need, in this order everywhere so that writers never wait in a circle. */
export async function hold(
  tx: Scope,
  { sessionId, needId, branchId, quantity }: Pick<Referral, 'sessionId' | 'needId' | 'branchId' | 'quantity'>,
): Promise<Promised> {
  const places = await reserveCapacity(tx, { sessionId, branchId, quantity });
  return places.ok ? commitQuantity(tx, needId, quantity) : places;
}

interface NewReferral {
  readonly needId: string;
  readonly sessionId: string;
  readonly organizationId: string;
  readonly branchId: string;
  readonly matchId: string | null;
  readonly origin: ReferralOrigin;
  readonly state: 'DRAFT' | 'REQUESTED' | 'ACCEPTED';
  readonly quantity: number;
  readonly respondBy: Date | null;
  readonly decision: Partial<Decision>;
}

async function create(tx: Scope, fields: NewReferral): Promise<Referral> {
  const at = tx.now();
  const referral: Referral = {
    ...fields,
    decision: { ...fields.decision },
    id: newId(),
    number: await nextReferralNumber(tx, fields.branchId),
    reason: null,
    requestedBy: accountOf(tx.actor),
    requestedAt: fields.state === 'DRAFT' ? null : at,
    acceptedAt: fields.state === 'ACCEPTED' ? at : null,
    closedAt: null,
    createdAt: at,
    version: 1,
  };
  await insertReferrals(tx, [referral]);
  const { override } = fields.decision;
  await tx.append(
    changeOf(referral, null, {
      origin: referral.origin,
      needId: referral.needId,
      sessionId: referral.sessionId,
      quantity: referral.quantity,
      ...(override && { override: override.kind, overrideReason: override.reason }),
    }),
  );
  return referral;
}

/** What the log says of a referral's step. */
export const changeOf = (
  { id, branchId, state, reason }: Referral,
  from: ReferralState | null,
  data: Readonly<Record<string, unknown>> = {},
) => ({
  kind: `REFERRAL_${state}` as const,
  subject: { type: 'Referral', id },
  branchId,
  from,
  to: state,
  reason,
  data,
});

/** The first answer, for whoever still stands on one of its sides. */
const reload = (tx: Scope) => async (id: string) => {
  const referral = await tx.load(referralById, id);
  return referral && sidesOf(tx.actor, referral, false).length ? referral : null;
};

export interface AcceptMatch {
  readonly matchId: string;
  readonly idempotencyKey: string;
}

type Accepted = Result<
  Referral,
  NotFound | InvalidState | NotPossible | CapacityExceeded | QuantityExceeded | IdempotencyKeyReused
>;

/**
 * An organisation says yes to a proposal: match, places and need move together or not at all, and the promise becomes a
 * referral. Only the organisation itself may (志愿服务条例 art. 25: nobody is assigned). What clashes with a promise made since
 * is looked up before the transaction and told within, to who could really have promised.
 */
export async function acceptProposal(scope: Scope, command: AcceptMatch): Promise<Accepted> {
  const clashes = await clashesOf(scope, { matchId: command.matchId });
  return scope.transaction(async (tx): Promise<Accepted> => {
    const match = await ownMatch(tx, command.matchId);
    if (!match) return fail({ code: 'NOT_FOUND', path: ['matchId'] });
    return tx.once(
      { operation: 'matchAccept', key: command.idempotencyKey, input: command },
      async (): Promise<Accepted> => {
        const places = await reserveCapacity(tx, match);
        if (!places.ok) return places;
        const accepted = await acceptMatch(tx, match);
        if (!accepted.ok) return accepted;
        const covered = await commitQuantity(tx, match.needId, match.quantity);
        if (!covered.ok) return covered;
        if (clashes.length) return fail({ code: 'NOT_POSSIBLE', reasons: clashes.map(({ code }) => code) });
        const { needId, sessionId, organizationId, branchId, quantity } = match;
        return ok(
          await create(tx, {
            needId,
            sessionId,
            organizationId,
            branchId,
            quantity,
            matchId: accepted.value.id,
            origin: 'PROPOSAL',
            state: 'ACCEPTED',
            respondBy: accepted.value.respondBy,
            decision: await decisionOfMatch(tx, accepted.value),
          }),
        );
      },
      reload(tx),
    );
  });
}

async function ownMatch(tx: Scope, matchId: string): Promise<Match | null> {
  const match = await findMatch(tx, matchId);
  return match && speaksFor(tx.actor, match.organizationId) ? match : null;
}

export interface DeclineMatch {
  readonly matchId: string;
  readonly reason: ReferralReason;
  readonly idempotencyKey?: string | null;
}

type Declined = Result<Match, NotFound | InvalidState | IdempotencyKeyReused>;

/** An organisation says no: session or offer is not proposed again, the need stays open with its old rank. Declining costs nothing. */
export const declineProposal = (scope: Scope, command: DeclineMatch) =>
  scope.transaction(async (tx): Promise<Declined> => {
    const { matchId, reason, idempotencyKey } = command;
    const match = await ownMatch(tx, matchId);
    if (!match) return fail({ code: 'NOT_FOUND', path: ['matchId'] });
    return tx.once(
      { operation: 'matchDecline', key: idempotencyKey, input: command },
      () => declineMatch(tx, match, reason),
      id => tx.load(matchById, id),
    );
  });

export interface PairUp {
  readonly needId: string;
  readonly sessionId: string;
  readonly quantity: number;
  readonly idempotencyKey: string;
}

type Paired = Result<
  Referral,
  | NotFound
  | Forbidden
  | InvalidInput
  | InvalidState
  | NotPossible
  | ReasonRequired
  | CapacityExceeded
  | QuantityExceeded
  | IdempotencyKeyReused
>;

/** An organisation claims an open need for one of its own sessions (认领): its own act, so it counts as accepted at once. */
export const claimNeed = (scope: Scope, command: PairUp) => pairUp(scope, 'needClaim', command, 'CLAIM', 'ACCEPTED');

export interface RequestReferral extends PairUp {
  /** Keep it as the branch's own draft for now. */
  readonly draft: boolean;
  /** Asked for when the pair goes against what the engine says. */
  readonly overrideReason?: OverrideReason | null;
  readonly overrideNote?: string | null;
}

/** A branch asks an organisation to serve a need in one of its sessions; the organisation answers. Nothing is held until it accepts. */
export const requestReferral = (scope: Scope, command: RequestReferral) =>
  pairUp(scope, 'referralRequest', command, 'REQUEST', command.draft ? 'DRAFT' : 'REQUESTED');

type Overriding = Pick<RequestReferral, 'overrideReason' | 'overrideNote'>;

interface Pair {
  readonly organizationId: string;
  readonly branchId: string;
  readonly respondBy: Date;
  readonly decision: Partial<Decision>;
  readonly override: Omit<Override, 'noteId'> | null;
}
type Refused = NotFound | Forbidden | InvalidInput | NotPossible | ReasonRequired;

/**
 * Whether this caller may bring the two together, and why they fit. Facts about the person are read under a named purpose,
 * which a transaction cannot change into: hence before it. What can change meanwhile (places, the need's state and quantity) is
 * decided again by the conditional statements within.
 */
async function judge(
  scope: Scope,
  { needId, sessionId, quantity, overrideReason, overrideNote }: PairUp & Overriding,
  origin: 'CLAIM' | 'REQUEST',
): Promise<Result<Pair, Refused>> {
  const [need, session] = await Promise.all([findNeed(scope, needId), findSession(scope, sessionId)]);
  const offer = session && (await scope.load(offerById, session.offerId));
  if (!need) return fail({ code: 'NOT_FOUND', path: ['needId'] });
  if (!session || !offer) return fail({ code: 'NOT_FOUND', path: ['sessionId'] });
  const { organizationId } = offer;
  const { branchId, urgency } = need;
  if (origin === 'CLAIM' ? !speaksFor(scope.actor, organizationId) : !worksFor(scope.actor, branchId))
    return fail({ code: 'FORBIDDEN' });
  const checked = allOf(
    checkInteger(['quantity'], quantity, { min: leastPortion(need) }),
    checkText(['overrideNote'], overrideNote, { max: MAX_OVERRIDE_NOTE }),
  );
  if (!checked.ok) return checked;
  const [failed, said] = await Promise.all([failedRules(scope, needId, sessionId), decisionOf(scope, needId, sessionId)]);
  if (failed.length) return fail({ code: 'NOT_POSSIBLE', reasons: failed.map(({ code }) => code) });
  // An organization that claims a need does what it has a right to, whatever the engine says.
  const kind = origin === 'REQUEST' ? said.overrides : null;
  if (kind !== null && overrideReason == null) return fail({ code: 'REASON_REQUIRED', path: ['overrideReason'] });
  const override = kind === null || overrideReason == null ? null : { kind, reason: overrideReason };
  const answerUntil = answerBy(urgency, session, scope.now());
  return ok({ organizationId, branchId, decision: said.decision, override, respondBy: answerUntil });
}

/** Until when an organization should answer a branch that asks it at `at`: as it would a proposal. */
export const answerBy = (urgency: Urgency, { startsAt }: Pick<Session, 'startsAt'>, at: Date): Date =>
  respondBy(urgency, at, startsAt?.getTime() ?? null);

const isAboutPerson = (failure: Refused): boolean => failure.code === 'NOT_POSSIBLE' && failure.reasons.includes('NOT_ELIGIBLE');

async function pairUp(
  scope: Scope,
  operation: string,
  command: PairUp & Overriding,
  origin: 'CLAIM' | 'REQUEST',
  state: NewReferral['state'],
): Promise<Paired> {
  const { needId, sessionId, quantity } = command;
  // Judged now, told within: a repeat gets its first answer also when the pair would no longer pass.
  const judged = await judge(scope, command, origin);
  const branchId = (await findNeed(scope, needId))?.branchId;
  return scope.transaction(
    (tx): Promise<Paired> =>
      tx.once(
        { operation, key: command.idempotencyKey, input: command },
        async (): Promise<Paired> => {
          // What concerns the person is told only to who could really have promised: asking for too much is no way to ask.
          if (branchId !== undefined && state === 'ACCEPTED' && (judged.ok || isAboutPerson(judged.failure))) {
            const held = await hold(tx, { ...command, branchId });
            if (!held.ok) return held;
          }
          if (!judged.ok) return judged;
          const { override: kind, ...pair } = judged.value;
          const override = kind && {
            ...kind,
            noteId: await keepNote(tx, { branchId: pair.branchId, needId, note: command.overrideNote }),
          };
          const decision = { ...pair.decision, override };
          const respondBy = state === 'REQUESTED' ? pair.respondBy : null;
          return ok(
            await create(tx, { ...pair, decision, needId, sessionId, quantity, matchId: null, origin, state, respondBy }),
          );
        },
        reload(tx),
      ),
  );
}
