import type { House } from './app.js';
import { localDate } from './kernel/clock.js';
import { type Repeating, repeat } from './kernel/repeat.js';
import { signHeads } from './modules/audit/audit.service.js';
import { purgeCredentials } from './modules/identity/identity.service.js';
import { expireNeeds } from './modules/needs/needs.service.js';
import { eraseDue } from './modules/privacy/erasure.service.js';
import { applyRetention } from './modules/privacy/retention.service.js';
import { allCommunityIds } from './modules/territory/territory.service.js';

const MINUTE = 60_000;

/**
 * What nobody asks for and must be done: within a minute or so needs past their deadline are closed, the heads of the audit chains
 * are signed when a day is over, credentials that are of no use to anybody go; once a day, and when the process starts, who is due
 * is erased and what is past its time let go. Several processes may do it at once.
 */
export function startUpkeep(
  { slowDb, now, scopeOf }: Pick<House, 'slowDb' | 'now' | 'scopeOf'>,
  onError: (error: unknown) => void,
): Repeating {
  let doneOn: string | null = null;
  return repeat(
    MINUTE,
    async () => {
      const at = now();
      const isNewDay = localDate(at) !== doneOn;
      await purgeCredentials(slowDb, at);
      for (const communityId of await allCommunityIds(slowDb)) {
        const scope = scopeOf(communityId, { kind: 'SYSTEM', purpose: 'upkeep', behalfOf: null });
        // Each is done also where another fails.
        await expireNeeds(scope, at).catch(onError);
        await signHeads(scope).catch(onError);
        if (!isNewDay) continue;
        await eraseDue(scope, at).catch(onError);
        await applyRetention(scope, at).catch(onError);
      }
      doneOn = localDate(at);
    },
    onError,
  );
}
