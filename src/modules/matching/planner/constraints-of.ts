import type { Constraints } from '../engine/constraints.js';
import type { Problem } from '../engine/types.js';
import type { RankedNeed } from './candidates.js';
import { clash, shareResource } from './clash.js';
import type { NeedFacts, SessionFacts } from './facts.js';
import type { Pin } from './pins.js';
import type { Cap } from './scoring.js';

/** A problem and what its numbers stand for: needs in rank order, sessions in theirs, and what pins took beforehand. */
export interface Planned {
  readonly problem: Problem;
  readonly ranked: readonly RankedNeed[];
  readonly sessions: readonly SessionFacts[];
  readonly pinned: readonly Pin[];
  readonly caps: readonly Cap[];
}

/**
 * The rules of a plan that look at more than one pair; null when nothing asks for any, and the plan is a flow. What is
 * promised or pinned binds single pairs (`rules.ts`) and is not repeated here but for its quantities.
 */
export function constraintsOf(planned: Planned): Constraints | null {
  const groups = groupsOf(planned);
  const constraints: Constraints = {
    sessionMinimum: sessionMinimum(planned),
    needMinimum: needMinimum(planned),
    exclusivePairs: exclusivePairs(planned),
    exclusiveSessions: exclusiveSessions(planned),
    togetherNeeds: togetherNeeds(planned),
    caps: capsOf(planned),
    needGroup: Int32Array.from(planned.ranked, ({ need }) => groups.get(need.branchId)!),
    quotas: quotasOf(planned, groups),
  };
  const { caps, quotas, ...lists } = constraints;
  const asks =
    caps.length > 0 ||
    quotas.length > 0 ||
    lists.sessionMinimum.some(least => least > 0) ||
    lists.needMinimum.some(least => least > 0) ||
    [lists.exclusivePairs, lists.exclusiveSessions, lists.togetherNeeds].some(list => list.length > 0);
  return asks ? constraints : null;
}

/** A need whose companion waits outside of this plan: it cannot be placed before the other can. */
export const isStranded = ({ companion }: NeedFacts, planned: ReadonlySet<string>): boolean =>
  companion !== null && companion.sessionIds.length === 0 && !planned.has(companion.needId);

const pinnedIn = ({ pinned }: Planned, of: (pin: Pin) => boolean): number =>
  pinned.reduce((sum, pin) => (of(pin) ? sum + pin.quantity : sum), 0);

/** What is still missing for a session to be held. */
const sessionMinimum = (planned: Planned): Float64Array =>
  Float64Array.from(planned.sessions, ({ minimum, capacity, free }, j) =>
    minimum === 0 ? 0 : Math.max(0, minimum - (capacity - free) - pinnedIn(planned, ({ position }) => position === j)),
  );

/** A portion of 1 is any part, so it asks nothing. */
const needMinimum = (planned: Planned): Float64Array =>
  Float64Array.from(planned.ranked, ({ need }, i) => {
    if (need.minimum <= 1) return 0;
    const left = need.minimum - pinnedIn(planned, pin => pin.need === i);
    return left > 1 ? left : 0;
  });

/** One person cannot be in two sessions that overlap or leave no time for the way, be it for one need or for two. */
function exclusivePairs({ problem, ranked, sessions }: Planned): Int32Array {
  const found: number[] = [];
  const ofPerson = Map.groupBy(ranked.keys(), i => ranked[i]!.need.personKey);
  for (const [key, own] of ofPerson) {
    if (key === null || (own.length === 1 && ranked[own[0]!]!.need.open === 1)) continue;
    const visits = own.flatMap(i => visitsOf(problem, i, ranked[i]!.need, sessions));
    for (const [at, one] of visits.entries())
      for (const other of visits.slice(at + 1)) {
        if (one.position === other.position || (one.need === other.need && ranked[one.need]!.need.open === 1)) continue;
        if (clash(one, other)) found.push(one.pair, other.pair);
      }
  }
  return Int32Array.from(found);
}

/** The dated pairs of a need, with when and where they take the person. */
function visitsOf({ pairStart, pairSession }: Problem, i: number, need: NeedFacts, sessions: readonly SessionFacts[]) {
  const visits = [];
  for (let pair = pairStart[i]!; pair < pairStart[i + 1]!; pair++) {
    const position = pairSession[pair]!;
    const { time, place } = sessions[position]!;
    if (time) visits.push({ need: i, pair, position, time, place: place ?? need.place });
  }
  return visits;
}

/** One helper, room or device cannot be in two sessions at once. */
function exclusiveSessions({ sessions }: Planned): Int32Array {
  const found: number[] = [];
  const ofOrganization = Map.groupBy(
    [...sessions.keys()].filter(j => sessions[j]!.resourceKeys.length > 0),
    j => sessions[j]!.organizationId,
  );
  for (const own of ofOrganization.values())
    for (const [at, one] of own.entries())
      for (const other of own.slice(at + 1)) if (shareResource(sessions[one]!, sessions[other]!)) found.push(one, other);
  return Int32Array.from(found);
}

function togetherNeeds({ ranked }: Planned): Int32Array {
  const placeOf = new Map(ranked.map(({ need }, i) => [need.id, i]));
  return Int32Array.from(
    ranked.flatMap(({ need }, i) => {
      const other = need.companion && placeOf.get(need.companion.needId);
      return other != null && i < other ? [i, other] : [];
    }),
  );
}

/** What is left of each cap for each person, where their needs together ask for more. */
function capsOf(planned: Planned): Constraints['caps'] {
  const { ranked, problem } = planned;
  const ofPerson = Map.groupBy(ranked.keys(), i => ranked[i]!.need.personKey);
  return planned.caps.flatMap(({ category, times }, cap) =>
    [...ofPerson].flatMap(([key, own]) => {
      const needs = key === null ? [] : own.filter(i => `/${ranked[i]!.need.categoryPath}`.includes(`/${category}/`));
      if (!needs.length) return [];
      const used = ranked[needs[0]!]!.need.usedOfCaps[cap] ?? 0;
      const limit = Math.max(0, times - used - pinnedIn(planned, ({ need }) => needs.includes(need)));
      const asked = needs.reduce((sum, i) => sum + problem.needQuantity[i]!, 0);
      return asked > limit ? [{ needs: Int32Array.from(needs), limit }] : [];
    }),
  );
}

/** Branches by number: those of needs first, then those that only quotas name. */
const groupsOf = ({ ranked, sessions }: Planned): ReadonlyMap<string, number> =>
  new Map(
    [
      ...new Set([
        ...ranked.map(({ need }) => need.branchId),
        ...sessions.flatMap(({ quotas }) => quotas.map(({ branchId }) => branchId)),
      ]),
    ].map((branchId, group) => [branchId, group]),
  );

/** What pins of a branch take comes out of its own quota first; quotas never keep more than is free. */
function quotasOf(planned: Planned, groups: ReadonlyMap<string, number>): Constraints['quotas'] {
  const { ranked, sessions, problem } = planned;
  return sessions.flatMap(({ quotas }, session) => {
    let free = problem.sessionCapacity[session]!;
    return quotas.flatMap(({ branchId, places }) => {
      const taken = pinnedIn(planned, pin => pin.position === session && ranked[pin.need]!.need.branchId === branchId);
      const left = Math.max(0, Math.min(free, places - taken));
      free -= left;
      return left > 0 ? [{ session, group: groups.get(branchId)!, places: left }] : [];
    });
  });
}
