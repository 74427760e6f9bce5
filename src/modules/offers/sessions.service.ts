import { allOf, checkCount, checkInteger, checkText } from '../../kernel/check.js';
import { localDate } from '../../kernel/clock.js';
import type {
  CapacityExceeded,
  Forbidden,
  IdempotencyKeyReused,
  InvalidInput,
  InvalidState,
  NotFound,
  ReasonRequired,
  StaleVersion,
} from '../../kernel/failures.js';
import { newId } from '../../kernel/ids.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { Scope } from '../../scope/scope.js';
import { buildingById } from '../territory/territory.service.js';
import { checkSession, type Offer, offerState, type Session, type SessionFields, type SessionState } from './offers.domain.js';
import { canEdit, canSee } from './offers.policy.js';
import { isPartnerOfStaff, lockOffer, offerById } from './offers.repo.js';
import {
  insertSessions,
  lockSession,
  release,
  remaining,
  reserve,
  resize,
  saveSession,
  sessionById,
  sessionsFrom,
} from './sessions.repo.js';

export {
  BY_START,
  countSessions,
  pageOfSessions,
  type SessionFilter,
  type SessionRow,
  sessionById,
  upcomingByOffer,
} from './sessions.repo.js';

const mayReach = async (scope: Scope, offer: Offer): Promise<boolean> => {
  const today = localDate(scope.now());
  return (
    canSee(scope.actor, offer, today, false) ||
    canSee(scope.actor, offer, today, (await scope.load(isPartnerOfStaff, offer.organizationId)) ?? false)
  );
};

/** A session by id, as far as the caller may see its offer. */
export async function findSession(scope: Scope, id: string): Promise<Session | null> {
  const session = await scope.load(sessionById, id);
  const offer = session && (await scope.load(offerById, session.offerId));
  return session && offer && (await mayReach(scope, offer)) ? session : null;
}

/** Takes places of a session, within the caller's transaction. */
export async function reserveCapacity(tx: Scope, sessionId: string, quantity: number): Promise<Result<null, CapacityExceeded>> {
  return (await reserve(tx, sessionId, quantity))
    ? ok(null)
    : fail({ code: 'CAPACITY_EXCEEDED', remaining: await remaining(tx, sessionId) });
}

/** Gives places back, within the caller's transaction; 0 does nothing. */
export async function releaseCapacity(tx: Scope, sessionId: string, quantity: number): Promise<void> {
  if (quantity > 0) await release(tx, sessionId, quantity);
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
      const offer = await lockOffer(tx, command.offerId);
      if (!offer || !(await mayReach(tx, offer))) return fail({ code: 'NOT_FOUND', path: ['offerId'] });
      if (!canEdit(tx.actor, offer.organizationId)) return fail({ code: 'FORBIDDEN' });
      return tx.once(
        { operation: 'sessionsCreate', key: command.idempotencyKey, input: command },
        async (): Promise<Result<CreatedSessions, NotFound | InvalidInput | InvalidState>> => {
          const state = offerState(offer, localDate(tx.now()));
          if (state === 'WITHDRAWN' || state === 'EXPIRED') return fail({ code: 'INVALID_STATE', from: state, to: state });
          const counted = allOf(checkCount(['sessions'], command.sessions, { min: 1, max: MAX_SESSIONS }));
          if (!counted.ok) return counted;
          const checked = await Promise.all(command.sessions.map((session, i) => checkAll(tx, session, ['sessions', String(i)])));
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
  fields: SessionFields,
  path: readonly string[],
): Promise<Result<null, InvalidInput | NotFound>> {
  const checked = checkSession(fields, tx.now(), path);
  if (!checked.ok || fields.buildingId === null) return checked;
  return (await tx.load(buildingById, fields.buildingId)) ? ok(null) : fail({ code: 'NOT_FOUND', path: [...path, 'buildingId'] });
}

const sessionOf = (offerId: string, { startsAt, endsAt, capacity, buildingId, place }: SessionFields, at: Date): Session => ({
  id: newId(at.getTime()),
  offerId,
  state: 'SCHEDULED',
  startsAt,
  endsAt,
  capacity,
  reserved: 0,
  buildingId,
  place: place.trim(),
  cancelReason: null,
  version: 1,
  createdAt: at,
});

const eventOf = (kind: string, { id }: Session, data: Readonly<Record<string, unknown>>, reason: string | null = null) => ({
  kind,
  subject: { type: 'Session', id },
  reason,
  data,
});

interface ChangeSession {
  readonly sessionId: string;
  readonly expectedVersion: number;
}
type Refused = NotFound | Forbidden | StaleVersion;

const changeSession = <F extends InvalidInput | InvalidState | CapacityExceeded | NotFound | ReasonRequired>(
  scope: Scope,
  { sessionId, expectedVersion }: ChangeSession,
  change: (session: Session, tx: Scope) => Promise<Result<Session, F>>,
) =>
  scope.transaction(async (tx): Promise<Result<Session, Refused | InvalidState<SessionState> | F>> => {
    const session = await lockSession(tx, sessionId);
    const offer = session && (await tx.load(offerById, session.offerId));
    if (!session || !offer || !(await mayReach(tx, offer))) return fail({ code: 'NOT_FOUND', path: ['sessionId'] });
    if (!canEdit(tx.actor, offer.organizationId)) return fail({ code: 'FORBIDDEN' });
    if (session.version !== expectedVersion) return fail({ code: 'STALE_VERSION', currentVersion: session.version });
    if (session.state === 'CANCELLED') return fail({ code: 'INVALID_STATE', from: 'CANCELLED', to: 'SCHEDULED' });
    return change(session, tx);
  });

export interface UpdateSession extends ChangeSession {
  readonly startsAt?: Date | null;
  readonly endsAt?: Date | null;
  readonly buildingId?: string | null;
  readonly place?: string;
}

/** Corrects time and place. While places are promised only the wording of the place may change: people planned by the rest. */
export const updateSession = (scope: Scope, { sessionId, expectedVersion, ...changes }: UpdateSession) =>
  changeSession(scope, { sessionId, expectedVersion }, async (session, tx): Promise<Result<Session, InvalidInput | NotFound>> => {
    const changed = { ...session, ...changes, version: session.version + 1 };
    const moved = (['startsAt', 'endsAt', 'buildingId'] as const).filter(name => String(changed[name]) !== String(session[name]));
    if (session.reserved > 0 && moved.length)
      return fail({ code: 'INVALID_INPUT', problems: moved.map(name => ({ path: [name], rule: 'NOT_ALLOWED' as const })) });
    const checked = await checkAll(tx, changed, []);
    if (!checked.ok) return checked;
    await saveSession(tx, changed);
    await tx.append(eventOf('SESSION_CHANGED', changed, { fields: Object.keys(changes) }));
    return ok(changed);
  });

export interface ResizeSession extends ChangeSession {
  readonly capacity: number;
  readonly reason: string;
}

/** Changes the number of places; fewer than are promised is refused with how many may go. */
export const changeCapacity = (scope: Scope, { capacity, reason, ...command }: ResizeSession) =>
  changeSession(scope, command, async (session, tx): Promise<Result<Session, InvalidInput | CapacityExceeded>> => {
    const checked = allOf(
      checkInteger(['capacity'], capacity, { min: 1 }),
      checkText(['reason'], reason, { max: 200, required: true }),
    );
    if (!checked.ok) return checked;
    if (!(await resize(tx, session.id, capacity)))
      return fail({ code: 'CAPACITY_EXCEEDED', path: ['capacity'], remaining: session.capacity - session.reserved });
    const changed = { ...session, capacity, version: session.version + 1 };
    await tx.append(eventOf('SESSION_RESIZED', changed, { from: session.capacity, to: capacity }));
    return ok(changed);
  });

export interface CancelSession extends ChangeSession {
  readonly reason: string;
}

/** Calls a session off. Places promised in it must be given up first, one referral at a time, so that nobody is forgotten. */
export const cancelSession = (scope: Scope, { reason, ...command }: CancelSession) =>
  changeSession(
    scope,
    command,
    async (session, tx): Promise<Result<Session, InvalidInput | ReasonRequired | CapacityExceeded>> => {
      if (!reason.trim()) return fail({ code: 'REASON_REQUIRED', path: ['reason'] });
      const checked = allOf(checkText(['reason'], reason, { max: 200 }));
      if (!checked.ok) return checked;
      if (session.reserved > 0) return fail({ code: 'CAPACITY_EXCEEDED', path: ['sessionId'], remaining: session.reserved });
      const changed: Session = { ...session, state: 'CANCELLED', cancelReason: reason.trim(), version: session.version + 1 };
      await saveSession(tx, changed);
      await tx.append(eventOf('SESSION_CANCELLED', changed, {}));
      return ok(changed);
    },
  );

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
  if (made.length) await insertSessions(tx, made);
  await tx.append(
    ...made.map(session => eventOf('SESSION_SCHEDULED', session, { capacity: session.capacity, offerId: session.offerId })),
  );
  return ok(made);
}
