import { worksFor } from '../../kernel/actor.js';
import { allOf, checkText } from '../../kernel/check.js';
import type { EventKind } from '../../kernel/event-kinds.js';
import type {
  Forbidden,
  IdempotencyKeyReused,
  InvalidInput,
  InvalidState,
  NotFound,
  StaleVersion,
} from '../../kernel/failures.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { Urgency } from '../../kernel/vocabulary.js';
import type { Scope } from '../../scope/scope.js';
import { categoryByCode } from '../taxonomy/taxonomy.service.js';
import { buildingById } from '../territory/territory.service.js';
import { needDetailById, saveTexts } from './details.repo.js';
import { checkFields, corrected, type NeedFields, staffOnly } from './fields.domain.js';
import {
  isAlive,
  mayEver,
  moveNeed,
  type NeedCloseReason,
  type NeedMove,
  type NeedSide,
  type NeedState,
  type TransferTarget,
  type UrgencyReason,
} from './needs.domain.js';
import { canSeeNeed, sidesOf } from './needs.policy.js';
import { lockNeeds, type NeedRow, saveNeed } from './needs.repo.js';
import { findNeed, isFamilyOf } from './sight.service.js';
import { goAlone, goTogether, lockCompanion } from './together.service.js';

/** Which need, as last read. With a key, a repeat gets the first answer. */
export interface ChangeNeed {
  readonly needId: string;
  readonly expectedVersion: number;
  readonly idempotencyKey?: string | null;
}

type Refused = NotFound | Forbidden | StaleVersion | InvalidState<NeedState> | InvalidInput;
type Changed = Result<NeedRow, Refused | IdempotencyKeyReused>;
interface Held {
  readonly need: NeedRow;
  readonly sides: readonly NeedSide[];
}

/** Locks the need and those beside it; the caller must see it, and it must stand as they saw it. */
async function hold(
  tx: Scope,
  { needId, expectedVersion }: ChangeNeed,
  may: (sides: readonly NeedSide[]) => boolean,
  beside: readonly string[] = [],
): Promise<Result<Held & { readonly locked: ReadonlyMap<string, NeedRow> }, NotFound | Forbidden | StaleVersion>> {
  const locked = await lockNeeds(tx, [needId, ...beside]);
  const need = locked.get(needId);
  const family = await isFamilyOf(tx, { id: needId });
  if (!need || !canSeeNeed(tx.actor, need, family)) return fail({ code: 'NOT_FOUND', path: ['needId'] });
  const sides = sidesOf(tx.actor, need, family);
  if (!may(sides)) return fail({ code: 'FORBIDDEN' });
  if (need.version !== expectedVersion) return fail({ code: 'STALE_VERSION', currentVersion: need.version });
  return ok({ need, sides, locked });
}

/** Runs a change in its transaction, at most once per key where there is one. */
const changing = (scope: Scope, operation: string, command: ChangeNeed, work: (tx: Scope) => Promise<Result<NeedRow, Refused>>) =>
  scope.transaction(
    (tx): Promise<Changed> =>
      tx.once(
        { operation, key: command.idempotencyKey, input: command },
        () => work(tx),
        id => findNeed(tx, id),
      ),
  );

const eventOf = ({ id, branchId }: NeedRow) => ({ subject: { type: 'Need', id }, branchId });

const kindOf = (to: NeedState): EventKind => (to === 'OPEN' ? 'NEED_OPENED' : `NEED_${to}`);

async function save(
  tx: Scope,
  { need, sides }: Held,
  to: NeedState,
  move: Omit<NeedMove, 'sides' | 'at'>,
  data: Readonly<Record<string, unknown>> = {},
): Promise<Result<NeedRow, InvalidState<NeedState> | InvalidInput>> {
  const moved = moveNeed(need, to, { ...move, sides, at: tx.now() });
  if (!moved.ok) return moved;
  await saveNeed(tx, moved.value);
  const { state: from } = need;
  await tx.append({ ...eventOf(need), kind: kindOf(to), from, to, reason: move.reason ?? null, data });
  return moved;
}

const move = (
  scope: Scope,
  operation: string,
  to: NeedState,
  command: ChangeNeed,
  how: Omit<NeedMove, 'sides' | 'at'> = {},
  data: Readonly<Record<string, unknown>> = {},
): Promise<Changed> =>
  changing(scope, operation, command, async tx => {
    const held = await hold(tx, command, sides => mayEver(to, sides));
    return held.ok ? save(tx, held.value, to, how, data) : held;
  });

type WithReason = ChangeNeed & { readonly reason: NeedCloseReason };

/** 不予受理: never becomes open. */
export const rejectNeed = (scope: Scope, command: WithReason) =>
  move(scope, 'needReject', 'REJECTED', command, { reason: command.reason });

/** Nobody wants it any more; those who asked may say so themselves. */
export const withdrawNeed = (scope: Scope, command: WithReason) =>
  move(scope, 'needWithdraw', 'WITHDRAWN', command, { reason: command.reason });

/** Nobody can meet it. */
export const markUnmet = (scope: Scope, command: WithReason) =>
  move(scope, 'needMarkUnmet', 'UNMET', command, { reason: command.reason });

/** Handed on to another office, which follows it from then on. */
export const transferNeed = (scope: Scope, command: ChangeNeed & { readonly target: TransferTarget }) =>
  move(scope, 'needTransfer', 'TRANSFERRED', command, { transferredTo: command.target }, { target: command.target });

/** Met by the branch's own people, without a referral: all that was still open counts as delivered. */
export const fulfillNeed = (scope: Scope, command: ChangeNeed) =>
  move(scope, 'needFulfill', 'FULFILLED', command, {}, { by: 'OWN_STAFF' });

export interface VerifyNeed extends ChangeNeed {
  readonly categoryCode?: string | null;
  readonly urgency?: Urgency | null;
}

/** Staff checked who asks, how to reach them, and what for; category and urgency may be put right by the way. */
export const verifyNeed = (scope: Scope, command: VerifyNeed) =>
  changing(scope, 'needVerify', command, async tx => {
    const held = await hold(tx, command, sides => mayEver('OPEN', sides));
    if (!held.ok) return held;
    const { need, sides } = held.value;
    const category = await categoryOf(tx, need, command.categoryCode);
    if (!category.ok) return category;
    const urgency = command.urgency ?? need.urgency;
    const checked = { ...need, ...(await recategorized(tx, need, category.value)), urgency };
    return save(tx, { need: checked, sides }, 'OPEN', {}, { categoryCode: checked.categoryCode, urgency });
  });

/** A need that turns out to be about something else goes alone: one session serves one category. */
async function recategorized(tx: Scope, need: NeedRow, category: NeedRow['category']) {
  const isOther = category.code !== need.categoryCode;
  if (isOther) await goAlone(tx, need);
  return { category, categoryCode: category.code, togetherWithId: isOther ? null : need.togetherWithId };
}

async function categoryOf(
  tx: Scope,
  need: NeedRow,
  code: string | null | undefined,
): Promise<Result<NeedRow['category'], NotFound | InvalidInput>> {
  if (code == null || code === need.categoryCode) return ok(need.category);
  const checked = allOf(
    checkText(['categoryCode'], code, { max: 40, required: true }),
    need.committed + need.fulfilled > 0 ? { path: ['categoryCode'], rule: 'NOT_ALLOWED' } : null,
  );
  if (!checked.ok) return checked;
  const category = await tx.load(categoryByCode, code);
  return category ? ok(category) : fail({ code: 'NOT_FOUND', path: ['categoryCode'] });
}

export interface MergeNeed extends ChangeNeed {
  readonly intoId: string;
}

/** The same matter told twice: one goes on, and has waited since the earlier of the two. Quantities are not added. */
export const mergeNeed = (scope: Scope, command: MergeNeed) =>
  changing(scope, 'needMerge', command, async tx => {
    const held = await hold(tx, command, sides => mayEver('MERGED', sides), [command.intoId]);
    if (!held.ok) return held;
    const { need, locked } = held.value;
    const into = locked.get(command.intoId);
    if (!into || !worksFor(tx.actor, into.branchId)) return fail({ code: 'NOT_FOUND', path: ['intoId'] });
    if (into.id === need.id || into.branchId !== need.branchId)
      return fail({ code: 'INVALID_INPUT', problems: [{ path: ['intoId'], rule: 'NOT_ALLOWED' }] });
    if (!isAlive(into.state)) return fail({ code: 'INVALID_STATE', from: into.state, to: 'OPEN', path: ['intoId'] });
    const moved = await save(tx, held.value, 'MERGED', { mergedIntoId: into.id }, { into: into.id });
    if (!moved.ok) return moved;
    const submittedAt = new Date(Math.min(into.submittedAt.getTime(), need.submittedAt.getTime()));
    await saveNeed(tx, { ...into, submittedAt, version: into.version + 1 });
    await tx.append({ ...eventOf(into), kind: 'NEED_ABSORBED', data: { absorbed: need.id } });
    return moved;
  });

export interface SetUrgency extends ChangeNeed {
  readonly urgency: Urgency;
  readonly reason: UrgencyReason;
}

/** Staff judge how soon it asks for an answer; what is called P0 never goes to matching from then on. */
export const setUrgency = (scope: Scope, command: SetUrgency) =>
  changing(scope, 'needUrgencySet', command, async tx => {
    const held = await hold(tx, command, sides => sides.includes('STAFF'));
    if (!held.ok) return held;
    const { need } = held.value;
    if (!isAlive(need.state)) return fail({ code: 'INVALID_STATE', from: need.state, to: need.state });
    const { urgency, reason } = command;
    const changed = { ...need, urgency, version: need.version + 1 };
    await saveNeed(tx, changed);
    await tx.append({ ...eventOf(need), kind: 'NEED_URGENCY_SET', reason, data: { from: need.urgency, to: urgency } });
    return ok(changed);
  });

export interface UpdateNeed extends ChangeNeed, NeedFields {
  readonly categoryCode?: string | null;
}

/**
 * Corrects what is asked. Staff while it is alive; those who asked only before it is verified, and not what staff judge.
 * Undefined leaves a field as it is, null empties it.
 */
export const updateNeed = (scope: Scope, command: UpdateNeed) =>
  changing(scope, 'needUpdate', command, async tx => {
    const beside = command.togetherWithId ?? null;
    const held = await hold(tx, command, sides => sides.length > 0, beside === null ? [] : [beside]);
    if (!held.ok) return held;
    const { need, sides } = held.value;
    const { needId, expectedVersion, idempotencyKey, ...given } = command;
    if (!isAlive(need.state)) return fail({ code: 'INVALID_STATE', from: need.state, to: need.state });
    if (!sides.includes('STAFF')) {
      const [notTheirs] = staffOnly(given);
      if (notTheirs !== undefined) return fail({ code: 'FORBIDDEN', path: [notTheirs] });
      if (need.state !== 'SUBMITTED') return fail({ code: 'FORBIDDEN' });
    }
    const category = await categoryOf(tx, need, given.categoryCode);
    if (!category.ok) return category;
    const detail = await tx.load(needDetailById, needId);
    const { description, accessNotes } = given;
    if (!detail && (description !== undefined || accessNotes !== undefined)) return fail({ code: 'FORBIDDEN' });
    const building = detail?.buildingId ? await tx.load(buildingById, detail.buildingId) : null;
    const checked = checkFields(given, {
      now: tx.now(),
      storeys: building?.storeys ?? null,
      least: need.fulfilled + Math.max(need.committed, 1),
      before: need,
    });
    if (!checked.ok) return checked;
    const changed: NeedRow = {
      ...need,
      ...corrected(need, given),
      ...(await recategorized(tx, need, category.value)),
      version: need.version + 1,
    };
    const companion = beside === null ? null : await lockCompanion(tx, beside, changed);
    if (companion && !companion.ok) return companion;
    await saveNeed(tx, changed);
    if (companion) await goTogether(tx, changed, companion.value);
    else if (given.togetherWithId === null) await goAlone(tx, changed);
    if (description !== undefined || accessNotes !== undefined)
      await saveTexts(tx, needId, {
        ...(description !== undefined && { description: description?.trim() ?? '' }),
        ...(accessNotes !== undefined && { accessNotes: accessNotes?.trim() || null }),
      });
    const fields = Object.keys(given).filter(name => given[name as keyof typeof given] !== undefined);
    await tx.append({ ...eventOf(need), kind: 'NEED_CHANGED', data: { fields } });
    const togetherWithId = given.togetherWithId === undefined ? changed.togetherWithId : given.togetherWithId;
    return ok({ ...changed, togetherWithId });
  });
