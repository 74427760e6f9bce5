import { DAY } from '../../../kernel/clock.js';
import { WAITING_BANDS, type WaitingBand } from '../matching.domain.js';
import type { RankedNeed } from './candidates.js';
import type { ClosedPart } from './closed-sets.js';
import type { SessionFacts } from './facts.js';

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

const none = (): number[][] => [1, 2, 3, 4].map(() => WAITING_BANDS.map(() => 0));
function add(to: number[][], tally: Tally, sign = 1): void {
  for (const [i, row] of tally.entries()) for (const [j, count] of row.entries()) to[i]![j]! += sign * count;
}

const BOUNDS: readonly (readonly [belowDays: number, band: WaitingBand])[] = [
  [3, 'UNDER_3_DAYS'],
  [7, 'UNDER_7_DAYS'],
  [14, 'UNDER_14_DAYS'],
  [28, 'UNDER_28_DAYS'],
];
/** How long a need has waited at a moment, as coarsely as others may know it. */
export const waitingBand = (submittedAt: number, now: number): WaitingBand =>
  BOUNDS.find(([below]) => now - submittedAt < below * DAY)?.[1] ?? 'LONGER';

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
    const holders = none();
    for (const part of parts) {
      let counted = known.get(part);
      if (!counted) {
        counted = count(part);
        known.set(part, counted);
      }
      promised += counted.promised;
      pinned += counted.pinned;
      add(holders, counted.holders);
      // A need that is served in part holds places itself; it does not stand before itself.
      if (part.holders.includes(need)) add(holders, tallyOf([need]), -1);
      const lastOther =
        counted.last === need ? part.holders.reduce((a, b) => (b === need ? a : Math.max(a, b)), -1) : counted.last;
      last = Math.max(last, lastOther);
    }
    return {
      sessions: parts.reduce((total, part) => total + part.sessions.length, 0),
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
