import { accountOf } from '../../kernel/actor.js';
import type { Forbidden, IdempotencyKeyReused, InvalidInput, NotFound, StaleVersion } from '../../kernel/failures.js';
import type { Page, PageWindow } from '../../kernel/page.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { Scope } from '../../scope/scope.js';
import { type Account, accountById } from '../identity/identity.service.js';
import { categoryByCode } from '../taxonomy/taxonomy.service.js';
import { checkAdoption, type MatchPolicy, mergeWeights, type WeightsChange } from './policies.domain.js';
import { canAdoptPolicy, canReadPolicies, canSeeAuthor } from './policies.policy.js';
import * as repo from './policies.repo.js';

export { currentPolicy, NEWEST_POLICIES, policyOfPlan } from './policies.repo.js';

/** A version of the policy, without one the version that is valid now; null when there is none or the caller may not read it. */
export async function findPolicy(scope: Scope, version: number | null): Promise<MatchPolicy | null> {
  if (!canReadPolicies(scope.actor)) return null;
  return version === null ? repo.currentPolicy(scope) : repo.policyByVersion(scope, version);
}

/** Who adopted a version, for whom the account is to see; null for others and for the default. */
export const authorOf = (scope: Scope, { adoptedBy }: MatchPolicy): Promise<Account | null> | null =>
  adoptedBy !== null && canSeeAuthor(scope.actor, adoptedBy) ? scope.load(accountById, adoptedBy) : null;

/** All versions, newest first; null for who may not read them. */
export const pageOfPolicies = async (scope: Scope, window: PageWindow): Promise<Page<MatchPolicy> | null> =>
  canReadPolicies(scope.actor) ? repo.pageOfPolicies(scope, window) : null;

/** How many versions there are: they are numbered without gaps. */
export const countPolicies = repo.newestVersion;

export interface AdoptPolicy {
  readonly weights: WeightsChange;
  readonly reason: string;
  /** Null: at once. */
  readonly validFrom?: Date | null;
  /** The newest version that the caller knows of, announced ones included. */
  readonly expectedVersion: number;
  readonly idempotencyKey: string;
}

type Adopted = Result<MatchPolicy, Forbidden | NotFound | InvalidInput | StaleVersion | IdempotencyKeyReused>;

/**
 * Makes the next version of the community's policy. What is not named stays as in the version that would hold at `validFrom`
 * otherwise. Versions that were announced for a later moment never take effect: this one comes after them and begins before.
 * Plans keep the version they were made by.
 */
export async function adoptPolicy(scope: Scope, command: AdoptPolicy): Promise<Adopted> {
  if (!canAdoptPolicy(scope.actor)) return fail({ code: 'FORBIDDEN' });
  const version = command.expectedVersion + 1;
  return scope.transaction(
    (tx): Promise<Adopted> =>
      tx.once(
        { operation: 'matchPolicyAdopt', key: command.idempotencyKey, input: command },
        async () => {
          const made = await nextPolicy(tx, command);
          if (!made.ok) return made;
          await repo.ensurePolicy(tx);
          if (!(await repo.insertPolicy(tx, made.value)))
            return fail({ code: 'STALE_VERSION', currentVersion: await repo.newestVersion(tx) });
          await tx.append({
            kind: 'MATCH_POLICY_ADOPTED',
            subject: { type: 'Community', id: tx.communityId },
            from: String(command.expectedVersion),
            to: String(version),
            data: { validFrom: made.value.validFrom?.toISOString() },
          });
          return ok(named(tx, made.value));
        },
        // Which version a command made follows from the command.
        async () => {
          const first = await repo.policyByVersion(tx, version);
          return first && named(tx, first);
        },
      ),
  );
}

/** Keys remember the id of what was made; a policy is the community's. */
const named = ({ communityId }: Scope, policy: MatchPolicy) => ({ ...policy, id: communityId });

async function nextPolicy(
  tx: Scope,
  { weights: change, reason, validFrom: from, expectedVersion }: AdoptPolicy,
): Promise<Result<MatchPolicy, NotFound | InvalidInput | StaleVersion>> {
  const validFrom = from ?? tx.now();
  const checked = checkAdoption({ reason, validFrom }, tx.now());
  if (!checked.ok) return checked;
  const currentVersion = await repo.newestVersion(tx);
  if (currentVersion !== expectedVersion) return fail({ code: 'STALE_VERSION', currentVersion });
  const weights = mergeWeights((await repo.policyAt(tx, validFrom)).weights, change);
  if (!weights.ok) return weights;
  for (const [i, { category }] of (change.caps ?? []).entries())
    if (!(await tx.load(categoryByCode, category)))
      return fail({ code: 'NOT_FOUND', path: ['weights', 'caps', String(i), 'category'] });
  return ok({
    version: expectedVersion + 1,
    weights: weights.value,
    reason: reason.trim(),
    validFrom,
    validUntil: null,
    adoptedBy: accountOf(tx.actor),
  });
}
