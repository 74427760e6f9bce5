import { allOf, checkText } from '../../kernel/check.js';
import type { InvalidInput, NotFound, NotPossible, ReasonRequired } from '../../kernel/failures.js';
import { newId } from '../../kernel/ids.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { Scope } from '../../scope/scope.js';
import { MAX_OVERRIDE_NOTE, type OverrideReason } from './decisions.domain.js';
import { loadFacts } from './facts.service.js';
import type { MatchPlan, PlanOverride } from './matching.domain.js';
import type { NewNote } from './overrides.repo.js';
import type { PairIds } from './planner/facts.js';
import { failedRules } from './planner/rules.js';
import { currentPolicy } from './policies.repo.js';

export { sealedOverrideNotes } from './overrides.repo.js';

/** A pair to pin or to forbid. Each is a person's word against the engine's and needs a reason. */
export interface PlanPair extends PairIds {
  readonly reason?: OverrideReason | null;
  readonly note?: string | null;
}
type Lists = Readonly<Record<'pinned' | 'forbidden', readonly PlanPair[]>>;

export interface JudgedOverrides {
  readonly pairs: Pick<MatchPlan, 'pinned' | 'forbidden'>;
  readonly notes: readonly NewNote[];
}
type Judged = Result<JudgedOverrides, InvalidInput | ReasonRequired | NotFound | NotPossible>;

/** Whether somebody may pin and forbid these pairs in a plan: each says why and is of the branch, and no pin breaks a rule. */
export async function judgeOverrides(scope: Scope, branchId: string | null, lists: Lists): Promise<Judged> {
  const { pinned, forbidden } = lists;
  const all = [...pinned, ...forbidden];
  if (!all.length) return ok({ pairs: { pinned: [], forbidden: [] }, notes: [] });
  for (const [name, pairs] of Object.entries(lists))
    for (const [i, { reason, note }] of pairs.entries()) {
      if (reason == null) return fail({ code: 'REASON_REQUIRED', path: [name, String(i), 'reason'] });
      const checked = allOf(checkText([name, String(i), 'note'], note, { max: MAX_OVERRIDE_NOTE }));
      if (!checked.ok) return checked;
    }
  const facts = await loadFacts(
    scope,
    'MATCH_PINS',
    {
      needs: { needIds: [...new Set(all.map(({ needId }) => needId))] },
      sessions: { sessionIds: [...new Set(all.map(({ sessionId }) => sessionId))] },
    },
    (await currentPolicy(scope)).weights,
  );
  const needs = new Map(facts.needs.map(need => [need.id, need]));
  const sessions = new Map(facts.sessions.map(session => [session.id, session]));
  const broken = new Set<string>();
  const notes: NewNote[] = [];
  const found = { pinned: [] as PlanOverride[], forbidden: [] as PlanOverride[] };
  for (const name of ['pinned', 'forbidden'] as const)
    for (const { needId, sessionId, reason, note } of lists[name]) {
      const [need, session] = [needs.get(needId), sessions.get(sessionId)];
      if (!need || !session || reason == null || (branchId !== null && need.branchId !== branchId))
        return fail({ code: 'NOT_FOUND', path: [name] });
      if (name === 'pinned') for (const { code } of failedRules(need, session, scope.now().getTime())) broken.add(code);
      const noteId = note?.trim() ? newId() : null;
      if (noteId !== null) notes.push({ id: noteId, branchId: need.branchId, needId, note: note!.trim() });
      found[name].push({ needId, sessionId, reason, noteId });
    }
  return broken.size ? fail({ code: 'NOT_POSSIBLE', reasons: [...broken], path: ['pinned'] }) : ok({ pairs: found, notes });
}
