import { allOf, checkCount, checkInteger } from '../../kernel/check.js';
import { localDate } from '../../kernel/clock.js';
import type { EventKind } from '../../kernel/event-kinds.js';
import type {
  CapacityExceeded,
  Forbidden,
  IdempotencyKeyReused,
  Incomplete,
  InvalidInput,
  InvalidState,
  NotFound,
  StaleVersion,
} from '../../kernel/failures.js';
import { NOWHERE, newId } from '../../kernel/ids.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { Scope } from '../../scope/scope.js';
import { buildingById } from '../territory/territory.service.js';
import { type Offer, type OfferReason, offerState } from './offers.domain.js';
import { canEdit, canSee, canSeeSession } from './offers.policy.js';
import { isPartnerOfStaff, lockOffer, offerById, ROWS_AT_ONCE, servedBranches } from './offers.repo.js';
import {
  checkSession,
  outsideValidity,
  quotaPlaces,
  type Session,
  type SessionFields,
  type SessionState,
  type SessionTerms,
} from './sessions.domain.js';
import { insertSessions, lockSession, resize, saveSession, sessionById, sessionsFrom } from './sessions.repo.js';

export {
  BY_START,
  countSessions,
  hasFreePlaces,
  pageOfSessions,
  type SessionFilter,
  type SessionRow,
  sessionById,
  upcomingByOffer,
} from './sessions.repo.js';

const isPartner = async (scope: Scope, offer: Offer | null): Promise<boolean> =>
  (await scope.load(isPartnerOfStaff, offer?.organizationId ?? NOWHERE)) ?? false;

/**
 * The offer where the caller may see it; asks the database once for all offers of a tick, and only when it must. For what is not there
 * it asks as for what is hidden.
 */
export async function seenOffer(scope: Scope, offer: Offer | null): Promise<Offer | null> {
  const today = localDate(scope.now());
  if (offer && canSee(scope.actor, offer, today, false)) return offer;
  const partner = await isPartner(scope, offer);
  return offer && canSee(scope.actor, offer, today, partner) ? offer : null;
}

async function maySeeSession(scope: Scope, offer: Offer | null, session: Session | null): Promise<boolean> {
  const today = localDate(scope.now());
  if (offer && session && canSeeSession(scope.actor, offer, session, today, false)) return true;
  const partner = await isPartner(scope, offer);
  return offer !== null && session !== null && canSeeSession(scope.actor, offer, session, today, partner);
}

/** A session by id, as far as the caller may see it. */
export async function findSession(scope: Scope, id: string): Promise<Session | null> {
  const session = await scope.load(sessionById, id);
  const offer = await scope.load(offerById, session?.offerId ?? NOWHERE);
  return (await maySeeSession(scope, offer, session)) ? session : null;
}

/** What a session takes up, for its organization and for staff in whose alliance that is or was; null for others. */
export async function resourcesOf(scope: Scope, { offerId, resourceKeys }: Session): Promise<readonly string[] | null> {
  const offer = await scope.load(offerById, offerId);
  return offer && (canEdit(scope.actor, offer.organizationId) || (await isPartner(scope, offer))) ? resourceKeys : null;
}

const MAX_SESSIONS = 100;

export interface CreateSessions {
  readonly offerId: string;
  readonly sessions: readonly SessionFields[];
  readonly idempotencyKey: string;
}

/** What a bulk creation made; `id` is the first session's. */
export interface CreatedSessions {
  readonly id: string;
  readonly sessions: readonly Session[];
}

/** Adds sessions to an offer, all or none: a mistake in one is told by its place in the list. */
export const createSessions = (scope: Scope, command: CreateSessions) =>
  scope.transaction(
    async (tx): Promise<Result<CreatedSessions, NotFound | Forbidden | InvalidInput | InvalidState | IdempotencyKeyReused>> => {
      const offer = await seenOffer(tx, await lockOffer(tx, command.offerId));
      if (!offer) return fail({ code: 'NOT_FOUND', path: ['offerId'] });
      if (!canEdit(tx.actor, offer.organizationId)) return fail({ code: 'FORBIDDEN' });
      return tx.once(
        { operation: 'sessionsCreate', key: command.idempotencyKey, input: command },
        async (): Promise<Result<CreatedSessions, NotFound | InvalidInput | InvalidState>> => {
          const state = offerState(offer, localDate(tx.now()));
          if (state === 'WITHDRAWN' || state === 'EXPIRED') return fail({ code: 'INVALID_STATE', from: state, to: state });
          const counted = allOf(checkCount(['sessions'], command.sessions, { min: 1, max: MAX_SESSIONS }));
          if (!counted.ok) return counted;
          const checked = await Promise.all(
            command.sessions.map((session, i) => checkAll(tx, offer, session, ['sessions', String(i)])),
          );
          const wrong = checked.filter(result => !result.ok).map(({ failure }) => failure);
          const problems = wrong.flatMap(failure => (failure.code === 'INVALID_INPUT' ? failure.problems : []));
          if (problems.length) return fail({ code: 'INVALID_INPUT', problems });
          if (wrong[0]) return fail(wrong[0]);
          const made = command.sessions.map(fields => sessionOf(offer.id, fields, tx.now()));
          await insertSessions(tx, made);
          await tx.append(
            ...made.map(session => eventOf('SESSION_SCHEDULED', session, { capacity: session.capacity, offerId: offer.id })),
          );
          return ok({ id: made[0]?.id ?? '', sessions: made });
        },
        async id => ({ id, sessions: await sessionsFrom(tx, offer.id, id, command.sessions.length) }),
      );
    },
  );

async function checkAll(
  tx: Scope,
  offer: Offer,
  fields: SessionFields,
  path: readonly string[],
  newQuotas: Session['branchQuotas'] = fields.branchQuotas,
): Promise<Result<null, InvalidInput | NotFound>> {
  const checked = checkSession(fields, tx.now(), path);
  if (!checked.ok) return checked;
  const served = newQuotas.length ? await servedBranches(tx, offer) : null;
  const within = allOf(
    outsideValidity(offer, fields, path),
    newQuotas.map(({ branchId }, i) =>
      served?.has(branchId) ? null : { path: [...path, 'branchQuotas', String(i), 'branchId'], rule: 'NOT_ALLOWED' },
    ),
  );
  if (!within.ok || fields.buildingId === null) return within;
  return (await tx.load(buildingById, fields.buildingId)) ? ok(null) : fail({ code: 'NOT_FOUND', path: [...path, 'buildingId'] });
}

const sessionOf = (offerId: string, { place, resourceKeys, ...fields }: SessionFields, at: Date): Session => ({
  ...fields,
  id: newId(at.getTime()),
  offerId,
  state: 'SCHEDULED',
  reserved: 0,
  place: place.trim(),
  resourceKeys: [...new Set(resourceKeys)],
  cancelReason: null,
  version: 1,
  createdAt: at,
});

const eventOf = (kind: EventKind, { id }: Session, data: Readonly<Record<string, unknown>>, reason: string | null = null) => ({
  kind,
  subject: { type: 'Session', id },
  reason,
  data,
});

/** Which session, as last read. With a key, a repeat gets the first answer. */
interface ChangeSession {
  readonly sessionId: string;
  readonly expectedVersion: number;
  readonly idempotencyKey?: string | null;
}
type Refused = NotFound | Forbidden | StaleVersion;

const changeSession = <F extends InvalidInput | InvalidState | CapacityExceeded | NotFound | Incomplete>(
  scope: Scope,
  operation: string,
  command: ChangeSession,
  change: (session: Session, tx: Scope, offer: Offer) => Promise<Result<Session, F>>,
) =>
  scope.transaction(tx =>
    tx.once(
      { operation, key: command.idempotencyKey, input: command },
      async (): Promise<Result<Session, Refused | InvalidState<SessionState> | F>> => {
        const session = await lockSession(tx, command.sessionId);
        const offer = await tx.load(offerById, session?.offerId ?? NOWHERE);
        const seen = await maySeeSession(tx, offer, session);
        if (!session || !offer || !seen) return fail({ code: 'NOT_FOUND', path: ['sessionId'] });
        if (!canEdit(tx.actor, offer.organizationId)) return fail({ code: 'FORBIDDEN' });
        if (session.version !== command.expectedVersion) return fail({ code: 'STALE_VERSION', currentVersion: session.version });
        if (session.state === 'CANCELLED') return fail({ code: 'INVALID_STATE', from: 'CANCELLED', to: 'SCHEDULED' });
        return change(session, tx, offer);
      },
      id => findSession(tx, id),
    ),
  );

export interface UpdateSession extends ChangeSession, Partial<SessionTerms> {
  readonly startsAt?: Date | null;
  readonly endsAt?: Date | null;
  readonly buildingId?: string | null;
  readonly place?: string;
}

/**
 * Corrects time, place and terms. While places are promised, time, building and resources stay: people planned by them. A
 * minimum and quotas may change, for they bind only what is promised from then on.
 */
export const updateSession = (scope: Scope, command: UpdateSession) =>
  changeSession(
    scope,
    'sessionUpdate',
    command,
    async (session, tx, offer): Promise<Result<Session, InvalidInput | NotFound>> => {
      const { sessionId, expectedVersion, idempotencyKey, ...changes } = command;
      const changed = { ...session, ...changes, place: (changes.place ?? session.place).trim(), version: session.version + 1 };
      const moved = (['startsAt', 'endsAt', 'buildingId', 'resourceKeys'] as const).filter(
        name => String(changed[name]) !== String(session[name]),
      );
      if (session.reserved > 0 && moved.length)
        return fail({ code: 'INVALID_INPUT', problems: moved.map(name => ({ path: [name], rule: 'NOT_ALLOWED' as const })) });
      const checked = await checkAll(tx, offer, changed, [], changes.branchQuotas ?? []);
      if (!checked.ok) return checked;
      await saveSession(tx, changed);
      await tx.append(eventOf('SESSION_CHANGED', changed, { fields: Object.keys(changes) }));
      return ok(changed);
    },
  );

export interface ResizeSession extends ChangeSession {
  readonly capacity: number;
  readonly reason: OfferReason;
}

/** Changes the number of places; fewer than are promised is refused with how many may go, fewer than its terms ask for as such. */
export const changeCapacity = (scope: Scope, command: ResizeSession) =>
  changeSession(
    scope,
    'sessionCapacityChange',
    command,
    async (session, tx): Promise<Result<Session, InvalidInput | CapacityExceeded>> => {
      const { capacity, reason } = command;
      const least = Math.max(1, session.minimumAttendance, quotaPlaces(session.branchQuotas));
      const checked = allOf(checkInteger(['capacity'], capacity, { min: least }));
      if (!checked.ok) return checked;
      if (!(await resize(tx, session.id, capacity)))
        return fail({ code: 'CAPACITY_EXCEEDED', path: ['capacity'], remaining: session.capacity - session.reserved });
      const changed = { ...session, capacity, version: session.version + 1 };
      await tx.append(eventOf('SESSION_RESIZED', changed, { from: session.capacity, to: capacity }, reason));
      return ok(changed);
    },
  );

export interface CancelSession extends ChangeSession {
  readonly reason: OfferReason;
}

/** Calls a session off. Places promised in it must be given up first, one referral at a time, so that nobody is forgotten. */
export const cancelSession = (scope: Scope, command: CancelSession) =>
  changeSession(scope, 'sessionCancel', command, async (session, tx): Promise<Result<Session, Incomplete>> => {
    const { reason } = command;
    if (session.reserved > 0)
      return fail({ code: 'INCOMPLETE', path: ['sessionId'], missing: [`PROMISES_GIVEN_UP:${session.reserved}`] });
    const changed: Session = { ...session, state: 'CANCELLED', cancelReason: reason, version: session.version + 1 };
    await saveSession(tx, changed);
    await tx.append(eventOf('SESSION_CANCELLED', changed, {}, reason));
    return ok(changed);
  });

/** Many sessions at once, valid by the same rules but for lying ahead; for seeds and imports, in the caller's transaction. */
export async function createSessionsBulk(
  tx: Scope,
  rows: readonly (SessionFields & { readonly offerId: string })[],
): Promise<Result<readonly Session[], InvalidInput>> {
  const made: Session[] = [];
  for (const { offerId, ...fields } of rows) {
    const checked = checkSession(fields, new Date(0));
    if (!checked.ok) return checked;
    made.push(sessionOf(offerId, fields, tx.now()));
  }
  await insertSessions(tx, made);
  const happened = made.map(session =>
    eventOf('SESSION_SCHEDULED', session, { capacity: session.capacity, offerId: session.offerId }),
  );
  for (let i = 0; i < happened.length; i += ROWS_AT_ONCE) await tx.append(...happened.slice(i, i + ROWS_AT_ONCE));
  return ok(made);
}
