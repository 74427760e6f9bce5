import type { Explanation } from './matching.domain.js';

/**
 * What the engine says of a need are its open proposals; where it has none, the first suggestion. Staff who bring it together
 * with another session override the engine, and so do pins and forbidden pairs of a plan. Not an override: an organization that
 * claims a need (its own right, 志愿服务条例 art. 25) or answers a proposal or request, and a need for which the engine has
 * nothing to say (no possible session has free places, or its beneficiary asked not to be matched automatically).
 */
export const OVERRIDE_KINDS = ['PINNED', 'AGAINST_PROPOSAL', 'NOT_FIRST_SUGGESTION'] as const;
export type OverrideKind = (typeof OVERRIDE_KINDS)[number];

/** Why somebody knows better than the engine. */
export const OVERRIDE_REASONS = [
  'PERSON_PREFERS',
  'SAME_HELPER',
  'ONE_VISIT',
  'AGREED_BEFORE',
  'HARDSHIP',
  'NOT_SUITABLE',
  'DATA_OUTDATED',
  'OTHER',
] as const;
export type OverrideReason = (typeof OVERRIDE_REASONS)[number];

export interface Override {
  readonly kind: OverrideKind;
  readonly reason: OverrideReason;
  /** What staff wrote about it: behind the wall, for it may be about the person. */
  readonly noteId: string | null;
}
export const MAX_OVERRIDE_NOTE = 200;

/** What the engine said when somebody decided, kept with the referral so that engine and people can be judged by outcomes. */
export interface Decision extends Explanation {
  /** The place of the need in the plan's order; null outside of plans, where tier and points tell its rank. */
  readonly rankPosition: number | null;
  /** The place of the session among those that could serve the need, 1 is best; null when it was none of them. */
  readonly suggestionPosition: number | null;
  readonly suggestionCount: number;
  readonly override: Override | null;
}

/** How a pair that staff chose goes against what the engine says; null when it does not. */
export function overrideKind({
  sessionId,
  proposedSessionIds,
  suggestionPosition,
  suggestionCount,
}: {
  readonly sessionId: string;
  readonly proposedSessionIds: readonly string[];
} & Pick<Decision, 'suggestionPosition' | 'suggestionCount'>): OverrideKind | null {
  if (proposedSessionIds.length) return proposedSessionIds.includes(sessionId) ? null : 'AGAINST_PROPOSAL';
  return suggestionCount > 0 && suggestionPosition !== 1 ? 'NOT_FIRST_SUGGESTION' : null;
}
