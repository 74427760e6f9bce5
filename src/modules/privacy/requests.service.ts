import { accountOf, worksFor } from '../../kernel/actor.js';
import { allOf, checkText } from '../../kernel/check.js';
import { localDate } from '../../kernel/clock.js';
import type {
  Duplicate,
  Forbidden,
  IdempotencyKeyReused,
  Incomplete,
  InvalidInput,
  InvalidState,
  NotFound,
  Problem,
  StaleVersion,
} from '../../kernel/failures.js';
import { newId } from '../../kernel/ids.js';
import type { Page, PageWindow } from '../../kernel/page.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { KinshipRelation } from '../../kernel/vocabulary.js';
import type { Scope } from '../../scope/scope.js';
import type { Channel } from '../needs/needs.domain.js';
import { relationTo } from '../residents/kinships.service.js';
import type { Resident } from '../residents/residents.domain.js';
import { findResident } from '../residents/residents.service.js';
import { recordDeath, restrictProcessing } from '../residents/rights.service.js';
import {
  dueAt,
  isOpen,
  moveRequest,
  type RefusalReason,
  type RequestKind,
  type RequestState,
  stepsOf,
} from './requests.domain.js';
import { sidesOf } from './requests.policy.js';
import {
  insertRequest,
  lockRequest,
  pageOfRequests,
  type RequestFilter,
  type RequestRow,
  requestById,
  saveRequest,
} from './requests.repo.js';

export { BY_DUE, openWords, type RequestFilter, type RequestRow } from './requests.repo.js';

/** A request by id, as far as the caller may see it. */
export const findRequest = (scope: Scope, id: string): Promise<RequestRow | null> => scope.load(requestById, id);

/** Requests that the caller may see, what is due first in front: staff those of their branches, kin and whoever asked their own. */
export const listRequests = (scope: Scope, filter: RequestFilter, window: PageWindow): Promise<Page<RequestRow>> =>
  scope.reading(tx => pageOfRequests(tx, filter, window));

/** Where this caller may move it now. */
export const transitionsOf = ({ actor }: Scope, request: RequestRow): readonly RequestState[] =>
  stepsOf(request.state, sidesOf(actor, request)).filter(to => to !== 'DONE' || request.kind !== 'DELETE');

export const isOverdue = ({ state, dueAt }: RequestRow, now: Date): boolean => isOpen(state) && dueAt <= now;

/** For whom staff take it down: what that person is to the resident, and how they came. */
export interface OnBehalf {
  readonly relation: KinshipRelation;
  readonly channel: Channel;
}
export interface CreateRequest {
  readonly kind: RequestKind;
  readonly residentId: string;
  readonly onBehalf?: OnBehalf | null;
  readonly words?: string | null;
  readonly deceasedOn?: string | null;
  readonly idempotencyKey: string;
}
export const MAX_WORDS = 1000;

type Asked = Result<RequestRow, NotFound | InvalidInput | Duplicate | IdempotencyKeyReused>;

/** Asks something about a person's data: the person and verified kin for themselves, staff of the branch for whoever came to them. */
export const createRequest = (scope: Scope, command: CreateRequest) =>
  scope.transaction(
    (tx): Promise<Asked> =>
      tx.once(
        { operation: 'personalInfoRequestCreate', key: command.idempotencyKey, input: command },
        () => ask(tx, command),
        id => findRequest(tx, id),
      ),
  );

async function ask(tx: Scope, { kind, residentId, onBehalf, words, deceasedOn }: CreateRequest): Promise<Asked> {
  const resident = await findResident(tx, residentId, 'RIGHTS_REQUEST');
  const accountId = accountOf(tx.actor);
  if (!resident || accountId === null) return fail({ code: 'NOT_FOUND', path: ['residentId'] });
  const { branchId } = resident;
  const relation = onBehalf?.relation ?? (await relationTo(tx, residentId));
  const now = tx.now();
  const checked = allOf(
    onBehalf && !worksFor(tx.actor, branchId) ? { path: ['onBehalf'], rule: 'NOT_ALLOWED' } : null,
    relation === null ? { path: ['onBehalf'], rule: 'REQUIRED' } : null,
    checkText(['words'], words, { max: MAX_WORDS, required: kind === 'CORRECT' }),
    deathProblem(kind, deceasedOn ?? null, relation, resident, localDate(now)),
  );
  if (!checked.ok) return checked;
  if (relation === null) throw new Error('a request without a relation was let through');
  const id = newId(now.getTime());
  const { openId } = await insertRequest(tx, {
    id,
    branchId,
    residentId,
    kind,
    state: 'RECEIVED',
    requestedBy: accountId,
    relation,
    onBehalf: onBehalf != null,
    channel: onBehalf?.channel ?? 'WECHAT',
    words: words?.trim() || null,
    deceasedOn: deceasedOn ?? null,
    dueAt: dueAt(kind, now),
    createdAt: now,
    decidedAt: null,
    decidedBy: null,
    refusalReason: null,
    version: 1,
  });
  if (openId !== null) return fail({ code: 'DUPLICATE', existingType: 'PersonalInfoRequest', existingId: openId });
  await tx.append({
    kind: 'PERSONAL_INFO_REQUESTED',
    subject: { type: 'PersonalInfoRequest', id },
    branchId,
    to: 'RECEIVED',
    data: { kind, relation, onBehalf: onBehalf != null, residentId },
  });
  return ok(await written(tx, id));
}

/** Next of kin say when somebody died; nobody says it of themselves. */
function deathProblem(
  kind: RequestKind,
  deceasedOn: string | null,
  relation: KinshipRelation | null,
  { birthDate }: Resident,
  today: string,
): Problem | null {
  const path = ['deceasedOn'];
  if (kind !== 'DECEASED_NEXT_OF_KIN') return deceasedOn === null ? null : { path, rule: 'NOT_ALLOWED' };
  if (deceasedOn === null) return { path, rule: 'REQUIRED' };
  if (deceasedOn > today || deceasedOn < birthDate) return { path, rule: 'NOT_ALLOWED' };
  return relation === 'SELF' ? { path: ['onBehalf', 'relation'], rule: 'NOT_ALLOWED' } : null;
}

const written = async (tx: Scope, id: string): Promise<RequestRow> => {
  const request = await findRequest(tx, id);
  if (!request) throw new Error('a request just written cannot be read');
  return request;
};

export interface MoveRequest {
  readonly requestId: string;
  readonly expectedVersion: number;
  readonly idempotencyKey: string;
}
type Moved = Result<
  RequestRow,
  NotFound | Forbidden | StaleVersion | InvalidState<RequestState> | Incomplete | IdempotencyKeyReused
>;

/** Staff have begun to work on it. */
export const startRequest = (scope: Scope, command: MoveRequest) =>
  move(scope, 'personalInfoRequestStart', 'IN_PROGRESS', command);

/**
 * It was answered. A restriction and what next of kin have proven take effect with it; a request to delete is answered by
 * `residentErase` alone.
 */
export const completeRequest = (scope: Scope, command: MoveRequest) =>
  move(scope, 'personalInfoRequestComplete', 'DONE', command);

export const refuseRequest = (scope: Scope, command: MoveRequest & { readonly reason: RefusalReason }) =>
  move(scope, 'personalInfoRequestRefuse', 'REFUSED', command, command.reason);

/** Whoever asked takes it back. */
export const withdrawRequest = (scope: Scope, command: MoveRequest) =>
  move(scope, 'personalInfoRequestWithdraw', 'WITHDRAWN', command);

const move = (
  scope: Scope,
  operation: string,
  to: Exclude<RequestState, 'RECEIVED'>,
  command: MoveRequest,
  reason: RefusalReason | null = null,
) =>
  scope.transaction(
    (tx): Promise<Moved> =>
      tx.once(
        { operation, key: command.idempotencyKey, input: command },
        async (): Promise<Moved> => {
          const request = await lockRequest(tx, command.requestId);
          if (!request) return fail({ code: 'NOT_FOUND', path: ['requestId'] });
          if (isOpen(request.state) && !stepsOf(request.state, sidesOf(tx.actor, request)).includes(to))
            return fail({ code: 'FORBIDDEN' });
          if (request.version !== command.expectedVersion)
            return fail({ code: 'STALE_VERSION', currentVersion: request.version });
          const moved = moveRequest(request, to, { by: accountOf(tx.actor), at: tx.now(), reason });
          if (!moved.ok) return moved;
          if (to === 'DONE') {
            const done = await carryOut(tx, request);
            if (!done.ok) return done;
          }
          await saveRequest(tx, moved.value);
          const { id, branchId, state: from } = request;
          await tx.append({
            kind: `PERSONAL_INFO_REQUEST_${to}`,
            subject: { type: 'PersonalInfoRequest', id },
            branchId,
            from,
            to,
            reason,
          });
          return ok({ ...request, ...moved.value });
        },
        id => findRequest(tx, id),
      ),
  );

async function carryOut(tx: Scope, { kind, residentId, branchId, deceasedOn }: RequestRow): Promise<Result<null, Incomplete>> {
  if (kind === 'DELETE') return fail({ code: 'INCOMPLETE', missing: ['residentErase'] });
  if (kind === 'RESTRICT') await restrictProcessing(tx, residentId, branchId);
  if (deceasedOn !== null) await recordDeath(tx, residentId, branchId, deceasedOn);
  return ok(null);
}
