import type { Explanation, RunnerUp } from '../matching.domain.js';
import type { NeedFacts, SessionFacts } from './facts.js';
import { COST_PARTS, type Cost, type CostPart, costOf, type Rank, type RankPart, rankOf, type Weights } from './scoring.js';

/** What rank and cost of a pair tell, whether a plan has it or not. */
export const scored = (
  policyVersion: number,
  rank: Rank,
  cost: Cost,
): Omit<Explanation, 'pinned' | 'options' | 'position' | 'runnersUp'> => ({
  policyVersion,
  urgency: rank.urgency,
  tier: rank.tier,
  liftedBy: rank.liftedBy,
  points: rank.points,
  rankParts: rank.parts,
  cost: cost.total,
  costParts: cost.parts,
  mode: cost.mode,
  startsAt: new Date(cost.startsAt).toISOString(),
  distanceM: cost.distanceM,
});

/** The explanation of a pair that is possible, outside of any plan. */
export function explainPair(
  need: NeedFacts,
  session: SessionFacts,
  policy: { readonly version: number; readonly weights: Weights },
  now: number,
): Explanation {
  return {
    ...scored(policy.version, rankOf(need, policy.weights, now), costOf(need, session, policy.weights, now)),
    pinned: false,
    options: null,
    position: null,
    runnersUp: [],
  };
}

/** How many sessions a match is compared with. */
export const MAX_RUNNERS_UP = 3;

/** What a session would have cost in place of the chosen one, and by which parts. */
export const compare = (chosen: Cost, other: Cost, session: Pick<RunnerUp, 'sessionId' | 'isFull'>): RunnerUp => ({
  ...session,
  cost: other.total,
  differences: COST_PARTS.flatMap(code => {
    const [mine, theirs] = [chosen, other].map(({ parts }) => parts.find(part => part.code === code));
    const value = (theirs?.value ?? 0) - (mine?.value ?? 0);
    return value === 0 ? [] : [{ code, value, measured: theirs?.measured ?? null }];
  }),
});

/** What of an explanation a reader sees; totals are null where they would tell what the hidden parts are. */
export interface ShownExplanation extends Omit<Explanation, 'points' | 'cost' | 'runnersUp'> {
  readonly points: number | null;
  readonly cost: number | null;
  readonly runnersUp: readonly RunnerUp[] | null;
  readonly complete: boolean;
}

const OPEN_RANK_PARTS: readonly RankPart[] = ['WAITING', 'DEADLINE', 'LEFT_OUT'];
const OPEN_COST_PARTS: readonly CostPart[] = ['DAYS', 'LOAD'];

/**
 * Staff of the need's branch read all of it. Others read what follows from facts they may know (L1: urgency, waiting,
 * and with them the tier; deadline, dates, their own load): no distance, no floor, no group, no former helper, and no total from which one could be
 * worked out.
 */
export function shownTo(inFull: boolean, explanation: Explanation): ShownExplanation {
  if (inFull) return { ...explanation, complete: true };
  const { fellOut: _own, ...rest } = explanation;
  return {
    ...rest,
    points: null,
    cost: null,
    rankParts: explanation.rankParts.filter(({ code }) => OPEN_RANK_PARTS.includes(code)),
    costParts: explanation.costParts.filter(({ code }) => OPEN_COST_PARTS.includes(code)),
    distanceM: null,
    options: null,
    position: null,
    runnersUp: null,
    complete: false,
  };
}
