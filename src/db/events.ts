import { type Actor, accountOf } from '../kernel/actor.js';
import { newId } from '../kernel/ids.js';
import type { Database } from './client.js';
import { events, unsealedEvents } from './log.table.js';

/** What a use case says of a change. Ids and codes only: the log outlives the person and is read by many. */
export interface EventInput {
  /** Noun and past verb, e.g. `OFFER_PUBLISHED`. */
  readonly kind: string;
  readonly subject: { readonly type: string; readonly id: string };
  readonly branchId?: string | null;
  readonly from?: string | null;
  readonly to?: string | null;
  readonly reason?: string | null;
  readonly data?: Readonly<Record<string, unknown>>;
  /** When it happened; now when left out. Only what is loaded afterwards says another time. */
  readonly at?: Date;
}

/** Who and when, from the scope that appends. */
export interface EventOrigin {
  readonly communityId: string;
  readonly actor: Actor;
  readonly requestId: string | null;
  readonly now: () => Date;
}

const roleOf = (actor: Actor): string =>
  actor.kind === 'ACCOUNT' ? (actor.roles[0] ?? 'ACCOUNT') : actor.kind === 'SYSTEM' ? `SYSTEM:${actor.purpose}` : 'ANONYMOUS';

/** Appends to the one event log, in the transaction that makes the change. The sealer gives the events their positions later. */
export async function appendEvents(
  db: Database,
  { communityId, actor, requestId, now }: EventOrigin,
  inputs: readonly EventInput[],
): Promise<void> {
  if (!inputs.length) return;
  const present = now();
  const rows = inputs.map(
    ({ kind, subject, branchId = null, from = null, to = null, reason = null, data = {}, at = present }) => ({
      communityId,
      id: newId(present.getTime()),
      at,
      kind,
      subjectType: subject.type,
      subjectId: subject.id,
      branchId,
      actorId: accountOf(actor),
      actorRole: roleOf(actor),
      requestId,
      fromState: from,
      toState: to,
      reason,
      data,
    }),
  );
  await db.insert(events).values(rows);
  await db.insert(unsealedEvents).values(rows.map(({ id }) => ({ communityId, eventId: id })));
}
