import { accountOf, worksFor } from '../../kernel/actor.js';
import { allOf } from '../../kernel/check.js';
import { localDate } from '../../kernel/clock.js';
import type { EventKind } from '../../kernel/event-kinds.js';
import type { Duplicate, IdempotencyKeyReused, InvalidInput, InvalidState, NotFound, Problem } from '../../kernel/failures.js';
import { newId } from '../../kernel/ids.js';
import type { Page, PageWindow } from '../../kernel/page.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { KinshipRelation } from '../../kernel/vocabulary.js';
import type { Scope } from '../../scope/scope.js';
import { organizationById } from '../alliance/alliance.service.js';
import { relationTo } from '../residents/kinships.service.js';
import { type ResidentFacts, residentFacts } from '../residents/residents.service.js';
import {
  CONSENT_PURPOSES,
  type Consent,
  type ConsentMethod,
  type ConsentPurpose,
  type ConsentState,
  consentState,
  dataClassOf,
  isGuarded,
  isGuardian,
  isNarrowable,
  NOT_WITHDRAWN,
} from './consents.domain.js';
import { canSeeConsent } from './consents.policy.js';
import {
  consentById,
  consentsByNeed,
  insertConsents,
  isNeedOf,
  lockConsent,
  lockConsentsOf,
  pageOfConsents,
  sameConsent,
  saveWithdrawal,
} from './consents.repo.js';
import { CURRENT_NOTICE, noticeOf } from './notices.js';

export { granterName, NEWEST } from './consents.repo.js';

/** A consent by id, as far as the caller may see it. */
export const findConsent = (scope: Scope, id: string): Promise<Consent | null> => scope.load(consentById, id);

/** A resident's consents, the withdrawn ones among them, newest first. */
export const listConsents = (scope: Scope, residentId: string, window: PageWindow): Promise<Page<Consent>> =>
  scope.reading(tx => pageOfConsents(tx, residentId, window));

/** What was agreed to that covers a need, newest first; nothing for whoever may not know its beneficiary. */
export const consentsOfNeed = async (scope: Scope, needId: string): Promise<readonly Consent[]> =>
  (await scope.load(consentsByNeed, needId)) ?? [];

/** Whose word it was, and how staff heard it. The account of a relative says neither: both are known. */
export interface Word {
  readonly relation?: KinshipRelation | null;
  readonly method?: ConsentMethod | null;
}
export interface Heard {
  readonly relation: KinshipRelation;
  readonly method: ConsentMethod;
}

/** A resident about whom the caller may speak, and as whom; staff write down whom they heard and how. */
export interface Spoken extends Heard {
  readonly resident: ResidentFacts;
}

/**
 * Who speaks for a resident: somebody whose link to them is verified at this moment, or staff of the branch on behalf of whom
 * they heard (杭州城市大脑条例 art. 12: every way must be open without a device, too). For all others there is no such person.
 */
export async function spokenFor(
  tx: Scope,
  residentId: string,
  { relation, method }: Word,
): Promise<Result<Spoken, NotFound | InvalidInput>> {
  const [[resident], own] = await Promise.all([
    residentFacts(tx, [residentId]).then(facts => [...facts.values()]),
    relationTo(tx, residentId),
  ]);
  const isStaff = resident !== undefined && worksFor(tx.actor, resident.branchId);
  if (!resident || !(isStaff || own)) return fail({ code: 'NOT_FOUND', path: ['residentId'] });
  if (own && (method ?? 'APP') === 'APP' && (relation ?? own) === own) return ok({ resident, relation: own, method: 'APP' });
  const unless = (holds: boolean, name: keyof Word, rule: Problem['rule']): Problem | null =>
    holds ? null : { path: [name], rule };
  const checked = isStaff
    ? allOf(
        unless(relation != null, 'relation', 'REQUIRED'),
        method == null ? unless(false, 'method', 'REQUIRED') : unless(method !== 'APP', 'method', 'NOT_ALLOWED'),
      )
    : allOf(
        unless((relation ?? own) === own, 'relation', 'NOT_ALLOWED'),
        unless((method ?? 'APP') === 'APP', 'method', 'NOT_ALLOWED'),
      );
  if (!checked.ok) return checked;
  return ok({ resident, relation: relation as KinshipRelation, method: method as ConsentMethod });
}

export interface GiveConsent extends Word {
  readonly purpose: ConsentPurpose;
  readonly needId?: string | null;
  readonly organizationId?: string | null;
  /** The notice that was read to them; the newest when left out. */
  readonly noticeVersion?: string | null;
}
export interface GrantConsent extends GiveConsent {
  readonly residentId: string;
  readonly idempotencyKey: string;
}

type Refused = NotFound | InvalidInput | Duplicate;

/** Somebody agrees to one use of a resident's data; effective at once. Below 14 only a parent or guardian can (PIPL art. 31). */
export const grantConsent = (scope: Scope, { idempotencyKey, residentId, ...given }: GrantConsent) =>
  scope.transaction(
    (tx): Promise<Result<Consent, Refused | IdempotencyKeyReused>> =>
      tx.once(
        { operation: 'consentGrant', key: idempotencyKey, input: { residentId, ...given } },
        () => giveConsent(tx, residentId, given),
        id => findConsent(tx, id),
      ),
  );

async function giveConsent(tx: Scope, residentId: string, given: GiveConsent): Promise<Result<Consent, Refused>> {
  const spoken = await spokenFor(tx, residentId, given);
  if (!spoken.ok) return spoken;
  const { resident, relation, method } = spoken.value;
  const { purpose, needId = null, organizationId = null, noticeVersion } = given;
  const now = tx.now();
  const guarded = isGuarded(resident.birthDate, localDate(now));
  const narrowed = (name: 'needId' | 'organizationId', id: string | null): Problem | null =>
    id === null || isNarrowable(purpose) ? null : { path: [name], rule: 'NOT_ALLOWED' };
  const notice = noticeVersion == null ? CURRENT_NOTICE : noticeOf(noticeVersion);
  const checked = allOf(
    guarded && !isGuardian(relation) ? { path: ['relation'], rule: 'NOT_ALLOWED' } : null,
    narrowed('needId', needId),
    narrowed('organizationId', organizationId),
    notice ? null : { path: ['noticeVersion'], rule: 'NOT_ALLOWED' },
  );
  if (!checked.ok) return checked;
  if (needId !== null && !(await isNeedOf(tx, needId, residentId))) return fail({ code: 'NOT_FOUND', path: ['needId'] });
  if (organizationId !== null && !(await tx.load(organizationById, organizationId)))
    return fail({ code: 'NOT_FOUND', path: ['organizationId'] });
  const consent: Consent = {
    id: newId(now.getTime()),
    branchId: resident.branchId,
    residentId,
    purpose,
    dataClass: dataClassOf(purpose, guarded),
    needId,
    organizationId,
    relation,
    method,
    noticeVersion: (notice ?? CURRENT_NOTICE).version,
    grantedBy: accountOf(tx.actor),
    grantedAt: now,
    ...NOT_WITHDRAWN,
  };
  if (!(await insertConsents(tx, [consent])).size) {
    const same = await sameConsent(tx, consent);
    if (!same) throw new Error('a consent was refused as said already, and is not there');
    return fail({ code: 'DUPLICATE', existingType: 'Consent', existingId: same.id });
  }
  await tx.append(eventOf('CONSENT_GRANTED', consent, null, 'VALID', { relation, method }));
  return ok(consent);
}

/** What somebody agrees to while a need is taken down for them; narrowed to it where the purpose can be. */
export type ConsentAtNeed = Pick<GiveConsent, 'purpose' | 'noticeVersion' | 'relation' | 'method'>;

/** Several at once for a need just taken down; what was agreed to before holds all the same. Nobody on file can agree to nothing. */
export async function giveConsentsFor(
  tx: Scope,
  { needId, residentId }: { readonly needId: string; readonly residentId: string | null },
  given: readonly ConsentAtNeed[],
): Promise<Result<null, NotFound | InvalidInput>> {
  const fits = given.length <= CONSENT_PURPOSES.length && (residentId !== null || !given.length);
  const checked = allOf(fits ? null : { path: ['consents'], rule: 'NOT_ALLOWED' });
  if (!checked.ok || residentId === null) return checked;
  for (const [at, consent] of given.entries()) {
    const narrowed = isNarrowable(consent.purpose) ? { needId } : {};
    const done = await giveConsent(tx, residentId, { ...consent, ...narrowed });
    if (!done.ok && done.failure.code !== 'DUPLICATE') return within(done.failure, ['consents', String(at)]);
  }
  return ok(null);
}

/** The same failure, seen from the input that holds the list. */
const within = <F extends NotFound | InvalidInput>(failure: F, path: readonly string[]) =>
  fail(
    failure.code === 'INVALID_INPUT'
      ? { ...failure, problems: failure.problems.map(problem => ({ ...problem, path: [...path, ...problem.path] })) }
      : { ...failure, path: [...path, ...(failure.path ?? [])] },
  );

const eventOf = (kind: EventKind, consent: Consent, from: ConsentState | null, to: ConsentState, heard: Heard) => {
  const { id, branchId, residentId, purpose, needId, organizationId, noticeVersion } = consent;
  const data = { ...heard, residentId, purpose, needId, organizationId, noticeVersion };
  return { kind, subject: { type: 'Consent', id }, branchId, from, to, data };
};

export interface WithdrawConsent extends Word {
  readonly consentId: string;
  readonly idempotencyKey: string;
}

type Withdrawn = Result<Consent, NotFound | InvalidInput | InvalidState<ConsentState> | IdempotencyKeyReused>;

/**
 * Takes a consent back, by whoever could give one and with no more words (PIPL art. 15); no reason is asked. It waits for
 * whoever reads under the consent at this moment, so that nothing is shown under it once this has been answered.
 */
export const withdrawConsent = (scope: Scope, { idempotencyKey, ...command }: WithdrawConsent) =>
  scope.transaction(
    (tx): Promise<Withdrawn> =>
      tx.once(
        { operation: 'consentWithdraw', key: idempotencyKey, input: command },
        () => withdraw(tx, command),
        id => findConsent(tx, id),
      ),
  );

async function withdraw(tx: Scope, { consentId, ...word }: Omit<WithdrawConsent, 'idempotencyKey'>): Promise<Withdrawn> {
  const consent = await lockConsent(tx, consentId);
  const spoken = consent && (await spokenFor(tx, consent.residentId, word));
  if (!spoken || (!spoken.ok && spoken.failure.code === 'NOT_FOUND')) return fail({ code: 'NOT_FOUND', path: ['consentId'] });
  if (!spoken.ok) return spoken;
  if (consent.withdrawnAt) return fail({ code: 'INVALID_STATE', from: 'WITHDRAWN', to: 'WITHDRAWN' });
  return ok(await takeBack(tx, consent, spoken.value, accountOf(tx.actor)));
}

async function takeBack(tx: Scope, consent: Consent, { relation, method }: Heard, withdrawnBy: string | null): Promise<Consent> {
  const said = { withdrawalRelation: relation, withdrawalMethod: method, withdrawnBy, withdrawnAt: tx.now() };
  const withdrawn: Consent = { ...consent, ...said };
  await saveWithdrawal(tx, withdrawn);
  await tx.append(eventOf('CONSENT_WITHDRAWN', withdrawn, 'VALID', 'WITHDRAWN', { relation, method }));
  return withdrawn;
}

/** Takes back all that a person agreed to, for whoever asked to have them erased. Under a system purpose. */
export async function endConsents(
  tx: Scope,
  residentId: string,
  { by, ...heard }: Heard & { readonly by: string | null },
): Promise<void> {
  for (const consent of await lockConsentsOf(tx, residentId)) await takeBack(tx, consent, heard, by);
}

/** Where the caller may move a consent now. */
export const transitionsOf = (scope: Scope, consent: Consent): readonly ConsentState[] =>
  consentState(consent) === 'VALID' && canSeeConsent(scope.actor, consent) ? ['WITHDRAWN'] : [];
