import { sql } from 'drizzle-orm';
import { type Actor, accountOf, clientOf, roleUsed } from '../kernel/actor.js';
import type { EventKind } from '../kernel/event-kinds.js';
import { newId } from '../kernel/ids.js';
import type { Database } from './client.js';
import { events, unsealedEvents } from './log.table.js';

/** What a use case says of a change. Ids and codes only: the log outlives the person and is read by many. */
export interface EventInput {
  /** Noun and past verb, e.g. `OFFER_PUBLISHED`: one of `kernel/event-kinds.ts`. */
  readonly kind: EventKind;
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

function roleOf(actor: Actor, branchId: string | null): string {
  if (actor.kind === 'ACCOUNT') return roleUsed(actor, branchId) ?? 'ACCOUNT';
  return actor.kind === 'SYSTEM' ? `SYSTEM:${actor.purpose}` : 'ANONYMOUS';
}

/**
 * Appends to the one event log, in the transaction that makes the change: one statement for the events and their places in the
 * sealer's queue. The sealer gives the events their positions later, in the order of their ids: that in which they were appended.
 */
export async function appendEvents(
  db: Database,
  { communityId, actor, requestId, now }: EventOrigin,
  inputs: readonly EventInput[],
): Promise<void> {
  if (!inputs.length) return;
  const present = now();
  const rows = inputs.map(
    ({ kind, subject, branchId = null, from = null, to = null, reason = null, data = {}, at = present }) => ({
      id: newId(present.getTime()),
      at,
      kind,
      subject_type: subject.type,
      subject_id: subject.id,
      branch_id: branchId,
      actor_role: roleOf(actor, branchId),
      from_state: from,
      to_state: to,
      reason,
      data,
    }),
  );
  await db.execute(sql`
    with appended as (
      insert into ${events} (community_id, actor_id, client_id, request_id,
        id, at, kind, subject_type, subject_id, branch_id, actor_role, from_state, to_state, reason, data)
      select ${communityId}::uuid, ${accountOf(actor)}::uuid, ${clientOf(actor)}::uuid, ${requestId}::text, row.*
      from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as row (id uuid, at timestamptz, kind text, subject_type text,
        subject_id uuid, branch_id uuid, actor_role text, from_state text, to_state text, reason text, data jsonb)
      returning community_id, id
    )
    insert into ${unsealedEvents} (community_id, event_id) select community_id, id from appended`);
}
