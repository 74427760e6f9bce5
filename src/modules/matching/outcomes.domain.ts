import { MIN_PEOPLE, type Period, tellable } from '../../kernel/small-cells.js';
import { REFERRAL_ORIGINS, type ReferralOrigin } from '../../kernel/vocabulary.js';
import type { Decision } from './decisions.domain.js';
import { quantile } from './fairness.domain.js';
import { COST_PARTS, type CostPart, type Part, RANK_PARTS, type RankPart } from './planner/scoring.js';

/** How a pair that somebody decided on came out. */
export const OUTCOMES = ['COMPLETED', 'REFUSED', 'CALLED_OFF', 'FAILED'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** A pair that came to its end, with what the engine had said of it. */
export interface Ended {
  /** The beneficiary where it is a resident on file, otherwise the need: who is counted. */
  readonly personKey: string;
  readonly origin: ReferralOrigin;
  readonly outcome: Outcome;
  /** What the receiving side said of the service, 1 to 5; null where it has not. */
  readonly score: number | null;
  readonly decision: Pick<Decision, 'tier' | 'points' | 'rankParts' | 'costParts'> &
    Partial<Pick<Decision, 'suggestionPosition' | 'override'>>;
}

/** Bands of points, by their lower ends. */
export const POINT_BANDS = [0, 100, 200, 400, 800] as const;

/** Where the chosen session stood among the suggestions. */
export const POSITION_BANDS = ['FIRST', 'SECOND_OR_THIRD', 'LATER', 'NOT_SUGGESTED'] as const;
export type PositionBand = (typeof POSITION_BANDS)[number];

/** What the receiving side said of those that were delivered and rated. */
export interface OutcomeRating {
  readonly people: number;
  readonly ratings: number;
  /** Mean score, 1 to 5. */
  readonly mean: number;
}

/** Shares of the pairs that came to their end; they add up to 1. */
export interface OutcomeShares {
  readonly people: number;
  readonly ended: number;
  readonly completed: number;
  readonly refused: number;
  readonly calledOff: number;
  readonly failed: number;
  /** Null: of fewer than five people, or it would tell of so few by subtraction. */
  readonly rating: OutcomeRating | null;
}
export interface OutcomeGroup<Key> {
  readonly key: Key;
  readonly shares: OutcomeShares | null;
}
/** Outcomes where a part counted at most its median, and where it counted more. */
export interface PartOutcomes<Code extends string> {
  readonly code: Code;
  readonly median: number;
  readonly upTo: OutcomeShares | null;
  readonly above: OutcomeShares | null;
}

export interface OutcomeReport extends Period {
  readonly overall: OutcomeShares | null;
  readonly byTier: readonly OutcomeGroup<number>[];
  /** The key is the lower end of the band. */
  readonly byPoints: readonly OutcomeGroup<number>[];
  readonly byPosition: readonly OutcomeGroup<PositionBand>[];
  readonly byOrigin: readonly OutcomeGroup<ReferralOrigin>[];
  readonly byOverride: readonly OutcomeGroup<boolean>[];
  readonly byRankPart: readonly PartOutcomes<RankPart>[];
  readonly byCostPart: readonly PartOutcomes<CostPart>[];
}

const peopleOf = (ended: readonly Ended[]): ReadonlySet<string> => new Set(ended.map(({ personKey }) => personKey));
const positionBand = (position: number | null | undefined): PositionBand =>
  position == null ? 'NOT_SUGGESTED' : position === 1 ? 'FIRST' : position <= 3 ? 'SECOND_OR_THIRD' : 'LATER';
const pointBand = (points: number): number => POINT_BANDS.findLast(from => from <= points) ?? POINT_BANDS[0];

const isRated = ({ score }: Ended): boolean => score !== null;

function ratingOf(ended: readonly Ended[]): OutcomeRating {
  const rated = ended.filter(isRated);
  const mean = rated.reduce((total, { score }) => total + (score ?? 0), 0) / rated.length;
  return { people: peopleOf(rated).size, ratings: rated.length, mean };
}

function sharesOf(ended: readonly Ended[], isRatingTold: boolean): OutcomeShares {
  const share = (outcome: Outcome): number => ended.filter(one => one.outcome === outcome).length / ended.length;
  return {
    people: peopleOf(ended).size,
    ended: ended.length,
    completed: share('COMPLETED'),
    refused: share('REFUSED'),
    calledOff: share('CALLED_OFF'),
    failed: share('FAILED'),
    rating: isRatingTold ? ratingOf(ended) : null,
  };
}

/**
 * A partition of all that ended, in the order of `keys`; groups with nothing in them are left out. Not everybody rates, so that
 * ratings are a partition of their own: of fewer people, and hidden wherever the group is.
 */
function partition<Key>(ended: readonly Ended[], keys: readonly Key[], keyOf: (one: Ended) => Key): OutcomeGroup<Key>[] {
  const cells = keys.flatMap(key => {
    const own = ended.filter(one => keyOf(one) === key);
    return own.length ? [{ key, own, people: peopleOf(own) }] : [];
  });
  const shown = tellable(cells);
  const ratings = cells.map(cell => ({ cell, people: peopleOf(cell.own.filter(isRated)) }));
  const rated = new Set([...tellable(ratings, ({ cell }) => !shown.has(cell))].map(({ cell }) => cell));
  return cells.map(cell => ({ key: cell.key, shares: shown.has(cell) ? sharesOf(cell.own, rated.has(cell)) : null }));
}

/**
 * Whether a part of the score goes with how pairs come out: the pairs are split at the median of what the part counted, so that
 * each half is as large as ties allow. A part that mostly counts nothing is split into where it counted and where not. Parts
 * without any difference are left out.
 */
function byPart<Code extends string>(
  ended: readonly Ended[],
  codes: readonly Code[],
  partsOf: (one: Ended) => readonly Part<Code>[],
): PartOutcomes<Code>[] {
  return codes.flatMap(code => {
    const worth = (one: Ended): number => partsOf(one).find(part => part.code === code)?.value ?? 0;
    const median = quantile(
      ended.map(worth).sort((a, b) => a - b),
      0.5,
    );
    const halves = partition(ended, [false, true], one => worth(one) > median);
    const sharesIn = (isAbove: boolean): OutcomeShares | null => halves.find(({ key }) => key === isAbove)?.shares ?? null;
    return halves.length < 2 ? [] : [{ code, median, upTo: sharesIn(false), above: sharesIn(true) }];
  });
}

/**
 * How pairs came out by what the engine had said of them, so that its weights can be judged by what happens to people. What goes
 * together need not cause each other: a policy is compared by a simulation before it is adopted. Of fewer than five people
 * nothing is told.
 */
export function outcomeReport(period: Period, ended: readonly Ended[]): OutcomeReport {
  if (peopleOf(ended).size < MIN_PEOPLE)
    return {
      ...period,
      overall: null,
      byTier: [],
      byPoints: [],
      byPosition: [],
      byOrigin: [],
      byOverride: [],
      byRankPart: [],
      byCostPart: [],
    };
  return {
    ...period,
    overall: sharesOf(ended, peopleOf(ended.filter(isRated)).size >= MIN_PEOPLE),
    byTier: partition(ended, [1, 2, 3, 4], ({ decision }) => decision.tier),
    byPoints: partition<number>(ended, POINT_BANDS, ({ decision }) => pointBand(decision.points)),
    byPosition: partition(ended, POSITION_BANDS, ({ decision }) => positionBand(decision.suggestionPosition)),
    byOrigin: partition(ended, REFERRAL_ORIGINS, ({ origin }) => origin),
    byOverride: partition(ended, [false, true], ({ decision }) => decision.override != null),
    byRankPart: byPart(ended, RANK_PARTS, ({ decision }) => decision.rankParts),
    byCostPart: byPart(ended, COST_PARTS, ({ decision }) => decision.costParts),
  };
}
