import { isAdmin, isAuditor } from '../../kernel/actor.js';
import { DAY } from '../../kernel/clock.js';
import { type Failure, fail, ok, type Result } from '../../kernel/result.js';
import type { Scope } from '../../scope/scope.js';
import { eraseNotes } from '../matching/decisions.service.js';
import { eraseNeedTexts, expireUnverified } from '../needs/needs.service.js';
import { eraseRatingNotes } from '../referrals/ratings.service.js';
import { eraseRecordTexts } from '../referrals/records.service.js';
import { emptyOldShells } from '../residents/rights.service.js';
import { RETENTION_RULES, type RetentionCode, type RetentionDone } from './retention.domain.js';
import { appliedRules, dropOldAccess, dropOldConsents, dropOldKeys, emptyOldWords, lockDueNeeds } from './retention.repo.js';

const BATCH = 500;

type Batch = (tx: Scope, before: Date, limit: number) => Promise<number>;

const emptyNeeds =
  (kind: 'CLOSED' | 'UNVERIFIED'): Batch =>
  async (tx, before, limit) => {
    const due = await lockDueNeeds(tx, kind, before, limit);
    const ids = due.map(({ id }) => id);
    if (!ids.length) return 0;
    await expireUnverified(tx, ids);
    await eraseNeedTexts(tx, ids);
    await eraseNotes(tx, ids);
    await eraseRecordTexts(tx, ids);
    await eraseRatingNotes(tx, ids);
    return ids.length;
  };

const APPLY: Readonly<Record<RetentionCode, Batch>> = {
  NEED_TEXTS: emptyNeeds('CLOSED'),
  UNVERIFIED_NEEDS: emptyNeeds('UNVERIFIED'),
  REQUEST_WORDS: emptyOldWords,
  ERASED_SHELLS: emptyOldShells,
  ACCESS_LOG: dropOldAccess,
  CONSENTS: dropOldConsents,
  IDEMPOTENCY_KEYS: dropOldKeys,
};

/**
 * Lets go of what is past its time, rule by rule, in short transactions under the purpose `retention`; each says in the log by which
 * rule and how much. May run several times at once, and goes on where it was stopped. How many rows in all.
 */
export async function applyRetention(scope: Scope, at: Date): Promise<number> {
  const sys = scope.asSystem('retention');
  let total = 0;
  for (const { code, version, days } of RETENTION_RULES) {
    const before = new Date(at.getTime() - days * DAY);
    for (;;) {
      const applied = await sys.transaction(async (tx): Promise<Result<number, Failure<'NOTHING_DUE'>>> => {
        const count = await APPLY[code](tx, before, BATCH);
        if (count === 0) return fail({ code: 'NOTHING_DUE' });
        const subject = { type: 'Community', id: tx.communityId };
        await tx.append({ kind: 'RETENTION_APPLIED', subject, data: { rule: code, version, count } });
        return ok(count);
      });
      const count = applied.ok ? applied.value : 0;
      total += count;
      if (count < BATCH) break;
    }
  }
  return total;
}

/** The rules in force and what was done by them, for the admin and auditors; null for others. */
export async function retentionReport(scope: Scope): Promise<readonly RetentionDone[] | null> {
  if (!isAdmin(scope.actor) && !isAuditor(scope.actor)) return null;
  const applied = await appliedRules(scope);
  return RETENTION_RULES.map(rule => {
    const done = applied.get(rule.code);
    return { rule, lastAppliedAt: done?.at ?? null, applied: done?.total ?? 0 };
  });
}
