import { createLive } from './engine/live.js';
import type { PlannedChange } from './matching.domain.js';
import { computePlan, type PlanInput, type PlannedGap, type PlannedMatch } from './planning.js';

/** What happened: a need that is to be served, or a session with free places to give away. */
export type Occasion =
  | { readonly kind: 'NEED'; readonly needId: string }
  | { readonly kind: 'SESSION'; readonly sessionId: string };

/** What is to be done with the proposals that are out, and why. */
export interface Placement {
  /** Proposals whose quantity or session changes; they are withdrawn. */
  readonly withdrawn: readonly string[];
  /** What is proposed instead, and what is new. */
  readonly proposed: readonly PlannedMatch[];
  readonly changes: readonly PlannedChange[];
  /** Needs that are concerned and are still not, or not fully, served; the others of `needIds` are. */
  readonly gaps: readonly PlannedGap[];
  readonly needIds: readonly string[];
}

/**
 * Serves one need, or gives away the free places of one session, beside the proposals that are out. Accepted promises are not
 * among the facts and stay. A proposal may go to another session if that lets somebody be served; it gives way altogether only
 * to a need that ranks higher, the lowest-ranked first, and says so. Nobody who is served loses to a lower rank.
 */
export function computePlacement(input: PlanInput, occasion: Occasion): Placement {
  const touched = new Set<string>();
  const outcome = computePlan(input, undefined, (problem, proposed, ranked, sessions) => {
    const live = createLive(problem, { pairQuantity: proposed });
    const at =
      occasion.kind === 'NEED'
        ? ranked.findIndex(({ need }) => need.id === occasion.needId)
        : sessions.findIndex(({ id }) => id === occasion.sessionId);
    if (occasion.kind === 'NEED') touched.add(occasion.needId);
    const moves = at < 0 ? [] : occasion.kind === 'NEED' ? live.placeNeed(at) : live.addPlaces(at, 0);
    for (const { need } of moves) touched.add(ranked[need]!.need.id);
    return live;
  });
  const isTouched = ({ needId }: { readonly needId: string }): boolean => touched.has(needId);
  const matches = outcome.matches.filter(isTouched);
  const keyOf = (pair: { readonly needId: string; readonly sessionId: string; readonly quantity: number }): string =>
    `${pair.needId} ${pair.sessionId} ${pair.quantity}`;
  const [planned, out] = [new Set(matches.map(keyOf)), new Set(input.proposals.map(keyOf))];
  return {
    withdrawn: input.proposals.filter(one => isTouched(one) && !planned.has(keyOf(one))).map(({ matchId }) => matchId),
    proposed: matches.filter(match => !out.has(keyOf(match))),
    changes: outcome.changes.filter(change => isTouched(change) && change.kind !== 'KEPT'),
    gaps: outcome.unmatched.filter(isTouched),
    needIds: [...touched],
  };
}
