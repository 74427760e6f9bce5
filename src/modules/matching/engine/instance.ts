import type { Constraints } from './constraints.js';
import { type Columns, columnsOf } from './quotas.js';
import type { Problem } from './types.js';

/** A part of a problem that can be solved by itself, with needs renumbered in rank order: need 0 ranks highest. */
export interface Instance extends Columns {
  readonly problem: Problem;
  readonly rules: Constraints;
  /** What the numbers were in the whole problem. */
  readonly needs: Int32Array;
  readonly sessions: Int32Array;
  readonly pairs: Int32Array;
  readonly pairNeed: Int32Array;
}

const kept = (values: Int32Array, numberOf: Int32Array): Int32Array => {
  const inside: number[] = [];
  for (let i = 0; i < values.length; i += 2) {
    const [one, other] = [numberOf[values[i]!]!, numberOf[values[i + 1]!]!];
    if (one >= 0 && other >= 0) inside.push(one, other);
  }
  return Int32Array.from(inside);
};

const numbersOf = (members: Int32Array, count: number): Int32Array => {
  const numberOf = new Int32Array(count).fill(-1);
  for (let i = 0; i < members.length; i++) numberOf[members[i]!] = i;
  return numberOf;
};

/** The rules that lie wholly inside, renumbered; arrays that were left empty are filled with what they mean. */
const rulesInside = (
  whole: Constraints,
  needs: Int32Array,
  sessions: Int32Array,
  needNumber: Int32Array,
  sessionNumber: Int32Array,
  pairNumber: Int32Array,
): Constraints => ({
  sessionMinimum: Float64Array.from(sessions, session => whole.sessionMinimum[session] ?? 0),
  needMinimum: Float64Array.from(needs, need => whole.needMinimum[need] ?? 0),
  exclusivePairs: kept(whole.exclusivePairs, pairNumber),
  exclusiveSessions: kept(whole.exclusiveSessions, sessionNumber),
  togetherNeeds: kept(whole.togetherNeeds, needNumber),
  caps: whole.caps
    .map(cap => ({ needs: cap.needs.map(need => needNumber[need]!).sort(), limit: cap.limit }))
    .filter(cap => cap.needs.every(need => need >= 0)),
  needGroup: Int32Array.from(needs, need => whole.needGroup[need] ?? -1),
  quotas: whole.quotas
    .map(quota => ({ ...quota, session: sessionNumber[quota.session]! }))
    .filter(({ session, places }) => session >= 0 && places > 0),
});

/** Takes out some needs, given in rank order, and the sessions of all their pairs. */
export const extract = (whole: Problem, constraints: Constraints, needs: Int32Array, sessions: Int32Array): Instance => {
  const sessionNumber = numbersOf(sessions, whole.sessionCount);
  const pairStart = new Int32Array(needs.length + 1);
  for (let need = 0; need < needs.length; need++)
    pairStart[need + 1] = pairStart[need]! + whole.pairStart[needs[need]! + 1]! - whole.pairStart[needs[need]!]!;
  const pairs = new Int32Array(pairStart[needs.length]!);
  const pairNeed = new Int32Array(pairs.length);
  for (let need = 0; need < needs.length; need++) {
    for (let pair = pairStart[need]!; pair < pairStart[need + 1]!; pair++) {
      pairs[pair] = whole.pairStart[needs[need]!]! + pair - pairStart[need]!;
      pairNeed[pair] = need;
    }
  }
  const { pairChange } = whole;
  const problem: Problem = {
    needCount: needs.length,
    sessionCount: sessions.length,
    pairStart,
    pairSession: pairs.map(pair => sessionNumber[whole.pairSession[pair]!]!),
    pairCost: pairs.map(pair => whole.pairCost[pair]!),
    ...(pairChange && { pairChange: Uint8Array.from(pairs, pair => pairChange[pair]!) }),
    needQuantity: Float64Array.from(needs, need => whole.needQuantity[need]!),
    needRank: Int32Array.from(needs, (_, i) => needs.length - i),
    sessionCapacity: Float64Array.from(sessions, session => whole.sessionCapacity[session]!),
  };
  const rules = rulesInside(
    constraints,
    needs,
    sessions,
    numbersOf(needs, whole.needCount),
    sessionNumber,
    numbersOf(pairs, whole.pairSession.length),
  );
  return { problem, rules, needs, sessions, pairs, pairNeed, ...columnsOf(problem, rules) };
};
