import type { Constraints } from '../engine/constraints.js';
import type { Problem } from '../engine/types.js';
import type { Certificate, UnmatchedReason } from '../matching.domain.js';
import type { ClosedPart } from './closed-sets.js';

/** Why a need that rules about more than one pair concern stays open. */
export interface Blocked {
  readonly reason: UnmatchedReason;
  readonly blocked: Certificate['blocked'];
  /** The sessions that needs before it fill. */
  readonly full: ClosedPart;
}

/** What can close a session to a need; it counts for the first of these that does. */
const STEPS = [
  'ALL_FULL',
  'RESERVED_FOR_OTHERS',
  'HELPER_BUSY',
  'MINIMUM_NOT_REACHED',
  'PERSON_BUSY',
  'PORTION_TOO_SMALL',
  'TOGETHER',
  'CAP_REACHED',
  'BUDGET_ENDED',
] as const satisfies readonly UnmatchedReason[];
type Step = (typeof STEPS)[number];

/**
 * Looks for what keeps one more unit of a need out of each of its sessions as the plan stands. In a best plan there always is
 * something, else the unit would be in; where the budget ended before, that itself is the answer. A session counts as full only
 * when those that fill it come before the need, or with a need that does, or are its own part; else something else forbids to
 * move them, and that is told. The reason of a need is the step at which its last session drops out.
 */
export function blockedBy(problem: Problem, rules: Constraints, pairQuantity: Float64Array): (need: number) => Blocked {
  const { pairStart, pairSession } = problem;
  const { used, served, holders, takenBy, needOf } = holdings(problem, rules, pairQuantity);
  const rivalsOfPair = rivals(rules.exclusivePairs);
  const rivalsOfSession = rivals(rules.exclusiveSessions);
  const companion = new Map([...rivals(rules.togetherNeeds)].map(([need, [other]]) => [need, other!]));
  const quotasOf = Map.groupBy(rules.quotas, ({ session }) => session);
  const capsOf = new Map<number, Constraints['caps'][number][]>();
  for (const cap of rules.caps) for (const need of cap.needs) push(capsOf, need, cap);
  const comesBefore = (holder: number, need: number): boolean => Math.min(holder, companion.get(holder) ?? holder) <= need;
  const missing = (need: number): number => problem.needQuantity[need]! - served[need]!;
  const placesOf = (session: number, group: number): number =>
    (quotasOf.get(session) ?? []).reduce((sum, quota) => (quota.group === group ? sum + quota.places : sum), 0);

  /** `counts` says whose holding something counts as what keeps the need out. */
  const closedTo = (need: number, pair: number, counts: (holder: number) => boolean): Step | null => {
    const session = pairSession[pair]!;
    const group = rules.needGroup[need]!;
    const free = problem.sessionCapacity[session]! - used[session]!;
    const later = holders[session]!.filter(holder => !comesBefore(holder, need));
    if (free <= 0 && later.length === 0) return 'ALL_FULL';
    const kept = (quotasOf.get(session) ?? []).reduce(
      (sum, quota) => (quota.group === group ? sum : sum + Math.max(0, quota.places - takenBy(session, quota.group))),
      0,
    );
    const inQuota = (holder: number): boolean => {
      const own = rules.needGroup[holder]!;
      return own !== group && takenBy(session, own) <= placesOf(session, own);
    };
    if (kept >= free && (kept > 0 || later.length > 0) && later.every(inQuota)) return 'RESERVED_FOR_OTHERS';
    if (rivalsOfSession.get(session)?.some(other => holders[other]!.some(counts))) return 'HELPER_BUSY';
    if (used[session]! === 0 && rules.sessionMinimum[session]! > Math.min(missing(need), free - kept))
      return 'MINIMUM_NOT_REACHED';
    if (rivalsOfPair.get(pair)?.some(other => pairQuantity[other]! > 0 && counts(needOf(other)))) return 'PERSON_BUSY';
    if (served[need]! === 0 && rules.needMinimum[need]! > 1) return 'PORTION_TOO_SMALL';
    if (companion.has(need)) return 'TOGETHER';
    const isCapped = capsOf
      .get(need)
      ?.some(({ needs, limit }) => needs.reduce((sum, one) => (counts(one) ? sum + served[one]! : sum), 0) >= limit);
    return isCapped ? 'CAP_REACHED' : null;
  };
  // What later needs hold could be given to this one, so it is a reason only where nothing else is.
  const stepOf = (need: number, pair: number): Step =>
    closedTo(need, pair, holder => comesBefore(holder, need)) ?? closedTo(need, pair, () => true) ?? 'BUDGET_ENDED';

  return need => {
    const counts = new Map<Step, number>();
    const full: number[] = [];
    for (let pair = pairStart[need]!; pair < pairStart[need + 1]!; pair++) {
      const step = stepOf(need, pair);
      counts.set(step, (counts.get(step) ?? 0) + 1);
      if (step === 'ALL_FULL') full.push(pairSession[pair]!);
    }
    return {
      reason: STEPS.findLast(step => counts.has(step)) ?? 'ALL_FULL',
      blocked: STEPS.flatMap(code => (counts.has(code) ? [{ code, sessions: counts.get(code)! }] : [])),
      // Who comes after the need and only with its companion is no reason of its own.
      full: { sessions: full, holders: [...new Set(full.flatMap(session => holders[session]!.filter(holder => holder < need)))] },
    };
  };
}

/** What a plan gives, by need, by session, and by session and group. */
function holdings({ needCount, sessionCount, pairStart, pairSession }: Problem, rules: Constraints, pairQuantity: Float64Array) {
  const used = new Float64Array(sessionCount);
  const served = new Float64Array(needCount);
  const holders: number[][] = Array.from({ length: sessionCount }, () => []);
  const ofGroup = new Map<string, number>();
  const pairNeed = new Int32Array(pairSession.length);
  for (let need = 0; need < needCount; need++)
    for (let pair = pairStart[need]!; pair < pairStart[need + 1]!; pair++) {
      pairNeed[pair] = need;
      const quantity = pairQuantity[pair]!;
      if (quantity === 0) continue;
      const session = pairSession[pair]!;
      used[session]! += quantity;
      served[need]! += quantity;
      holders[session]!.push(need);
      const group = `${session} ${rules.needGroup[need]}`;
      ofGroup.set(group, (ofGroup.get(group) ?? 0) + quantity);
    }
  const takenBy = (session: number, group: number): number => ofGroup.get(`${session} ${group}`) ?? 0;
  return { used, served, holders, takenBy, needOf: (pair: number): number => pairNeed[pair]! };
}

function push<T>(lists: Map<number, T[]>, key: number, item: T): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}

/** By each of the two of a list: the others it stands with. */
function rivals(twoByTwo: Int32Array): ReadonlyMap<number, readonly number[]> {
  const found = new Map<number, number[]>();
  for (let at = 0; at < twoByTwo.length; at += 2) {
    push(found, twoByTwo[at]!, twoByTwo[at + 1]!);
    push(found, twoByTwo[at + 1]!, twoByTwo[at]!);
  }
  return found;
}
