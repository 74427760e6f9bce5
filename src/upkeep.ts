import type { House } from './app.js';
import { type Repeating, repeat } from './kernel/repeat.js';
import { signHeads } from './modules/audit/audit.service.js';
import { purgeCredentials } from './modules/identity/identity.service.js';
import { expireNeeds } from './modules/needs/needs.service.js';
import { allCommunityIds } from './modules/territory/territory.service.js';

const MINUTE = 60_000;

/**
 * What nobody asks for and must be done, each within a minute or so: needs past their deadline are closed, the heads of the audit
 * chains are signed when a day is over, credentials that are of no use to anybody go. Several processes may do it at once.
 */
export const startUpkeep = (
  { slowDb, now, scopeOf }: Pick<House, 'slowDb' | 'now' | 'scopeOf'>,
  onError: (error: unknown) => void,
): Repeating =>
  repeat(
    MINUTE,
    async () => {
      await purgeCredentials(slowDb, now());
      for (const communityId of await allCommunityIds(slowDb)) {
        const scope = scopeOf(communityId, { kind: 'SYSTEM', purpose: 'upkeep', behalfOf: null });
        // The one is done also where the other fails.
        await expireNeeds(scope, now()).catch(onError);
        await signHeads(scope).catch(onError);
      }
    },
    onError,
  );
