import { speaksFor, worksFor } from '../../kernel/actor.js';
import type { InvalidState, NotFound } from '../../kernel/failures.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { Scope } from '../../scope/scope.js';
import { findNeed } from '../needs/needs.service.js';
import { findSession, sessionById } from '../offers/offers.service.js';
import { REFUSES, type ReferralReason } from '../referrals/referrals.domain.js';
import { loadFacts } from './facts.service.js';
import { type Explanation, type Match, matchStateAt } from './matching.domain.js';
import { canSeeMatch, readsInFull } from './matching.policy.js';
import { insertExclusion, matchById, moveProposal } from './matching.repo.js';
import { explainPair, type ShownExplanation, shownTo } from './planner/explaining.js';
import type { NeedFacts, PairIds, SessionFacts } from './planner/facts.js';
import { asksOfPerson, failuresInPartialSight } from './planner/partial-sight.js';
import { depersonalized, failedRules as failedRulesOf, fullness, type MatchReason, type Reason } from './planner/rules.js';
import { currentPolicy } from './policies.repo.js';
import { boundPair } from './promises.repo.js';

export type { Match } from './matching.domain.js';
export { countMatches, IN_RANK, matchById, NEWEST_MATCHES, pageOfMatches } from './matching.repo.js';
export { respondBy } from './planner/scoring.js';

/** A match that the caller may see, as it stands at this moment; null otherwise. */
export async function findMatch(scope: Scope, id: string): Promise<Match | null> {
  const match = await scope.load(matchById, id);
  return match && canSeeMatch(scope.actor, match) ? asOfNow(scope, match) : null;
}

/** The same proposal in the newest plan; null where none keeps it as it was, and for who may not see it. */
export async function continuationOf(scope: Scope, { continuedAs, quantity }: Match): Promise<Match | null> {
  const newest = continuedAs === null ? null : await findMatch(scope, continuedAs);
  return newest?.quantity === quantity ? newest : null;
}

export const asOfNow = (scope: Scope, match: Match): Match => ({ ...match, state: matchStateAt(match, scope.now()) });

/** A match's explanation, as far as the caller may read it. */
export const explanationFor = ({ actor }: Scope, { branchId, explanation }: Match): ShownExplanation =>
  // What was stored is what the run computed: jsonb has no type of its own.
  shownTo(readsInFull(actor, branchId), explanation as unknown as Explanation);

interface LoadedPair {
  readonly need: NeedFacts;
  readonly session: SessionFacts;
}

async function loadPair(scope: Scope, action: string, needId: string, sessionId: string): Promise<LoadedPair | null> {
  const { weights } = await currentPolicy(scope);
  const wanted = { needs: { needIds: [needId] }, sessions: { sessionIds: [sessionId] } };
  const {
    needs: [need],
    sessions: [session],
  } = await loadFacts(scope, action, wanted, weights);
  return need && session ? { need, session } : null;
}

export interface WhyNot {
  readonly possible: boolean;
  readonly reasons: readonly Reason[];
  /** The score; null where the pair is not possible. */
  readonly explanation: ShownExplanation | null;
  /** The offer asks something of the person that this reader may not know. */
  readonly subjectToCheck: boolean;
}

/**
 * Every hard rule that keeps a pair apart, or its score. For staff of the need's branch, and for the session's own
 * organization as far as the level before a promise goes; null for others and for what they cannot see.
 */
export async function whyNot(scope: Scope, needId: string, sessionId: string): Promise<WhyNot | null> {
  const [needSeen, sessionSeen] = await Promise.all([findNeed(scope, needId), findSession(scope, sessionId)]);
  if (!needSeen || !sessionSeen) return null;
  const pair = await loadPair(scope, 'WHY_NOT', needId, sessionId);
  if (!pair) return null;
  const { need, session } = pair;
  const inFull = readsInFull(scope.actor, need.branchId);
  if (!inFull && !speaksFor(scope.actor, session.organizationId)) return null;
  const now = scope.now().getTime();
  const failed = inFull ? failedRulesOf(need, session, now) : failuresInPartialSight(need, session, now);
  const reasons = [...failed, ...fullness(need, session)];
  const subjectToCheck = !inFull && asksOfPerson(session);
  if (reasons.length) return { possible: false, reasons, explanation: null, subjectToCheck };
  const explanation = shownTo(inFull, explainPair(need, session, await currentPolicy(scope), now));
  return { possible: true, reasons, explanation, subjectToCheck };
}

/**
 * The hard rules that a pair breaks, for a promise that people make by hand: places and quantities are left to the statements
 * that take them, and whoever asked not to be matched automatically may still be helped by a person's decision. Outside the
 * branch's staff everything that concerns the person is one code, NOT_ELIGIBLE, and told only where nothing else forbids the
 * pair: an attempt that cannot succeed must not become a question about somebody. Not within a transaction.
 */
export async function failedRules(scope: Scope, needId: string, sessionId: string): Promise<readonly Reason[]> {
  const pair = await loadPair(scope, 'MATCH_CHECK', needId, sessionId);
  if (!pair) return [{ code: 'NEED_NOT_OPEN', numbers: {} }];
  const failed = failedRulesOf(pair.need, pair.session, scope.now().getTime()).filter(({ code }) => code !== 'OPTED_OUT');
  if (worksFor(scope.actor, pair.need.branchId)) return failed;
  const told = depersonalized(failed);
  const impersonal = told.filter(({ code }) => code !== 'NOT_ELIGIBLE');
  return impersonal.length ? impersonal : told;
}

/** Rules that promises made since, or the person's own word, may have broken, of a pair that was found possible before. */
const SINCE: ReadonlySet<MatchReason> = new Set<MatchReason>([
  'PERSON_BUSY',
  'HELPER_BUSY',
  'TOGETHER',
  'RESTRICTED',
  'NO_CONSENT',
]);

/**
 * What has been promised, or taken back by the person, since a pair was proposed or asked for that stands against promising it
 * now, as far as the caller may read it. Whoever opted out since may be helped at people's asking, not at a plan's. Two promises
 * made at the same moment may still clash: people settle that. Not within a transaction.
 */
export async function clashesOf(scope: Scope, deal: Parameters<typeof boundPair>[1]): Promise<readonly Reason[]> {
  const bound = await boundPair(scope, deal);
  const pair = bound && (await loadPair(scope, 'MATCH_CHECK', bound.needId, bound.sessionId));
  if (!pair) return [];
  const stands = ({ code }: Reason): boolean => SINCE.has(code) || (code === 'OPTED_OUT' && 'matchId' in deal);
  const failed = failedRulesOf(pair.need, pair.session, scope.now().getTime()).filter(stands);
  return worksFor(scope.actor, pair.need.branchId) ? failed : depersonalized(failed);
}

/** Which proposal, and for how much, as whoever answers it read it. */
type Proposal = Pick<Match, 'id' | 'quantity'>;

/**
 * PROPOSED → ACCEPTED, once; the caller takes places and quantity in the same transaction. Answers with the match that was accepted:
 * where newer plans kept the pair as it was, theirs.
 */
export const acceptMatch = (tx: Scope, proposal: Proposal): Promise<Result<Match, NotFound | InvalidState>> =>
  answer(tx, proposal, 'ACCEPTED', null);

/** PROPOSED → DECLINED; the session, or for a reason about the match itself the whole offer, is not proposed to the need again. */
export async function declineMatch(
  tx: Scope,
  proposal: Proposal,
  reason: ReferralReason,
): Promise<Result<Match, NotFound | InvalidState>> {
  const declined = await answer(tx, proposal, 'DECLINED', reason);
  if (!declined.ok) return declined;
  await excludePair(tx, declined.value, reason);
  return declined;
}

async function answer(
  tx: Scope,
  { id, quantity }: Proposal,
  to: 'ACCEPTED' | 'DECLINED',
  reason: string | null,
): Promise<Result<Match, NotFound | InvalidState>> {
  const moved = await moveProposal(tx, { id, quantity }, to);
  if (!moved) {
    // As it is now: what was loaded before may be how things were before somebody else was waited for.
    const match = (await matchById.batch(tx, [id])).get(id);
    if (!match) return fail({ code: 'NOT_FOUND', path: ['matchId'] });
    // Withdrawn and proposed again with another quantity: what was asked stands no longer.
    if (match.quantity !== quantity) return fail({ code: 'INVALID_STATE', from: 'LAPSED', to });
    if (match.continuedAs !== null) return answer(tx, { id: match.continuedAs, quantity }, to, reason);
    return fail({ code: 'INVALID_STATE', from: asOfNow(tx, match).state, to });
  }
  await tx.append({
    kind: `MATCH_${to}`,
    subject: { type: 'Match', id },
    branchId: moved.branchId,
    from: 'PROPOSED',
    to,
    reason,
  });
  return ok(moved);
}

/** Remembers what an organization that refused a need must not be asked again, as its reason says. */
export async function excludePair(tx: Scope, { needId, sessionId }: PairIds, reason: ReferralReason): Promise<void> {
  const session = await tx.load(sessionById, sessionId);
  if (!session) return;
  const extent = REFUSES[reason] === 'SESSION' ? sessionId : null;
  await insertExclusion(tx, { needId, offerId: session.offerId, sessionId: extent, reason });
}
