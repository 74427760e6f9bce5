import type { CapacityExceeded } from '../../kernel/failures.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { Scope } from '../../scope/scope.js';
import { type BranchQuota, heldBack, type Session } from './sessions.domain.js';
import { placesOf, promisedByBranch, release, reserve } from './sessions.repo.js';

/** Whose places, and for whom: a branch's residents alone may take what is kept for them. */
export interface Reservation {
  readonly sessionId: string;
  readonly branchId: string;
  readonly quantity: number;
}

/** Takes places of a session for residents of a branch, within the caller's transaction. */
export async function reserveCapacity(
  tx: Scope,
  { sessionId, branchId, quantity }: Reservation,
): Promise<Result<null, CapacityExceeded>> {
  const taken = await reserve(tx, sessionId, quantity);
  // Once places are taken the session is locked: what is promised in it stands still until this transaction ends.
  const places = taken ?? (await placesOf(tx, sessionId));
  if (!places) return fail({ code: 'CAPACITY_EXCEEDED', remaining: 0 });
  const kept = await keptForOthers(tx, sessionId, branchId, places.branchQuotas);
  const free = places.capacity - places.reserved - kept;
  if (taken && free >= 0) return ok(null);
  return fail({ code: 'CAPACITY_EXCEEDED', remaining: Math.max(0, taken ? free + quantity : free) });
}

async function keptForOthers(tx: Scope, sessionId: string, branchId: string, quotas: Session['branchQuotas']): Promise<number> {
  if (!quotas.length) return 0;
  const rows = await promisedByBranch(tx, [sessionId]);
  return heldBack(quotas, new Map(rows.map(row => [row.branchId, row.places])), branchId);
}

/** What quotas still keep of the free places of sessions, to branches in the order given; what nobody keeps is not there. */
export async function quotasLeft(
  scope: Scope,
  sessions: readonly Session[],
): Promise<ReadonlyMap<string, readonly BranchQuota[]>> {
  const withQuotas = sessions.filter(({ branchQuotas }) => branchQuotas.length);
  if (!withQuotas.length) return new Map();
  const ids = withQuotas.map(({ id }) => id);
  const promised = new Map((await promisedByBranch(scope, ids)).map(row => [`${row.sessionId} ${row.branchId}`, row.places]));
  return new Map(
    withQuotas.map(({ id, capacity, reserved, branchQuotas }) => {
      let free = capacity - reserved;
      const left = branchQuotas.map(({ branchId, places }) => {
        const kept = Math.max(0, Math.min(free, places - (promised.get(`${id} ${branchId}`) ?? 0)));
        free -= kept;
        return { branchId, places: kept };
      });
      return [id, left.filter(({ places }) => places > 0)];
    }),
  );
}

/** Gives places back, within the caller's transaction; 0 does nothing. */
export async function releaseCapacity(tx: Scope, sessionId: string, quantity: number): Promise<void> {
  if (quantity > 0) await release(tx, sessionId, quantity);
}
