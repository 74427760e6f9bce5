import { localDate } from '../../kernel/clock.js';
import type { NotFound } from '../../kernel/failures.js';
import { newId } from '../../kernel/ids.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { Scope } from '../../scope/scope.js';
import { residentFacts } from '../residents/residents.service.js';
import { type Consent, type ConsentMethod, dataClassOf, isGuarded, NOT_WITHDRAWN } from './consents.domain.js';
import { insertConsents } from './consents.repo.js';
import { CURRENT_NOTICE } from './notices.js';

/** A consent of a bulk load; on paper when nothing is said of the method. */
export interface BulkConsent extends Pick<Consent, 'residentId' | 'purpose'> {
  readonly needId?: string | null;
  readonly method?: ConsentMethod;
  readonly grantedAt: Date;
  readonly withdrawnAt?: Date | null;
}
const CHUNK = 1000;

/** Loads what residents, or guardians for them, agreed to; under the purpose `seed`; for seeds and imports. One event a branch. */
export const createConsentsBulk = (scope: Scope, rows: readonly BulkConsent[]) =>
  scope.asSystem('seed').transaction(async (tx): Promise<Result<number, NotFound>> => {
    const residents = await residentFacts(tx, [...new Set(rows.map(({ residentId }) => residentId))]);
    const made = rows.flatMap(row => {
      const resident = residents.get(row.residentId);
      return resident ? [toConsent(row, resident)] : [];
    });
    if (made.length !== rows.length) return fail({ code: 'NOT_FOUND', path: ['residentId'] });
    for (let start = 0; start < made.length; start += CHUNK) await insertConsents(tx, made.slice(start, start + CHUNK));
    await tx.append(
      ...[...Map.groupBy(made, ({ branchId }) => branchId)].map(([branchId, { length }]) => ({
        kind: 'CONSENTS_IMPORTED' as const,
        subject: { type: 'Branch', id: branchId },
        branchId,
        data: { count: length },
      })),
    );
    return ok(made.length);
  });

function toConsent(
  { residentId, purpose, needId = null, method = 'PAPER', grantedAt, withdrawnAt = null }: BulkConsent,
  { branchId, birthDate }: { readonly branchId: string; readonly birthDate: string },
): Consent {
  const guarded = isGuarded(birthDate, localDate(grantedAt));
  const relation = guarded ? 'GUARDIAN' : 'SELF';
  return {
    id: newId(),
    branchId,
    residentId,
    purpose,
    dataClass: dataClassOf(purpose, guarded),
    needId,
    organizationId: null,
    relation,
    method,
    noticeVersion: CURRENT_NOTICE.version,
    grantedBy: null,
    grantedAt,
    ...NOT_WITHDRAWN,
    ...(withdrawnAt && { withdrawalRelation: relation, withdrawalMethod: method, withdrawnAt }),
  };
}
