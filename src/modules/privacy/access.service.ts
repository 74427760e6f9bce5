import type { Page, PageWindow } from '../../kernel/page.js';
import type { AccessPurpose } from '../../kernel/vocabulary.js';
import type { Scope } from '../../scope/scope.js';
import type { AccessEntry, LoggedAccess } from './access.domain.js';
import { accessDigest, insertAccess, pageOfAccess } from './access.repo.js';

export { isPastKeeping, type LoggedAccess } from './access.domain.js';
export { accessDigest, allAccess, LATEST } from './access.repo.js';
export type { AccessRow } from './access.table.js';

/**
 * Writes who looked at personal data, for whom and why: within the transaction that looks, or in one of its own. An event vouches
 * for each entry, so that the access log cannot be altered unseen either.
 */
export const logAccess = (scope: Scope, ...entries: readonly AccessEntry[]): Promise<void> =>
  scope.reading(async tx => {
    const events = [];
    for (const entry of entries) {
      const rows = await insertAccess(tx, entry);
      const [first] = rows;
      if (!first) throw new Error('a look was not written down');
      const { lookId, residentId, action, purpose, detail } = first;
      events.push({
        kind: 'PERSONAL_DATA_READ',
        subject:
          rows.length > 1 || residentId === null ? { type: 'AccessLog', id: lookId } : { type: 'Resident', id: residentId },
        reason: purpose ?? detail.purpose?.toString() ?? null,
        data: { action, lookId, rows: rows.length, accessHash: accessDigest(rows) },
      });
    }
    await tx.append(...events);
  });

/** Writes that somebody was shown these people, masked, in the transaction that shows them. What the house computes is logged by whom it computes for. */
export const logLooks = async (
  tx: Scope,
  action: 'RESIDENT_OPENED' | 'RESIDENTS_LISTED',
  residentIds: readonly string[],
  detail: { readonly purpose: AccessPurpose; readonly by?: string },
): Promise<void> => {
  if (tx.actor.kind === 'ACCOUNT') await logAccess(tx, { action, residentIds, detail });
};

/** Who looked at these people, newest first; at everybody whom the caller is kin of when none is named. */
export function listAccess(scope: Scope, residentIds: readonly string[] | null, window: PageWindow): Promise<Page<LoggedAccess>> {
  const kin = scope.actor.kind === 'ACCOUNT' ? scope.actor.kinIds : [];
  return scope.reading(tx => pageOfAccess(tx, residentIds ?? kin, window));
}
