import { localDate } from '../../kernel/clock.js';
import type { EventKind } from '../../kernel/event-kinds.js';
import type {
  Forbidden,
  IdempotencyKeyReused,
  Incomplete,
  InvalidInput,
  InvalidState,
  NotFound,
  StaleVersion,
} from '../../kernel/failures.js';
import { newId } from '../../kernel/ids.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { Scope } from '../../scope/scope.js';
import { organizationById } from '../alliance/alliance.service.js';
import { allCategories, categoryByCode } from '../taxonomy/taxonomy.service.js';
import { branchById, buildingById } from '../territory/territory.service.js';
import {
  checkOffer,
  EMPTY_OFFER,
  edit,
  hide,
  missingToPublish,
  type Offer,
  type OfferFields,
  type OfferReason,
  type OfferState,
  offerState,
  publish,
} from './offers.domain.js';
import { canEdit } from './offers.policy.js';
import { insertOffers, lockOffer, offerById, publishingFacts, ROWS_AT_ONCE, saveOffer } from './offers.repo.js';
import { seenOffer } from './sessions.service.js';

export { quotasLeft, releaseCapacity, reserveCapacity } from './capacity.service.js';
export { canEdit as canEditOffer } from './offers.policy.js';
export { countOffers, NEWEST, type OfferFilter, offerById, pageOfOffers } from './offers.repo.js';
export * from './sessions.service.js';

const todayOf = (scope: Scope): string => localDate(scope.now());

/** An offer by id, as far as the caller may see it. */
export async function findOffer(scope: Scope, id: string): Promise<Offer | null> {
  return seenOffer(scope, await scope.load(offerById, id));
}

/** What the fields point to exists, in this community. */
async function checkReferences(
  scope: Scope,
  { categoryCode, branchIds, eligibleBuildingIds }: Partial<OfferFields>,
): Promise<Result<null, InvalidInput | NotFound>> {
  if (categoryCode != null && !(await scope.load(categoryByCode, categoryCode)))
    return fail({ code: 'NOT_FOUND', path: ['categoryCode'] });
  const branches = await Promise.all((branchIds ?? []).map(id => scope.load(branchById, id)));
  if (branches.includes(null)) return fail({ code: 'NOT_FOUND', path: ['branchIds'] });
  const buildings = await Promise.all((eligibleBuildingIds ?? []).map(id => scope.load(buildingById, id)));
  return buildings.includes(null) ? fail({ code: 'NOT_FOUND', path: ['eligibleBuildingIds'] }) : ok(null);
}

export interface CreateOffer extends Partial<OfferFields> {
  readonly organizationId: string;
  readonly idempotencyKey: string;
}

const eventOf = (kind: EventKind, { id }: Offer, from: OfferState | null, to: OfferState, reason: string | null = null) => ({
  kind,
  subject: { type: 'Offer', id },
  from,
  to,
  reason,
});

/** A draft; nearly everything may still be missing. Only the organisation's liaisons and the community admin may. */
export const createOffer = (scope: Scope, command: CreateOffer) =>
  scope.transaction(async (tx): Promise<Result<Offer, NotFound | Forbidden | InvalidInput | IdempotencyKeyReused>> => {
    const { organizationId, idempotencyKey, ...fields } = command;
    if (!(await tx.load(organizationById, organizationId))) return fail({ code: 'NOT_FOUND', path: ['organizationId'] });
    if (!canEdit(tx.actor, organizationId)) return fail({ code: 'FORBIDDEN' });
    return tx.once(
      { operation: 'offerCreate', key: idempotencyKey, input: command },
      async (): Promise<Result<Offer, NotFound | InvalidInput>> => {
        const offer = draft(organizationId, { ...EMPTY_OFFER, ...fields }, tx.now());
        const checked = checkOffer(offer);
        if (!checked.ok) return checked;
        const known = await checkReferences(tx, offer);
        if (!known.ok) return known;
        await insertOffers(tx, [offer]);
        await tx.append(eventOf('OFFER_DRAFTED', offer, null, 'DRAFT'));
        return ok(offer);
      },
      id => tx.load(offerById, id),
    );
  });

const draft = (organizationId: string, fields: OfferFields, at: Date): Offer => ({
  ...fields,
  title: fields.title.trim(),
  id: newId(at.getTime()),
  organizationId,
  state: 'DRAFT',
  lastAssuredOn: null,
  pauseReason: null,
  version: 1,
  createdAt: at,
  publishedAt: null,
});

/** Which offer, as last read. With a key, a repeat gets the first answer. */
interface ChangeOffer {
  readonly offerId: string;
  readonly expectedVersion: number;
  readonly idempotencyKey?: string | null;
}

/** What every change of an offer begins and ends with. */
const changeOffer = <F extends InvalidState<OfferState> | Incomplete | InvalidInput | NotFound>(
  scope: Scope,
  command: ChangeOffer,
  kind: EventKind,
  change: (offer: Offer, tx: Scope) => Promise<Result<Offer, F>>,
  reason: OfferReason | null = null,
) =>
  scope.transaction(tx =>
    tx.once(
      { operation: kind, key: command.idempotencyKey, input: command },
      async (): Promise<Result<Offer, NotFound | Forbidden | StaleVersion | F>> => {
        const offer = await seenOffer(tx, await lockOffer(tx, command.offerId));
        if (!offer) return fail({ code: 'NOT_FOUND', path: ['offerId'] });
        if (!canEdit(tx.actor, offer.organizationId)) return fail({ code: 'FORBIDDEN' });
        if (offer.version !== command.expectedVersion) return fail({ code: 'STALE_VERSION', currentVersion: offer.version });
        const changed = await change(offer, tx);
        if (!changed.ok) return changed;
        await saveOffer(tx, changed.value);
        await tx.append(eventOf(kind, offer, offer.state, changed.value.state, reason));
        return changed;
      },
      id => findOffer(tx, id),
    ),
  );

export interface UpdateOffer extends Pick<ChangeOffer, 'offerId' | 'expectedVersion'>, Partial<OfferFields> {}

/** Changes what is given. Of a published offer, what people were matched by stays: category, cost, eligibility. */
export const updateOffer = (scope: Scope, { offerId, expectedVersion, ...changes }: UpdateOffer) =>
  changeOffer(
    scope,
    { offerId, expectedVersion },
    'OFFER_CHANGED',
    async (offer, tx): Promise<Result<Offer, InvalidState<OfferState> | InvalidInput | NotFound>> => {
      const edited = edit(offer, changes, todayOf(tx));
      if (!edited.ok) return edited;
      const known = await checkReferences(tx, changes);
      return known.ok ? edited : known;
    },
  );

/** Shows an offer to the branches that it serves; also ends a pause. All that is missing is told at once. */
export const publishOffer = (scope: Scope, command: ChangeOffer) =>
  changeOffer(scope, command, 'OFFER_PUBLISHED', async (offer, tx) =>
    publish(offer, await publishingFacts(tx, offer, todayOf(tx)), tx.now()),
  );

export interface HideOffer extends ChangeOffer {
  readonly reason: OfferReason;
}

/** Nothing new is promised from it for a while; promises already made stand. */
export const pauseOffer = (scope: Scope, command: HideOffer) =>
  changeOffer(
    scope,
    command,
    'OFFER_PAUSED',
    async (offer, tx) => hide(offer, 'PAUSED', command.reason, todayOf(tx)),
    command.reason,
  );

/** Ends it for good; promises already made stand. */
export const withdrawOffer = (scope: Scope, command: HideOffer) =>
  changeOffer(
    scope,
    command,
    'OFFER_WITHDRAWN',
    async (offer, tx) => hide(offer, 'WITHDRAWN', command.reason, todayOf(tx)),
    command.reason,
  );

/** The organisation confirms that all it says is still true (HSDS assured_date). */
export const assureOffer = (scope: Scope, command: ChangeOffer) =>
  changeOffer(scope, command, 'OFFER_ASSURED', async (offer, tx): Promise<Result<Offer, InvalidState<OfferState>>> => {
    const state = offerState(offer, todayOf(tx));
    return state === 'PUBLISHED' || state === 'PAUSED'
      ? ok({ ...offer, lastAssuredOn: todayOf(tx), version: offer.version + 1 })
      : fail({ code: 'INVALID_STATE', from: state, to: state });
  });

export interface BulkOffer extends Partial<OfferFields> {
  readonly organizationId: string;
  readonly state: Exclude<OfferState, 'EXPIRED'>;
  readonly pauseReason?: OfferReason;
}

/**
 * Many offers at once, in the caller's transaction, in the states they are given; for seeds and imports. Valid by the same
 * rules, told with the offer's place in the list; sessions and standing are not asked for, since they may follow.
 */
export async function createOffersBulk(
  tx: Scope,
  rows: readonly BulkOffer[],
): Promise<Result<readonly Offer[], InvalidInput | Incomplete>> {
  const categories = new Map((await allCategories(tx)).map(category => [category.code, category]));
  const made: Offer[] = [];
  for (const [i, { organizationId, state, pauseReason = null, ...fields }] of rows.entries()) {
    const offer: Offer = {
      ...draft(organizationId, { ...EMPTY_OFFER, ...fields }, tx.now()),
      state,
      pauseReason,
      publishedAt: state === 'DRAFT' ? null : tx.now(),
      lastAssuredOn: state === 'DRAFT' ? null : todayOf(tx),
    };
    const checked = checkOffer(offer);
    if (!checked.ok) return fail({ ...checked.failure, path: [String(i)] });
    const category = categories.get(offer.categoryCode ?? '');
    const missing =
      state === 'DRAFT'
        ? []
        : missingToPublish(offer, {
            today: offer.validFrom ?? todayOf(tx),
            needsFiling: category?.needsFiling ?? false,
            hasStanding: true,
            reachesBuildings: true,
            sessionCount: 1,
          });
    if (missing.length) return fail({ code: 'INCOMPLETE', path: [String(i)], missing });
    made.push(offer);
  }
  await insertOffers(tx, made);
  const happened = made.map(offer =>
    eventOf(`OFFER_${offer.state === 'DRAFT' ? 'DRAFTED' : offer.state}`, offer, null, offer.state, offer.pauseReason),
  );
  for (let i = 0; i < happened.length; i += ROWS_AT_ONCE) await tx.append(...happened.slice(i, i + ROWS_AT_ONCE));
  return ok(made);
}
