import type { Urgency } from '../../../kernel/vocabulary.js';
import { tierOf, type Weights } from './scoring.js';

/** How far the points of two needs can lie apart by all but their waiting. */
function mostOtherPoints({ age80, careCategories, careMax, deadline, leftOut, repeat }: Weights['rank']): number {
  const groups = Object.values(careCategories).reduce((total, points) => total + points, 0);
  const atMost = ({ each, max }: Weights['rank']['leftOut']): number => (each === 0 ? 0 : max);
  return age80 + Math.min(careMax, groups) + deadline.each * deadline.withinDays + atMost(leftOut) + atMost(repeat);
}

/** Working hours that waiting takes to lift a need of one urgency to the tier of another; Infinity where it never does. */
const hoursUp = ({ fromP4, fromP3, fromP2 }: Weights['rank']['lift'], from: Urgency, to: Urgency): number =>
  [fromP2, fromP3, fromP4]
    .slice(tierOf(to) - 1, Math.max(tierOf(to), tierOf(from)) - 1)
    .reduce((total, step) => total + (step === 0 ? Infinity : step), 0);

/**
 * How long waiting takes to win (docs/matching/proof.md, Theorem 8): a need of urgency `later` that was submitted so many
 * working hours after one of urgency `earlier`, or more, never ranks before it. 0: it never does however soon it was submitted;
 * Infinity: the policy lets it come first for ever, because waiting cannot lift the earlier one into its tier, or because
 * waiting counts no points.
 *
 * It can rank before it by tier, until the earlier need has made up for the difference of their urgencies; or within one tier,
 * until its waiting outweighs all other points.
 */
export function overtakenWithin({ rank }: Weights): (later: Urgency, earlier: Urgency) => number {
  const others = mostOtherPoints(rank);
  const withinTier = others === 0 ? 0 : Math.ceil(others / rank.waiting);
  return (later, earlier) =>
    tierOf(later) > tierOf(earlier)
      ? // It has less of the way up behind it at every moment, and is in the same tier at best.
        hoursUp(rank.lift, later, earlier) === Infinity
        ? 0
        : withinTier
      : Math.max(withinTier, hoursUp(rank.lift, earlier, later));
}
