import type { Box, Decision } from './box.js';
import type { Instance } from './instance.js';

/** A flow that may break rules, laid out for looking at. */
export interface Flow {
  readonly pairQuantity: Float64Array;
  readonly served: Float64Array;
  readonly columnLoad: Float64Array;
  readonly sessionLoad: Float64Array;
}

/**
 * A broken rule. Every plan in the box that obeys the rule agrees with one of the ways, and the flow with none; no way at all
 * means that no plan in the box obeys it.
 */
export interface Breach {
  /** The highest-ranked need concerned: the lower its number, the sooner the breach decides between plans. */
  readonly need: number;
  readonly ways: readonly (readonly Decision[])[];
  /** Decisions that only take away, so that no box becomes empty by them; repeated, they end in a plan that obeys all rules. */
  readonly repair: readonly Decision[];
}

/** What each thing excludes. */
export type Conflicts = ReadonlyMap<number, readonly number[]>;

export const conflictsOf = (twoByTwo: Int32Array): Conflicts => {
  const conflicts = new Map<number, number[]>();
  const add = (one: number, other: number): void => {
    const known = conflicts.get(one);
    if (known) known.push(other);
    else conflicts.set(one, [other]);
  };
  for (let i = 0; i < twoByTwo.length; i += 2) {
    add(twoByTwo[i]!, twoByTwo[i + 1]!);
    add(twoByTwo[i + 1]!, twoByTwo[i]!);
  }
  return conflicts;
};

const excludingAll = (conflicts: Conflicts, things: readonly number[]): readonly number[] =>
  things.map(thing => conflicts.get(thing)!).reduce((common, others) => common.filter(other => others.includes(other)));

/** Looks for broken rules of an instance. */
export const createBreachFinder = (instance: Instance): ((box: Box, flow: Flow) => readonly Breach[]) => {
  const { problem, rules, pairNeed, columnStart, columnCapacity } = instance;
  const pairConflicts = conflictsOf(rules.exclusivePairs);
  const sessionConflicts = conflictsOf(rules.exclusiveSessions);
  const firstHolder = new Int32Array(problem.sessionCount);

  const needMinimums = (flow: Flow, add: (breach: Breach) => void): void => {
    for (let need = 0; need < problem.needCount; need++) {
      const least = rules.needMinimum[need]!;
      if (flow.served[need] === 0 || flow.served[need]! >= least) continue;
      const without: Decision[] = [{ kind: 'NEED', index: need, low: 0, high: 0 }];
      add({
        need,
        ways: [[{ kind: 'NEED', index: need, low: least, high: problem.needQuantity[need]! }], without],
        repair: without,
      });
    }
  };

  const sessionMinimums = (box: Box, flow: Flow, add: (breach: Breach) => void): void => {
    for (let session = 0; session < problem.sessionCount; session++) {
      const load = flow.sessionLoad[session]!;
      if (box.held[session]! > load) add(spread(session, box, flow));
      else if (load > 0 && load < rules.sessionMinimum[session]!) {
        const close: Decision[] = [{ kind: 'CLOSE', session }];
        const others = (sessionConflicts.get(session) ?? []).map((other): Decision => ({ kind: 'CLOSE', session: other }));
        add({ need: firstHolder[session]!, ways: [[{ kind: 'HOLD', session }, ...others], close], repair: close });
      }
    }
  };

  /**
   * A session of several columns that must hold more: at least one column with room takes its share of what is missing, or the
   * one with the most room does not.
   */
  const spread = (session: number, box: Box, flow: Flow): Breach => {
    let missing = box.held[session]! - flow.sessionLoad[session]!;
    let [columns, total, most, best] = [0, 0, 0, -1];
    for (let column = columnStart[session]!; column < columnStart[session + 1]!; column++) {
      const room = box.columnHigh[column]! - flow.columnLoad[column]!;
      if (room === 0) continue;
      columns++;
      total += room;
      if (room <= most) continue;
      most = room;
      best = column;
    }
    const close: Decision[] = [{ kind: 'CLOSE', session }];
    if (total < missing) return { need: firstHolder[session]!, ways: [], repair: close };
    missing = Math.ceil(missing / columns);
    const low = flow.columnLoad[best]! + missing;
    return {
      need: firstHolder[session]!,
      ways: [
        [{ kind: 'COLUMN', index: best, low, high: columnCapacity[best]! }],
        [{ kind: 'COLUMN', index: best, low: 0, high: low - 1 }],
      ],
      repair: close,
    };
  };

  /**
   * Two things that exclude each other are both used. Take all that the first excludes, and all that excludes every one of
   * these, the first among them: whichever of the two sets is used, the other is out.
   */
  const exclusive = (
    conflicts: Conflicts,
    isUsed: (thing: number) => boolean,
    out: (thing: number) => Decision,
    needOf: (thing: number) => number,
    isLess: (one: number, other: number) => boolean,
    add: (breach: Breach) => void,
  ): void => {
    const gives = (one: number, other: number): boolean => isLess(one, other) || (!isLess(other, one) && one > other);
    for (const [thing, others] of conflicts) {
      if (!isUsed(thing)) continue;
      const used = others.filter(isUsed);
      if (used.length === 0) continue;
      const lesser = used.every(other => gives(thing, other)) ? [thing] : used.filter(other => gives(other, thing));
      add({
        need: Math.min(needOf(thing), ...used.map(needOf)),
        ways: [others.map(out), excludingAll(conflicts, others).map(out)],
        repair: lesser.map(out),
      });
    }
  };

  /** Two needs that are not served whole by one session: one of those they share serves them both, or none does. */
  const togetherness = (box: Box, flow: Flow, add: (breach: Breach) => void): void => {
    const { togetherNeeds } = rules;
    for (let i = 0; i < togetherNeeds.length; i += 2) {
      const both = [togetherNeeds[i]!, togetherNeeds[i + 1]!] as const;
      const [one, other] = both;
      if (both.some(need => problem.needQuantity[need] === 0) || both.every(need => flow.served[need] === 0)) continue;
      const shared = sharedSessions(one, other, box);
      const isWhole = (pair: number): boolean => flow.pairQuantity[pair] === problem.needQuantity[pairNeed[pair]!];
      if (shared.some(pairs => pairs.every(isWhole))) continue;
      const neither = both.map((index): Decision => ({ kind: 'NEED', index, low: 0, high: 0 }));
      const whole = both.map((index): Decision => {
        const quantity = problem.needQuantity[index]!;
        return { kind: 'NEED', index, low: quantity, high: quantity };
      });
      const onlyIn = (pairs: readonly number[]): Decision[] => {
        const elsewhere: Decision[] = [];
        for (const need of both)
          for (let pair = problem.pairStart[need]!; pair < problem.pairStart[need + 1]!; pair++)
            if (!pairs.includes(pair) && box.forbidden[pair] === 0) elsewhere.push({ kind: 'FORBID', pair });
        return elsewhere;
      };
      const most = shared.toSorted((a, b) => held(flow, b) - held(flow, a))[0];
      const elsewhere = most ? onlyIn(most) : [];
      add({
        need: Math.min(one, other),
        ways: [...shared.map(pairs => [...onlyIn(pairs), ...whole]), neither],
        repair: elsewhere.length > 0 ? elsewhere : neither,
      });
    }
  };

  const held = (flow: Flow, pairs: readonly number[]): number => pairs.reduce((sum, pair) => sum + flow.pairQuantity[pair]!, 0);

  /** The pairs of two needs with each session that both may still use and that has places for both. */
  const sharedSessions = (one: number, other: number, box: Box): (readonly [number, number])[] => {
    const ofOther = new Map<number, number>();
    for (let pair = problem.pairStart[other]!; pair < problem.pairStart[other + 1]!; pair++)
      if (box.forbidden[pair] === 0) ofOther.set(problem.pairSession[pair]!, pair);
    const shared: (readonly [number, number])[] = [];
    const asked = problem.needQuantity[one]! + problem.needQuantity[other]!;
    const places = (pair: number): number => {
      const session = problem.pairSession[pair]!;
      return box.columnHigh.subarray(columnStart[session]!, columnStart[session + 1]!).reduce((sum, high) => sum + high, 0);
    };
    for (let pair = problem.pairStart[one]!; pair < problem.pairStart[one + 1]!; pair++) {
      const partner = ofOther.get(problem.pairSession[pair]!);
      if (partner !== undefined && box.forbidden[pair] === 0 && places(pair) >= asked) shared.push([pair, partner]);
    }
    return shared;
  };

  /**
   * Only where a column must hold something, so that the flow could not keep to the cap. Its highest-ranked need that is not
   * settled yet gets what the flow gives it, or less: then the bound falls at this very need, and what the others may get is
   * the less, the more is settled.
   */
  const capBreaches = (box: Box, flow: Flow, add: (breach: Breach) => void): void => {
    for (const { needs, limit } of rules.caps) {
      let excess = -limit;
      for (const need of needs) excess += flow.served[need]!;
      if (!(excess > 0)) continue;
      const index = needs.find(need => flow.served[need]! > box.needLow[need]!)!;
      const given = flow.served[index]!;
      const less: Decision[] = [{ kind: 'NEED', index, low: 0, high: given - 1 }];
      add({ need: index, ways: [[{ kind: 'NEED', index, low: given, high: given }], less], repair: less });
    }
  };

  return (box, flow) => {
    firstHolder.fill(problem.needCount);
    for (let pair = flow.pairQuantity.length - 1; pair >= 0; pair--)
      if (flow.pairQuantity[pair]! > 0) firstHolder[problem.pairSession[pair]!] = pairNeed[pair]!;
    const breaches: Breach[] = [];
    const add = (breach: Breach): void => {
      breaches.push(breach);
    };
    needMinimums(flow, add);
    sessionMinimums(box, flow, add);
    exclusive(
      pairConflicts,
      pair => flow.pairQuantity[pair]! > 0,
      pair => ({ kind: 'FORBID', pair }),
      pair => pairNeed[pair]!,
      (one, other) =>
        pairNeed[one]! > pairNeed[other]! ||
        (pairNeed[one] === pairNeed[other] && problem.pairCost[one]! > problem.pairCost[other]!),
      add,
    );
    exclusive(
      sessionConflicts,
      session => flow.sessionLoad[session]! > 0,
      session => ({ kind: 'CLOSE', session }),
      session => firstHolder[session]!,
      (one, other) => firstHolder[one]! > firstHolder[other]!,
      add,
    );
    togetherness(box, flow, add);
    capBreaches(box, flow, add);
    return breaches.sort((one, other) => one.need - other.need);
  };
};
