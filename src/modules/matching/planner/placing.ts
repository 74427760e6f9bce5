import { ruleBreaches } from '../engine/breaches.js';
import { createLive } from '../engine/live.js';
import type { PlannedChange } from '../matching.domain.js';
import { computePlan, type PlanInput, type PlannedGap, type PlannedMatch } from './planning.js';
import { solvePlan } from './solving.js';

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
 *
 * Where such steps would break a rule that looks at more than one pair, all is planned again instead, keeping every proposal that
 * ranks and rules allow.
 */
export function computePlacement(input: PlanInput, occasion: Occasion): Placement {
  const touched = new Set<string>();
  const outcome = computePlan(input, undefined, undefined, question => {
    const { problem, proposed, constraints, ranked, sessions } = question;
    const touch = (need: number): void => {
      touched.add(ranked[need]!.need.id);
    };
    const live = createLive(problem, { pairQuantity: proposed });
    const at =
      occasion.kind === 'NEED'
        ? ranked.findIndex(({ need }) => need.id === occasion.needId)
        : sessions.findIndex(({ id }) => id === occasion.sessionId);
    if (occasion.kind === 'NEED') touched.add(occasion.needId);
    const moves = at < 0 ? [] : occasion.kind === 'NEED' ? live.placeNeed(at) : live.addPlaces(at, 0);
    const needs = new Set(moves.map(({ need }) => need));
    const places = new Set(moves.flatMap(({ from, to }) => [from, to]));
    const breaks =
      constraints &&
      ruleBreaches(problem, constraints, live.pairQuantity).some(
        breach => breach.needs.some(need => needs.has(need)) || breach.sessions.some(session => places.has(session)),
      );
    if (!breaks) {
      for (const need of needs) touch(need);
      return { ...live, proof: { proven: true, gap: null }, entangled: new Set(), prices: null };
    }
    const decision = solvePlan(question);
    for (let need = 0; need < problem.needCount; need++)
      for (let pair = problem.pairStart[need]!; pair < problem.pairStart[need + 1]!; pair++)
        if (decision.pairQuantity[pair] !== proposed[pair]) touch(need);
    return decision;
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
