import type { Scratch } from './scratch.js';

/** Members group by group: those of group `g` are `members[start[g]]` up to, not including, `members[start[g + 1]]`. */
export interface Gathered {
  readonly start: Int32Array;
  readonly members: Int32Array;
}

/** Lists who is in which group, in rising order within each; a group below 0 is none. */
export const gather = (groupOf: Int32Array, count: number, scratch: Scratch): Gathered => {
  const start = scratch.int32(count + 2);
  for (let member = 0; member < groupOf.length; member++) if (groupOf[member]! >= 0) start[groupOf[member]! + 2]!++;
  for (let group = 0; group < count; group++) start[group + 2] = start[group + 2]! + start[group + 1]!;
  const members = scratch.dirtyInt32(start[count + 1]!);
  for (let member = 0; member < groupOf.length; member++) {
    const group = groupOf[member]!;
    if (group >= 0) members[start[group + 1]!++] = member;
  }
  return { start, members };
};
