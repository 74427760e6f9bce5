import { pairKey, type RankedNeed } from './candidates.js';
import { shareResource } from './clash.js';
import type { NeedFacts, PairIds, SessionFacts } from './facts.js';
import { isPossible } from './rules.js';
import { tieOf } from './scoring.js';

/** A pair that a person placed; need and session by their place in the lists. */
export interface Pin {
  readonly need: number;
  readonly position: number;
  readonly quantity: number;
}

/** What pins hold, and the facts as they are once pins are the promises that they ask for. */
export interface Pins {
  readonly list: readonly Pin[];
  readonly ofNeed: ReadonlyMap<number, number>;
  readonly ofSession: ReadonlyMap<number, number>;
  readonly ranked: readonly RankedNeed[];
  readonly sessions: readonly SessionFacts[];
}

/**
 * Places pins in rank order, each as far as need and session still have room for it. A pin binds what comes after it as a
 * promise does: its person is busy then, its helpers are taken up, and whom it goes together with goes there. What that
 * forbids is not placed, be it pinned or not.
 */
export function placePins(
  pinned: readonly PairIds[],
  rankedNeeds: readonly RankedNeed[],
  sessionList: readonly SessionFacts[],
  now: number,
): Pins {
  const [ranked, sessions] = [[...rankedNeeds], [...sessionList]];
  const needAt = new Map(ranked.map(({ need }, i) => [need.id, i]));
  const sessionAt = new Map(sessions.map(({ id }, i) => [id, i]));
  const list: Pin[] = [];
  const [ofNeed, ofSession] = [new Map<number, number>(), new Map<number, number>()];
  const known = [...new Map(pinned.map(pair => [pairKey(pair), pair])).values()]
    .flatMap(pair => {
      const [need, position] = [needAt.get(pair.needId), sessionAt.get(pair.sessionId)];
      return need === undefined || position === undefined ? [] : [{ need, position, tie: tieOf(pair.needId, pair.sessionId) }];
    })
    .sort((a, b) => a.need - b.need || a.tie - b.tie);
  /** Places that quotas keep for other branches, beyond what pins have given these already. */
  const keptFrom = (branchId: string, position: number, placed: readonly Pin[]): number =>
    sessions[position]!.quotas.reduce((kept, quota) => {
      const own = placed.filter(pin => pin.position === position && ranked[pin.need]!.need.branchId === quota.branchId);
      const left = own.reduce((places, { quantity }) => places - quantity, quota.places);
      return quota.branchId === branchId ? kept : kept + Math.max(0, left);
    }, 0);
  for (const { need, position } of known) {
    const [{ need: facts }, session] = [ranked[need]!, sessions[position]!];
    if (!isPossible(facts, session, now)) continue;
    const free = session.free - (ofSession.get(position) ?? 0) - keptFrom(facts.branchId, position, list);
    const quantity = Math.min(facts.open - (ofNeed.get(need) ?? 0), free);
    if (quantity <= 0) continue;
    list.push({ need, position, quantity });
    ofNeed.set(need, (ofNeed.get(need) ?? 0) + quantity);
    ofSession.set(position, (ofSession.get(position) ?? 0) + quantity);
    for (const [i, { need: other, rank }] of ranked.entries()) {
      const bound = boundBy(other, facts, session);
      if (bound !== other) ranked[i] = { need: bound, rank };
    }
    for (const [i, other] of sessions.entries())
      if (i !== position && !other.takenUp && shareResource(session, other)) sessions[i] = { ...other, takenUp: true };
  }
  return { list, ofNeed, ofSession, ranked, sessions };
}

/** A need's facts once the pair is promised; the same object where that changes nothing. */
export function boundBy(need: NeedFacts, { id, personKey }: NeedFacts, session: SessionFacts): NeedFacts {
  const { time, place } = session;
  const samePerson = personKey !== null && need.personKey === personKey && time !== null;
  const companion = need.companion?.needId === id ? need.companion : null;
  if (!samePerson && !companion) return need;
  return {
    ...need,
    promises: samePerson ? [...need.promises, { sessionId: session.id, time, place }] : need.promises,
    companion: companion ? { ...companion, sessionIds: [...companion.sessionIds, session.id] } : need.companion,
  };
}
