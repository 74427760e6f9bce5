/** What one look found: which rights changed, and the horizon to look from the next time. */
export interface RightsLook {
  readonly horizon: string;
  readonly changes: readonly { readonly id: string; readonly subjectId: string }[];
}

/** Tells whether something that was remembered about rights may still be believed. */
export interface RightsWatch {
  /** Looks, unless that was done just now. False when the look failed: then nothing that is remembered may be believed. */
  catchUp(): Promise<boolean>;
  /** The moment, to be noted before something is read that will be remembered. */
  readonly turn: number;
  /** None of these subjects changed since that turn. */
  holds(turn: number, subjectIds: readonly string[]): boolean;
}

export interface RightsWatchOptions {
  readonly lookSince: (horizon: string | null) => Promise<RightsLook>;
  /** A clock that never goes back, in milliseconds. */
  readonly elapsed: () => number;
  /** How old a look may be. */
  readonly freshMs: number;
  /** Told of a look that failed. */
  readonly onError: (error: unknown) => void;
}

const MOST_MARKS = 10_000;

/** Looks when asked and at most once in `freshMs`, whatever the number of requests; so many milliseconds, at most, a change goes unnoticed. */
export function createRightsWatch({ lookSince, elapsed, freshMs, onError }: RightsWatchOptions): RightsWatch {
  let horizon: string | null = null;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let looking: Promise<boolean> | null = null;
  let seen: ReadonlySet<string> = new Set();
  let turn = 0;
  /** What was noted before this turn is forgotten altogether. */
  let floor = 0;
  const changedAt = new Map<string, number>();

  async function look(): Promise<boolean> {
    const startedAt = elapsed();
    try {
      const found = await lookSince(horizon);
      const fresh = found.changes.filter(({ id }) => !seen.has(id));
      if (fresh.length) turn++;
      if (changedAt.size + fresh.length > MOST_MARKS) {
        changedAt.clear();
        floor = turn;
      }
      for (const { subjectId } of fresh) changedAt.set(subjectId, turn);
      seen = new Set(found.changes.map(({ id }) => id));
      horizon = found.horizon;
      lookedAt = startedAt;
      return true;
    } catch (error) {
      onError(error);
      return false;
    } finally {
      looking = null;
    }
  }

  return {
    async catchUp() {
      if (elapsed() - lookedAt <= freshMs) return true;
      // A look that was under way began before this request: it counts only if that was just now.
      if (looking && !(await looking)) return false;
      if (elapsed() - lookedAt <= freshMs) return true;
      looking ??= look();
      return looking;
    },
    get turn() {
      return turn;
    },
    holds: (since, subjectIds) => since >= floor && subjectIds.every(id => (changedAt.get(id) ?? 0) <= since),
  };
}
