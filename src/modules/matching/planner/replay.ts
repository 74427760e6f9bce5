import { addDays, atLocal, localDate } from '../../../kernel/clock.js';
import { shareResource } from './clash.js';
import type { NeedFacts, SessionFacts } from './facts.js';
import { boundBy } from './pins.js';
import { computePlan, type PlanInput, type PlannedMatch, type Tools } from './planning.js';
import type { Cap } from './scoring.js';

/** When plans are made: nine in the morning in Shanghai, Monday to Friday. */
const MORNING_MINUTES = 9 * 60;
const isWorkday = (date: string): boolean => new Date(`${date}T00:00:00Z`).getUTCDay() % 6 !== 0;

/** The working mornings of a span, its end included. */
export function morningsBetween(from: number, until: number): readonly number[] {
  const mornings: number[] = [];
  for (let date = localDate(new Date(from)); ; date = addDays(date, 1)) {
    const morning = atLocal(date, MORNING_MINUTES).getTime();
    if (morning > until) return mornings;
    if (morning >= from && isWorkday(date)) mornings.push(morning);
  }
}

/** Needs and sessions as they stand between two plans. */
interface World {
  needs: readonly NeedFacts[];
  sessions: readonly SessionFacts[];
}

const isSamePerson = (one: NeedFacts, other: NeedFacts): boolean =>
  one.id === other.id || (one.personKey !== null && one.personKey === other.personKey);

/** A need once a pair is promised: what it asks still, and what that means for others of the person. */
function needAfter(need: NeedFacts, served: NeedFacts, session: SessionFacts, quantity: number, caps: readonly Cap[]): NeedFacts {
  const bound = boundBy(need, served, session);
  if (!isSamePerson(need, served)) return bound;
  const isWithin = ({ category }: Cap): boolean => `/${served.categoryPath}`.includes(`/${category}/`);
  const open = need.id === served.id ? need.open - quantity : need.open;
  return {
    ...bound,
    open,
    minimum: Math.min(need.minimum, open),
    leftOut: need.id === served.id ? 0 : need.leftOut,
    servedBy: [...new Set([...need.servedBy, session.organizationId])],
    servedLately: need.servedLately + (need.categoryCode === served.categoryCode ? 1 : 0),
    usedOfCaps: caps.map((cap, i) => (need.usedOfCaps[i] ?? 0) + (isWithin(cap) ? quantity : 0)),
  };
}

/** A session once a pair is promised, be it in this session or in another of the organization. */
function sessionAfter(one: SessionFacts, served: NeedFacts, session: SessionFacts, quantity: number): SessionFacts {
  if (one.organizationId !== session.organizationId) return one;
  const isIt = one.id === session.id;
  return {
    ...one,
    free: isIt ? one.free - quantity : one.free,
    quotas: one.quotas.map(({ branchId, places }) => ({
      branchId,
      places: isIt && branchId === served.branchId ? Math.max(0, places - quantity) : places,
    })),
    takenUp: one.takenUp || (!isIt && shareResource(session, one)),
    recentLoad: one.recentLoad + 1,
  };
}

function promised({ needs, sessions }: World, matches: readonly PlannedMatch[], caps: readonly Cap[]): World {
  const world = { needs, sessions };
  for (const { needId, sessionId, quantity } of matches) {
    const served = needs.find(({ id }) => id === needId);
    const session = sessions.find(({ id }) => id === sessionId);
    if (!served || !session) throw new Error('a plan pairs what it was given');
    world.needs = world.needs.map(need => needAfter(need, served, session, quantity, caps));
    world.sessions = world.sessions.map(one => sessionAfter(one, served, session, quantity));
  }
  return world;
}

/**
 * Plans morning after morning, each with what was asked and offered by then and what the mornings before have left, and takes every
 * proposal for accepted. So waiting grows, and who is left out has more points the next time, as in a month that is lived. Answers with all pairs.
 */
export function replay(plan: PlanInput, mornings: readonly number[], tools?: Tools): readonly PlannedMatch[] {
  const all: PlannedMatch[] = [];
  let world: World = plan;
  for (const now of mornings) {
    const isAsked = ({ submittedAt, closedAt, open }: NeedFacts): boolean =>
      submittedAt <= now && (closedAt === null || closedAt > now) && open > 0;
    const needs = world.needs.filter(isAsked);
    const sessions = world.sessions.filter(({ knownFrom }) => knownFrom <= now);
    const morning = { ...plan, needs, sessions, now, budget: plan.budget / mornings.length };
    const { matches, unmatched } = computePlan(morning, undefined, tools);
    const served = new Set(matches.map(({ needId }) => needId));
    const leftOut = new Set(unmatched.flatMap(({ needId }) => (served.has(needId) ? [] : [needId])));
    all.push(...matches);
    world = promised(world, matches, plan.weights.caps ?? []);
    world.needs = world.needs.map(need => (leftOut.has(need.id) ? { ...need, leftOut: need.leftOut + 1 } : need));
  }
  return all;
}
