import type { Box } from './box.js';
import type { Block } from './draft.js';

/**
 * What caps leave to each need, given what is served: the limit less what must go to any of the cap's needs, and less what those
 * that rank higher get beyond their musts. Narrows `high`, by need, to it.
 *
 * Why caps are smaller quantities and nothing else, as long as no session must hold anything. The best served vector is found
 * need by need in rank order, each getting the most that is possible beside those before it, whose quantities are settled by
 * then; and at that moment a cap is a bound on the one need at hand. Once all quantities are settled caps have no say in the
 * costs. What a need is left depends on the service of those before it only, so solving again and again with what the last
 * service leaves settles at least one more capped need each time, in rank order, and ends.
 *
 * Where sessions must hold something this fails (a lower-ranked need may have to be served for the session's sake, and then a
 * higher one of the same cap may not), but what is left beside the musts alone still bounds every plan.
 *
 * @param served by need; zeros give that bound.
 * @returns whether any need is left other than it was.
 */
export const narrowToCaps = (
  caps: Block['caps'],
  { needLow, needHigh }: Box,
  served: Float64Array,
  high: Float64Array,
): boolean => {
  const most = new Map<number, number>();
  for (const { needs, limit } of caps) {
    let left = limit;
    for (const need of needs) left -= needLow[need]!;
    for (const need of needs) {
      most.set(need, Math.min(most.get(need) ?? needHigh[need]!, needLow[need]! + Math.max(0, left)));
      left -= Math.max(0, served[need]! - needLow[need]!);
    }
  }
  let changed = false;
  for (const [need, quantity] of most) {
    changed ||= high[need] !== quantity;
    high[need] = quantity;
  }
  return changed;
};

/** Whether a box demands more than a cap allows. */
export const exceedsCaps = (caps: Block['caps'], { needLow }: Box): boolean =>
  caps.some(({ needs, limit }) => needs.reduce((sum, need) => sum + needLow[need]!, 0) > limit);
