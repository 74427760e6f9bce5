import { mayBeFamily, worksFor } from '../../kernel/actor.js';
import { DAY, localDate, workingHoursBetween } from '../../kernel/clock.js';
import type { Page, PageWindow } from '../../kernel/page.js';
import { bigrams } from '../../kernel/text.js';
import type { AgeBand } from '../../kernel/vocabulary.js';
import { defineLoader } from '../../scope/loader.js';
import type { Scope } from '../../scope/scope.js';
import { logAccess } from '../privacy/access.service.js';
import { ageBand, openProfile } from '../residents/residents.service.js';
import { beneficiariesOf, type NeedDetail, needDetailById, tokenListsOf } from './details.repo.js';
import { type Need, type NeedOrder, type NeedState, needSteps, openQuantity } from './needs.domain.js';
import { canFollow, mayKnowPeople, sidesOf } from './needs.policy.js';
import { countNeeds, likeNeed, type NeedFilter, type NeedRow, ORDERS, pageOfNeeds, proposedByNeed } from './needs.repo.js';
import { isFamilyOf } from './sight.service.js';
import { labelFor, type TimelineEntry } from './timeline.domain.js';
import { eventsByNeed } from './timeline.repo.js';

export { type BulkNeed, createNeedsBulk } from './bulk.service.js';
export { commitQuantity, expireNeeds, fulfilQuantity, releaseQuantity, reopenQuantity } from './coverage.service.js';
export { openAccessNotes, openDescription, sealedNeedDetails } from './details.repo.js';
export {
  fulfillNeed,
  markUnmet,
  mergeNeed,
  rejectNeed,
  setUrgency,
  transferNeed,
  updateNeed,
  verifyNeed,
  withdrawNeed,
} from './moves.service.js';
export { leastPortion, type Need } from './needs.domain.js';
export { canSeeNeed } from './needs.policy.js';
export { type NeedRow, needById, ORDERS } from './needs.repo.js';
export { endNeedsOf, eraseNeedTexts, expireUnverified, needsAbout } from './rights.service.js';
export { findNeed, isFamilyOf } from './sight.service.js';
export { submitNeed } from './submission.service.js';
export { doneBy } from './timeline.domain.js';
export { companionOf } from './together.service.js';

/** What a need says about people; null for those who may not know. */
export const detailOf = async (scope: Scope, need: NeedRow): Promise<NeedDetail | null> =>
  mayKnowPeople(scope.actor, need) ? scope.load(needDetailById, need.id) : null;

/** Staff of the branch, family, and the organization that asked: more than partners are shown before they accept. */
export const isInvolved = async (scope: Scope, need: NeedRow): Promise<boolean> =>
  canFollow(scope.actor, need, await isFamilyOf(scope, need));

/** The states into which this caller may move a need now. */
export const transitionsOf = async (scope: Scope, need: NeedRow): Promise<NeedState[]> =>
  needSteps(need, sidesOf(scope.actor, need, await isFamilyOf(scope, need)));

export interface NeedSearch extends Omit<NeedFilter, 'tokens'> {
  /** Part of the description: two characters and more. */
  readonly text?: string | null;
}

/** Characters that a search text may have. */
export const MAX_SEARCH = 100;
/** True for a text that holds at least one pair of neighbouring characters to look for. */
export const isSearchable = (text: string): boolean => text.length <= MAX_SEARCH && bigrams(text).length > 0;

const CODE = /^[A-Z][A-Z0-9_]*$/;

/** A page of the needs that the caller may see, and how many there are when `counted`. */
export async function listNeeds(
  scope: Scope,
  { text, ...filter }: NeedSearch,
  order: NeedOrder,
  window: PageWindow,
  counted: boolean,
): Promise<{ readonly page: Page<NeedRow>; readonly totalCount: number | null }> {
  const known: NeedFilter = {
    ...filter,
    categories: filter.categories?.filter(code => CODE.test(code)) ?? null,
    tokenLists: text == null ? null : tokenListsOf(scope, text),
  };
  const nothing = scope.actor.kind === 'ANONYMOUS' || (filter.categories?.length && !known.categories?.length);
  if (nothing) return { page: { edges: [], hasNextPage: false, hasPreviousPage: false }, totalCount: 0 };
  const read = async (tx: Scope) => ({
    page: await pageOfNeeds(tx, known, ORDERS[order], window),
    totalCount: counted ? await countNeeds(tx, known) : null,
  });
  const behindWall =
    known.tokenLists !== null || known.beneficiaryId != null || known.byHand === true || mayBeFamily(scope.actor);
  return behindWall ? scope.reading(read) : read(scope);
}

/** How far a need is covered, in the category's unit. */
export const coverageOf = (need: Need) => ({
  needId: need.id,
  asked: need.quantity,
  committed: need.committed,
  fulfilled: need.fulfilled,
  open: openQuantity(need),
});

/** What has been proposed for a need and waits for an answer, in the category's unit. */
export const proposedFor = async (scope: Scope, needId: string): Promise<number> =>
  (await scope.load(proposedByNeed, needId)) ?? 0;

/** How long somebody has waited, or did until it was closed. */
export function waitingOf({ submittedAt, closedAt }: Need, now: Date) {
  const until = closedAt ?? now;
  return {
    since: submittedAt,
    workingHours: Math.round(workingHoursBetween(submittedAt, until) * 100) / 100,
    days: Math.max(0, Math.floor((until.getTime() - submittedAt.getTime()) / DAY)),
  };
}

/**
 * How old the beneficiaries are today, as bands: all that partners learn of a person. Read for a whole page at once under the
 * purpose `deidentify`, with one entry in the access log.
 */
export const ageBandByNeed = defineLoader<AgeBand>('ageBandByNeed', (scope, needIds) =>
  scope.asSystem('deidentify').reading(async sys => {
    const found = await beneficiariesOf(sys, needIds);
    if (found.length)
      await logAccess(sys, { action: 'NEED_AGE_BANDS', detail: { needs: needIds.length, residents: found.length } });
    const today = localDate(sys.now());
    return new Map(
      found.map(({ needId, residentId, profileSealed }) => [
        needId,
        ageBand(openProfile(sys, residentId, profileSealed).birthDate, today),
      ]),
    );
  }),
);

/** What happened to a need, for those who may follow it; notes of the staff for staff only. Null for others. */
export async function timelineOf(scope: Scope, need: NeedRow): Promise<readonly TimelineEntry[] | null> {
  if (!(await isInvolved(scope, need))) return null;
  const isStaff = worksFor(scope.actor, need.branchId);
  const logged = (await scope.load(eventsByNeed, need.id)) ?? [];
  return logged.flatMap(event => {
    const label = labelFor(event.kind, isStaff);
    return label ? [{ ...event, labelZh: label[0], labelEn: label[1] }] : [];
  });
}

/** A need of the same beneficiary and category in the 24 hours before: probably the same matter told twice. */
export const possibleDuplicateOf = (scope: Scope, need: NeedRow): Promise<NeedRow | null> =>
  scope.reading(async tx => {
    const detail = await tx.load(needDetailById, need.id);
    return likeNeed(tx, need, { beneficiaryId: detail?.beneficiaryId ?? null, buildingId: detail?.buildingId ?? null });
  });
