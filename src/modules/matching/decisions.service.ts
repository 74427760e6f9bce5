import { newId } from '../../kernel/ids.js';
import type { Scope } from '../../scope/scope.js';
import { findNeed } from '../needs/needs.service.js';
import { type Decision, type OverrideKind, overrideKind } from './decisions.domain.js';
import { openProposals } from './facts.repo.js';
import type { Explanation, Match } from './matching.domain.js';
import { readsInFull } from './matching.policy.js';
import { publishedOutcomes } from './outcomes-of-needs.repo.js';
import { emptyNotes, insertNotes, type NoteWritten, noteById, notesOf } from './overrides.repo.js';
import { candidatesOf, categoryIndex, inTieOrder } from './planner/candidates.js';
import { explainPair, type ShownExplanation, shownTo } from './planner/explaining.js';
import { hasRoomFor } from './planner/rules.js';
import { planById } from './plans.repo.js';
import { currentPolicy } from './policies.repo.js';
import { explanationSentence } from './sentences/sentences.js';
import { unmatchedSentence } from './sentences/unmatched-sentences.js';
import { factsAround } from './suggestions.service.js';

/**
 * What the engine would have said when a person decided, and how a choice by staff would go against it. Not within a
 * transaction.
 */
export async function decisionOf(
  scope: Scope,
  needId: string,
  sessionId: string,
): Promise<{ readonly decision: Partial<Decision>; readonly overrides: OverrideKind | null }> {
  const nothing = { decision: {}, overrides: null };
  const seen = await findNeed(scope, needId);
  if (!seen) return nothing;
  const [{ need, sessions: pool }, policy, proposals] = await Promise.all([
    factsAround(scope, { needId, branchId: seen.branchId }),
    currentPolicy(scope),
    openProposals(scope, { needIds: [needId] }),
  ]);
  if (!need) return nothing;
  const now = scope.now().getTime();
  const ordered = inTieOrder(pool.filter(session => hasRoomFor(need, session)));
  const candidates = candidatesOf(need, ordered, categoryIndex(ordered)(need), policy.weights, now);
  const at = candidates.findIndex(candidate => ordered[candidate.position]?.id === sessionId);
  const suggested = { suggestionPosition: at < 0 ? null : at + 1, suggestionCount: candidates.length };
  const session = pool.find(({ id }) => id === sessionId);
  return {
    decision: {
      ...(session && explainPair(need, session, policy, now)),
      policyVersion: policy.version,
      rankPosition: null,
      ...suggested,
      override: null,
    },
    overrides: overrideKind({ sessionId, proposedSessionIds: proposals.map(one => one.sessionId), ...suggested }),
  };
}

/** The same of a proposal that is accepted: what its plan said. Where the pair was pinned, that was the override. */
export async function decisionOfMatch(tx: Scope, match: Match): Promise<Decision> {
  const { needId, sessionId, planId, rankPosition } = match;
  const explanation = match.explanation as unknown as Explanation;
  const plan = explanation.pinned ? await tx.load(planById, planId) : null;
  const pin = plan?.pinned.find(pair => pair.needId === needId && pair.sessionId === sessionId);
  return {
    ...explanation,
    rankPosition,
    suggestionPosition: explanation.position,
    suggestionCount: explanation.options ?? 0,
    override: pin ? { kind: 'PINNED', reason: pin.reason, noteId: pin.noteId } : null,
  };
}

/** Keeps what staff wrote about an override and answers with its id; null when nothing was written. */
export async function keepNote(
  tx: Scope,
  { note, ...of }: { readonly branchId: string; readonly needId: string; readonly note: string | null | undefined },
): Promise<string | null> {
  if (!note?.trim()) return null;
  const id = newId();
  await insertNotes(tx, [{ ...of, id, note: note.trim() }]);
  return id;
}

/** A note in clear, for staff of the branch. */
export const noteOf = (scope: Scope, { noteId }: { readonly noteId: string | null }): Promise<string | null> | null =>
  noteId === null ? null : scope.load(noteById, noteId);

/** What was decided and why, for staff of the branch; null for others, and where nothing was kept. */
export function decisionFor(
  { actor }: Scope,
  branchId: string,
  decision: Readonly<Record<string, unknown>>,
): (Decision & { readonly explanation: ShownExplanation }) | null {
  if (!readsInFull(actor, branchId) || decision.tier === undefined) return null;
  const kept = decision as unknown as Decision;
  return { ...kept, explanation: shownTo(true, kept) };
}

/** Takes the words from what staff wrote about these needs. Answers with how many notes there were. */
export const eraseNotes = (tx: Scope, needIds: readonly string[]): Promise<number> => emptyNotes(tx, needIds);

/** What the engine decided about a need, in words. */
export interface DecisionTold {
  readonly needId: string;
  readonly kind: 'PROPOSED' | 'NOT_SERVED';
  readonly decidedAt: Date;
  /** What became of the proposal; null where there was none. */
  readonly state: string | null;
  readonly organizationId: string | null;
  readonly why: string;
}

/** Every published decision about these needs (PIPL art. 24: how and why), oldest first. For a system purpose. */
export async function decisionsAbout(tx: Scope, needIds: readonly string[]): Promise<readonly DecisionTold[]> {
  const { proposed, unserved } = await publishedOutcomes(tx, needIds);
  const told = [
    ...proposed.map(({ match, decidedAt }): DecisionTold => {
      const { needId, state, organizationId } = match;
      const explanation = match.explanation as unknown as Explanation;
      const why = explanation.rankParts ? explanationSentence(shownTo(true, explanation), tx.locale) : '';
      return { needId, kind: 'PROPOSED', decidedAt, state, organizationId, why };
    }),
    ...unserved.map(({ needId, quantity, reason, certificate, decidedAt }): DecisionTold => {
      const why = unmatchedSentence(reason, quantity, certificate, tx.locale);
      return { needId, kind: 'NOT_SERVED', decidedAt, state: null, organizationId: null, why };
    }),
  ];
  return told.sort((a, b) => a.decidedAt.getTime() - b.decidedAt.getTime());
}

/** When staff wrote something about these needs; the words may name other people and are told by staff alone. */
export const notesAbout = (tx: Scope, needIds: readonly string[]): Promise<readonly NoteWritten[]> => notesOf(tx, needIds);
