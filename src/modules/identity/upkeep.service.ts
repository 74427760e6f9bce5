import { forgetRightsChanges } from '../../db/rights.js';
import type { Scope } from '../../scope/scope.js';
import { purgeKeys } from './clients.repo.js';
import { purgeInvitations } from './invitations.repo.js';
import { purgeResets } from './resets.repo.js';
import { purgeTokens } from './sessions.repo.js';

/** Small enough for the shortest of deadlines; the rest goes the next time. */
const AT_ONCE = 5000;

/** Removes what nobody can use any more: refresh tokens, keys, codes, invitations, and announcements that everybody has heard. */
export async function purgeCredentials(db: Scope['db'], now: Date): Promise<void> {
  await purgeTokens(db, now, AT_ONCE);
  await purgeKeys(db, now);
  await purgeResets(db, now);
  await purgeInvitations(db, now);
  await forgetRightsChanges(db);
}
