import { and, eq, type SQL, sql } from 'drizzle-orm';
import { keyset, type ListOrder, toPage } from '../../db/keyset.js';
import { accountOf } from '../../kernel/actor.js';
import { newId } from '../../kernel/ids.js';
import { anInteger, aUuid, type Page, type PageWindow } from '../../kernel/page.js';
import { defineLoader } from '../../scope/loader.js';
import type { Scope } from '../../scope/scope.js';
import type { Match, MatchState } from './matching.domain.js';
import { matchesVisibleTo } from './matching.policy.js';
import { matches, pairExclusions } from './matching.table.js';

/** Raw: no policy. */
export const matchById = defineLoader<Match>('matchById', async ({ db, communityId }, ids) => {
  const rows = await db
    .select()
    .from(matches)
    .where(and(eq(matches.communityId, communityId), sql`${matches.id} = any(${sql.param(ids)}::uuid[])`));
  return new Map(rows.map(row => [row.id, row]));
});

/**
 * Moves a proposal that still waits for an answer and asks for as much as the caller read; null when it does not. One statement, so
 * that of two answers one wins.
 */
export async function moveProposal(
  tx: Scope,
  { id, quantity }: Pick<Match, 'id' | 'quantity'>,
  to: 'ACCEPTED' | 'DECLINED',
): Promise<Match | null> {
  const now = tx.now().toISOString();
  const [row] = await tx.db
    .update(matches)
    .set({ state: to, version: sql`${matches.version} + 1` })
    .where(
      and(
        eq(matches.communityId, tx.communityId),
        eq(matches.id, id),
        eq(matches.quantity, quantity),
        eq(matches.state, 'PROPOSED'),
        sql`(${matches.respondBy} is null or ${matches.respondBy} > ${now}::timestamptz)`,
      ),
    )
    .returning();
  return row ?? null;
}

/** What must not be proposed to a need again. */
export interface Exclusion {
  readonly needId: string;
  readonly offerId: string;
  /** Null: all sessions of the offer. */
  readonly sessionId: string | null;
  readonly reason: string;
}

/** Remembers it; the first reason stays. */
export const insertExclusion = (tx: Scope, exclusion: Exclusion) =>
  tx.db
    .insert(pairExclusions)
    .values({
      ...exclusion,
      communityId: tx.communityId,
      id: newId(),
      createdAt: tx.now(),
      createdBy: accountOf(tx.actor),
    })
    .onConflictDoNothing();

export const IN_RANK: ListOrder<Pick<Match, 'rankPosition' | 'id'>> = {
  name: 'matches.RANK',
  columns: [matches.rankPosition, matches.id],
  cursor: [anInteger, aUuid],
  descending: false,
  values: ({ rankPosition, id }) => [rankPosition, id],
};
export const NEWEST_MATCHES: ListOrder<Pick<Match, 'id'>> = {
  name: 'matches.NEWEST',
  columns: [matches.id],
  cursor: [aUuid],
  descending: true,
  values: ({ id }) => [id],
};

/** Which matches; `state` as it is at this moment (a proposal past its time to answer has lapsed). */
export interface MatchFilter {
  readonly planId?: string;
  readonly needIds?: readonly string[];
  readonly organizationId?: string;
  readonly state?: MatchState | null;
}

function stateIs(state: MatchState, at: string): SQL {
  if (state === 'PROPOSED')
    return sql`(${matches.state} = 'PROPOSED' and coalesce(${matches.respondBy} > ${at}::timestamptz, true))`;
  if (state === 'LAPSED')
    return sql`(${matches.state} = 'LAPSED' or (${matches.state} = 'PROPOSED' and ${matches.respondBy} <= ${at}::timestamptz))`;
  return eq(matches.state, state);
}

const where = ({ communityId, actor, now }: Scope, { planId, needIds, organizationId, state }: MatchFilter): SQL | undefined =>
  and(
    eq(matches.communityId, communityId),
    matchesVisibleTo(actor),
    planId === undefined ? undefined : eq(matches.planId, planId),
    needIds === undefined ? undefined : sql`${matches.needId} = any(${sql.param(needIds)}::uuid[])`,
    organizationId === undefined ? undefined : eq(matches.organizationId, organizationId),
    state == null ? undefined : stateIs(state, now().toISOString()),
  );

/** Matches that the caller may see, in one of the two orders. */
export async function pageOfMatches(
  scope: Scope,
  filter: MatchFilter,
  order: typeof IN_RANK | typeof NEWEST_MATCHES,
  window: PageWindow,
): Promise<Page<Match>> {
  const part = keyset<Match>(order, window, where(scope, filter));
  const rows = await scope.db
    .select()
    .from(matches)
    .where(part.where)
    .orderBy(...part.orderBy)
    .limit(part.limit);
  return toPage<Match, Match>(order, window, rows, row => row);
}

export async function countMatches(scope: Scope, filter: MatchFilter): Promise<number> {
  const [row] = await scope.db.select({ count: sql<number>`count(*)::int` }).from(matches).where(where(scope, filter));
  return row?.count ?? 0;
}
