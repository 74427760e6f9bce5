import type { Urgency } from '../../../kernel/vocabulary.js';
import { tierOf, type Weights } from './scoring.js';

/** How far the points of two needs can lie apart by all but their waiting. */
function mostOtherPoints({ age80, careCategories, careMax, deadline, leftOut, repeat }: Weights['rank']): number {
  const groups = Object.values(careCategories).reduce((total, points) => total + points, 0);
  const atMost = ({ each, max }: Weights['rank']['leftOut']): number => (each === 0 ? 0 : max);
  return age80 + Math.min(careMax, groups) + deadline.each * deadline.withinDays + atMost(leftOut) + atMost(repeat);
}

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
  const { everyHours, highestTier } = rank.lift;
  const others = mostOtherPoints(rank);
  const withinTier = others === 0 ? 0 : Math.ceil(others / rank.waiting);
  // As far up as waiting can lift a need.
  const highestOf = (urgency: Urgency): number => (everyHours === 0 ? tierOf(urgency) : Math.min(tierOf(urgency), highestTier));
  return (later, earlier) => {
    const ahead = highestOf(earlier) - highestOf(later);
    if (ahead > 0) return Infinity;
    return ahead < 0 ? 0 : Math.max(withinTier, everyHours * (tierOf(earlier) - tierOf(later)));
  };
}
