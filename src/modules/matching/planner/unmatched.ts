import { HOUR } from '../../../kernel/clock.js';
import { type Certificate, MAX_CERTIFICATE_SESSIONS, type UnmatchedReason, WAITING_BANDS } from '../matching.domain.js';
import { pairKey, type RankedNeed } from './candidates.js';
import type { NeedFacts, SessionFacts } from './facts.js';
import type { ClosedSet } from './holders.js';
import { failures, type MatchReason } from './rules.js';

/** From what an organization cannot help at all to what another day may solve. */
const STEPS: readonly (readonly [UnmatchedReason, readonly MatchReason[]])[] = [
  ['NO_STANDING', ['OFFER_NOT_PUBLISHED', 'SESSION_CANCELLED', 'NO_PACT', 'NO_FILING']],
  ['OUT_OF_AREA', ['OUT_OF_AREA']],
  ['CONSENT', ['OPTED_OUT', 'RESTRICTED', 'NO_CONSENT']],
  ['NOT_ELIGIBLE', ['TOO_YOUNG', 'TOO_OLD', 'CARE_CATEGORY', 'NAMED_BUILDINGS', 'BENEFICIARY_UNKNOWN']],
  ['WRONG_MODE', ['WRONG_MODE']],
  ['COST', ['COSTS_TOO_MUCH']],
  ['EXCLUDED', ['DECLINED_BEFORE', 'EXCLUDED', 'FORBIDDEN']],
  ['WRONG_TIME', ['OFFER_NOT_VALID', 'LEAD_TIME', 'NO_WINDOW', 'AFTER_DEADLINE']],
  ['HELPER_BUSY', ['HELPER_BUSY']],
  ['PERSON_BUSY', ['PERSON_BUSY']],
  ['TOGETHER', ['TOGETHER']],
];

export interface Obstacles {
  /** Null: at least one session passes every rule. */
  readonly reason: UnmatchedReason | null;
  readonly ofCategory: number;
  readonly failed: Certificate['failed'];
}

/**
 * Why no session is possible for a need. `ofCategory` are the sessions of its category in its branch's alliance. The reason is
 * the step at which the last of them drops out, the steps taken in a fixed order.
 */
export function obstaclesOf(
  need: NeedFacts,
  ofCategory: readonly SessionFacts[],
  forbidden: ReadonlySet<string>,
  now: number,
): Obstacles {
  const counts = new Map<MatchReason, number>();
  const broken = ofCategory.map(session => {
    const codes = new Set<MatchReason>();
    for (const { code } of failures(need, session, now)) codes.add(code);
    if (forbidden.has(pairKey({ needId: need.id, sessionId: session.id }))) codes.add('FORBIDDEN');
    for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
    return codes;
  });
  const failed = [...counts]
    .map(([code, sessions]) => ({ code, sessions }))
    .sort((a, b) => b.sessions - a.sessions || (a.code < b.code ? -1 : 1));
  const found = (reason: UnmatchedReason | null): Obstacles => ({ reason, ofCategory: ofCategory.length, failed });
  if (!broken.length) return found('NO_OFFER_OF_CATEGORY');
  let left = broken;
  for (const [reason, codes] of STEPS) {
    left = left.filter(codesOfSession => !codes.some(code => codesOfSession.has(code)));
    if (!left.length) return found(reason);
  }
  return found(null);
}

/**
 * What the holders of a full set of sessions say: how many of which tier, how long they have waited, and by how much the lowest
 * comes before the need. `possible` are the need's own sessions, best first; `idOf` names the session at a position.
 */
export function certificateOf(
  { need, rank }: RankedNeed,
  obstacles: Obstacles,
  possible: readonly number[],
  closed: ClosedSet,
  idOf: (position: number) => string,
  blocked: Certificate['blocked'] = [],
): Certificate {
  const { lowest } = closed;
  const named = new Set(possible.slice(0, MAX_CERTIFICATE_SESSIONS));
  for (const position of closed.positions) {
    if (named.size === MAX_CERTIFICATE_SESSIONS) break;
    named.add(position);
  }
  return {
    tier: rank.tier,
    liftedBy: rank.liftedBy,
    ofCategory: obstacles.ofCategory,
    failed: obstacles.failed,
    possible: possible.length,
    closedSet: closed.sessions,
    sessionIds: [...named].map(idOf),
    promised: closed.promised,
    holders: closed.holders.flatMap((counts, i) => {
      const waiting = WAITING_BANDS.map((band, j) => ({ band, needs: counts[j]! })).filter(({ needs }) => needs > 0);
      return waiting.length ? [{ tier: i + 1, needs: waiting.reduce((total, { needs }) => total + needs, 0), waiting }] : [];
    }),
    lowest: lowest
      ? {
          tier: lowest.rank.tier,
          points: lowest.rank.points,
          tiersAhead: rank.tier - lowest.rank.tier,
          pointsAhead: lowest.rank.points - rank.points,
          hoursEarlier: Math.round((need.submittedAt - lowest.need.submittedAt) / HOUR),
        }
      : null,
    pinned: closed.pinned,
    blocked,
  };
}
