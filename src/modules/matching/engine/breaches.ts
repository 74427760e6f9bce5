import type { Constraints } from './constraints.js';
import type { Problem } from './types.js';

/**
 * A rule that a plan breaks, and where:
 * - `SESSION_MINIMUM` a session is held with less than its minimum;
 * - `NEED_MINIMUM` a need is served with less than its minimum portion;
 * - `EXCLUSIVE_PAIRS`, `EXCLUSIVE_SESSIONS` two that exclude each other are both used;
 * - `TOGETHER` two needs are served, but not both whole by one session;
 * - `CAP` needs get more than their limit all together;
 * - `QUOTA` the groups of a session do not fit beside the places reserved for others.
 */
export interface RuleBreach {
  readonly rule: 'SESSION_MINIMUM' | 'NEED_MINIMUM' | 'EXCLUSIVE_PAIRS' | 'EXCLUSIVE_SESSIONS' | 'TOGETHER' | 'CAP' | 'QUOTA';
  readonly needs: readonly number[];
  readonly sessions: readonly number[];
}

/** All rules that quantities by pair break; shares nothing with the search that obeys them. */
export const ruleBreaches = (problem: Problem, rules: Constraints, pairQuantity: Float64Array): readonly RuleBreach[] => {
  const { needCount, sessionCount, pairStart, pairSession, needQuantity, sessionCapacity } = problem;
  const breaches: RuleBreach[] = [];
  const pairNeed = new Int32Array(pairSession.length);
  const served = new Float64Array(needCount);
  const load = new Float64Array(sessionCount);
  for (let need = 0; need < needCount; need++) {
    for (let pair = pairStart[need]!; pair < pairStart[need + 1]!; pair++) {
      pairNeed[pair] = need;
      served[need] = served[need]! + pairQuantity[pair]!;
      load[pairSession[pair]!] = load[pairSession[pair]!]! + pairQuantity[pair]!;
    }
  }
  for (const [session, least] of rules.sessionMinimum.entries())
    if (load[session]! > 0 && load[session]! < least) breaches.push({ rule: 'SESSION_MINIMUM', needs: [], sessions: [session] });
  for (const [need, least] of rules.needMinimum.entries())
    if (served[need]! > 0 && served[need]! < least) breaches.push({ rule: 'NEED_MINIMUM', needs: [need], sessions: [] });
  for (let i = 0; i < rules.exclusivePairs.length; i += 2) {
    const pairs = [rules.exclusivePairs[i]!, rules.exclusivePairs[i + 1]!];
    if (pairs.some(pair => pairQuantity[pair] === 0)) continue;
    const sessions = pairs.map(pair => pairSession[pair]!);
    breaches.push({ rule: 'EXCLUSIVE_PAIRS', needs: pairs.map(pair => pairNeed[pair]!), sessions });
  }
  for (let i = 0; i < rules.exclusiveSessions.length; i += 2) {
    const sessions = [rules.exclusiveSessions[i]!, rules.exclusiveSessions[i + 1]!];
    if (sessions.every(session => load[session]! > 0)) breaches.push({ rule: 'EXCLUSIVE_SESSIONS', needs: [], sessions });
  }
  for (let i = 0; i < rules.togetherNeeds.length; i += 2) {
    const needs = [rules.togetherNeeds[i]!, rules.togetherNeeds[i + 1]!];
    if (needs.some(need => needQuantity[need] === 0) || needs.every(need => served[need] === 0)) continue;
    const [ofOne, ofOther] = needs.map(need => {
      const whole = new Set<number>();
      for (let pair = pairStart[need]!; pair < pairStart[need + 1]!; pair++)
        if (pairQuantity[pair] === needQuantity[need]) whole.add(pairSession[pair]!);
      return whole;
    });
    if (![...ofOne!].some(session => ofOther!.has(session))) breaches.push({ rule: 'TOGETHER', needs, sessions: [] });
  }
  for (const { needs, limit } of rules.caps)
    if (needs.reduce((sum, need) => sum + served[need]!, 0) > limit)
      breaches.push({ rule: 'CAP', needs: [...needs], sessions: [] });
  const reserved = new Map<number, Map<number, number>>();
  for (const { session, group, places } of rules.quotas) {
    const ofSession = reserved.get(session) ?? new Map<number, number>();
    reserved.set(session, ofSession.set(group, (ofSession.get(group) ?? 0) + places));
  }
  const byGroup = new Map([...reserved.keys()].map(session => [session, new Map<number, number>()]));
  for (let pair = 0; pair < pairSession.length; pair++) {
    const group = rules.needGroup[pairNeed[pair]!] ?? -1;
    const ofSession = byGroup.get(pairSession[pair]!);
    ofSession?.set(group, (ofSession.get(group) ?? 0) + pairQuantity[pair]!);
  }
  for (const [session, groups] of reserved) {
    let open = sessionCapacity[session]!;
    for (const places of groups.values()) open -= places;
    for (const [group, amount] of byGroup.get(session)!) open -= Math.max(0, amount - (groups.get(group) ?? 0));
    if (open < 0) breaches.push({ rule: 'QUOTA', needs: [], sessions: [session] });
  }
  return breaches;
};
