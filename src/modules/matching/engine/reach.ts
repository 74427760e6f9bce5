import type { Holdings } from './holdings.js';
import type { Problem } from './types.js';

/** What searches know beforehand, by session. */
export interface Bounds {
  /** A rank that the best end of any path is not better than. */
  readonly rank: Float64Array;
  /** For ends of just that rank, as many moves as a path has at least; means nothing once a search by it was in vain. */
  readonly moves: Int32Array;
  areMovesKnown: boolean;
}

/** Bounds that nothing is known by, not even wrongly. */
export const unknown = ({ sessionCount }: Problem, rank: number): Bounds => ({
  rank: new Float64Array(sessionCount).fill(rank),
  moves: new Int32Array(0),
  areMovesKnown: false,
});

/**
 * Where somebody who comes to a session can push on to: the lowest rank that could give way there (-∞: a free place; ∞: nothing),
 * and how many holders must move. Exact: sessions are reached backwards from the best ends first, and each need and session once.
 */
export const exitsOf = ({ sessionCount, needRank, pairStart, pairSession }: Problem, holdings: Holdings): Bounds => {
  const { free, pairNeed, pairQuantity, holderFirst, holderNext, columnStart, columnPair } = holdings;
  const own = new Float64Array(sessionCount);
  for (let session = 0; session < sessionCount; session++) {
    let lowest = free[session]! > 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    for (let pair = holderFirst[session]!; pair >= 0; pair = holderNext[pair]!)
      lowest = Math.min(lowest, needRank[pairNeed[pair]!]!);
    own[session] = lowest;
  }
  const order = Int32Array.from(own, (_, session) => session).sort((a, b) => own[a]! - own[b]! || a - b);
  const rank = new Float64Array(sessionCount).fill(Number.NaN);
  const moves = new Int32Array(sessionCount);
  const seenNeed = new Uint8Array(needRank.length);
  const queue = new Int32Array(sessionCount);
  let [reached, next] = [0, 0];
  const claim = (session: number, end: number, after: number): void => {
    if (!Number.isNaN(rank[session])) return;
    rank[session] = end;
    moves[session] = after;
    queue[reached++] = session;
  };
  for (let at = 0; at < sessionCount; ) {
    const end = own[order[at]!]!;
    for (; at < sessionCount && own[order[at]!] === end; at++) claim(order[at]!, end, 0);
    for (; next < reached; next++) {
      const target = queue[next]!;
      for (let i = columnStart[target]!; i < columnStart[target + 1]!; i++) {
        const need = pairNeed[columnPair[i]!]!;
        if (seenNeed[need] === 1) continue;
        seenNeed[need] = 1;
        for (let pair = pairStart[need]!; pair < pairStart[need + 1]!; pair++)
          if (pairQuantity[pair]! > 0) claim(pairSession[pair]!, end, moves[target]! + 1);
      }
    }
  }
  return { rank, moves, areMovesKnown: true };
};

/** Who would come if a place of a session became free: the highest rank of an unserved need (-∞: nobody), and over how many moves. */
export const guestsOf = ({ sessionCount, needRank, pairStart, pairSession }: Problem, holdings: Holdings): Bounds => {
  const { unserved, pairNeed, holderFirst, holderNext } = holdings;
  const waiting = Int32Array.from(needRank.keys()).filter(need => unserved[need]! > 0);
  waiting.sort((a, b) => needRank[b]! - needRank[a]!);
  const rank = new Float64Array(sessionCount).fill(Number.NEGATIVE_INFINITY);
  const moves = new Int32Array(sessionCount);
  const seenNeed = new Uint8Array(needRank.length);
  const queue = new Int32Array(sessionCount);
  let [reached, next] = [0, 0];
  for (const guest of waiting) {
    const expand = (need: number, after: number): void => {
      if (seenNeed[need] === 1) return;
      seenNeed[need] = 1;
      for (let pair = pairStart[need]!; pair < pairStart[need + 1]!; pair++) {
        const session = pairSession[pair]!;
        if (rank[session]! > Number.NEGATIVE_INFINITY) continue;
        rank[session] = needRank[guest]!;
        moves[session] = after;
        queue[reached++] = session;
      }
    };
    expand(guest, 0);
    for (; next < reached; next++) {
      const session = queue[next]!;
      for (let pair = holderFirst[session]!; pair >= 0; pair = holderNext[pair]!) expand(pairNeed[pair]!, moves[session]! + 1);
    }
  }
  return { rank, moves, areMovesKnown: true };
};
