import type { NeedFacts, PairIds, SessionFacts } from './facts.js';
import { coversCategory, isPossible } from './rules.js';
import { byRank, costOf, type Rank, rankOf, tieOf, type Weights } from './scoring.js';

export interface RankedNeed {
  readonly need: NeedFacts;
  readonly rank: Rank;
}

/** Needs that a plan serves, in strict order: open, matchable, asking for something, and never P0. */
export const rankedNeeds = (needs: readonly NeedFacts[], weights: Weights, now: number): readonly RankedNeed[] =>
  needs
    .filter(need => need.isOpen && need.matchable && need.open > 0 && need.urgency !== 'P0')
    .map(need => ({ need, rank: rankOf(need, weights, now) }))
    .sort(byRank);

/** The same sessions in an order that does not depend on how they came. */
export const inTieOrder = (sessions: readonly SessionFacts[]): readonly SessionFacts[] =>
  sessions
    .map(session => ({ session, tie: tieOf(session.id, '') }))
    .sort((a, b) => a.tie - b.tie || (a.session.id < b.session.id ? -1 : 1))
    .map(({ session }) => session);

export const pairKey = ({ needId, sessionId }: PairIds): string => `${needId} ${sessionId}`;

/** Finds the sessions whose category covers a need's without looking at the others. Answers are positions in `sessions`. */
export function categoryIndex(sessions: readonly SessionFacts[]): (need: NeedFacts) => readonly number[] {
  const byCode = new Map<string, number[]>();
  sessions.forEach(({ categoryCode }, position) => {
    const list = byCode.get(categoryCode);
    if (list) list.push(position);
    else byCode.set(categoryCode, [position]);
  });
  return need =>
    need.categoryPath
      .split('/')
      .flatMap(code => (code && byCode.get(code)) || [])
      .filter(position => coversCategory(need, sessions[position]!) && sessions[position]!.unit === need.unit);
}

/** A session that the rules allow to a need, by its position in the list that was searched. */
export interface Candidate {
  readonly position: number;
  readonly cost: number;
}

/** The possible sessions of one need among those at `positions`, best first; ties by a hash of both ids. */
export function candidatesOf(
  need: NeedFacts,
  sessions: readonly SessionFacts[],
  positions: readonly number[],
  weights: Weights,
  now: number,
  forbidden: ReadonlySet<string> = new Set(),
): readonly Candidate[] {
  const found: (Candidate & { readonly tie: number })[] = [];
  for (const position of positions) {
    const session = sessions[position]!;
    if (forbidden.size && forbidden.has(pairKey({ needId: need.id, sessionId: session.id }))) continue;
    if (!isPossible(need, session, now)) continue;
    found.push({ position, cost: costOf(need, session, weights, now).total, tie: tieOf(need.id, session.id) });
  }
  return found.sort((a, b) => a.cost - b.cost || a.tie - b.tie || a.position - b.position);
}
