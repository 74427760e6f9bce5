import { DAY } from '../../kernel/clock.js';
import type { RankedNeed } from './candidates.js';
import type { ClosedPart } from './closed-sets.js';
import type { SessionFacts } from './facts.js';
import { WAITING_BANDS, type WaitingBand } from './matching.domain.js';

/** All sessions that a need could reach, itself or by moving others, and who holds them, counted. */
export interface ClosedSet {
  readonly sessions: number;
  /** Their positions, found when asked for: there may be thousands, for each of thousands of needs. */
  readonly positions: Iterable<number>;
  /** Of them, full by accepted promises alone. */
  readonly promised: number;
  readonly pinned: number;
  readonly holders: Tally;
  /** The last of them in rank order. */
  readonly lowest: RankedNeed | null;
}

/** How many needs of each tier (the first place is tier 1) have waited how long (in the order of the bands). */
export type Tally = readonly (readonly number[])[];

const TIERS = [1, 2, 3, 4] as const;
const none = (): number[][] => TIERS.map(() => WAITING_BANDS.map(() => 0));
const plus = (a: Tally, b: Tally, sign = 1): number[][] => a.map((row, i) => row.map((count, j) => count + sign * b[i]![j]!));

/** How long a need has waited at a moment, in whole days by the calendar clock, as coarsely as others may know it. */
export function waitingBand(submittedAt: number, now: number): WaitingBand {
  const days = (now - submittedAt) / DAY;
  return days < 3
    ? 'UNDER_3_DAYS'
    : days < 7
      ? 'UNDER_7_DAYS'
      : days < 14
        ? 'UNDER_14_DAYS'
        : days < 28
          ? 'UNDER_28_DAYS'
          : 'LONGER';
}

/** Counts over the parts of a closed set, each part counted once however many needs ask for it. */
export function summarize(
  ranked: readonly RankedNeed[],
  sessions: readonly SessionFacts[],
  pinsAt: (position: number) => number,
  now: number,
): (parts: readonly ClosedPart[], need: number) => ClosedSet {
  const known = new Map<
    ClosedPart,
    { readonly promised: number; readonly pinned: number; readonly holders: Tally; readonly last: number }
  >();
  const tallyOf = (needs: readonly number[]): number[][] => {
    const tally = none();
    for (const position of needs) {
      const { need, rank } = ranked[position]!;
      tally[rank.tier - 1]![WAITING_BANDS.indexOf(waitingBand(need.submittedAt, now))]!++;
    }
    return tally;
  };
  const count = (part: ClosedPart) => ({
    promised: part.sessions.filter(position => sessions[position]!.free <= 0).length,
    pinned: part.sessions.reduce((total, position) => total + pinsAt(position), 0),
    holders: tallyOf(part.holders),
    last: part.holders.reduce((last, holder) => Math.max(last, holder), -1),
  });
  return (parts, need) => {
    let [promised, pinned, last] = [0, 0, -1];
    let holders = none();
    for (const part of parts) {
      let counted = known.get(part);
      if (!counted) {
        counted = count(part);
        known.set(part, counted);
      }
      promised += counted.promised;
      pinned += counted.pinned;
      holders = plus(holders, counted.holders);
      // A need that is served in part holds places itself; it does not stand before itself.
      if (part.holders.includes(need)) holders = plus(holders, tallyOf([need]), -1);
      const lastOther =
        counted.last === need ? part.holders.reduce((a, b) => (b === need ? a : Math.max(a, b)), -1) : counted.last;
      last = Math.max(last, lastOther);
    }
    const sessionCount = parts.reduce((total, part) => total + part.sessions.length, 0);
    return {
      sessions: sessionCount,
      positions: positionsOf(parts),
      promised,
      pinned,
      holders,
      lowest: last < 0 ? null : ranked[last]!,
    };
  };
}

function* positionsOf(parts: readonly ClosedPart[]): Generator<number> {
  for (const { sessions } of parts) yield* sessions;
}
