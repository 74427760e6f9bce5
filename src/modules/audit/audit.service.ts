import { isAdmin, type Role } from '../../kernel/actor.js';
import { addDays, atLocal, localDate } from '../../kernel/clock.js';
import type { Forbidden } from '../../kernel/failures.js';
import type { SignedHead } from '../../kernel/heads.js';
import type { Page, PageWindow } from '../../kernel/page.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import { Scope } from '../../scope/scope.js';
import { type Account, accountById } from '../identity/identity.service.js';
import type { AuditEvent, AuditFilter, AuditReport, Break } from './audit.domain.js';
import { canAudit } from './audit.policy.js';
import * as repo from './audit.repo.js';
import { type VerifyOptions, verifyChain } from './verification.service.js';

export { NEWEST_EVENTS } from './audit.repo.js';

/** A verification that somebody waits for stops beginning new batches after so long: well before the deadline of its operation. */
const BUDGET_MS = 5000;

/** Sealed events, newest first; null for who may not audit. */
export const pageOfEvents = async (scope: Scope, filter: AuditFilter, window: PageWindow): Promise<Page<AuditEvent> | null> =>
  canAudit(scope.actor) ? repo.pageOfEvents(scope, filter, window) : null;

/** A sealed event; null when there is none or for who may not audit. */
export const findEvent = async (scope: Scope, id: string): Promise<AuditEvent | null> =>
  canAudit(scope.actor) ? scope.load(repo.auditEventById, id) : null;

/** Roles of people who act for themselves or their own. */
const PRIVATE: readonly string[] = ['FAMILY', 'ACCOUNT'] satisfies (Role | 'ACCOUNT')[];

/** The account that acted. Auditors are not shown private persons. */
export const actorOf = (scope: Scope, { event }: AuditEvent): Promise<Account | null> | null => {
  const isHidden = !isAdmin(scope.actor) && PRIVATE.includes(event.actorRole);
  return event.actorId === null || isHidden ? null : scope.load(accountById, event.actorId);
};

/** Where the chain ends now, and the newest head outside the database; null for who may not audit. */
export async function auditHead(scope: Scope) {
  if (!canAudit(scope.actor)) return null;
  const { journal } = scope.parts;
  const [last, kept] = await Promise.all([repo.lastSeal(scope), journal?.read(scope.communityId)]);
  return { last, signed: kept?.heads.at(-1) ?? null, publicKey: journal?.publicKey ?? null };
}

/** On the pool for long work. */
const atLeisure = ({ parts }: Scope): Scope => new Scope({ ...parts, db: parts.slowDb });

/** Verifies the chain for somebody who waits. That it was done, and what was found, is an event itself. */
export async function auditChain(
  scope: Scope,
  { after, full }: Pick<VerifyOptions, 'after' | 'full'>,
): Promise<Result<AuditReport, Forbidden>> {
  if (!canAudit(scope.actor)) return fail({ code: 'FORBIDDEN' });
  const report = await verifyChain(atLeisure(scope), { after, full, budgetMs: BUDGET_MS });
  return scope.transaction(async tx => {
    const { head, broken, complete, after } = report;
    await tx.append({
      kind: 'AUDIT_VERIFIED',
      subject: { type: 'Community', id: tx.communityId },
      to: broken?.flaw ?? 'SOUND',
      data: { after, position: broken?.position ?? head.position, hash: head.hash, complete },
    });
    return ok(report);
  });
}

/** The chain does not verify: no head of it is signed. */
export class ChainBroken extends Error {
  override readonly name = 'ChainBroken';
  constructor(readonly broken: Break) {
    super(`the audit chain breaks: ${broken.flaw} at position ${broken.position ?? 'unknown'}`);
  }
}

/**
 * Signs, into the journal, where the chain ended with each day that is over and has no head yet; days that were missed are caught up.
 * Nothing is signed that does not verify. Several processes may do it at once: one of them does.
 *
 * @throws ChainBroken
 */
export async function signHeads(scope: Scope): Promise<readonly SignedHead[]> {
  const { journal } = scope.parts;
  if (!journal) return [];
  const yesterday = addDays(localDate(scope.now()), -1);
  const signed = await newestOf(scope);
  if (signed && signed.day >= yesterday) return [];
  if (!(await repo.lastSeal(scope, endOf(yesterday)))) return [];
  const { broken, head } = await verifyChain(atLeisure(scope));
  if (broken) throw new ChainBroken(broken);
  const done = await scope.transaction(async tx => {
    if (!(await repo.holdHeads(tx))) return ok([]);
    // Another process may have been here meanwhile.
    const last = await newestOf(tx);
    const added: SignedHead[] = [];
    for (let day = last ? addDays(last.day, 1) : yesterday; day <= yesterday; day = addDays(day, 1)) {
      const seal = await repo.lastSeal(tx, endOf(day));
      if (!seal || seal.position > head.position) continue;
      const { position, hash } = seal;
      added.push(await journal.append({ communityId: tx.communityId, day, position, hash, signedAt: tx.now() }));
      await tx.append({
        kind: 'AUDIT_HEAD_SIGNED',
        subject: { type: 'Community', id: tx.communityId },
        data: { day, position, hash },
      });
    }
    return ok(added);
  });
  return done.value;
}

const newestOf = async ({ parts: { journal }, communityId }: Scope): Promise<SignedHead | null> =>
  (await journal?.read(communityId))?.heads.at(-1) ?? null;
const endOf = (day: string): Date => atLocal(addDays(day, 1));
