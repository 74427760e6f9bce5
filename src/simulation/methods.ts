import { candidatesOf, categoryIndex, inTieOrder, pairKey, rankedNeeds } from '../modules/matching/planner/candidates.js';
import { computePlan, type PlanInput } from '../modules/matching/planner/planning.js';
import { DEFAULT_WEIGHTS, type Weights } from '../modules/matching/planner/scoring.js';

export interface Placement {
  readonly needId: string;
  readonly sessionId: string;
  readonly quantity: number;
}

/** How needs and sessions come together. */
export interface Method {
  readonly name: string;
  readonly weights: Weights;
  /** On which mornings it plans. */
  readonly plans: 'WORKING_DAYS' | 'MONDAYS';
  /** What is proposed on a working morning; null: nothing is, organisations choose from a noticeboard. */
  readonly plan: ((input: PlanInput) => readonly Placement[]) | null;
}

/** In rank order each need takes the cheapest of its possible sessions that still have places; nobody ever moves for another. */
export function planGreedily({ now, weights, needs, sessions: given, forbidden }: PlanInput): readonly Placement[] {
  const sessions = inTieOrder(given);
  const sessionsFor = categoryIndex(sessions);
  const excluded = new Set(forbidden.map(pairKey));
  const free = sessions.map(session => session.free);
  return rankedNeeds(needs, weights, now).flatMap(({ need }) => {
    let open = need.open;
    return candidatesOf(need, sessions, sessionsFor(need), weights, now, excluded).flatMap(({ position }) => {
      const quantity = Math.min(open, Math.max(0, free[position]!));
      if (quantity === 0) return [];
      open -= quantity;
      free[position] = free[position]! - quantity;
      return [{ needId: need.id, sessionId: sessions[position]!.id, quantity }];
    });
  });
}

const planOptimally = (input: PlanInput): readonly Placement[] => computePlan(input).matches;

const usual = { weights: DEFAULT_WEIGHTS, plans: 'WORKING_DAYS' } as const;
export const BOARD: Method = { ...usual, name: 'noticeboard', plan: null };
export const GREEDY: Method = { ...usual, name: 'greedy ranking', plan: planGreedily };
export const ENGINE: Method = { ...usual, name: 'engine', plan: planOptimally };
/** A week's needs at once. */
export const weekly = (method: Method): Method => ({ ...method, plans: 'MONDAYS' });

/** The engine under another policy. */
const engineWith = (name: string, rank: Partial<Weights['rank']>): Method => ({
  ...ENGINE,
  name: `engine, ${name}`,
  weights: { ...DEFAULT_WEIGHTS, rank: { ...DEFAULT_WEIGHTS.rank, ...rank } },
});
/** Waiting lifts nobody: what is more urgent goes first for ever. */
export const ENGINE_STRICT = engineWith('strict tiers', { lift: { fromP4: 0, fromP3: 0, fromP2: 0 } });
/** Waiting lifts nobody to P1. */
export const ENGINE_P1_FIRST = engineWith('P1 always first', { lift: { ...DEFAULT_WEIGHTS.rank.lift, fromP2: 0 } });
/** To see what the policy's points for having been left out do. */
export const ENGINE_WITHOUT_LEFT_OUT = engineWith('no left-out points', { leftOut: { each: 0, max: 0 } });
