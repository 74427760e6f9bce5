import type { Page, PageWindow } from '../../kernel/page.js';
import type { AccessPurpose } from '../../kernel/vocabulary.js';
import type { Scope } from '../../scope/scope.js';
import type { AccessEntry, LoggedAccess } from './access.domain.js';
import { insertAccess, pageOfAccess } from './access.repo.js';

export { isPastKeeping, type LoggedAccess } from './access.domain.js';
export { allAccess, LATEST } from './access.repo.js';

/** Writes who looked at personal data, for whom and why: within the transaction that looks, or in one of its own. */
export const logAccess = (scope: Scope, ...entries: readonly AccessEntry[]): Promise<void> =>
  scope.reading(tx => insertAccess(tx, ...entries));

/** Writes that somebody was shown these people, masked, in the transaction that shows them. What the house computes is logged by whom it computes for. */
export const logLooks = async (
  tx: Scope,
  action: 'RESIDENT_OPENED' | 'RESIDENTS_LISTED',
  residentIds: readonly string[],
  detail: { readonly purpose: AccessPurpose; readonly by?: string },
): Promise<void> => {
  if (tx.actor.kind === 'ACCOUNT') await insertAccess(tx, { action, residentIds, detail });
};

/** Who looked at these people, newest first; at everybody whom the caller is kin of when none is named. */
export function listAccess(scope: Scope, residentIds: readonly string[] | null, window: PageWindow): Promise<Page<LoggedAccess>> {
  const kin = scope.actor.kind === 'ACCOUNT' ? scope.actor.kinIds : [];
  return scope.reading(tx => pageOfAccess(tx, residentIds ?? kin, window));
}
