import { and, asc, eq, type SQL, sql } from 'drizzle-orm';
import { localDate } from '../../kernel/clock.js';
import type { Scope } from '../../scope/scope.js';
import { needs } from '../needs/needs.table.js';
import { offers, sessions } from '../offers/offers.table.js';
import { branches } from '../territory/territory.table.js';
import type { Match, MatchPlan } from './matching.domain.js';
import { matches, matchPlans, unmatchedNeeds } from './matching.table.js';

const among = (column: SQL | { getSQL(): SQL }, ids: readonly string[]): SQL => sql`${column} = any(${sql.param(ids)}::uuid[])`;

const parallel = (values: readonly unknown[], type: string): SQL => sql`${sql.param(values)}::${sql.raw(type)}[]`;

/** A plan's state and version, locked until the transaction ends. */
export async function lockPlan(
  { db, communityId }: Scope,
  id: string,
): Promise<Pick<MatchPlan, 'id' | 'branchId' | 'state' | 'dryRun' | 'version'> | null> {
  const [row] = await db
    .select({
      id: matchPlans.id,
      branchId: matchPlans.branchId,
      state: matchPlans.state,
      dryRun: matchPlans.dryRun,
      version: matchPlans.version,
    })
    .from(matchPlans)
    .where(and(eq(matchPlans.communityId, communityId), eq(matchPlans.id, id)))
    .for('update');
  return row ?? null;
}

/**
 * Holds what is proposed to a branch (null: to all) until the transaction ends: of two that change it the second sees what the first
 * proposed. Taken after the plan, before matches and needs.
 */
export const lockProposals = ({ db, communityId }: Scope, branchId: string | null) =>
  db
    .select({ id: branches.id })
    .from(branches)
    .where(and(eq(branches.communityId, communityId), branchId === null ? undefined : eq(branches.id, branchId)))
    .orderBy(asc(branches.id))
    .for('no key update');

/**
 * Published now, and after every plan that is out for one of its branches: the last one counts, and whoever began to publish first may
 * have waited for another (`lockProposals`).
 */
export const setPublished = ({ db, communityId, now }: Scope, { id, branchId }: Pick<MatchPlan, 'id' | 'branchId'>) =>
  db
    .update(matchPlans)
    .set({
      state: 'PUBLISHED',
      publishedAt: sql`greatest(${now().toISOString()}::timestamptz, (select max(out.published_at) + interval '1 millisecond' from ${matchPlans} out
        where out.community_id = ${communityId}::uuid and out.state = 'PUBLISHED'
          and (${branchId}::uuid is null or out.branch_id is null or out.branch_id = ${branchId}::uuid)))`,
      version: sql`${matchPlans.version} + 1`,
    })
    .where(and(eq(matchPlans.communityId, communityId), eq(matchPlans.id, id)));

/** A plan's matches that were not proposed yet, in rank order. */
export const plannedMatches = ({ db, communityId }: Scope, planId: string): Promise<Match[]> =>
  db
    .select()
    .from(matches)
    .where(and(eq(matches.communityId, communityId), eq(matches.planId, planId), eq(matches.state, 'PLANNED')))
    .orderBy(asc(matches.rankPosition), asc(matches.id));

/** Withdraws the proposals of a branch (null: of all) that nobody answered: a newer plan takes their place. */
export const lapseProposals = ({ db, communityId }: Scope, branchId: string | null) =>
  db
    .update(matches)
    .set({ state: 'LAPSED', version: sql`${matches.version} + 1` })
    .where(
      and(
        eq(matches.communityId, communityId),
        eq(matches.state, 'PROPOSED'),
        branchId === null ? undefined : eq(matches.branchId, branchId),
      ),
    )
    .returning({
      id: matches.id,
      branchId: matches.branchId,
      needId: matches.needId,
      sessionId: matches.sessionId,
      quantity: matches.quantity,
      respondBy: matches.respondBy,
    });

/** Which proposal goes on as which: also for those that went on as it before, so that one step leads to the newest. */
export const setContinued = ({ db, communityId }: Scope, continued: ReadonlyMap<string, string>) =>
  db.execute(sql`update ${matches} set continued_as = given.later
    from unnest(${parallel([...continued.keys()], 'uuid')}, ${parallel([...continued.values()], 'uuid')}) as given (earlier, later)
    where ${matches.communityId} = ${communityId}::uuid and (${matches.id} = given.earlier or ${matches.continuedAs} = given.earlier)`);

/** Needs as they are now, locked in the order of their ids: who accepts or withdraws meanwhile comes before or after. */
export const lockNeeds = ({ db, communityId }: Scope, needIds: readonly string[]) =>
  db
    .select({
      id: needs.id,
      state: needs.state,
      urgency: needs.urgency,
      open: sql<number>`${needs.quantity} - ${needs.committed} - ${needs.fulfilled}`.mapWith(Number),
    })
    .from(needs)
    .where(and(eq(needs.communityId, communityId), among(needs.id, needIds)))
    .orderBy(asc(needs.id))
    .for('no key update');

/** Sessions as they are now; not locked, for a proposal promises nothing and acceptance decides. */
export const freshSessions = ({ db, communityId }: Scope, sessionIds: readonly string[]) =>
  db
    .select({
      id: sessions.id,
      state: sessions.state,
      offerState: offers.state,
      startsAt: sessions.startsAt,
      free: sql<number>`${sessions.capacity} - ${sessions.reserved}`.mapWith(Number),
    })
    .from(sessions)
    .innerJoin(offers, and(eq(offers.communityId, sessions.communityId), eq(offers.id, sessions.offerId)))
    .where(and(eq(sessions.communityId, communityId), among(sessions.id, sessionIds)));

export interface Proposed {
  readonly id: string;
  readonly respondBy: Date;
}
export interface FellOut {
  readonly id: string;
  readonly reasons: readonly string[];
}

export const setProposed = ({ db, communityId }: Scope, kept: readonly Proposed[]) =>
  db.execute(sql`update ${matches} set state = 'PROPOSED', respond_by = given.respond_by, version = version + 1
    from unnest(${parallel(
      kept.map(({ id }) => id),
      'uuid',
    )}, ${parallel(
      kept.map(({ respondBy }) => respondBy.toISOString()),
      'timestamptz',
    )}) as given (id, respond_by)
    where ${matches.communityId} = ${communityId}::uuid and ${matches.id} = given.id`);

export const setFellOut = ({ db, communityId }: Scope, fallen: readonly FellOut[]) =>
  db.execute(sql`update ${matches} set state = 'FELL_OUT', version = version + 1,
      explanation = explanation || jsonb_build_object('fellOut', to_jsonb(string_to_array(given.reasons, ',')))
    from unnest(${parallel(
      fallen.map(({ id }) => id),
      'uuid',
    )}, ${parallel(
      fallen.map(({ reasons }) => reasons.join()),
      'text',
    )}) as given (id, reasons)
    where ${matches.communityId} = ${communityId}::uuid and ${matches.id} = given.id`);

const MAX_LEFT_OUT = 1000;

/**
 * Counts once more for each need that the plan left out entirely, at most once a day. A proposal neither counts nor ends the
 * count, for it is no help yet: a promise ends it (see `takeOpen`).
 */
export const countLeftOut = ({ db, communityId, now }: Scope, planId: string, proposedNeedIds: readonly string[]) => {
  const today = localDate(now());
  return db
    .update(needs)
    .set({ leftOut: sql`least(${needs.leftOut} + 1, ${MAX_LEFT_OUT})`, leftOutOn: today })
    .where(
      and(
        eq(needs.communityId, communityId),
        eq(needs.state, 'OPEN'),
        sql`${needs.leftOutOn} is distinct from ${today}::date`,
        sql`${needs.id} in (select ${unmatchedNeeds.needId} from ${unmatchedNeeds} where ${unmatchedNeeds.communityId} = ${communityId}::uuid and ${unmatchedNeeds.planId} = ${planId}::uuid)`,
        sql`not ${among(needs.id, proposedNeedIds)}`,
      ),
    );
};
