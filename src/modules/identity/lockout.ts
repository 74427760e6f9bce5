import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Lockout } from '../../kernel/access.js';
import type { TooManyAttempts } from '../../kernel/failures.js';
import { fail, ok, type Result } from '../../kernel/result.js';

const WINDOW_SECONDS = 15 * 60;
const FIRST_DELAY_SECONDS = 60;
const LONGEST_DELAY_SECONDS = 60 * 60;
/** Lock-outs are remembered for a day, so that each is twice as long as the one before. */
const MEMORY_SECONDS = 24 * 60 * 60;

export interface LockoutOptions {
  /** Failed tries within 15 minutes for one account from one address. */
  readonly perAccount?: number;
  /** For one account from everywhere: more, so that a stranger does not lock out its owner so easily. */
  readonly perLogin?: number;
  /** From one address for all accounts: much more, an office shares one. */
  readonly perAddress?: number;
}

interface Ladder {
  take(key: string): Promise<Result<{ readonly isLast: boolean }, TooManyAttempts>>;
  /** The try was good: all is forgotten. */
  clear(key: string): Promise<void>;
  /** The try was good: it alone is forgotten. */
  giveBack(key: string, wasLast: boolean): Promise<void>;
}

/** Taking the last of `points` shuts the key at once, before the try is even judged: tries in parallel cannot slip through. */
function createLadder(points: number): Ladder {
  const tries = new RateLimiterMemory({ points, duration: WINDOW_SECONDS });
  const strikes = new RateLimiterMemory({ points: Number.MAX_SAFE_INTEGER, duration: MEMORY_SECONDS });
  return {
    async take(key) {
      try {
        const { remainingPoints } = await tries.consume(key);
        if (remainingPoints > 0) return ok({ isLast: false });
        const { consumedPoints } = await strikes.penalty(key);
        await tries.block(key, Math.min(FIRST_DELAY_SECONDS * 2 ** (consumedPoints - 1), LONGEST_DELAY_SECONDS));
        return ok({ isLast: true });
      } catch (error) {
        if (!(error instanceof RateLimiterRes)) throw error;
        return fail({ code: 'TOO_MANY_ATTEMPTS', retryAfterSeconds: Math.max(1, Math.ceil(error.msBeforeNext / 1000)) });
      }
    },
    async clear(key) {
      await Promise.all([tries.delete(key), strikes.delete(key)]);
    },
    async giveBack(key, wasLast) {
      await (wasLast ? Promise.all([tries.set(key, points - 1, WINDOW_SECONDS), strikes.reward(key)]) : tries.reward(key));
    },
  };
}

/**
 * Counts failed tries per account and address, in this process: five, then shut for one minute, the next time for two, up
 * to an hour. Every field of an operation counts, so aliases do not help; known and unknown names are counted alike.
 */
export function createLockout({ perAccount = 5, perLogin = 30, perAddress = 100 }: LockoutOptions = {}): Lockout {
  const pairs = createLadder(perAccount);
  const logins = createLadder(perLogin);
  const addresses = createLadder(perAddress);
  return {
    async admit(login, address) {
      const from = address ?? 'within';
      // The narrowest first: whoever is shut out there does not use up the account's tries from elsewhere.
      const taken: { readonly ladder: Ladder; readonly key: string; readonly isLast: boolean }[] = [];
      for (const [ladder, key] of [
        [pairs, `${from}|${login}`],
        [addresses, from],
        [logins, login],
      ] as const) {
        const step = await ladder.take(key);
        if (!step.ok) return step;
        taken.push({ ladder, key, isLast: step.value.isLast });
      }
      return ok({
        isLast: taken.some(({ isLast }) => isLast),
        async succeed() {
          for (const { ladder, key, isLast } of taken)
            await (ladder === pairs ? ladder.clear(key) : ladder.giveBack(key, isLast));
        },
      });
    },
  };
}
