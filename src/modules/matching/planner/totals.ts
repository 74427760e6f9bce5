import { workingHoursBetween } from '../../../kernel/clock.js';
import { MATCHED_URGENCIES } from '../../../kernel/vocabulary.js';
import type { Solution } from '../engine/solver.js';
import type { PlanTotals, SupplyTotal, UrgencyTotal } from '../matching.domain.js';
import type { RankedNeed } from './candidates.js';
import type { SessionFacts } from './facts.js';
import type { PlanInput, PlannedMatch, Rows } from './planning.js';

/** The rounded mean; null of nothing. */
export const mean = (values: readonly number[]): number | null =>
  values.length ? Math.round(values.reduce((total, value) => total + value, 0) / values.length) : null;

/** A sum of places that the API can still tell: sessions may each say that they have next to endless places. */
const sum = (a: number, b: number): number => Math.min(a + b, Number.MAX_SAFE_INTEGER);

/** By category: what sessions have to give, and what of it pairs use. */
export function supplyOf(sessions: readonly SessionFacts[], matches: readonly PlannedMatch[]): readonly SupplyTotal[] {
  const supply = new Map<string, SupplyTotal>();
  const categoryOf = new Map(sessions.map(({ id, categoryCode }) => [id, categoryCode]));
  const add = (categoryCode: string, free: number, used: number): void => {
    const before = supply.get(categoryCode) ?? { categoryCode, free: 0, used: 0 };
    supply.set(categoryCode, { categoryCode, free: sum(before.free, free), used: sum(before.used, used) });
  };
  for (const { categoryCode, free } of sessions) add(categoryCode, Math.max(0, free), 0);
  for (const { sessionId, quantity } of matches) add(categoryOf.get(sessionId)!, 0, quantity);
  return [...supply.values()].sort((a, b) => (a.categoryCode < b.categoryCode ? -1 : 1));
}

/** A plan in figures. */
export function totalsOf(
  { now, sessions: all }: PlanInput,
  ranked: readonly RankedNeed[],
  sessions: readonly SessionFacts[],
  rows: Rows,
  { unserved }: Pick<Solution, 'unserved'>,
  matches: readonly PlannedMatch[],
): Omit<PlanTotals, 'scarcity'> {
  const byUrgency = MATCHED_URGENCIES.map((urgency): UrgencyTotal => {
    const own = ranked.flatMap(({ need }, i) => (need.urgency === urgency ? [{ open: need.open, left: unserved[i]! }] : []));
    return {
      urgency,
      needs: own.length,
      served: own.filter(({ left }) => left === 0).length,
      partly: own.filter(({ left, open }) => left > 0 && left < open).length,
    };
  });
  const served = [...new Set(matches.map(({ rankPosition }) => rankPosition))].map(position => ranked[position - 1]!);
  const walked = matches.flatMap(({ explanation: { distanceM } }) => (distanceM === null ? [] : [distanceM]));
  return {
    byUrgency,
    supply: supplyOf(all, matches),
    meanWaitingHours: mean(served.map(({ need }) => workingHoursBetween(new Date(need.submittedAt), new Date(now)))),
    meanDaysAhead: mean(
      matches.map(({ explanation: { costParts } }) => costParts.find(({ code }) => code === 'DAYS')?.measured ?? 0),
    ),
    meanDistanceM: mean(walked),
    needs: ranked.length,
    sessions: sessions.length,
    pairs: rows.reduce((total, row) => total + row.length, 0),
  };
}
