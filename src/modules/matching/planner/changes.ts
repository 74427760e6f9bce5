import type { ChangeCause, ChangeDetails, PlannedChange } from '../matching.domain.js';
import { pairKey } from './candidates.js';
import type { NeedFacts, PairIds, Proposal, SessionFacts } from './facts.js';
import type { PlannedMatch } from './planning.js';
import { failedRules } from './rules.js';

interface World {
  readonly now: number;
  readonly needs: readonly NeedFacts[];
  readonly sessions: readonly SessionFacts[];
  readonly proposals: readonly Proposal[];
  readonly forbidden: readonly PairIds[];
  /** What the plan could not use any more. */
  readonly bygone: { readonly needs: readonly NeedFacts[]; readonly sessions: readonly SessionFacts[] };
}

type Placed = Pick<PlannedMatch, 'needId' | 'sessionId' | 'quantity'> & {
  readonly explanation: Pick<PlannedMatch['explanation'], 'tier' | 'pinned'>;
};

/** Quantities by session, need by need. */
type Quantities = ReadonlyMap<string, ReadonlyMap<string, number>>;
function quantitiesOf(pairs: readonly (PairIds & { readonly quantity: number })[]): Quantities {
  const byNeed = new Map<string, Map<string, number>>();
  for (const { needId, sessionId, quantity } of pairs) {
    const ofNeed = byNeed.get(needId) ?? new Map<string, number>();
    byNeed.set(needId, ofNeed.set(sessionId, (ofNeed.get(sessionId) ?? 0) + quantity));
  }
  return byNeed;
}
const sum = (quantities: Iterable<number>): number => [...quantities].reduce((total, quantity) => total + quantity, 0);
const NOTHING: ReadonlyMap<string, number> = new Map();
const NO_DETAILS: ChangeDetails = { reasons: [], takenBy: [] };

/**
 * Everything that a plan changes in what is proposed, with its cause: needs in the order of the plan, then those it does not
 * place any more. Quantities add up: what was proposed is kept, moved or dropped; what is planned is kept, moved to or new.
 */
export function planChanges(world: World, matches: readonly Placed[]): readonly PlannedChange[] {
  const [before, after] = [quantitiesOf(world.proposals), quantitiesOf(matches)];
  const causeOf = causes(world, matches, before, after);
  return [...new Set([...after.keys(), ...before.keys()])].flatMap(needId => {
    const [was, is] = [before.get(needId) ?? NOTHING, after.get(needId) ?? NOTHING];
    const kept = [...was].flatMap(([sessionId, quantity]): PlannedChange[] => {
      const stays = Math.min(quantity, is.get(sessionId) ?? 0);
      const same = { needId, quantity: stays, fromSessionId: sessionId, toSessionId: sessionId };
      return stays > 0 ? [{ ...same, kind: 'KEPT', cause: null, details: NO_DETAILS }] : [];
    });
    const arriving = [...is].map(([sessionId, quantity]) => ({ sessionId, left: quantity - (was.get(sessionId) ?? 0) }));
    const gone = [...was].flatMap(([fromSessionId, quantity]): PlannedChange[] => {
      const changes: PlannedChange[] = [];
      let left = quantity - (is.get(fromSessionId) ?? 0);
      for (const arrival of arriving) {
        const moves = Math.min(left, arrival.left);
        if (moves <= 0) continue;
        arrival.left -= moves;
        left -= moves;
        const move = { needId, quantity: moves, fromSessionId, toSessionId: arrival.sessionId };
        changes.push({ ...move, kind: 'MOVED', ...causeOf(needId, fromSessionId, true) });
      }
      if (left > 0) {
        const drop = { needId, quantity: left, fromSessionId, toSessionId: null };
        changes.push({ ...drop, kind: 'DROPPED', ...causeOf(needId, fromSessionId, false) });
      }
      return changes;
    });
    const cause = was.size ? 'MORE_SERVED' : 'NEWLY_SERVED';
    const fresh = arriving.flatMap(({ sessionId, left }): PlannedChange[] =>
      left > 0
        ? [{ needId, kind: 'NEW', quantity: left, fromSessionId: null, toSessionId: sessionId, cause, details: NO_DETAILS }]
        : [],
    );
    return [...kept, ...gone, ...fresh];
  });
}

type Why = Pick<PlannedChange, 'cause' | 'details'>;

/** Tells why a pair that was proposed is not planned any more (or less of it), as far as the plan's facts show. */
function causes(
  { now, needs, sessions, proposals, forbidden, bygone }: World,
  matches: readonly Placed[],
  before: Quantities,
  after: Quantities,
): (needId: string, sessionId: string, moved: boolean) => Why {
  const usable = new Map(needs.map(need => [need.id, need]));
  const needOf = new Map([...bygone.needs, ...needs].map(need => [need.id, need]));
  const inHorizon = new Set(sessions.map(({ id }) => id));
  const sessionOf = new Map([...bygone.sessions, ...sessions].map(session => [session.id, session]));
  const banned = new Set(forbidden.map(pairKey));
  const proposedAt = new Map<string, number>();
  for (const { sessionId, quantity } of proposals) proposedAt.set(sessionId, (proposedAt.get(sessionId) ?? 0) + quantity);
  const arrivedAt = new Map<string, Placed[]>();
  for (const match of matches) {
    if (match.quantity <= (before.get(match.needId)?.get(match.sessionId) ?? 0)) continue;
    const arrived = arrivedAt.get(match.sessionId);
    if (arrived) arrived.push(match);
    else arrivedAt.set(match.sessionId, [match]);
  }
  const pinnedNeeds = new Set(matches.flatMap(({ needId, explanation }) => (explanation.pinned ? [needId] : [])));

  const why = (cause: ChangeCause, details: Partial<ChangeDetails> = {}): Why => ({
    cause,
    details: { ...NO_DETAILS, ...details },
  });
  return (needId, sessionId, moved) => {
    const [need, session] = [needOf.get(needId), sessionOf.get(sessionId)];
    if (!need?.isOpen) return why('NEED_CLOSED');
    const served = sum((after.get(needId) ?? NOTHING).values());
    if (!usable.has(needId) && need.open <= 0) return why('NEED_COVERED');
    if (!moved && served >= need.open) return why('NEED_COVERED');
    if (!session || session.isCancelled) return why('SESSION_CANCELLED');
    const reasons = failedRules(need, session, now);
    if (reasons.length) return why('RULE_FAILS', { reasons });
    if (!inHorizon.has(sessionId)) return why('OUT_OF_HORIZON');
    if (banned.has(pairKey({ needId, sessionId }))) return why('FORBIDDEN');
    const arrived = (arrivedAt.get(sessionId) ?? []).filter(match => match.needId !== needId);
    const tiers = [1, 2, 3, 4].map(tier => ({
      tier,
      needs: arrived.filter(({ explanation }) => explanation.tier === tier).length,
    }));
    const takenBy = tiers.filter(({ needs: count }) => count > 0);
    if (pinnedNeeds.has(needId) || arrived.some(({ explanation }) => explanation.pinned)) return why('PINNED', { takenBy });
    if (session.free < (proposedAt.get(sessionId) ?? 0)) return why('SESSION_SHRUNK', { takenBy });
    return why(moved ? 'MADE_ROOM' : 'OUTRANKED', { takenBy });
  };
}
