import { rankedNeeds } from '../modules/matching/planner/candidates.js';
import type { PlanInput } from '../modules/matching/planner/planning.js';
import { costOf } from '../modules/matching/planner/scoring.js';
import type { Method, Placement } from './methods.js';
import { planGreedily } from './methods.js';

/** The same question put to the engine and to greedy ranking, each morning anew. */
export interface Comparison {
  mornings: number;
  /** Mornings on which the first need that is served differently is served better by the engine; by greedy ranking (never). */
  engineServesBetter: number;
  greedyServesBetter: number;
  /** Needs that the engine proposed to serve in full and greedy ranking not, less the other way round. */
  moreInFull: number;
  /** Over mornings on which both serve alike: what the pairs cost together (`totalCost`). */
  engineCost: number;
  greedyCost: number;
}

/** A method that plans as `method` does and notes what greedy ranking would have made of the same morning. */
export function compared(method: Method): { readonly method: Method; readonly comparison: Comparison } {
  const comparison: Comparison = {
    mornings: 0,
    engineServesBetter: 0,
    greedyServesBetter: 0,
    moreInFull: 0,
    engineCost: 0,
    greedyCost: 0,
  };
  const { plan } = method;
  if (!plan) throw new Error(`${method.name} plans nothing`);
  return {
    comparison,
    method: {
      ...method,
      plan: input => {
        const own = plan(input);
        note(comparison, input, own, planGreedily(input));
        return own;
      },
    },
  };
}

function note(comparison: Comparison, input: PlanInput, engine: readonly Placement[], greedy: readonly Placement[]): void {
  comparison.mornings++;
  const [byEngine, byGreedy] = [servedBy(engine), servedBy(greedy)];
  const better = firstDifference(input, byEngine, byGreedy);
  if (better > 0) comparison.engineServesBetter++;
  if (better < 0) comparison.greedyServesBetter++;
  if (better === 0) {
    comparison.engineCost += totalCost(input, engine);
    comparison.greedyCost += totalCost(input, greedy);
  }
  for (const { id, open } of input.needs)
    comparison.moreInFull += Number(byEngine.get(id) === open) - Number(byGreedy.get(id) === open);
}

/** How much of each need, by its id. */
export function servedBy(placements: readonly Placement[]): ReadonlyMap<string, number> {
  const served = new Map<string, number>();
  for (const { needId, quantity } of placements) served.set(needId, (served.get(needId) ?? 0) + quantity);
  return served;
}

/** Down the ranks, by how much more of a need the one serves where they first differ; 0: nowhere. */
export function firstDifference(
  { needs, weights, now }: PlanInput,
  one: ReadonlyMap<string, number>,
  other: ReadonlyMap<string, number>,
): number {
  for (const { need } of rankedNeeds(needs, weights, now)) {
    const difference = (one.get(need.id) ?? 0) - (other.get(need.id) ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Σ cost · quantity of what people get: money and minutes of rooms come in units that would drown them. */
function totalCost({ needs, sessions, weights, now }: PlanInput, placements: readonly Placement[]): number {
  const needOf = new Map(needs.map(need => [need.id, need]));
  const sessionOf = new Map(sessions.map(session => [session.id, session]));
  return placements.reduce((total, { needId, sessionId, quantity }) => {
    const need = needOf.get(needId)!;
    if (need.unit === 'FEN' || need.unit === 'MINUTE') return total;
    return total + costOf(need, sessionOf.get(sessionId)!, weights, now).total * quantity;
  }, 0);
}
