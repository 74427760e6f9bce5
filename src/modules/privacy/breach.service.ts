import { isAdmin } from '../../kernel/actor.js';
import { allOf, checkCount, checkSpan, checkText } from '../../kernel/check.js';
import type { Forbidden, InvalidInput } from '../../kernel/failures.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { Scope } from '../../scope/scope.js';
import { logAccess } from './access.service.js';
import { type BreachCase, type BreachFindings, MAX_BREACH_DAYS, spanTooLong } from './breach.domain.js';
import { findingsOf } from './breach.repo.js';

const MAX_TEXT = 1000;
const TEXTS = ['cause', 'harm', 'measures', 'advice', 'contact'] as const;

/**
 * Gathers from the access log whom a breach concerns, what of them was seen and by whom (PIPL art. 57). The admin may; that it was
 * done is in the access log and in the event log. Nothing of what was typed is kept.
 */
export async function reportBreach(scope: Scope, known: BreachCase): Promise<Result<BreachFindings, Forbidden | InvalidInput>> {
  if (!isAdmin(scope.actor)) return fail({ code: 'FORBIDDEN' });
  const checked = allOf(
    checkSpan(['until'], known.from, known.until),
    spanTooLong(known) ? { path: ['until'], rule: 'MAX', limit: MAX_BREACH_DAYS } : null,
    checkCount(['accountIds'], known.accountIds, { max: 100 }),
    ...TEXTS.map(name => checkText([name], known[name], { max: MAX_TEXT, required: true })),
  );
  if (!checked.ok) return checked;
  return scope.asSystem('breach').transaction(async tx => {
    const findings = await findingsOf(tx, known);
    const detail = { people: findings.people, accounts: known.accountIds.length };
    await logAccess(tx, { action: 'BREACH_REPORTED', detail });
    const span = { from: known.from.toISOString(), until: known.until.toISOString() };
    const subject = { type: 'Community', id: tx.communityId };
    await tx.append({ kind: 'BREACH_REPORTED', subject, data: { ...span, ...detail } });
    return ok(findings);
  });
}
