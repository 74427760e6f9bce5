import type { House } from './app.js';
import { type Repeating, repeat } from './kernel/repeat.js';
import { purgeCredentials } from './modules/identity/identity.service.js';
import { expireNeeds } from './modules/needs/needs.service.js';
import { allCommunityIds } from './modules/territory/territory.service.js';

const MINUTE = 60_000;

/**
 * What nobody asks for and must be done: needs past their deadline are closed within a minute or so, credentials that are of no
 * use to anybody go. Several processes may do it at once.
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
        await expireNeeds(scopeOf(communityId, { kind: 'SYSTEM', purpose: 'upkeep', behalfOf: null }), now());
      }
    },
    onError,
  );
