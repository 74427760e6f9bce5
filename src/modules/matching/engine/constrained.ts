import { ruleBreaches } from './breaches.js';
import type { Constraints } from './constraints.js';
import { type Gap, gapOf, wholeGap } from './gap.js';
import { extract, type Instance } from './instance.js';
import { blocksInside, blocksOf, membersOf } from './islands.js';
import { spentOn } from './objective.js';
import type { Referee } from './referee.js';
import { type Candidate, createSearch, type Found, type Search } from './search.js';
import { solve } from './solver.js';
import type { Problem } from './types.js';
import { inRankOrder } from './validate.js';
import { expectConstraints } from './validate-constraints.js';
import { isAllowed, unservedBy } from './verify-constrained.js';

export type { Constraints } from './constraints.js';
export type { Gap } from './gap.js';
export type { Referee } from './referee.js';
export { type ConstrainedViolation, verifyConstrained } from './verify-constrained.js';

/** Needs and sessions that were planned by search, because the best flow broke a rule among them. */
export interface Island {
  readonly needs: Int32Array;
  readonly sessions: Int32Array;
  readonly gap: Gap | null;
  /** Flows solved by the search. */
  readonly nodes: number;
  /** Whether it was the referee that said that nothing is better. */
  readonly judged: boolean;
}

export interface ConstrainedSolution {
  /** By pair: how much of the need the session serves. */
  readonly pairQuantity: Float64Array;
  /** By need: what no session serves. */
  readonly unserved: Float64Array;
  /** By session: its price as in `Solution`; 0 on islands, where prices prove nothing. */
  readonly sessionPrice: Float64Array;
  /** No plan that obeys the rules is better. */
  readonly proven: boolean;
  readonly gap: Gap | null;
  /** Flows solved on all islands. */
  readonly nodes: number;
  readonly islands: readonly Island[];
}

export interface ConstrainedOptions {
  /** Milliseconds of `clock` after which the best plan found is good enough; the plan obeys all rules also with 0. */
  readonly budget: number;
  /** Milliseconds on any scale that does not go backwards; the engine has no clock of its own. */
  readonly clock: () => number;
  /** Asked where the search of an island gets long. */
  readonly referee?: Referee;
  /** How many flows an island takes before the referee is asked; {@link ASK_AFTER} when left out. */
  readonly refereeAfter?: number;
}

const ASK_AFTER = 1500;

/**
 * The best plan on all levels (see {@link solve}) among those that obey the rules.
 *
 * First everything is solved as a flow. Where it breaks no rule, it stays, with its prices: a best plan that happens to obey
 * more rules is best among those that must. Blocks (needs and sessions connected by pairs or caps) where a rule is broken are
 * searched by themselves, and blocks between which a rule is then still broken are united and searched together, until no rule
 * is. That is exact: leaving out rules between islands only allows more plans, and the best of more plans that obeys the rules
 * left out is the best of fewer. And it is worth much: breaches that have nothing to do with each other are not multiplied.
 *
 * @throws TypeError and RangeError that name the first wrong index of the problem or the rules.
 */
export const solveConstrained = (
  problem: Problem,
  constraints: Constraints,
  options: ConstrainedOptions,
): ConstrainedSolution => {
  const { budget, clock, referee, refereeAfter = ASK_AFTER } = options;
  const end = clock() + budget;
  const plain = solve(problem);
  expectConstraints(problem, constraints);
  const order = inRankOrder(problem.needRank);
  const blocks = blocksOf(problem, constraints);
  const islandOf = blocksOf(problem, constraints);

  const pairQuantity = plain.pairQuantity.slice();
  const searches = new Map<number, { readonly instance: Instance; readonly search: Search; found: Found | null }>();
  for (;;) {
    const broken = ruleBreaches(problem, constraints, pairQuantity);
    const leaders = new Set<number>();
    for (const { needs, sessions } of broken) {
      const members = [...needs, ...sessions.map(session => problem.needCount + session)];
      for (const member of members) islandOf.unite(members[0]!, member);
      leaders.add(members[0]!);
    }
    for (const leader of searches.keys()) if (islandOf.find(leader) !== leader) searches.delete(leader);
    for (const [leader, members] of membersOf(problem, islandOf, order, new Set([...leaders].map(islandOf.find)))) {
      const instance = extract(problem, constraints, members.needs, members.sessions);
      searches.set(leader, { instance, search: createSearch(instance, blocksInside(instance, problem, blocks)), found: null });
    }
    const open = [...searches.values()].filter(({ found }) => found === null || (found.bound !== null && clock() < end));
    if (open.length === 0) break;
    for (const [i, island] of open.entries()) {
      const { instance, search } = island;
      const now = clock();
      // While islands may still have to be united, a share is left for what comes of that.
      const until = now + Math.max(0, end - now) / (open.length - i + (broken.length > 0 ? 1 : 0));
      const found = search({
        goOn: () => clock() < until,
        ask: referee ? () => askReferee(referee, instance, until - clock()) : null,
        askAfter: refereeAfter,
      });
      island.found = found;
      for (let pair = 0; pair < instance.pairs.length; pair++) pairQuantity[instance.pairs[pair]!] = found.pairQuantity[pair]!;
    }
  }

  const sessionPrice = plain.sessionPrice.slice();
  const islands = [...searches.values()].map(({ instance, found }): Island => {
    const { needs, sessions } = instance;
    for (const session of sessions) sessionPrice[session] = 0;
    const { nodes, judged } = found!;
    return { needs, sessions, gap: gapOf(instance, found!), nodes, judged };
  });
  const gap = wholeGap(
    problem,
    pairQuantity,
    islands.flatMap(island => island.gap ?? []),
  );
  const unserved = unservedBy(problem, pairQuantity);
  const nodes = islands.reduce((sum, island) => sum + island.nodes, 0);
  return { pairQuantity, unserved, sessionPrice, proven: gap === null, gap, nodes, islands };
};

const askReferee = (referee: Referee, { problem, rules }: Instance, milliseconds: number): Candidate | null => {
  if (milliseconds <= 0) return null;
  const pairQuantity = referee(problem, rules, milliseconds);
  if (pairQuantity === null || !isAllowed(problem, rules, pairQuantity)) return null;
  const unserved = unservedBy(problem, pairQuantity);
  const served = problem.needQuantity.map((quantity, need) => quantity - unserved[need]!);
  return { pairQuantity, worth: { served, ...spentOn(problem, Array.from(pairQuantity.keys()), pairQuantity) } };
};
