import type { Costs } from './costs.js';

const SHORT = 48;

/**
 * Sorts one row (three parallel arrays) by cost, keeping equal costs in order: short rows by insertion, long ones by a key that
 * carries the place along.
 */
export const sortRow = (cost: Costs, session: Int32Array, origin: Int32Array, start: number, end: number): void => {
  const length = end - start;
  if (length <= SHORT) {
    for (let i = start + 1; i < end; i++) {
      const [c, s, o] = [cost[i]!, session[i]!, origin[i]!];
      let at = i;
      for (; at > start && cost[at - 1]! > c; at--) {
        cost[at] = cost[at - 1]!;
        session[at] = session[at - 1]!;
        origin[at] = origin[at - 1]!;
      }
      cost[at] = c;
      session[at] = s;
      origin[at] = o;
    }
    return;
  }
  const keys = new Float64Array(length);
  for (let i = 0; i < length; i++) keys[i] = cost[start + i]! * length + i;
  keys.sort();
  const sessions = session.slice(start, end);
  const origins = origin.slice(start, end);
  for (let i = 0; i < length; i++) {
    const key = keys[i]!;
    const from = key % length;
    cost[start + i] = (key - from) / length;
    session[start + i] = sessions[from]!;
    origin[start + i] = origins[from]!;
  }
};
