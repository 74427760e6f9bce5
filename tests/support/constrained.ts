import type { Constraints } from '../../src/modules/matching/engine/constraints.js';
import type { Problem } from '../../src/modules/matching/engine/solver.js';
import { between, problemOf, type Random, rowsOf, shuffled, type Value } from './matching.js';

/** Rules that ask nothing. */
export const noRules: Constraints = {
  sessionMinimum: new Float64Array(),
  needMinimum: new Float64Array(),
  exclusivePairs: new Int32Array(),
  exclusiveSessions: new Int32Array(),
  togetherNeeds: new Int32Array(),
  caps: [],
  needGroup: new Int32Array(),
  quotas: [],
};

/** A budget that never ends. */
export const patient = { budget: Number.POSITIVE_INFINITY, clock: (): number => 0 };

export type Rule = Exclude<keyof Constraints, 'needGroup'>;
export const RULES: readonly Rule[] = [
  'sessionMinimum',
  'needMinimum',
  'exclusivePairs',
  'exclusiveSessions',
  'togetherNeeds',
  'caps',
  'quotas',
];

const some = (random: Random, count: number, share: number): number[] =>
  Array.from({ length: count }, (_, i) => i).filter(() => random() < share);

const twoOf = (random: Random, count: number): number[] => {
  const one = between(random, 0, count - 1);
  return [one, (one + between(random, 1, count - 1)) % count];
};

const twos = (random: Random, count: number, most: number): Int32Array =>
  Int32Array.from(count < 2 ? [] : Array.from({ length: between(random, 1, most) }, () => twoOf(random, count)).flat());

/** Random rules of some kinds, dense enough that most of them bind. */
export const randomRules = (random: Random, problem: Problem, kinds: readonly Rule[]): Constraints => {
  const { needCount, sessionCount, pairSession, needQuantity, sessionCapacity } = problem;
  const has = (kind: Rule): boolean => kinds.includes(kind);
  const needGroup = Int32Array.from({ length: needCount }, () => between(random, 0, 2));
  const quotas = some(random, sessionCount, has('quotas') ? 0.7 : 0).flatMap(session => {
    let left = sessionCapacity[session]!;
    return some(random, 3, 0.6).map(group => {
      const places = between(random, 0, left);
      left -= places;
      return { session, group, places };
    });
  });
  return {
    sessionMinimum: has('sessionMinimum')
      ? sessionCapacity.map(capacity => (random() < 0.7 ? between(random, 0, capacity + (random() < 0.1 ? 1 : 0)) : 0))
      : new Float64Array(),
    needMinimum: has('needMinimum')
      ? needQuantity.map(quantity => (random() < 0.3 ? quantity : between(random, 0, quantity)))
      : new Float64Array(),
    exclusivePairs: has('exclusivePairs') ? twos(random, pairSession.length, 2 * needCount) : new Int32Array(),
    exclusiveSessions: has('exclusiveSessions') ? twos(random, sessionCount, sessionCount) : new Int32Array(),
    togetherNeeds: has('togetherNeeds') ? twos(random, needCount, 2) : new Int32Array(),
    caps: Array.from({ length: has('caps') ? between(random, 1, 3) : 0 }, () => {
      const needs = Int32Array.from(some(random, needCount, 0.6));
      return { needs, limit: between(random, 0, Math.max(1, needs.length)) };
    }),
    needGroup: quotas.length > 0 ? needGroup : new Int32Array(),
    quotas,
  };
};

/** Whether a whole plan obeys every rule, each written down as it is spoken. */
export const obeys = (problem: Problem, rules: Constraints, quantity: ArrayLike<number>): boolean => {
  const rows = rowsOf(problem);
  const pairNeed = rows.flatMap(({ pairs }, need) => pairs.map(() => need));
  const pairs = pairNeed.map((need, pair) => ({ need, session: problem.pairSession[pair]!, amount: quantity[pair]! }));
  const sum = (those: (pair: (typeof pairs)[number]) => boolean): number =>
    pairs.filter(those).reduce((total, { amount }) => total + amount, 0);
  const served = rows.map((_, need) => sum(pair => pair.need === need));
  const load = Array.from(problem.sessionCapacity, (_, session) => sum(pair => pair.session === session));
  const enough = (amount: number, least: number): boolean => amount === 0 || amount >= least;
  const twoByTwo = (list: Int32Array, check: (one: number, other: number) => boolean): boolean =>
    list.every((one, i) => i % 2 === 1 || check(one, list[i + 1]!));
  const whole = (need: number, session: number): boolean =>
    pairs.some(pair => pair.need === need && pair.session === session && pair.amount === problem.needQuantity[need]);
  return (
    rules.sessionMinimum.every((least, session) => enough(load[session]!, least)) &&
    rules.needMinimum.every((least, need) => enough(served[need]!, least)) &&
    twoByTwo(rules.exclusivePairs, (one, other) => quantity[one] === 0 || quantity[other] === 0) &&
    twoByTwo(rules.exclusiveSessions, (one, other) => load[one] === 0 || load[other] === 0) &&
    twoByTwo(
      rules.togetherNeeds,
      (one, other) =>
        problem.needQuantity[one] === 0 ||
        problem.needQuantity[other] === 0 ||
        served[one]! + served[other]! === 0 ||
        load.some((_, session) => whole(one, session) && whole(other, session)),
    ) &&
    rules.caps.every(({ needs, limit }) => sum(({ need }) => needs.includes(need)) <= limit) &&
    load.every((_, session) => {
      // Every set of groups must find room in its own places and the open ones.
      const quotas = rules.quotas.filter(quota => quota.session === session);
      const groups = [...new Set(rules.needGroup)];
      const open = problem.sessionCapacity[session]! - quotas.reduce((total, { places }) => total + places, 0);
      return Array.from({ length: 2 ** groups.length }, (_, mask) => groups.filter((_, bit) => (mask >> bit) & 1)).every(
        set =>
          sum(pair => pair.session === session && set.includes(rules.needGroup[pair.need]!)) <=
          open + quotas.filter(({ group }) => set.includes(group)).reduce((total, { places }) => total + places, 0),
      );
    })
  );
};

/**
 * Tries every plan, those that serve high ranks most first, and keeps the best that obeys the rules; a plan is left only when
 * its served quantities have fallen behind. For a handful of needs and small quantities. `changesOf` says what a whole plan changes;
 * without it the problem's pairs do.
 */
export const bruteForceWith = (
  problem: Problem,
  rules: Constraints,
  changesOf?: (pairQuantity: Float64Array) => number,
): Value => {
  const { needCount, needRank, needQuantity, pairStart, pairSession, pairCost, pairChange } = problem;
  const order = Array.from({ length: needCount }, (_, need) => need).sort((a, b) => needRank[b]! - needRank[a]!);
  const free = Float64Array.from(problem.sessionCapacity);
  const quantity = new Float64Array(pairSession.length);
  const served: number[] = [];
  let best: { readonly served: readonly number[]; readonly changes: number; readonly cost: number } | null = null;
  /** Above 0 where the needs chosen so far are served better than in the best plan, below 0 where worse. */
  const lead = (): number => {
    if (best === null) return 1;
    const at = served.findIndex((amount, i) => amount !== best!.served[i]);
    return at < 0 ? 0 : served[at]! - best.served[at]!;
  };
  const choose = (at: number, changed: number, cost: number): void => {
    if (lead() < 0) return;
    if (at === order.length) {
      const changes = changesOf ? changesOf(quantity) : changed;
      const isSame = best !== null && lead() === 0;
      if (isSame && (changes > best!.changes || (changes === best!.changes && cost >= best!.cost))) return;
      if (obeys(problem, rules, quantity)) best = { served: [...served], changes, cost };
      return;
    }
    const need = order[at]!;
    const end = pairStart[need + 1]!;
    const fill = (pair: number, left: number, changed: number, spent: number): void => {
      if (pair === end) {
        if (left === 0) choose(at + 1, changed, spent);
        return;
      }
      const session = pairSession[pair]!;
      for (let amount = pair === end - 1 ? left : 0; amount <= Math.min(left, free[session]!); amount++) {
        quantity[pair] = amount;
        free[session] = free[session]! - amount;
        fill(pair + 1, left - amount, changed + amount * (pairChange?.[pair] ?? 0), spent + amount * pairCost[pair]!);
        free[session] = free[session]! + amount;
      }
      quantity[pair] = 0;
    };
    for (let amount = needQuantity[need]!; amount >= 0; amount--) {
      served.push(amount);
      fill(pairStart[need]!, amount, changed, cost);
      served.pop();
    }
  };
  choose(0, 0, 0);
  const found: { readonly served: readonly number[]; readonly changes: number; readonly cost: number } = best!;
  const byNeed = new Array<number>(needCount).fill(0);
  for (const [i, need] of order.entries()) byNeed[need] = found.served[i]!;
  return { served: byNeed, changes: BigInt(found.changes), cost: BigInt(found.cost) };
};

/** The same rules for a problem whose quantities and capacities are so many times as large. */
export const scaledRules = (rules: Constraints, factor: number): Constraints => ({
  ...rules,
  sessionMinimum: rules.sessionMinimum.map(least => least * factor),
  needMinimum: rules.needMinimum.map(least => least * factor),
  caps: rules.caps.map(({ needs, limit }) => ({ needs, limit: limit * factor })),
  quotas: rules.quotas.map(quota => ({ ...quota, places: quota.places * factor })),
});

/** The same in another order; `needs` tells where each need went. */
export const permuted = (random: Random, problem: Problem, rules: Constraints) => {
  const oldNeeds = shuffled(random, problem.needCount);
  const oldSessions = shuffled(random, problem.sessionCount);
  const inverse = (order: readonly number[]): number[] => order.map((_, old) => order.indexOf(old));
  const [needs, sessions] = [inverse(oldNeeds), inverse(oldSessions)];
  const rows = rowsOf(problem);
  const oldPairs: number[] = [];
  const turned = oldNeeds.map(old => {
    const { pairs, ...row } = rows[old]!;
    const order = shuffled(random, pairs.length);
    oldPairs.push(...order.map(at => problem.pairStart[old]! + at));
    return {
      ...row,
      pairs: order.map(at => {
        const [session, ...rest] = pairs[at]!;
        return [sessions[session]!, ...rest] as const;
      }),
    };
  });
  const pairs = inverse(oldPairs);
  const byNeed = <T extends Float64Array | Int32Array>(values: T): T =>
    (values.length === 0 ? values : values.map((_, need) => values[oldNeeds[need]!]!)) as T;
  const moved = (list: Int32Array, to: readonly number[]): Int32Array => list.map(at => to[at]!);
  const turnedRules: Constraints = {
    sessionMinimum: rules.sessionMinimum.map((_, session) => rules.sessionMinimum[oldSessions[session]!]!),
    needMinimum: byNeed(rules.needMinimum),
    exclusivePairs: moved(rules.exclusivePairs, pairs),
    exclusiveSessions: moved(rules.exclusiveSessions, sessions),
    togetherNeeds: moved(rules.togetherNeeds, needs),
    caps: rules.caps.map(cap => ({ ...cap, needs: moved(cap.needs, needs) })),
    needGroup: byNeed(rules.needGroup),
    quotas: rules.quotas.map(quota => ({ ...quota, session: sessions[quota.session]! })),
  };
  const capacities = oldSessions.map(old => problem.sessionCapacity[old]!);
  return { problem: problemOf(capacities, turned), rules: turnedRules, needs };
};
