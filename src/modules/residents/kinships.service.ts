import { type Actor, accountOf } from '../../kernel/actor.js';
import { allOf, checkText } from '../../kernel/check.js';
import { DAY } from '../../kernel/clock.js';
import type {
  Forbidden,
  IdempotencyKeyReused,
  InvalidInput,
  InvalidState,
  NotFound,
  TooManyAttempts,
} from '../../kernel/failures.js';
import { newId } from '../../kernel/ids.js';
import type { Page, PageWindow } from '../../kernel/page.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { KinshipRelation } from '../../kernel/vocabulary.js';
import type { Scope } from '../../scope/scope.js';
import { logAccess } from '../privacy/access.service.js';
import { findBuildings } from '../territory/territory.service.js';
import { type Kinship, type KinshipRejectReason, moveKinship, nextOf } from './kinships.domain.js';
import {
  claimByName,
  countClaims,
  type KinshipFilter,
  kinshipById,
  lockKinship,
  pageOfKinships,
  saveKinship,
} from './kinships.repo.js';
import type { KinshipState } from './residents.domain.js';
import { canMoveKinship } from './residents.policy.js';

export { claimantName, isOneself, KINSHIPS, type KinshipFilter, relationTo } from './kinships.repo.js';

/** A link by id, as far as the caller may see it. */
export const findKinship = (scope: Scope, id: string): Promise<Kinship | null> => scope.load(kinshipById, id);

/** Links and claims of the branches that the caller works for, oldest first; and the caller's own verified ones. */
export const listKinships = (scope: Scope, filter: KinshipFilter, window: PageWindow): Promise<Page<Kinship>> =>
  scope.reading(tx => pageOfKinships(tx, filter, window));

/** What this caller may do with a link now. */
export const transitionsOf = (actor: Actor, kinship: Kinship): readonly KinshipState[] =>
  nextOf(kinship.state).filter(to => canMoveKinship(actor, kinship, to));

export interface ClaimKinship {
  readonly address: string;
  readonly residentName: string;
  readonly relation: KinshipRelation;
  readonly idempotencyKey: string;
}

const CLAIMS_A_DAY = 10;

/**
 * Says that the caller is kin of somebody by where they live and their exact name. The answer, its time and the statements
 * behind it are the same whether there is such a person or not: staff find the claim, if it met anybody, and verify it.
 */
export async function claimKinship(
  scope: Scope,
  command: ClaimKinship,
): Promise<Result<true, NotFound | Forbidden | InvalidInput | TooManyAttempts | IdempotencyKeyReused>> {
  const { address, residentName, relation, idempotencyKey } = command;
  const accountId = scope.actor.kind === 'ACCOUNT' ? scope.actor.accountId : null;
  if (accountId === null) return fail({ code: 'FORBIDDEN' });
  const checked = allOf(
    checkText(['address'], address, { max: 50, required: true }),
    checkText(['residentName'], residentName, { max: 50, required: true }),
  );
  if (!checked.ok) return checked;
  const buildings = await findBuildings(scope, address);
  if (!buildings.length) return fail({ code: 'NOT_FOUND', path: ['address'] });
  const work = async (tx: Scope): Promise<Result<{ readonly id: string }, TooManyAttempts>> => {
    const since = new Date(tx.now().getTime() - DAY);
    if ((await countClaims(tx, accountId, since)) >= CLAIMS_A_DAY)
      return fail({ code: 'TOO_MANY_ATTEMPTS', retryAfterSeconds: DAY / 1000 });
    const buildingIds = buildings.map(({ id }) => id);
    const claimed = await claimByName(tx, { accountId, buildingIds, name: residentName, relation });
    await logAccess(tx, { action: 'KINSHIP_CLAIMED', detail: { found: claimed.length } });
    await tx.append(
      { kind: 'KINSHIP_CLAIM_RECEIVED', subject: { type: 'Account', id: accountId } },
      ...claimed.map(({ id, branchId }) => ({
        kind: 'KINSHIP_CLAIMED' as const,
        subject: { type: 'Kinship', id },
        branchId,
        to: 'CLAIMED',
      })),
    );
    return ok({ id: newId() });
  };
  const done = await scope.asSystem('kinship').transaction(tx =>
    tx.once(
      { operation: 'kinshipClaim', key: idempotencyKey, input: command },
      () => work(tx),
      async id => ({ id }),
    ),
  );
  return done.ok ? ok(true) : done;
}

export interface DecideKinship {
  readonly kinshipId: string;
  readonly idempotencyKey: string;
}
type Decided = Result<Kinship, NotFound | Forbidden | InvalidState<KinshipState> | IdempotencyKeyReused>;

/** Confirms a claim: from the account's next request on, the resident's record and needs are open to it. */
export const verifyKinship = (scope: Scope, command: DecideKinship): Promise<Decided> =>
  decide(scope, 'VERIFIED', command, 'kinshipVerify');

export const rejectKinship = (
  scope: Scope,
  command: DecideKinship & { readonly reason: KinshipRejectReason },
): Promise<Decided> => decide(scope, 'REJECTED', command, 'kinshipReject', command.reason);

/** Ends a link: staff at any time, the account its own. */
export const revokeKinship = (scope: Scope, command: DecideKinship): Promise<Decided> =>
  decide(scope, 'REVOKED', command, 'kinshipRevoke');

const decide = (scope: Scope, to: KinshipState, command: DecideKinship, operation: string, reason: string | null = null) =>
  scope.transaction(async (tx): Promise<Decided> => {
    const { kinshipId, idempotencyKey } = command;
    return tx.once(
      { operation, key: idempotencyKey, input: command },
      async (): Promise<Result<Kinship, NotFound | Forbidden | InvalidState<KinshipState>>> => {
        const kinship = await lockKinship(tx, kinshipId);
        if (!kinship) return fail({ code: 'NOT_FOUND', path: ['kinshipId'] });
        if (!canMoveKinship(tx.actor, kinship, to)) return fail({ code: 'FORBIDDEN' });
        const moved = moveKinship(kinship, to, { by: accountOf(tx.actor) ?? '', now: tx.now() });
        if (!moved.ok) return moved;
        await saveKinship(tx, moved.value);
        const { branchId, state } = kinship;
        await tx.append({
          kind: `KINSHIP_${to}`,
          subject: { type: 'Kinship', id: kinshipId },
          branchId,
          from: state,
          to,
          reason,
        });
        return moved;
      },
      id => findKinship(tx, id),
    );
  });
