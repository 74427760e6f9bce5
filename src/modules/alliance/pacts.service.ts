import { accountOf } from '../../kernel/actor.js';
import { allOf, checkCount, checkText } from '../../kernel/check.js';
import { localDate } from '../../kernel/clock.js';
import type { EventKind } from '../../kernel/event-kinds.js';
import type {
  Forbidden,
  IdempotencyKeyReused,
  InvalidInput,
  InvalidState,
  NotFound,
  StaleVersion,
} from '../../kernel/failures.js';
import { NOWHERE, newId } from '../../kernel/ids.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import { normalize } from '../../kernel/text.js';
import type { Scope } from '../../scope/scope.js';
import {
  endPact,
  MAX_PACT_ITEMS,
  type MembershipSide,
  type Pact,
  pactPeriodProblem,
  signPact,
  unsignedOf,
} from './alliance.domain.js';
import { canSeeMembership, canSeePacts, sidesOf } from './alliance.policy.js';
import { insertPacts, lockMembership, lockPact, membershipById, pactById, savePact } from './alliance.repo.js';

/** A pact by id, as far as the caller may see it. */
export async function findPact(scope: Scope, id: string): Promise<Pact | null> {
  const pact = await scope.load(pactById, id);
  const membership = await scope.load(membershipById, pact?.membershipId ?? NOWHERE);
  return pact && membership && canSeePacts(scope.actor, membership) ? pact : null;
}

export interface DraftPact {
  readonly membershipId: string;
  readonly number: string;
  readonly startsOn: string;
  readonly endsOn: string;
  readonly items: readonly string[];
  readonly idempotencyKey: string;
}

/** Drafts a pact for a membership; it binds nobody until both sides have signed. */
export const draftPact = (scope: Scope, command: DraftPact) =>
  scope.transaction(async (tx): Promise<Result<Pact, NotFound | Forbidden | InvalidInput | IdempotencyKeyReused>> => {
    const membership = await lockMembership(tx, command.membershipId);
    if (!membership || !canSeeMembership(tx.actor, membership)) return fail({ code: 'NOT_FOUND', path: ['membershipId'] });
    if (!sidesOf(tx.actor, membership).includes('BRANCH')) return fail({ code: 'FORBIDDEN' });
    const { number, startsOn, endsOn, items } = command;
    const checked = allOf(
      checkText(['number'], number, { max: 40, required: true }),
      pactPeriodProblem(startsOn, endsOn),
      checkCount(['items'], items, { min: 1, max: MAX_PACT_ITEMS }),
      items.map((item, i) => checkText(['items', String(i)], item, { max: 200, required: true })),
    );
    if (!checked.ok) return checked;
    return tx.once(
      { operation: 'pactDraft', key: command.idempotencyKey, input: command },
      async (): Promise<Result<Pact, InvalidInput>> => {
        const pact: Pact = {
          id: newId(),
          membershipId: membership.id,
          number: normalize(number),
          startsOn,
          endsOn,
          items: items.map(normalize),
          state: 'DRAFT',
          branchSignedAt: null,
          branchSignedBy: null,
          organizationSignedAt: null,
          organizationSignedBy: null,
          terminatedOn: null,
          version: 1,
          createdAt: tx.now(),
        };
        if (!(await insertPacts(tx, [pact])))
          return fail({ code: 'INVALID_INPUT', problems: [{ path: ['number'], rule: 'NOT_ALLOWED' }] });
        await tx.append({
          kind: 'PACT_DRAFTED',
          subject: { type: 'Pact', id: pact.id },
          branchId: membership.branchId,
          to: 'DRAFT',
        });
        return ok(pact);
      },
      id => tx.load(pactById, id),
    );
  });

/** Which pact, as last read. With a key, a repeat gets the first answer. */
export interface ChangePact {
  readonly pactId: string;
  readonly expectedVersion: number;
  readonly idempotencyKey?: string | null;
}

type PactChange = Result<Pact, NotFound | Forbidden | StaleVersion | InvalidState>;

/** Signs for the caller's side; with the second signature the pact is signed. */
export const signPactFor = (scope: Scope, command: ChangePact) =>
  changePact(scope, command, 'PACT_SIGNED', (pact, sides, tx): PactChange => {
    const side = unsignedOf(pact, sides) ?? sides[0];
    return side ? signPact(pact, side, accountOf(tx.actor) ?? '', tx.now()) : fail({ code: 'FORBIDDEN' });
  });

/** Ends a pact before its time; either side may. */
export const terminatePact = (scope: Scope, command: ChangePact) =>
  changePact(
    scope,
    command,
    'PACT_TERMINATED',
    (pact, sides, tx): PactChange => (sides.length ? endPact(pact, localDate(tx.now())) : fail({ code: 'FORBIDDEN' })),
  );

const changePact = (
  scope: Scope,
  command: ChangePact,
  kind: EventKind,
  change: (pact: Pact, sides: readonly MembershipSide[], tx: Scope) => PactChange,
) =>
  scope.transaction(tx =>
    tx.once(
      { operation: kind, key: command.idempotencyKey, input: command },
      async (): Promise<PactChange> => {
        const { pactId, expectedVersion } = command;
        const pact = await lockPact(tx, pactId);
        const membership = await tx.load(membershipById, pact?.membershipId ?? NOWHERE);
        if (!pact || !membership || !canSeePacts(tx.actor, membership)) return fail({ code: 'NOT_FOUND', path: ['pactId'] });
        if (pact.version !== expectedVersion) return fail({ code: 'STALE_VERSION', currentVersion: pact.version });
        const changed = change(pact, sidesOf(tx.actor, membership), tx);
        if (!changed.ok) return changed;
        await savePact(tx, changed.value);
        await tx.append({
          kind,
          subject: { type: 'Pact', id: pactId },
          branchId: membership.branchId,
          from: pact.state,
          to: changed.value.state,
        });
        return changed;
      },
      id => findPact(tx, id),
    ),
  );
